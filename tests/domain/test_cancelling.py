"""The month's cancellation rate, and what it costs."""

from __future__ import annotations

import pytest

from bot.domain.cancelling import Month, counts, effect_words, month_of
from bot.domain.model import Money
from tests.domain.builders import an_order_unit


def month(cancelled: int, units: int = 10_000, value: int = 100_000) -> Month:
    return Month(units, cancelled, Money(value, "EUR"))


@pytest.mark.parametrize(("cancelled", "percent"), [(0, 0), (99, 0), (100, 5), (299, 5), (300, 10), (10_000, 10)])
def test_the_fee_steps_up_at_one_and_three_percent(cancelled: int, percent: int) -> None:
    assert month(cancelled).fee_percent == percent
    assert month(cancelled).fee == Money(100_000 * percent // 100, "EUR")


def test_a_month_without_orders_costs_nothing() -> None:
    assert (month(0, units=0).fee_percent, month(0, units=0).hundredths) == (0, 0)


@pytest.mark.parametrize(
    ("reason", "ours"),
    [
        ("OutOfStock", True),
        ("a reason newer than us", True),
        (None, True),
        ("BuyerCancelled", False),
        ("NoReactionBuyer", False),
        ("ShippingAddressUndeliverable", False),
        ("CustomerExchange", False),
    ],
)
def test_only_what_is_plainly_the_buyers_does_not_count(reason: str | None, ours: bool) -> None:
    assert counts(reason) is ours


def test_a_month_is_counted_in_one_currency() -> None:
    euro, crowns = Money(1000, "EUR"), Money(25_000, "CZK")
    units = [
        an_order_unit(price=euro, status="cancelled", cancel_reason="OutOfStock"),
        an_order_unit(price=euro, status="cancelled", cancel_reason="BuyerCancelled"),
        an_order_unit(price=euro, status="sent"),
        an_order_unit(price=crowns, status="cancelled", cancel_reason="OutOfStock"),
    ]
    assert month_of(units, "EUR") == Month(3, 1, euro)
    assert month_of(units, "CZK") == Month(1, 1, crowns)
    assert month_of(units, "EUR").with_more(units[2:]) == Month(3, 2, Money(2000, "EUR"))


def test_the_words_tell_the_step_that_is_taken() -> None:
    assert "no fee" in effect_words(month(0), month(99))
    assert "That is a step up" in effect_words(month(99), month(100))
    assert "That is a step up" in effect_words(month(299), month(300))
    told = effect_words(month(100), month(101))
    assert "step up" not in told
    assert "1.00 % (100 of 10000 units) now, 1.01 %" in told
