"""Offers worth a notice: sold out, not to be bought, nearly sold out. Pure.

A rule says which of these it wants; what an offer is at the moment decides, whatever push led us to look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.inventory import Unit

OUT_OF_STOCK, NOT_AVAILABLE, LOW_STOCK = "out_of_stock", "not_available", "low_stock"
AVAILABLE = "AVAILABLE"
# What the marketplace is asked to push for each notice: when it begins, and when it is over.
# https://sellerapi.kaufland.com/?page=push-notifications
EVENTS = {
    OUT_OF_STOCK: ("item_unit_out_of_stock", "item_unit_available", "item_unit_deleted"),
    NOT_AVAILABLE: ("item_unit_not_available", "item_unit_available", "item_unit_deleted"),
    LOW_STOCK: ("item_unit_changed", "item_unit_out_of_stock", "item_unit_deleted"),
}


@dataclass(frozen=True)
class Notices:
    """What a rule wants to hear of its offers. `low_stock` is the number of pieces from which on few are left."""

    wanted: tuple[str, ...] = ()
    low_stock: int | None = None

    @property
    def any(self) -> bool:
        return bool(self.wanted) or self.low_stock is not None

    def of(self, unit: Unit) -> str | None:
        """What there is to tell of `unit` now, the worst first; None for nothing."""
        if unit.amount <= 0:
            # Where few pieces are worth a notice, none are too.
            return OUT_OF_STOCK if OUT_OF_STOCK in self.wanted or self.low_stock is not None else None
        if unit.status.upper() != AVAILABLE and NOT_AVAILABLE in self.wanted:
            return NOT_AVAILABLE
        return LOW_STOCK if self.low_stock is not None and unit.amount <= self.low_stock else None

    @property
    def events(self) -> frozenset[str]:
        """The pushes it takes."""
        wanted = [*self.wanted, *([LOW_STOCK] if self.low_stock is not None else [])]
        return frozenset(event for notice in wanted for event in EVENTS[notice])


NOTHING = Notices()


def events(every: Iterable[Notices]) -> tuple[str, ...]:
    """The pushes all of them take together, in alphabetical order."""
    return tuple(sorted({event for notices in every for event in notices.events}))
