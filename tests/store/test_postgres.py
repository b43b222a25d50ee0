"""PostgreSQL that restarts, drops connections and loses us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from bot.store import actions, notes, postgres, pushes, subjects
from bot.store.actions import NewAction
from bot.store.database import Notebook, open_notebook
from bot.store.errors import NotebookError, outage
from bot.store.pushes import NewPush
from bot.store.together import GroupCommit
from bot.store.transaction import insist

pytestmark = pytest.mark.postgres

# Ends the sessions of one notebook's pool, and nobody else's.
BREAK = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "REGAIN_SECONDS", 0.05)


async def ask(server: str, statement: str, *values: object) -> object:
    connection = await asyncpg.connect(server)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def until(question: Callable[[], Awaitable[bool]]) -> None:
    """Ask until the answer is yes: what we wait for happens in PostgreSQL, which rings no bell for us."""
    for _ in range(500):
        if await question():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


def session(notebook: Notebook) -> int | None:
    """The server's number of the session that holds our right to write; None while we do not have it."""
    assert isinstance(notebook.lock, postgres.PostgresLock)
    held = notebook.lock._session
    return held.get_server_pid() if held else None


async def works(now: datetime) -> bool:
    (error,) = await asyncio.gather(notes.put("alive", {}, now), return_exceptions=True)
    assert error is None or outage(error), error
    return error is None


async def test_the_right_to_write_that_was_lost_is_regained(
    postgres_server: str, postgres_notebook: Notebook, quick: None, now: datetime
) -> None:
    lost = session(postgres_notebook)
    await ask(postgres_server, "SELECT pg_terminate_backend($1)", lost)

    async def regained() -> bool:
        return session(postgres_notebook) not in (None, lost)

    await until(regained)
    await subjects.mark(["ticket:main:1"], now)
    assert await subjects.due(now, 1) == ["ticket:main:1"]


async def test_while_another_has_the_right_to_write_nothing_is_done(
    postgres_server: str, postgres_template: str, postgres_notebook: Notebook, quick: None, now: datetime
) -> None:
    other = await asyncpg.connect(postgres_server)
    number = postgres.PostgresDatabase(postgres_template).lock_number("writer")
    waiting = asyncio.create_task(other.execute("SELECT pg_advisory_lock($1)", number))
    await until(lambda: _waits(postgres_server))
    await ask(postgres_server, "SELECT pg_terminate_backend($1)", session(postgres_notebook))
    await waiting

    async def lost() -> bool:
        return session(postgres_notebook) is None

    await until(lost)
    try:
        for _ in range(10):
            with pytest.raises(NotebookError, match="right to write"):
                await notes.put("alive", {}, now)
            with pytest.raises(NotebookError, match="right to write"):
                await subjects.mark(["ticket:main:1"], now)
            await asyncio.sleep(0.02)
    finally:
        await other.close()
    await until(lambda: works(now))
    assert await subjects.find("ticket:main:1") is None


async def _waits(server: str) -> bool:
    return bool(await ask(server, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"))


async def test_closing_while_the_right_to_write_is_lost_ends(
    postgres_server: str, postgres_template: str, tmp_path: Path, quick: None, now: datetime
) -> None:
    notebook = await open_notebook(postgres_template, tmp_path)
    await ask(postgres_server, "SELECT pg_terminate_backend($1)", session(notebook))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await notebook.close()

    again = await open_notebook(postgres_template, tmp_path)
    assert await works(now)
    await again.close()


async def test_connections_that_break_again_and_again_use_up_no_pool(
    postgres_server: str, postgres_template: str, postgres_notebook: Notebook, quick: None, now: datetime
) -> None:
    name = postgres_template.rpartition("=")[2]
    for round in range(25):
        writers = [asyncio.create_task(subjects.mark([f"ticket:main:{round}-{number}"], now)) for number in range(20)]
        await asyncio.sleep(0)
        await ask(postgres_server, BREAK, name)
        await asyncio.gather(*writers, return_exceptions=True)

    begun = time.monotonic()
    await until(lambda: works(now))
    await asyncio.gather(*(subjects.find(f"ticket:main:{number}") for number in range(50)))
    assert time.monotonic() - begun < 5


async def test_a_restart_under_clicks_and_pushes_loses_none_and_doubles_none(
    postgres_server: str, postgres_template: str, postgres_notebook: Notebook, quick: None, now: datetime
) -> None:
    name = postgres_template.rpartition("=")[2]
    door = GroupCommit(lambda waiting: pushes.accept(waiting, now))
    for number in range(12):
        action = NewAction(f"a{number}", f"k{number}", "x", "return:main:1", "main", "U1", "T1", {}, None)
        asked = [
            asyncio.create_task(actions.take(action, f"press:{number}", now)),
            *(
                asyncio.create_task(door.add(NewPush("main", f"m{number}-{part}", "e", f"return:main:{number}-{part}")))
                for part in range(5)
            ),
            asyncio.create_task(subjects.mark([f"ticket:main:{number}"], now)),
        ]
        await ask(postgres_server, BREAK, name)
        await asyncio.gather(*asked)

    # A connection of the pool may still be one that the last break has cut.
    assert len(await insist(lambda: actions.latest(100))) == 12
    assert len(await insist(lambda: subjects.due(now, 100))) == 12 * 6


def test_a_server_that_takes_no_writes_for_a_while_is_an_outage() -> None:
    assert outage(asyncpg.exceptions.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"))
    assert not outage(asyncpg.exceptions.UniqueViolationError("duplicate key"))
