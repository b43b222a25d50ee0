"""The tables the world is furnished with: products, people, letters. Read once, checked by tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class SeedProduct:
    key: str
    shape: str
    price: int
    brand: str
    titles: dict[str, str]


@dataclass(frozen=True)
class Opener:
    """A first message and what the same buyer may write later."""

    topic: str
    text: str
    photo: bool
    then: tuple[str, ...]


@dataclass(frozen=True)
class Letters:
    openers: tuple[Opener, ...]
    follow_ups: tuple[str, ...]
    answers: tuple[str, ...]
    return_notes: dict[str, str]


@lru_cache
def products(assortment: str) -> tuple[SeedProduct, ...]:
    """Raises KeyError for an assortment nobody sells."""
    table = _read("products.yaml")[assortment]
    return tuple(
        SeedProduct(
            key=row["key"],
            shape=row["shape"],
            price=row["price"],
            brand=table["brand"],
            titles={language: f"{table['brand']} {row[language]}" for language in ("de", "cs", "sk", "pl", "fr", "it")},
        )
        for row in table["products"]
    )


def assortments() -> tuple[str, ...]:
    return tuple(_read("products.yaml"))


@lru_cache
def letters(locale: str) -> Letters:
    """What is written in `locale`; German where nobody writes it."""
    path = FOLDER / "letters" / f"{locale}.yaml"
    table = _read(f"letters/{locale if path.exists() else 'de-DE'}.yaml")
    openers = tuple(
        Opener(row["topic"], row["text"], row.get("photo", False), tuple(row.get("then", ())))
        for row in table["openers"]
    )
    return Letters(openers, tuple(table["follow_ups"]), tuple(table["answers"]), dict(table["return_notes"]))


def drawings() -> dict[str, str]:
    """Fragments of SVG by shape."""
    shapes: dict[str, str] = _read("drawings.yaml")
    return shapes


@dataclass(frozen=True)
class Person:
    first_name: str
    last_name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    phone: str


def person(storefront: str, random: Random) -> Person:
    """Somebody invented who could live in the storefront's country."""
    people = _read("people.yaml")
    table = people.get(storefront) or people["de"]
    postcode, city = random.choice(table["towns"])
    return Person(
        first_name=random.choice(table["first"]),
        last_name=random.choice(table["last"]),
        street=random.choice(table["streets"]),
        house_number=str(random.randint(1, 89)),
        postcode=postcode,
        city=city,
        country=table["country"],
        phone=f"{table['phone']}{random.randint(10, 99)}",
    )


@lru_cache
def _read(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
