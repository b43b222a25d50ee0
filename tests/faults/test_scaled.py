"""Several processes on one notebook: a door, workers that are killed and paused; nothing is lost, nothing doubled."""

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
from tests.faults.bot_process import PART
from tests.faults.process import BotProcess
from tests.faults.proving import ProvingGround, proving_ground
from tests.faults.stream import Hands, Stream
from tests.halls import notebook_schema

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]


@asynccontextmanager
async def office(folder: Path, *, workers: int, seed: int) -> AsyncIterator[tuple[ProvingGround, list[BotProcess]]]:
    """A front door and so many workers, all at work."""
    async with (
        notebook_schema() as database,
        proving_ground(
            folder,
            database=database,
            seed=seed,
            KONTOR_LANES="postgres",
            POLL_SECONDS="0.7",
            RECONCILE_SECONDS="2",
        ) as ground,
    ):
        env = ground.bot.env
        ground.bot.env = {**env, PART: "web"}
        hands = [BotProcess({**env, PART: "work"}, folder / f"work{number}.log") for number in range(workers)]
        try:
            for worker in hands:
                await worker.start(ready=False)
            await ground.bot.start()
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


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_workers_that_are_killed_and_paused_for_long_lose_and_double_nothing(tmp_path: Path) -> None:
    await survives(tmp_path, blows=60, changes=60, seed=6)
