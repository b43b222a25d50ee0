"""Places for the cards of offers in trouble, and what is counted of those without one, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.store import subjects, troubled
from bot.store.database import Notebook


def keys(count: int) -> list[str]:
    return [f"unit:main:de-{number}" for number in range(count)]


async def saw(key: str, state: str, now: datetime, *, closed: bool = False, ts: str | None = None) -> None:
    row = await subjects.find(key)
    assert row is not None
    await subjects.seen(
        key,
        row.marks,
        look_at=None,
        storefront="de",
        state=state,
        version="v",
        closed=closed,
        due_at=None,
        seen_at=now,
        facts={},
        place=("C0ORDERS01", ts, "digest") if ts else None,
    )


async def test_so_many_offers_get_a_place_and_keep_it_and_another_gets_it_when_one_is_well(
    notebook: Notebook, now: datetime
) -> None:
    await subjects.mark([*keys(5), "unit:other:de-1"], now)

    given = [await troubled.may_have_card(key, "main", 2) for key in keys(5)]
    assert given == [True, True, False, False, False]
    assert await troubled.may_have_card(keys(5)[0], "main", 2)
    assert await troubled.may_have_card("unit:other:de-1", "other", 2)

    await saw(keys(5)[0], "out_of_stock", now, ts="17.1")
    await saw(keys(5)[1], "available", now, ts="17.2", closed=True)
    assert await troubled.may_have_card(keys(5)[2], "main", 2)
    assert not await troubled.may_have_card(keys(5)[3], "main", 2)


async def test_looks_at_once_get_hardly_more(notebook: Notebook, now: datetime) -> None:
    await subjects.mark(keys(40), now)

    given = await asyncio.gather(*(troubled.may_have_card(key, "main", 3) for key in keys(40)))

    assert 3 <= sum(given) <= 3 + 32


async def test_those_without_a_card_are_counted_by_what_is_the_matter(notebook: Notebook, now: datetime) -> None:
    await subjects.mark(keys(6), now)
    await saw(keys(6)[0], "out_of_stock", now, ts="17.1")
    for number, state in enumerate(("out_of_stock", "out_of_stock", "not_available"), start=1):
        await saw(keys(6)[number], state, now)
    await saw(keys(6)[4], "available", now, closed=True)

    found = await troubled.silent("main")

    assert (found.counts, found.total) == ({"not_available": 1, "out_of_stock": 2}, 3)
    assert (found.carded, found.channel) == (1, "C0ORDERS01")
    assert (await troubled.silent("other")).total == 0
