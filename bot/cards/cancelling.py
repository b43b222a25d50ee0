"""The window "Cancel": which units, why, and what it does to the cancellation rate. Drawn and read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards.blocks import Block, modal, plain_text, section
from bot.cards.orders import CANCEL
from bot.cards.orderwords import CANCEL_REASONS
from bot.cards.shipping import UNITS, Shown, read_units, units_field
from bot.cards.windows import choice, chosen, option
from bot.domain.cancelling import Month, counts, effect_words
from bot.domain.model import OrderUnit

TITLE = "Cancel units"
REASON = "reason"
RULE = (
    "Less than 1 % of a month's units may be cancelled for your reasons. From 1 % on the marketplace takes 5 % of the "
    "cancelled value, from 3 % on 10 %."
)


@dataclass(frozen=True)
class Cancellation:
    units: tuple[Shown, ...]
    reason: str


def cancel_window(units: Sequence[OrderUnit], month: Month | None, metadata: str) -> Block:
    """`month` is None when the figures could not be had in time: then only the rule is told."""
    effect = f"{effect_words(month, month.with_more(units))}\n_Counted for all units below._" if month else RULE
    groups = [
        {"label": plain_text(label, 75), "options": [option(CANCEL_REASONS[code], code) for code in codes]}
        for label, codes in (
            ("Counts as your cancellation", [code for code in CANCEL_REASONS if counts(code)]),
            ("The buyer's, does not count", [code for code in CANCEL_REASONS if not counts(code)]),
        )
    ]
    return modal(
        CANCEL,
        TITLE,
        [
            section(f":warning: The buyer gets the whole price back, and nothing is sent.\n{effect}"),
            *units_field(units),
            choice(REASON, "Why?", [], groups=groups, hint="Which reasons count is our reading of the rules."),
        ],
        submit="Cancel units",
        metadata=metadata,
    )


def read_cancellation(view: dict[str, Any]) -> tuple[Cancellation | None, dict[str, str]]:
    units, (reason, *_) = read_units(view), (*chosen(view, REASON), "")
    errors = {} if units else {UNITS: "Choose what is to be cancelled."}
    if reason not in CANCEL_REASONS:
        errors[REASON] = "Choose why."
    return (None, errors) if errors else (Cancellation(units, reason), {})
