"""Offers with something the matter: which of them may have a card, and how many there are without one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.store import border, sql
from bot.store.transaction import unit

# What the row of an offer says between our yes to its card and the card.
TO_BE_TOLD = "to be told"
_HELD = "closed = FALSE AND kind = 'unit' AND account = ? AND (ts IS NOT NULL OR posting IS NOT NULL OR state = ?)"


@dataclass(frozen=True)
class Silent:
    """Offers in trouble that have no card, counted by what is the matter, and the channel in which most others hang."""

    counts: Mapping[str, int]
    carded: int
    channel: str | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@unit
async def may_have_card(key: str, account: str, most: int) -> bool:
    """Whether the offer is among the first `most` of the account; then its place is kept for it.

    One statement asks and keeps, so that of many looks at once hardly more than `most` get a yes: none on SQLite, which
    has one writer, and a few on PostgreSQL, where statements at the same moment do not see each other.
    """
    text = (
        "UPDATE subjects SET state = ?, closed = FALSE WHERE key = ? AND "  # noqa: S608
        f"(SELECT COUNT(*) FROM subjects WHERE {_HELD} AND key <> ?) < ?"
    )
    return bool(await sql.change(text, TO_BE_TOLD, border.key(key), account, TO_BE_TOLD, border.key(key), most))


@unit
async def silent(account: str) -> Silent:
    """What is the matter with how many offers that have no card."""
    counted = await sql.fetch(
        "SELECT state, COUNT(*) FROM subjects WHERE closed = FALSE AND kind = 'unit' AND account = ? "
        "AND ts IS NULL AND posting IS NULL AND state IS NOT NULL AND state <> ? GROUP BY state ORDER BY state",
        account,
        TO_BE_TOLD,
    )
    hanging = await sql.fetch(
        f"SELECT channel, COUNT(*) FROM subjects WHERE {_HELD} "  # noqa: S608
        "GROUP BY channel ORDER BY channel IS NULL, COUNT(*) DESC, channel",
        account,
        TO_BE_TOLD,
    )
    rows = [tuple(row) for row in hanging]
    return Silent(
        {str(state): int(count) for state, count in counted},
        sum(int(count) for _, count in rows),
        str(rows[0][0]) if rows and rows[0][0] else None,
    )
