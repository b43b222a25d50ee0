"""A report's CSV as a table, read leniently: whatever its columns, delimiter, quotes and way of writing numbers. Pure.

Nobody documents the columns, and they change. So a column is known by any of its names, an unknown one is left alone,
and a missing one makes a note and no trouble. Rows come one by one: a report may be larger than the memory for it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice

from bot.domain.facts import folded

DELIMITERS = ";,\t|"
LOOKED_AT = 20
MOST_COLUMNS = 2000
YEARS = range(2000, 2100)


class TableTrouble(Exception):
    """The file is no table. `str()` is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `cells` as they are written, `columns` where each named one is."""

    cells: list[str]
    columns: dict[str, int]

    def text(self, *names: str) -> str:
        """The first filled cell of the columns called one of `names` (as `named` makes them); empty for none."""
        for name in names:
            place = self.columns.get(name)
            if place is not None and place < len(self.cells) and (said := self.cells[place].strip()):
                return said
        return ""

    def minor(self, *names: str) -> int | None:
        """The amount in minor units in the first of these columns that holds one. Those that end in _cs count cents."""
        for name in names:
            found = minor_units(self.text(name), cents=name.endswith("_cs"))
            if found is not None:
                return found
        return None

    def whole(self, *names: str) -> int | None:
        said = self.text(*names)
        return int(said) if re.fullmatch(r"-?\d{1,9}", said, re.ASCII) else None

    def day(self, *names: str) -> date | None:
        return day(self.text(*names))


@dataclass
class Table:
    """`columns` are the normal names of the header and where they are. `uneven` counts rows of another length."""

    header: tuple[str, ...]
    columns: dict[str, int]
    _rows: Iterator[list[str]]
    uneven: int = field(default=0, init=False)
    count: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[Row]:
        for cells in self._rows:
            if not any(cell.strip() for cell in cells):
                continue
            self.count += 1
            if len(cells) != len(self.header):
                self.uneven += 1
            yield Row(cells, self.columns)

    def has(self, *names: str) -> bool:
        return any(name in self.columns for name in names)


def read_table(lines: Iterable[str]) -> Table:
    """The table in these lines, each with its line break. Raises `TableTrouble`, also while its rows are read."""
    source = iter(lines)
    first = list(islice(source, LOOKED_AT))
    filled = [line for line in first if line.strip()]
    if not filled:
        raise TableTrouble("The report is empty: it has not even a header.")
    if filled[0].lstrip("\ufeff \t").lower().startswith(("<!doctype", "<html", "<?xml", "{", "[")):
        raise TableTrouble("The marketplace sent a page instead of a table. Ask for the report again.")
    rows = _parsed(chain(first, source), _delimiter(filled))
    header = next((cells for cells in rows if any(cell.strip() for cell in cells)), [])
    if len(header) > MOST_COLUMNS:
        raise TableTrouble(f"The report has {len(header)} columns; nobody can read that.")
    columns: dict[str, int] = {}
    for place, name in enumerate(header):
        columns.setdefault(named(name), place)
    return Table(tuple(cell.strip() for cell in header), columns, rows)


def _parsed(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader((line.replace("\0", "") for line in lines), delimiter=delimiter)
    except csv.Error as error:
        raise TableTrouble(f"The report cannot be read to its end: {error}.") from None


def _delimiter(lines: list[str]) -> str:
    """The one that is in the header most often; among equals the one the next lines have as often."""
    counted = Counter({sign: lines[0].count(sign) for sign in DELIMITERS})
    most = max(counted.values())
    best = [sign for sign in DELIMITERS if counted[sign] == most]
    return max(best, key=lambda sign: sum(line.count(sign) == most for line in lines[1:])) if most else ";"


def named(header: str) -> str:
    """The normal name of a column: "Günstigster Preis neu" is gunstigster_preis_neu."""
    return re.sub(r"[^a-z0-9]+", "_", folded(header.lstrip("\ufeff"))).strip("_")


def minor_units(text: str, *, cents: bool = False) -> int | None:
    """An amount as reports write it, in minor units: 1.234,56 and 1,234.56 and -12,5 and 12. None for no amount.

    With `cents` a whole number counts minor units already.
    """
    said = re.sub(r"[\s\u00a0\u202f'’]|€|EUR|Kč|CZK|zł|PLN", "", text)
    found = re.fullmatch(r"([+-]?)([1-9]\d{0,2}(?:[.,]\d{3})+|\d{1,12})(?:[.,](\d{1,4}))?(-?)", said, re.ASCII)
    if not found:
        return None
    sign, whole, part, behind = found.groups()
    if part is None and cents:
        minor = int(re.sub(r"\D", "", whole))
    else:
        # More than two decimals (a rate, a net price) are rounded, half up.
        digits = (part or "").ljust(4, "0")
        minor = int(re.sub(r"\D", "", whole)) * 100 + (int(digits) + 50) // 100
    return -minor if sign == "-" or behind == "-" else minor


def day(text: str) -> date | None:
    """The day of "2026-11-23", "2026-11-23 08:00:00", "23.11.2026" or "20261123"; None for none.

    Software writes 0001-01-01 and 9999-12-31 where it knows no day.
    """
    said = text.strip()
    found = re.match(r"(\d{4})-?(\d\d)-?(\d\d)(?!\d)", said, re.ASCII)
    if found:
        year, month, number = found.groups()
    elif found := re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)", said, re.ASCII):
        number, month, year = found.groups()
    else:
        return None
    if int(year) not in YEARS:
        return None
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        return None
