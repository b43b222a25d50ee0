"""What cancelling does to the month's cancellation rate, and what that costs. Pure.

Less than 1 % of a month's units may be cancelled for the seller's reasons; from 1 % on the marketplace takes 5 % of the
cancelled value, from 3 % on 10 %. Source: seller university, "order management". Which reasons count is not written
down: those that are plainly the buyer's do not, everything else is taken to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.currency import Money
from bot.domain.model import OrderUnit

BUYERS_REASONS = frozenset({"BuyerCancelled", "NoReactionBuyer", "ShippingAddressUndeliverable"})
# Other names of theirs seen in old clients and reports.
_BUYERS_OLD = frozenset({"CustomerExchange", "CustomerReturn", "NoReaction"})


def counts(reason: str | None) -> bool:
    """Whether a cancellation for `reason` counts as the seller's."""
    return reason not in BUYERS_REASONS | _BUYERS_OLD


@dataclass(frozen=True)
class Month:
    """A storefront's month so far: units ordered, units cancelled for the seller's reasons, and their value."""

    units: int
    cancelled: int
    value: Money

    @property
    def hundredths(self) -> int:
        """The rate in hundredths of a percent, rounded down: 73 is 0.73 %."""
        return self.cancelled * 10_000 // self.units if self.units else 0

    @property
    def fee_percent(self) -> int:
        """How much of the cancelled value it costs: 0, 5 or 10."""
        if self.cancelled * 100 < self.units or not self.cancelled:
            return 0
        return 5 if self.cancelled * 100 < 3 * self.units else 10

    @property
    def fee(self) -> Money:
        return Money(self.value.minor * self.fee_percent // 100, self.value.currency)

    def with_more(self, units: Iterable[OrderUnit]) -> Month:
        """The month after `units` were cancelled, too, for a reason that counts."""
        more = [unit for unit in units if unit.price.currency == self.value.currency]
        value = self.value.minor + sum(unit.price.minor for unit in more)
        return Month(max(self.units, len(more)), self.cancelled + len(more), Money(value, self.value.currency))


def month_of(units: Iterable[OrderUnit], currency: str) -> Month:
    """The figures of one storefront's units of this month."""
    ordered = cancelled = value = 0
    for unit in units:
        if unit.price.currency != currency:
            continue
        ordered += 1
        if unit.status == "cancelled" and counts(unit.cancel_reason):
            cancelled += 1
            value += unit.price.minor
    return Month(ordered, cancelled, Money(value, currency))


def effect_words(before: Month, after: Month) -> str:
    """What cancelling would do, in a sentence or two for the person who is about to."""
    rate = f"{_percent(before)} now, {_percent(after)} with this"
    if not after.fee_percent:
        return f"Your cancellation rate this month: {rate}. The goal is below 1 %: no fee."
    cost = f"{after.fee_percent} % of the cancelled {after.value}, about {after.fee}"
    worse = "" if before.fee_percent == after.fee_percent else " *That is a step up:*"
    return f"Your cancellation rate this month: {rate}.{worse} It costs {cost}."


def _percent(month: Month) -> str:
    return f"{month.hundredths // 100}.{month.hundredths % 100:02d} % ({month.cancelled} of {month.units} units)"
