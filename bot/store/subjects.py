"""Subjects: what we last saw of each, what Slack shows of it, and when to look again.

These are the statements every look and every push runs, so they are few, found by an index, and share their commits.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.store import border, lives, sql
from bot.store.errors import Unstorable
from bot.store.lookup import Lookup
from bot.store.transaction import Database, unit
from bot.store.writes import write

# Most urgent first: a person is watching, or a rule says so; then what is ordinary; then what has time.
URGENT, NORMAL, LOW = 0, 1, 2
LONGEST_REASON = 1000


@dataclass(frozen=True)
class SubjectRow:
    """One subject as the notebook has it. Times are in UTC.

    `look_at` is when to look next, None for not before a mark. `marks` counts marks, so that a look knows when it was
    overtaken by one. `priority` is `URGENT`, `NORMAL` or `LOW`. `shown` is the digest of the card at `channel` and
    `ts`; `posting` is the marker of a post whose fate is not noted yet. `due_at` is when the first of its clocks runs
    out, `waits_since` since when it is our turn, None when it is not. `tags` are those of its rule. `reread`: the
    notebook was restored, so what hangs in its thread is read from Slack before anything is told there.
    """

    key: str
    kind: str
    account: str
    ref: str
    storefront: str | None = None
    state: str | None = None
    version: str | None = None
    closed: bool = False
    look_at: datetime | None = None
    marks: int = 0
    priority: int = NORMAL
    tries: int = 0
    rest_reason: str | None = None
    seen_at: datetime | None = None
    due_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    channel: str | None = None
    ts: str | None = None
    shown: str | None = None
    posting: str | None = None
    posting_channel: str | None = None
    posting_at: datetime | None = None
    waits_since: datetime | None = None
    tags: tuple[str, ...] = ()
    reread: bool = False


@dataclass(frozen=True)
class Counts:
    open: int
    due: int
    resting: int


_COLUMNS = ", ".join(SubjectRow.__dataclass_fields__)


def _row(stored: sql.Row) -> SubjectRow:
    """From a row of `_COLUMNS`."""
    key, kind, account, ref, storefront, state, version, closed, look_at, marks, priority, tries, rest, *more = stored
    seen_at, due_at, facts, channel, ts, shown, posting, posting_channel, posting_at, waits_since, tags, reread = more
    moment = border.read_instant
    return SubjectRow(
        key,
        kind,
        account,
        ref,
        storefront,
        state,
        version,
        bool(closed),
        moment(look_at),
        marks,
        priority,
        tries,
        rest,
        moment(seen_at),
        moment(due_at),
        json.loads(facts) if facts else {},
        channel,
        ts,
        shown,
        posting,
        posting_channel,
        moment(posting_at),
        moment(waits_since),
        tuple(tags.split()) if tags else (),
        bool(reread),
    )


# Reading


async def find(key: str) -> SubjectRow | None:
    """The subject as it is now; looks that ask at the same time share a query."""
    return await _find.of(key)


@unit
async def find_many(keys: Iterable[str]) -> dict[str, SubjectRow]:
    """Those of `keys` the notebook knows."""
    return await _find_many(keys)


async def _find_many(keys: Iterable[str]) -> dict[str, SubjectRow]:
    wanted = list(dict.fromkeys(border.key(key) for key in keys))
    found: dict[str, SubjectRow] = {}
    for start in range(0, len(wanted), sql.CHUNK):
        chunk = wanted[start : start + sql.CHUNK]
        text = f"SELECT {_COLUMNS} FROM subjects WHERE key IN ({sql.slots(len(chunk))})"  # noqa: S608
        found |= {stored[0]: _row(stored) for stored in await sql.fetch(text, *chunk)}
    return found


def _found(keys: Sequence[str], rows: Sequence[sql.Row]) -> list[SubjectRow | None]:
    found = {stored[0]: _row(stored) for stored in rows}
    return [found.get(key) for key in keys]


_find: Lookup[SubjectRow | None] = Lookup(f"SELECT {_COLUMNS} FROM subjects WHERE key IN {{}}", _found)  # noqa: S608


@unit
async def hanging(channel: str, ts: str) -> SubjectRow | None:
    """Whose card the message `ts` in `channel` is."""
    text = f"SELECT {_COLUMNS} FROM subjects WHERE ts = ? AND channel = ?"  # noqa: S608
    found = await sql.fetch(text, ts, channel)
    return _row(found[0]) if found else None


@unit
async def due(now: datetime, n: int) -> list[str]:
    """The keys of at most `n` subjects whose time to look has come, the most urgent first, then the longest due."""
    return [stored[0] for stored in await sql.fetch(_DUE, now, n, now, n, now, n, n)]


# One range of the index for each priority; a single range over all would have to sort all that is due.
_DUE = """
SELECT * FROM (SELECT key, priority, look_at FROM subjects
    WHERE priority = 0 AND look_at <= ? ORDER BY look_at LIMIT ?) AS urgent
