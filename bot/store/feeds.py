"""Feeds: CSVs people gave us, from the check to the end of the marketplace's import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.feedkinds import KINDS
from bot.store import border, sql
from bot.store.transaction import unit
from bot.store.writes import write


@dataclass(frozen=True)
class FeedRow:
    """One file. Times are in UTC.

    `plan` is what the check found, `problem` why there is none. `token` is the secret part of its address while it is
    published. `progress` is how far the marketplace's import `import_id` was when we last looked; `told_at` is when
    the lines with errors were put into its thread.
    """

    key: str
    account: str
    kind: str
    storefront: str | None
    name: str
    size: int
    digest: str | None
    user_id: str
    channel: str | None
    at: datetime
    plan: Mapping[str, Any] | None = None
    problem: str | None = None
    token: str | None = None
    published_at: datetime | None = None
    import_id: int | None = None
    progress: Mapping[str, Any] | None = None
    withdrawn_at: datetime | None = None
    discarded_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def place(self) -> str | None:
        """The storefront the marketplace asks for with a file of this kind; None where the file itself says it."""
        return self.storefront if KINDS[self.kind].of_storefront else None


_COLUMNS = ", ".join(FeedRow.__dataclass_fields__)
_MOMENTS = {"at", "published_at", "withdrawn_at", "discarded_at", "told_at"}
_FACTS = {"plan", "progress"}


def _row(stored: sql.Row) -> FeedRow:
    values = dict(zip(FeedRow.__dataclass_fields__, stored, strict=True))
    for name in _MOMENTS:
        values[name] = border.read_instant(values[name])
    for name in _FACTS:
        if isinstance(values[name], str):
            values[name] = json.loads(values[name])
    return FeedRow(**values)


async def add(row: FeedRow) -> None:
    """Note that somebody gave us a file; its check follows."""
    await write(
        "INSERT INTO feeds (key, account, kind, storefront, name, size, user_id, channel, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (
            border.key(row.key),
            border.key(row.account, 64),
            row.kind,
            row.storefront,
            row.name,
            row.size,
            border.key(row.user_id, 64),
            row.channel,
            row.at,
        ),
    )


@unit
async def find(key: str) -> FeedRow | None:
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM feeds WHERE key = ?", border.key(key))  # noqa: S608
    return _row(found[0]) if found else None


@unit
async def latest(limit: int) -> tuple[FeedRow, ...]:
    """The newest feeds, the newest first."""
    text = f"SELECT {_COLUMNS} FROM feeds ORDER BY at DESC LIMIT ?"  # noqa: S608
    return tuple(_row(stored) for stored in await sql.fetch(text, limit))


@unit
async def numbered(word: str) -> FeedRow | None:
    """The newest feed with this number of its own, or with an import of it."""
    text = f"SELECT {_COLUMNS} FROM feeds WHERE key LIKE ? OR import_id = ? ORDER BY at DESC LIMIT 1"  # noqa: S608
    number = int(word) if word.isdigit() else -1
    found = await sql.fetch(text, f"feed:%:{border.key(word, 40)}", number)
    return _row(found[0]) if found else None


@unit
async def of_chain(account: str, ref: str) -> tuple[FeedRow, ...]:
    """The files of a chain, the oldest first: their keys begin with its own number."""
    text = f"SELECT {_COLUMNS} FROM feeds WHERE key LIKE ? ORDER BY at, key"  # noqa: S608
    rows = (_row(stored) for stored in await sql.fetch(text, f"feed:%:{border.key(ref, 40)}-%"))
    return tuple(row for row in rows if row.account == account)


@unit
async def behind(token: str, since: datetime) -> FeedRow | None:
    """The feed that is published under `token`, since `since` or later."""
    text = f"SELECT {_COLUMNS} FROM feeds WHERE token = ? AND withdrawn_at IS NULL AND published_at > ?"  # noqa: S608
    found = await sql.fetch(text, border.key(token, 64), since)
    return _row(found[0]) if found else None


async def checked(key: str, plan: Mapping[str, Any], digest: str) -> None:
    await write("UPDATE feeds SET plan = ?, digest = ?, problem = NULL WHERE key = ?", (plan, digest, key))


async def failed(key: str, problem: str) -> None:
    """There is no plan, and this is why (a sentence)."""
    await write("UPDATE feeds SET problem = ? WHERE key = ?", (problem, key))


async def publish(key: str, token: str, now: datetime) -> None:
    """From now on the file can be fetched by whoever knows `token`. A token that was given stays."""
    await write(
        "UPDATE feeds SET token = ?, published_at = ? WHERE key = ? AND token IS NULL",
        (border.key(token, 64), now, border.key(key)),
    )


async def started(key: str, import_id: int) -> None:
    await write("UPDATE feeds SET import_id = ? WHERE key = ?", (import_id, border.key(key)))


async def progressed(key: str, progress: Mapping[str, Any]) -> None:
    await write("UPDATE feeds SET progress = ? WHERE key = ?", (progress, border.key(key)))


async def withdraw(key: str, now: datetime) -> None:
    """The file is published no longer."""
    await write("UPDATE feeds SET withdrawn_at = ? WHERE key = ? AND withdrawn_at IS NULL", (now, border.key(key)))


async def discard(key: str, now: datetime) -> None:
    await write("UPDATE feeds SET discarded_at = ? WHERE key = ? AND discarded_at IS NULL", (now, border.key(key)))


async def told(key: str, now: datetime) -> None:
    await write("UPDATE feeds SET told_at = ? WHERE key = ? AND told_at IS NULL", (now, border.key(key)))


async def forget_before(moment: datetime) -> int:
    """Forget feeds of before `moment` (UTC)."""
    return await sql.forget("DELETE FROM feeds WHERE key IN (SELECT key FROM feeds WHERE at < ? LIMIT ?)", moment)
