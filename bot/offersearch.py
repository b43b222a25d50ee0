"""Finds our offers by what people know of them: an EAN, our own number, the number of a unit, words of the title."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from bot.cards.stock import MOST_OFFERS, Offer
from bot.desk import Desk, Market, subject_key
from bot.domain import gtin
from bot.domain.facts import folded
from bot.domain.inventory import Unit
from bot.marketplace import MarketError, for_people

KIND = "unit"
# Words are compared with every offer we have, so there is an end to it.
MOST_COMPARED = 3000
MOST_SECONDS = 20.0


@dataclass(frozen=True)
class Found:
    """`left_out` more offers fit; `trouble` is what went wrong while asking, for people."""

    offers: tuple[Offer, ...]
    left_out: int = 0
    trouble: str = ""


def offer_key(account: str, unit: Unit) -> str:
    """The subject of an offer: a unit's number counts within its storefront."""
    return subject_key(KIND, account, f"{unit.storefront}-{unit.id}")


def place_of(ref: str) -> tuple[str, int]:
    """(storefront, unit's number) of a subject's ref. Raises `ValueError`."""
    storefront, _, id = ref.rpartition("-")
    return storefront, int(id)


async def find_offers(desk: Desk, words: str) -> Found:
    """Our offers that are meant by `words`, storefront by storefront; those of one product stand together."""
    found: list[Offer] = []
    trouble = ""
    for account, market in desk.markets.items():
        try:
            with for_people():
                async with asyncio.timeout(MOST_SECONDS):
                    units = await _units(market, words)
        except MarketError as error:
            trouble = str(error)
            continue
        except TimeoutError:
            trouble = "There are too many offers to compare in time. Name an EAN, or our own offer number."
            continue
        found += [Offer(offer_key(account, unit), unit) for unit in units]
    found.sort(key=lambda offer: (offer.unit.product_id or 0, offer.unit.offer_id or ""))
    return Found(tuple(found[:MOST_OFFERS]), max(0, len(found) - MOST_OFFERS), trouble)


async def _units(market: Market, words: str) -> list[Unit]:
    storefronts = await market.storefronts()
    digits = re.fullmatch(r"\d{1,18}", words, re.ASCII) is not None
    if digits and gtin.complaint(words) is None and (units := await _listed(market, storefronts, ean=words)):
        return units
    if units := await _listed(market, storefronts, offer_id=words):
        return units
    if digits:
        return await _numbered(market, storefronts, int(words))
    return await _titled(market, storefronts, folded(words).split()[:8])


async def _listed(
    market: Market, storefronts: Sequence[str], *, ean: str | None = None, offer_id: str | None = None
) -> list[Unit]:
    lists = [
        _all(market.list_units(storefront, ean=ean, offer_id=offer_id, with_products=True))
        for storefront in storefronts
    ]
    return [unit for units in await asyncio.gather(*lists) for unit in units]


async def _all(units: AsyncIterator[Unit]) -> list[Unit]:
    return [unit async for unit in units]


async def _numbered(market: Market, storefronts: Sequence[str], id: int) -> list[Unit]:
    """The unit with this number, with its product."""
    found = []
    for storefront in storefronts:
        try:
            unit = await market.fetch_unit(id, storefront)
        except MarketError as error:
            if not error.gone:
                raise
            continue
        found.append(await with_product(market, unit))
    return found


async def with_product(market: Market, unit: Unit) -> Unit:
    """`unit` with the title and picture of its product, which come with lists only."""
    if unit.product is not None or not unit.product_id:
        return unit
    async for listed in market.list_units(unit.storefront, product_id=unit.product_id, with_products=True):
        if listed.id == unit.id:
            return replace(unit, product=listed.product)
    return unit


async def _titled(market: Market, storefronts: Sequence[str], words: Sequence[str]) -> list[Unit]:
    found: list[Unit] = []
    if not words:
        return found
    for storefront in storefronts:
        compared = 0
        async for unit in market.list_units(storefront, with_products=True):
            text = folded(f"{unit.offer_id or ''} {unit.product.title if unit.product else ''}")
            if all(word in text for word in words):
                found.append(unit)
            compared += 1
            if compared >= MOST_COMPARED:
                break
    return found
