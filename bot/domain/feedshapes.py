"""How the rows of each kind of feed are made: which check belongs to which column, and what columns ask of each other.

Pure. A file with a header has one shape, a file of commands one for each command.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import TYPE_CHECKING, Any

import re2

from bot.domain import feedvalues as values
from bot.domain.currency import currency_of
from bot.domain.feedkinds import (
    CANCEL_REASONS,
    CANCELLED,
    DELETE,
    DELIMITER,
    HIGHEST_PRICES,
    INVENTORY_FEED,
    LONGEST_COMMENT,
    LONGEST_HANDLING,
    LONGEST_OFFER_ID,
    OFFER_COLUMNS,
    SENT,
    UNTRACKED_CARRIERS,
    UPSERT,
    VAT_INDICATORS,
    condition,
)
from bot.domain.feedplan import WARNING, Problem
from bot.domain.locales import LOCALES

if TYPE_CHECKING:
    from bot.domain.feedcheck import Question

MOST_COUNT = 99_999
LONGEST_ATTRIBUTE = 65_535
PRODUCT = "product"
# A pattern may grow to some thousand states; without room for them RE2 forgets what it learnt and becomes slow.
PATTERN_MEMORY = 32 * 1024 * 1024

Wrong = tuple[int, str, str, str]  # place in the block, column, value, what is wrong


@dataclass(frozen=True)
class Block:
    """Some rows as columns. Each column is as long as the block has rows."""

    places: Mapping[str, int]
    columns: tuple[Sequence[str], ...]

    def column(self, name: str) -> Sequence[str] | None:
        place = self.places.get(name)
        return None if place is None else self.columns[place]

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Rule:
    """What columns ask of each other. `decided`: rows that match a pattern of their shape keep it for sure."""

    wrong: Callable[[Block], Iterator[Wrong]]
    decided: bool = False


@dataclass(frozen=True)
class Shape:
    """`purpose` says what its rows do, `once` whether a key may stand in the file only once.

    `variants` are the ways in which all columns of a row can be fine together, each as the checks it puts in the place
    of the columns' own.
    """

    purpose: str
    places: Mapping[str, int]
    width: int
    least: int
    checks: tuple[tuple[str, int, values.Check], ...]
    keyed: Callable[[Block], Sequence[str]]
    key_column: str
    rules: tuple[Rule, ...] = ()
    variants: tuple[Mapping[str, values.Check | None], ...] = ({},)
    once: bool = True
    fine: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fine", self._pattern())

    def surely_fine(self, text: bytes) -> bool:
        """Whether every row of `text`, whole lines that end in a bare line feed, matches a variant's pattern."""
        return self.fine is not None and self.fine.fullmatch(text) is not None

    def _pattern(self) -> Any:
        """One for all rows of a piece; None where a column has none."""
        patterns = [self._row_pattern(variant) for variant in self.variants]
        if None in patterns:
            return None
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.never_capture = True
        options.log_errors = False
        options.max_mem = PATTERN_MEMORY
        try:
            return re2.compile(f"(?:(?:{'|'.join(map(str, patterns))})\n)*".encode("latin-1"), options)
        except re2.error:
            # A product file of a thousand columns: its rows are asked column by column.
            return None

    def _row_pattern(self, variant: Mapping[str, values.Check | None]) -> str | None:
        # The first field of a command is no column but the command.
        fields = [r'[^;"\r\n]*'] * self.width
        if 0 not in self.places.values():
            fields[0] = self.purpose
        for name, place, check in self.checks:
            wanted = variant.get(name, check)
            pattern = "" if wanted is None else wanted.pattern
            if pattern is None:
                return None
            fields[place] = pattern
        return DELIMITER.join(fields)

    def problems(self, block: Block, at: Sequence[int], *, fine: bool) -> Iterator[tuple[Problem, int]]:
        """What is wrong in the block, with the place of the row. `at` are the rows' lines.

        `fine` rows match a pattern, so only what no pattern decides is asked.
        """
        for name, index, check in self.checks:
            if not (fine and check.decisive):
                column = block.columns[index]
                for place, said in values.complaints(check, column):
                    yield Problem(at[place], name, column[place], said), place
        for rule in self.rules:
            if not (fine and rule.decided):
                for place, name, value, said in rule.wrong(block):
                    yield Problem(at[place], name, value, said), place
        if not fine:
            yield from self._formulas(block, at)

    def _formulas(self, block: Block, at: Sequence[int]) -> Iterator[tuple[Problem, int]]:
        for name, index, check in self.checks:
            if isinstance(check, values.Text) and check.prose and values.formula_like(block.columns[index]):
                for place, value in enumerate(block.columns[index]):
                    if value.startswith(values.FORMULA):
                        yield Problem(at[place], name, value, values.FORMULA_SAID, WARNING), place

    def keys(self, block: Block) -> Sequence[str]:
        """What each row is about: the offer's own number, or its EAN and condition; an order unit; a product."""
        return self.keyed(block)


