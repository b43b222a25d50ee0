"""What a report comes to: rows, totals, and the numbers a chart is drawn from. Pure; one pass, whatever the size.

Columns are known by every name seen so far (English, German, the variants with cents). What is missing is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.currency import currency_of
from bot.domain.facts import folded
from bot.domain.reporttable import Table
from bot.domain.words import one_line

MOST_WORDS = 200
MOST_ORDERS = 500_000
OTHERS = "others"

DATES = ("order_date", "datum_der_order", "ts_created", "created", "date", "datum")
PRICES = ("price_gross", "sum_price_gross", "price", "preis", "sales_price", "price_cs", "price_gross_cs")
ORDERS = ("order_number", "id_order", "bestellnummer", "order")
REASONS = ("grund_der_stornierung", "cancel_reason", "cancellation_reason", "reason", "grund")
OWN_PRICES = ("ihr_preis", "your_price", "own_price", "sales_price", "gross_price", "price")
BEST_PRICES = (
    *("gunstigster_preis_neu", "cheapest_price_new", "competitive_external_price", "buybox_price", "lowest_price"),
    *("gunstigster_preis_gebraucht", "cheapest_price_used"),
)
BOOKED = ("booking_date", "buchungsdatum", "date", "datum")
BOOKING_TEXTS = ("booking_text", "buchungstext", "type", "typ")
BOOKING_AMOUNTS = ("amount", "betrag", "amount_cs")
# Words in a booking's text, and which kind of money it is. The first that fits counts.
BOOKINGS = (
    ("payouts", ("auszahlung", "payout", "wyplata", "vyplata", "versement")),
    ("refunds", ("erstattung", "refund", "ruckzahlung", "rimborso", "remboursement", "zwrot")),
    ("fees", ("gebuhr", "fee", "provision", "commission", "grundpreis")),
    ("cancellations", ("storno", "cancel")),
    ("releases", ("freigabe", "release")),
)
# How much more expensive than the best price an offer is, in percent: up to and with.
POSITIONS = ((0.0, "cheapest"), (5.0, "up to 5 % above"), (15.0, "5 to 15 % above"), (1e9, "more than 15 % above"))
ALONE = "no other price known"


@dataclass
class Summary:
    """Numbers of one report of one storefront. All of it is plain JSON (`facts`, `read_summary`).

    `counts` and `sums` (minor units of `currency`) are by a word: a reason, a kind of booking with its month. `days`
    holds units and money by day (ISO). `notes` are sentences about what could not be read.
    """

    rows: int = 0
    currency: str | None = None
    orders: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def facts(self) -> dict[str, Any]:
        return {**vars(self), "days": {day: list(pair) for day, pair in self.days.items()}}

    def note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def read_summary(facts: Mapping[str, Any]) -> Summary:
    """What `Summary.facts` made."""
    days = {day: (int(pair[0]), int(pair[1])) for day, pair in facts["days"].items()}
    return Summary(**{**facts, "days": days})


def summarise(kind: str, storefront: str, table: Table) -> Summary:
    """Read the table to its end. Raises `TableTrouble` when that cannot be done."""
    summary = Summary(currency=currency_of(storefront))
    reader = _READERS.get(kind, _count_rows)
    reader(table, summary)
    summary.rows = table.count
    if table.uneven:
        summary.note(f"{table.uneven} rows have more or fewer fields than the header.")
    summary.counts = _few(summary.counts)
    return summary


def _few(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent words; all the others together."""
    kept = dict(Counter(counts).most_common(MOST_WORDS))
    rest = sum(counts.values()) - sum(kept.values())
    return {**kept, OTHERS: kept.get(OTHERS, 0) + rest} if rest else kept


def _sales(table: Table, summary: Summary) -> None:
    """Every row is a unit sold: how many a day, for how much, in how many orders."""
    _expect(table, summary, "prices", PRICES)
    _expect(table, summary, "dates", DATES)
    orders: set[str] = set()
    for row in table:
        minor = row.minor(*PRICES) or 0
        _add(summary.sums, "revenue", minor)
        if at := row.day(*DATES):
            units, money = summary.days.get(at.isoformat(), (0, 0))
            summary.days[at.isoformat()] = (units + 1, money + minor)
        if len(orders) < MOST_ORDERS:
            orders.add(row.text(*ORDERS))
    summary.orders = len(orders - {""})


def _reasons(table: Table, summary: Summary) -> None:
    _expect(table, summary, "reasons", REASONS)
    counts: Counter[str] = Counter(_word(row.text(*REASONS)) for row in table)
    summary.counts = dict(counts)


