from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import (
    acceptance_due,
    calendar_of,
    first_answer_due,
    share_used,
    working_seconds_between,
    working_seconds_later,
    zone_of,
)

HOUR = 3600
PLACES = {
    "de": ("DE", "Europe/Berlin"),
    "at": ("AT", "Europe/Vienna"),
    "cz": ("CZ", "Europe/Prague"),
    "sk": ("SK", "Europe/Bratislava"),
    "pl": ("PL", "Europe/Warsaw"),
    "fr": ("FR", "Europe/Paris"),
    "it": ("IT", "Europe/Rome"),
    "es": ("ES", "Europe/Madrid"),
    "nl": ("NL", "Europe/Amsterdam"),
    "xx": (None, "UTC"),
}
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)

storefronts = st.sampled_from(sorted(PLACES))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 11, 1), timezones=st.just(UTC))


def local(text: str, storefront: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(PLACES[storefront][1]))


def said(moment: datetime, storefront: str) -> str:
    return f"{moment.astimezone(ZoneInfo(PLACES[storefront][1])):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("storefront", "created", "due"),
    [
        # The plain week.
        ("de", "2026-11-23 09:30", "Wed 2026-11-25 09:30"),
        ("de", "2026-11-20 16:00", "Tue 2026-11-24 16:00"),
        ("pl", "2026-11-19 23:59", "Mon 2026-11-23 23:59"),
        # A weekend's ticket counts from Monday 00:00; 24:00 of Tuesday is the earliest end.
        ("de", "2026-11-21 10:00", "Wed 2026-11-25 00:00"),
        ("de", "2026-11-22 23:59", "Wed 2026-11-25 00:00"),
        ("de", "2026-11-23 00:00", "Wed 2026-11-25 00:00"),
        # Both changes of summer time fall into the weekend: the hour on the wall stays.
        ("de", "2026-03-27 16:00", "Tue 2026-03-31 16:00"),
        ("de", "2026-10-23 16:00", "Tue 2026-10-27 16:00"),
        ("at", "2026-10-23 16:00", "Wed 2026-10-28 16:00"),  # Austria's National Day is a Monday.
        # Christmas and the turn of the year differ by country.
        ("de", "2026-12-23 12:00", "Mon 2026-12-28 12:00"),
        ("cz", "2026-12-23 12:00", "Tue 2026-12-29 12:00"),
        ("fr", "2026-12-31 10:00", "Tue 2027-01-05 10:00"),
        ("at", "2027-01-04 10:00", "Thu 2027-01-07 10:00"),
        ("de", "2027-01-04 10:00", "Wed 2027-01-06 10:00"),
        # Easter.
        ("de", "2026-04-02 08:00", "Wed 2026-04-08 08:00"),
        ("fr", "2026-04-02 08:00", "Tue 2026-04-07 08:00"),
        # An end that falls on a day's end is that day's, not the next working day's.
        ("de", "2026-04-01 00:00", "Fri 2026-04-03 00:00"),
    ],
)
def test_a_first_answer_is_due_after_48_hours_of_working_days(storefront: str, created: str, due: str) -> None:
    assert said(first_answer_due(local(created, storefront), storefront), storefront) == due


@pytest.mark.parametrize(
    ("storefront", "arrived", "due"),
    [
        ("de", "2026-11-23 11:00", "Thu 2026-11-26 11:00"),
        ("de", "2026-11-20 11:00", "Wed 2026-11-25 11:00"),
        ("sk", "2026-11-21 11:00", "Thu 2026-11-26 00:00"),
        ("it", "2026-12-04 11:00", "Thu 2026-12-10 11:00"),  # The Immaculate Conception is a Tuesday.
    ],
)
def test_a_return_accepts_itself_after_three_working_days(storefront: str, arrived: str, due: str) -> None:
    assert said(acceptance_due(local(arrived, storefront), storefront), storefront) == due


