"""An old backup of the notebook is put back: nothing is carried out twice, nothing hangs twice, and people are told.

What was done after the backup was made is done: the marketplace and Slack know it, and only the notebook does not.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import audit, restoring
from sandbox.market import Entry
from tests.faults import checks
from tests.faults.proving import ProvingGround, proving_ground
from tests.faults.stream import Hands, Stream
from tests.halls import notebook_schema

pytestmark = pytest.mark.timeout(600)

TOLD = "It knows nothing of what was done after"
WRITES = tuple(checks.VERBS.values())


class File:
    """Backups of a notebook in a file, as README says: made while the bot writes, put back while it does not."""

    def __init__(self, path: Path, copy: Path) -> None:
        self._path, self._copy = path, copy

    async def keep(self) -> None:
        await asyncio.to_thread(self._vacuum)

    def _vacuum(self) -> None:
        self._copy.unlink(missing_ok=True)
        with sqlite3.connect(self._path) as source:
            source.execute("VACUUM INTO ?", (str(self._copy),))
        source.close()

    async def put_back(self) -> None:
        for old in self._path.parent.glob(f"{self._path.name}*"):
            old.unlink()
        self._path.write_bytes(self._copy.read_bytes())


class Dump:
    """Backups of a notebook in PostgreSQL, as README says; of its schema alone, because the tests share a database."""

    def __init__(self, url: str, copy: Path) -> None:
        self._server, _, self._schema = url.partition("schema=")
        self._server, self._copy = self._server.rstrip("?&"), str(copy)

    async def keep(self) -> None:
        await self._run("pg_dump", "--format=custom", f"--schema={self._schema}", f"--file={self._copy}", self._server)

    async def put_back(self) -> None:
        await self._run("pg_restore", "--clean", "--if-exists", f"--dbname={self._server}", self._copy)

    async def _run(self, *words: str) -> None:
        process = await asyncio.create_subprocess_exec(*words, stderr=asyncio.subprocess.PIPE)
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()


def asked(ground: ProvingGround) -> list[Entry]:
    """Everything people can ask for that the marketplace was asked for."""
    return [entry for entry in ground.market.journal.entries if entry.path.rstrip("/").endswith(WRITES)]


def told(ground: ProvingGround) -> int:
    """How often everybody was told that the notebook was restored."""
    messages = [message for channel in ground.slack.channels.values() for message in channel.messages]
    return sum(TOLD in message.words for message in messages)


def posts(ground: ProvingGround) -> int:
    """How many messages of ours hang in Slack."""
    return sum(bool(message.metadata) for channel in ground.slack.channels.values() for message in channel.messages)


@dataclass
class Rounds:
    """Backups at random moments, each put back a while later."""

    ground: ProvingGround
    stream: Stream
    hands: Hands
    chance: random.Random
    backup: File | Dump
    doubted: int = 0
    forgotten: int = 0
    cards: int = 0
    complaints: list[str] = field(default_factory=list)

    async def once(self) -> None:
        ground = self.ground
        async with ground.beside():
            self.hands.open.set()
            await self._busy(self.chance.randint(6, 14))
            await self.backup.keep()
            before, hung, posted = len(asked(ground)), len(checks.hanging(ground.slack)), posts(ground)
            await self._busy(self.chance.randint(6, 14))
            self.hands.open.clear()
            # What somebody has begun ends before the notebook is taken away from under our eyes.
            await asyncio.sleep(0.3)
            await self._ended()
        self.forgotten += len(asked(ground)) - before
        self.cards += len(checks.hanging(ground.slack)) - hung
        forgot = len(asked(ground)) > before or posts(ground) > posted
        await self.backup.put_back()
        await ground.pass_time(timedelta(minutes=self.chance.randint(1, 200)))
        await self._started_on_it(forgot)

    async def _busy(self, changes: int) -> None:
        for _ in range(changes):
            self.stream.step()
            await asyncio.sleep(self.chance.uniform(0.0, 0.1))

    async def _ended(self) -> None:
        """By a kill, or as it is told to."""
        if self.chance.random() < 0.5:
            self.ground.bot.kill()
        else:
            await self.ground.bot.terminate()

    async def _started_on_it(self, forgot: bool) -> None:
        """Where nothing was done since the backup, there is nothing to be told."""
        ground = self.ground
        done, news = asked(ground), told(ground)
        await ground.bot.start()
        async with ground.beside():
            self.complaints += await quiet(ground)
            self.doubted += (await restoring.last()).actions
            if asked(ground) != done:
                self.complaints.append(f"asked again: {asked(ground)[len(done) :]}")
            if told(ground) - news not in ({1} if forgot else {0, 1}):
                self.complaints.append(f"people were told {told(ground) - news} times")
            if not (verdict := await audit.verify()).seal or verdict.trouble:
                self.complaints.append(f"the audit log: {verdict}")


async def quiet(ground: ProvingGround, seconds: float = 60.0) -> list[str]:
    """What is wrong with what hangs in Slack once nobody has anything to do; nothing that is under way may be left."""
    until = time.monotonic() + seconds
    while True:
        busy = await checks._busy(ground)
        wrong = [busy] if busy else await _wrong(ground)
        if not wrong or time.monotonic() > until:
            return wrong
        await asyncio.sleep(0.2)


async def _wrong(ground: ProvingGround) -> list[str]:
    actions = await checks.every_action()
    found: list[Any] = [*checks.cards(ground, actions), *checks.threads(ground), *checks.strays(ground)]
    return [str(complaint) for complaint in found]


async def survives(folder: Path, *, rounds: int, seed: int, database: str | None = None) -> None:
    started = time.monotonic()
    hurried = {"POLL_SECONDS": "0.7", "RECONCILE_SECONDS": "2", "UNDO_SECONDS": "1"}
    async with proving_ground(folder, database=database, seed=seed, **hurried) as ground:
        stream = Stream(ground.market.world, seed=seed, orders=20 + rounds * 3)
        path = Path(ground.database.removeprefix("sqlite://"))
        backup = Dump(database, folder / "backup") if database else File(path, folder / "backup.db")
        await ground.bot.start()
        async with Hands(ground, seed) as hands:
            all_of_them = Rounds(ground, stream, hands, random.Random(seed), backup)
            for _ in range(rounds):
                await all_of_them.once()
                assert all_of_them.complaints == [], "\n".join(all_of_them.complaints[:10])
        twice = [what for what, count in said(ground).items() if count > 1]
    print(
        f"\n  {rounds} restores, {stream.count} changes, {hands.pressed.total()} presses, "
        f"{all_of_them.forgotten} writes and {all_of_them.cards} cards forgotten, "
        f"{all_of_them.doubted} actions put before people, {time.monotonic() - started:.0f} s"
    )
    assert twice == []
    assert all_of_them.forgotten > rounds / 2
    assert all_of_them.cards > rounds
    assert all_of_them.doubted > rounds / 4


def said(ground: ProvingGround) -> Counter[tuple[str, str]]:
    """What was said to buyers, and how often."""
    return Counter(
        (entry.path, str(entry.body)) for entry in asked(ground) if entry.executed and entry.path.endswith("/messages")
    )


async def test_old_backups_put_back_make_nothing_happen_twice(tmp_path: Path) -> None:
    await survives(tmp_path, rounds=4, seed=21)


@pytest.mark.postgres
@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
async def test_old_dumps_put_back_make_nothing_happen_twice(tmp_path: Path) -> None:
    async with notebook_schema() as database:
        await survives(tmp_path, rounds=3, seed=23, database=database)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_a_hundred_old_backups_put_back_make_nothing_happen_twice(tmp_path: Path) -> None:
    await survives(tmp_path, rounds=100, seed=22)
