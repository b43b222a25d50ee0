"""All or nothing: no failure and no mistake of ours leaves the database stuck or half written."""

from __future__ import annotations

import ast
import asyncio
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from bot.store import actions, notes, sql, subjects, transaction, writes
from bot.store.database import Notebook
from bot.store.errors import NotebookError
from bot.store.transaction import Database, shielded, unit
from bot.store.transaction import transaction as run

from .calls import ADD, CALLS, KEY, an_action, names, put
from .processes import add_one, count_up, start

BOT = Path(__file__).parents[2] / "bot"


# Transactions


@pytest.mark.usefixtures("notebook")
async def test_a_transaction_that_fails_leaves_nothing(now: datetime) -> None:
    async def work(database: Database) -> None:
        await put(database, "one", now)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run(work)
    assert await names() == []


@pytest.mark.usefixtures("notebook")
async def test_a_statement_that_fails_ends_its_transaction_and_no_other(now: datetime) -> None:
    async def work(database: Database) -> None:
        await put(database, "one", now)
        await put(database, "one", now)

    with pytest.raises(Exception, match=r"(?i)unique"):
        await run(work)
    await notes.put("two", {}, now)
    assert await names() == ["two"]


@pytest.mark.usefixtures("notebook")
async def test_a_task_started_inside_a_transaction_writes_outside_it(now: datetime) -> None:
    started: list[asyncio.Task[None]] = []

    async def work(database: Database) -> None:
        await put(database, "inside", now)
        started.append(asyncio.create_task(notes.put("outside", {}, now)))
        await asyncio.sleep(0.01)
        raise ValueError("undo")

    with pytest.raises(ValueError, match="undo"):
        await run(work)
    await started[0]
    assert await names() == ["outside"]


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize("call", ["subjects.find", "notes.put", "subjects.mark", "actions.take"])
async def test_asking_beside_the_transaction_one_is_in_is_told_at_once(call: str, now: datetime) -> None:
    async def work(database: Database) -> None:
        await CALLS[call](1, now)

    async with asyncio.timeout(1):
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await run(work)
        await notes.put("after", {}, now)


