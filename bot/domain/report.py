"""Which reports there are, what each must be told, and how long to wait for one. Pure.

A report is asked for, made within minutes, and then a CSV file: https://sellerapi.kaufland.com/?page=endpoints.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.period import MOST_DAYS, Period

# How long to wait before looking at a report again: short at first, longer the longer it takes.
FIRST_GAP = timedelta(seconds=3)
LONGEST_GAP = timedelta(minutes=10)
SLOW = timedelta(hours=1)
GIVEN_UP = timedelta(hours=24)
# The marketplace's numbers are of 64 bits.
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of report. `title` is what people call it, `what` what it lists."""

    code: str
    title: str
    what: str
    of_days: bool = False
    of_import: bool = False
    by_cause: bool = False


KINDS: Mapping[str, ReportKind] = {
    kind.code: kind
    for kind in (
        ReportKind("sales-new", "Sales", "every unit sold between two days", of_days=True),
        ReportKind("bookings-new", "Bookings", "money in and out: releases, refunds, fees, payouts", of_days=True),
        ReportKind("cancellations", "Cancellations", "cancelled units and why", by_cause=True),
        ReportKind("competitors-comparer", "Competitors' prices", "your offers beside the cheapest of others"),
        ReportKind("price-competitiveness", "Price position", "your prices beside the best known elsewhere"),
        ReportKind("account-listing", "Offers", "everything you have for sale, with stock and price"),
        ReportKind("eans-not-found", "EANs not found", "offers without enough product data, and why"),
        ReportKind("product-data-changes", "Changed product data", "products others have changed"),
        ReportKind(
            "product-data-import-file-errors", "Errors of an import", "what was wrong in a product file", of_import=True
        ),
    )
}


@dataclass(frozen=True)
class ReportWish:
    """A report somebody wants. `storefronts` is empty for a report about an import; of several, each is one file."""

    kind: str
    storefronts: tuple[str, ...] = ()
    days: Period | None = None
    import_id: int | None = None
    seller_related: bool = False

    @property
    def parts(self) -> tuple[str, ...]:
        """One for each file there will be: a storefront, or "" for a report about an import."""
        return self.storefronts or ("",)

    @property
    def slug(self) -> str:
        """Equal for equal wishes, and fit to be a part of a subject's key."""
        days = f"{self.days.first.isoformat()}.{self.days.last.isoformat()}" if self.days else ""
        cause = "own" if self.seller_related else ""
        parts = (self.kind, "+".join(self.storefronts), days, str(self.import_id or ""), cause)
        return ".".join(part for part in parts if part)

    @property
    def title(self) -> str:
        kind = KINDS.get(self.kind)
        return kind.title if kind else self.kind

    def payload(self) -> dict[str, object]:
        """As plain JSON, read back by `read_wish`."""
        return {
            "kind": self.kind,
            "storefronts": list(self.storefronts),
            "first": self.days.first.isoformat() if self.days else None,
            "last": self.days.last.isoformat() if self.days else None,
            "import_id": self.import_id,
            "seller_related": self.seller_related,
        }


def read_wish(payload: Mapping[str, object]) -> ReportWish | None:
    """What `ReportWish.payload` made, or None for anything else."""
    kind, storefronts, number = payload.get("kind"), payload.get("storefronts"), payload.get("import_id")
    first, last = payload.get("first"), payload.get("last")
    if not isinstance(kind, str) or not isinstance(storefronts, list):
        return None
    try:
        days = Period(date.fromisoformat(str(first)), date.fromisoformat(str(last))) if first and last else None
    except ValueError:
        return None
    return ReportWish(
        kind,
        tuple(str(code) for code in storefronts),
        days,
        number if isinstance(number, int) else None,
        bool(payload.get("seller_related")),
    )


def trouble(wish: ReportWish, today: date) -> tuple[str, str] | None:
    """What keeps the marketplace from making this report: (field, sentence). Fields: kind, storefronts, first, last,
    import_id.
    """
    kind = KINDS.get(wish.kind)
    if kind is None:
        return "kind", "Choose one of the reports."
    if kind.of_import:
        known = wish.import_id and 0 < wish.import_id <= LARGEST_NUMBER
        return None if known else ("import_id", "Which import? Write its number, like 88412.")
    if not wish.storefronts or not all(re.fullmatch(r"[a-z]{2}", code) for code in wish.storefronts):
        return "storefronts", "Choose at least one storefront."
    if not kind.of_days:
        return None
    if wish.days is None:
        return "first", "Choose the first and the last day."
    if wish.days.first > wish.days.last:
        return "last", "The last day lies before the first."
    if wish.days.last > today:
        return "last", "This day is not over yet anywhere: choose today or an earlier one."
    if wish.days.days > MOST_DAYS:
        return "first", f"These are {wish.days.days} days; a report may have {MOST_DAYS} at most."
    return None


def doubt(wish: ReportWish) -> str:
    """What to look at when the marketplace refuses this report, "" where its own words must do."""
    if wish.import_id is None:
        return ""
    return f"Is {wish.import_id} the number of an import of product data of this account? No other has this report."


def next_gap(age: timedelta) -> timedelta | None:
    """How long to wait before looking again at a report asked for `age` ago; None when it is given up."""
    if age >= GIVEN_UP:
        return None
    return min(max(age / 3, FIRST_GAP), LONGEST_GAP)