UNION ALL
SELECT * FROM (SELECT key, priority, look_at FROM subjects
    WHERE priority = 1 AND look_at <= ? ORDER BY look_at LIMIT ?) AS normal
UNION ALL
SELECT * FROM (SELECT key, priority, look_at FROM subjects
    WHERE priority = 2 AND look_at <= ? ORDER BY look_at LIMIT ?) AS low
ORDER BY priority, look_at LIMIT ?"""


@unit
async def counts(now: datetime | None = None) -> Counts:
    """How many subjects are open, due at `now` (UTC; the wall clock without it), and resting."""
    moment = now or datetime.now(UTC)
    ((opened, urgent, normal, low, rests),) = await sql.fetch(
        "SELECT (SELECT COUNT(*) FROM subjects WHERE closed = FALSE), "
        "(SELECT COUNT(*) FROM subjects WHERE priority = 0 AND look_at <= ?), "
        "(SELECT COUNT(*) FROM subjects WHERE priority = 1 AND look_at <= ?), "
        "(SELECT COUNT(*) FROM subjects WHERE priority = 2 AND look_at <= ?), "
        "(SELECT COUNT(*) FROM subjects WHERE resting = TRUE)",
        moment,
        moment,
        moment,
    )
    return Counts(open=opened, due=urgent + normal + low, resting=rests)


@unit
async def oldest_due() -> datetime | None:
    """When the next look was or is to be, the earliest of all (UTC); None when nothing waits for one."""
    (found,) = await sql.fetch(
        "SELECT (SELECT MIN(look_at) FROM subjects WHERE priority = 0), "
        "(SELECT MIN(look_at) FROM subjects WHERE priority = 1), "
        "(SELECT MIN(look_at) FROM subjects WHERE priority = 2)"
    )
    moments = [border.read_instant(moment) for moment in tuple(found)]
    return min((moment for moment in moments if moment), default=None)


@unit
async def resting() -> list[SubjectRow]:
    """Those nobody looks at until a push, a poll or a person asks again."""
    found = await sql.fetch(f"SELECT {_COLUMNS} FROM subjects WHERE resting = TRUE")  # noqa: S608
    return sorted((_row(stored) for stored in found), key=lambda row: row.key)


# Marking

_MARK = """
INSERT INTO subjects (key, kind, account, ref, look_at, marks, priority) VALUES (?, ?, ?, ?, ?, 1, ?)
ON CONFLICT (key) DO UPDATE SET
    look_at = CASE WHEN subjects.look_at < excluded.look_at THEN subjects.look_at ELSE excluded.look_at END,
    marks = subjects.marks + 1,
    priority = CASE WHEN excluded.priority = 0 THEN 0 ELSE subjects.priority END,
    tries = CASE WHEN subjects.resting THEN 0 ELSE subjects.tries END,
    resting = FALSE,
    rest_reason = NULL"""


async def mark(keys: Iterable[str], now: datetime, priority: int | None = None) -> None:
    """Look at `keys` (`kind:account:ref`) again, now; those nobody knew become subjects. Wakes what rests.

    What was due already keeps its place in the queue. `priority` `URGENT` makes a subject urgent until its next look;
    anything else leaves it what its rule made it.
    """
    await write(_MARK, *_marks(keys, now, priority))


def marking(keys: Iterable[str], now: datetime) -> dict[str, list[tuple[object, ...]]]:
    """`mark` as a part of what `writes.together` sends."""
    return {_MARK: _marks(keys, now, None)}


async def mark_within(database: Database, keys: Iterable[str], now: datetime) -> None:
    """`mark` as a part of somebody's transaction."""
    await sql.each(_MARK, _marks(keys, now, None), database)


def _marks(keys: Iterable[str], now: datetime, priority: int | None) -> list[tuple[object, ...]]:
    wanted = NORMAL if priority is None else priority
    if wanted not in (URGENT, NORMAL, LOW):
        raise ValueError(f"nobody looks for subjects of priority {priority}")
    moment = border.instant(now)
    # In one order everywhere: two processes that mark the same subjects must not wait for each other.
    return [(key, *_named(key), moment, wanted) for key in sorted(set(keys))]


def _named(key: str) -> Sequence[str]:
    parts = border.key(key).split(":", 2)
    if len(parts) < 3 or not all(parts):
        raise Unstorable(f"a subject's key is kind:account:ref, not {key!a}")
    return parts


