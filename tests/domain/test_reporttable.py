"""Reports as the world writes them: any delimiter, any number, any columns, and never an accident."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report import KINDS
from bot.domain.reportsummary import summarise
from bot.domain.reporttable import TableTrouble, day, minor_units, named, read_table


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12,50", 1250),
        ("12.50", 1250),
        ("-12,5", -1250),
        ("12,50-", -1250),
        ("1.234,56", 123_456),
        ("1,234.56", 123_456),
        ("1 234,56", 123_456),
        ("1\u202f234,56 €", 123_456),
        ("1.234.567,89", 123_456_789),
        ("1.234", 123_400),
        ("0.950", 95),
        ("0,9549", 95),
        ("0,955", 96),
        ("12", 1200),
        ("+3", 300),
        ("", None),
        ("12,50 EUR", 1250),
        ("abc", None),
        ("1.2.3", None),
        ("١٢", None),
        ("--5", None),
        ("1" * 40, None),
    ],
)
def test_an_amount_is_read_however_it_is_written(text: str, minor: int | None) -> None:
    assert minor_units(text) == minor


@pytest.mark.parametrize(("text", "minor"), [("1999", 1999), ("-5", -5), ("19,99", 1999), ("1.999", 1999), ("", None)])
def test_a_column_of_cents_counts_cents(text: str, minor: int | None) -> None:
    assert minor_units(text, cents=True) == minor


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("2026-11-23T08:15:00+01:00", date(2026, 11, 23)),
        ("23.11.2026 08:15", date(2026, 11, 23)),
        ("3.1.2026", date(2026, 1, 3)),
        ("20261123", date(2026, 11, 23)),
        ("2026-02-30", None),
        ("9999-12-31", None),
        ("0001-01-01 00:00:00", None),
        ("11/23/2026", None),
        ("", None),
    ],
)
def test_a_day_is_read_however_it_is_written(text: str, found: date | None) -> None:
    assert day(text) == found


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Günstigster Preis neu", "gunstigster_preis_neu"),
        ("\ufeffEAN", "ean"),
        ("Differenz zu neu %", "differenz_zu_neu"),
        ("price_cs", "price_cs"),
        ("  ", ""),
    ],
)
def test_columns_have_one_name_whatever_their_case_and_accents(header: str, name: str) -> None:
    assert named(header) == name


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_header(sign: str) -> None:
    lines = [sign.join(["ean", "price_gross", "title"]) + "\n", sign.join(["1", '"12,50"', '"a;b,c|d"']) + "\r\n"]

    table = read_table(lines)
    (row,) = table

    assert row.minor("price_gross") == 1250
    assert row.text("title") == "a;b,c|d"
    assert (table.count, table.uneven) == (1, 0)


def test_one_column_blank_lines_and_rows_of_any_length_are_read() -> None:
    assert [row.text("ean") for row in read_table(["ean\n", "\n", "1\n", "  \n", "2\n"])] == ["1", "2"]

    table = read_table(["a;b\n", "1\n", "1;2;3\n", ";\n", "1;2\n"])
    assert [row.text("b") for row in table] == ["", "2", "2"]
    assert (table.count, table.uneven) == (3, 2)


def test_a_name_that_stands_twice_means_its_first_column() -> None:
    (row,) = read_table(["price;Price\n", "1;2\n"])

    assert row.minor("price") == 100


def test_a_field_may_go_over_lines_and_hold_zero_bytes() -> None:
    (row,) = read_table(["title;ean\n", '"erste\n', 'zweite";1\0\n'])

    assert (row.text("title"), row.text("ean")) == ("erste\nzweite", "1")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "empty"),
        (["\n", "  \n"], "empty"),
        (["<!DOCTYPE html><html>\n"], "a page instead of a table"),
        (['{"message":"gone"}\n'], "a page instead of a table"),
        ([";".join("x" * 3000) + "\n"], "3000 columns"),
        (["a;b\n", '"' + "x" * 200_000 + '";1\n'], "cannot be read to its end"),
    ],
)
def test_what_is_no_table_is_told(lines: list[str], words: str) -> None:
    with pytest.raises(TableTrouble, match=words):
        list(read_table(lines))


@given(st.lists(st.text(max_size=60), max_size=12), st.sampled_from(sorted(KINDS)))
def test_no_text_at_all_makes_a_summary_stumble(lines: list[str], kind: str) -> None:
    try:
        told = summarise(kind, "de", read_table([line + "\n" for line in lines])).facts()
    except TableTrouble as trouble:
        told = {"rows": 0, "notes": [str(trouble)]}

    assert told["rows"] >= 0
    assert all(told["notes"])
