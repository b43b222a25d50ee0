from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.measures import CURRENCIES, money, said_span, span
from bot.domain.model import Money


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("100 EUR", 10000, "EUR"),
        ("99.90 CZK", 9990, "CZK"),
        ("0.5 PLN", 50, "PLN"),
        (" 7eur ", 700, "EUR"),
        ("999999999.99 EUR", 99999999999, "EUR"),
    ],
)
def test_an_amount_is_read_with_its_currency(text: str, minor: int, currency: str) -> None:
    assert money(text) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("100", "no currency"),
        ("99.90", "no currency"),
        ("99,90", "no currency"),
        ("99,90 EUR", "no amount"),
        ("1.000.00 EUR", "no amount"),
        ("EUR", "no amount"),
        ("-5 EUR", "no amount"),
        ("1.999 EUR", "no amount"),
        ("٣ EUR", "no amount"),
        ("100 EUT", "did you mean 'EUR'?"),
        ("100 Euro", "did you mean 'EUR'?"),
        ("100 XYZ", "no currency I know"),
        ("", "no amount"),
    ],
)
def test_an_amount_nobody_can_be_sure_of_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        money(text)


@given(st.integers(0, 10**11 - 1), st.sampled_from(CURRENCIES))
def test_an_amount_is_read_as_it_is_written(minor: int, currency: str) -> None:
    assert money(str(Money(minor, currency))) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30 minutes", 30),
        ("1 minute", 1),
        ("4 hours", 240),
        ("2 days", 2880),
        ("1 week", 10080),
        ("2d", 2880),
        ("90 min", 90),
        ("12H", 720),
        ("0 hours", 0),
    ],
)
def test_a_span_is_read_with_its_unit(text: str, minutes: int) -> None:
    assert span(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 dayz", "did you mean 'days'?"),
        ("3 hourse", "did you mean 'hours'?"),
        ("24", "write it like '24 hours'"),
        ("12:30", "no span of time"),
        ("-2 days", "no span of time"),
        ("1.5 days", "no span of time"),
        ("two days", "no span of time"),
        ("2 moons", "no unit of time"),
        ("30 ms", "no unit of time"),
        ("", "no span of time"),
        ("9999999 weeks", "no span of time"),
    ],
)
def test_a_span_nobody_can_be_sure_of_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        span(text)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "less than a minute"),
        (0.9, "less than a minute"),
        (1, "1 minute"),
        (61, "1 hour 1 minute"),
        (2880, "2 days"),
        (2880 + 185, "2 days 3 hours"),
        (1440 + 5, "1 day 5 minutes"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(minutes: float, said: str) -> None:
    assert said_span(timedelta(minutes=minutes)) == said
