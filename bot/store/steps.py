"""Steps of ladders: which were claimed to be told, and which were. Each is claimed once, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import border, sql
from bot.store.batches import Batches
from bot.store.transaction import unit
from bot.store.writes import write


@dataclass(frozen=True)
class StepRow:
    """A step as the notebook has it; times in UTC. One that was claimed and not told is still to be told."""

    key: str
    claimed_at: datetime
    told_at: datetime | None

    @property
    def done(self) -> bool:
        return self.told_at is not None


async def of(subject: str) -> dict[str, StepRow]:
    """The steps of `subject` that anybody claimed, by their keys. Looks that ask at the same time share a query."""
    return await _of.add(border.key(subject))


@unit
async def _of_each(subjects: Sequence[str]) -> list[dict[str, StepRow]]:
    found: dict[str, dict[str, StepRow]] = {subject: {} for subject in subjects}
    text = f"SELECT subject, key, claimed_at, told_at FROM steps WHERE subject IN ({sql.slots(len(found))})"  # noqa: S608
    for subject, key, claimed_at, told_at in await sql.glance(text, *found):
        found[subject][key] = _row(key, claimed_at, told_at)
    return [found[subject] for subject in subjects]


_of: Batches[str, dict[str, StepRow]] = Batches(_of_each)


def _row(key: str, claimed_at: datetime | str, told_at: datetime | str | None) -> StepRow:
    when = border.read_instant(claimed_at)
    assert when is not None
    return StepRow(key, when, border.read_instant(told_at))


async def claim(subject: str, keys: Iterable[str], now: datetime) -> None:
    """These steps are about to be told. Claiming one again changes nothing."""
    await write(
        "INSERT INTO steps (subject, key, claimed_at) VALUES (?, ?, ?) ON CONFLICT (subject, key) DO NOTHING",
        *[(border.key(subject), border.key(key), now) for key in keys],
    )


async def told(subject: str, keys: Iterable[str], now: datetime) -> None:
    """These steps were told, or passed over for a higher one: they never are again."""
    await write(
        "INSERT INTO steps (subject, key, claimed_at, told_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (subject, key) DO UPDATE SET told_at = COALESCE(steps.told_at, excluded.told_at)",
        *[(border.key(subject), border.key(key), now, now) for key in keys],
    )