def _bookings(table: Table, summary: Summary) -> None:
    """Money by month and kind: `2026-11/payouts`. Fees also stand in columns of their own (fee_…), on any row."""
    _expect(table, summary, "amounts", BOOKING_AMOUNTS)
    _expect(table, summary, "booking texts", BOOKING_TEXTS)
    fees = [name for name in table.columns if name.startswith(("fee_", "gebuhr_"))]
    for row in table:
        at = row.day(*BOOKED)
        month = f"{at:%Y-%m}" if at else "undated"
        kind = booking_kind(row.text(*BOOKING_TEXTS))
        _add(summary.counts, f"{month}/{kind}", 1)
        _add(summary.sums, f"{month}/{kind}", row.minor(*BOOKING_AMOUNTS) or 0)
        for name in fees:
            if minor := row.minor(name):
                _add(summary.sums, f"{month}/fees_within", -abs(minor))


def booking_kind(text: str) -> str:
    """What kind of money a booking's text means; an unknown text is a kind of its own."""
    flat = folded(text)
    for kind, words in BOOKINGS:
        if any(word in flat for word in words):
            return kind
    return one_line(text, 40) or "without a text"


def _positions(table: Table, summary: Summary) -> None:
    """How each price of ours stands beside the best other one. The unit of the prices does not matter for that."""
    _expect(table, summary, "own prices", OWN_PRICES)
    _expect(table, summary, "other prices", BEST_PRICES)
    for row in table:
        ours, best = row.minor(*OWN_PRICES), row.minor(*BEST_PRICES)
        _add(summary.counts, position(ours, best), 1)


def position(ours: int | None, best: int | None) -> str:
    if not ours or not best or best <= 0:
        return ALONE
    above = 100 * (ours - best) / best
    return next(name for most, name in POSITIONS if above <= most)


def _offers(table: Table, summary: Summary) -> None:
    """Offers by condition, pieces in stock, and how many have none."""
    for row in table:
        _add(summary.counts, _word(row.text("condition", "zustand", "unit_condition") or "without a condition"), 1)
        pieces = row.whole("count", "amount", "bestand")
        if pieces is None:
            continue
        _add(summary.sums, "pieces", pieces)
        if pieces <= 0:
            _add(summary.sums, "sold out", 1)


def _import_errors(table: Table, summary: Summary) -> None:
    summary.counts = dict(Counter(_word(row.text("log_message", "message", "status")) for row in table))


def _count_rows(table: Table, summary: Summary) -> None:
    for _ in table:
        pass


def _expect(table: Table, summary: Summary, what: str, names: tuple[str, ...]) -> None:
    if not table.has(*names):
        summary.note(f"The report has no column I know for {what}, so they are left out here.")


def _add(numbers: dict[str, int], key: str, value: int) -> None:
    if key in numbers or len(numbers) < MOST_WORDS * 10:
        numbers[key] = numbers.get(key, 0) + value
    else:
        numbers[OTHERS] = numbers.get(OTHERS, 0) + value


def _word(text: str) -> str:
    return one_line(text, 80) or "without a reason"


_READERS: Mapping[str, Callable[[Table, Summary], None]] = {
    "sales-new": _sales,
    "bookings-new": _bookings,
    "cancellations": _reasons,
    "eans-not-found": _reasons,
    "competitors-comparer": _positions,
    "price-competitiveness": _positions,
    "account-listing": _offers,
    "product-data-import-file-errors": _import_errors,
}


# What people read of it


@dataclass(frozen=True, slots=True)
class BookingMonth:
    """One month of one storefront's bookings, in minor units.

    `fees` are bookings of their own; `fees_within` stand in columns beside other bookings, and whether their amounts
    hold them already is not known. `other` is what stands under texts nobody knows.
    """

    month: str
    payouts: int = 0
    releases: int = 0
    refunds: int = 0
    cancellations: int = 0
    fees: int = 0
    fees_within: int = 0
    other: int = 0


def booking_months(summary: Summary) -> tuple[BookingMonth, ...]:
    """The months of a bookings report, the oldest first."""
    months: dict[str, dict[str, int]] = {}
    known = {kind for kind, _ in BOOKINGS} | {"fees_within"}
    for key, minor in summary.sums.items():
        month, _, kind = key.partition("/")
        _add(months.setdefault(month, {}), kind if kind in known else "other", minor)
    return tuple(BookingMonth(month, **months[month]) for month in sorted(months))


def first_and_last(summaries: Mapping[str, Summary]) -> tuple[date, date] | None:
    """The days sales were made on, over all storefronts."""
    days = sorted(day for summary in summaries.values() for day in summary.days)
    return (date.fromisoformat(days[0]), date.fromisoformat(days[-1])) if days else None
