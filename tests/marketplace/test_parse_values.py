from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.model import Money, currency_of
from bot.marketplace import Unreadable
from bot.marketplace.parse.values import LARGEST, Fields, instant, number


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2026-01-31T08:05:00Z", datetime(2026, 1, 31, 8, 5, tzinfo=UTC)),
        ("2026-01-31t08:05:00z", datetime(2026, 1, 31, 8, 5, tzinfo=UTC)),
        ("2024-10-30T09:37:53.002Z", datetime(2024, 10, 30, 9, 37, 53, 2000, tzinfo=UTC)),
        ("2024-10-30T09:37:53.123456789Z", datetime(2024, 10, 30, 9, 37, 53, 123456, tzinfo=UTC)),
        ("2021-05-31 01:06:05", datetime(2021, 5, 31, 1, 6, 5, tzinfo=UTC)),
        ("2021-05-31T01:06", datetime(2021, 5, 31, 1, 6, tzinfo=UTC)),
        ("2021-05-31", datetime(2021, 5, 31, tzinfo=UTC)),
        ("2026-07-01T02:00:00+02:00", datetime(2026, 7, 1, tzinfo=UTC)),
        ("2026-07-01T02:00:00 +0200", datetime(2026, 7, 1, tzinfo=UTC)),
        (" 2026-01-31T08:05:00Z ", datetime(2026, 1, 31, 8, 5, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("2026-02-30T00:00:00Z", None),
        ("2021-10-08T09:5632Z", None),
        ("2026-W05-1", None),
        ("yesterday", None),
        ("", None),
        (1769846700, None),
        (None, None),
        ({}, None),
    ],
)
def test_times_are_read_in_every_form_they_come_in(given: Any, wanted: datetime | None) -> None:
    assert instant(given) == wanted


@settings(deadline=None)
@given(st.text() | st.from_regex(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", fullmatch=True))
def test_no_text_makes_a_time_raise_or_come_without_a_zone(text: str) -> None:
    found = instant(text)

    assert found is None or found.utcoffset() is not None


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (7, 7),
        (-7, -7),
        ("0042", 42),
        (11011.0, 11011),
        (LARGEST, LARGEST),
        (LARGEST + 1, None),
        ("9" * 19, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        (1.5, None),
        ("1.5", None),
        ("１２", None),
        ("", None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_numbers_are_whole_and_fit_a_column(given: Any, wanted: int | None) -> None:
    assert number(given) == wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (True, True),
        ("true", True),
        ("TRUE ", True),
        (1, True),
        (1.0, True),
        ("0", False),
        (False, False),
        ("maybe", False),
        (None, False),
        ([1], False),
    ],
)
def test_flags_are_read_in_every_form_they_come_in(given: Any, wanted: bool) -> None:
    assert Fields({"x": given}, "thing").flag("x") is wanted


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("https://a.example.test/x?y=1", "https://a.example.test/x?y=1"),
        (" http://a.test ", "http://a.test"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ('https://a.test/"><script>', None),
        ("https://a.test/x y", None),
        ("https://a.test/" + "x" * 3000, None),
        (7, None),
    ],
)
def test_addresses_are_web_addresses(given: Any, wanted: str | None) -> None:
    assert Fields({"x": given}, "thing").address("x") == wanted


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ({"currency": "eur"}, "EUR"),
        ({"currency": "CZK", "storefront": "de"}, "CZK"),
        ({"storefront": "CZ"}, "CZK"),
        ({"storefront": "pl", "currency": None}, "PLN"),
        ({"storefront": "sk", "currency": "€"}, "EUR"),
    ],
)
def test_the_currency_is_the_given_one_or_the_storefronts(raw: dict[str, Any], wanted: str) -> None:
    assert Fields(raw, "unit").currency() == wanted


def test_the_currency_of_an_unknown_storefront_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="currency"):
        Fields({"storefront": "ro"}, "unit").currency()
    assert currency_of("ro") is None


def test_complaints_name_the_field_and_never_the_value() -> None:
    fields = Fields({"id": "Mara Muster", "when": "Mara Muster"}, "ticket")
    for ask in (lambda: fields.id("id"), lambda: fields.at("when", "then"), lambda: fields.whole("id")):
        with pytest.raises(Unreadable) as caught:
            ask()
        assert str(caught.value).startswith("ticket: ")
        assert "Mara" not in str(caught.value)


@pytest.mark.parametrize("raw", [None, [], "x", 7])
def test_what_is_no_object_is_unreadable(raw: Any) -> None:
    with pytest.raises(Unreadable, match="not an object"):
        Fields(raw, "ticket")


def test_text_can_always_be_stored() -> None:
    assert Fields({"x": "a\x00b\ud800c"}, "thing").text("x") == "a\ufffdb\ufffdc"


def test_money_speaks_for_itself() -> None:
    assert str(Money(-1205, "CZK")) == "-12.05 CZK"
