"""How far each poll has read. The mark only rises, whoever reports last."""

from __future__ import annotations

from datetime import datetime

from bot.store import border, sql
from bot.store.transaction import unit


@unit
async def get(name: str) -> datetime | None:
    """The time (UTC) up to which the poll `name` has seen everything; None before its first full round."""
    found = await sql.fetch("SELECT at FROM highwater WHERE name = ?", border.key(name, 128))
    return border.read_instant(found[0][0]) if found else None


@unit
async def raise_to(name: str, at: datetime) -> None:
    """The poll `name` has seen everything up to `at` (UTC). An earlier time than the one noted changes nothing."""
    await sql.change(
        "INSERT INTO highwater (name, at) VALUES (?, ?) "
        "ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE highwater.at < excluded.at",
        border.key(name, 128),
        at,
    )
