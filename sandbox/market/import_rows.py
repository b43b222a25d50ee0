"""Reads the three CSV dialects of import files into rows with their line numbers. Applies nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.market.ground import currency_of
from sandbox.market.inventory import CONDITION_OF_NUMBER, CONDITIONS, NewOffer

UPSERT_COLUMNS = (
    *("ean", "condition", "price", "currency", "comment", "id_offer", "id_warehouse", "count", "minimum_price"),
    *("price_cs", "minimum_price_cs", "id_shipping_group", "handling_time"),
)
FEED_COLUMNS = ("ean", "condition", "currency", "handling_time")
LENGTHS = {"ean": 14, "condition": 26, "price": 10, "comment": 250, "id_offer": 40}


class Unreadable(Exception):
    """The file as a whole cannot be worked through."""


class BadRow(Exception):
    """One line is wrong; the others are still done."""


@dataclass(frozen=True)
class Line:
    """`fields` in the order of the file; `named` by column for files with a header. `number` counts from 1."""

    number: int
    fields: tuple[str, ...]
    named: dict[str, str]


def read_lines(content: bytes, *, header: Sequence[str] | None = None) -> list[Line]:
    """All lines that are not empty. With `header` (the columns that must be there) the first line names the columns.

    Raises Unreadable.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("The file is not UTF-8") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        rows = [(reader.line_num, tuple(row)) for row in reader if any(field.strip() for field in row)]
    except csv.Error as error:
        raise Unreadable(f"Line {reader.line_num}: {error}") from error
    if header is None:
        return [Line(number, row, {}) for number, row in rows]
    columns = [name.strip().lower() for name in rows[0][1]] if rows else []
    if missing := [name for name in header if name not in columns]:
        raise Unreadable(f"Missing columns: {', '.join(missing)}")
    return [Line(number, row, dict(zip(columns, row, strict=False))) for number, row in rows[1:]]


def upsert_of(fields: Sequence[str]) -> dict[str, str]:
    """The columns of an UPSERT command, whose file has no header. Raises BadRow."""
    if len(fields) != len(UPSERT_COLUMNS):
        raise BadRow(f"UPSERT needs {len(UPSERT_COLUMNS)} fields, not {len(fields)}")
    return dict(zip(UPSERT_COLUMNS, fields, strict=True))


def offer_of(row: dict[str, str], storefront: str) -> tuple[str, NewOffer]:
    """The EAN and the offer a row speaks of. Raises BadRow."""
    for name, most in LENGTHS.items():
        if len(row.get(name, "")) > most:
            raise BadRow(f"{name} is longer than {most} characters")
    if row.get("currency", "").strip() != currency_of(storefront):
        raise BadRow("currency is not the currency of the storefront")
    price = _money(row, "price")
    if not price:
        raise BadRow("price or price_cs must be given")
    handling = _whole(row, "handling_time")
    if handling is None or handling > 100:
        raise BadRow("handling_time is not valid")
    count = _whole(row, "count")
    return row["ean"].strip(), NewOffer(
        id_offer=row.get("id_offer", "").strip(),
        listing_price=price,
        handling_time=handling,
        amount=1 if count is None else count,
        minimum_price=_money(row, "minimum_price"),
        condition=_condition(row.get("condition", "")),
        note=row.get("comment", "").strip() or None,
        shipping_group_id=_whole(row, "id_shipping_group"),
        warehouse_id=_whole(row, "id_warehouse"),
        vat_indicator=row.get("vat_indicator", "").strip() or "standard_rate",
    )


def _money(row: dict[str, str], name: str) -> int | None:
    """Whole cents, or the same with a decimal comma in the column that ends in _cs."""
    cents, decimal = row.get(name, "").strip(), row.get(f"{name}_cs", "").strip()
    if cents and decimal:
        raise BadRow(f"only one of {name} and {name}_cs may be given")
    if decimal:
        if not re.fullmatch(r"\d{1,9}(,\d{1,2})?", decimal, re.ASCII):
            raise BadRow(f"{name}_cs is not valid")
        whole, _, part = decimal.partition(",")
        return int(whole) * 100 + int(f"{part:0<2}")
    return _whole(row, name)


def _whole(row: dict[str, str], name: str) -> int | None:
    value = row.get(name, "").strip()
    if value and not re.fullmatch(r"\d{1,10}", value, re.ASCII):
        raise BadRow(f"{name} is not valid")
    return int(value) if value else None


def _condition(value: str) -> str:
    value = value.strip()
    if value.isdigit() and int(value) in CONDITION_OF_NUMBER:
        return CONDITION_OF_NUMBER[int(value)]
    spelled = value.upper().replace(" - ", "___").replace(" ", "_")
    if spelled not in CONDITIONS:
        raise BadRow("condition is not valid")
    return spelled
