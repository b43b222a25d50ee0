"""Lanes run the work in this process: one key at a time, coalesced. What they forget, the sweep finds again."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

Work = Callable[[str], Awaitable[None]]

# How often the event loop's lag is felt, and how much of it is too much for the doors, where seconds are counted.
BEAT_SECONDS = 0.02
TOO_LATE_SECONDS = 0.01
NARROWEST = 2


class AnyLanes(Protocol):
    """What looks and actions ask of lanes, whether those are in this process or shared by several.

    Nothing but a hint is in them: who opens lanes anew, or loses one, has lost no work.
    """

    def wake(self, key: str, *, first: bool = False) -> None: ...
    @property
    def busy(self) -> int: ...
    async def held(self, keys: Iterable[str]) -> set[str]: ...
    async def quiet(self) -> None: ...
    async def close(self, patience: float = 10.0) -> None: ...


# Opens lanes of a name (a word for the log) that run so many keys at once in this process.
OpenLanes = Callable[[str, Work, int], AnyLanes]


def in_this_process(name: str, work: Work, width: int) -> AnyLanes:
    return Lanes(work, width=width)


class Lanes:
    """Runs `work(key)` for woken keys: never two at once for a key, at most `width` at once in all.

    Waking a key that waits changes nothing; waking one that runs makes it run once more. A key carries no data:
    whoever runs it reads the notebook.

    Fewer run at once while the event loop is late: the doors share it, and a push or a click must not wait behind a
    crowd of looks. Looks that wait for others (the network) leave the loop idle and run as wide as allowed.
    """

    def __init__(self, work: Work, *, width: int = 32) -> None:
        self._work = work
        self._width = width
        self._allowed = width
        self._beat: asyncio.TimerHandle | None = None
        self._waiting: deque[str] = deque()
        self._queued: set[str] = set()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._begun: set[str] = set()
        self._again: set[str] = set()
        self._open = True
        self._quiet = asyncio.Event()
        self._quiet.set()
        # Work must not inherit what the waker was in the middle of (a request, a transaction).
        self._context = contextvars.copy_context()

    def wake(self, key: str, *, first: bool = False) -> None:
        """Run `key` soon; `first` puts it before those that wait (a person is watching)."""
        if not self._open or key in self._queued:
            return
        if key in self._running:
            if key in self._begun:
                self._again.add(key)
            return
        self._queued.add(key)
        self._quiet.clear()
        self._feel()
        if first:
            self._waiting.appendleft(key)
        else:
            self._waiting.append(key)
        self._start()

    @property
    def busy(self) -> int:
        """How many keys wait or run."""
        return len(self._waiting) + len(self._running)

    async def held(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` that wait or run."""
        return {key for key in keys if key in self._queued or key in self._running}

    async def quiet(self) -> None:
        """Returns when nothing waits and nothing runs."""
        await self._quiet.wait()

    async def close(self, patience: float = 10.0) -> None:
        """Take nothing more in; let what runs finish for `patience` seconds, then cancel it."""
        self._open = False
        if self._beat is not None:
            self._beat.cancel()
        self._waiting.clear()
        self._queued.clear()
        self._again.clear()
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=patience)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=2)

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._allowed:
            key = self._waiting.popleft()
            self._queued.discard(key)
            task = asyncio.get_running_loop().create_task(self._run(key), name=key, context=self._context.copy())
            self._running[key] = task
            task.add_done_callback(lambda _, key=key: self._finished(key))  # type: ignore[misc]

    def _feel(self) -> None:
        """Set the next beat, unless one is set: by when it comes the loop's lag is known."""
        if self._beat is None:
            loop = asyncio.get_running_loop()
            self._beat = loop.call_later(BEAT_SECONDS, self._felt, loop.time() + BEAT_SECONDS)

    def _felt(self, due: float) -> None:
        self._beat = None
        self.adjust(asyncio.get_running_loop().time() - due)
        if not self._quiet.is_set():
            self._feel()
            self._start()

    def adjust(self, late: float) -> None:
        """`late`: seconds by which the loop missed a beat. Give way quickly, come back slowly."""
        if late > TOO_LATE_SECONDS:
            self._allowed = max(min(NARROWEST, self._width), self._allowed * 3 // 4)
        else:
            self._allowed = min(self._width, self._allowed + 1)

    async def _run(self, key: str) -> None:
        self._begun.add(key)
        try:
            await self._work(key)
        except Exception:
            # The work itself notes what failed in the notebook; reaching this line is a defect of ours.
            log.exception("lane failed", key=key)

    def _finished(self, key: str) -> None:
        self._running.pop(key, None)
        self._begun.discard(key)
        if key in self._again:
            self._again.discard(key)
            self.wake(key)
        self._start()
        if not self._waiting and not self._running:
            self._quiet.set()
