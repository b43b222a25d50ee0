"""The windows that begin something with a buyer: a ticket from our side, a return. Drawn and read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, context, modal, text_input
from bot.cards.shipping import UNITS, Shown, read_units, units_field
from bot.cards.windows import choice, chosen, one_line_input, option, typed
from bot.domain.model import Order, OrderUnit
from bot.domain.words import escaped

OPEN, START = "ticket.open", "return.start"
TITLES = {OPEN: "Write to a buyer", START: "Start a return"}
REASON, WORDS = "reason", "words"
LONGEST_MESSAGE = 3000
# https://sellerapi.kaufland.com/?page=returns
SHORTEST_NOTE, LONGEST_NOTE = 5, 100
# What was handed over may come back.
RETURNABLE = frozenset({"sent", "received", "sent_and_autopaid"})


@dataclass(frozen=True)
class Begun:
    """What was filled in: the order units as they were shown, why, and the message or note."""

    units: tuple[Shown, ...]
    reason: str
    words: str


def returnable(order: Order) -> list[OrderUnit]:
    return [unit for unit in order.units if unit.status in RETURNABLE and not unit.return_id]


def ticket_window(order: Order, metadata: str) -> Block:
    """`Send` in it writes to the buyer."""
    reasons = [option(words, code) for code, words in names.OPEN_REASONS.items()]
    usual = [each for each in reasons if each["value"] == "contact_other"]
    blocks: list[Block] = [
        context(_about(order)),
        *units_field(order.units, several=True),
        choice(REASON, "What is it about?", reasons, initial=usual),
        text_input(WORDS, "Message", hint="The buyer gets exactly this text.", most=LONGEST_MESSAGE),
    ]
    return modal(OPEN, TITLES[OPEN], blocks, submit="Send", metadata=metadata)


def return_window(order: Order, units: Sequence[OrderUnit], metadata: str) -> Block:
    reasons = [option(words.capitalize(), code) for code, words in names.RETURN_REASONS.items()]
    hint = (
        f"{SHORTEST_NOTE} to {LONGEST_NOTE} characters, as the marketplace wants them. It keeps them with the return."
    )
    blocks: list[Block] = [
        context(_about(order), "The buyer gets a label, and decides nothing more: the goods come back to you."),
        *units_field(units, several=True),
        choice(REASON, "Why does it come back?", reasons),
        one_line_input(WORDS, "Note", hint=hint, most=LONGEST_NOTE),
    ]
    return modal(START, TITLES[START], blocks, submit="Start the return", metadata=metadata)


def _about(order: Order) -> str:
    return f"{names.flag(order.storefront)} Order *{escaped(order.id, 40)}*"


def read_begun(view: dict[str, Any]) -> tuple[Begun | None, dict[str, str]]:
    """What was filled in, or what is wrong beside its field."""
    units, (reason, *_), words = read_units(view), (*chosen(view, REASON), ""), typed(view, WORDS)
    errors = {} if units else {UNITS: "Choose what it is about."}
    if not reason:
        errors[REASON] = "Choose why."
    if view.get("callback_id") == START and not SHORTEST_NOTE <= len(words) <= LONGEST_NOTE:
        errors[WORDS] = f"{len(words)} characters; {SHORTEST_NOTE} to {LONGEST_NOTE} are wanted."
    elif not words:
        errors[WORDS] = "Write something."
    return (None, errors) if errors else (Begun(units, reason, words), {})
