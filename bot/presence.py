"""What processes of one Kontor know of each other: who lives, who was away, and whose turn it is to speak.

A process that hangs, or loses the database, is taken for dead after a while and others take up what it was doing. When
it comes back it must not go on as if nothing had happened. So everything that cannot be taken back asks `steady` first:
it says no as soon as we gave no sign of life for `AWAY_SECONDS`, far sooner than others give us up.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Protocol

import structlog

log = structlog.get_logger(__name__)

AWAY_SECONDS = 5.0
ANSWER_SECONDS = 3.0
# Others have counted a newcomer, and what a dead one asked last is over a second old, when this has passed.
COUNTED_SECONDS = 2.5
# A newcomer asks for so small a part of its share until then.
NEWCOMER = 10
# When the work this task does was taken up, by `Presence`'s clock.
_begun: ContextVar[float | None] = ContextVar("begun", default=None)


def since_boot() -> float:
    """Seconds, also of those the machine slept through."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Asks(Protocol):
    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]: ...


class Presence:
    """`lock` is the advisory lock every process of this notebook shares: who holds it, lives."""

    _COUNT = (
        "SELECT count(DISTINCT pid) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND classid = ((%(lock)s::bigint >> 32) & 4294967295)::oid AND objid = (%(lock)s::bigint & 4294967295)::oid"
    )

    def __init__(self, database: Asks, lock: int, tick: Callable[[], float] = since_boot) -> None:
        self._database, self._lock, self._tick = database, lock, tick
        self._beaten = tick()
        self._away_until = tick()
        self.processes = 1
        # How many there were of late, and when, the latest last.
        self._counts: deque[tuple[float, int]] = deque()
        self._born = tick()
        self._counted: Callable[[int], None] = lambda parts: None

    def begin(self) -> None:
        """The work of this task begins now."""
        _begun.set(self._tick())

    def steady(self) -> bool:
        """Whether we have been here without a break since this task's work began. Never true while we are away."""
        begun = _begun.get()
        return self._tick() - self._beaten <= AWAY_SECONDS and (begun is None or begun >= self._away_until)

    def share_by(self, counted: Callable[[int], None]) -> None:
        """Tell `counted` into how many parts what we have in common is divided, now and whenever that changes."""
        self._counted = counted
        counted(self.parts)

    @property
    def parts(self) -> int:
        """Who dies leaves its part unused for a while, and who is new takes little: together we never take too much."""
        most = max((count for _, count in self._counts), default=1)
        new = self.processes > 1 and self._tick() - self._born < COUNTED_SECONDS
        return most * NEWCOMER if new else most

    async def beat(self) -> None:
        """A sign of life. Raises what the database raises."""
        before = self._tick()
        async with asyncio.timeout(ANSWER_SECONDS):
            ((found),) = await self._database.execute_query_all_async(self._COUNT, lock=self._lock)
        if self._tick() - self._beaten > AWAY_SECONDS:
            log.warning("this process was away; what it was doing is begun anew", seconds=round(before - self._beaten))
            self._away_until = self._tick()
        self._beaten = before
        count = max(1, int(found["n"]))
        if count != self.processes:
            log.info("processes", count=count)
        self.processes = count
        self._counts.append((before, count))
        while before - self._counts[0][0] > COUNTED_SECONDS:
            self._counts.popleft()
        self._counted(self.parts)

    async def beat_for_ever(self, seconds: float) -> None:
        while True:
            try:
                await self.beat()
            except Exception as error:
                log.warning("no sign of life could be given", reason=type(error).__name__)
            await asyncio.sleep(seconds)


class Turns:
    """The pace of all processes together, as `bot.turns` wants it. Time is the database's."""

    TABLE = "CREATE UNLOGGED TABLE turns (lane text PRIMARY KEY, full_at timestamptz NOT NULL)"
    _TAKE = (
        "INSERT INTO turns AS mine (lane, full_at) "
        "VALUES (%(lane)s, clock_timestamp() + make_interval(secs => %(gap)s)) "
        "ON CONFLICT (lane) DO UPDATE "
        "SET full_at = greatest(mine.full_at, clock_timestamp()) + make_interval(secs => %(gap)s) "
        "WHERE mine.full_at - make_interval(secs => %(room)s) <= clock_timestamp() RETURNING 1 AS one"
    )
    _WAIT = (
        "SELECT extract(epoch FROM full_at - clock_timestamp())::float8 - %(room)s AS seconds "
        "FROM turns WHERE lane = %(lane)s"
    )
    _PAUSE = (
        "INSERT INTO turns AS ours (lane, full_at) "
        "VALUES (%(lane)s, clock_timestamp() + make_interval(secs => %(long)s)) "
        "ON CONFLICT (lane) DO UPDATE SET full_at = greatest(ours.full_at, excluded.full_at) RETURNING 1 AS one"
    )

    def __init__(self, database: Asks) -> None:
        self._database = database
        self._pausing: set[asyncio.Task[None]] = set()

    async def take(self, lane: str, gap: float, room: float) -> float:
        """See `bot.turns.SharedTurns`."""
        try:
            if await self._database.execute_query_all_async(self._TAKE, lane=lane, gap=gap, room=room):
                return 0.0
            rows = await self._database.execute_query_all_async(self._WAIT, lane=lane, room=room)
        except Exception as error:
            # Our own pace still holds, and Slack says so when all of us together are too fast.
            log.warning("the turns of all could not be asked", lane=lane, reason=type(error).__name__)
            return 0.0
        return max(0.01, float(rows[0]["seconds"])) if rows else 0.01

    def pause(self, lane: str, seconds: float) -> None:
        task = asyncio.get_running_loop().create_task(self._pause(lane, seconds))
        self._pausing.add(task)
        task.add_done_callback(self._pausing.discard)

    async def _pause(self, lane: str, seconds: float) -> None:
        try:
            await self._database.execute_query_all_async(self._PAUSE, lane=lane, long=seconds)
        except Exception as error:
            log.warning("a pause could not be told to the others", lane=lane, reason=type(error).__name__)

    def close(self) -> None:
        for task in self._pausing:
            task.cancel()