def headed(question: Question, columns: tuple[str, ...]) -> Shape:
    """The shape of a file with the header `columns`."""
    if question.kind != INVENTORY_FEED:
        return product_shape(columns)
    places = {name: place for place, name in enumerate(columns)}
    checks = offer_checks(question)
    return Shape(
        purpose=UPSERT,
        places=places,
        width=len(columns),
        least=len(columns),
        checks=tuple((name, places[name], checks[name]) for name in columns if name in checks),
        rules=OFFER_RULES,
        variants=price_variants(question, places),
        keyed=offer_keys,
        key_column="id_offer",
    )


def product_shape(columns: tuple[str, ...]) -> Shape:
    """A column may stand there several times: that is how an attribute gets several values."""
    checks: dict[str, values.Check] = {
        "ean": values.Ean(),
        "locale": values.one_of("locale", LOCALES.values()),
        "picture": values.an_address(),
        "title": values.Text(1000, required=True, prose=True),
        "description": values.Text(LONGEST_ATTRIBUTE, prose=True),
        "category": values.Text(1000, required=True),
    }
    other = values.Text(LONGEST_ATTRIBUTE)
    return Shape(
        purpose=PRODUCT,
        places={name: place for place, name in reversed(list(enumerate(columns)))},
        width=len(columns),
        least=len(columns),
        checks=tuple((name, place, checks.get(name, other)) for place, name in enumerate(columns)),
        keyed=product_keys,
        key_column="ean",
    )


def commanded(question: Question, command: str) -> Shape:
    """The shape of the rows of one command; the command itself is their first field."""
    names, least = _COMMANDS[command]
    places = {name: place for place, name in enumerate(names, start=1)}
    checks = _command_checks(question, command)
    of_offers = command in (UPSERT, DELETE)
    rules: tuple[Rule, ...] = ()
    if command in (UPSERT, SENT):
        rules = OFFER_RULES if command == UPSERT else (Rule(tracked),)
    return Shape(
        purpose=command,
        places=places,
        width=1 + len(names),
        least=1 + least,
        checks=tuple((name, places[name], checks[name]) for name in names),
        rules=rules,
        variants=price_variants(question, places) if command == UPSERT else ({},),
        keyed=offer_keys if of_offers else unit_keys,
        key_column="id_offer" if of_offers else "id_order_unit",
        once=not of_offers,
    )


_COMMANDS: Mapping[str, tuple[tuple[str, ...], int]] = {
    UPSERT: (OFFER_COLUMNS, len(OFFER_COLUMNS)),
    DELETE: (("ean", "id_offer"), 1),
    SENT: (("id_order_unit", "carrier_code", "tracking_number"), 2),
    CANCELLED: (("id_order_unit", "reason"), 2),
}


def _command_checks(question: Question, command: str) -> Mapping[str, values.Check]:
    if command == UPSERT:
        return offer_checks(question)
    if command == DELETE:
        return {"ean": values.Ean(), "id_offer": values.Text(LONGEST_OFFER_ID)}
    unit = values.Whole(1, required=True)
    if command == CANCELLED:
        return {"id_order_unit": unit, "reason": values.one_of("reason", CANCEL_REASONS)}
    carriers = question.carriers
    known: values.Check = values.one_of("carrier", carriers) if carriers else values.Text(60, required=True)
    return {"id_order_unit": unit, "carrier_code": known, "tracking_number": values.Text(100)}


