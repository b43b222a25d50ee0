"""Refunds: what and why in one window, the amount in words in a second, and then `bot.money`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards.clicks import read_press
from bot.cards.orders import REFUND, refundable
from bot.cards.refunds import AGAIN, AMOUNT, CONFIRM, TITLE, Form, read_form, refund_window, sure_window
from bot.cards.replies import trouble_modal
from bot.cards.shipping import UNITS, Shown
from bot.cards.windows import Opened
from bot.desk import ActionKind, Desk, ref_of
from bot.domain.action import Action
from bot.domain.deeds import at_all
from bot.domain.gap import hiding
from bot.domain.model import Money, Order
from bot.domain.money import amount_typed, most_refundable, refunded, refunds_of
from bot.money import AGAIN as WORDS
from bot.money import Asked, Refund, refund_deed, refund_wish
from bot.orderwindows import open_about_order, submitted_by
from bot.store import restoring


def register(app: AsyncApp, prefix: str) -> None:
    app.action(REFUND)(pressed)
    app.view(REFUND)(filled_in)
    app.view(CONFIRM)(confirmed)


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)

    async def draw(order: Order, actions: tuple[Action, ...], opened: Opened) -> dict[str, Any] | str:
        units = refundable(order, actions)
        if not units:
            return _why_not(order)
        before = {unit.id: refunds_of(actions, unit.id) for unit in units}
        draft = await _draft(desk, str(opened.more.get("draft", "")))
        partial = desk.partial_refunds_only()
        gap = hiding((await restoring.last()).gaps, min(unit.created for unit in units))
        kept = replace(opened, more={**opened.more, "gap": gap.mark}) if gap else opened
        return refund_window(units, before, kept.metadata(), partial_only=partial, draft=draft, gap=gap)

    await ack()
    desk.later(open_about_order(desk, press, at_all(REFUND), TITLE, draw))


def _why_not(order: Order) -> str:
    if order.fulfilled_by_kaufland:
        return "This order is fulfilled by Kaufland, which refunds it. Ask customer service in the ticket."
    return "Nothing of this order can be refunded now: it is not paid yet, it was given back, or a refund is under way."


async def _draft(desk: Desk, id: str) -> Mapping[str, object]:
    """What somebody typed for a refund that was not done."""
    action = await desk.actions.find(id) if id else None
    if action is None or action.amount is None:
        return {}
    return {"amount": str(action.amount), "reason": action.payload.get("reason")}


async def filled_in(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """The first window: everything that is wrong is said beside its field; then the amount is said in words."""
    who = await submitted_by(ack, body, view, desk, AMOUNT)
    if who is None:
        return
    opened, person = who
    form, errors = read_form(view)
    if form is None:
        await ack(response_action="errors", errors=errors)
        return
    before = refunds_of(await desk.actions.of(opened.subject), form.unit.id)
    gap = str(opened.more.get("gap", ""))
    amount, errors = _checked(form, before, partial_only=desk.partial_refunds_only(), forgotten=bool(gap))
    if amount is None:
        await ack(response_action="errors", errors=errors)
        return
    decision = await desk.judged(
        person.user_id,
        person.team_id,
        refund_deed(opened.subject, amount, again=bool(before), forgotten=bool(gap)),
    )
    if decision and decision.denied:
        await ack(response_action="errors", errors={AMOUNT: decision.sentence})
        return
    sure = replace(opened, more=_carried(form, amount, len(before), gap))
    approval = decision.sentence if decision and decision.needs_approval else ""
    spent = refunded(before, amount.currency)
    await ack(
        response_action="push",
        view=sure_window(form, amount, sure.metadata(), before=spent, approval=approval),
    )


def _checked(
    form: Form, before: Sequence[Action], *, partial_only: bool, forgotten: bool
) -> tuple[Money | None, dict[str, str]]:
    """The amount, or what is wrong, beside the fields. The fresh unit is asked for again before anything is sent."""
    currency = form.unit.price.currency
    try:
        amount = amount_typed(form.amount, currency)
    except ValueError as error:
        return None, {AMOUNT: str(error)}
    most = most_refundable(form.unit.price, refunded(before, currency), partial_only=partial_only)
    if amount.minor > most.minor:
        whole = " The whole price goes back by cancelling, or by accepting a return." if partial_only else ""
        return None, {AMOUNT: f"At most {most} can go back for this unit.{whole}"}
    if forgotten and not before and (form.again or "").casefold() != WORDS:
        said = "The notebook was restored, so I do not know whether this unit was refunded. Look in the seller portal. "
        return None, {AGAIN: f"{said}If nothing or less went back, type: {WORDS}. A colleague has to agree."}
    if before and (form.again or "").casefold() != WORDS:
        said = f"{before[-1].amount} went back for this unit at {before[-1].taken_at:%H:%M} UTC. "
        if form.again is None:
            return None, {UNITS: f"{said}Close this window and press Refund again if you mean one more."}
        return None, {AGAIN: f"{said}If you mean one more, type: {WORDS}. A colleague has to agree."}
    return amount, {}


def _carried(form: Form, amount: Money, before: int, gap: str) -> dict[str, str | int]:
    unit = form.unit
    return {
        "unit": unit.id,
        "seen": unit.version,
        "price": unit.price.minor,
        "currency": amount.currency,
        "minor": amount.minor,
        "reason": form.reason,
        "title": unit.title,
        "before": before,
        "gap": gap,
    }


async def confirmed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """The second window: taken, and every window closed."""
    who = await submitted_by(ack, body, view, desk, None)
    if who is None:
        return
    opened, person = who
    carried = opened.more
    currency = str(carried["currency"])
    price = Money(int(carried["price"]), currency)
    unit = Shown(int(carried["unit"]), str(carried["seen"]), price, str(carried["title"]))
    before = refunds_of(await desk.actions.of(opened.subject), unit.id)
    if len(before) != carried["before"]:
        said = f"Somebody refunded this unit of order {ref_of(opened.subject)} meanwhile. Nothing was sent; look again."
        await ack(response_action="update", view=trouble_modal(TITLE, said))
        return
    amount = Money(int(carried["minor"]), currency)
    asked = Asked(
        *(unit, amount, str(carried["reason"]), person.user_id, person.team_id, person.heard),
        *(person.channel, person.ts, str(carried.get("gap", ""))),
    )
    if said := await desk.actions.take(refund_wish(opened.subject, asked, before)):
        await ack(response_action="update", view=trouble_modal(TITLE, said))
        return
    await ack(response_action="clear")


ACTIONS: Mapping[str, ActionKind] = {REFUND: Refund()}
