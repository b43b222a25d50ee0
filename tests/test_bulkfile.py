"""Tables as people save them: encodings, delimiters, workbooks, and files that mean harm."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest

from bot.bulkfile import MOST_UNPACKED, read_file
from bot.domain import bulk
from bot.domain.feedrows import Unreadable
from bot.domain.inventory import UnitChange


def workbook(*rows: list[Any], sheets: int = 1) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for number in range(1, sheets):
        book.create_sheet(f"More {number}")
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def repacked(content: bytes, name: str, data: bytes) -> bytes:
    """The archive with one of its files replaced, or added."""
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member.filename, old.read(member))
        new.writestr(name, data)
    return changed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "sku;price;note\nA;49,99;Öl".encode(),
        "sku,price,note\r\nA,49.99,Öl\r\n".encode(),
        b"\xef\xbb\xbf" + "sku\tprice\tnote\nA\t49.99\tÖl".encode(),
        'sku|price|note\n\n"A"|49.99|"Öl"'.encode(),
        "sku;price;note\nA;49,99;Öl".encode("cp1252"),
    ],
)
def test_a_csv_is_read_whatever_spreadsheet_wrote_it(content: bytes) -> None:
    table = read_file(content, "de")

    (row,) = bulk.read_table(table.rows, table.at).rows
    assert (row.ref, row.change) == ("A", UnitChange(listing_price=4999, note="Öl"))


def test_a_code_page_is_guessed_from_the_country_and_told() -> None:
    table = read_file("sku;note\nA;Žluťoučký".encode("cp1250"), "cz")

    assert table.rows[1] == ["A", "Žluťoučký"]
    assert table.notes == ["The file is not UTF-8; it was read as Windows-1250."]


def test_lines_are_counted_as_an_editor_does() -> None:
    table = read_file(b'sku;note\nA;"one\ntwo"\n\nB;x\n', "de")

    assert list(zip(table.at, (row[0] for row in table.rows), strict=True)) == [(1, "sku"), (2, "A"), (5, "B")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"%PDF-1.7", "PDF"),
        ("sku;price".encode("utf-16"), "UTF-16"),
        (b'sku;note\nA;"open', "Line 2 cannot be read: a quotation mark is opened"),
        (b"PK\x03\x04rest", "no Excel workbook"),
        (b"sku;note\n" + b"A;x\n" * 2000 + b"B;a\0b\n", "zero bytes"),
        (("sku;" + "x" * 2001).encode(), "more than 2,000 characters"),
        ((";" * 80).encode() + b"x", "columns"),
    ],
)
def test_what_is_no_table_says_why(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_file(content, "de")


def test_numbers_of_a_workbook_are_what_it_shows() -> None:
    content = workbook(
        ["id_unit", "price", "amount", "note"], [123456789012, 19.989999999999998, 7.0, "x"], [], [5, 100, 0, None]
    )
    table = read_file(content, "de")

    rows = bulk.read_table(table.rows, table.at).rows
    assert [(row.line, row.ref, row.change) for row in rows] == [
        (2, "123456789012", UnitChange(listing_price=1999, amount=7, note="x")),
        (4, "5", UnitChange(listing_price=10000, amount=0)),
    ]


def test_other_sheets_are_left_alone_and_that_is_told() -> None:
    notes = read_file(workbook(["sku", "price"], sheets=3), "de").notes

    assert notes == ["Only the first of 3 sheets was read: Sheet."]


def test_a_sheet_people_do_not_see_is_not_read() -> None:
    book = openpyxl.Workbook()
    hidden, seen = book.active, book.create_sheet("Prices")
    assert hidden is not None
    hidden.append(["sku", "old"])
    hidden.sheet_state = "hidden"
    seen.append(["sku", "price"])
    book.active = 1
    content = io.BytesIO()
    book.save(content)

    table = read_file(content.getvalue(), "de")

    assert (table.rows, table.notes) == ([["sku", "price"]], [])


def test_a_formula_nobody_has_computed_is_not_taken_for_an_empty_cell() -> None:
    with pytest.raises(Unreadable, match="Line 2 has a formula without a result"):
        read_file(workbook(["sku", "price", "amount"], ["A", "=1+1", 3]), "de")


def test_a_workbook_without_rows_is_empty() -> None:
    with pytest.raises(Unreadable, match="empty"):
        read_file(workbook(), "de")


def test_a_workbook_that_unpacks_to_more_than_any_price_list_is_not_unpacked() -> None:
    bomb = repacked(workbook(["sku"]), "xl/worksheets/sheet1.xml", b" " * (MOST_UNPACKED + 1))
    assert len(bomb) < 200_000

    with pytest.raises(Unreadable, match="larger unpacked"):
        read_file(bomb, "de")


def test_a_workbook_with_entities_is_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'

    with pytest.raises(Unreadable, match="no Excel workbook"):
        read_file(repacked(workbook(["sku"]), "xl/worksheets/sheet1.xml", laughs), "de")


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("readme.txt", "hello")

    with pytest.raises(Unreadable, match="no Excel workbook"):
        read_file(content.getvalue(), "de")


def test_more_rows_than_anybody_reads_are_not_kept() -> None:
    content = b"sku;amount\n" + b"".join(b"A-%d;1\n" % number for number in range(8000))

    table = read_file(content, "de")

    assert len(table.rows) < 5010
    assert "more than 5,000 rows" in str(bulk.read_table(table.rows, table.at).trouble)
