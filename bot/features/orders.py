"""Orders: their card where a rule wants one, and `/order`."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards.blocks import Card
from bot.cards.orders import order_card
from bot.commands import answer_lookup
from bot.desk import Desk, subject_key
from bot.domain.routing import order_facts
from bot.looks import Seen
from bot.store.subjects import SubjectRow

KIND = "order"
UNIT_KIND = "order_unit"
USAGE = "Use `/order MB7UWLD` with the order's number."


async def look(desk: Desk, row: SubjectRow) -> Seen:
    order = await desk.market(row.account).fetch_order(row.ref)
    now = desk.now()
    route = desk.route(order_facts(order, row.account, now))
    expires = min((unit.delivery_expires for unit in order.units if unit.delivery_expires), default=None)
    wanted = Wanted(order_card(order, now=now), route.channel, route.mention, urgent=row.priority == 0)
    # A card that hangs is kept true even when the rules would not show this order any more.
    return Seen(
        wanted=wanted if route.shown or row.ts or row.posting else None,
        storefront=order.storefront,
        state=",".join(sorted({unit.status for unit in order.units}))[:60],
        closed=order.closed,
        due_at=None if order.closed else expires,
        facts={},
    )


async def look_at_unit(desk: Desk, row: SubjectRow) -> Seen:
    """A push may speak of a unit: find its order, which is what has a card."""
    unit = await desk.market(row.account).fetch_order_unit(int(row.ref))
    return Seen(state=unit.status, closed=True, also=(subject_key(KIND, row.account, unit.order_id),))


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}order")(order_asked)


async def order_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    async def draw(account: str, id: str) -> Card:
        return order_card(await desk.market(account).fetch_order(id), now=desk.now())

    await ack()
    desk.later(answer_lookup(desk, command, respond, kind=KIND, form=r"[A-Za-z0-9]{4,20}", usage=USAGE, draw=draw))
