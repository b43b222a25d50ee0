"""Schedules on the wall clocks of seven storefronts, over holidays, summer time and downtime."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import calendar_of
from bot.domain.schedule import DayOff, Recurrence, Schedule, read_recurrence


def schedule(text: str, storefront: str = "de", day_off: DayOff = "run") -> Schedule:
    return Schedule(read_recurrence(text), calendar_of(storefront), day_off)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "read", "said"),
    [
        ("every monday 08:00", Recurrence((0,), (), (480,)), "every Monday at 08:00"),
        ("Every  Mondays at 8:00", Recurrence((0,), (), (480,)), "every Monday at 08:00"),
        ("mon-fri 17:30", Recurrence((0, 1, 2, 3, 4), (), (1050,)), None),
        ("every tue, thu and sunday 08:00 and 16:00", Recurrence((1, 3, 6), (), (480, 960)), None),
        ("every day 07:05", Recurrence(tuple(range(7)), (), (425,)), "every day at 07:05"),
        ("daily 07:05", Recurrence(tuple(range(7)), (), (425,)), None),
        ("every working day 17:00", Recurrence(tuple(range(7)), (), (1020,), True), "every working day at 17:00"),
        ("every month 06:00", Recurrence((), (1,), (360,)), "every 1st of the month at 06:00"),
        ("every 1st and 15th of the month 06:00", Recurrence((), (1, 15), (360,)), None),
        ("every 2nd 06:00", Recurrence((), (2,), (360,)), "every 2nd of the month at 06:00"),
        ("last day of the month 18:00", Recurrence((), (31,), (1080,)), "every last day of the month at 18:00"),
    ],
)
def test_what_people_write_is_understood(text: str, read: Recurrence, said: str | None) -> None:
    assert read_recurrence(text) == read
    if said:
        assert str(read) == said
    assert read_recurrence(str(read)) == read


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("every monday", "has no time of day"),
        ("every mondy 08:00", "did you mean 'monday'?"),
        ("every monday 25:00", "'25:00' is no time of day"),
        ("every monday 08:61", "'08:61' is no time of day"),
        ("every fri-mon 08:00", "goes backwards"),
        ("every 32nd of the month 08:00", "no day of a month"),
        ("every first of the month 08:00", "no day of a month"),
        ("08:00", "no schedule I understand"),
        ("every monday 08:00 sharp", "no schedule I understand"),
        ("", "has no time of day"),
    ],
)
def test_what_nobody_can_understand_is_told_with_an_example(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"write it like|one by one") as told:
        read_recurrence(text)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("text", "storefront", "after", "expected"),
    [
        # Monday 23 November 2026, 08:00 in Berlin is 07:00 UTC in winter.
        ("every monday 08:00", "de", "2026-11-23T06:59", "2026-11-23T07:00"),
        ("every monday 08:00", "de", "2026-11-23T07:00", "2026-11-30T07:00"),
        # The same wall time before and after both changes of 2026.
        ("every day 08:00", "de", "2026-03-28T08:00", "2026-03-29T06:00"),
        ("every day 08:00", "de", "2026-10-24T08:00", "2026-10-25T07:00"),
        # 02:30 does not exist on 29 March; it happens an hour later on the wall.
        ("every day 02:30", "de", "2026-03-28T12:00", "2026-03-29T01:30"),
        # 02:30 is shown twice on 25 October; the first counts, and the next is tomorrow's.
        ("every day 02:30", "de", "2026-10-24T12:00", "2026-10-25T00:30"),
        ("every day 02:30", "de", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("every day 00:00", "pl", "2026-12-31T12:00", "2026-12-31T23:00"),
        ("every last day of the month 12:00", "de", "2027-02-10T00:00", "2027-02-28T11:00"),
        ("every last day of the month 12:00", "de", "2028-02-10T00:00", "2028-02-29T11:00"),
        ("every 30th of the month 12:00", "de", "2027-01-31T00:00", "2027-02-28T11:00"),
        ("every day 08:00 and 16:00", "de", "2026-11-23T07:30", "2026-11-23T15:00"),
        # A storefront nobody knows has a clock in UTC.
        ("every day 08:00", "xx", "2026-11-23T08:30", "2026-11-24T08:00"),
    ],
)
def test_the_next_time_is_the_one_on_the_storefronts_wall(
    text: str, storefront: str, after: str, expected: str
) -> None:
    found = schedule(text, storefront)

    assert found.after(utc(after)) == utc(expected)
    assert found.latest(utc(expected)) == utc(expected)


@pytest.mark.parametrize(
    ("storefront", "day_off", "expected"),
    [
        # Good Friday and Easter Monday 2027 are 26 and 29 March; Poland works on Good Friday.
        ("de", "run", "2027-03-26T07:00"),
        ("de", "next", "2027-03-30T06:00"),
        ("de", "skip", "2027-04-02T06:00"),
        ("pl", "next", "2027-03-26T07:00"),
    ],
)
def test_a_day_off_of_the_storefront_moves_a_run_as_the_rule_says(
    storefront: str, day_off: DayOff, expected: str
) -> None:
    assert schedule("every friday 08:00", storefront, day_off).after(utc("2027-03-25T12:00")) == utc(expected)


def test_working_days_are_those_of_the_storefront() -> None:
    found = schedule("every working day 08:00")

    assert found.after(utc("2026-12-24T12:00")) == utc("2026-12-28T07:00")


def test_runs_that_are_moved_onto_one_day_are_one_run() -> None:
    found = schedule("every day 08:00", day_off="next")
    moments = []
    at = utc("2026-12-24T00:00")
    while (at := found.after(at) or at) < utc("2026-12-30T00:00"):
        moments.append(at.date().isoformat())

    assert moments == ["2026-12-24", "2026-12-28", "2026-12-29"]


def test_a_schedule_that_never_happens_says_so() -> None:
    found = schedule("every sunday 08:00", day_off="skip")

    assert found.after(utc("2026-11-23T00:00")) is None
    assert found.latest(utc("2026-11-23T00:00")) is None


def test_a_week_of_downtime_is_made_up_for_once() -> None:
    found = schedule("every day 08:00")

    assert found.missed(utc("2026-11-16T07:00"), utc("2026-11-23T06:00")) == utc("2026-11-22T07:00")
    assert found.missed(utc("2026-11-22T07:00"), utc("2026-11-23T06:59")) is None


def test_a_time_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        schedule("every day 08:00").after(datetime(2026, 11, 23))


TEXTS = (
    "every day 02:30",
    "every day 08:00 and 16:00",
    "every monday 00:00",
    "every working day 23:59",
    "every last day of the month 03:00",
    "every 31st and 15th of the month 02:00",
)


@given(
    st.sampled_from(TEXTS),
    st.sampled_from(["de", "at", "cz", "sk", "pl", "fr", "it"]),
    st.sampled_from(["run", "next", "skip"]),
    st.integers(0, 2_000_000),
)
def test_the_latest_time_is_the_one_before_the_next(text: str, storefront: str, day_off: DayOff, minutes: int) -> None:
    found = schedule(text, storefront, day_off)
    moment = utc("2024-01-01T00:00") + timedelta(minutes=minutes)
    following = found.after(moment)
    latest = found.latest(moment)

    assert following is not None
    assert latest is not None
    assert latest <= moment < following
    assert found.after(latest) == following
    assert found.latest(following) == following


def test_every_time_of_ten_years_happens_once_however_often_somebody_looks() -> None:
    chance = Random(7)
    found = schedule("every day 02:30", "de", "next")
    start, end = utc("2026-01-01T00:00"), utc("2036-01-01T00:00")
    expected, at = [], found.after(start)
    while at and at < end:
        expected.append(at)
        at = found.after(at)

    done, now, runs = start, start, []
    while now < end:
        now = min(now + timedelta(minutes=chance.choice([1, 17, 300, 900])), end - timedelta(seconds=1))
        if (due := found.missed(done, now)) is not None:
            runs.append(due)
            done = due
        if now == end - timedelta(seconds=1):
            break

    assert runs == expected
