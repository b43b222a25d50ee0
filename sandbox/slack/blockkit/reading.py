"""Reads blocks the way a person does: which words stand there, what can be pressed or filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

# Where things keep what people read, in the order they read it. The value of a button is for the app alone.
_READ: dict[Any, tuple[str, ...]] = {
    "section": ("text", "fields", "accessory"),
    "header": ("text",),
    "context": ("elements",),
    "actions": ("elements",),
    "button": ("text",),
    "input": ("label", "element", "hint"),
    "image": ("title", "alt_text"),
    "rich_text": ("elements",),
    "rich_text_section": ("elements",),
    "rich_text_list": ("elements",),
    "rich_text_quote": ("elements",),
    "rich_text_preformatted": ("elements",),
}
_ELSEWHERE = (
    *("rich_text_title", "title", "subtitle", "caption", "label", "text", "body", "placeholder", "description"),
    *("elements", "child_blocks", "rows", "details", "output", "tasks", "options", "option_groups", "actions"),
    *("positive_button", "negative_button", "chart", "segments", "series", "data"),
)
_STATELESS = {"button", "overflow", "workflow_button", "image", "feedback_buttons", "icon_button"}


@dataclass(frozen=True)
class Part:
    """One interactive element and the block it stands in."""

    block: Block
    element: dict[str, Any]

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def stateful(self) -> bool:
        """True when the element keeps a value that travels in `state.values`."""
        return self.element.get("type") not in _STATELESS

    @property
    def is_input(self) -> bool:
        return self.block.get("type") == "input"

    @property
    def label(self) -> str:
        """What a person calls it: the words on a button, the label of a field, else the placeholder."""
        if self.is_input:
            return plain_words(self.block.get("label"))
        for name in ("text", "placeholder"):
            if said := plain_words(self.element.get(name)):
                return said
        return self.action_id


def parts(blocks: list[Block]) -> Iterator[Part]:
    """Every interactive element, in reading order, also those inside containers and cards."""
    for block in blocks:
        if not isinstance(block, dict):
            continue
        kind = block.get("type")
        held: list[Any] = []
        if kind in ("actions", "context_actions"):
            held = listed(block.get("elements"))
        elif kind == "input":
            held = [block.get("element")]
        elif kind == "section":
            held = [block.get("accessory")]
        elif kind == "card":
            held = listed(block.get("actions"))
        for element in held:
            if isinstance(element, dict) and element.get("type") != "image":
                yield Part(block, element)
        if kind == "container":
            yield from parts(listed(block.get("child_blocks")))
        elif kind == "carousel":
            yield from parts(listed(block.get("elements")))


def listed(value: Any) -> list[Any]:
    """`value` when it is a list, else nothing: blocks are read before they were found to be sound."""
    return value if isinstance(value, list) else []


def plain_words(value: Any) -> str:
    """The text of a text object or a bare string."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return str(value.get("text", ""))
    return ""


def words(blocks: list[Block]) -> str:
    """Everything that is written in `blocks`, one line per block; labels of buttons and fields included."""
    lines = (" ".join(said.split("\n")) for block in blocks if (said := " ".join(_said(block))))
    return "\n".join(lines)


def text_length(blocks: list[Block]) -> int:
    """How many characters of text `blocks` hold, as Slack counts them against its limit for one message."""
    return sum(len(said) for block in blocks for said in _said(block))


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif isinstance(value, dict):
        yield from _of_object(value)


def _of_object(value: dict[str, Any]) -> Iterator[str]:
    kind = value.get("type")
    if kind in {"plain_text", "mrkdwn", "raw_text", "raw_number", "text", "markdown"}:
        yield from _said(value.get("text"))
    elif kind in {"user", "usergroup", "channel", "broadcast", "emoji", "date"}:
        yield from _named(kind, value)
    elif kind == "link":
        yield str(value.get("text") or value.get("url") or "")
    else:
        for name in _READ.get(kind, _ELSEWHERE):
            if name in value:
                yield from _said(value[name])


def _named(kind: str, value: dict[str, Any]) -> Iterator[str]:
    if kind == "user":
        yield f"<@{value.get('user_id')}>"
    elif kind == "usergroup":
        yield f"<!subteam^{value.get('usergroup_id')}>"
    elif kind == "channel":
        yield f"<#{value.get('channel_id')}>"
    elif kind == "broadcast":
        yield f"@{value.get('range')}"
    elif kind == "emoji":
        yield f":{value.get('name')}:"
    else:
        yield str(value.get("fallback") or value.get("timestamp"))
