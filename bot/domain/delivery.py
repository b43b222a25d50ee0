"""When a parcel is expected, and whether it was early, on time or late. Pure: `now` is handed in.

The marketplace counts early deliveries against the seller as well as late ones, each order unit by itself. Source:
seller university, "KPIs for your delivery performance". Days are those of the storefront's country.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from bot.domain.clocks import zone_of
from bot.domain.model import OrderUnit

TO_BE_SENT = frozenset({"open", "need_to_be_sent"})
ON_ITS_WAY = frozenset({"sent", "sent_and_autopaid"})


class Punctuality(Enum):
    EARLY = "early"
    ON_TIME = "on time"
    LATE = "late"


@dataclass(frozen=True)
class Window:
    """The first day on which a delivery is not early, and the moment (UTC) after which it is late."""

    first: date | None
    last: datetime | None


def window_of(unit: OrderUnit) -> Window:
    """What the buyer was told; a part nobody told is None."""
    ordered = unit.created.astimezone(zone_of(unit.storefront)).date()
    first = ordered + timedelta(days=unit.delivery_days[0]) if unit.delivery_days else None
    last = unit.delivery_expires
    if last is None and unit.delivery_days:
        midnight = datetime.combine(
            ordered + timedelta(days=unit.delivery_days[1] + 1), time(), zone_of(unit.storefront)
        )
        last = midnight.astimezone(UTC)
    return Window(first, last)


def punctuality(unit: OrderUnit, now: datetime) -> Punctuality | None:
    """How the delivery went, or that it is late by now; None while it still may be on time, and for no delivery."""
    window = window_of(unit)
    if unit.received:
        arrived = unit.received.astimezone(zone_of(unit.storefront)).date()
        if window.first and arrived < window.first:
            return Punctuality.EARLY
        if window.last and unit.received > window.last:
            return Punctuality.LATE
        return Punctuality.ON_TIME if window.first or window.last else None
    waits = unit.status in TO_BE_SENT or unit.status in ON_ITS_WAY
    return Punctuality.LATE if waits and window.last and now > window.last else None


def send_by(units: Iterable[OrderUnit], ahead: timedelta) -> datetime | None:
    """When people should hear that a unit is still to be sent (UTC): `ahead` of the end of its delivery time."""
    ends = [last for unit in units if unit.status in TO_BE_SENT and (last := window_of(unit).last)]
    return min(ends) - ahead if ends else None
