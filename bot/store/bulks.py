"""Bulk changes: tables people gave us, from the check to the last batch, and what became of every offer in them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import border, sql
from bot.store.transaction import Database, insist, transaction, unit
from bot.store.writes import write


@dataclass(frozen=True)
class BulkRow:
    """One table. Times are in UTC.

    `storefront` is what rows mean that name none. `plan` is what the check found, `problem` why there is none; `parts`
    is how many batches there are. Who pressed the button (`asked_by`, of `asked_team`) was allowed to at `begun_at`.
    `why` says why batches were left unsent; `told_at` is when the files with the result were put into the thread.
    """

    key: str
    account: str
    storefront: str
    name: str
    user_id: str
    team_id: str
    channel: str | None
    at: datetime
    plan: Mapping[str, Any] | None = None
    problem: str | None = None
    parts: int = 0
    asked_by: str | None = None
    asked_team: str | None = None
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    why: str | None = None
    discarded_at: datetime | None = None
    told_at: datetime | None = None


@dataclass(frozen=True)
class PartRow:
    """One batch: `offers` are what it changes, `outcomes` what is known of each, `reading` what reading back showed."""

    number: int
    offers: Sequence[Mapping[str, Any]]
    outcomes: Mapping[str, Any] | None
    reading: Mapping[str, Any] | None


@dataclass(frozen=True)
class Batch:
    """One batch and whose it is; `over`: of that table no batch is sent any more."""

    bulk: str
    over: bool
    part: PartRow


_COLUMNS = ", ".join(BulkRow.__dataclass_fields__)
_MOMENTS = ("at", "begun_at", "ended_at", "discarded_at", "told_at")
_PART = "number, offers, outcomes, reading"


def _read(value: object) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _row(stored: sql.Row) -> BulkRow:
    values = dict(zip(BulkRow.__dataclass_fields__, stored, strict=True))
    values |= {name: border.read_instant(values[name]) for name in _MOMENTS}
    return BulkRow(**{**values, "plan": _read(values["plan"])})


def _part(stored: sql.Row) -> PartRow:
    number, offers, outcomes, reading = stored
    return PartRow(number, _read(offers)["rows"], _read(outcomes), _read(reading))


async def add(row: BulkRow) -> None:
    """Note that somebody gave us a table; its check follows."""
    await write(
        "INSERT INTO bulks (key, account, storefront, name, user_id, team_id, channel, at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (
            border.key(row.key),
            border.key(row.account, 64),
            row.storefront,
            row.name,
            border.key(row.user_id, 64),
            row.team_id,
            row.channel,
            row.at,
        ),
    )


@unit
async def find(key: str) -> BulkRow | None:
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM bulks WHERE key = ?", border.key(key))  # noqa: S608
    return _row(found[0]) if found else None


async def checked(
    key: str, plan: Mapping[str, Any], parts: Sequence[Sequence[Mapping[str, Any]]], now: datetime
) -> None:
    """Note what the check found together with the batches; once, so that nobody sends half of them."""

    async def work(database: Database) -> None:
        noted = "UPDATE bulks SET plan = ?, parts = ? WHERE key = ? AND plan IS NULL AND problem IS NULL"
        if not await sql.change(noted, plan, len(parts), border.key(key), database=database):
            return
        for number, rows in enumerate(parts):
            await sql.inserted(
                "INSERT INTO bulk_parts (key, bulk, number, at, offers) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO NOTHING",
                f"{key}/{number}",
                key,
                number,
                now,
                {"rows": list(rows)},
                database=database,
            )

    await insist(lambda: transaction(work))


async def failed(key: str, problem: str) -> None:
    """There is no plan, and this is why (a sentence)."""
    await write("UPDATE bulks SET problem = ? WHERE key = ? AND plan IS NULL", (problem, border.key(key)))


async def begin(key: str, user_id: str, team_id: str, now: datetime) -> None:
    """From now on its batches may be sent, for who asked."""
    await write(
        "UPDATE bulks SET asked_by = ?, asked_team = ?, begun_at = ? "
        "WHERE key = ? AND begun_at IS NULL AND discarded_at IS NULL",
        (user_id, team_id, now, border.key(key)),
    )


async def end(key: str, why: str, now: datetime) -> None:
    """No batch is sent any more. `why` says why some were not; empty when all were."""
    await write("UPDATE bulks SET ended_at = ?, why = ? WHERE key = ? AND ended_at IS NULL", (now, why, key))


async def discard(key: str, now: datetime) -> None:
    await write(
        "UPDATE bulks SET discarded_at = ? WHERE key = ? AND discarded_at IS NULL AND begun_at IS NULL", (now, key)
    )


async def told(key: str, now: datetime) -> None:
    await write("UPDATE bulks SET told_at = ? WHERE key = ? AND told_at IS NULL", (now, key))


@unit
async def parts(key: str) -> tuple[PartRow, ...]:
    """All batches of a table, in the order they go out."""
    text = f"SELECT {_PART} FROM bulk_parts WHERE bulk = ? ORDER BY number"  # noqa: S608
    return tuple(_part(stored) for stored in await sql.fetch(text, border.key(key)))


@unit
async def batches(keys: Collection[str]) -> list[Batch]:
    """All batches of several tables. There may be many: reading them holds up nobody else."""
    text = (
        "SELECT bulk, ended_at, number, offers, outcomes, reading "  # noqa: S608
        f"FROM bulk_parts JOIN bulks ON bulks.key = bulk WHERE bulk IN ({sql.slots(len(keys))})"
    )
    found = await sql.fetch(text, *(border.key(key) for key in keys)) if keys else ()
    return await asyncio.to_thread(lambda: [Batch(bulk, bool(ended), _part(part)) for bulk, ended, *part in found])


@unit
async def part(key: str, number: int) -> PartRow | None:
    text = f"SELECT {_PART} FROM bulk_parts WHERE key = ?"  # noqa: S608
    found = await sql.fetch(text, border.key(f"{key}/{number}"))
    return _part(found[0]) if found else None


async def became(key: str, number: int, outcomes: Mapping[str, Any]) -> None:
    """What is known of each offer of a batch."""
    await write("UPDATE bulk_parts SET outcomes = ? WHERE key = ?", (outcomes, border.key(f"{key}/{number}")))


async def seen(key: str, number: int, reading: Mapping[str, Any]) -> None:
    """What reading back showed, to compare the next reading with."""
    await write("UPDATE bulk_parts SET reading = ? WHERE key = ?", (reading, border.key(f"{key}/{number}")))


async def forget_before(moment: datetime) -> int:
    """Forget tables of before `moment` (UTC) with their batches."""
    text = "DELETE FROM {0} WHERE key IN (SELECT key FROM {0} WHERE at < ? LIMIT ?)"
    await sql.forget(text.format("bulk_parts"), moment)
    return await sql.forget(text.format("bulks"), moment)
