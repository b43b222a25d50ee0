"""Remarks: messages of Slack's that somebody filed in a card's thread, and the window in which that is done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.blocks import Block, Card, context, modal, plain_text, quote, section
from bot.cards.tickets import Entry
from bot.domain.handling import Remark
from bot.domain.words import escaped

ATTACH = "ticket.attach"
TICKET = "number"
HOW = "how"
INSIDE, TO_BUYER = "inside", "buyer"

TITLE = "Attach to a ticket"
HINT = "The number on its card, like 00112345678."


def remark_entries(remarks: Sequence[Remark]) -> list[Entry]:
    """Remarks as entries of the card's thread."""
    return [_entry(remark) for remark in remarks]


def _entry(remark: Remark) -> Entry:
    author = f" of <@{remark.author_id}>" if remark.author_id and remark.author_id != remark.user_id else ""
    head = f":memo: *Internal note*, filed by <@{remark.user_id}>"
    where = f"From <{remark.link}|a message{author}>" if remark.link else ""
    blocks: list[Block] = [context(head, *([where] if where else []))]
    if remark.text:
        blocks.append(quote(remark.text, 2800))
    return Entry(f"n{remark.id}", remark.at, Card(f"Internal note: {escaped(remark.text, 300)}", blocks))


# The window


def attach_modal(text: str, files: Sequence[str], *, ticket: str = "", metadata: str = "") -> Block:
    """What shall become of a message, its `text` and the names of its `files`. `ticket` is its number, where known."""
    choices = [
        {
            "text": plain_text("Keep it inside"),
            "description": plain_text("A note in the thread of the ticket's card. The buyer never sees it."),
            "value": INSIDE,
        },
        {
            "text": plain_text("Send it to the buyer"),
            "description": plain_text("Opens the reply window with the files attached. Nothing is sent yet."),
            "value": TO_BUYER,
        },
    ]
    number: Block = {"type": "plain_text_input", "action_id": TICKET, "max_length": 40}
    if ticket:
        number["initial_value"] = ticket
    blocks: list[Block] = [quote(text, 800)] if text.strip() else []
    if files:
        blocks.append(context(":paperclip:", plain_text(", ".join(files), 300)))
    blocks += [
        {
            "type": "input",
            "block_id": TICKET,
            "label": plain_text("Ticket"),
            "hint": plain_text(HINT),
            "element": number,
        },
        {
            "type": "input",
            "block_id": HOW,
            "label": plain_text("What shall become of it?"),
            "element": {
                "type": "radio_buttons",
                "action_id": HOW,
                "options": choices,
                "initial_option": choices[0],
            },
        },
    ]
    return modal(ATTACH, TITLE, blocks, submit="Attach", metadata=metadata)


def done_modal(sentence: str) -> Block:
    return modal("attached", TITLE, [section(sentence)])


@dataclass(frozen=True)
class Filing:
    """Which ticket a message belongs to, and whether it may go to the buyer."""

    ticket: str
    to_buyer: bool


def read_filing(view: dict[str, Any]) -> tuple[Filing | None, dict[str, str]]:
    values = view.get("state", {}).get("values", {})
    written = str(values.get(TICKET, {}).get(TICKET, {}).get("value") or "").strip().lstrip("#")
    option = values.get(HOW, {}).get(HOW, {}).get("selected_option") or {}
    if not re.fullmatch(r"\d{3,20}", written, re.ASCII):
        return None, {TICKET: f"This is no ticket number. {HINT}"}
    return Filing(written, option.get("value") == TO_BUYER), {}
