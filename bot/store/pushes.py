"""Pushes: what the marketplace told us, each taken in once, with the mark it asks for in the same commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import failpoints
from bot.store import border, sql, subjects
from bot.store.transaction import Database, insist, transaction
from bot.store.writes import together

_Name = tuple[str, str]  # account, message


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
    known = _known_at_once(named)
    fresh = await (_in_a_transaction(named, now) if known is None else _in_one_trip(named, known, now))
    new = {id(named[name]) for name in fresh}
    return [(push.subject,) if push.subject and id(push) in new else () for push in waiting]


async def _in_a_transaction(named: Mapping[_Name, NewPush], now: datetime) -> set[_Name]:
    async def work(database: Database) -> set[_Name]:
        fresh = await _insert([named[name] for name in sorted(named)], now, database)
        failpoints.reach("in.inserted")
        await subjects.mark_within(database, _spoken_of(named, fresh), now)
        return fresh

    return await insist(lambda: transaction(work))


async def _in_one_trip(named: Mapping[_Name, NewPush], known: set[_Name], now: datetime) -> set[_Name]:
    """On SQLite nobody else takes pushes in. Two batches at once would at worst mark a subject once too often."""
    fresh = set(named) - known
    rows = [(*name, named[name].event, named[name].subject, now) for name in sorted(fresh)]
    await together({_INSERT_ONE: rows, **subjects.marking(_spoken_of(named, fresh), now)})
    return fresh


def _spoken_of(named: Mapping[_Name, NewPush], fresh: Iterable[_Name]) -> list[str]:
    return [key for key in {named[name].subject for name in fresh} if key]


def _known_at_once(names: Iterable[_Name]) -> set[_Name] | None:
    """Which of `names` we have; None where that cannot be read without waiting."""
    messages: dict[str, list[str]] = {}
    for account, message in names:
        messages.setdefault(account, []).append(message)
    known: set[_Name] = set()
    for account, asked in messages.items():
        for start in range(0, len(asked), sql.CHUNK):
            chunk = asked[start : start + sql.CHUNK]
            rows = sql.at_once(_KNOWN.replace("{}", sql.slots(len(chunk))), account, *chunk)
            if rows is None:
                return None
            known |= {(account, message) for (message,) in rows}
    return known


def _name(push: NewPush) -> _Name:
    """What makes it the same push. Refuses one that cannot be kept before anything of its batch is sent."""
    if push.subject is not None:
        border.key(push.subject)
    return border.key(push.account, 64), border.key(push.message, 128)


_KNOWN = "SELECT message FROM pushes WHERE account = ? AND message IN ({})"
_INSERT = "INSERT INTO pushes (account, message, event, subject, at)"
_INSERT_ONE = f"{_INSERT} VALUES (?, ?, ?, ?, ?) ON CONFLICT (account, message) DO NOTHING"
_IF_NEW = "ON CONFLICT (account, message) DO NOTHING RETURNING account, message"


async def _insert(pushes: Sequence[NewPush], now: datetime, database: Database) -> set[_Name]:
    """Names of those we did not have."""
    fresh: set[_Name] = set()
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
