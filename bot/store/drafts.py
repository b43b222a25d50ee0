"""Drafts: what people have written for a buyer and not sent, and who is writing right now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import border, sql
from bot.store.transaction import insist, unit


@dataclass(frozen=True)
class DraftRow:
    """What `user_id` has written for `subject`. `at` is when it last changed (UTC), `action` the reply it went into."""

    text: str
    placed: str
    content: Mapping[str, Any]
    at: datetime
    action: str | None


_KEEP = """
INSERT INTO drafts (subject, user_id, text, placed, content, at, writing_until, action)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (subject, user_id) DO UPDATE SET text = excluded.text, placed = excluded.placed,
    content = excluded.content, at = excluded.at, writing_until = excluded.writing_until, action = excluded.action"""


async def keep(
    subject: str,
    user_id: str,
    *,
    text: str,
    placed: str,
    content: Mapping[str, Any],
    now: datetime,
    writing_until: datetime | None = None,
    action: str | None = None,
) -> None:
    """Keep what somebody has written, instead of what was kept before. Raises `Unstorable`.

    `writing_until` (UTC): until then others see that they are writing. `action`: the reply it was handed in as.
    """
    values = (border.key(subject), border.key(user_id, 64), text, placed, content, now, writing_until, action)
    await insist(lambda: _keep(values))


@unit
async def _keep(values: tuple[object, ...]) -> None:
    await sql.returning(_KEEP + " RETURNING 1 AS one", *values)


@unit
async def find(subject: str, user_id: str) -> DraftRow | None:
    found = await sql.fetch(
        "SELECT text, placed, content, at, action FROM drafts WHERE subject = ? AND user_id = ?",
        border.key(subject),
        border.key(user_id, 64),
    )
    if not found:
        return None
    text, placed, content, at, action = found[0]
    when = border.read_instant(at)
    assert when is not None
    return DraftRow(text, placed, json.loads(content) if isinstance(content, str) else content, when, action)


@unit
async def put_down(subject: str, user_id: str) -> bool:
    """They are not writing any more; what they wrote stays. False when they were not."""
    stop = "UPDATE drafts SET writing_until = NULL WHERE subject = ? AND user_id = ? AND writing_until IS NOT NULL"
    return await sql.change(stop, border.key(subject), border.key(user_id, 64)) == 1


@unit
async def drop(subject: str, user_id: str) -> None:
    """Forget what somebody has written for `subject`."""
    await sql.change(
        "DELETE FROM drafts WHERE subject = ? AND user_id = ?", border.key(subject), border.key(user_id, 64)
    )


async def forget_before(moment: datetime) -> int:
    """Forget drafts nobody has touched since `moment` (UTC)."""
    return await sql.forget("DELETE FROM drafts WHERE id IN (SELECT id FROM drafts WHERE at < ? LIMIT ?)", moment)