@unit
async def wake_resting(keys: Iterable[str] | None, now: datetime) -> int:
    """Look at resting subjects again: those of `keys`, or all. Returns how many were woken."""
    wake = (
        "UPDATE subjects SET look_at = ?, marks = marks + 1, tries = 0, resting = FALSE, rest_reason = NULL "
        "WHERE resting = TRUE"
    )
    if keys is None:
        return await sql.change(wake, now)
    wanted = sorted(set(keys))
    woken = 0
    for start in range(0, len(wanted), sql.CHUNK):
        chunk = wanted[start : start + sql.CHUNK]
        woken += await sql.change(f"{wake} AND key IN ({sql.slots(len(chunk))})", now, *chunk)
    return woken


# After a look

_SEEN = """
UPDATE subjects SET
    look_at = CASE WHEN marks = ? THEN ? ELSE look_at END,
    priority = CASE WHEN marks = ? THEN ? ELSE priority END,
    storefront = ?, state = ?, version = ?, closed = ?, due_at = ?, seen_at = ?, facts = ?,
    waits_since = ?, tags = ?, words = ?, tries = 0, resting = FALSE, rest_reason = NULL"""
_PLACED = ", channel = ?, ts = ?, shown = ?, posting = NULL, posting_channel = NULL, posting_at = NULL"
_OF = " WHERE key = ?"


async def seen(
    key: str,
    marks: int,
    *,
    look_at: datetime | None,
    storefront: str | None,
    state: str | None,
    version: str | None,
    closed: bool,
    due_at: datetime | None,
    seen_at: datetime,
    facts: Mapping[str, Any],
    place: tuple[str, str, str] | None,
    priority: int = NORMAL,
    waits_since: datetime | None = None,
    tags: Sequence[str] = (),
    words: str | None = None,
) -> None:
    """Note what a look learnt and when to look next; ends every back-off and rest.

    `marks` is what the row said when the look began: when a mark came meanwhile, the subject stays due, and as urgent
    as that mark made it. `place` is where the card hangs and the digest of what it shows (channel, ts, digest); None
    leaves that as it is. `words` is what a search finds it by, folded, without a word of a buyer's.
    """
    learnt = (
        *(marks, look_at, marks, priority, storefront, state, version, closed, due_at, seen_at, facts),
        *(waits_since, " ".join(tags) or None, words),
    )
    if place is None:
        await write(_SEEN + _OF, (*learnt, key))
    else:
        await write(_SEEN + _PLACED + _OF, (*learnt, *place, key))


async def failed(key: str, marks: int, *, tries: int, look_at: datetime | None, rest_reason: str | None) -> None:
    """Note a look that failed: back off until `look_at`, or rest for `rest_reason`. A mark that came meanwhile wins."""
    await write(
        "UPDATE subjects SET tries = ?, "
        "look_at = CASE WHEN marks = ? THEN ? ELSE look_at END, "
        "resting = CASE WHEN marks = ? THEN ? ELSE FALSE END, "
        "rest_reason = CASE WHEN marks = ? THEN ? ELSE NULL END WHERE key = ?",
        (
            tries,
            marks,
            look_at,
            marks,
            rest_reason is not None,
            marks,
            rest_reason and rest_reason[:LONGEST_REASON],
            key,
        ),
    )


@unit
async def resume(account: str, now: datetime) -> int:
    """Look now at the subjects of `account` that back off because the marketplace or Slack was in trouble."""
    again = "UPDATE subjects SET look_at = ? WHERE account = ? AND tries < 0 AND look_at > ?"
    return await sql.change(again, now, account, now)


async def told(key: str, marks: int, look_at: datetime | None) -> None:
    """The thread was told, or has to wait: when to look next, unless a mark came meanwhile."""
    await write("UPDATE subjects SET look_at = ? WHERE key = ? AND marks = ?", (look_at, key, marks))


# The card


async def posting(key: str, marker: str, channel: str, now: datetime) -> None:
    """Announce a post before it is made: whoever finds `marker` later looks in `channel` whether it happened."""
    await write(
        "UPDATE subjects SET posting = ?, posting_channel = ?, posting_at = ? WHERE key = ?",
        (marker, channel, now, key),
    )
    await lives.post()


async def posted(key: str, channel: str, ts: str, shown: str) -> None:
    """The card hangs at `channel` and `ts` and shows the digest `shown`; empty when nobody knows what it shows."""
    await write("UPDATE subjects SET" + _PLACED.removeprefix(",") + _OF, (channel, ts, shown, key))


async def doubted(key: str) -> None:
    """The card is about to be changed. Until that is noted, what it shows is nothing we know."""
    await write("UPDATE subjects SET shown = '' WHERE key = ?", (key,))


async def unplaced(key: str) -> None:
    """No card hangs anywhere, and none is on its way."""
    await write("UPDATE subjects SET" + _PLACED.removeprefix(",") + _OF, (None, None, None, key))
