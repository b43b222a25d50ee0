"""What our side does about a subject, read in one go: every look at a ticket asks for it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.handling import Handling
from bot.store import border, sql
from bot.store.remarks import remark_of
from bot.store.transaction import unit

MOST_REMARKS = 100


@unit
async def of(subject: str, now: datetime) -> Handling:
    """Who claimed `subject`, who is writing at `now` (UTC), and what was remarked, the oldest first."""
    key = border.key(subject)
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
