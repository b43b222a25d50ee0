"""Tracking numbers as people paste them."""

from __future__ import annotations

import pytest

from bot.domain.parcels import LONGEST_NUMBER, MOST_NUMBERS, hints, numbers_typed, odd_number


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("00340434161234567890", ("00340434161234567890",)),
        ("0034 0434 1612 3456 7890", ("00340434161234567890",)),
        ("jjd000390007882322123", ("JJD000390007882322123",)),
        ("111111111111, 222222222222;333333333333", ("111111111111", "222222222222", "333333333333")),
        ("111111111111\n\n222222222222\r\n", ("111111111111", "222222222222")),
        ("abc1\nABC1", ("ABC1",)),
        (" , ;\n", ()),
        ("", ()),
    ],
)
def test_numbers_are_read_one_a_line_or_between_commas(typed: str, numbers: tuple[str, ...]) -> None:
    assert numbers_typed(typed) == numbers


@pytest.mark.parametrize(
    "typed",
    ["https://dhl.de/x?n=1", "12", "-123456", "<@U123>", "1234\u0665678", "=cmd()", "x" * (LONGEST_NUMBER + 1)],
)
def test_what_is_no_number_is_refused_with_its_beginning(typed: str) -> None:
    with pytest.raises(ValueError, match="is no tracking number"):
        numbers_typed(typed)


def test_more_than_anybody_sends_is_refused() -> None:
    most = "\n".join(f"1000{n:08}" for n in range(MOST_NUMBERS))
    assert len(numbers_typed(most)) == MOST_NUMBERS
    with pytest.raises(ValueError, match=f"{MOST_NUMBERS} numbers"):
        numbers_typed(f"{most}\n999999999999")


@pytest.mark.parametrize(
    ("carrier", "number", "odd"),
    [
        ("DHL", "00340434161234567890", False),
        ("DHL", "003404341612345678901", True),
        ("DHL", "JJD000390007882322", False),
        ("UPS", "1Z999AA10123456784", False),
        ("UPS", "999AA10123456784", True),
        ("DPD", "01906812345678", False),
        ("DPD Poland", "01906812345678A", False),
        ("DPD Poland", "12345", True),
        ("GLS", "12345678901", False),
        ("GLS Italy", "123", True),
        ("Hermes", "12345678901234", False),
        ("A carrier nobody knows", "???", False),
    ],
)
def test_an_odd_number_is_told_with_what_is_usual(carrier: str, number: str, odd: bool) -> None:
    told = odd_number(carrier, [number])
    assert (told is not None) is odd
    if told:
        assert told.startswith(number)


def test_the_hint_fits_below_a_field() -> None:
    assert len(hints()) <= 500
