"""Which sent orders still need an invoice of ours. Pure: sets of order units and invoices in, the difference out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.clocks import DAY_SECONDS, zone_of
from bot.domain.currency import Money
from bot.domain.ladder import Clock, Step, StorefrontHours
from bot.domain.model import Invoice, OrderUnit

# What its clock is called.
INVOICE = "invoice"
# So many run at once.
MOST_CLOCKS = 40
# A unit that came back was sent too: its sale was to be invoiced, and its credit is another paper.
SENT = frozenset({"sent", "received", "sent_and_autopaid", "returned", "returned_paid"})


@dataclass(frozen=True, slots=True)
class MissingInvoice:
    """A sent order without an invoice of ours. `total` is what its sent units cost, None in several currencies."""

    order_id: str
    storefront: str
    created: datetime
    units: int
    total: Money | None


def missing_invoices(units: Iterable[OrderUnit], invoices: Iterable[Invoice]) -> tuple[MissingInvoice, ...]:
    """Orders with a sent unit, less those the marketplace invoices, less those we invoiced; the oldest first.

    A row that comes twice counts once. What the marketplace issued is no invoice of ours.
    """
    sent: dict[str, dict[int, OrderUnit]] = {}
    excluded = {invoice.order_id for invoice in invoices if not invoice.by_marketplace}
    for unit in units:
        if unit.deemed_supplier:
            excluded.add(unit.order_id)
        if unit.status in SENT:
            sent.setdefault(unit.order_id, {})[unit.id] = unit
    found = [_missing(id, list(rows.values())) for id, rows in sent.items() if id not in excluded]
    return tuple(sorted(found, key=lambda order: (order.created, order.order_id)))


def _missing(order_id: str, units: list[OrderUnit]) -> MissingInvoice:
    currencies = {unit.price.currency for unit in units}
    total = Money(sum(unit.price.minor for unit in units), currencies.pop()) if len(currencies) == 1 else None
    return MissingInvoice(order_id, units[0].storefront, min(unit.created for unit in units), len(units), total)


def known_since(missing: Iterable[MissingInvoice], before: Mapping[str, object], now: datetime) -> dict[str, datetime]:
    """Since when each missing invoice is known to be missing (UTC): what was noted `before` (ISO), else `now`.

    The marketplace does not say when an order was sent; what is no longer missing is forgotten.
    """
    found = {}
    for order in missing:
        noted = before.get(order.order_id)
        found[order.order_id] = datetime.fromisoformat(noted) if isinstance(noted, str) else now
    return found


@dataclass(frozen=True)
class MissingRules:
    """How missing invoices are looked for: among orders of the last `look_back` days.

    A clock of `within_seconds` of the storefront's working time runs from when one was first seen to be missing, and
    the `ladder` is climbed while it does.
    """

    look_back: int = 30
    within_seconds: int = 2 * DAY_SECONDS
    ladder: tuple[Step, ...] = ()

    def clocks(
        self, missing: Iterable[MissingInvoice], since: Mapping[str, datetime], told: Collection[str]
    ) -> tuple[Clock, ...]:
        """One for all that were first seen to be missing at the same time, the oldest first.

        Of several storefronts the strictest counts: the one whose working days are over first. A clock whose steps were
        all `told` (by their keys) runs no longer; only the oldest does, because the list is due since then.
        """
        places: dict[datetime, set[str]] = {}
        for order in missing:
            places.setdefault(since[order.order_id], set()).add(order.storefront)
        starts = sorted(places)
        running = [*starts[:1], *(at for at in starts[1:] if not self._told(at, told))]
        return tuple(self._strictest(at, places[at]) for at in running[:MOST_CLOCKS])

    def _told(self, since: datetime, told: Collection[str]) -> bool:
        # What names a step says nothing of the storefront, so any will do.
        clock = self.clock(since, "de")
        return all(clock.key(step) in told for step in self.ladder)

    def _strictest(self, since: datetime, storefronts: Iterable[str]) -> Clock:
        return min((self.clock(since, place) for place in sorted(storefronts)), key=lambda clock: clock.due)

    def clock(self, since: datetime, storefront: str) -> Clock:
        hours = StorefrontHours(storefront)
        return Clock(INVOICE, since, self.within_seconds, hours, self.ladder, deadline=False)


def week_of(now: datetime) -> str:
    """The list of a week is one card, "2026-W48": a new one each Monday stands where people see it."""
    year, week, _ = now.astimezone(zone_of("de")).isocalendar()
    return f"{year}-W{week:02d}"
