"""Statements as text, for what is asked many times a second; the same text for both databases.

A `?` stands for each value, as SQLite has it; PostgreSQL gets its `$1`, `$2` from here. Values cross the border here.
But for `forget` none of these functions shields itself: call them inside a `unit` or a `transaction`.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection

from bot.store.border import bound
from bot.store.sqlite import NotebookSqlite
from bot.store.transaction import Database, shielded

Row = Any  # a driver's row: by position or by name
CHUNK = 500  # values in one IN (...) or VALUES list; SQLite takes 32,766 parameters, PostgreSQL 65,535


def notebook() -> Database:
    """The connection (SQLite) or the pool of connections (PostgreSQL) of the open notebook."""
    return get_connection("default")


async def fetch(text: str, *values: object, database: Database | None = None) -> Sequence[Row]:
    """The rows of a SELECT."""
    client = database or notebook()
    _, rows = await client.execute_query(styled(client, text), [bound(value) for value in values])
    return rows


def at_once(text: str, *values: object) -> Sequence[Row] | None:
    """The rows of a small SELECT by an index, without waiting for anybody; None where that cannot be done now.

    On SQLite, and never inside a transaction. See `NotebookSqlite.glance`.
    """
    client = notebook()
    return client.glance(text, [bound(value) for value in values]) if isinstance(client, NotebookSqlite) else None


async def change(text: str, *values: object, database: Database | None = None) -> int:
    """How many rows an UPDATE or DELETE touched. Not for an INSERT: there Tortoise misreads what PostgreSQL answers."""
    client = database or notebook()
    count, _ = await client.execute_query(styled(client, text), [bound(value) for value in values])
    return count


async def returning(text: str, *values: object, database: Database | None = None) -> list[dict[str, Any]]:
    """What an INSERT ... RETURNING gives back."""
    client = database or notebook()
    return await client.execute_query_dict(styled(client, text), [bound(value) for value in values])


async def inserted(text: str, *values: object, database: Database | None = None) -> bool:
    """Whether an INSERT ... ON CONFLICT DO NOTHING found its place free."""
    return bool(await returning(f"{text} RETURNING 1 AS one", *values, database=database))


async def each(text: str, rows: Iterable[Sequence[object]], database: Database) -> None:
    """Execute `text` once for each of `rows`, which have crossed the border already (see `writes`)."""
    await database.execute_many(styled(database, text), [list(row) for row in rows])


async def forget(text: str, moment: datetime) -> int:
    """Run a DELETE that takes a moment and a limit until it finds no more. In small bites: nobody waits long for it."""
    forgotten = 0
    while True:
        count = await shielded(lambda: change(text, moment, CHUNK))
        forgotten += count
        if count < CHUNK:
            return forgotten


async def alone(name: str, database: Database) -> None:
    """From here to the transaction's end nobody else is in a transaction that said this `name`.

    On SQLite that is so already: it has one connection, and one transaction on it at a time.
    """
    if database.capabilities.dialect == "postgres":
        await fetch("SELECT pg_advisory_xact_lock(hashtext(?))", name, database=database)


def styled(client: Database, text: str) -> str:
    return _numbered(text) if client.capabilities.dialect == "postgres" else text


def slots(count: int) -> str:
    """`count` placeholders for an IN list."""
    return ", ".join("?" * count)


@functools.lru_cache(maxsize=512)
def _numbered(text: str) -> str:
    numbers = itertools.count(1)
    return re.sub(r"\?", lambda _: f"${next(numbers)}", text)
