"""Changes to offers: what was and what will be, by how much, and whether an offer is still what was seen. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from bot.domain.currency import Money, currency_of
from bot.domain.feedeffect import percent_change
from bot.domain.feedkinds import HIGHEST_PRICES, LONGEST_COMMENT, LONGEST_HANDLING
from bot.domain.inventory import Unit, UnitChange

AVAILABLE, ON_HOLD = "AVAILABLE", "ONHOLD"
MOST_PIECES = 99_999
# What storefronts share when they sell under one number of ours: https://sellerapi.kaufland.com/?page=inventory
SHARED = frozenset({"amount", "warehouse_id"})
PRICES = ("listing_price", "minimum_price")
# Which right a thing needs; each right is an action of its own.
PRICE, STOCK, HOLD = "unit.price", "unit.stock", "unit.hold"
RIGHTS = {"listing_price": PRICE, "minimum_price": PRICE, "status": HOLD}
Values = Mapping[str, int | str | None]
_CURRENCIES = {"€": "EUR", "eur": "EUR", "kč": "CZK", "czk": "CZK", "zł": "PLN", "pln": "PLN"}
# Digits in threes or not, then cents or not.
_PRICE = re.compile(
    r"(?P<whole>\d{1,3}(?P<group>[., ])\d{3}(?:(?P=group)\d{3})*|\d+)(?:(?P<point>[.,])(?P<cents>\d{1,2}))?", re.ASCII
)


@dataclass(frozen=True)
class Step:
    """One thing that changes. `was` and `will_be` are plain values; `money` tells that they are minor units of it.

    `price` is what the offer costs before: a first minimum price lets the marketplace sell for that much less.
    """

    field: str
    was: int | str | None
    will_be: int | str
    money: str | None = None
    price: int | str | None = None

    @property
    def first_minimum(self) -> bool:
        return self.field == "minimum_price" and self.was is None

    @property
    def percent(self) -> int | None:
        """By how many percent a price changes, away from zero; None for everything else, and from no price at all."""
        was = self.price if self.first_minimum else self.was
        if self.money is None or not isinstance(was, int) or not isinstance(self.will_be, int):
            return None
        return percent_change(was, self.will_be)


def values_of(unit: Unit) -> dict[str, int | str | None]:
    """What may be changed about `unit`, by the names of `UnitChange`."""
    return {
        "amount": unit.amount,
        "listing_price": unit.listing_price.minor,
        "minimum_price": unit.minimum_price.minor if unit.minimum_price else None,
        "handling_days": unit.handling_days,
        "status": unit.status.upper(),
        "note": unit.note or "",
        "shipping_group_id": unit.shipping_group_id,
        "warehouse_id": unit.warehouse_id,
    }


def wanted_of(change: UnitChange) -> dict[str, int | str]:
    """What `change` asks for."""
    found = {field.name: getattr(change, field.name) for field in fields(change)}
    return {name: value for name, value in found.items() if value is not None}


def steps(unit: Unit, change: UnitChange) -> tuple[Step, ...]:
    """What `change` would really change; what is as wanted already is left out."""
    now = values_of(unit)
    return tuple(
        step(name, now, value, unit.listing_price.currency)
        for name, value in wanted_of(change).items()
        if now.get(name) != value
    )


def step(name: str, was: Values, value: int | str, currency: str | None) -> Step:
    """One thing that becomes `value`; `was` are the values before, as far as anybody knows them."""
    price = was.get("listing_price") if name == "minimum_price" else None
    return Step(name, was.get(name), value, currency if name in PRICES else None, price)


def only(change: UnitChange, taken: tuple[Step, ...]) -> UnitChange:
    """`change` without what changes nothing."""
    wanted = wanted_of(change)
    return UnitChange(**{step.field: wanted[step.field] for step in taken})  # type: ignore[arg-type]


def moved(unit: Unit, seen: Values, change: UnitChange) -> tuple[str, ...]:
    """Which of the things `change` touches are neither what the person saw nor what they want."""
    now = values_of(unit)
    return tuple(
        name for name, value in wanted_of(change).items() if name in seen and now.get(name) not in (seen[name], value)
    )


def reached(unit: Unit, change: UnitChange) -> bool:
    """Whether `unit` is what `change` wanted: the proof that it was executed, or that it need not be."""
    return not steps(unit, change)


def steepest(taken: tuple[Step, ...]) -> int:
    """The largest change of a price among `taken`, in percent without sign; 0 where no price changes."""
    return max((abs(step.percent) for step in taken if step.percent is not None), default=0)


def complaints(change: UnitChange, storefront: str, unit: Unit | None = None) -> Iterator[tuple[str, str]]:
    """(field, what is wrong with it), sentences for people. `unit` is what the change meets."""
    if unit is not None and unit.fulfilled_by_kaufland:
        yield "amount", "Kaufland fulfils this offer, so it is changed in the seller portal only."
        return
    highest = HIGHEST_PRICES.get(currency_of(storefront) or "", HIGHEST_PRICES["EUR"])
    for name in PRICES:
        value = getattr(change, name)
        if value is not None and not 1 <= value <= highest:
            yield name, f"A price must be from 0.01 to {highest // 100:,}."
    price = change.listing_price or (unit.listing_price.minor if unit else None)
    lowest = change.minimum_price or (unit.minimum_price.minor if unit and unit.minimum_price else None)
    if price and lowest and lowest > price and (change.listing_price or change.minimum_price):
        name = "minimum_price" if change.minimum_price else "listing_price"
        yield name, "The minimum price must not be above the price."
    if change.amount is not None and not 0 <= change.amount <= MOST_PIECES:
        yield "amount", f"The amount must be from 0 to {MOST_PIECES:,}."
    if change.handling_days is not None and not 0 <= change.handling_days <= LONGEST_HANDLING:
        yield "handling_days", f"The handling time must be from 0 to {LONGEST_HANDLING} working days."
    if change.note is not None and len(change.note) > LONGEST_COMMENT:
        yield "note", f"The note has {len(change.note)} characters, {LONGEST_COMMENT} are the most."
    if change.status is not None and change.status not in (AVAILABLE, ON_HOLD):
        yield "status", "An offer can be made available or put on hold, nothing else."


def price(text: str) -> int | None:
    """Minor units of a price as people write it: 49.99, 49,99, 1.249,00 and 1,249.00; None for what is no price.

    A single comma or point with three digits behind it may be either, so it is none. Nor is what only looks like a
    price after its signs are dropped, such as 12.34.56.
    """
    cleaned = re.sub(r"[\u00a0\u202f]", " ", text).strip().removesuffix("€").removesuffix("EUR").strip()
    found = _PRICE.fullmatch(cleaned)
    if found is None or (found["group"] and found["group"] == found["point"]) or len(found["whole"]) > 13:
        return None
    groups = found["whole"].count(found["group"]) if found["group"] else 0
    if groups == 1 and found["group"] != " " and not found["cents"]:
        return None
    whole = re.sub(r"[., ]", "", found["whole"])
    minor = int(whole) * 100 + int((found["cents"] or "0").ljust(2, "0"))
    return minor if 0 < minor < 10**12 else None


def signed(text: str) -> tuple[str, str | None]:
    """An amount without the currency behind it, and that currency."""
    for sign, currency in _CURRENCIES.items():
        if text.lower().endswith(sign):
            return text[: -len(sign)].strip(), currency
    return text, None


def spoken_price(minor: int) -> str:
    """As `price` reads it."""
    return f"{minor // 100}.{minor % 100:02d}"


def money(storefront: str, minor: int) -> Money:
    return Money(minor, currency_of(storefront) or "EUR")
