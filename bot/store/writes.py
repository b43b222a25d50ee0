"""Small writes that share their commits.

A commit waits for the disk, a look writes several times, and dozens of looks run at once. So writes that need no answer
are handed in here, and all that come while one commit runs go into the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.store import sql
from bot.store.batches import Batches
from bot.store.border import bound
from bot.store.sqlite import NotebookSqlite
from bot.store.transaction import Database, insist, shielded, transaction, unit


@dataclass(frozen=True)
class _Write:
    text: str
    rows: tuple[tuple[Any, ...], ...]


async def write(text: str, *rows: Sequence[object]) -> None:
    """Execute `text` once for each of `rows`; returns after the commit. All rows of one call are committed or none.

    Raises `Unstorable` before anything is sent when a value must not cross the border.
    """
    if rows:
        await _writes.add(_Write(text, tuple(tuple(bound(value) for value in row) for row in rows)))


@unit
async def _alone(write: _Write) -> None:
    client = sql.notebook()
    await client.execute_query(sql.styled(client, write.text), list(write.rows[0]))


async def _commit(batch: Sequence[_Write]) -> Sequence[None]:
    if len(batch) == 1 and len(batch[0].rows) == 1:
        await _alone(batch[0])
        return [None]
    by_text: dict[str, list[tuple[Any, ...]]] = {}
    for item in batch:
        by_text.setdefault(item.text, []).extend(item.rows)
    await _send(by_text)
    return [None] * len(batch)


async def together(by_text: Mapping[str, Sequence[Sequence[object]]]) -> None:
    """Execute each statement once for each of its rows, in their order, in one transaction. Raises as `write` does."""
    await _send({text: [tuple(bound(value) for value in row) for row in rows] for text, rows in by_text.items()})


async def _send(by_text: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    client = sql.notebook()
    if isinstance(client, NotebookSqlite):
        await shielded(lambda: client.execute_together(by_text))
        return

    async def work(database: Database) -> None:
        for text, rows in by_text.items():
            await sql.each(text, rows, database)

    await transaction(work)


_writes: Batches[_Write, None] = Batches(lambda batch: insist(lambda: _commit(batch)))
