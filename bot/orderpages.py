"""What stands in the window "More": an order with everything about it, and what else its buyer bought and asked."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from bot.cards.clicks import Click
from bot.cards.orderpage import EarlierTicket, Surroundings, buyer_page, order_page
from bot.cards.windows import Opened
from bot.desk import Desk, Market, account_of, subject_key
from bot.domain.action import Action
from bot.domain.model import Order, OrderUnit, TicketRow
from bot.marketplace import MarketError
from bot.store import subjects

# As many units get their return looked up as anybody reads in a window.
MOST_DECORATED = 12
# As many of a buyer's tickets are read for the orders they are about.
MOST_TICKETS = 8


async def page_of_order(
    desk: Desk, order: Order, actions: tuple[Action, ...], opened: Opened, *, revealed: bool = False
) -> dict[str, Any]:
    """The window about `order`, whose key is the subject of `opened`. `revealed` shows the buyer in full."""
    account = account_of(opened.subject)
    market = desk.market(account)
    order, (earlier, trouble) = await asyncio.gather(_with_returns(market, order), _tickets_of(market, order.buyer_id))
    keys = [subject_key("ticket", account, id) for unit in order.units for id in unit.ticket_ids]
    keys += [subject_key("return", account, unit.return_id) for unit in order.units if unit.return_id]
    links = await _links(desk, account, keys, earlier)
    return order_page(
        order,
        Surroundings(links, account, earlier, trouble),
        value=Click(opened.subject, "").value(),
        metadata=opened.metadata(),
        now=desk.now(),
        actions=actions,
        revealed=revealed,
    )


async def page_of_buyer(desk: Desk, buyer: int | None, opened: Opened) -> dict[str, Any]:
    """The window about the buyer of something that is about no order."""
    account = account_of(opened.subject)
    earlier, trouble = await _tickets_of(desk.market(account), buyer)
    links = await _links(desk, account, [], earlier)
    return buyer_page(buyer, Surroundings(links, account, earlier, trouble), metadata=opened.metadata())


async def _tickets_of(market: Market, buyer: int | None) -> tuple[tuple[EarlierTicket, ...], str]:
    """The newest tickets of `buyer` with the orders they are about, and why there are none when they cannot be read."""
    if buyer is None:
        return (), ""
    rows: list[TicketRow] = []
    try:
        async for row in market.list_tickets_of(buyer):
            rows.append(row)
            if len(rows) > MOST_TICKETS:
                break
    except MarketError as error:
        return (), str(error)
    return tuple(await asyncio.gather(*(_earlier(market, row) for row in rows))), ""


async def _earlier(market: Market, row: TicketRow) -> EarlierTicket:
    """Its orders are decoration: a ticket that cannot be read is listed without them."""
    try:
        ticket = await market.fetch_ticket(row.id)
    except MarketError:
        return EarlierTicket(row.id, row.status, row.topic, row.open_reason, row.updated)
    orders = tuple(sorted({unit.order_id for unit in ticket.order_units}))
    return EarlierTicket(row.id, ticket.status, ticket.topic, ticket.open_reason, ticket.updated, orders)


async def _with_returns(market: Market, order: Order) -> Order:
    """An order does not tell its returns; its units do, each asked for by itself. They are decoration."""

    async def decorated(unit: OrderUnit) -> OrderUnit:
        if unit.status in {"open", "need_to_be_sent", "cancelled"}:
            return unit
        try:
            whole = await market.fetch_order_unit(unit.id)
        except MarketError:
            return unit
        return replace(
            unit,
            return_id=whole.return_id,
            return_unit_id=whole.return_unit_id,
            return_unit_status=whole.return_unit_status,
        )

    shown, rest = order.units[:MOST_DECORATED], order.units[MOST_DECORATED:]
    return replace(order, units=(*await asyncio.gather(*map(decorated, shown)), *rest))


async def _links(desk: Desk, account: str, keys: list[str], earlier: tuple[EarlierTicket, ...]) -> dict[str, str]:
    """Where the cards of tickets and returns hang, as far as they do."""
    rows = await subjects.find_many([*keys, *(subject_key("ticket", account, ticket.id) for ticket in earlier)])
    links = {key: desk.link(row.channel, row.ts) for key, row in rows.items()}
    return {key: link for key, link in links.items() if link}
