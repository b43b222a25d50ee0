"""What a person changed about prices within a day is found with few questions, however many offers there are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.bulkplan import Planned, batches
from bot.earlierprices import furthest_in, prices_before
from bot.store import actions, bulks
from bot.store.actions import NewAction
from bot.store.bulks import BulkRow
from bot.store.database import Notebook

from .test_plans import statements as statements

ANA = "U0ANA00001"


async def a_table(name: str, was: int, will: int, at: datetime, *, applied: bool = True) -> str:
    """A table of four hundred offers, so three batches; its key."""
    key = f"bulk:main:{name}"
    await bulks.add(BulkRow(key, "main", "de", "preise.csv", ANA, "T1", None, at))
    rows = [Planned(n, n, "de", f"SKU-{n}", {"listing_price": was}, {"listing_price": will}) for n in range(1, 401)]
    parts = batches(rows)
    await bulks.checked(key, {"units": len(rows)}, [[each.facts() for each in part] for part in parts], at)
    if applied:
        await taken("unit.bulk", key, at)
        for number in range(len(parts)):
            await taken("unit.part", key, at, part=number)
    return key


async def taken(kind: str, subject: str, at: datetime, **payload: object) -> None:
    """An action that was done."""
    id = f"{kind}-{subject}-{payload.get('part', '')}"
    await actions.take(NewAction(id, id, kind, subject, "main", ANA, "T1", payload, None), id, at)
    assert await actions.claim(id, at)
    assert await actions.sending(id, 1, at)
    assert await actions.settle(id, "done", sentence=None, evidence=None, free_key=False, now=at)


async def test_the_notebook_is_asked_three_times_however_many_offers_there_are(
    notebook: Notebook, now: datetime, request: pytest.FixtureRequest
) -> None:
    await a_table("a", 1000, 910, now - timedelta(hours=3))
    await a_table("b", 910, 829, now - timedelta(hours=2))
    key = await a_table("c", 829, 755, now, applied=False)
    sent = request.getfixturevalue("statements")

    assert await furthest_in(key, ANA, now) == 25
    assert len(sent) == 3
    sent.clear()
    assert await prices_before(ANA, now, ["unit:main:de-7"]) == {"unit:main:de-7": {"listing_price": 1000}}
    assert len(sent) == 2


async def test_an_offer_that_is_not_in_the_table_does_not_count(notebook: Notebook, now: datetime) -> None:
    for unit in (7, 999):
        payload = {"change": {"listing_price": 900}, "saw": {"listing_price": 1000 - unit}}
        await taken("unit.price", f"unit:main:de-{unit}", now - timedelta(hours=1), **payload)
    key = await a_table("a", 900, 890, now, applied=False)

    assert await furthest_in(key, ANA, now) == 11


async def test_who_changed_nothing_within_a_day_costs_one_question(
    notebook: Notebook, now: datetime, request: pytest.FixtureRequest
) -> None:
    await a_table("a", 1000, 910, now - timedelta(hours=25))
    key = await a_table("b", 910, 829, now, applied=False)
    sent = request.getfixturevalue("statements")

    assert await furthest_in(key, ANA, now) == 0
    assert len(sent) == 1
