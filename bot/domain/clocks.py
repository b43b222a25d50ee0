"""Due times on a storefront's working calendar. Pure: `now` is handed in.

Working days are Monday to Friday without the nationwide public holidays of the *storefront's* country (a regional
holiday gives no relief, nor does one of the seller's country). On a working day the clock runs 24 wall-clock hours,
from 00:00 to 24:00 local time; on any other day it stands still. Days are counted on the local calendar, so a change
of summer time moves a due time in UTC and not on the wall. Where a time span ends exactly with a day's end, the
earliest moment counts: 24:00 of that day, even when the next working day is far. Source: seller university, "customer
enquiries", "service performance: national holidays" and "returns settings".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAY_SECONDS = 86_400
FIRST_ANSWER_SECONDS = 2 * DAY_SECONDS
ACCEPTANCE_SECONDS = 3 * DAY_SECONDS

_PLACES = {
    "de": ("DE", "Europe/Berlin"),
    "at": ("AT", "Europe/Vienna"),
    "cz": ("CZ", "Europe/Prague"),
    "sk": ("SK", "Europe/Bratislava"),
    "pl": ("PL", "Europe/Warsaw"),
    "fr": ("FR", "Europe/Paris"),
    "it": ("IT", "Europe/Rome"),
    "es": ("ES", "Europe/Madrid"),
    "nl": ("NL", "Europe/Amsterdam"),
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a storefront's clock hangs. `country` is ISO 3166, None for a storefront we do not know."""

    country: str | None
    zone: ZoneInfo

    @property
    def known(self) -> bool:
        """False when due times are counted Monday to Friday in UTC because nobody told us better."""
        return self.country is not None

    def works_on(self, day: date) -> bool:
        if day.weekday() >= 5:
            return False
        return self.country is None or day not in public_holidays(self.country, day.year)


@lru_cache(maxsize=64)
def calendar_of(storefront: str) -> Calendar:
    """The working calendar of `storefront` ("de"; case does not matter). See `Calendar.known` for unknown ones."""
    country, zone = _PLACES.get(storefront.strip().lower(), (None, "UTC"))
    return Calendar(country, ZoneInfo(zone))


def zone_of(storefront: str) -> ZoneInfo:
    """The zone people of `storefront` live in; UTC for a storefront we do not know."""
    return calendar_of(storefront).zone


def first_answer_due(created: datetime, storefront: str) -> datetime:
    """When the first answer to a ticket is due (UTC): 48 hours counted on working days. Fri 16:00 gives Tue 16:00.

    A ticket of a weekend or holiday counts from the next working day 00:00 local. Raises ValueError for a naive time.
    """
    return working_seconds_later(created, FIRST_ANSWER_SECONDS, storefront)


def acceptance_due(arrived: datetime, storefront: str) -> datetime:
    """When an undecided return accepts itself (UTC): three working days after it arrived, at the same local time.

    The marketplace says "3 working days" and no more. Of the possible readings this is the earliest, so nobody
    decides too late by it. Arrivals on a weekend or holiday count from the next working day 00:00 local. Raises
    ValueError for a naive time.
    """
    return working_seconds_later(arrived, ACCEPTANCE_SECONDS, storefront)


@lru_cache(maxsize=4096)
def working_seconds_later(start: datetime, seconds: int, storefront: str) -> datetime:
    """The earliest moment (UTC) at which `seconds` of working time have passed since `start`; `start` itself for 0.

    A look asks several times for the steps of one clock, and the next look for the same ones again: they are kept.
    """
    if seconds <= 0:
        return _aware(start).astimezone(UTC)
    calendar = calendar_of(storefront)
    local = _wall(start, calendar)
    day = local.date()
    begin = local - _midnight(day) if calendar.works_on(day) else timedelta(days=1)
    left = timedelta(seconds=seconds)
    while left > (rest := timedelta(days=1) - begin):
        left -= rest
        day, begin = _next_working_day(day, calendar), timedelta(0)
    return (_midnight(day) + begin + left).replace(tzinfo=calendar.zone).astimezone(UTC)


def working_seconds_between(a: datetime, b: datetime, storefront: str) -> int:
    """Whole seconds of working time from `a` to `b`; 0 when `b` is not after `a`."""
    calendar = calendar_of(storefront)
    start, end = _wall(a, calendar), _wall(b, calendar)
    total = timedelta(0)
    day = start.date()
    while day <= end.date():
        if calendar.works_on(day):
            total += max(min(end, _midnight(day) + timedelta(days=1)) - max(start, _midnight(day)), timedelta(0))
        day += timedelta(days=1)
    return int(total.total_seconds())


def share_used(start: datetime, due: datetime, now: datetime, storefront: str) -> float:
    """How much of the working time from `start` to `due` has passed at `now`: 0.0 to 1.0. Stands still on weekends."""
    if now >= due:
        return 1.0
    whole = working_seconds_between(start, due, storefront)
    return min(working_seconds_between(start, now, storefront) / whole, 1.0) if whole else 0.0


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The nationwide days off of `country` (ISO 3166, upper case). Raises NotImplementedError for one nobody knows.

    Making a calendar takes about a millisecond (the first 150), asking it nothing: one per country and year is kept.
    """
    return frozenset(holidays.country_holidays(country, years=year, expand=False, categories=("public",)))


def _next_working_day(day: date, calendar: Calendar) -> date:
    day += timedelta(days=1)
    while not calendar.works_on(day):
        day += timedelta(days=1)
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _wall(moment: datetime, calendar: Calendar) -> datetime:
    """What the clock on the storefront's wall shows, as a naive time to count days with."""
    return _aware(moment).astimezone(calendar.zone).replace(tzinfo=None)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a due time needs to know the zone of the time it starts from")
    return moment
