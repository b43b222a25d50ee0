"""Homes: who looks at theirs, what they want to see of it, and what it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.store import border, sql
from bot.store.transaction import insist, unit
from bot.store.writes import write


@dataclass(frozen=True)
class HomeRow:
    """Somebody's Home, looked at last at `opened_at` (UTC).

    `wanted` are their filters, `shown` the digest of what it shows. Until `welcomed` it tells them what there is to do.
    """

    user_id: str
    team_id: str
    opened_at: datetime
    welcomed: bool = False
    wanted: Mapping[str, Any] = field(default_factory=dict)
    shown: str | None = None


_COLUMNS = "user_id, team_id, opened_at, welcomed, wanted, shown"


async def opened(user_id: str, team_id: str, now: datetime) -> HomeRow:
    """`user_id` looks at their Home now."""
    return await insist(lambda: _opened(border.key(user_id, 64), team_id, now))


@unit
async def _opened(user_id: str, team_id: str, now: datetime) -> HomeRow:
    await sql.inserted(
        "INSERT INTO homes (user_id, team_id, opened_at) VALUES (?, ?, ?) "
        "ON CONFLICT (user_id) DO UPDATE SET team_id = excluded.team_id, opened_at = excluded.opened_at",
        user_id,
        team_id,
        now,
    )
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM homes WHERE user_id = ?", user_id)  # noqa: S608
    return _row(*found[0])


@unit
async def find(user_id: str) -> HomeRow | None:
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM homes WHERE user_id = ?", border.key(user_id, 64))  # noqa: S608
    return _row(*found[0]) if found else None


@unit
async def seen_since(moment: datetime) -> list[HomeRow]:
    """The Homes somebody looked at after `moment` (UTC), the last first."""
    found = await sql.fetch(
        f"SELECT {_COLUMNS} FROM homes WHERE opened_at > ? ORDER BY opened_at DESC",  # noqa: S608
        moment,
    )
    return [_row(*stored) for stored in found]


async def want(user_id: str, wanted: Mapping[str, Any]) -> None:
    """Remember what they want to see."""
    await write("UPDATE homes SET wanted = ? WHERE user_id = ?", (dict(wanted), user_id))


async def welcome(user_id: str) -> None:
    """They know their way around now."""
    await write("UPDATE homes SET welcomed = TRUE WHERE user_id = ?", (user_id,))


async def shown(user_id: str, digest: str | None) -> None:
    """What their Home shows; None when nobody knows."""
    await write("UPDATE homes SET shown = ? WHERE user_id = ?", (digest, user_id))


def _row(
    user_id: str, team_id: str, opened_at: datetime | str, welcomed: bool, wanted: str | None, shown: str | None
) -> HomeRow:
    when = border.read_instant(opened_at)
    assert when is not None
    return HomeRow(user_id, team_id, when, bool(welcomed), json.loads(wanted) if wanted else {}, shown)
