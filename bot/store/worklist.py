"""Lists of open work: what waits for us, by its due time, with who took it. For Home, digests and searches.

Every list begins with the index of what is open, so what is closed costs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.work import NOBODY, Asked, DayList, Listed, Share, Work
from bot.store import border, sql
from bot.store.transaction import unit

LONGEST_SEARCH = 20_000

_COLUMNS = (
    "s.key, s.kind, s.account, s.ref, s.storefront, s.state, s.closed, s.priority, s.due_at, s.waits_since, s.tags, "
    "s.facts, s.channel, s.ts, c.user_id"
)
_FROM = "FROM subjects s LEFT JOIN claims c ON c.subject = s.key"
# What has no due time comes last, the longest waiting first.
_ORDER = "ORDER BY s.due_at IS NULL, s.due_at, s.waits_since IS NULL, s.waits_since, s.key"


@unit
async def listed(asked: Asked, now: datetime, *, limit: int, offset: int = 0) -> Listed:
    """A part of the open work that is `asked` for, by due time, and how much there is of it at `now` (UTC)."""
    where, values = _where(asked)
    found = await sql.fetch(
        f"SELECT {_COLUMNS} {_FROM} WHERE {where} {_ORDER} LIMIT ? OFFSET ?",
        *values,
        limit,
        offset,
    )
    ((total, overdue),) = await sql.fetch(
        f"SELECT COUNT(*), SUM(CASE WHEN s.due_at <= ? THEN 1 ELSE 0 END) {_FROM} WHERE {where}",
        now,
        *values,
    )
    return Listed(tuple(_work(stored) for stored in found), total, int(overdue or 0))


async def day_list(asked: Asked, now: datetime, day_ends: datetime, *, each: int) -> DayList:
    """What is `asked` for in three parts, with at most `each` lines of each; `now` and `day_ends` in UTC."""
    return DayList(
        overdue=await listed(replace(asked, until=now), now, limit=each),
        today=await listed(replace(asked, after=now, until=day_ends), now, limit=each),
        later=await listed(replace(asked, after=day_ends), now, limit=each),
    )


@unit
async def shares(now: datetime) -> tuple[Share, ...]:
    """What waits for us, counted by kind, storefront and tags: for totals, and to know what can be filtered by."""
    found = await sql.fetch(
        "SELECT kind, storefront, tags, COUNT(*), SUM(CASE WHEN due_at <= ? THEN 1 ELSE 0 END) FROM subjects "
        "WHERE closed = FALSE AND waits_since IS NOT NULL GROUP BY kind, storefront, tags",
        now,
    )
    return tuple(
        Share(kind, storefront, tuple(tags.split()) if tags else (), count, int(overdue or 0))
        for kind, storefront, tags, count, overdue in found
    )


@unit
async def channels(kinds: Sequence[str]) -> tuple[str, ...]:
    """The ids of channels in which cards of these kinds wait for us."""
    found = await sql.fetch(
        "SELECT DISTINCT channel FROM subjects WHERE closed = FALSE AND waits_since IS NOT NULL "  # noqa: S608
        f"AND channel IS NOT NULL AND kind IN ({sql.slots(len(kinds))}) ORDER BY channel",
        *kinds,
    )
    return tuple(channel for (channel,) in found)


@unit
async def lines_of(keys: Sequence[str]) -> dict[str, Work]:
    """The lines of these subjects, open or closed."""
    wanted = list(dict.fromkeys(border.key(key) for key in keys))[: sql.CHUNK]
    if not wanted:
        return {}
    text = f"SELECT {_COLUMNS} {_FROM} WHERE s.key IN ({sql.slots(len(wanted))})"
    return {work.key: work for work in map(_work, await sql.fetch(text, *wanted))}


@unit
async def searched(kind: str, words: Sequence[str], *, limit: int) -> tuple[Work, ...]:
    """Subjects of `kind` that have all `words` (folded) in what they are found by, the last looked at first.

    Of very many only those looked at of late are searched.
    """
    found = await sql.fetch(
        f"SELECT {_COLUMNS} FROM (SELECT * FROM subjects WHERE seen_at IS NOT NULL "  # noqa: S608
        "ORDER BY seen_at DESC LIMIT ?) AS s LEFT JOIN claims c ON c.subject = s.key WHERE s.kind = ? "
        + "".join("AND s.words LIKE ? ESCAPE '!' " for _ in words)
        + "ORDER BY s.closed, s.seen_at DESC LIMIT ?",
        LONGEST_SEARCH,
        kind,
        *(f"%{_literal(word)}%" for word in words),
        limit,
    )
    return tuple(_work(stored) for stored in found)


def _where(asked: Asked) -> tuple[str, list[object]]:
    parts = ["s.closed = FALSE", f"s.kind IN ({sql.slots(len(asked.kinds))})"]
    values: list[object] = list(asked.kinds)
    if asked.waiting:
        parts.append("s.waits_since IS NOT NULL")
    for column, value in (("s.storefront", asked.storefront), ("s.channel", asked.channel)):
        if value is not None:
            parts.append(f"{column} = ?")
            values.append(value)
    if asked.tag is not None:
        parts.append("' ' || s.tags || ' ' LIKE ? ESCAPE '!'")
        values.append(f"% {_literal(asked.tag)} %")
    if asked.until is not None:
        parts.append("s.due_at <= ?")
        values.append(asked.until)
    if asked.after is not None:
        parts.append("(s.due_at IS NULL OR s.due_at > ?)")
        values.append(asked.after)
    if asked.claimer == NOBODY:
        parts.append("c.user_id IS NULL")
    elif asked.claimer is not None:
        parts.append("c.user_id = ?")
        values.append(asked.claimer)
    return " AND ".join(parts), values


def _literal(text: str) -> str:
    """`text` inside a LIKE pattern, where three characters mean more than themselves."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _work(stored: sql.Row) -> Work:
    key, kind, account, ref, storefront, state, closed, priority, due, waits, tags, facts, channel, ts, user = stored
    title = json.loads(facts).get("title", "") if facts else ""
    return Work(
        key,
        kind,
        account,
        ref,
        storefront,
        state,
        bool(closed),
        priority,
        border.read_instant(due),
        border.read_instant(waits),
        tuple(tags.split()) if tags else (),
        str(title),
        channel,
        ts,
        user,
    )
