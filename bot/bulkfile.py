"""A table people keep in a spreadsheet, as rows of text: a CSV of whatever delimiter, or the first sheet in an XLSX.

An XLSX is a ZIP of XML, so it is measured before it is unpacked. Numbers become the text a spreadsheet shows, which has
fifteen digits; money is never computed with as a float.
"""

from __future__ import annotations

import codecs
import csv
import io
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl

from bot.domain.bulk import MOST_ROWS
from bot.domain.feedrows import Unreadable
from bot.feedfile import LONGEST_LINE, refuse_what_is_no_text

MOST_BYTES = 10 * 1024 * 1024
MOST_COLUMNS = 60
LONGEST_CELL = 2000
# An XLSX unpacked, and how many files may be in it.
MOST_UNPACKED = 64 * 1024 * 1024
MOST_MEMBERS = 500
ZIP = b"PK\x03\x04"
DELIMITERS = ";,\t|"
_CENTRAL_EUROPE = frozenset({"cz", "sk", "pl"})
NO_SHEET = "This ZIP archive is no Excel workbook I can read. Save the sheet as “CSV UTF-8” and send that."
TOO_LARGE = "The workbook is far larger unpacked than any price list. Save the sheet as “CSV UTF-8” and send that."


@dataclass
class TableFile:
    """`rows` of text, and `at`, the line each begins on (from 1). `notes` are sentences for people."""

    rows: list[list[str]] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, line: int, cells: list[str]) -> bool:
        """Keep a row; False when there are more than anybody reads. Raises `Unreadable`."""
        if len(cells) > MOST_COLUMNS:
            raise Unreadable(f"Line {line} has {len(cells)} columns, {MOST_COLUMNS} are the most.")
        if any(len(cell) > LONGEST_CELL for cell in cells):
            raise Unreadable(f"Line {line} has a field of more than {LONGEST_CELL:,} characters.")
        self.rows.append(cells)
        self.at.append(line)
        # One more than allowed, so that whoever reads the table can say so.
        return len(self.rows) <= MOST_ROWS + 1


def read_file(content: bytes, storefront: str) -> TableFile:
    """The table in a file's bytes; `storefront` tells what a spreadsheet there writes. Raises `Unreadable`."""
    if content.startswith(ZIP):
        return _workbook(content)
    # All of it: a zero byte far below would come as far as a note that buyers read.
    refuse_what_is_no_text(content)
    text, notes = _decoded(content, storefront)
    table = TableFile(notes=notes)
    for line, cells in _csv_rows(text):
        if not table.add(line, cells):
            break
    return table


def _decoded(content: bytes, storefront: str) -> tuple[str, list[str]]:
    try:
        return content.decode("utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"), []
    except UnicodeDecodeError:
        codec, spoken = ("cp1250", "1250") if storefront in _CENTRAL_EUROPE else ("cp1252", "1252")
        return content.decode(codec, "replace"), [f"The file is not UTF-8; it was read as Windows-{spoken}."]


def _csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that has any. Raises `Unreadable`."""
    head = [line for line in text[:LONGEST_LINE].splitlines()[:20] if line.strip()]
    if not head:
        raise Unreadable("The file is empty.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(head), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        said = "a quotation mark is opened and never closed" if "unexpected end" in str(error) else str(error)
        raise Unreadable(f"Line {line} cannot be read: {said}.") from None


def _delimiter(lines: list[str]) -> str:
    """The one the header has most of; among equals the one the next lines have as often."""
    counted = Counter({sign: lines[0].count(sign) for sign in DELIMITERS})
    most = max(counted.values())
    best = [sign for sign in DELIMITERS if counted[sign] == most]
    return max(best, key=lambda sign: sum(line.count(sign) == most for line in lines[1:])) if most else ";"


# Workbooks


def _workbook(content: bytes) -> TableFile:
    """The first sheet people see. Whatever a broken workbook makes the reader raise becomes `Unreadable`."""
    _measure(content)
    table = TableFile()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            values, written = _sheets(content, data_only=True), _sheets(content, data_only=False)
            if len(values) > 1:
                table.notes.append(f"Only the first of {len(values)} sheets was read: {values[0].title[:40]}.")
            _fill(table, values[0].iter_rows(values_only=True), written[0].iter_rows(values_only=True))
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable(NO_SHEET) from error
    if not table.rows:
        raise Unreadable("The first sheet of the workbook is empty.")
    return table


def _sheets(content: bytes, *, data_only: bool) -> list[Any]:
    """The sheets people see, with the results of formulas or the formulas themselves."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets


def _fill(table: TableFile, rows: Iterable[tuple[Any, ...]], written: Iterable[tuple[Any, ...]]) -> None:
    """`written` are the same rows with the formulas. Raises `Unreadable` where one has no result: it is not empty."""
    for line, (values, formulas) in enumerate(zip(rows, written, strict=True), start=1):
        if any(value is None and formula is not None for value, formula in zip(values, formulas, strict=True)):
            raise Unreadable(f"Line {line} has a formula without a result. Open the file, save it once, and send that.")
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if cells and not table.add(line, cells):
            return


def _measure(content: bytes) -> None:
    """What is in the archive is never more than its directory says, so that is what is judged. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise Unreadable(TOO_LARGE)
            for member in members:
                # Entities are how a few bytes of XML become gigabytes; no spreadsheet declares any.
                if member.filename.endswith((".xml", ".rels")) and _declares(archive, member):
                    raise Unreadable(NO_SHEET)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Unreadable(NO_SHEET) from error


def _declares(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    with archive.open(member) as file:
        head = file.read(4096)
    return b"<!DOCTYPE" in head or b"<!ENTITY" in head or b"\0" in head


def _text(value: Any) -> str:
    """A cell as the spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)
