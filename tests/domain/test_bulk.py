"""Tables about many offers: read as people write them, told line by line, and written back to undo."""

from __future__ import annotations

import pytest

from bot.domain import bulk
from bot.domain.inventory import UnitChange


def table(text: str) -> list[list[str]]:
    return [line.split(";") for line in text.strip().splitlines()]


def test_one_row_per_offer_with_a_column_for_each_value() -> None:
    sheet = bulk.read_table(table("SKU;Price;min-price;Stock;Status\nA-1;49,99;45.00;7;on hold\nA-2;;;0;\n"))

    assert (sheet.trouble, sheet.problems) == (None, [])
    assert [(row.line, row.by, row.ref, row.change) for row in sheet.rows] == [
        (2, "offer", "A-1", UnitChange(listing_price=4999, minimum_price=4500, amount=7, status="ONHOLD")),
        (3, "offer", "A-2", UnitChange(amount=0)),
    ]


def test_one_row_per_value_comes_together_by_offer() -> None:
    sheet = bulk.read_table(
        table("id_unit;storefront;field;value\n7;de;price;49.99\n7;de;amount;3\n8;cz;note;Nové\n7;de;amount;4")
    )

    assert [(row.ref, row.storefront, row.change) for row in sheet.rows] == [
        ("7", "de", UnitChange(listing_price=4999, amount=3)),
        ("8", "cz", UnitChange(note="Nové")),
    ]
    assert [(problem.line, problem.what) for problem in sheet.problems] == [(5, "gets the same value twice")]
    assert sheet.storefronts == ("de", "cz")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("name;price\nx;1", "id_offer or id_unit; I see name, price"),
        ("sku;prise\nA;1", "the column 'prise' (did you mean 'price'?)"),
        ("sku;stock;amount\nA;1;1", "mean the same thing"),
        ("sku;id_unit;price\nA;1;1", "not both"),
        ("sku;storefront\nA;de", "Nothing is changed"),
        ("sku;price\n", "no row below"),
        ("sku;id_offer;price\nA;B;1", "'sku' and 'id_offer' mean the same thing"),
        ("sku;currency;currency;price\nA;EUR;CZK;1", "mean the same thing"),
        ("sku;field;value;price\nA;amount;1;2", "'field' and 'value' stand alone"),
        ("sku;field;price\nA;note;5", "'field' and 'value' stand alone"),
    ],
)
def test_a_table_that_says_nothing_i_can_do_is_refused_with_a_reason(text: str, words: str) -> None:
    assert words in str(bulk.read_table(table(text)).trouble)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (";1;;", "is empty"),
        ("A;1.249;;", "is no price"),
        ("A;;1.5;", "is no whole number"),
        ("A;;;paused maybe", "available or on hold"),
    ],
)
def test_a_wrong_row_is_told_with_its_line_and_the_others_are_read(row: str, words: str) -> None:
    sheet = bulk.read_table(table(f"sku;price;amount;status\n{row}\nB;2.00;;"))

    assert [(problem.line, words in problem.what) for problem in sheet.problems] == [(2, True)]
    assert [each.ref for each in sheet.rows] == ["B"]


def test_an_offer_that_stands_there_twice_is_told_with_the_first_line() -> None:
    sheet = bulk.read_table(table("sku;price\nA;1.00\nA;2.00"))

    assert [problem.what for problem in sheet.problems] == ["stands in line 2 already"]


def test_more_rows_than_one_sheet_may_have_are_refused_as_a_whole() -> None:
    sheet = bulk.read_table([["sku", "amount"], *([f"A-{number}", "1"] for number in range(5001))])

    assert "more than 5,000 rows" in str(sheet.trouble)


