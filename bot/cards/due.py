"""A due time in the words of the storefront's country and in the reader's own zone."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.cards import names
from bot.cards.blocks import moment
from bot.domain.clocks import zone_of


def due_line(what: str, due: datetime, storefront: str | None, now: datetime) -> str:
    """`what` is due at `due` (UTC): a date token for the reader's zone, then the storefront's own day and hour."""
    zone = zone_of(storefront or "")
    local = due.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    word = "*overdue since*" if due <= now else "due"
    return f"{what} {word} {moment(due)} ({local:%a %d %b, %H:%M} in {names.country(storefront)})"
