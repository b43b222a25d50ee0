"""Small things worth remembering under a name: how the last poll went, what was told to whom."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.store import border, sql
from bot.store.tables import Note
from bot.store.transaction import unit


@unit
async def put(name: str, value: Mapping[str, Any], now: datetime) -> None:
    """Remember `value` (small, plain JSON) under `name`, instead of what was there."""
    note = Note(name=name, value=dict(value), at=now)
    await Note.bulk_create([note], on_conflict=["name"], update_fields=["value", "at"])


@unit
async def latest(prefix: str) -> datetime | None:
    """When something was put last under a name that begins with `prefix` (no wildcards); None for never."""
    ((at,),) = await sql.fetch("SELECT MAX(at) FROM notes WHERE name LIKE ?", f"{prefix}%")
    return border.read_instant(at)


@unit
async def get(name: str) -> dict[str, Any] | None:
    """What was put under `name` last; None for nothing."""
    note = await Note.get_or_none(name=name)
    return note.value if note else None
