"""PDFs people gave us as invoices: from the moment they came until the buyer has them, or nobody wants them any more.

The PDF itself stays where it is, in Slack or in the watched folder; here is what was found in it. Files that came
together are a batch, which is a subject with one card.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import border, sql
from bot.store.transaction import Database, insist, transaction, unit
from bot.store.writes import write


@dataclass(frozen=True)
class NewFile:
    """A file as it comes. `source` is its id in Slack, or `folder:` and its name there; `wanted` is the order somebody
    named for it. With `consented` it is uploaded as soon as nothing is found wrong with it.
    """

    source: str
    name: str
    size: int
    url: str
    given_by: str
    channel: str | None
    consented: bool
    wanted: str | None = None


@dataclass(frozen=True)
class FileRow:
    """A file as the notebook has it. Times are in UTC.

    `found` is what a check made of it: findings, or the trouble it had (see `bot.invoicecheck`), None before. `digest`
    is the SHA-256 of what was checked, `order_id` the order it belongs to.
    """

    id: int
    batch: str
    source: str
    name: str
    size: int
    url: str
    given_by: str
    channel: str | None
    consented: bool
    wanted: str | None
    added_at: datetime
    checked_at: datetime | None
    digest: str | None
    order_id: str | None
    found: Mapping[str, Any] | None
    uploaded_at: datetime | None
    dismissed_at: datetime | None

    @property
    def open(self) -> bool:
        """Whether anything may still become of it."""
        return self.uploaded_at is None and self.dismissed_at is None


_COLUMNS = ", ".join(FileRow.__dataclass_fields__)
_TIMES = ("added_at", "checked_at", "uploaded_at", "dismissed_at")


def _row(stored: sql.Row) -> FileRow:
    values = dict(zip(FileRow.__dataclass_fields__, stored, strict=True))
    for name in _TIMES:
        values[name] = border.read_instant(values[name])
    found = values["found"]
    values["found"] = json.loads(found) if isinstance(found, str) else found
    values["consented"] = bool(values["consented"])
    return FileRow(**values)


async def add(batch: str, files: Sequence[NewFile], now: datetime) -> int:
    """Put files into a batch; how many are new. One that is there already, or in another open batch, is left alone."""
    return await insist(lambda: transaction(lambda database: _insert_new(batch, files, now, database)))


async def join(batch: str, files: Sequence[NewFile], now: datetime, *, since: datetime) -> str:
    """Put files somebody dropped into a channel to what they dropped there since `since` (UTC), while nothing of that
    is handled, else into `batch`; the batch they are in. Two drops in the same moment are one after the other here.
    """
    channel, given_by = files[0].channel or "", files[0].given_by

    async def work(database: Database) -> str:
        await sql.alone(f"drops {channel} {given_by}", database)
        joined = await _recent_batch(channel, given_by, since, database) or batch
        await _insert_new(joined, files, now, database)
        return joined

    return await insist(lambda: transaction(work))


async def _recent_batch(channel: str, given_by: str, since: datetime, database: Database) -> str | None:
    found = await sql.fetch(
        "SELECT batch FROM invoice_files WHERE channel = ? AND given_by = ? AND added_at >= ? AND consented = FALSE "
        "GROUP BY batch HAVING MAX(uploaded_at) IS NULL AND MAX(dismissed_at) IS NULL ORDER BY MAX(added_at) DESC "
        "LIMIT 1",
        channel,
        border.key(given_by, 64),
        since,
        database=database,
    )
    return str(found[0][0]) if found else None


async def _insert_new(batch: str, files: Sequence[NewFile], now: datetime, database: Database) -> int:
    added = 0
    for file in files:
        known = "SELECT 1 FROM invoice_files WHERE source = ? AND uploaded_at IS NULL AND dismissed_at IS NULL"
        if not await sql.fetch(known, border.key(file.source), database=database):
            added += await _insert(batch, file, now, database)
    return added


async def _insert(batch: str, file: NewFile, now: datetime, database: Database) -> bool:
    values = {
        "batch": border.key(batch),
        "source": border.key(file.source),
        "name": file.name,
        "size": file.size,
        "url": file.url,
        "given_by": border.key(file.given_by, 64),
        "channel": file.channel,
        "consented": file.consented,
        "wanted": file.wanted,
        "added_at": now,
    }
    return await sql.inserted(
        f"INSERT INTO invoice_files ({', '.join(values)}) VALUES ({sql.slots(len(values))}) "  # noqa: S608
        "ON CONFLICT (batch, source) DO NOTHING",
        *values.values(),
        database=database,
    )


@unit
async def of(batch: str) -> list[FileRow]:
    """The files of a batch, in the order they came."""
    found = await sql.fetch(
        f"SELECT {_COLUMNS} FROM invoice_files WHERE batch = ? ORDER BY id",  # noqa: S608
        border.key(batch),
    )
    return [_row(stored) for stored in found]


@unit
async def find(id: int) -> FileRow | None:
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM invoice_files WHERE id = ?", id)  # noqa: S608
    return _row(found[0]) if found else None


@unit
async def known_sources(sources: Collection[str]) -> frozenset[str]:
    """Those of `sources` that are in the notebook, whatever became of them."""
    wanted = sorted(set(sources))
    found: set[str] = set()
    for start in range(0, len(wanted), sql.CHUNK):
        chunk = wanted[start : start + sql.CHUNK]
        text = f"SELECT source FROM invoice_files WHERE source IN ({sql.slots(len(chunk))})"  # noqa: S608
        found |= {str(stored[0]) for stored in await sql.fetch(text, *chunk)}
    return frozenset(found)


@unit
async def uploaded_elsewhere(digest: str, order_id: str) -> str | None:
    """Another order the same file was uploaded to."""
    found = await sql.fetch(
        "SELECT order_id FROM invoice_files WHERE digest = ? AND uploaded_at IS NOT NULL AND order_id <> ? LIMIT 1",
        border.key(digest, 64),
        order_id,
    )
    return str(found[0][0]) if found else None


async def checked(
    id: int, batch: str, *, digest: str | None, order_id: str | None, found: Mapping[str, Any], now: datetime
) -> None:
    """Note what a check made of a file, and the batch it belongs to: the order tells which account's."""
    await write(
        "UPDATE invoice_files SET batch = ?, digest = ?, order_id = ?, found = ?, checked_at = ? WHERE id = ?",
        (border.key(batch), digest and border.key(digest, 64), order_id, found, now, id),
    )


async def check_again(ids: Iterable[int]) -> None:
    """Forget what a check found, so that the next look checks anew."""
    await write(
        "UPDATE invoice_files SET checked_at = NULL, found = NULL WHERE id = ? AND uploaded_at IS NULL",
        *[(id,) for id in ids],
    )


async def uploaded(ids: Iterable[int], now: datetime) -> None:
    """The buyer has these."""
    await write(
        "UPDATE invoice_files SET uploaded_at = ? WHERE id = ? AND uploaded_at IS NULL", *[(now, id) for id in ids]
    )


async def dismissed(ids: Iterable[int], now: datetime) -> None:
    """Nobody wants to upload these."""
    await write(
        "UPDATE invoice_files SET dismissed_at = ? WHERE id = ? AND uploaded_at IS NULL AND dismissed_at IS NULL",
        *[(now, id) for id in ids],
    )


async def forget_before(moment: datetime) -> int:
    """Forget files that came before `moment` (UTC)."""
    return await sql.forget(
        "DELETE FROM invoice_files WHERE id IN (SELECT id FROM invoice_files WHERE added_at < ? LIMIT ?)", moment
    )
