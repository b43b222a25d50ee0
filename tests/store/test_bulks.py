"""Bulk changes in the notebook, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.store import bulks
from bot.store.bulks import BulkRow
from bot.store.database import Notebook

KEY = "bulk:main:0123456789ab"


def a_bulk(now: datetime) -> BulkRow:
    return BulkRow(KEY, "main", "de", "preise.csv", "U0ANA00001", "T1", "C0SUPPORT1", now)


async def test_the_plan_and_its_batches_are_noted_together_and_once(notebook: Notebook, now: datetime) -> None:
    await bulks.add(a_bulk(now))
    await bulks.checked(KEY, {"units": 3}, [[{"unit": 1}, {"unit": 2}], [{"unit": 3}]], now)
    await bulks.checked(KEY, {"units": 9}, [[{"unit": 9}]], now)

    row = await bulks.find(KEY)
    assert row is not None
    assert (row.plan, row.parts, row.at) == ({"units": 3}, 2, now)
    assert [(part.number, part.offers, part.outcomes) for part in await bulks.parts(KEY)] == [
        (0, [{"unit": 1}, {"unit": 2}], None),
        (1, [{"unit": 3}], None),
    ]


async def test_a_check_that_failed_has_no_plan_afterwards(notebook: Notebook, now: datetime) -> None:
    await bulks.add(a_bulk(now))
    await bulks.failed(KEY, "It was interrupted.")
    await bulks.checked(KEY, {"units": 3}, [[{"unit": 1}]], now)

    row = await bulks.find(KEY)
    assert row is not None
    assert (row.plan, row.problem) == (None, "It was interrupted.")
    assert await bulks.parts(KEY) == ()


async def test_what_was_discarded_does_not_begin_and_what_began_is_not_discarded(
    notebook: Notebook, now: datetime
) -> None:
    await bulks.add(a_bulk(now))
    await bulks.begin(KEY, "U0BEN00002", "T1", now)
    await bulks.begin(KEY, "U0ANA00001", "T1", now)
    await bulks.discard(KEY, now)
    began = await bulks.find(KEY)
    assert began is not None
    assert (began.asked_by, began.begun_at, began.discarded_at) == ("U0BEN00002", now, None)

    other = BulkRow("bulk:main:b", "main", "de", "x.csv", "U0ANA00001", "T1", None, now)
    await bulks.add(other)
    await bulks.discard(other.key, now)
    await bulks.begin(other.key, "U0ANA00001", "T1", now)
    gone = await bulks.find(other.key)
    assert gone is not None
    assert (gone.discarded_at, gone.begun_at) == (now, None)


async def test_batches_keep_what_became_of_them_and_go_with_their_table(
    notebook: Notebook, now: datetime, later: Callable[[float], datetime]
) -> None:
    await bulks.add(a_bulk(now))
    await bulks.checked(KEY, {"units": 1}, [[{"unit": 1}]], now)
    await bulks.became(KEY, 0, {"1": ["changed", ""]})
    await bulks.seen(KEY, 0, {"1": ["refused", "x"]})

    part = await bulks.part(KEY, 0)
    assert part is not None
    assert (part.outcomes, part.reading) == ({"1": ["changed", ""]}, {"1": ["refused", "x"]})
    assert await bulks.part(KEY, 1) is None
    assert await bulks.forget_before(now) == 0
    assert await bulks.forget_before(later(1)) == 1
    assert (await bulks.find(KEY), await bulks.parts(KEY)) == (None, ())


async def test_the_batches_of_several_tables_are_found_at_once_and_say_whether_more_follow(
    notebook: Notebook, now: datetime
) -> None:
    for key in (KEY, "bulk:main:b", "bulk:main:c"):
        await bulks.add(replace(a_bulk(now), key=key))
        await bulks.checked(key, {"units": 2}, [[{"unit": 1}], [{"unit": 2}]], now)
    await bulks.became("bulk:main:b", 1, {"2": ["changed", ""]})
    await bulks.end("bulk:main:b", "", now)

    found = {(each.bulk, each.part.number): each for each in await bulks.batches([KEY, "bulk:main:b"])}

    assert sorted(found) == [(KEY, 0), (KEY, 1), ("bulk:main:b", 0), ("bulk:main:b", 1)]
    assert [found[KEY, 0].over, found["bulk:main:b", 0].over] == [False, True]
    assert found["bulk:main:b", 1].part.offers == [{"unit": 2}]
    assert found["bulk:main:b", 1].part.outcomes == {"2": ["changed", ""]}
    assert await bulks.batches([]) == []
