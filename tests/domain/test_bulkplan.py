"""Tables beside the offers they mean: what changes, what is wrong, and what goes out together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain import bulk, bulkplan
from bot.domain.bulkplan import BulkPlan, Places, Planned, plan, read_bulk_plan
from bot.domain.inventory import FULFILLED_BY_KAUFLAND, Unit
from bot.domain.money import Money

THEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PLACES = Places({"de": {11: "Parcels"}, "at": {}, "cz": {}}, {5: "Main"})


def a_unit(id: int, storefront: str = "de", **changed: object) -> Unit:
    currency = "CZK" if storefront == "cz" else "EUR"
    price = Money(4999, currency)
    unit = Unit(id, storefront, "AVAILABLE", "NEW", price, price, 7, 2, THEN, THEN, offer_id=f"SKU-{id % 100}")
    return replace(unit, **changed)  # type: ignore[arg-type]


UNITS = {"de": [a_unit(1), a_unit(2)], "at": [a_unit(101, "at")], "cz": [a_unit(201, "cz")]}


def checked(text: str, units: dict[str, list[Unit]] | None = None) -> tuple[BulkPlan, tuple[Planned, ...]]:
    sheet = bulk.read_table([line.split(";") for line in text.splitlines()])
    return plan(sheet, "de", units or UNITS, PLACES, ("a note",))


def test_only_what_differs_is_planned_and_what_is_so_already_is_counted() -> None:
    found, rows = checked("sku;price;amount\nSKU-1;39.99;7\nSKU-2;49.99;7")

    assert [(row.line, row.unit, row.was, row.will) for row in rows] == [
        (2, 1, {"listing_price": 4999}, {"listing_price": 3999})
    ]
    assert (found.units, found.same, found.percent, found.fields) == (1, 1, 20 + 1, {"listing_price": 1})
    assert found.sendable
    assert read_bulk_plan(found.facts()) == found


def test_a_first_minimum_price_counts_from_the_price_and_after_a_restart_too() -> None:
    found, rows = checked("sku;minimum_price;amount\nSKU-1;0.50;7\nSKU-2;;8")

    assert (found.percent, found.steepest, [row.price for row in rows]) == (99, rows[0], [4999, None])
    assert read_bulk_plan(found.facts()) == found
    kept = {name: value for name, value in rows[1].facts().items() if name != "price"}
    assert bulkplan.read_planned(kept) == rows[1]


def test_rows_mean_the_storefront_they_name_or_the_one_that_was_chosen() -> None:
    found, rows = checked("sku;storefront;handling_time\nSKU-1;;4\nSKU-1;at;4\nSKU-1;CZ;4")

    assert [(row.storefront, row.unit) for row in rows] == [("de", 1), ("at", 101), ("cz", 201)]
    assert found.storefronts == {"de": 1, "at": 1, "cz": 1}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("sku;amount\nSKU-9;1", 2, "is no offer of ours there"),
        ("id_unit;amount\n101;1", 2, "is no offer of ours there"),
        ("id_unit;amount\n1;1\n01;2", 3, "is the offer of line 2"),
        ("sku;storefront;amount\nSKU-1;de;3\nSKU-1;;3", 3, "is the offer of line 2"),
        ("sku;storefront;amount\nSKU-1;pl;3", 2, "does not sell"),
        ("sku;storefront;amount\nSKU-1;de;3\nSKU-1;at;4", 3, "differs from line 2, and storefronts share it"),
        ("sku;price\nSKU-1;5 Kč", 2, "is not what the offer is sold in (EUR)"),
        ("sku;price\nSKU-1;1000000.01", 2, "from 0.01 to 1,000,000"),
        ("sku;price;min_price\nSKU-1;5;6", 2, "must not be above the price"),
        ("sku;min_price\nSKU-1;50", 2, "must not be above the price"),
        ("sku;handling_time\nSKU-1;101", 2, "from 0 to 100"),
        ("sku;shipping_group\nSKU-1;12", 2, "is none of ours: 11 (Parcels)"),
        ("sku;storefront;shipping_group\nSKU-1;at;11", 2, "is none of ours: there are none"),
        ("sku;warehouse\nSKU-1;6", 2, "is none of ours: 5 (Main)"),
        ("sku;amount\nSKU-1;three", 2, "is no whole number"),
    ],
)
def test_one_problem_and_nothing_is_planned(text: str, line: int, words: str) -> None:
    found, rows = checked(f"{text}\n")

    assert rows == ()
    assert [(problem.line, words in problem.what) for problem in found.problems] == [(line, True)]
    assert not found.sendable


def test_what_kaufland_fulfils_and_what_one_number_means_twice_is_refused() -> None:
    theirs = {"de": [a_unit(1, fulfillment=FULFILLED_BY_KAUFLAND), a_unit(2), a_unit(102)]}

    found, _ = checked("sku;amount\nSKU-1;1\nSKU-2;1", theirs)

    assert [problem.what for problem in found.problems] == [
        "is fulfilled by Kaufland and cannot be changed",
        "names several offers: use id_unit",
    ]


def test_values_that_had_nothing_before_are_counted_because_no_table_takes_them_away() -> None:
    found, _ = checked("sku;min_price;note;amount\nSKU-1;10;new;1")

    assert found.kept == 2


def test_batches_hold_one_storefront_each_and_no_more_than_one_call_takes() -> None:
    rows = [Planned(n, n, "at" if n % 2 else "de", "", {}, {"amount": 1}) for n in range(1, 402)]

    found = bulkplan.batches(rows)

    assert [(len(each), {row.storefront for row in each}) for each in found] == [
        (150, {"at"}),
        (51, {"at"}),
        (150, {"de"}),
        (50, {"de"}),
    ]
    assert sorted(row.unit for each in found for row in each) == list(range(1, 402))
