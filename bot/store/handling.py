"""What our side does about a subject, read in one go: every look at a ticket asks for it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.handling import UNTOUCHED, Handling
from bot.store import border, sql
from bot.store.lookup import Lookup, known_among
from bot.store.remarks import remark_of
from bot.store.transaction import unit

MOST_REMARKS = 100


async def of(subject: str, now: datetime) -> Handling:
    """Who claimed `subject`, who is writing at `now` (UTC), and what was remarked, the oldest first."""
    # Nobody does anything about most subjects: only the others are read.
    return await _read(border.key(subject), now) if await _touched.of(subject) else UNTOUCHED


_touched: Lookup[bool] = Lookup(
    "SELECT subject FROM claims WHERE subject IN {} "
    "UNION SELECT subject FROM drafts WHERE writing_until IS NOT NULL AND subject IN {} "
    "UNION SELECT subject FROM remarks WHERE subject IN {}",
    known_among,
    times=3,
)


@unit
async def _read(key: str, now: datetime) -> Handling:
    claimed = await sql.fetch("SELECT user_id FROM claims WHERE subject = ?", key)
    writing = await sql.fetch(
        "SELECT user_id, writing_until FROM drafts WHERE subject = ? AND writing_until > ? ORDER BY user_id", key, now
    )
    remarked = await sql.fetch(
        "SELECT id, subject, user_id, author_id, text, link, at FROM remarks WHERE subject = ? "
        "ORDER BY at DESC, id LIMIT ?",
        key,
        MOST_REMARKS,
    )
    return Handling(
        claimed_by=claimed[0][0] if claimed else None,
        writers=tuple(user_id for user_id, _ in writing),
        writing_until=min((until for _, at in writing if (until := border.read_instant(at))), default=None),
        remarks=tuple(remark_of(stored) for stored in reversed(remarked)),
    )