@pytest.mark.usefixtures("notebook")
async def test_a_notebook_that_is_refused_does_nothing(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(transaction, "INSIST_SECONDS", ())
    transaction.refuse("the right to write was lost")
    try:
        for call in CALLS:
            with pytest.raises(NotebookError, match="right to write"):
                await CALLS[call](1, now)
    finally:
        transaction.refuse(None)
    assert await subjects.counts(now) == subjects.Counts(0, 0, 0)


@pytest.mark.usefixtures("sqlite_notebook")
async def test_what_could_not_be_committed_is_not_committed_later(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    raw = sql.notebook()._connection

    async def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    async def work(database: Database) -> None:
        await put(database, "reported as failed", now)

    with monkeypatch.context() as patch:
        patch.setattr(raw, "commit", full)
        with pytest.raises(OperationalError, match="full"):
            await run(work)
    await notes.put("later", {}, now)

    assert await names() == ["later"]


@pytest.mark.usefixtures("sqlite_notebook")
async def test_a_connection_that_cannot_even_roll_back_is_given_up(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    raw = sql.notebook()._connection

    async def broken() -> None:
        raise sqlite3.OperationalError("disk I/O error")

    async def work(database: Database) -> None:
        await put(database, "reported as failed", now)

    monkeypatch.setattr(raw, "commit", broken)
    monkeypatch.setattr(raw, "rollback", broken)
    with pytest.raises(OperationalError, match="I/O"):
        await run(work)
    await notes.put("later", {}, now)

    assert sql.notebook()._connection is not raw
    assert await names() == ["later"]
    ((synchronous,),) = await shielded(lambda: sql.fetch("PRAGMA synchronous"))
    assert synchronous == 2


@pytest.mark.usefixtures("sqlite_notebook")
async def test_small_writes_that_cannot_even_be_rolled_back_are_not_committed_later(now: datetime) -> None:
    raw = sql.notebook()._connection

    class Broken:
        """SQLite's connection, which can neither commit nor roll back."""

        def __getattr__(self, name: str) -> object:
            return self.fail if name in {"commit", "rollback"} else getattr(sound, name)

        def fail(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

    sound = raw._connection
    raw._connection = Broken()
    with pytest.raises(OperationalError, match="I/O"):
        await writes.write(ADD, ("one", {}, now), ("two", {}, now))
    await notes.put("later", {}, now)

    assert sql.notebook()._connection is not raw
    assert await names() == ["later"]


async def test_what_is_looked_up_is_what_was_committed(notebook: Notebook, now: datetime) -> None:
    for number in range(20):
        keys = [f"ticket:main:{number}", f"return:main:{number}"]
        await subjects.mark(keys, now)
        assert [row.key for key in keys if (row := await subjects.find(key))] == keys


async def test_what_cannot_be_read_at_a_glance_is_read_with_patience(
    sqlite_notebook: Notebook, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    def locked(_: str) -> sqlite3.Connection:
        raise sqlite3.OperationalError("database is locked")

    await subjects.mark([KEY], now)
    monkeypatch.setattr("bot.store.sqlite._reader", locked)
    found = await subjects.find(KEY)

    assert found is not None
    assert found.key == KEY


async def test_nothing_can_be_written_at_a_glance(sqlite_notebook: Notebook, now: datetime) -> None:
    assert sql.notebook().glance("INSERT INTO notes (name, value, at) VALUES ('one', '{}', '2026-11-23')", ()) is None
    assert await names() == []


async def test_a_full_disk_refuses_and_recovers(sqlite_notebook: Notebook, now: datetime) -> None:
    kept: list[str] = []

    async def fill() -> None:
        for number in range(500):
            key = f"ticket:main:{number}"
            await subjects.mark([key], now)
            await subjects.failed(key, 1, tries=1, look_at=None, rest_reason="x" * 900)
            kept.append(key)

    ((pages,),) = await shielded(lambda: sql.fetch("PRAGMA page_count"))
    await shielded(lambda: sql.fetch(f"PRAGMA max_page_count = {pages + 12}"))
    with pytest.raises(OperationalError, match="full"):
        await fill()
    await shielded(lambda: sql.fetch("PRAGMA max_page_count = 100000"))
    await subjects.mark(["ticket:main:after"], now)

    assert kept
    assert sorted(await subjects.find_many(kept)) == sorted(kept)
    ((sound,),) = await shielded(lambda: sql.fetch("PRAGMA integrity_check"))
    assert sound == "ok"


async def test_a_file_somebody_else_holds_refuses_soon_and_recovers(
    sqlite_notebook: Notebook, tmp_path: Path, now: datetime
) -> None:
    await shielded(lambda: sql.fetch("PRAGMA busy_timeout = 100"))
    other = sqlite3.connect(tmp_path / "kontor.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        async with asyncio.timeout(3):
            outcomes = await asyncio.gather(
                *(subjects.mark([f"ticket:main:{number}"], now) for number in range(40)),
                *(notes.put(f"note {number}", {}, now) for number in range(3)),
                actions.take(an_action("a1"), "press:1", now),
                return_exceptions=True,
            )
    finally:
        other.rollback()
        other.close()
    await subjects.mark([KEY], now)

    assert all("locked" in str(outcome) for outcome in outcomes)
    assert await subjects.due(now, 10) == [KEY]
    assert await actions.latest(10) == []
    assert (await actions.take(an_action("a1"), "press:1", now)).fresh


async def test_two_processes_that_read_and_then_write_do_not_overtake_each_other(
    sqlite_notebook: Notebook, sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    await subjects.mark([KEY], now)
    process = start(count_up, sqlite_url, str(tmp_path), 200, str(tmp_path / "told"))
    rounds = 0
    while process.is_alive():
        await run(add_one)
        rounds += 1
    process.join()

    row = await subjects.find(KEY)
    assert process.exitcode == 0
    assert row is not None
    assert row.tries == 200 + rounds


# The house


def test_only_one_module_opens_transactions() -> None:
    guilty = []
    for path in BOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            imported = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module if isinstance(node, ast.ImportFrom) else None
            called = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "in_transaction"
            )
            if module == "tortoise.transactions" or "tortoise.transactions" in imported or called:
                guilty.append(str(path.relative_to(BOT)))

    assert guilty == ["store/transaction.py"]


@pytest.mark.usefixtures("sqlite_notebook")
async def test_tortoise_itself_still_needs_our_care() -> None:
    """Should this fail, a newer Tortoise gives back what it took when it is cancelled, and we may do less."""

    async def enter() -> None:
        async with in_transaction():
            pass

    client = sql.notebook()
    plain = type(client).__mro__[1]
    lock = client._lock
    context = plain._in_transaction(client)  # type: ignore[attr-defined]
    task = asyncio.create_task(context.__aenter__())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    held = lock.locked()
    if held:
        lock.release()
    await client.forget_connection()
    assert held


def test_a_unit_keeps_its_name_and_words() -> None:
    @unit
    async def word() -> None:
        """Says it."""

    assert (word.__name__, word.__doc__) == ("word", "Says it.")
