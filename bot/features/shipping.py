"""Mark as sent, and further parcels of what was sent already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards.clicks import read_press
from bot.cards.orders import SEND, SHIP, sendable, shipped
from bot.cards.shipping import TITLES, UNITS, Parcel, parcel_window, read_parcel
from bot.cards.windows import Opened, redrawn
from bot.desk import ActionKind, Desk, Wish, account_of
from bot.domain.action import Action
from bot.domain.deeds import at_all
from bot.domain.model import Order
from bot.orderunits import KINDS, Who, take_all, unit_wish
from bot.orderwindows import open_about_order, submitted_by

NOTHING = {
    SEND: "Nothing of this order is to be sent any more. Its card is being redrawn.",
    SHIP: "Nothing of this order is on its way, so there is nothing to add a parcel to.",
}


def register(app: AsyncApp, prefix: str) -> None:
    for kind in (SEND, SHIP):
        app.action(kind)(pressed)
        app.view(kind)(submitted)


async def pressed(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    press, kind = read_press(body), action["action_id"]

    async def draw(order: Order, actions: tuple[Action, ...], opened: Opened) -> dict[str, Any] | str:
        units = sendable(order, actions) if kind == SEND else shipped(order)
        if not units:
            return NOTHING[kind]
        carriers = await desk.market(account_of(opened.subject)).carriers()
        return parcel_window(kind, units, carriers, opened.metadata())

    await ack()
    desk.later(open_about_order(desk, press, at_all(kind), TITLES[kind], draw))


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who = await submitted_by(ack, body, view, desk, UNITS)
    if who is None:
        return
    opened, person = who
    kind = str(view.get("callback_id"))
    parcel, errors, warning = read_parcel(view, sure=bool(opened.more.get("sure")))
    if warning:
        sure = replace(opened, more={**opened.more, "sure": 1})
        await ack(response_action="update", view=redrawn(view, sure.metadata(), warning))
        return
    if parcel is None:
        await ack(response_action="errors", errors=errors)
        return
    said = await take_all(desk, await _wishes(desk, kind, opened.subject, parcel, person))
    if said:
        await ack(response_action="errors", errors={UNITS: said})
        return
    await ack()


async def _wishes(desk: Desk, kind: str, subject: str, parcel: Parcel, who: Who) -> list[Wish]:
    earlier = await desk.actions.of(subject)
    if kind == SHIP:
        how: dict[str, object] = {"carrier": parcel.carrier, "number": parcel.numbers[0] if parcel.numbers else ""}
    else:
        how = {"carrier": parcel.carrier, "numbers": list(parcel.numbers)}
    return [unit_wish(kind, subject, unit, who, earlier, **how) for unit in parcel.units]


ACTIONS: Mapping[str, ActionKind] = {kind: KINDS[kind] for kind in (SEND, SHIP)}
