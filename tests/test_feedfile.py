"""Files people give us: told apart by their bytes, decoded, bounded; and the process that checks them."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import json
import lzma
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bot import feedfile
from bot.domain.feedcheck import Question
from bot.domain.feedplan import Plan, read_plan
from bot.domain.feedrows import Unreadable
from bot.feedchild import check_file
from tests.domain.feeds import feed, offer

LETTERS = {"de": "Größe Ä", "at": "Größe ß", "fr": "Chaîne élégante", "it": "qualità è", "cz": "Žluťoučký kůň"}
LETTERS |= {"sk": "Ľahká stolička", "pl": "Krzesło żółte"}
CODE_PAGES = {"cz": "cp1250", "sk": "cp1250", "pl": "cp1250"}


def zipped(size: int) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed.csv", b"0" * size)
    return held.getvalue()


def checked(tmp_path: Path, content: bytes, storefront: str = "de", kind: str = "inventory-feed") -> Plan:
    path = tmp_path / "given"
    path.write_bytes(content)
    return check_file(path, Question(kind, storefront), tmp_path / "errors.csv")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (zipped(50_000_000), "Excel workbook or a ZIP"),
        (gzip.compress(b"0" * 50_000_000), "compressed (gzip)"),
        (bz2.compress(b"0" * 1000), "compressed (bzip2)"),
        (lzma.compress(b"0" * 1000), "compressed (xz)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel workbook"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (codecs.BOM_UTF16_LE + "ean;price".encode("utf-16-le"), "UTF-16"),
        (codecs.BOM_UTF16_BE + "ean;price".encode("utf-16-be"), "UTF-16"),
        ("ean;condition\n400;1".encode("utf-16-le"), "UTF-16"),
        (b"ean;price\n1;\x00\x07", "holds zero bytes"),
        (feed(*map(offer, range(1, 2000))).encode() + b"3;\x00\n", "holds zero bytes"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"<?xml version='1.0'?><InventoryFeed/>", "XML"),
        (b"x" * 3_000_000, "no CSV file with line breaks"),
    ],
)
def test_what_is_no_csv_is_refused_with_what_to_do_and_never_unpacked(
    tmp_path: Path, content: bytes, words: str
) -> None:
    plan = checked(tmp_path, content)

    assert words in " ".join(plan.fatal)
    assert not plan.publishable


def test_two_gigabytes_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)

    with pytest.raises(Unreadable, match="larger than 200 MB"):
        feedfile.open_text(path, "de")


@pytest.mark.parametrize("storefront", LETTERS)
def test_a_file_that_is_not_utf8_is_read_with_the_code_page_of_its_country_and_not_published(
    tmp_path: Path, storefront: str
) -> None:
    currency = "CZK" if storefront == "cz" else "PLN" if storefront == "pl" else "EUR"
    text = feed(offer(1, currency=currency, comment=LETTERS[storefront]), offer(2, currency=currency, count="x"))

    plan = checked(tmp_path, text.encode(CODE_PAGES.get(storefront, "cp1252")), storefront)

    assert "not UTF-8" in plan.fatal[0]
    assert [(fold.column, fold.first) for fold in plan.folds] == [("count", 3)]
    assert LETTERS[storefront] in "".join(feedfile.reopen_text(tmp_path / "given", storefront).pieces)


def test_a_wrong_letter_far_into_the_file_is_found_as_well(tmp_path: Path) -> None:
    text = feed(*(offer(number) for number in range(1, 4000))).encode() + feed(offer(4000, comment="ö")).encode(
        "cp1252"
    )

    plan = checked(tmp_path, text)

    assert "not UTF-8" in plan.fatal[0]


def test_a_byte_order_mark_is_told_and_no_part_of_the_first_column(tmp_path: Path) -> None:
    plan = checked(tmp_path, codecs.BOM_UTF8 + feed(offer(1)).encode())

    assert plan.fatal == ()
    assert plan.columns[0] == "ean"
    assert "byte order mark" in plan.notes[0]


@pytest.mark.parametrize("size", [1, 7, 1000, 32_768])
def test_pieces_are_whole_lines_whatever_letters_they_are_cut_in(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedfile, "PIECE", size)
    path = tmp_path / "x.csv"
    text = "größe;€\n日本語;ž\n\nlast"
    path.write_text(text, "utf-8")

    pieces = list(feedfile.pieces_of(path, "utf-8"))

    assert "".join(pieces) == text
    assert all(piece.endswith("\n") for piece in pieces[:-1])


def test_the_sheet_of_problems_holds_each_with_its_line_and_nothing_a_spreadsheet_executes(tmp_path: Path) -> None:
    checked(tmp_path, feed(offer(1, ean="=cmd"), offer(2, count="-3")).encode())

    assert (tmp_path / "errors.csv").read_text("utf-8-sig").splitlines() == [
        "line;column;value;problem;severity",
        "2;ean;'=cmd;is no EAN: only digits belong here;error",
        "3;count;'-3;is negative;error",
    ]


def test_the_process_answers_with_the_plan(tmp_path: Path) -> None:
    path, live = tmp_path / "feed.csv", tmp_path / "live"
    path.write_text(feed(offer(1), offer(2)), "utf-8")
    live.write_text('["SKU-1", ["4006381333931|NEW"], 4999, 7, 4000]\n["SKU-9", [], 100, 1, null]\n', "utf-8")
    asked = {
        "kind": "inventory-feed",
        "storefront": "de",
        "path": str(path),
        "errors": str(tmp_path / "errors.csv"),
        "live": str(live),
        "warehouses": ["5"],
    }

    told = subprocess.run(
        [sys.executable, "-m", "bot.feedchild"], input=json.dumps(asked), capture_output=True, text=True, check=True
    )

    plan = read_plan(json.loads(told.stdout))
    assert (plan.rows, plan.effect.new, plan.effect.same, plan.effect.removed_names) == (2, 1, 1, ("SKU-9",))
