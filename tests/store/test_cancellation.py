"""Whoever is cancelled, whenever: the database answers on, and nothing is half written."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime

import pytest

from bot.store import notes, pushes, sql, subjects
from bot.store.database import Notebook
from bot.store.pushes import NewPush
from bot.store.transaction import Database, drain, shielded
from bot.store.transaction import transaction as run

from .calls import CALLS, KEY, names, put


async def storm(cancels: int, seed: int, now: datetime) -> None:
    """Cancel writers at random moments; after each, the database must answer, and nothing may be half written."""
    chance = random.Random(seed)

    async def pair(number: int) -> None:
        async def work(database: Database) -> None:
            await put(database, f"{number}/a", now)
            await put(database, f"{number}/b", now)

        await run(work)

    async def pushed(number: int) -> None:
        await pushes.accept([NewPush("main", f"m{number}", "return_new", f"return:main:{number}")], now)

    async def marked(number: int) -> None:
        await subjects.mark([f"order:main:{number}-{part}" for part in range(20)], now)

    in_flight = 0
    for number in range(cancels):
        task = asyncio.create_task(chance.choice((pair, pushed, marked))(number))
        for _ in range(chance.randrange(14)):
            await asyncio.sleep(0)
        if chance.random() < 0.6:
            await asyncio.sleep(chance.random() * 0.002)
        in_flight += not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(1):
            await subjects.find(KEY)
            await notes.put("probe", {"number": number}, now)
    await drain()

    assert in_flight > cancels / 4
    pairs = [name.partition("/")[0] for name in await names() if "/" in name]
    assert all(pairs.count(number) == 2 for number in set(pairs))
    (taken_in,), (unmarked,) = await shielded(
        lambda: sql.fetch(
            "SELECT COUNT(*) FROM pushes UNION ALL "
            "SELECT COUNT(*) FROM pushes WHERE subject NOT IN (SELECT key FROM subjects)"
        )
    )
    assert taken_in > 0
    assert unmarked == 0
    found = await shielded(lambda: sql.fetch("SELECT ref FROM subjects WHERE kind = 'order'"))
    orders = [ref.partition("-")[0] for (ref,) in found]
    assert all(orders.count(number) == 20 for number in set(orders))


@pytest.mark.usefixtures("notebook")
async def test_five_hundred_cancellations_hang_nothing_and_leave_nothing_half_written(now: datetime) -> None:
    await storm(500, 1, now)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("notebook")
async def test_five_thousand_cancellations_hang_nothing_and_leave_nothing_half_written(now: datetime) -> None:
    await storm(5000, 2, now)


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("call", list(CALLS))
async def test_a_call_cancelled_at_any_of_its_steps_leaves_the_database_answering(call: str, now: datetime) -> None:
    for steps in range(16):
        task = asyncio.ensure_future(CALLS[call](steps, now))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(1):
            await notes.put("probe", {"steps": steps}, now)


@pytest.mark.usefixtures("notebook")
async def test_who_is_cancelled_stops_after_the_work_has_ended(now: datetime) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(database: Database) -> None:
        await put(database, "one", now)
        begun.set()
        await go.wait()
        await put(database, "two", now)

    task = asyncio.create_task(run(work))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names() == ["one", "two"]


@pytest.mark.usefixtures("notebook")
async def test_a_second_cancellation_does_not_reach_the_work_either(now: datetime) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def work(database: Database) -> None:
        begun.set()
        await go.wait()
        await put(database, "one", now)

    task = asyncio.create_task(run(work))
    await begun.wait()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0)
    go.set()
    await asyncio.gather(task, return_exceptions=True)
    await drain()

    assert await names() == ["one"]


async def test_closing_waits_for_what_runs(database_url: str, notebook: Notebook, now: datetime) -> None:
    task = asyncio.create_task(subjects.mark([KEY], now))
    await asyncio.sleep(0)
    task.cancel()
    await drain()

    assert await subjects.due(now, 1) == [KEY]


async def test_draining_gives_up_on_a_database_that_hangs() -> None:
    stuck = asyncio.Event()

    async def hang() -> None:
        await stuck.wait()

    task = asyncio.create_task(shielded(hang))
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        await drain(patience=0.05)
    stuck.set()
    await task
