"""Pushes: what the marketplace told us, each taken in once, with the mark it asks for in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import failpoints
from bot.store import border, sql, subjects
from bot.store.transaction import Database, insist, transaction


@dataclass(frozen=True)
class NewPush:
    """One push. `message` is the marketplace's id of it, `subject` the key it speaks of, None for nothing we follow."""

    account: str
    message: str
    event: str
    subject: str | None


async def accept(waiting: Sequence[NewPush], now: datetime) -> list[tuple[str, ...]]:
    """Commit `waiting` and mark the subjects they speak of, in one transaction.

    Returns for each push the keys to wake, none for a push we had before. Raises `Unstorable`.
    """
    named = {_name(push): push for push in reversed(waiting)}
    if not named:
        return []

    async def work(database: Database) -> set[tuple[str, str]]:
        fresh = await _insert([named[name] for name in sorted(named)], now, database)
        failpoints.reach("in.inserted")
        spoken_of = {named[name].subject for name in fresh}
        await subjects.mark_within(database, [key for key in spoken_of if key], now)
        return fresh

    fresh = {id(named[name]) for name in await insist(lambda: transaction(work))}
    return [(push.subject,) if push.subject and id(push) in fresh else () for push in waiting]


def _name(push: NewPush) -> tuple[str, str]:
    """What makes it the same push. Refuses one that cannot be kept before anything of its batch is sent."""
    if push.subject is not None:
        border.key(push.subject)
    return border.key(push.account, 64), border.key(push.message, 128)


_INSERT = "INSERT INTO pushes (account, message, event, subject, at)"
_IF_NEW = "ON CONFLICT (account, message) DO NOTHING RETURNING account, message"


async def _insert(pushes: Sequence[NewPush], now: datetime, database: Database) -> set[tuple[str, str]]:
    """Names of those we did not have."""
    fresh: set[tuple[str, str]] = set()
    for start in range(0, len(pushes), sql.CHUNK):
        chunk = pushes[start : start + sql.CHUNK]
        values = [value for push in chunk for value in (push.account, push.message, push.event, push.subject, now)]
        insert = f"{_INSERT} VALUES {', '.join([f'({sql.slots(5)})'] * len(chunk))} {_IF_NEW}"
        stored = await sql.returning(insert, *values, database=database)
        fresh |= {(row["account"], row["message"]) for row in stored}
    return fresh


async def forget_before(moment: datetime) -> int:
    """Forget pushes older than `moment` (UTC); the marketplace gives up repeating one after half a day."""
    return await sql.forget("DELETE FROM pushes WHERE id IN (SELECT id FROM pushes WHERE at < ? LIMIT ?)", moment)
