"""EANs: single ones with a reason, thousands with a yes or no, and both of one mind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import gtin

RIGHT = ["4006381333931", "4006381333948", "0000000000000", "2000000000015", "5901234123457"]


@pytest.mark.parametrize("ean", [*RIGHT, "04006381333931", "10000000000007"])
def test_a_right_ean_has_no_complaint(ean: str) -> None:
    assert gtin.complaint(ean) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", gtin.EMPTY),
        ("4006381333932", gtin.CHECK_DIGIT),
        ("4.00638E+12", gtin.SCIENTIFIC),
        ("4,00638E+12", gtin.SCIENTIFIC),
        ("4E12", gtin.SCIENTIFIC),
        ("400638133393", gtin.SHORT),
        ("12345", gtin.LENGTH),
        ("400638133393100", gtin.LENGTH),
        ("4006381333931 ", gtin.NO_DIGITS),
        ("400638133393X", gtin.NO_DIGITS),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", gtin.NO_DIGITS),
    ],
)
def test_what_is_wrong_with_an_ean_is_told(text: str, said: str) -> None:
    assert gtin.complaint(text) == said


def test_many_right_ones_are_right_together_and_one_wrong_one_spoils_them() -> None:
    for count in (1, 2, 500):
        many = (RIGHT * count)[:count]
        assert gtin.all_right(many)
        for place in (0, count // 2, count - 1):
            spoilt = [*many[:place], "4006381333932", *many[place + 1 :]]
            assert not gtin.all_right(spoilt)


@given(st.lists(st.sampled_from([*RIGHT, "4006381333932", "123", "12345678901234", "", ";", "400638133393é", "1;2"])))
def test_many_are_right_exactly_when_each_is(texts: list[str]) -> None:
    if texts and gtin.all_right(texts):
        assert [gtin.complaint(text) for text in texts] == [None] * len(texts)
    elif texts and all(len(text) == 13 for text in texts):
        assert any(gtin.complaint(text) for text in texts)


@given(st.text("0123456789", min_size=12, max_size=13))
def test_a_number_with_its_check_digit_is_right_and_any_slip_of_one_digit_is_found(digits: str) -> None:
    ean = f"{digits}{gtin.check_digit(digits)}"

    assert gtin.complaint(ean) is None
    for place in range(len(ean)):
        slip = f"{ean[:place]}{(int(ean[place]) + 1) % 10}{ean[place + 1 :]}"
        assert gtin.complaint(slip) == gtin.CHECK_DIGIT
