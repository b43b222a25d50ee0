"""Steps of ladders: which were told, or passed over for a higher one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import border, sql
from bot.store.lookup import Lookup
from bot.store.writes import write


@dataclass(frozen=True)
class StepRow:
    """A step as the notebook has it; times in UTC. Earlier versions noted steps they had not told yet."""

    key: str
    told_at: datetime | None

    @property
    def done(self) -> bool:
        return self.told_at is not None


async def of(subject: str) -> dict[str, StepRow]:
    """The steps of `subject` by their keys. Looks that ask at the same time share a query."""
    return await _of.of(subject)


def _by_key(subjects: Sequence[str], rows: Sequence[sql.Row]) -> list[dict[str, StepRow]]:
    found: dict[str, dict[str, StepRow]] = {subject: {} for subject in subjects}
    for subject, key, told_at in rows:
        found[subject][key] = StepRow(key, border.read_instant(told_at))
    return [found[subject] for subject in subjects]


_of: Lookup[dict[str, StepRow]] = Lookup("SELECT subject, key, told_at FROM steps WHERE subject IN {}", _by_key)


async def told(subject: str, keys: Iterable[str], now: datetime) -> None:
    """These steps were told, or passed over for a higher one: they never are again.

    `claimed_at` is a column of earlier versions, which must hold something.
    """
    await write(
        "INSERT INTO steps (subject, key, claimed_at, told_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (subject, key) DO UPDATE SET told_at = COALESCE(steps.told_at, excluded.told_at)",
        *[(border.key(subject), border.key(key), now, now) for key in keys],
    )
