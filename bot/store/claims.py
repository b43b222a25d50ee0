"""Claims: who took a subject. Everybody sees it; nobody is locked out by it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import border, sql
from bot.store.batches import Batches
from bot.store.transaction import insist, unit


@dataclass(frozen=True)
class Claim:
    """`user_id` took `subject` at `at` (UTC)."""

    subject: str
    user_id: str
    at: datetime


_COLUMNS = "subject, user_id, at"


def _claim(subject: str, user_id: str, at: datetime | str) -> Claim:
    when = border.read_instant(at)
    assert when is not None
    return Claim(subject, user_id, when)


async def take(subject: str, user_id: str, now: datetime) -> Claim:
    """The claim that stands: that of `user_id`, or of whoever was faster. Taking twice changes nothing."""
    return await insist(lambda: _take(border.key(subject), user_id, now))


@unit
async def _take(subject: str, user_id: str, now: datetime) -> Claim:
    taken = "INSERT INTO claims (subject, user_id, at) VALUES (?, ?, ?) ON CONFLICT (subject) DO NOTHING"
    while not await sql.inserted(taken, subject, border.key(user_id, 64), now):
        # On PostgreSQL it may be released between the two statements; then it is ours to try again.
        if found := await sql.fetch(f"SELECT {_COLUMNS} FROM claims WHERE subject = ?", subject):  # noqa: S608
            return _claim(*found[0])
    return Claim(subject, user_id, now)


@unit
async def give(subject: str, user_id: str, now: datetime) -> None:
    """From now on `subject` is claimed by `user_id`, whoever had it before."""
    await sql.inserted(
        "INSERT INTO claims (subject, user_id, at) VALUES (?, ?, ?) "
        "ON CONFLICT (subject) DO UPDATE SET user_id = excluded.user_id, at = excluded.at",
        border.key(subject),
        border.key(user_id, 64),
        now,
    )


@unit
async def release(subject: str) -> bool:
    """Nobody has `subject` any more. False when nobody had it."""
    return await sql.change("DELETE FROM claims WHERE subject = ?", border.key(subject)) == 1


async def find(subject: str) -> Claim | None:
    """Who has `subject`. Looks that ask at the same time share a query."""
    return await _finds.add(border.key(subject))


@unit
async def find_many(subjects: Iterable[str]) -> dict[str, Claim]:
    """The claims on those of `subjects` that somebody took, by subject."""
    wanted = list(dict.fromkeys(border.key(subject) for subject in subjects))
    found: dict[str, Claim] = {}
    for start in range(0, len(wanted), sql.CHUNK):
        chunk = wanted[start : start + sql.CHUNK]
        text = f"SELECT {_COLUMNS} FROM claims WHERE subject IN ({sql.slots(len(chunk))})"  # noqa: S608
        found |= {row[0]: _claim(*row) for row in await sql.fetch(text, *chunk)}
    return found


@unit
async def of(user_id: str) -> list[Claim]:
    """What `user_id` has claimed, the longest held first."""
    found = await sql.fetch(
        f"SELECT {_COLUMNS} FROM claims WHERE user_id = ? ORDER BY at, subject",  # noqa: S608
        border.key(user_id, 64),
    )
    return [_claim(*row) for row in found]


async def _find_each(subjects: Sequence[str]) -> list[Claim | None]:
    found = await find_many(subjects)
    return [found.get(subject) for subject in subjects]


_finds: Batches[str, Claim | None] = Batches(_find_each)
