"""Spans of days as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.period import Period, period

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "today", "first", "last"),
    [
        ("yesterday", MONDAY, date(2026, 11, 22), date(2026, 11, 22)),
        ("Last  Week", MONDAY, date(2026, 11, 16), date(2026, 11, 22)),
        ("last week", date(2026, 11, 29), date(2026, 11, 16), date(2026, 11, 22)),
        ("this week", date(2026, 11, 25), MONDAY, date(2026, 11, 25)),
        ("last month", date(2026, 1, 31), date(2025, 12, 1), date(2025, 12, 31)),
        ("last month", date(2028, 3, 1), date(2028, 2, 1), date(2028, 2, 29)),
        ("this month", date(2026, 11, 1), date(2026, 11, 1), date(2026, 11, 1)),
        ("last 30 days", MONDAY, date(2026, 10, 24), date(2026, 11, 22)),
        ("today", MONDAY, MONDAY, MONDAY),
    ],
)
def test_the_days_somebody_means_are_counted_from_today(words: str, today: date, first: date, last: date) -> None:
    assert period(words, today) == Period(first, last)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("last weak", "did you mean 'last week'?"),
        ("last 0 days", "no span of days"),
        ("last 367 days", "no span"),
        ("", "no"),
    ],
)
def test_words_that_mean_no_days_are_told(words: str, said: str) -> None:
    with pytest.raises(ValueError, match="no span of days") as told:
        period(words, MONDAY)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("first", "last", "days", "said"),
    [
        (MONDAY, MONDAY, 1, "23 Nov 2026"),
        (date(2026, 11, 16), date(2026, 11, 22), 7, "16 - 22 Nov 2026"),
        (date(2026, 10, 24), date(2026, 11, 22), 30, "24 Oct - 22 Nov 2026"),
        (date(2025, 12, 1), date(2026, 1, 1), 32, "1 Dec 2025 - 1 Jan 2026"),
    ],
)
def test_a_period_counts_both_ends_and_says_itself_shortly(first: date, last: date, days: int, said: str) -> None:
    found = Period(first, last)

    assert (found.days, str(found)) == (days, said)
    assert first in found
    assert last in found
