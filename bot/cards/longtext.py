"""A text longer than Slack's field, as several fields one below the other: drawn and read here.

Slack keeps what stands in a field while its ids stay the same, whatever an update says. So a field that is filled anew
gets a new `turn` in its block_id. How two parts belong together stands there too, and so a form reads itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.blocks import Block, plain_text

FIELD = 3000
# What is filled in leaves some room in each field to write more.
PAGE = 2800
# When this little room is left in the last field, another one is offered.
NEARLY_FULL = 300
MOST_FIELDS = 24

_JOINTS = {"p": "\n\n", "l": "\n", "s": " ", "n": ""}
_ID = r"(?:\.(?P<turn>\d+)\.(?P<place>\d+)(?P<joint>[plsn]))?"


@dataclass(frozen=True)
class Part:
    """The text of one field, and how it follows on the one above: a key of `_JOINTS`."""

    text: str
    joint: str = "p"


def split(text: str, page: int = PAGE) -> tuple[Part, ...]:
    """`text` in parts a field can hold, cut between paragraphs where it can be. `joined` makes `text` of them again."""
    parts: list[Part] = []
    joint = "p"
    while len(text) > page:
        cut, kind = _cut(text, page)
        parts.append(Part(text[:cut], joint))
        text, joint = text[cut + len(_JOINTS[kind]) :], kind
    return (*parts, Part(text, joint))


def _cut(text: str, page: int) -> tuple[int, str]:
    for kind in "pls":
        at = text.rfind(_JOINTS[kind], page // 2, page)
        if at > 0:
            return at, kind
    return page, "n"


def joined(parts: Sequence[Part]) -> str:
    """The whole text; parts left empty are left out."""
    written = [part for part in parts if part.text.strip()]
    return "".join((_JOINTS[part.joint] if number else "") + part.text for number, part in enumerate(written))


def text_fields(
    name: str, label: str, parts: Sequence[Part], *, turn: int = 0, hint: str | None = None, live: bool = False
) -> list[Block]:
    """Large fields filled with `parts`; the first has the cursor.

    With `live` every change is told at once, by the action `name`.
    """
    return [
        _field(name, label, part, _block_id(name, turn, place, part.joint), place, hint if last else None, live)
        for place, part in enumerate(parts)
        for last in [place == len(parts) - 1]
    ]


def _field(name: str, label: str, part: Part, block_id: str, place: int, hint: str | None, live: bool) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": True, "max_length": FIELD}
    if part.text:
        element["initial_value"] = part.text[:FIELD]
    if place == 0:
        element["focus_on_load"] = True
    if live:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label if place == 0 else f"{label}, part {place + 1}", 200),
        "element": element,
    }
    if live:
        block["dispatch_action"] = True
    if place:
        block["optional"] = True
    if hint:
        block["hint"] = plain_text(hint, 500)
    return block


def _block_id(name: str, turn: int, place: int, joint: str) -> str:
    return name if turn == place == 0 else f"{name}.{turn}.{place}{joint}"


def read_parts(view: dict[str, Any], name: str, touched: Collection[str] = ()) -> tuple[Part, ...]:
    """What stands in the fields of a form called `name`, in their order; empty when it has none.

    Slack does not always tell what a field was filled with while nobody touched it. So a field without a value is only
    empty when it is one of `touched` (block_ids); otherwise it still holds what it was drawn with.
    """
    values = view.get("state", {}).get("values", {})
    return tuple(
        Part(_value(values.get(block["block_id"], {}).get(name), block, touched), match["joint"] or "p")
        for block, match in _fields(view, name)
    )


def _value(entry: dict[str, Any] | None, block: Block, touched: Collection[str]) -> str:
    value = (entry or {}).get("value")
    if value is None and block["block_id"] not in touched:
        value = block["element"].get("initial_value")
    return str(value or "")


def last_field(view: dict[str, Any], name: str) -> str:
    """The block_id of the last field called `name`, which is where a complaint about the whole text stands."""
    found = [str(block["block_id"]) for block, _ in _fields(view, name)]
    return found[-1] if found else name


def turn_of(view: dict[str, Any], name: str) -> int:
    return next((int(match["turn"] or 0) for _, match in _fields(view, name)), 0)


def _fields(view: dict[str, Any], name: str) -> Iterator[tuple[Block, re.Match[str]]]:
    form = re.compile(re.escape(name) + _ID)
    for block in view.get("blocks") or []:
        if match := form.fullmatch(str(block.get("block_id", ""))):
            yield block, match


def with_room(parts: Sequence[Part]) -> tuple[Part, ...]:
    """`parts`, and an empty one when the last is nearly full."""
    full = bool(parts) and len(parts[-1].text) > FIELD - NEARLY_FULL
    return (*parts, Part("")) if full and len(parts) < MOST_FIELDS else tuple(parts)
