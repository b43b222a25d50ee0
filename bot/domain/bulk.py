"""Reads what a table says about many offers: one row per offer, or one row per value. Pure.

    id_offer;price;amount          id_offer;field;value
    SKU-1;49.99;7                  SKU-1;price;49.99

Prices are amounts, 49.99 or 49,99, never cents: it is a table people write. Whoever names a currency, in a column of
its own or behind the price, is held to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from bot.domain.codes import STOREFRONTS
from bot.domain.currency import currency_of
from bot.domain.feedplan import Problem
from bot.domain.feedvalues import FORMULA
from bot.domain.inventory import UnitChange
from bot.domain.nearest import did_you_mean
from bot.domain.offers import AVAILABLE, ON_HOLD, PRICES, price, signed, spoken_price

MOST_ROWS = 5000
UNIT, OFFER = "unit", "offer"
# What a table of commas becomes when its prices have commas too.
BEYOND = "stands behind more cells than the first row names: put amounts with a comma into quotation marks"

# What people call the columns, and what we call what stands in them.
_IDS = {
    "id_unit": UNIT,
    "unit_id": UNIT,
    "unit": UNIT,
    "id_offer": OFFER,
    "offer_id": OFFER,
    "offer": OFFER,
    "sku": OFFER,
}
FIELDS = {
    "price": "listing_price",
    "listing_price": "listing_price",
    "minimum_price": "minimum_price",
    "min_price": "minimum_price",
    "amount": "amount",
    "stock": "amount",
    "count": "amount",
    "quantity": "amount",
    "handling_time": "handling_days",
    "note": "note",
    "comment": "note",
    "shipping_group": "shipping_group_id",
    "id_shipping_group": "shipping_group_id",
    "warehouse": "warehouse_id",
    "id_warehouse": "warehouse_id",
    "status": "status",
}
# The columns an undo sheet has, in their order: field of a change to the name people read.
WRITTEN = {
    "listing_price": "price",
    "minimum_price": "minimum_price",
    "amount": "amount",
    "handling_days": "handling_time",
    "note": "note",
    "shipping_group_id": "shipping_group",
    "warehouse_id": "warehouse",
    "status": "status",
}
_STATUSES = {
    "available": AVAILABLE,
    "active": AVAILABLE,
    "on": AVAILABLE,
    "onhold": ON_HOLD,
    "on hold": ON_HOLD,
    "on_hold": ON_HOLD,
    "paused": ON_HOLD,
    "off": ON_HOLD,
}


_OTHERS = ("storefront", "currency", "field", "value")


@dataclass(frozen=True)
class BulkRow:
    """What one offer shall become. `by` tells whether `ref` is an id_unit or an id_offer; `line` is where it stands.

    Prices in `change` are minor units of `currency` where the row names one, else of the storefront's.
    """

    line: int
    by: str
    ref: str
    storefront: str | None
    change: UnitChange
    currency: str | None = None


@dataclass
class BulkSheet:
    rows: list[BulkRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    trouble: str | None = None

    @property
    def storefronts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.storefront for row in self.rows if row.storefront))


def recognised(header: Sequence[str]) -> bool:
    """Whether a table with this header is one about offers."""
    names = _names(header)
    others = [name for name in names if name in FIELDS]
    return any(name in _IDS for name in names) and (bool(others) or {"field", "value"} <= set(names))


def read_table(table: Iterable[Sequence[str]], at: Iterable[int] | None = None) -> BulkSheet:
    """The changes a table asks for. What is wrong with single rows is told with their lines, the others are read.

    `at` are the lines the rows begin on, where a cell may span several; without it each row is a line.
    """
    sheet = BulkSheet()
    lines = zip(at or count(1), table, strict=False)
    header = next(((line, row) for line, row in lines if any(cell.strip() for cell in row)), None)
    if header is None:
        sheet.trouble = "The file is empty."
        return sheet
    names = _names(header[1])
    sheet.trouble = _header_trouble(names)
    if sheet.trouble:
        return sheet
    merged: dict[tuple[str, str, str | None], BulkRow] = {}
    rows = 0
    for line, row in lines:
        if not any(cell.strip() for cell in row):
            continue
        rows += 1
        # Every row counts, also one that asks for nothing: whoever reads the file keeps no more than these.
        if rows > MOST_ROWS:
            sheet.trouble = f"The file has more than {MOST_ROWS:,} rows. Split it, or use an inventory feed."
            return sheet
        if beyond := next((cell for cell in map(_cell, row[len(names) :]) if cell), None):
            sheet.problems.append(Problem(line, "", beyond, BEYOND))
            continue
        cells = dict(zip(names, (_cell(cell) for cell in row), strict=False))
        if found := _row(line, cells, sheet.problems):
            _merge(merged, found, "field" in names, sheet.problems)
    sheet.rows = list(merged.values())
    if not sheet.rows and not sheet.problems:
        sheet.trouble = (
            "No row asks for anything: its cells are empty." if rows else "There is no row below the header."
        )
    return sheet


def _names(header: Sequence[str]) -> list[str]:
    return [re.sub(r"[\s-]+", "_", cell.strip().strip("'\"").lower()) for cell in header]


def _header_trouble(names: Sequence[str]) -> str | None:
    ids = [name for name in names if name in _IDS]
    if not ids:
        return f"The first row must name the columns. One of them must be id_offer or id_unit; I see {_listed(names)}."
    if len({_IDS[name] for name in ids}) > 1:
        return "Either id_offer or id_unit names the offers, not both."
    for name in names:
        if name and name not in _IDS and name not in FIELDS and name not in _OTHERS:
            return f"I do not know the column '{name[:40]}'{did_you_mean(name, [*FIELDS, *_IDS, *_OTHERS])}."
    return _doubled(names) or _nothing_wanted(names)


def _doubled(names: Sequence[str]) -> str | None:
    """Which two columns say the same, so that nobody knows which one counts."""
    first: dict[str, str] = {}
    for name in filter(None, names):
        meant = FIELDS.get(name) or _IDS.get(name) or name
        if meant in first:
            return f"The columns '{first[meant]}' and '{name}' mean the same thing. Leave one of them out."
        first[meant] = name
    return None


def _nothing_wanted(names: Sequence[str]) -> str | None:
    """Why the columns ask for no change, or for two sorts of them at once."""
    wanted = [name for name in names if name in FIELDS]
    by_value = [name for name in ("field", "value") if name in names]
    if by_value and (wanted or len(by_value) < 2):
        return "The columns 'field' and 'value' stand alone: one row for each value, or a column for each value."
    if not wanted and not by_value:
        return f"Nothing is changed here. Add a column such as {', '.join(WRITTEN.values())}."
    return None


def _row(line: int, cells: Mapping[str, str], problems: list[Problem]) -> BulkRow | None:
    """The change one row asks for; None for one that asks for nothing, and after its problems were told."""
    name = next(name for name in cells if name in _IDS)
    ref, by = cells[name], _IDS[name]
    if not ref or (by == UNIT and not re.fullmatch(r"\d{1,18}", ref, re.ASCII)):
        problems.append(Problem(line, name, ref, "is no number of an offer" if ref else "is empty"))
        return None
    storefront = cells.get("storefront", "").lower() or None
    if storefront and storefront not in STOREFRONTS:
        hint = did_you_mean(storefront, STOREFRONTS)
        problems.append(Problem(line, "storefront", storefront, f"is no storefront{hint}"))
        return None
    wanted = {name: value for name, value in cells.items() if name in FIELDS and value}
    if "field" in cells:
        field_name = re.sub(r"[\s-]+", "_", cells["field"].lower())
        if field_name not in FIELDS:
            problems.append(
                Problem(line, "field", field_name, f"is nothing I can change{did_you_mean(field_name, FIELDS)}")
            )
            return None
        wanted = {field_name: cells.get("value", "")}
    read, currencies, found = _values(line, wanted, cells.get("currency", ""))
    problems += found
    if found or not read:
        return None
    change = UnitChange(**read)  # type: ignore[arg-type]
    return BulkRow(line, by, ref, storefront, change, next(iter(currencies), None))


def _values(
    line: int, wanted: Mapping[str, str], currency: str
) -> tuple[dict[str, int | str], tuple[str, ...], list[Problem]]:
    """What the cells of a row mean, the currencies they name, and what is wrong with them."""
    read: dict[str, int | str] = {}
    currencies = {signed(currency)[1] or currency.upper(): "currency"} if currency else {}
    problems = []
    for name, text in wanted.items():
        amount, sign = signed(text) if FIELDS[name] in PRICES else (text, None)
        value, said = _value(FIELDS[name], amount)
        if value is None:
            problems.append(Problem(line, name, text, said))
        else:
            read[FIELDS[name]] = value
        if sign:
            currencies.setdefault(sign, name)
    if len(currencies) > 1:
        problems.append(Problem(line, "currency", " ".join(currencies), "are two currencies for one offer"))
    return read, tuple(currencies), problems


def _value(name: str, text: str) -> tuple[int | str | None, str]:
    """What a cell means, or None and what is wrong with it."""
    if name in PRICES:
        return price(text), "is no price: write it like 49.99"
    if name == "status":
        return _STATUSES.get(text.lower()), f"is no status: write available or on hold{did_you_mean(text, _STATUSES)}"
    if name == "note":
        return text, ""
    whole = re.fullmatch(r"(\d{1,18})(?:[.,]0+)?", text, re.ASCII)
    return (int(whole[1]) if whole else None), "is no whole number"


def _merge(
    merged: dict[tuple[str, str, str | None], BulkRow], row: BulkRow, by_value: bool, problems: list[Problem]
) -> None:
    """Rows that name one value each come together; otherwise an offer may stand there once."""
    key = (row.by, row.ref, row.storefront)
    earlier = merged.get(key)
    if earlier is None:
        merged[key] = row
    elif by_value:
        if None not in (row.currency, earlier.currency) and row.currency != earlier.currency:
            problems.append(Problem(row.line, "currency", str(row.currency), f"is not that of line {earlier.line}"))
        given = {name: getattr(row.change, name) for name in WRITTEN if getattr(row.change, name) is not None}
        if any(getattr(earlier.change, name) is not None for name in given):
            problems.append(Problem(row.line, "field", row.ref, "gets the same value twice"))
        else:
            currency = earlier.currency or row.currency
            merged[key] = replace(earlier, change=replace(earlier.change, **given), currency=currency)
    else:
        problems.append(Problem(row.line, row.by, row.ref, f"stands in line {earlier.line} already"))


def _cell(cell: str) -> str:
    """The cell as it was meant: a file of ours has an apostrophe before what looks like a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _listed(names: Sequence[str]) -> str:
    shown = [name[:30] for name in names if name][:6]
    return ", ".join(shown) or "nothing"


def undo_rows(changed: Iterable[tuple[int, str, Mapping[str, object]]]) -> Iterator[tuple[str, ...]]:
    """A table that brings the old values back: (unit, storefront, what was) of every offer that was changed.

    What had no value before (a minimum price) cannot be taken away again, so its cell is empty.
    """
    listed = list(changed)
    used = [name for name in WRITTEN if any(name in was for _, _, was in listed)]
    priced = any(name in PRICES for name in used)
    yield ("id_unit", "storefront", *(("currency",) if priced else ()), *(WRITTEN[name] for name in used))
    for unit, storefront, was in listed:
        cells = [currency_of(storefront) or ""] if priced else []
        cells += [written(name, was.get(name)) for name in used]
        yield (str(unit), storefront, *cells)


def written(name: str, value: object) -> str:
    """The value of a field as a table has it; empty for none."""
    if isinstance(value, int) and name in PRICES:
        return spoken_price(value)
    return "" if value is None else str(value)
