"""What changes in the workspace, as it happens: for the page's live stream and for tests that wait for something."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

KEPT = 2000


@dataclass(frozen=True)
class Change:
    """`kind` is noun.verb (message.posted, modal.opened, call.made); `facts` are JSON and name ids, not contents."""

    number: int
    kind: str
    facts: dict[str, Any]

    def wire(self) -> dict[str, Any]:
        return {"number": self.number, "kind": self.kind, **self.facts}


class Feed:
    """Append-only and numbered from 1; the last 2,000 changes can be read again."""

    def __init__(self) -> None:
        self._kept: deque[Change] = deque(maxlen=KEPT)
        self._followers: set[asyncio.Queue[Change]] = set()
        self._count = 0

    @property
    def last(self) -> int:
        return self._count

    @property
    def followed(self) -> bool:
        return bool(self._followers)

    def publish(self, kind: str, **facts: Any) -> None:
        self._count += 1
        change = Change(self._count, kind, facts)
        self._kept.append(change)
        for follower in self._followers:
            follower.put_nowait(change)

    def since(self, number: int) -> list[Change]:
        return [change for change in self._kept if change.number > number]

    @contextmanager
    def following(self, after: int | None = None) -> Iterator[asyncio.Queue[Change]]:
        """A queue of all changes from now on, or after the change numbered `after`."""
        queue: asyncio.Queue[Change] = asyncio.Queue()
        if after is not None:
            for change in self.since(after):
                queue.put_nowait(change)
        self._followers.add(queue)
        try:
            yield queue
        finally:
            self._followers.discard(queue)

    async def until(self, condition: Callable[[], T], *, seconds: float = 5.0) -> T:
        """Wait until `condition()` is true and return what it gave. Raises `TimeoutError` after `seconds`.

        The condition is asked at every change, so nothing sleeps and nothing is missed.
        """
        with self.following() as queue:
            async with asyncio.timeout(seconds):
                while not (found := condition()):
                    await queue.get()
        return found
