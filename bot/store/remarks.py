"""Remarks: messages of Slack's that somebody filed in a card's thread. They never leave the house."""

from __future__ import annotations

from datetime import datetime

from bot.domain.handling import Remark
from bot.store import border, sql
from bot.store.transaction import insist, unit


async def add(remark: Remark) -> bool:
    """File a remark; filing it twice changes nothing, and is False."""
    return await insist(lambda: _add(remark))


@unit
async def _add(remark: Remark) -> bool:
    return await sql.inserted(
        "INSERT INTO remarks (id, subject, user_id, author_id, text, link, at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO NOTHING",
        border.key(remark.id, 64),
        border.key(remark.subject),
        remark.user_id,
        remark.author_id,
        remark.text,
        remark.link,
        remark.at,
    )


def remark_of(stored: sql.Row) -> Remark:
    """From a row of id, subject, user_id, author_id, text, link, at."""
    id, subject, user_id, author_id, text, link, at = stored
    when: datetime | None = border.read_instant(at)
    assert when is not None
    return Remark(id, subject, user_id, author_id, text, link, when)
