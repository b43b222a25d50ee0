"""Returns and their units: https://sellerapi.kaufland.com/?page=returns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.model import Return, ReturnRow, ReturnUnit
from bot.marketplace import parse
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.problems import MarketError

MOST_RETURNS = 100
# As many units of a return get their product and price as anybody reads on a card.
MOST_DECORATED = 8


class ReturnCalls(Calls):
    def list_returns(
        self, *, updated_from: datetime | None = None, tracking_code: str | None = None, status: Iterable[str] = ()
    ) -> AsyncIterator[ReturnRow]:
        """Returns, those that changed last first."""
        query = {
            "ts_updated_from_iso": updated_from,
            "tracking_code": tracking_code,
            "status": tuple(status),
            "sort": "ts_updated:desc",
        }
        return self._rows("/returns", parse.return_row, query, limit=MOST_RETURNS)

    def list_return_units(self, *, status: Iterable[str]) -> AsyncIterator[ReturnUnit]:
        """Units in one of the states. They have no time of change, so there is no other way to find changed ones."""
        return self._rows("/return-units", parse.return_unit, {"status": tuple(status)}, limit=MOST_RETURNS)

    async def fetch_return(self, id: int) -> Return:
        """The return with its units, each with the order unit it came from and the tickets about it.

        The marketplace embeds neither here, so each unit is asked for once more. They are decoration: a unit whose own
        answer fails stays without.
        """
        item = await self._richest(path("/returns/{}", id), parse.return_, ("return_units", "buyer"), ("return_units",))
        shown, rest = item.units[:MOST_DECORATED], item.units[MOST_DECORATED:]
        decorated = await asyncio.gather(*(self._decorated(unit) for unit in shown))
        return replace(item, units=(*decorated, *rest))

    async def _decorated(self, unit: ReturnUnit) -> ReturnUnit:
        if unit.order_unit is not None:
            return unit
        try:
            whole = await self.fetch_return_unit(unit.id)
            return replace(unit, order_unit=whole.order_unit, ticket_ids=whole.ticket_ids)
        except MarketError:
            return unit

    async def fetch_return_unit(self, id: int) -> ReturnUnit:
        return await self._richest(
            path("/return-units/{}", id), parse.return_unit, ("order_unit", "tickets"), ("order_unit",), ()
        )

    async def accept_return_unit(self, id: int) -> None:
        """The marketplace refunds the buyer."""
        await self._line.write("PATCH", path("/return-units/{}/accept", id))

    async def reject_return_unit(self, id: int, message: str) -> None:
        """Opens a ticket with `message` for the buyer, who is not refunded."""
        await self._line.write("PATCH", path("/return-units/{}/reject", id), {"message": message})

    async def clarify_return_unit(self, id: int, message: str) -> None:
        """Opens a ticket with `message` for the buyer; the decision waits."""
        await self._line.write("PATCH", path("/return-units/{}/clarify", id), {"message": message})

    async def repair_return_unit(self, id: int) -> None:
        await self._line.write("PATCH", path("/return-units/{}/repair", id))

    async def start_return(self, units: Sequence[tuple[int, str, str]]) -> Return:
        """Start a return for (order unit, reason, note of 5 to 100 characters), all of one order.

        Only for sellers who use the marketplace's return service.
        """
        return await self._line.write_for("POST", "/returns", parse.return_, _wanted(units))

    async def extend_return(self, id: int, units: Sequence[tuple[int, str, str]]) -> Return:
        """Add units to a return that exists."""
        return await self._line.write_for("PUT", path("/returns/{}", id), parse.return_, _wanted(units))


def _wanted(units: Sequence[tuple[int, str, str]]) -> list[dict[str, object]]:
    return [{"id_order_unit": unit, "reason": reason, "note": note} for unit, reason, note in units]
