"""Changes to offers: was and will be, percentages, what moved meanwhile, and prices as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import offers
from bot.domain.inventory import Unit, UnitChange
from bot.domain.model import Money

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_unit(**changed: object) -> Unit:
    fields: dict[str, object] = {
        "id": 7,
        "storefront": "de",
        "status": "AVAILABLE",
        "condition": "NEW",
        "price": Money(4999, "EUR"),
        "listing_price": Money(4999, "EUR"),
        "amount": 7,
        "handling_days": 2,
        "created": NOW,
        "changed": NOW,
        "offer_id": "SKU-1",
        "shipping_group_id": 11,
        "warehouse_id": 5,
    }
    return Unit(**{**fields, **changed})  # type: ignore[arg-type]


def test_only_what_really_changes_is_a_step() -> None:
    change = UnitChange(amount=7, listing_price=4499, note="Neu", status="ONHOLD")

    taken = offers.steps(a_unit(), change)

    assert [(step.field, step.was, step.will_be) for step in taken] == [
        ("listing_price", 4999, 4499),
        ("status", "AVAILABLE", "ONHOLD"),
        ("note", "", "Neu"),
    ]
    assert offers.only(change, taken) == UnitChange(listing_price=4499, note="Neu", status="ONHOLD")


@pytest.mark.parametrize(
    ("was", "will_be", "percent"), [(100, 150, 50), (100, 149, 49), (300, 299, -1), (100, 1, -99), (100, 100, 0)]
)
def test_a_change_of_price_is_told_in_percent_away_from_zero(was: int, will_be: int, percent: int) -> None:
    taken = offers.steps(a_unit(listing_price=Money(was, "EUR")), UnitChange(listing_price=will_be))

    assert [step.percent for step in taken] == ([percent] if percent else [])
    assert offers.steepest(taken) == abs(percent)


def test_a_first_minimum_price_lets_the_price_fall_that_far() -> None:
    """From then on the marketplace may sell for it, so it counts from the price."""
    taken = offers.steps(a_unit(), UnitChange(minimum_price=4000))
    with_the_price = offers.steps(a_unit(), UnitChange(listing_price=5499, minimum_price=1))
    raised = offers.steps(a_unit(minimum_price=Money(4000, "EUR")), UnitChange(minimum_price=4400))

    assert (taken[0].was, taken[0].percent, offers.steepest(taken)) == (None, -20, 20)
    assert [step.percent for step in with_the_price] == [11, -100]
    assert [step.percent for step in raised] == [10]


def test_what_somebody_else_changed_meanwhile_is_named_only_where_it_matters() -> None:
    seen = offers.values_of(a_unit())
    now = a_unit(amount=3, listing_price=Money(5999, "EUR"))

    assert offers.moved(now, seen, UnitChange(listing_price=4499)) == ("listing_price",)
    assert offers.moved(now, seen, UnitChange(note="x")) == ()


def test_what_came_to_be_as_wanted_meanwhile_was_not_moved_by_anybody_else() -> None:
    """Storefronts share pieces: a change of several things in one of them brings the pieces of the others along."""
    seen = offers.values_of(a_unit())

    assert offers.moved(a_unit(amount=41), seen, UnitChange(amount=41, handling_days=5)) == ()
    assert offers.moved(a_unit(amount=40), seen, UnitChange(amount=41, handling_days=5)) == ("amount",)


def test_an_offer_that_is_as_wanted_proves_that_the_change_happened() -> None:
    change = UnitChange(listing_price=4499, amount=3)

    assert not offers.reached(a_unit(), change)
    assert offers.reached(a_unit(amount=3, listing_price=Money(4499, "EUR")), change)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        (UnitChange(listing_price=0), "listing_price", "from 0.01"),
        (UnitChange(listing_price=100_000_001), "listing_price", "to 1,000,000"),
        (UnitChange(minimum_price=5000), "minimum_price", "not be above"),
        (UnitChange(listing_price=10), "listing_price", "not be above"),
        (UnitChange(amount=-1), "amount", "from 0 to"),
        (UnitChange(handling_days=101), "handling_days", "working days"),
        (UnitChange(note="x" * 251), "note", "250 are the most"),
        (UnitChange(status="INCOMPLETE"), "status", "nothing else"),
    ],
)
def test_what_the_marketplace_would_refuse_is_said_beside_its_field(change: UnitChange, field: str, words: str) -> None:
    unit = a_unit(minimum_price=Money(4500, "EUR"))

    found = dict(offers.complaints(change, "de", unit))

    assert words in found[field]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        *(("49.99", 4999), ("49,99", 4999), ("49", 4900), ("49,9", 4990), ("0.01", 1), ("1.249,00", 124900)),
        *(("1,249.00", 124900), ("1 249,00 €", 124900), ("1.249.000", 124900000), (" 5 EUR ", 500)),
        *(("1.249", None), ("1,249", None), ("0", None), ("-5", None), ("49.999", None), ("", None), ("abc", None)),
        *(("1.2.3", None), ("12.34.56", None), ("1,5.00", None), ("12,34.56", None), ("1,2,49", None), ("4 9", None)),
        *(("1.2345.00", None), (".5", None), ("5.", None), ("1 249", 124900), ("12 249,5", 1224950)),
        *(("1e5", None), ("٤", None), ("4.9.9,9,9", None), ("NaN", None), ("9" * 30, None)),
    ],
)
def test_prices_are_read_as_people_write_them_and_never_guessed(text: str, minor: int | None) -> None:
    assert offers.price(text) == minor


@given(st.integers(1, 10**11))
def test_a_price_that_is_written_is_read_back(minor: int) -> None:
    assert offers.price(offers.spoken_price(minor)) == minor


@given(st.text(max_size=20))
def test_no_text_breaks_the_reading_of_a_price(text: str) -> None:
    assert offers.price(text) is None or offers.price(text) > 0  # type: ignore[operator]
