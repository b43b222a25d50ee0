"""A storefront's month so far, as far as the marketplace tells it in the time a person waits for a window."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from bot.desk import Market
from bot.domain.cancelling import Month, month_of
from bot.domain.clocks import zone_of
from bot.domain.currency import currency_of
from bot.domain.model import OrderUnit
from bot.marketplace import MarketError

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 4.0
MOST_UNITS = 5000


async def month_so_far(market: Market, storefront: str, now: datetime) -> Month | None:
    """The month's cancellations of `storefront`; None when they could not be counted in time, or nobody can say."""
    currency = currency_of(storefront)
    if currency is None:
        return None
    local = now.astimezone(zone_of(storefront))
    began = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            units = await _ordered_since(market, storefront, began)
    except (TimeoutError, MarketError) as error:
        log.info("the month could not be counted", storefront=storefront, reason=type(error).__name__)
        return None
    return month_of(units, currency) if units is not None else None


async def _ordered_since(market: Market, storefront: str, began: datetime) -> list[OrderUnit] | None:
    """What was ordered since is what changed since and was ordered since. None for more than anybody waits for."""
    found: dict[int, OrderUnit] = {}
    async for unit in market.list_order_units(updated_from=began):
        if unit.storefront == storefront and unit.created >= began:
            found[unit.id] = unit
        if len(found) > MOST_UNITS:
            return None
    return list(found.values())
