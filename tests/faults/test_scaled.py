"""Several processes on one notebook: doors, workers that are killed and paused; nothing is lost, nothing doubled."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults import checks
from tests.faults.balancing import Balancer, balanced
from tests.faults.bot_process import PART
from tests.faults.process import BotProcess
from tests.faults.proving import ProvingGround, proving_ground
from tests.faults.stream import Hands, Stream
from tests.halls import notebook_schema

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

# What one account may ask for in a second, all processes together.
BUDGET = 16
# A window slides, and on a busy machine what each process asked at the end of one arrives in the next.
LATE = 0.5


@asynccontextmanager
async def office(
    folder: Path, *, workers: int, seed: int, doors: int = 1, **more: str
) -> AsyncIterator[tuple[ProvingGround, list[BotProcess]]]:
    """So many front doors and workers, all at work. `ground.bot` is the first door, the others follow the workers."""
    async with (
        notebook_schema() as database,
        proving_ground(
            folder,
            database=database,
            seed=seed,
            KONTOR_LANES="postgres",
            **{"POLL_SECONDS": "0.7", "RECONCILE_SECONDS": "2", **more},
        ) as ground,
    ):
        env = ground.bot.env
        ground.bot.env = {**env, PART: "web"}
        hands = [BotProcess({**env, PART: "work"}, folder / f"work{number}.log") for number in range(workers)]
        hands += [BotProcess({**env, PART: "web"}, folder / f"web{number}.log") for number in range(1, doors)]
        try:
            for worker in hands:
                await worker.start(ready=False)
            await ground.bot.start()
            for door in hands[workers:]:
                await door.ready()
            yield ground, hands
        finally:
            for worker in hands:
                worker.kill()


async def survives(folder: Path, *, blows: int, changes: int, seed: int) -> None:
    """Something changes and somebody clicks all the time, while one worker after the other is killed or paused."""
    chance = random.Random(seed)
    started = time.monotonic()
    async with office(folder, workers=2, seed=seed) as (ground, workers):
        stream = Stream(ground.market.world, seed=seed, orders=20 + blows * changes // 12)
        async with ground.beside(), Hands(ground, seed) as hands:
            hands.open.set()
            for blow in range(blows):
                for _ in range(changes):
                    stream.step()
                    await asyncio.sleep(chance.uniform(0.0, 0.1))
                await struck(workers[blow % 2], chance, pause=blow % 4 == 3)
            hands.open.clear()
            # What a dead worker had claimed is free again after a minute.
            await ground.pass_time(timedelta(minutes=2))
            complaints = await checks.settled(ground)
            actions = await checks.every_action()
    print(
        f"\n  {blows} blows, {stream.count} changes, {hands.pressed.total()} clicks, {len(actions)} actions, "
        f"{len(complaints)} complaints, {time.monotonic() - started:.0f} s"
    )
    assert complaints == [], checks.told(complaints)
    assert [action.state for action in actions].count("done") > 0
    assert sum("keeps the time" in worker.log for worker in workers) > 0


async def struck(worker: BotProcess, chance: random.Random, *, pause: bool) -> None:
    if pause:
        # Long enough for the others to give it up.
        worker.pause()
        await asyncio.sleep(6.5)
        worker.go_on()
        return
    worker.kill()
    await asyncio.sleep(chance.uniform(0.1, 0.8))
    await worker.start(ready=False)


async def test_workers_that_are_killed_lose_and_double_nothing(tmp_path: Path) -> None:
    await survives(tmp_path, blows=3, changes=25, seed=5)


# Two doors and two workers


def most_in_a_second(moments: list[float]) -> int:
    """The most requests that came within any one second."""
    most, first = 0, 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


async def two_doors(folder: Path, *, changes: int, kills: int, seed: int, budget: int = BUDGET) -> None:
    """Pushes and clicks come to both doors by turns, and much is to be asked of the marketplace all the time."""
    chance = random.Random(seed)
    async with (
        balanced() as (balancer, url),
        office(folder, workers=2, doors=2, seed=seed, PUBLIC_URL=url, MARKET_REQUESTS_PER_SECOND=str(budget)) as (
            ground,
            others,
        ),
    ):
        balancer.doors = [ground.bot.url, others[-1].url]
        ground.slack.connect(url, here=ground.bot.env["SLACK_API_URL"].removesuffix("/api/"))
        stream = Stream(ground.market.world, seed=seed, orders=30 + changes // 6)
        async with ground.beside(), Hands(ground, seed) as hands:
            hands.open.set()
            for change in range(changes):
                stream.step()
                await asyncio.sleep(chance.uniform(0.0, 0.04))
                if kills and change % (changes // kills) == changes // kills // 2:
                    await struck(others[change % 2], chance, pause=False)
            await ground.until(lambda: hands.pressed.total() > 20, seconds=60)
            hands.open.clear()
            await ground.pass_time(timedelta(minutes=2))
            complaints = await checks.settled(ground)
            actions = await checks.every_action()
        most = most_in_a_second(ground.at_market.asked_at)
    print(
        f"\n  {stream.count} changes, {hands.pressed.total()} clicks, {len(actions)} actions, "
        f"{len(complaints)} complaints, {len(ground.at_market.asked_at)} requests, at most {most} in a second; "
        f"{handed(balancer)}"
    )
    assert complaints == [], checks.told(complaints)
    assert [action.state for action in actions].count("done") > 0
    assert budget / 4 < most <= budget * (1 + LATE)
    # Which door one comes to is chance; that none of all comes to one of them is not.
    assert len(handed(balancer)) == 4


def handed(balancer: Balancer) -> dict[tuple[str, str], int]:
    """How many pushes and clicks each door got."""
    doors = {door: f"door {number}" for number, door in enumerate(balancer.doors)}
    found: dict[tuple[str, str], int] = {}
    for (door, path), count in balancer.handed.items():
        what = "pushes" if path.endswith("/push") else "clicks"
        found[doors[door], what] = found.get((doors[door], what), 0) + count
    return found


async def test_two_doors_and_two_workers_share_the_work_and_the_marketplaces_budget(tmp_path: Path) -> None:
    await two_doors(tmp_path, changes=60, kills=1, seed=7)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_two_doors_and_two_workers_share_it_for_long(tmp_path: Path) -> None:
    await two_doors(tmp_path, changes=2000, kills=40, seed=8, budget=5 * BUDGET)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_workers_that_are_killed_and_paused_for_long_lose_and_double_nothing(tmp_path: Path) -> None:
    await survives(tmp_path, blows=60, changes=60, seed=6)