def test_the_undo_table_is_read_as_what_was() -> None:
    was = [
        (7, "de", {"listing_price": 4999, "amount": 3, "minimum_price": None}),
        (8, "cz", {"listing_price": 129900, "note": "=alt", "status": "AVAILABLE"}),
    ]

    rows = list(bulk.undo_rows(was))
    sheet = bulk.read_table(rows)

    assert rows[0] == ("id_unit", "storefront", "currency", "price", "minimum_price", "amount", "note", "status")
    assert rows[2][2:4] == ("CZK", "1299.00")
    assert [(row.ref, row.storefront, row.change) for row in sheet.rows] == [
        ("7", "de", UnitChange(listing_price=4999, amount=3)),
        ("8", "cz", UnitChange(listing_price=129900, note="=alt", status="AVAILABLE")),
    ]


def test_the_apostrophe_before_what_looks_like_a_formula_is_not_part_of_the_value() -> None:
    (row,) = bulk.read_table([["sku", "note"], ["'-77", "'=1+1"]]).rows

    assert (row.ref, row.change.note) == ("-77", "=1+1")


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("sku;price", True),
        ("id_unit;field;value", True),
        ("ean;locale", False),
        ("sku;name", False),
        ("price;amount", False),
    ],
)
def test_a_table_about_offers_is_recognised_by_its_header(header: str, known: bool) -> None:
    assert bulk.recognised(header.split(";")) == known


@pytest.mark.parametrize(
    ("row", "currency", "minor"),
    [("49.99;;", None, 4999), ("49,99 €;;", "EUR", 4999), ("1.249,00 Kč;;", "CZK", 124900), ("5;czk;", "CZK", 500)],
)
def test_a_currency_that_is_named_is_kept(row: str, currency: str | None, minor: int) -> None:
    (read,) = bulk.read_table(table(f"sku;price;currency;amount\nA;{row}")).rows

    assert (read.currency, read.change.listing_price) == (currency, minor)


def test_two_currencies_for_one_offer_are_none() -> None:
    sheet = bulk.read_table(table("sku;price;currency\nA;5 €;CZK"))

    assert (sheet.rows, [problem.what for problem in sheet.problems]) == ([], ["are two currencies for one offer"])


def test_lines_are_those_of_the_file_where_a_cell_spans_several() -> None:
    sheet = bulk.read_table([["sku", "note"], ["A", "one\ntwo"], ["", "x"]], [1, 2, 4])

    assert [row.line for row in sheet.rows] == [2]
    assert [problem.line for problem in sheet.problems] == [4]


def test_cells_that_no_column_names_are_a_problem_as_they_are_after_a_decimal_comma_in_a_table_of_commas() -> None:
    rows = [line.split(",") for line in ("sku,price,amount", "A-1,49,99,7", "A-2,49.99,7,,")]

    sheet = bulk.read_table(rows)

    assert [(row.ref, row.change) for row in sheet.rows] == [("A-2", UnitChange(listing_price=4999, amount=7))]
    (problem,) = sheet.problems
    assert (problem.line, problem.value) == (2, "7")
    assert "more cells than the first row names" in problem.what


@pytest.mark.parametrize(
    "rows",
    [
        # Four values of each offer.
        [
            f"S-{number // 4};{name};{number}"
            for number in range(8000)
            for name in [("price", "amount", "note", "handling_time")[number % 4]]
        ],
        # A whole export in which few cells are filled in, all of them at the end.
        [*(f"S-{number};amount;" for number in range(6000)), "S-9;price;5"],
    ],
)
def test_a_table_with_more_rows_than_are_read_is_refused_and_never_cut(rows: list[str]) -> None:
    cells = [line.split(";") for line in ["sku;field;value", *rows]]

    assert "more than 5,000 rows" in str(bulk.read_table(cells[: bulk.MOST_ROWS + 2]).trouble)


def test_rows_that_ask_for_nothing_count_too() -> None:
    cells = [["sku", "price"], *([f"S-{number}", ""] for number in range(bulk.MOST_ROWS)), ["S-X", "5"]]
    assert "No row asks for anything" in str(bulk.read_table(cells[:-1]).trouble)

    assert "more than 5,000 rows" in str(bulk.read_table(cells).trouble)
