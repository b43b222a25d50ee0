"""The shop's own working time: when somebody is in the office, and when nobody there is to be disturbed. Pure.

Opening hours stand on the wall of the office, but time is counted as it passes: an hour that a change of summer time
skips or repeats counts as long as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.clocks import public_holidays

Span = tuple[datetime, datetime]
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """One stretch of a weekday (0 is Monday), in minutes of the day; `end` may be 1440, which is midnight."""

    weekday: int
    start: int
    end: int


@dataclass(frozen=True)
class Office:
    """Opening hours in one zone. `openings` (at least one) do not overlap.

    `country` (ISO 3166) names whose nationwide public holidays it keeps, None for nobody's; `closed` are days of its
    own.
    """

    zone: ZoneInfo
    openings: tuple[Opening, ...]
    country: str | None = None
    closed: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        if day in self.closed or (self.country and day in public_holidays(self.country, day.year)):
            return False
        return any(opening.weekday == day.weekday() for opening in self.openings)

    def later(self, start: datetime, seconds: int) -> datetime:
        """The earliest moment (UTC) at which `seconds` of office time have passed since `start`."""
        start, left = start.astimezone(UTC), timedelta(seconds=seconds)
        if left <= timedelta(0):
            return start
        for begin, end in self._spans_from(start):
            here = max(begin, start)
            if left <= end - here:
                return here + left
            left -= max(end - here, timedelta(0))
        raise AssertionError("an office opens again")

    def between(self, a: datetime, b: datetime) -> int:
        """Whole seconds of office time from `a` to `b`; 0 when `b` is not after `a`."""
        total = timedelta(0)
        for begin, end in self._spans_from(a):
            if begin >= b:
                break
            total += max(min(end, b) - max(begin, a), timedelta(0))
        return int(total.total_seconds())

    def opens(self, at: datetime) -> datetime:
        """When the office is open next: `at` itself (UTC) while it is open."""
        return next(max(begin, at) for begin, end in self._spans_from(at) if end > at).astimezone(UTC)

    def day_of(self, moment: datetime) -> date:
        """The day on the office's wall."""
        return moment.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """When `day` begins in the office (UTC)."""
        return wall(day, 0, self.zone)

    def _spans_from(self, moment: datetime) -> Iterator[Span]:
        """The spans it is open, in UTC, from the day of `moment` on."""
        for day in _days(_day(moment, self.zone), 1):
            if self.works_on(day):
                for opening in sorted(self.openings):
                    if opening.weekday == day.weekday():
                        yield wall(day, opening.start, self.zone), wall(day, opening.end, self.zone)


@dataclass(frozen=True)
class Quiet:
    """When nobody is mentioned: from minute `start` of each day to minute `end`, and all day when the office is closed.

    Where `end` is the earlier of the two it is the next morning's.
    """

    office: Office
    start: int
    end: int

    def span(self, at: datetime) -> Span | None:
        """The quiet time `at` lies in, from its first to before its last moment (UTC); None while people may be told.

        A closed day lengthens the night before it and the night after it.
        """
        today = _day(at, self.office.zone)
        if any(begin <= at < end for begin, end in self._loud_on(today)):
            return None
        before = next(end for day in _days(today, -1) for _, end in reversed(self._loud_on(day)) if end <= at)
        after = next(begin for day in _days(today, 1) for begin, _ in self._loud_on(day) if begin > at)
        return before, after

    def until(self, at: datetime, deadline: datetime | None) -> datetime | None:
        """When people may be told of something `at` which they should not be; None when they may be told at once.

        A `deadline` of the marketplace within this very quiet time is worth disturbing them.
        """
        span = self.span(at)
        if span is None or (deadline is not None and span[0] <= deadline < span[1]):
            return None
        return span[1]

    def _loud_on(self, day: date) -> list[Span]:
        if not self.office.works_on(day):
            return []
        over_midnight = self.start > self.end
        minutes = [(self.end, self.start)] if over_midnight else [(0, self.start), (self.end, DAY_MINUTES)]
        zone = self.office.zone
        return [(wall(day, start, zone), wall(day, end, zone)) for start, end in minutes if start < end]


def wall(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """When the clock on a wall of `zone` shows that minute of `day` (UTC); 1440 is the next day's 0."""
    day += timedelta(days=minute // DAY_MINUTES)
    return datetime.combine(day, time(minute % DAY_MINUTES // 60, minute % 60), zone).astimezone(UTC)


def _day(moment: datetime, zone: ZoneInfo) -> date:
    if moment.tzinfo is None:
        raise ValueError("office time needs to know the zone of the time it starts from")
    return moment.astimezone(zone).date()


def _days(first: date, step: int) -> Iterator[date]:
    while True:
        yield first
        first += timedelta(days=step)
