"""Told to stop, paused, or started twice: what deployments, hypervisors and hasty hands do to a process."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.faults import checks
from tests.faults.nemesis import NIGHT
from tests.faults.process import SERVE, BotProcess
from tests.faults.proving import ProvingGround, proving_ground
from tests.faults.stream import Hands, Stream

STOP_SECONDS = 10.0

pytestmark = pytest.mark.timeout(600)


@asynccontextmanager
async def busy(folder: Path, *, seed: int, **more: str) -> AsyncIterator[tuple[ProvingGround, Stream, Hands]]:
    """A proving ground, a stream of changes and people at work; the bot is not started yet."""
    async with proving_ground(folder, seed=seed, POLL_SECONDS="0.5", RECONCILE_SECONDS="1", **more) as ground:
        stream = Stream(ground.market.world, seed=seed, orders=30)
        async with ground.beside(), Hands(ground, seed) as hands:
            yield ground, stream, hands


async def change(stream: Stream, count: int, *, seconds: float) -> None:
    for _ in range(count):
        stream.step()
        await asyncio.sleep(seconds / count)


async def quiet(ground: ProvingGround, hands: Hands) -> list[checks.Complaint]:
    """Let the work of the last minutes be done by a bot that is well, and judge it."""
    hands.open.clear()
    ground.bot.kill()
    ground.clear()
    await ground.pass_time(NIGHT)
    await ground.bot.start()
    return await checks.settled(ground)


# Told to stop


async def test_told_to_stop_in_the_middle_of_everything_it_ends_with_0_in_time_and_loses_nothing(
    tmp_path: Path,
) -> None:
    took = []
    async with busy(tmp_path, seed=7) as (ground, stream, hands):
        for _ in range(4):
            await ground.bot.start()
            hands.open.set()
            changing = asyncio.create_task(change(stream, 25, seconds=0.6))
            await asyncio.sleep(0.4)
            started = time.monotonic()
            code = await ground.bot.terminate()
            took.append(time.monotonic() - started)
            assert code == 0, ground.bot.log[-3000:]
            hands.open.clear()
            await changing
        complaints = await quiet(ground, hands)

    print(f"\n  stopped 4 times in {max(took):.1f} s at most, {stream.count} changes, {len(complaints)} complaints")
    assert max(took) < STOP_SECONDS
    assert complaints == [], checks.told(complaints)
    assert ground.bot.log.count("Kontor stopped") == 4
    assert "Traceback" not in ground.bot.log


@pytest.mark.parametrize("hanging", ["marketplace", "slack", "everybody"])
async def test_told_to_stop_while_the_others_hang_it_still_ends_with_0_in_time(tmp_path: Path, hanging: str) -> None:
    """Everybody: also one who began to send a request and never ends."""
    async with busy(tmp_path, seed=8) as (ground, stream, hands):
        await ground.bot.start()
        hands.open.set()
        await change(stream, 15, seconds=0.5)
        if hanging != "slack":
            ground.market.faults.slow(60)
        if hanging != "marketplace":
            ground.slack.faults.slow(60)
        await change(stream, 15, seconds=1.5)
        _, writer = await asyncio.open_connection("127.0.0.1", ground.bot.port)
        if hanging == "everybody":
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: kontor\r\nContent-Length: 900\r\n\r\nhalf")

        started = time.monotonic()
        code = await ground.bot.terminate()
        took = time.monotonic() - started
        writer.close()
        complaints = await quiet(ground, hands)

    print(f"\n  {hanging} hung, stopped in {took:.1f} s")
    assert (code, took < STOP_SECONDS) == (0, True), f"{code} after {took:.1f} s\n{ground.bot.log[-2000:]}"
    assert complaints == [], checks.told(complaints)


# Paused


async def pauses(folder: Path, lengths: list[float]) -> list[checks.Complaint]:
    async with busy(folder, seed=9) as (ground, stream, hands):
        await ground.bot.start()
        hands.open.set()
        for length in lengths:
            changing = asyncio.create_task(change(stream, 12, seconds=0.6 + length))
            await asyncio.sleep(0.3)
            ground.bot.pause()
            await asyncio.sleep(length)
            ground.bot.go_on()
            await changing
        return await quiet(ground, hands)


async def test_pauses_repeat_nothing_and_lose_nothing(tmp_path: Path) -> None:
    """Two of them are longer than Slack waits for a click and longer than the marketplace waits for a push."""
    complaints = await pauses(tmp_path, [0.3, 3.4, 0.8, 5.5, 0.1])

    assert complaints == [], checks.told(complaints)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_long_pauses_repeat_nothing_and_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(30)
    complaints = await pauses(tmp_path, [*(chance.uniform(0.1, 12.0) for _ in range(50)), 120.0])

    assert complaints == [], checks.told(complaints)


# Started twice


async def started_beside(ground: ProvingGround, folder: Path, **other: str) -> tuple[int, str]:
    """Exit code and words of a second bot, as people start it, in the environment of the first."""
    second = BotProcess({**ground.bot.env, **other}, folder / "second.log")
    await second.start(command=SERVE, ready=False)
    try:
        return await second.ended(60), second.log
    finally:
        second.kill()


async def test_a_second_bot_on_the_same_notebook_is_refused_in_a_clear_sentence(tmp_path: Path) -> None:
    async with proving_ground(tmp_path) as ground:
        await ground.bot.start()
        code, words = await started_beside(ground, tmp_path)
        ground.bot.pause()
        while_paused, _ = await started_beside(ground, tmp_path)
        ground.bot.go_on()
        await ground.bot.ready()

    assert code == while_paused == 2
    assert f"Another Kontor (process {ground.bot.pid}) uses the notebook" in words
    assert "Two of them would send everything twice." in words
    assert "Traceback" not in words


async def test_a_second_bot_on_the_same_port_is_refused_in_a_clear_sentence(tmp_path: Path) -> None:
    async with proving_ground(tmp_path) as ground:
        await ground.bot.start()
        other = {"DATA_DIR": str(tmp_path / "other"), "DATABASE_URL": f"sqlite://{tmp_path}/other/kontor.db"}
        second = BotProcess({**ground.bot.env, **other}, tmp_path / "second.log", port=ground.bot.port)
        await second.start(command=SERVE, ready=False)
        code = await second.ended(60)
        await ground.bot.ready()

    assert code == 2
    assert f"Kontor cannot start: it cannot listen on 127.0.0.1:{ground.bot.port}. Is the port taken?" in second.log
    assert "Traceback" not in second.log
