"""Thread entries: which messages hang in a card's thread, and which posts nobody knows the fate of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.store import border, lives, sql
from bot.store.lookup import Lookup
from bot.store.writes import write


@dataclass(frozen=True)
class EntryRow:
    """One entry as the notebook has it. `at` orders it (UTC); `posting` marks a post whose fate is not noted yet.

    A `slip` is redrawn while it hangs, and taken down when nobody wants it any more; `shown` is the digest of what it
    shows.
    """

    key: str
    at: datetime
    posting: str | None
    posting_at: datetime | None
    ts: str | None
    slip: bool = False
    shown: str | None = None

    @property
    def done(self) -> bool:
        return self.ts is not None

    def shows(self, digest: str | None) -> bool:
        """Whether it hangs and, when it is a slip, looks like the card of that digest."""
        return self.done and (not self.slip or self.shown == digest)


async def known(subject: str) -> dict[str, EntryRow]:
    """The entries of `subject` by their keys: posted, or announced. Looks that ask at the same time share a query."""
    return await _known.of(subject)


def _known_of(subjects: Sequence[str], rows: Sequence[sql.Row]) -> list[dict[str, EntryRow]]:
    found: dict[str, dict[str, EntryRow]] = {subject: {} for subject in subjects}
    for subject, *stored in rows:
        found[subject][stored[0]] = _row(stored)
    return [found[subject] for subject in subjects]


_known: Lookup[dict[str, EntryRow]] = Lookup(
    "SELECT subject, key, at, posting, posting_at, ts, slip, shown FROM entries WHERE subject IN {}", _known_of
)


def _row(stored: Sequence[Any]) -> EntryRow:
    key, at, posting, posting_at, ts, slip, shown = stored
    when = border.read_instant(at)
    assert when is not None
    return EntryRow(key, when, posting, border.read_instant(posting_at), ts, bool(slip), shown)


async def posting(subject: str, key: str, at: datetime, marker: str, now: datetime, *, slip: str | None = None) -> None:
    """Announce a post before it is made: whoever finds `marker` later looks whether it happened.

    `slip` is the digest of what a slip shows; None for an entry that stays.
    """
    await write(
        "INSERT INTO entries (subject, key, at, posting, posting_at, slip, shown) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (subject, key) DO UPDATE SET posting = excluded.posting, posting_at = excluded.posting_at, "
        "slip = excluded.slip, shown = excluded.shown",
        (border.key(subject), border.key(key), at, marker, now, slip is not None, slip),
    )
    await lives.post()


async def unposted(subject: str, key: str) -> None:
    """The announced post certainly did not happen."""
    await write(
        "UPDATE entries SET posting = NULL, posting_at = NULL WHERE subject = ? AND key = ?",
        (subject, key),
    )


async def posted(subject: str, key: str, ts: str) -> None:
    """The entry hangs in the thread as the message `ts`."""
    await write(
        "UPDATE entries SET ts = ?, posting = NULL, posting_at = NULL WHERE subject = ? AND key = ?",
        (ts, subject, key),
    )


async def redrawn(subject: str, key: str, shown: str | None) -> None:
    """A slip shows the card of the digest `shown` now; None while nobody can say what it shows."""
    await write("UPDATE entries SET shown = ? WHERE subject = ? AND key = ?", (shown, subject, key))


async def taken_down(subject: str, key: str) -> None:
    """A slip does not hang any more."""
    await write("DELETE FROM entries WHERE subject = ? AND key = ?", (subject, key))


async def forget(subject: str) -> None:
    """The thread is gone with its card: whoever posts a new card tells everything again."""
    await write("DELETE FROM entries WHERE subject = ?", (border.key(subject),))