@pytest.mark.parametrize(
    ("storefront", "day", "works"),
    [
        ("de", date(2026, 10, 3), False),  # A Saturday anyway.
        ("de", date(2025, 10, 3), False),
        ("de", date(2025, 10, 31), True),  # Reformation Day is regional.
        ("de", date(2026, 6, 4), True),  # So is Corpus Christi, which is nationwide in Austria and Poland.
        ("at", date(2026, 6, 4), False),
        ("pl", date(2026, 6, 4), False),
        ("pl", date(2024, 12, 24), True),  # Christmas Eve is free in Poland since 2025.
        ("pl", date(2025, 12, 24), False),
        ("cz", date(2026, 5, 8), False),
        ("sk", date(2026, 5, 8), True),  # Slovakia works on this holiday in 2026.
        ("cz", date(2025, 11, 17), False),
        ("sk", date(2025, 11, 17), True),
        ("sk", date(2025, 9, 1), True),  # A holiday by name only since 2024.
        ("sk", date(2026, 1, 6), False),
        ("fr", date(2026, 7, 14), False),
        ("fr", date(2025, 12, 26), True),  # Free in Alsace alone.
        ("fr", date(2026, 5, 25), False),
        ("it", date(2026, 6, 2), False),
        ("it", date(2026, 12, 7), True),  # Milan's own.
        ("es", date(2026, 10, 12), False),
        ("nl", date(2026, 4, 27), False),
        ("xx", date(2026, 12, 25), True),  # Nobody told us of this country's holidays.
        ("xx", date(2026, 12, 26), False),
    ],
)
def test_a_day_off_is_a_nationwide_holiday_of_the_storefronts_own_country(
    storefront: str, day: date, works: bool
) -> None:
    assert calendar_of(storefront).works_on(day) == works


def test_storefronts_are_found_whatever_their_case_and_unknown_ones_run_on_utc() -> None:
    assert calendar_of(" DE ").country == "DE"
    assert zone_of("cz").key == "Europe/Prague"
    assert not calendar_of("xx").known
    assert zone_of("").key == "UTC"


def test_ten_thousand_due_times_agree_with_counting_hour_by_hour() -> None:
    chance = random.Random(48)  # The same cases every time; hypothesis looks for new ones below.
    for _ in range(10_000):
        storefront = chance.choice(sorted(PLACES))
        start = FIRST + timedelta(seconds=chance.randrange(int((LAST - FIRST).total_seconds()) - 60 * 24 * HOUR))
        seconds = chance.choice([1, HOUR, 48 * HOUR, 72 * HOUR, chance.randrange(1, 240 * HOUR)])

        due = working_seconds_later(start, seconds, storefront)

        assert due == counted(start, seconds, storefront), (start, seconds, storefront)


@given(start=moments, seconds=st.integers(1, 300 * HOUR), storefront=storefronts)
def test_the_working_time_up_to_a_due_time_is_what_was_asked_for(
    start: datetime, seconds: int, storefront: str
) -> None:
    start = start.replace(microsecond=0)

    due = working_seconds_later(start, seconds, storefront)

    assert due > start
    assert working_seconds_between(start, due, storefront) == seconds
    assert working_seconds_between(start, due - timedelta(seconds=1), storefront) < seconds


@given(start=moments, storefront=storefronts, hours=st.lists(st.floats(-100, 400), min_size=2, max_size=6))
def test_the_share_used_only_grows_from_none_to_all(start: datetime, storefront: str, hours: list[float]) -> None:
    due = first_answer_due(start, storefront)

    shares = [share_used(start, due, start + timedelta(hours=hour), storefront) for hour in sorted(hours)]

    assert shares == sorted(shares)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert share_used(start, due, start, storefront) == 0.0
    assert share_used(start, due, due, storefront) == 1.0


def test_the_share_used_stands_still_over_a_weekend() -> None:
    start = local("2026-11-20 16:00", "de")
    due = first_answer_due(start, "de")

    shares = [share_used(start, due, local(f"2026-11-2{day} 12:00", "de"), "de") for day in (1, 2)]

    assert shares == [8 / 48, 8 / 48]


def test_no_time_at_all_is_now_and_backwards_is_no_time() -> None:
    start = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert working_seconds_later(start, 0, "de") == start
    assert working_seconds_between(start, start - timedelta(days=3), "de") == 0


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 23, 12)

    for ask in (first_answer_due, acceptance_due):
        with pytest.raises(ValueError, match="zone"):
            ask(naive, "de")
    with pytest.raises(ValueError, match="zone"):
        working_seconds_later(naive, 0, "de")


def counted(start: datetime, seconds: int, storefront: str) -> datetime:
    """The slow way: walk through real hours, and count those whose local day is a working day."""
    works = working_hours(storefront)
    at, left = start, timedelta(seconds=seconds)
    while True:
        hour = int((at - FIRST).total_seconds()) // HOUR
        rest = FIRST + timedelta(hours=hour + 1) - at
        if works[hour]:
            if left <= rest:
                return at + left
            left -= rest
        at += rest


@cache
def working_hours(storefront: str) -> list[bool]:
    """For each hour from FIRST on, whether the day on the storefront's wall is a working day."""
    country, zone = PLACES[storefront]
    off = set(holidays.country_holidays(country, years=range(2025, 2030), categories="public")) if country else set()
    hours = int((LAST - FIRST).total_seconds()) // HOUR
    days = ((FIRST + timedelta(hours=hour)).astimezone(ZoneInfo(zone)).date() for hour in range(hours))
    return [day.weekday() < 5 and day not in off for day in days]
