"""What our side does about a subject, read in one go: every look at a ticket asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.handling import UNTOUCHED, Handling, Remark
from bot.store import border, sql
from bot.store.batches import Batches
from bot.store.remarks import remark_of
from bot.store.transaction import unit

MOST_REMARKS = 100


@dataclass(frozen=True)
class _Stored:
    claimed_by: str | None
    writing: tuple[tuple[str, datetime], ...]
    remarks: tuple[Remark, ...]


async def of(subject: str, now: datetime) -> Handling:
    """Who claimed `subject`, who is writing at `now` (UTC), and what was remarked, the oldest first.

    Looks that ask at the same time share a query.
    """
    stored = await _of.add(border.key(subject))
    if stored is None:
        return UNTOUCHED
    writing = [(user_id, until) for user_id, until in stored.writing if until > now]
    return Handling(
        claimed_by=stored.claimed_by,
        writers=tuple(user_id for user_id, _ in writing),
        writing_until=min((until for _, until in writing), default=None),
        remarks=stored.remarks,
    )


@unit
async def _of_each(subjects: Sequence[str]) -> list[_Stored | None]:
    """Nobody does anything about most subjects: which they are is one query for all, and only the others are read."""
    wanted = list(dict.fromkeys(subjects))
    places = sql.slots(len(wanted))
    text = (
        f"SELECT subject FROM claims WHERE subject IN ({places}) "  # noqa: S608
        f"UNION SELECT subject FROM drafts WHERE writing_until IS NOT NULL AND subject IN ({places}) "
        f"UNION SELECT subject FROM remarks WHERE subject IN ({places})"
    )
    touched = {subject: await _read(subject) for (subject,) in await sql.glance(text, *wanted, *wanted, *wanted)}
    return [touched.get(subject) for subject in subjects]


async def _read(subject: str) -> _Stored:
    claimed = await sql.glance("SELECT user_id FROM claims WHERE subject = ?", subject)
    writing = await sql.glance(
        "SELECT user_id, writing_until FROM drafts WHERE subject = ? AND writing_until IS NOT NULL ORDER BY user_id",
        subject,
    )
    remarked = await sql.glance(
        "SELECT id, subject, user_id, author_id, text, link, at FROM remarks WHERE subject = ? "
        "ORDER BY at DESC, id LIMIT ?",
        subject,
        MOST_REMARKS,
    )
    return _Stored(
        claimed[0][0] if claimed else None,
        tuple((user_id, until) for user_id, at in writing if (until := border.read_instant(at))),
        tuple(remark_of(stored) for stored in reversed(remarked)),
    )


_of: Batches[str, _Stored | None] = Batches(_of_each)
