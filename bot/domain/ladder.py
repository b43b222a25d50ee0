"""Clocks that run down, and the ladder of people who are told while they do. Pure: `now` is handed in.

A ladder's steps stand at shares of a clock's working time. Each is told once; of several that have become due the
highest says it all. Which steps were told is the notebook's to know (`bot.store.steps`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.clocks import working_seconds_between, working_seconds_later
from bot.domain.office import Quiet

# Who is meant by `mention` when it is no user group.
CLAIMER = "claimer"
OVERDUE = 1.0


class Hours(Protocol):
    """Working time: the storefront's, or the office's."""

    def later(self, start: datetime, seconds: int) -> datetime: ...

    def between(self, a: datetime, b: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class StorefrontHours:
    """The working days of a storefront's country (see `bot.domain.clocks`)."""

    storefront: str

    def later(self, start: datetime, seconds: int) -> datetime:
        return working_seconds_later(start, seconds, self.storefront)

    def between(self, a: datetime, b: datetime) -> int:
        return working_seconds_between(a, b, self.storefront)


@dataclass(frozen=True, slots=True)
class Step:
    """One rung. `share` of the time is used when it is reached: 0.5 is half of it, 1.0 all of it.

    `mention` holds user groups (`@handle` or an id) and `CLAIMER`; `channel` is where it is told besides the thread.
    """

    share: float
    mention: tuple[str, ...] = ()
    channel: str | None = None

    @property
    def name(self) -> str:
        return "overdue" if self.share >= OVERDUE else f"{self.share:.0%}"


@dataclass(frozen=True)
class Clock:
    """What runs down from `start` for `seconds` of `hours`, with the ladder to climb meanwhile.

    `name` says which clock of its subject it is: own, first_answer, return. `deadline` is True when the marketplace
    counts it too. A clock that starts anew (the buyer wrote again) has all its steps again.
    """

    name: str
    start: datetime
    seconds: int
    hours: Hours
    ladder: tuple[Step, ...] = ()
    deadline: bool = True

    @property
    def due(self) -> datetime:
        """When all its time is used (UTC)."""
        return self.moment(OVERDUE)

    def moment(self, share: float) -> datetime:
        """When `share` of its time is used (UTC)."""
        return self.hours.later(self.start, round(self.seconds * share))

    def used(self, now: datetime) -> float:
        """How much of its time is used: 0.0 to 1.0. Stands still when nobody works."""
        return min(self.hours.between(self.start, now) / self.seconds, 1.0)

    def key(self, step: Step) -> str:
        """What names one step of one run of this clock for ever."""
        return f"{self.name}:{int(self.start.timestamp())}:{step.name}"


def steps_due(
    clock: Clock, now: datetime, done: Collection[str], quiet: Quiet | None = None
) -> tuple[tuple[Step, ...], datetime | None]:
    """The steps to tell now, the lowest first, and when to ask again (UTC; None for never).

    `done` are keys (`Clock.key`) of steps that were told, or passed over for a higher one. In quiet hours steps wait
    for their end, unless the marketplace's deadline falls inside them.
    """
    due: list[Step] = []
    coming: datetime | None = None
    for step in sorted(clock.ladder, key=lambda step: step.share):
        if clock.key(step) in done:
            continue
        at = clock.moment(step.share)
        if at > now:
            coming = at
            break
        due.append(step)
    if due and quiet and (until := quiet.until(now, clock.due if clock.deadline else None)):
        return (), until
    return tuple(due), coming


def reached(clock: Clock, done: Collection[str]) -> Step | None:
    """The highest step of this run that was told."""
    told = [step for step in clock.ladder if clock.key(step) in done]
    return max(told, key=lambda step: step.share, default=None)


def earliest(clocks: Iterable[Clock]) -> Clock | None:
    """The clock that is due first."""
    return min(clocks, key=lambda clock: clock.due, default=None)


def next_of(moments: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The first of `moments` that is still to come."""
    return min((moment for moment in moments if moment and moment > now), default=None)
