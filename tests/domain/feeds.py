"""Feeds for tests: rows with defaults, so that a test names only what it is about, and a slow judge of whole files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from bot.domain.feedcheck import Checker, Question
from bot.domain.feedeffect import Live
from bot.domain.feedkinds import OFFER_COLUMNS
from bot.domain.feedplan import Plan, Problem
from bot.domain.gtin import check_digit

EAN = "4006381333931"


def ean(number: int) -> str:
    digits = f"40{number:010d}"
    return f"{digits}{check_digit(digits)}"


def offer(number: int = 1, **changed: object) -> dict[str, str]:
    fields = dict.fromkeys(OFFER_COLUMNS, "") | {
        "ean": ean(number),
        "condition": "100",
        "price": "4999",
        "currency": "EUR",
        "id_offer": f"SKU-{number}",
        "count": "7",
        "handling_time": "2",
    }
    return fields | {name: str(value) for name, value in changed.items()}


def written(rows: Iterable[Iterable[str]], *, quoted: bool = False) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(rows)
    return text.getvalue()


def feed(*offers: dict[str, str], quoted: bool = False) -> str:
    header = list(offers[0]) if offers else list(OFFER_COLUMNS)
    return written([header, *([row[name] for name in header] for row in offers)], quoted=quoted)


def commands(*rows: Iterable[str]) -> str:
    return written(rows)


def upsert(row: dict[str, str]) -> list[str]:
    return ["UPSERT", *(row[name] for name in OFFER_COLUMNS)]


def pieces(text: str, size: int = 1000) -> Iterator[str]:
    """The text in whole lines, about `size` characters at a time."""
    start = 0
    while start < len(text):
        cut = text.find("\n", start + size)
        end = len(text) if cut < 0 else cut + 1
        yield text[start:end]
        start = end


def checked(
    text: str, kind: str = "inventory-feed", storefront: str | None = "de", *, size: int = 1000, **more: object
) -> tuple[Plan, list[Problem]]:
    told: list[Problem] = []
    checker = Checker(Question(kind, storefront, **more), told.append)  # type: ignore[arg-type]
    return checker.check(pieces(text, size)), told


def live(*offers: tuple[str, int, int], ean_of: dict[str, str] | None = None) -> Live:
    """(own number, price in minor units, pieces)."""
    return Live({name: (price, amount) for name, price, amount in offers}, ean_of or {})
