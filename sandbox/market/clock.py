"""The world's clock and its agenda: time can be pushed forward, and what is due happens at its own moment."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

Deed = Callable[[], None]
# Nothing that was sent before time was let pass is on its way any longer than this.
UNDER_WAY = timedelta(seconds=15)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """`base` tells the time of the machine (aware); `advance` puts the world ahead of it. Time never runs backwards."""

    def __init__(self, base: Callable[[], datetime] = utc_now) -> None:
        self._base = base
        self._ahead = timedelta(0)
        self._pinned: datetime | None = None
        # When the world was put ahead last, on the machine's clock, and from what time.
        self._jumped: tuple[datetime, datetime] | None = None
        self._agenda: list[tuple[datetime, int, Deed]] = []
        self._count = itertools.count()
        # Told how far the world is ahead, whenever that changes.
        self.listeners: list[Callable[[timedelta], None]] = []

    def now(self) -> datetime:
        return self._pinned or self._base().astimezone(UTC) + self._ahead

    def earliest_now(self) -> datetime:
        """What a clock read just before time was let pass: what was under way then was written by it."""
        if self._jumped and self._base() - self._jumped[0] < UNDER_WAY:
            return min(self._jumped[1], self.now())
        return self.now()

    def stamp(self) -> datetime:
        """Now as the marketplace writes it down: in whole seconds."""
        return self.now().replace(microsecond=0)

    def at(self, when: datetime, deed: Deed) -> None:
        """Put `deed` on the agenda. What is already due is done by the next `catch_up`."""
        heapq.heappush(self._agenda, (when, next(self._count), deed))

    def after(self, delay: timedelta, deed: Deed) -> None:
        self.at(self.now() + delay, deed)

    def next_due(self) -> datetime | None:
        return self._agenda[0][0] if self._agenda else None

    def catch_up(self) -> None:
        """Do everything that is due by now."""
        while self._agenda and self._agenda[0][0] <= self.now():
            heapq.heappop(self._agenda)[2]()

    def advance(self, by: timedelta) -> None:
        """Let time pass. Everything on the agenda is done at its own moment, in order."""
        if by < timedelta(0):
            raise ValueError("time does not run backwards")
        start = self.now()
        target = start + by
        try:
            while self._agenda and self._agenda[0][0] <= target:
                due, _, deed = heapq.heappop(self._agenda)
                self._pinned = max(due, start)
                deed()
        finally:
            self._pinned = None
            self._ahead += by
            self._jumped = (self._base(), start)
            for listener in self.listeners:
                listener(self._ahead)

    @contextmanager
    def rewound(self, to: datetime) -> Iterator[None]:
        """Inside the block it is `to`: for telling what happened before the world began."""
        before, self._pinned = self._pinned, to.astimezone(UTC)
        try:
            yield
        finally:
            self._pinned = before


def working_days_later(start: datetime, days: int) -> datetime:
    """The same time of day, `days` working days (Monday to Friday, no public holidays) after `start`.

    A start on a weekend counts from the following Monday 00:00.
    """
    if start.weekday() >= 5:
        start = (start + timedelta(days=7 - start.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    while days:
        start += timedelta(days=1)
        days -= start.weekday() < 5
    return start
