"""Lanes: one key at a time, coalesced, never more at once than the loop can carry.

What both kinds promise is asked of both: lanes in this process, and lanes that several processes share.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.lanes import AnyLanes, Lanes, Work
from bot.lanes_postgres import PostgresLanes
from tests.halls import lanes_server, opened

Make = Callable[..., Awaitable[AnyLanes]]


class Shop:
    """Work that waits until it is told to go on, and counts."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.running: Counter[str] = Counter()
        self.most_of_a_key = 0
        self.most = 0
        self.go = asyncio.Event()

    async def work(self, key: str) -> None:
        self.begun.append(key)
        self.running[key] += 1
        self.most_of_a_key = max(self.most_of_a_key, self.running[key])
        self.most = max(self.most, self.running.total())
        await self.go.wait()
        self.running[key] -= 1

    async def begins(self, count: int) -> None:
        """Until so many have begun."""
        async with asyncio.timeout(20):
            while len(self.begun) < count:
                await asyncio.sleep(0.01)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def handed_over(lanes: AnyLanes) -> None:
    """Until what was woken is where everybody sees it."""
    async with asyncio.timeout(20):
        while isinstance(lanes, PostgresLanes) and lanes._handing_over:
            await asyncio.sleep(0.01)


@pytest.fixture(params=["embedded", pytest.param("postgres", marks=pytest.mark.postgres)])
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Opens lanes of the kind that is asked for: `await make(work, width=3)`."""
    if request.param == "embedded":

        async def in_process(work: Work, width: int = 32) -> AnyLanes:
            return Lanes(work, width=width)

        yield in_process
        return
    async with lanes_server() as server, opened(server) as hall:

        async def shared(work: Work, width: int = 32) -> AnyLanes:
            lanes = hall.lanes("looks", work, width)
            await hall.start(working=True)
            return lanes

        yield shared


async def test_a_key_that_waits_or_is_woken_often_runs_once(make: Make) -> None:
    shop = Shop()
    shop.go.set()
    lanes = await make(shop.work)

    for _ in range(50):
        lanes.wake("ticket:a:1")
    await lanes.quiet()

    assert shop.begun == ["ticket:a:1"]


async def test_a_key_that_waits_is_woken_again_for_nothing(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work, width=1)
    lanes.wake("runs")
    await shop.begins(1)
    for _ in range(3):
        lanes.wake("waits")
        await handed_over(lanes)
    shop.go.set()
    await lanes.quiet()

    assert shop.begun == ["runs", "waits"]


async def test_a_key_woken_while_it_runs_runs_once_more_and_never_twice_at_once(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work)
    lanes.wake("a")
    await shop.begins(1)
    lanes.wake("a")
    lanes.wake("a")
    shop.go.set()
    await lanes.quiet()

    assert shop.begun == ["a", "a"]
    assert shop.most_of_a_key == 1


async def test_no_more_run_at_once_than_there_are_lanes_and_nobody_is_forgotten(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work, width=3)
    for number in range(10):
        lanes.wake(str(number))
    await shop.begins(3)
    await settle()
    shop.go.set()
    await lanes.quiet()

    assert shop.most == 3
    assert sorted(shop.begun, key=int) == [str(number) for number in range(10)]


async def test_who_is_woken_first_of_all_goes_before_those_who_wait(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work, width=1)
    lanes.wake("runs")
    await shop.begins(1)
    lanes.wake("waits")
    await settle()
    lanes.wake("a person watches", first=True)
    await handed_over(lanes)
    shop.go.set()
    await lanes.quiet()

    assert shop.begun == ["runs", "a person watches", "waits"]


async def test_lanes_say_what_waits_or_runs_in_them(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work, width=1)
    lanes.wake("runs")
    await shop.begins(1)
    lanes.wake("waits")

    assert await lanes.held(["runs", "waits", "nobody"]) == {"runs", "waits"}
    shop.go.set()
    await lanes.quiet()
    assert await lanes.held(["runs", "waits", "nobody"]) == set()
    assert lanes.busy == 0


async def test_work_that_fails_blocks_neither_its_key_nor_the_others(make: Make) -> None:
    ended: list[str] = []

    async def work(key: str) -> None:
        if key == "bad" and key not in ended:
            ended.append(key)
            raise RuntimeError("no")
        ended.append(key)

    lanes = await make(work, width=1)
    lanes.wake("bad")
    lanes.wake("good")
    await lanes.quiet()
    lanes.wake("bad")
    await lanes.quiet()

    assert ended == ["bad", "good", "bad"]


@pytest.mark.parametrize(("late", "allowed"), [([0.0] * 5, 8), ([0.05] * 20, 2), ([0.05] * 20 + [0.0] * 3, 5)])
async def test_fewer_run_at_once_while_the_loop_is_late_and_more_again_when_it_is_not(
    late: list[float], allowed: int
) -> None:
    shop = Shop()
    lanes = Lanes(shop.work, width=8)
    for seconds in late:
        lanes.adjust(seconds)
    for number in range(20):
        lanes.wake(str(number))
    await settle()
    at_once = shop.most
    shop.go.set()
    await lanes.quiet()

    assert at_once == allowed


async def test_closing_lets_running_work_end_and_takes_nothing_more_in(make: Make) -> None:
    shop = Shop()
    lanes = await make(shop.work, width=1)
    lanes.wake("runs")
    lanes.wake("waits")
    await shop.begins(1)
    asyncio.get_running_loop().call_soon(shop.go.set)
    await lanes.close(patience=5)
    lanes.wake("late")
    await settle()

    assert shop.begun == ["runs"]
    assert shop.running.total() == 0
