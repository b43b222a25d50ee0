"""Columns of feeds: the three ways to ask never contradict each other, and each slip has its sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import feedvalues as values

CHECKS: dict[str, Callable[[], values.Check]] = {
    "ean": values.Ean,
    "price": lambda: values.Whole(1, 100_000_000),
    "needed price": lambda: values.Whole(1, 100_000_000, required=True),
    "count": lambda: values.Remembered(values.Whole(0, 99_999)),
    "handling": lambda: values.Remembered(values.Whole(0, 100, required=True)),
    "amount": lambda: values.DecimalComma(100_000_000),
    "needed amount": lambda: values.DecimalComma(100_000_000, required=True),
    "number": lambda: values.Text(40),
    "comment": lambda: values.Text(250, prose=True),
    "title": lambda: values.Text(10, required=True, prose=True),
    "category": lambda: values.Text(10, required=True),
    "condition": values.a_condition,
    "currency": lambda: values.a_currency("EUR", "de"),
    "locale": lambda: values.one_of("locale", ("de-DE", "cs-CZ")),
    "vat": lambda: values.one_of("VAT indicator", ("standard_rate",), required=False),
    "picture": values.an_address,
}
TRICKY = [
    *("", " ", "0", "00", "007", "1", "100", "101", "99999", "100000", "100000000", "100000001", "9" * 30, "-3"),
    *("12.50", "12,50", "0,50", "49,9", "49,999", "1e5", "EUR", "eur", "new", "NEW", "used - as new", "USED___GOOD"),
    *("used", "de-DE", "de_DE", "standard_rate", "4006381333931", "4006381333932", "04006381333931", "4,00638E+12"),
    *(
        "=1+1",
        "+49",
        "-",
        "@x",
        "\tx",
        "\u00a0",
        "\u2003x",
        "\u3000",
        "é" * 10,
        "é" * 11,
        "x" * 40,
        "x" * 41,
        "x" * 250,
    ),
    *(
        "x" * 251,
        "https://a.test/x.jpg",
        "http://a.test",
        "https://a",
        "ftp://a.test/x",
        "https://a.test/x y",
        "٣",
        "½",
    ),
]
anything = st.one_of(st.sampled_from(TRICKY), st.text(max_size=12), st.text("0123456789,.-E", max_size=12))


def matches(pattern: str, value: str) -> bool:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode("latin-1"), options).fullmatch(value.encode()) is not None


@pytest.mark.parametrize("name", CHECKS)
@given(st.lists(anything, min_size=1, max_size=12))
def test_no_quick_yes_contradicts_a_complaint(name: str, texts: list[str]) -> None:
    check = CHECKS[name]()
    for _ in range(2):  # The second time with what it remembers.
        if check.all_fine(texts):
            assert [check.complaint(text) for text in texts] == [None] * len(texts)


@pytest.mark.parametrize("name", CHECKS)
@given(anything)
def test_what_matches_a_decisive_pattern_has_no_complaint_and_needs_no_quotes(name: str, text: str) -> None:
    check = CHECKS[name]()
    assert check.pattern is not None
    if check.decisive and matches(check.pattern, text):
        assert check.complaint(text) is None
        assert not set(text) & set(';"\r\n')
        if isinstance(check, values.Text) and check.prose:
            assert not text.startswith(values.FORMULA)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("price", text) for text in ("", "1", "4999", "10000000")),
        *(("count", text) for text in ("", "0", "7")),
        *(("needed amount", text) for text in ("49,99", "5", "12,5")),
        *(("condition", text) for text in ("100", "new", "used - very good", "REFURBISHED___GOOD")),
        *(("comment", text) for text in ("", "Größe M", "a" * 250)),
        ("title", "Ölkanne"),
        ("currency", "EUR"),
        ("picture", "https://img.shop.test/1.jpg"),
    ],
)
def test_what_feeds_mostly_hold_passes_by_its_pattern(name: str, text: str) -> None:
    pattern = CHECKS[name]().pattern

    assert pattern is not None
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("needed price", "", "is empty"),
        ("price", "49.99", "cents belong here"),
        ("price", "49,99", "cents belong here"),
        ("price", "0", "must be from 1 to"),
        ("price", "100000001", "must be from 1 to"),
        ("price", "9" * 40, "must be from 1 to"),
        ("price", "ten", "no whole number"),
        ("count", "-3", "is negative"),
        ("count", " 3", "spaces around"),
        ("count", "٣", "no whole number"),
        ("amount", "49.99", "takes a comma"),
        ("amount", "0", "must be from 0,01"),
        ("amount", "49,999", "is no amount"),
        ("number", "x" * 41, "has 41 characters, 40 are the most"),
        ("title", "  ", "is empty"),
        ("condition", "usd - as new", "did you mean USED___AS_NEW?"),
        ("condition", "600", "write 100, 200"),
        ("currency", "CZK", "not the currency of DE, which is EUR"),
        ("locale", "de-De", "did you mean de-DE?"),
        ("picture", "img.shop.test/1.jpg", "must begin with https://"),
    ],
)
def test_a_slip_has_a_sentence_that_says_what_belongs_there(name: str, text: str, words: str) -> None:
    said = CHECKS[name]().complaint(text)

    assert said is not None
    assert words in said


@given(st.lists(anything, min_size=1, max_size=80))
def test_wrong_values_are_found_where_they_stand(texts: list[str]) -> None:
    check = values.Whole(1, 1000)

    assert list(values.complaints(check, texts)) == [
        (place, said) for place, text in enumerate(texts) if (said := check.complaint(text))
    ]


@given(st.text())
def test_what_is_written_for_people_begins_with_no_formula(text: str) -> None:
    assert not values.defused(text).startswith(values.FORMULA)
    assert values.defused(text).removeprefix("'") == text.removeprefix("'") or text.startswith("'")
