"""The modal that asks for the words with which a return unit is rejected, or its buyer asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, context, modal, plain_text, section, text_input
from bot.cards.clicks import Click
from bot.cards.returns import CLARIFY, REJECT
from bot.cards.windows import TOO_OLD, Opened, typed
from bot.domain.model import ReturnUnit
from bot.domain.words import one_line

FIELD = "message"

_TITLES = {REJECT: "Reject the return", CLARIFY: "Ask the customer"}
_LABELS = {REJECT: "Why is it rejected?", CLARIFY: "Your question"}
_SUBMITS = {REJECT: "Reject", CLARIFY: "Ask"}
_EFFECTS = {
    REJECT: "The marketplace opens a ticket and sends this text to the buyer. The buyer is *not* refunded.",
    CLARIFY: "The marketplace opens a ticket and sends this question to the buyer. The decision waits.",
}


def loading_title(kind: str) -> str:
    return _TITLES[kind]


@dataclass(frozen=True)
class Decision:
    click: Click
    message: str


def decision_modal(kind: str, unit: ReturnUnit, metadata: str) -> Block:
    """`kind` is return.reject or return.clarify; `metadata` comes back with the words."""
    product = unit.order_unit.product if unit.order_unit else None
    title = one_line(product.title, 200) if product else f"Order unit {unit.order_unit_id}"
    reason = names.RETURN_REASONS.get(unit.reason, names.spelled(unit.reason).lower())
    return modal(
        kind,
        _TITLES[kind],
        [
            context(plain_text(f"{title} · {reason}", 300)),
            section(_EFFECTS[kind]),
            text_input(FIELD, _LABELS[kind], hint="The buyer gets exactly this text."),
        ],
        submit=_SUBMITS[kind],
        metadata=metadata,
    )


def read_decision(view: dict[str, Any], opened: Opened) -> tuple[Decision | None, dict[str, str]]:
    """What is decided about the unit of `opened` with which words, or the errors beside the field."""
    text = typed(view, FIELD)
    if not text:
        return None, {FIELD: "The buyer gets this text, so it cannot be empty."}
    unit, seen = opened.more.get("unit"), opened.more.get("seen")
    if not isinstance(unit, int) or not isinstance(seen, str):
        return None, {FIELD: TOO_OLD}
    return Decision(Click(opened.subject, seen, unit=unit), text), {}