def offer_checks(question: Question) -> dict[str, values.Check]:
    """One check per column of an offer. They remember what they saw, so each file gets its own."""
    storefront = question.storefront or ""
    currency = currency_of(storefront) or "EUR"
    highest = HIGHEST_PRICES.get(currency, HIGHEST_PRICES["EUR"])
    return {
        "ean": values.Ean(),
        "condition": values.a_condition(),
        "price": values.Whole(1, highest),
        "currency": values.a_currency(currency, storefront),
        "comment": values.Text(LONGEST_COMMENT, prose=True),
        "id_offer": values.Text(LONGEST_OFFER_ID),
        "id_warehouse": _one_of_ours("warehouse of yours", question.warehouses),
        "count": values.Remembered(values.Whole(0, MOST_COUNT)),
        "minimum_price": values.Whole(1, highest),
        "price_cs": values.DecimalComma(highest),
        "minimum_price_cs": values.DecimalComma(highest),
        "id_shipping_group": _one_of_ours("shipping group of this storefront", question.shipping_groups),
        "handling_time": values.Remembered(values.Whole(0, LONGEST_HANDLING, required=True)),
        "vat_indicator": values.one_of("VAT indicator", VAT_INDICATORS, required=False),
    }


def price_variants(question: Question, places: Mapping[str, int]) -> tuple[Mapping[str, values.Check | None], ...]:
    """Prices in cents, or prices with a comma."""
    highest = HIGHEST_PRICES.get(currency_of(question.storefront or "") or "EUR", HIGHEST_PRICES["EUR"])
    cents = {"price": values.Whole(1, highest, required=True), "price_cs": None, "minimum_price_cs": None}
    commas = {"price": None, "minimum_price": None, "price_cs": values.DecimalComma(highest, required=True)}
    found = [variant for variant, needed in ((cents, "price"), (commas, "price_cs")) if needed in places]
    return tuple(found)


def _one_of_ours(noun: str, known: frozenset[str] | None) -> values.Check:
    if known is None:
        return values.Remembered(values.Whole(1))
    return values.one_of(noun, known, required=False)


# What columns ask of each other


def prices_given(block: Block) -> Iterator[Wrong]:
    """One of price and price_cs, not both; at most one of the two minimum prices."""
    for name, needed in (("price", True), ("minimum_price", False)):
        nothing = [""] * len(block)
        cents, commas = block.column(name) or nothing, block.column(f"{name}_cs") or nothing
        if not any(commas) and not (needed and "" in cents):
            continue
        for place, (cent, comma) in enumerate(zip(cents, commas, strict=True)):
            if cent and comma:
                yield place, f"{name}_cs", comma, f"stands beside {name}: only one of them may be given"
            elif needed and not cent and not comma:
                yield place, name, "", values.EMPTY


def prices_in_order(block: Block) -> Iterator[Wrong]:
    """The minimum price is not above the price, where both are written in cents."""
    prices, lowest = block.column("price"), block.column("minimum_price")
    if prices is None or lowest is None or not any(lowest):
        return
    try:
        highest = map(int, compress(prices, lowest))
        if not any(map(operator.gt, map(int, filter(None, lowest)), highest)):
            return
    except ValueError:
        pass
    for place, (price, low) in enumerate(zip(prices, lowest, strict=True)):
        if price.isdigit() and low.isdigit() and int(low[:20]) > int(price[:20]):
            yield place, "minimum_price", low, "is above the price"


def tracked(block: Block) -> Iterator[Wrong]:
    numbers, carriers = block.column("tracking_number") or (), block.column("carrier_code") or ()
    if "" not in numbers:
        return
    for place, (number, carrier) in enumerate(zip(numbers, carriers, strict=True)):
        if not number and carrier not in UNTRACKED_CARRIERS:
            yield place, "tracking_number", "", f"is empty, and only {' and '.join(UNTRACKED_CARRIERS)} need none"


OFFER_RULES = (Rule(prices_given, decided=True), Rule(prices_in_order))


# What a row is about


def offer_keys(block: Block) -> Sequence[str]:
    numbers = block.column("id_offer")
    if numbers is not None and "" not in numbers:
        return numbers
    eans, states = block.column("ean") or (), block.column("condition") or ("100",) * len(block)
    own = numbers or ("",) * len(block)
    return [
        number or f"{ean}|{condition(state) or state}" for number, ean, state in zip(own, eans, states, strict=True)
    ]


def product_keys(block: Block) -> Sequence[str]:
    eans, locales = block.column("ean") or (), block.column("locale") or ()
    return [f"{ean}|{locale}" for ean, locale in zip(eans, locales, strict=True)]


def unit_keys(block: Block) -> Sequence[str]:
    return block.column("id_order_unit") or ()
