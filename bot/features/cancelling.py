"""Cancelling units of an order, with what it does to the cancellation rate said before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards.cancelling import REASON, TITLE, cancel_window, read_cancellation
from bot.cards.clicks import read_press
from bot.cards.orders import CANCEL, cancellable
from bot.cards.windows import Opened
from bot.desk import ActionKind, Desk, account_of
from bot.domain.action import Action
from bot.domain.deeds import at_all
from bot.domain.model import Order
from bot.orderfigures import month_so_far
from bot.orderunits import KINDS, take_all, unit_wish
from bot.orderwindows import open_about_order, submitted_by


def register(app: AsyncApp, prefix: str) -> None:
    app.action(CANCEL)(pressed)
    app.view(CANCEL)(submitted)


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)

    async def draw(order: Order, actions: tuple[Action, ...], opened: Opened) -> dict[str, Any] | str:
        units = cancellable(order, actions)
        if not units:
            return "Nothing of this order can be cancelled any more: what was sent comes back as a return."
        month = await month_so_far(desk.market(account_of(opened.subject)), order.storefront, desk.now())
        return cancel_window(units, month, opened.metadata())

    await ack()
    desk.later(open_about_order(desk, press, at_all(CANCEL), TITLE, draw))


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who = await submitted_by(ack, body, view, desk, REASON)
    if who is None:
        return
    opened, person = who
    asked, errors = read_cancellation(view)
    if asked is None:
        await ack(response_action="errors", errors=errors)
        return
    earlier = await desk.actions.of(opened.subject)
    wishes = [unit_wish(CANCEL, opened.subject, unit, person, earlier, reason=asked.reason) for unit in asked.units]
    if said := await take_all(desk, wishes):
        await ack(response_action="errors", errors={REASON: said})
        return
    await ack()


ACTIONS: Mapping[str, ActionKind] = {CANCEL: KINDS[CANCEL]}
