"""A notebook as it is after a busy season: many open subjects that wait for nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

SUBJECTS = 100_000
_INSERT = (
    "INSERT INTO subjects "
    "(key, kind, account, ref, storefront, state, version, closed, look_at, seen_at, due_at, channel, ts) "
    "VALUES (?, 'ticket', 'main', ?, 'de', 'opened', 'v', 0, ?, ?, ?, 'C0BENCH0001', ?)"
)


def fill(path: Path, count: int) -> None:
    """Write `count` open tickets into the notebook at `path`; none is due to be looked at for a week."""
    now = datetime.now(UTC)
    later, seen = (now + timedelta(days=7)).isoformat(" "), now.isoformat(" ")
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(
            _INSERT,
            (
                (f"ticket:main:{number:011}", f"{number:011}", later, seen, later, f"1700000000.{number:06}")
                for number in range(count)
            ),
        )
