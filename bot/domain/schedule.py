"""When something happens again and again: "every monday 08:00" on a storefront's wall clock. Pure: `now` is handed in.

A schedule is counted in local days, so a change of summer time moves it in UTC and not on the wall. A time the clock
skips in spring happens as much later as it was skipped; a time it shows twice in autumn happens the first time only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from bot.domain.nearest import did_you_mean
from bot.domain.words import one_line

DayOff = Literal["run", "next", "skip"]

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LAST_DAY = 31
# The longest run of days off, with room to spare; and how far a schedule is followed before it counts as one that
# never happens.
LONGEST_REST = timedelta(days=16)
HORIZON_DAYS = 800
MOST_TIMES = 24

_WRITTEN = re.compile(
    r"(?:every\s+)?(?P<days>.+?)\s+(?:at\s+)?(?P<times>\d{1,2}:\d\d(?:\s*(?:,|\band\b)\s*\d{1,2}:\d\d)*)"
)
_OF_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)|(last)(?: day)?")
_HOW = "write it like 'every monday 08:00', 'every working day 17:30' or 'every 1st of the month 06:00'"


class Calendar(Protocol):
    """Whose days are counted: a storefront's working calendar, or the office's."""

    @property
    def zone(self) -> ZoneInfo: ...

    def works_on(self, day: date) -> bool: ...


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Days and minutes of the day. Either `weekdays` (0 is Monday) or `month_days` is filled.

    A month day the month does not have is its last one, so 31 is the last day of every month. `working_days` keeps
    only the calendar's working days.
    """

    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    minutes: tuple[int, ...] = (0,)
    working_days: bool = False

    def falls_on(self, day: date) -> bool:
        if self.weekdays:
            return day.weekday() in self.weekdays
        ends = (day + timedelta(days=1)).day == 1
        return day.day in self.month_days or (ends and max(self.month_days) > day.day)

    def __str__(self) -> str:
        return (
            f"every {self._days()} at {_joined([f'{minute // 60:02d}:{minute % 60:02d}' for minute in self.minutes])}"
        )

    def _days(self) -> str:
        if self.working_days:
            return "working day"
        if len(self.weekdays) == 7:
            return "day"
        if self.weekdays:
            return _joined([WEEKDAY_NAMES[day].capitalize() for day in self.weekdays])
        return _joined(["last day" if day == LAST_DAY else _ordinal(day) for day in self.month_days]) + " of the month"


@dataclass(frozen=True, slots=True)
class Schedule:
    """`when` on the days and in the zone of `calendar`. `day_off` says what happens on a weekend or public holiday:

    it runs all the same, on the next working day, or not at all.
    """

    when: Recurrence
    calendar: Calendar
    day_off: DayOff = "run"

    def after(self, moment: datetime) -> datetime | None:
        """The first time after `moment` (aware), in UTC; None for a schedule that never happens."""
        start = self._local(moment) - LONGEST_REST
        for number in range(HORIZON_DAYS):
            for at in self._times(start + timedelta(days=number)):
                if at > moment:
                    return at
        return None

    def latest(self, moment: datetime) -> datetime | None:
        """The last time at or before `moment` (aware), in UTC; None for a schedule that never happens."""
        start = self._local(moment) + timedelta(days=1)
        for number in range(HORIZON_DAYS):
            for at in reversed(list(self._times(start - timedelta(days=number)))):
                if at <= moment:
                    return at
        return None

    def missed(self, since: datetime, now: datetime) -> datetime | None:
        """The time to make up for at `now`, when `since` was the last that is done: however many passed, the latest.

        None when nothing is due. So a week of downtime is one run, and the same moment is never run twice.
        """
        at = self.latest(now)
        return at if at is not None and at > since else None

    def _local(self, moment: datetime) -> date:
        if moment.tzinfo is None:
            raise ValueError("a schedule needs to know the zone of the time it is asked about")
        return moment.astimezone(self.calendar.zone).date()

    def _times(self, day: date) -> Iterator[datetime]:
        """The times of the schedule's `day`, in order; they lie on a later day when it was a day off."""
        if not self.when.falls_on(day):
            return
        skips = self.day_off == "skip" or self.when.working_days
        if not self.calendar.works_on(day):
            if skips:
                return
            while self.day_off == "next" and not self.calendar.works_on(day):
                day += timedelta(days=1)
        for minute in self.when.minutes:
            wall = datetime.combine(day, time(minute // 60, minute % 60))
            yield wall.replace(tzinfo=self.calendar.zone).astimezone(UTC)


def read_recurrence(text: str) -> Recurrence:
    """What a person wrote, as "every monday and thursday 08:00", "every day 07:30, 16:00", "every working day 17:30",
    "every mon-fri 08:00", "every 1st of the month 06:00" or "every last day of the month 18:00". Raises ValueError
    with a sentence about what is wrong.
    """
    words = " ".join(text.lower().split())
    written = _WRITTEN.fullmatch(words)
    if not written:
        shown = one_line(text, 60)
        if re.search(r"\d:\d\d", text):
            raise ValueError(f"'{shown}' is no schedule I understand: {_HOW}")
        raise ValueError(f"'{shown}' has no time of day: {_HOW}")
    minutes = _minutes(written["times"])
    days = written["days"]
    if days in {"day", "daily"}:
        return Recurrence(weekdays=tuple(range(7)), minutes=minutes)
    if days in {"working day", "workday", "business day"}:
        return Recurrence(weekdays=tuple(range(7)), minutes=minutes, working_days=True)
    if days in {"month", "monthly"}:
        return Recurrence(month_days=(1,), minutes=minutes)
    if days.endswith(" of the month") or _OF_MONTH.fullmatch(days.split(",")[0].split(" and ")[0]):
        return Recurrence(month_days=_month_days(days.removesuffix(" of the month")), minutes=minutes)
    return Recurrence(weekdays=_weekdays(days), minutes=minutes)


def _minutes(text: str) -> tuple[int, ...]:
    found = set()
    for word in _parts(text):
        hour, minute = (int(part) for part in word.split(":"))
        if hour > 23 or minute > 59:
            raise ValueError(f"'{word}' is no time of day: write it like 08:30, up to 23:59")
        found.add(hour * 60 + minute)
    if len(found) > MOST_TIMES:
        raise ValueError(f"a schedule has at most {MOST_TIMES} times of the day")
    return tuple(sorted(found))


def _weekdays(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for word in _parts(text):
        first, dash, last = (part.strip() for part in word.partition("-"))
        start, end = _weekday(first), _weekday(last if dash else first)
        if start > end:
            raise ValueError(f"'{word}' goes backwards: write the days one by one")
        found.update(range(start, end + 1))
    return tuple(sorted(found))


def _weekday(word: str) -> int:
    singular = word.removesuffix("s") if word.removesuffix("s") in WEEKDAY_NAMES else word
    for number, name in enumerate(WEEKDAY_NAMES):
        if singular == name or (len(word) == 3 and name.startswith(word)):
            return number
    near = did_you_mean(word, WEEKDAY_NAMES)
    raise ValueError(f"'{one_line(word, 40)}' is no day{near}: {_HOW}")


def _month_days(text: str) -> tuple[int, ...]:
    found = set()
    for word in _parts(text):
        written = _OF_MONTH.fullmatch(word)
        number = (int(written[1]) if written[1] else LAST_DAY) if written else 0
        if not 1 <= number <= 31:
            raise ValueError(f"'{one_line(word, 40)}' is no day of a month: write it like 1st, 15th or last day")
        found.add(number)
    return tuple(sorted(found))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r",|\band\b", text) if part.strip()]


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _joined(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
