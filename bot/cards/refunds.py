"""The two windows of a refund: what and why, then the amount in words before anything happens. Drawn and read here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.cards import names
from bot.cards.blocks import Block, context, modal, plain_text, section
from bot.cards.orders import REFUND, unit_title
from bot.cards.orderwords import REFUND_REASONS
from bot.cards.shipping import UNITS, Shown, read_units, units_field
from bot.cards.windows import choice, chosen, has, one_line_input, option, typed
from bot.domain.action import Action
from bot.domain.gap import Gap
from bot.domain.model import Money, OrderUnit
from bot.domain.money import in_words, most_refundable, refunded
from bot.domain.words import escaped

TITLE = "Refund"
CONFIRM = "order.refund.sure"
AMOUNT, REASON, AGAIN = "amount", "reason", "again"


@dataclass(frozen=True)
class Form:
    """What was filled in: the unit as it was shown, and the rest as it was typed. `again` None: nobody asked for it."""

    unit: Shown
    amount: str
    reason: str
    again: str | None


def refund_window(
    units: Sequence[OrderUnit],
    before: Mapping[int, Sequence[Action]],
    metadata: str,
    *,
    partial_only: bool,
    draft: Mapping[str, object] | None = None,
    gap: Gap | None = None,
) -> Block:
    """`before` are our earlier refunds by unit; `draft` is an action whose amount and reason are offered again.

    `gap` is one in the notebook that may hide refunds.
    """
    kept = draft or {}
    currency = units[0].price.currency
    blocks: list[Block] = [section(f":warning: {gap.words}")] if gap else []
    blocks.append(context(*_facts(units, before, partial_only)))
    blocks += units_field(units, several=False)
    hint = f"In {currency}, like 12.50" + ("" if currency == "EUR" else f" {currency}: type the currency, too") + "."
    typed_before = kept.get("amount")
    blocks.append(one_line_input(AMOUNT, "Amount", hint=hint, most=40, initial=str(typed_before or "")))
    reasons = [option(words, code) for code, words in REFUND_REASONS.items()]
    chosen_before = [each for each in reasons if each["value"] == kept.get("reason")]
    blocks.append(choice(REASON, "Why?", reasons, initial=chosen_before or None))
    if gap or any(before.get(unit.id) for unit in units):
        may = "may have been" if gap else "was"
        hint = f"A unit that {may} refunded before needs these words and a colleague's yes: additional refund"
        blocks.append({**one_line_input(AGAIN, "Is it an additional refund?", hint=hint, most=40), "optional": True})
    return modal(REFUND, TITLE, blocks, submit="Go on", metadata=metadata)


def _facts(units: Sequence[OrderUnit], before: Mapping[int, Sequence[Action]], partial_only: bool) -> list[str]:
    """What may go back, unit by unit, and what did."""
    lines = []
    for number, unit in enumerate(units[:8], 1):
        refunds = before.get(unit.id, ())
        spent = refunded(refunds, unit.price.currency)
        most = names.money(most_refundable(unit.price, spent, partial_only=partial_only))
        line = f"{number}. {escaped(unit_title(unit), 60)}: {names.money(unit.price)}, at most {most}"
        if refunds:
            line += f", *{names.money(spent)} before* by <@{refunds[-1].user_id}>"
        lines.append(line)
    return lines


def read_form(view: dict[str, Any]) -> tuple[Form | None, dict[str, str]]:
    units, (reason, *_) = read_units(view), (*chosen(view, REASON), "")
    amount = typed(view, AMOUNT)
    errors = {} if len(units) == 1 else {UNITS: "Choose the unit."}
    if not amount:
        errors[AMOUNT] = "Type an amount, like 12.50."
    if reason not in REFUND_REASONS:
        errors[REASON] = "Choose why."
    if errors:
        return None, errors
    return Form(units[0], amount, reason, typed(view, AGAIN) if has(view, AGAIN) else None), {}


def sure_window(form: Form, amount: Money, metadata: str, *, before: Money, approval: str = "") -> Block:
    """The amount in words. `before` went back before; `approval` says why a colleague has to agree."""
    said = f"*{names.money(amount)}*\n{in_words(amount).capitalize()}"
    facts = [f"Reason: {REFUND_REASONS[form.reason]}", f"Price {names.money(form.unit.price)}"]
    if before.minor:
        facts.append(f"refunded before {names.money(before)}")
    blocks: list[Block] = [section(said), context(plain_text(form.unit.title, 200)), context(*facts)]
    if amount.currency != "EUR":
        blocks.append(
            section(
                f":warning: The marketplace speaks of euro cents, and this was sold in {amount.currency}. "
                f"I send {amount.minor} as the {amount.currency} amount. Check the bookings afterwards."
            )
        )
    if approval:
        blocks.append(section(f":raised_hand: {escaped(approval, 300)} A colleague is asked first."))
    submit = "Ask a colleague" if approval else f"Refund {amount}"[:24]
    blocks.append(context("It cannot be taken back. The buyer is told by the marketplace."))
    return modal(CONFIRM, TITLE, blocks, submit=submit, metadata=metadata)
