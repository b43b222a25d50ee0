"""What a chart shows: bars with names and a unit, made of reports' summaries. Pure; drawing is done elsewhere.

A picture is made where people would rather look than read: sales by day and storefront, cancellations by reason, the
position of prices, and what the bookings come to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.codes import STOREFRONTS
from bot.domain.period import Period
from bot.domain.reportsummary import ALONE, OTHERS, POSITIONS, Summary, booking_months, first_and_last

MOST_REASONS = 10
# Above so many bars nobody can tell them apart at the width of a preview.
MOST_DAYS = 31
MOST_WEEKS = 26


@dataclass(frozen=True)
class Series:
    """Numbers of one colour, one for each label of the chart."""

    name: str
    values: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.values)


@dataclass(frozen=True)
class BarChart:
    """Bars over `labels`, those of several series on top of each other; `across` draws them from left to right.

    `unit` stands beside the numbers: "EUR", "units", "%". `decimals` is how exactly numbers are written. `adds_up` is
    False where the bars are different things, whose sum means nothing. `rest` is what comes together without a bar: it
    would often be the longest, and make those short that people look for.
    """

    title: str
    subtitle: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    across: bool = False
    decimals: int = 0
    adds_up: bool = True
    rest: float = 0.0

    @property
    def words(self) -> str:
        """The chart for those who cannot see it: what it shows, the largest bars, the whole."""
        sums = [sum(series.values[place] for series in self.series) for place in range(len(self.labels))]
        largest = sorted(zip(self.labels, sums, strict=True), key=lambda bar: -abs(bar[1]))[:3]
        named = ", ".join(f"{label} {self.said(value)}" for label, value in largest)
        parts = "; ".join(f"{series.name} {self.said(series.total)}" for series in self.series if len(self.series) > 1)
        rest = f" All others: {self.said(self.rest)}." if self.rest else ""
        whole = f"{rest} In all {self.said(sum(sums) + self.rest)}." if self.adds_up else rest
        return f"Bar chart: {self.title}, {self.subtitle}. Largest: {named}.{whole}" + (f" {parts}." if parts else "")

    def said(self, value: float) -> str:
        """A number with its unit: 1 234 EUR."""
        return f"{value:,.{self.decimals}f}".replace(",", "\u202f") + f" {self.unit}"


def chart_of(
    kind: str, summaries: Mapping[str, Summary], days: Period | None = None, *, asked: date | None = None
) -> BarChart | None:
    """The picture of a report, None where there is nothing to see. `summaries` are by storefront.

    A report that is about no days is about the day it was `asked` for.
    """
    when = str(days) if days else f"as of {Period(asked, asked)}" if asked else ""
    if kind == "sales-new":
        return _sales(summaries, days)
    if kind == "cancellations":
        return _by_word("Cancellations by reason", summaries, when)
    if kind in {"competitors-comparer", "price-competitiveness"}:
        return _positions(summaries, when)
    if kind == "bookings-new":
        return _bookings(summaries, when)
    return None


def _sales(summaries: Mapping[str, Summary], days: Period | None) -> BarChart | None:
    """Money a day where all storefronts have one currency, else units: different money is not added up."""
    span = first_and_last(summaries)
    if span is None:
        return None
    whole = days or Period(*span)
    sold = {place: summary for place, summary in summaries.items() if summary.days}
    currencies = {summary.currency for summary in sold.values()}
    currency = currencies.pop() if len(currencies) == 1 else None
    steps = list(_steps(whole))
    series = [
        Series(storefront.upper(), tuple(_between(summary, step, money=bool(currency)) for step in steps))
        for storefront, summary in sold.items()
    ]
    each = "day" if len(steps) == whole.days else "week" if steps[0].days <= 7 else "month"
    return BarChart(
        title=f"{'Sales' if currency else 'Units sold'} per {each}",
        subtitle=_told(sold, str(whole)),
        unit=currency or "units",
        labels=tuple(_label(step, each) for step in steps),
        series=_in_order(series),
    )


def _steps(whole: Period) -> Iterator[Period]:
    """The days, weeks or months of a span: as many bars as can be told apart."""
    first = whole.first
    while first <= whole.last:
        if whole.days <= MOST_DAYS:
            last = first
        elif whole.days <= MOST_WEEKS * 7:
            last = first + timedelta(days=6 - first.weekday())
        else:
            last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        yield Period(first, min(last, whole.last))
        first = last + timedelta(days=1)


def _between(summary: Summary, step: Period, *, money: bool) -> float:
    found = [pair for day, pair in summary.days.items() if date.fromisoformat(day) in step]
    return sum(pair[1] for pair in found) / 100 if money else sum(pair[0] for pair in found)


def _label(step: Period, each: str) -> str:
    return f"{step.first:%b %y}" if each == "month" else f"{step.first.day} {step.first:%b}"


def _in_order(series: Sequence[Series]) -> tuple[Series, ...]:
    """Always the same order, so that a storefront is found where it was; several nobody knows are one together."""
    places = [storefront.upper() for storefront in STOREFRONTS]
    known = sorted((each for each in series if each.name in places), key=lambda each: places.index(each.name))
    rest = [each for each in series if each.name not in places]
    if len(rest) > 1:
        rest = [Series(OTHERS, tuple(sum(values) for values in zip(*(each.values for each in rest), strict=True)))]
    return (*known, *rest)


def _by_word(title: str, summaries: Mapping[str, Summary], when: str) -> BarChart | None:
    counts: Counter[str] = Counter()
    for summary in summaries.values():
        counts.update(summary.counts)
    # Reasons a summary had no room for are named by nobody.
    folded = counts.pop(OTHERS, 0)
    kept = dict(counts.most_common(MOST_REASONS))
    if not kept:
        return None
    return BarChart(
        title=title,
        subtitle=_told(summaries, when),
        unit="units",
        labels=tuple(_spelled(word) for word in kept),
        series=(Series("units", tuple(float(count) for count in kept.values())),),
        across=True,
        rest=float(folded + counts.total() - sum(kept.values())),
    )


def _spelled(word: str) -> str:
    """A code as words: BuyerCancelled is "Buyer cancelled". What people wrote stays as it is."""
    if not re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", word):
        return word
    return re.sub(r"(?<!^)[A-Z]", lambda letter: " " + letter[0].lower(), word)


def _positions(summaries: Mapping[str, Summary], when: str) -> BarChart | None:
    """How many offers stand where, from the cheapest to the most expensive."""
    counts: Counter[str] = Counter()
    for summary in summaries.values():
        counts.update(summary.counts)
    if not counts.total():
        return None
    labels = (*(name for _, name in POSITIONS), ALONE)
    return BarChart(
        title="Your prices beside the best other one",
        subtitle=_told(summaries, when),
        unit="offers",
        labels=labels,
        series=(Series("offers", tuple(float(counts[label]) for label in labels)),),
        across=True,
    )


def _bookings(summaries: Mapping[str, Summary], when: str) -> BarChart | None:
    """What each kind of booking comes to, in the one currency most storefronts have."""
    currencies = Counter(summary.currency for summary in summaries.values() if summary.sums and summary.currency)
    if not currencies:
        return None
    currency = currencies.most_common(1)[0][0]
    shown = {place: summary for place, summary in summaries.items() if summary.currency == currency}
    months = [month for summary in shown.values() for month in booking_months(summary)]
    bars = {
        "Releases": sum(month.releases for month in months),
        "Payouts": sum(month.payouts for month in months),
        "Refunds": sum(month.refunds for month in months),
        "Cancellations": sum(month.cancellations for month in months),
        "Fees": sum(month.fees for month in months),
        "Fees taken off": sum(month.fees_within for month in months),
        "Other": sum(month.other for month in months),
    }
    bars = {name: minor for name, minor in bars.items() if minor}
    if not bars:
        return None
    return BarChart(
        title="Bookings by kind",
        subtitle=_told(shown, when),
        unit=str(currency),
        labels=tuple(bars),
        series=(Series(str(currency), tuple(minor / 100 for minor in bars.values())),),
        across=True,
        decimals=2,
        adds_up=False,
    )


def _told(summaries: Mapping[str, Summary], when: str) -> str:
    """Which storefronts, and when: "DE, AT · 16 - 22 Nov 2026"."""
    return " · ".join(filter(None, [", ".join(place.upper() for place in summaries), when]))
