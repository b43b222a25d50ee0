from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.office import Office, Opening, Quiet

HOUR = 3600
QUARTER = timedelta(minutes=15)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
LAST = datetime(2027, 4, 1, tzinfo=UTC)


def openings(days: str, *hours: tuple[float, float]) -> tuple[Opening, ...]:
    """Hours of the day on weekdays written as digits, 0 for Monday."""
    return tuple(Opening(int(day), int(start * 60), int(end * 60)) for day in days for start, end in hours)


PLAIN = Office(BERLIN, openings("01234", (8, 17)), "DE")
OFFICES = {
    "plain": PLAIN,
    "lunch": Office(BERLIN, openings("0123", (8, 12), (12.5, 17)) + openings("4", (8, 14)), "DE"),
    "saturdays": Office(BERLIN, openings("012345", (9, 18)), "AT", frozenset({date(2026, 12, 24), date(2026, 12, 31)})),
    "round the clock": Office(BERLIN, openings("0123456", (0, 24))),
    "at night": Office(NEW_YORK, openings("56", (0, 6), (22, 24)), "US"),
}


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def said(moment: datetime | None, zone: ZoneInfo = BERLIN) -> str:
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}" if moment else "never"


@pytest.mark.parametrize(
    ("office", "start", "hours", "due"),
    [
        ("plain", "2026-11-23 09:30", 4, "Mon 2026-11-23 13:30"),
        ("plain", "2026-11-23 15:00", 4, "Tue 2026-11-24 10:00"),
        # What comes at night counts from the morning; the earliest end of a span is the closing time.
        ("plain", "2026-11-22 23:10", 4, "Mon 2026-11-23 12:00"),
        ("plain", "2026-11-23 13:00", 4, "Mon 2026-11-23 17:00"),
        ("plain", "2026-11-20 16:00", 4, "Mon 2026-11-23 11:00"),
        # Holidays of the office's country, Christmas and the turn of the year.
        ("plain", "2026-12-24 16:00", 2, "Mon 2026-12-28 09:00"),
        ("plain", "2026-12-31 16:00", 2, "Mon 2027-01-04 09:00"),
        ("plain", "2026-04-02 16:00", 4, "Tue 2026-04-07 11:00"),
        # Over a change of summer time the hours on the wall stay.
        ("plain", "2026-03-27 16:00", 4, "Mon 2026-03-30 11:00"),
        ("plain", "2026-10-23 16:00", 4, "Mon 2026-10-26 11:00"),
        # Lunch does not count, and Friday ends early.
        ("lunch", "2026-11-23 11:00", 4, "Mon 2026-11-23 15:30"),
        ("lunch", "2026-11-23 12:10", 1, "Mon 2026-11-23 13:30"),
        ("lunch", "2026-11-27 13:00", 4, "Mon 2026-11-30 11:00"),
        # Days the office is closed besides.
        ("saturdays", "2026-12-23 17:00", 4, "Mon 2026-12-28 12:00"),
        # An hour that does not exist does not count, one that comes twice counts twice.
        ("round the clock", "2026-03-29 01:00", 4, "Sun 2026-03-29 06:00"),
        ("round the clock", "2026-10-25 01:00", 4, "Sun 2026-10-25 04:00"),
    ],
)
def test_a_due_time_counts_what_passes_in_the_office(office: str, start: str, hours: int, due: str) -> None:
    assert said(OFFICES[office].later(local(start), hours * HOUR)) == due


def test_ten_thousand_due_times_agree_with_counting_quarter_by_quarter() -> None:
    chance = random.Random(17)
    room = int((LAST - FIRST).total_seconds()) - 150 * 24 * HOUR
    for _ in range(10_000):
        name = chance.choice(sorted(OFFICES))
        start = FIRST + timedelta(seconds=chance.randrange(room))
        seconds = chance.choice([1, HOUR, 4 * HOUR, chance.randrange(1, 60 * HOUR)])

        due = OFFICES[name].later(start, seconds)

        assert due == counted(name, start, seconds), (name, start, seconds)


@given(
    start=st.datetimes(datetime(2025, 1, 1), datetime(2026, 10, 1), timezones=st.just(UTC)),
    seconds=st.integers(1, 80 * HOUR),
    name=st.sampled_from(sorted(OFFICES)),
)
def test_the_office_time_up_to_a_due_time_is_what_was_asked_for(start: datetime, seconds: int, name: str) -> None:
    office, start = OFFICES[name], start.replace(microsecond=0)

    due = office.later(start, seconds)

    assert due > start
    assert office.between(start, due) == seconds
    assert office.between(start, due - timedelta(seconds=1)) == seconds - 1


