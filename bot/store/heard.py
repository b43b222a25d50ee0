"""What Slack delivered and we took in: Slack repeats what it believes unanswered, and Bolt knows nothing twice."""

from __future__ import annotations

from datetime import datetime

from bot.store import border, sql
from bot.store.transaction import unit


@unit
async def first_time(key: str, now: datetime) -> bool:
    """True for the one who may act on the delivery `key`; False for every repetition of it."""
    taken = "INSERT INTO heard (key, at) VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
    return await sql.inserted(taken, border.key(key), now)


async def forget_before(moment: datetime) -> int:
    """Forget deliveries older than `moment` (UTC). Those of actions are kept: a click must never be taken twice."""
    return await sql.forget(
        "DELETE FROM heard WHERE key IN (SELECT key FROM heard WHERE at < ? AND action IS NULL LIMIT ?)", moment
    )
