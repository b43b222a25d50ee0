"""How often one account may ask: so many calls a second, people first, and a common pause when told to slow down.

The marketplace allows 111 calls a second and seller over everything (https://sellerapi.kaufland.com/?page=rate-limits)
and says nothing but 429 above. We stay far below, and when 429 comes all callers of the account pause together. Then
one asks alone; when it is served, all go on at half the pace and find their way back after a while.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from itertools import count

from bot.marketplace.problems import MarketError

SLOWEST = 1.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 20.0
# Nobody waits longer than this for a turn: what waits in the notebook waits better than what waits in memory.
PATIENCE = 30.0
# After 429 the new pace is kept for a while, then grows by so much a second: whoever tries faster at once, and finds a
# strict limit, spends every second call on being refused.
HOLD_SECONDS = 10.0
# After a pause one call a second finds out whether the marketplace is willing again.
PROBE_SECONDS = 1.0
GROWTH = 1.05


# So many looks that come after a poll go before it, and no more: where there is always something to look at, polls
# still find what no push told us.
BEFORE_A_POLL = 50


class Urgency(IntEnum):
    """Who is served first. A person's click is never behind a poll."""

    WRITE = 0
    PERSON = 1
    LOOK = 2
    POLL = 3


_person: ContextVar[bool] = ContextVar("a person waits", default=False)


@contextmanager
def for_people() -> Iterator[None]:
    """What is read inside this block is waited for by a person and goes before looks and polls."""
    token = _person.set(True)
    try:
        yield
    finally:
        _person.reset(token)


def urgency_now(usual: Urgency) -> Urgency:
    """`usual`, or that of a person when one waits."""
    return min(usual, Urgency.PERSON) if _person.get() else usual


class Budget:
    """Turns for the calls of one account. Time is the running event loop's."""

    def __init__(self, per_second: float) -> None:
        self._whole = per_second
        self._full = per_second
        self._slowed_to = per_second
        self._slowed_at = 0.0
        self._taken: deque[float] = deque()
        self._waiting: list[tuple[Urgency, int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._paused_until = 0.0
        self._pause = 0.0
        self._probing = False
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, urgency: Urgency) -> None:
        """Returns when the caller may ask. Raises MarketError ("no") when that would take more than half a minute."""
        loop = asyncio.get_running_loop()
        if self._paused_until - loop.time() > PATIENCE:
            raise self._too_long()
        mine: asyncio.Future[None] = loop.create_future()
        came = next(self._order)
        behind = came + BEFORE_A_POLL if urgency is Urgency.POLL else came
        heapq.heappush(self._waiting, (min(urgency, Urgency.LOOK), behind, came, mine))
        self._serve()
        try:
            async with asyncio.timeout(PATIENCE):
                await mine
        except TimeoutError:
            raise self._too_long() from None

    def slow_down(self, retry_after: float | None) -> float:
        """The answer was 429: pause everybody, and go on at half the pace. Returns the seconds until then.

        Answers to calls that were under way when the pause began belong to the same telling-off: they halve nothing.
        Neither does a refused call that asked alone: it says that the pause was too short, and nothing of the pace.
        """
        now = asyncio.get_running_loop().time()
        if now >= self._paused_until:
            self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
            if not self._probing:
                self._slowed_to = max(min(SLOWEST, self._full), self._pace(now) / 2)
        self._slowed_at = now
        self._probing = True
        wait = self._pause if retry_after is None else retry_after
        self._paused_until = max(self._paused_until, now + wait)
        self._serve()
        return self._paused_until - now

    def share(self, parts: int) -> None:
        """From now on so many processes ask in this account's name, each its part of the whole."""
        self._full = self._whole / max(1, parts)

    def answered(self) -> None:
        """An answer came that was no 429: the next pause is a short one again, and nobody has to ask alone."""
        self._pause = 0.0
        if self._probing:
            self._probing = False
            self._serve()

    def _pace(self, now: float) -> float:
        """Calls a second."""
        growing = min(300.0, max(0.0, now - self._slowed_at - HOLD_SECONDS))
        return min(self._full, self._slowed_to * float(GROWTH**growing))

    def _serve(self) -> None:
        """Give turns to who waits, most urgent first, as many as are free; come back when the next one is."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            free_at = self._free_at(loop.time())
            if free_at > loop.time():
                self._timer = loop.call_at(free_at, self._serve)
                return
            *_, waiter = heapq.heappop(self._waiting)
            if not waiter.done():
                waiter.set_result(None)
                self._taken.append(loop.time())

    def _free_at(self, now: float) -> float:
        """When the next turn is free: a window slides over the last second (or longer, below one call a second)."""
        pace = self._pace(now)
        most = max(1, int(pace))
        window = most / pace
        while self._taken and self._taken[0] + max(window, 1.0) <= now:
            self._taken.popleft()
        if self._probing:
            apart = max(PROBE_SECONDS, 1 / pace)
            return max(self._paused_until, self._taken[-1] + apart if self._taken else now)
        full = len(self._taken) >= most
        return max(self._paused_until, self._taken[-most] + window if full else now)

    def _too_long(self) -> MarketError:
        left = max(1.0, self._paused_until - asyncio.get_running_loop().time())
        return MarketError.not_sent(
            "Too much is asked of the marketplace at once. It is asked again by itself.", retry_after=left
        )
