"""What a window of ours carries back: what it is about, whom it was opened for, and when.

A window that is too old, or somebody else's, sends nothing: what it shows may no longer be true.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.cards.blocks import Block, plain_text, section
from bot.domain.words import escaped

OPEN_SECONDS = 900
# What Slack lets a window carry, in letters.
MOST_METADATA = 3000
TOO_OLD = "This window is too old. Copy what you typed, close it and press the button again."

WARNING = "warning"

Scalar = str | int


@dataclass(frozen=True)
class Opened:
    """`opened_at` in whole seconds (Unix); `channel` and `ts` are where the answer is told; `more` is small."""

    subject: str
    user: str
    opened_at: int
    channel: str | None = None
    ts: str | None = None
    more: dict[str, Scalar] = field(default_factory=dict)

    def metadata(self) -> str:
        fields: dict[str, Any] = {"s": self.subject, "b": self.user, "o": self.opened_at, "c": self.channel}
        fields |= {"t": self.ts, "m": self.more or None}
        kept = {name: value for name, value in fields.items() if value is not None}
        # Slack counts letters, and six for each that is written as \u00e4.
        return json.dumps(kept, separators=(",", ":"), ensure_ascii=False)


def read_opened(view: dict[str, Any], user: str, now: datetime) -> Opened | None:
    """What a submitted window of `user` carries; None when it is none of ours, not theirs, or too old."""
    try:
        fields = json.loads(view.get("private_metadata") or "")
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    subject, by, at, more = fields.get("s"), fields.get("b"), fields.get("o"), fields.get("m") or {}
    if not isinstance(subject, str) or by != user or not isinstance(at, int) or not isinstance(more, dict):
        return None
    if not 0 <= now.timestamp() - at <= OPEN_SECONDS:
        return None
    channel, ts = fields.get("c"), fields.get("t")
    return Opened(
        subject,
        by,
        at,
        channel if isinstance(channel, str) else None,
        ts if isinstance(ts, str) else None,
        {str(name): value for name, value in more.items() if isinstance(value, str | int)},
    )


# Fields


def one_line_input(block_id: str, label: str, *, hint: str | None = None, initial: str = "", most: int = 100) -> Block:
    """A field of one line; read its value with `typed`."""
    element: Block = {"type": "plain_text_input", "action_id": "text", "max_length": most}
    if initial:
        element["initial_value"] = initial[:most]
    block: Block = {"type": "input", "block_id": block_id, "label": plain_text(label, 200), "element": element}
    return {**block, "hint": plain_text(hint, 500)} if hint else block


def choice(
    block_id: str,
    label: str,
    options: list[Block],
    *,
    several: bool = False,
    initial: list[Block] | None = None,
    hint: str | None = None,
    groups: list[Block] | None = None,
) -> Block:
    """A menu; read what was chosen with `chosen`. With `groups` the options stand under headings."""
    element: Block = {
        "type": "multi_static_select" if several else "static_select",
        "action_id": "pick",
        "placeholder": plain_text("Choose …", 150),
        **({"option_groups": groups} if groups else {"options": options[:100]}),
    }
    if initial:
        element["initial_options" if several else "initial_option"] = initial if several else initial[0]
    block: Block = {"type": "input", "block_id": block_id, "label": plain_text(label, 200), "element": element}
    return {**block, "hint": plain_text(hint, 500)} if hint else block


def option(text: str, value: str) -> Block:
    return {"text": plain_text(text, 75), "value": value[:150]}


def typed(view: dict[str, Any], block_id: str) -> str:
    """What was typed into a text field; empty when nothing was."""
    value = _state(view, block_id).get("text", {}).get("value")
    return value.strip() if isinstance(value, str) else ""


def has(view: dict[str, Any], block_id: str) -> bool:
    """Whether the window had this field at all."""
    return block_id in ((view.get("state") or {}).get("values") or {})


def redrawn(view: dict[str, Any], metadata: str, warning: str) -> Block:
    """A submitted window once more with `warning` on top. What was typed stays: the fields are the same."""
    kept = {name: view[name] for name in ("type", "callback_id", "title", "submit", "close") if view.get(name)}
    told = section(f":warning: {escaped(warning, 600)}\nIf it is right, press the button once more.")
    fields = [block for block in view.get("blocks") or [] if block.get("block_id") != WARNING]
    return {**kept, "blocks": [{**told, "block_id": WARNING}, *fields], "private_metadata": metadata}


def chosen(view: dict[str, Any], block_id: str) -> tuple[str, ...]:
    """The values chosen in a menu of one or several."""
    return tuple(str(each["value"]) for each in picked_options(view, block_id))


def picked_options(view: dict[str, Any], block_id: str) -> list[dict[str, Any]]:
    """The options chosen in a menu, with their text and value."""
    picked = _state(view, block_id).get("pick", {})
    one = picked.get("selected_option")
    options = [one] if isinstance(one, dict) else picked.get("selected_options") or []
    return [each for each in options if isinstance(each, dict) and each.get("value")]


def _state(view: dict[str, Any], block_id: str) -> dict[str, Any]:
    found = ((view.get("state") or {}).get("values") or {}).get(block_id)
    return found if isinstance(found, dict) else {}
