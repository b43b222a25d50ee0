"""What belongs to a ticket besides itself: its order and its return, as far as the marketplace tells."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from bot.desk import Market
from bot.domain.model import Order, Return, Ticket
from bot.marketplace import MarketError

T = TypeVar("T")


async def surroundings(market: Market, ticket: Ticket) -> tuple[Order | None, Return | None]:
    """The order a ticket is about and the return of its unit, as far as the marketplace tells: None for what it does
    not. Without them fewer placeholders are known, and nothing else is lost.
    """
    ids = ticket.order_unit_ids or tuple(unit.id for unit in ticket.order_units)
    order_id = ticket.order_units[0].order_id if ticket.order_units else None
    return_id = None
    if ids and (unit := await _or_none(market.fetch_order_unit(ids[0]))):
        order_id, return_id = unit.order_id, unit.return_id
    order = await _or_none(market.fetch_order(order_id)) if order_id else None
    item = await _or_none(market.fetch_return(return_id)) if return_id else None
    return order, item


async def _or_none(asked: Awaitable[T]) -> T | None:
    try:
        return await asked
    except MarketError:
        return None