def test_no_time_is_now_and_backwards_is_none() -> None:
    at = local("2026-11-22 12:00")

    assert PLAIN.later(at, 0) == at
    assert PLAIN.between(at, at - timedelta(days=3)) == 0
    assert said(PLAIN.opens(at)) == "Mon 2026-11-23 08:00"
    assert PLAIN.opens(local("2026-11-23 09:00")) == local("2026-11-23 09:00")
    assert said(PLAIN.midnight(date(2026, 11, 23))) == "Mon 2026-11-23 00:00"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        PLAIN.between(datetime(2026, 11, 23, 12), local("2026-11-24 12:00"))


NIGHT = Quiet(PLAIN, 20 * 60, 7 * 60)
SIESTA = Quiet(PLAIN, 12 * 60, 14 * 60)


@pytest.mark.parametrize(
    ("quiet", "at", "begin", "end"),
    [
        (NIGHT, "2026-11-23 22:00", "Mon 2026-11-23 20:00", "Tue 2026-11-24 07:00"),
        (NIGHT, "2026-11-24 03:00", "Mon 2026-11-23 20:00", "Tue 2026-11-24 07:00"),
        (NIGHT, "2026-11-23 20:00", "Mon 2026-11-23 20:00", "Tue 2026-11-24 07:00"),
        # Days the office is closed make one long night.
        (NIGHT, "2026-11-21 12:00", "Fri 2026-11-20 20:00", "Mon 2026-11-23 07:00"),
        (NIGHT, "2026-12-25 12:00", "Thu 2026-12-24 20:00", "Mon 2026-12-28 07:00"),
        (SIESTA, "2026-11-23 13:00", "Mon 2026-11-23 12:00", "Mon 2026-11-23 14:00"),
    ],
)
def test_quiet_time_reaches_from_the_last_loud_moment_to_the_next(quiet: Quiet, at: str, begin: str, end: str) -> None:
    span = quiet.span(local(at))

    assert span is not None
    assert (said(span[0]), said(span[1])) == (begin, end)


@pytest.mark.parametrize("at", ["2026-11-23 07:00", "2026-11-23 12:00", "2026-11-23 19:59"])
def test_in_loud_time_people_may_be_told(at: str) -> None:
    assert NIGHT.span(local(at)) is None
    assert NIGHT.until(local(at), None) is None


@pytest.mark.parametrize(
    ("deadline", "until"),
    [
        (None, "Tue 2026-11-24 07:00"),
        ("2026-11-24 00:00", "never"),
        ("2026-11-23 20:00", "never"),
        ("2026-11-24 06:59", "never"),
        ("2026-11-24 07:00", "Tue 2026-11-24 07:00"),
        ("2026-11-23 19:59", "Tue 2026-11-24 07:00"),
    ],
)
def test_a_deadline_of_the_marketplace_in_the_night_is_worth_the_disturbance(deadline: str | None, until: str) -> None:
    assert said(NIGHT.until(local("2026-11-23 22:00"), local(deadline) if deadline else None)) == until


def counted(name: str, start: datetime, seconds: int) -> datetime:
    """The slow way: walk through the quarters of real hours, and count those in which the office is open."""
    opened = open_quarters(name)
    at, left = start, timedelta(seconds=seconds)
    while True:
        quarter = int((at - FIRST) / QUARTER)
        rest = FIRST + (quarter + 1) * QUARTER - at
        if opened[quarter]:
            if left <= rest:
                return at + left
            left -= rest
        at += rest


@cache
def open_quarters(name: str) -> list[bool]:
    """For each quarter of an hour from FIRST on, whether the clock on the office's wall shows an open hour."""
    office = OFFICES[name]
    off: set[date] = set(office.closed)
    if office.country:
        off |= set(holidays.country_holidays(office.country, years=range(2025, 2028), categories="public"))
    found = []
    for number in range(int((LAST - FIRST) / QUARTER)):
        wall = (FIRST + number * QUARTER).astimezone(office.zone)
        minute = wall.hour * 60 + wall.minute
        hours = [opening for opening in office.openings if opening.weekday == wall.weekday()]
        found.append(wall.date() not in off and any(opening.start <= minute < opening.end for opening in hours))
    return found
