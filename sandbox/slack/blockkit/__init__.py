"""Is this something Slack would show? Block Kit's limits for messages, modals and Home, told with JSON pointers.

Stricter than Slack in one way: a field nobody documents is refused, because nothing tells us what Slack does with it.
Limits: https://docs.slack.dev/reference/block-kit, https://docs.slack.dev/reference/views
"""

from __future__ import annotations

from typing import Any

from sandbox.slack.blockkit.blocks import MESSAGE_BLOCK, VIEW_BLOCK
from sandbox.slack.blockkit.finishing import finished
from sandbox.slack.blockkit.parts import OPTION, plain
from sandbox.slack.blockkit.reading import Part, listed, parts, plain_words, text_length, words
from sandbox.slack.blockkit.shapes import Check, Findings, choice, flag, items, shape, string

__all__ = [
    "MESSAGE_TEXT_LIMIT",
    "Part",
    "finished",
    "message_problems",
    "option_problems",
    "parts",
    "plain_words",
    "tables",
    "text_length",
    "view_problems",
    "words",
]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Observed by others (slackapi/bolt-js#2509), not documented.
MESSAGE_TEXT_LIMIT = 13_200

_MESSAGE = items(MESSAGE_BLOCK, 0, MESSAGE_BLOCKS)
_SHARED: dict[str, Check] = {
    "private_metadata": string(0, 3000),
    "callback_id": string(0, 255),
    "external_id": string(0, 255),
}
_VIEW_BLOCKS = items(VIEW_BLOCK, 0, VIEW_BLOCKS)
_MODAL = shape(
    {"type": choice("modal"), "title": plain(24), "blocks": _VIEW_BLOCKS},
    {
        **_SHARED,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": flag,
        "notify_on_close": flag,
        "submit_disabled": flag,
    },
)
_HOME = shape({"type": choice("home"), "blocks": _VIEW_BLOCKS}, _SHARED)


def message_problems(blocks: Any, at: str = "/blocks") -> list[str]:
    """What Slack would refuse in a message's blocks; empty when it would take them."""
    findings = Findings()
    _MESSAGE(blocks, at, findings)
    if isinstance(blocks, list):
        _unique(blocks, at, findings)
        _no_file_inputs(blocks, at, findings)
    return findings


def view_problems(view: Any, kind: str | None = None) -> list[str]:
    """What Slack would refuse in a modal (`kind` modal) or a Home view (`kind` home); `kind` None takes either."""
    findings = Findings()
    if not isinstance(view, dict):
        findings.say("must be an object", "/view")
        return findings
    found = view.get("type")
    if found not in ("modal", "home") or (kind and found != kind):
        findings.say(f"must be a valid enum value ({kind or 'modal, home'})", "/view/type")
        return findings
    (_MODAL if found == "modal" else _HOME)(view, "/view", findings)
    blocks = view.get("blocks")
    if isinstance(blocks, list):
        _unique(blocks, "/view/blocks", findings)
        _inputs(view, blocks, findings)
    return findings


def option_problems(options: list[Any]) -> list[str]:
    """What Slack would refuse in the options an app offers for an external menu."""
    findings = Findings()
    items(OPTION, 0)(options, "/options", findings)
    return findings


def tables(blocks: list[Any]) -> int:
    """How many tables a message shows, also inside containers; Slack takes one."""
    count = 0
    for block in blocks:
        if isinstance(block, dict):
            count += block.get("type") in {"table", "data_table"}
            if block.get("type") == "container":
                count += tables(listed(block.get("child_blocks")))
    return count


def _inputs(view: dict[str, Any], blocks: list[Any], findings: Findings) -> None:
    has_input = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks)
    if has_input and view["type"] == "modal" and "submit" not in view:
        findings.say("`submit` is required when an input block is within blocks", "/view")
    if view["type"] == "home":
        _no_file_inputs(blocks, "/view/blocks", findings)


def _no_file_inputs(blocks: list[Any], at: str, findings: Findings) -> None:
    """Files can be picked in modals alone."""
    for number, block in enumerate(blocks):
        element = block.get("element") if isinstance(block, dict) else None
        if isinstance(element, dict) and element.get("type") == "file_input":
            findings.say("unsupported type: file_input", f"{at}/{number}/element/type")


def _unique(blocks: list[Any], at: str, findings: Findings) -> None:
    """A block_id once per surface, an action_id once per block, one element that takes the focus."""
    block_ids: set[str] = set()
    for number, block in enumerate(blocks):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str):
            if block_id in block_ids:
                findings.say(f"`block_id` {block_id} already exists for other block", f"{at}/{number}/block_id")
            block_ids.add(block_id)
    seen: set[tuple[int, str]] = set()
    focused = 0
    for part in parts(blocks):
        if part.action_id:
            if (id(part.block), part.action_id) in seen:
                findings.say(f"`action_id` {part.action_id} already exists for other element", at)
            seen.add((id(part.block), part.action_id))
        focused += part.element.get("focus_on_load") is True
    if focused > 1:
        findings.say("only one element can have `focus_on_load`", at)
