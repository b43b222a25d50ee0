"""The lanes of several processes: a woken key is a job of Procrastinate on PostgreSQL, and its lock is the lane.

Nothing here is the truth. Jobs hold a key and nothing else, live in a schema of their own that is thrown away when
Procrastinate's version changes, and what they forget the sweep finds again.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import DeleteJobCondition, Status

from bot.lanes import Work
from bot.presence import Presence, Turns

log = structlog.get_logger(__name__)

# A notification may be missed, and a key that waits for itself is announced by nobody.
ASK_SECONDS = 0.3
BEAT_SECONDS = 1.0
# Whoever gave no sign of life for so long has lost what was running. See `bot.presence` for why that is long enough.
DEAD_SECONDS = 15.0
# For what runs when we are told to stop.
STOP_SECONDS = 3.0
BATCH = 200
# A person is watching: before what is ordinary.
FIRST = 5
TROUBLE = (psycopg.Error, procrastinate.exceptions.ProcrastinateException, OSError, TimeoutError)


@dataclass(frozen=True)
class Server:
    """Where the lanes are: parameters of libpq, and a schema beside the notebook's."""

    parameters: Mapping[str, Any]
    schema: str

    @property
    def connection(self) -> dict[str, Any]:
        options = f"-c search_path={self.schema} -c statement_timeout=10000"
        name = f"kontor lanes {self.schema}"[:60]
        return {**self.parameters, "options": options, "connect_timeout": 5, "application_name": name}


async def prepare(server: Server) -> bool:
    """Make the lanes' schema, or make it anew for another version of Procrastinate. True when there was need to."""
    wanted = _wanted()
    async with await psycopg.AsyncConnection.connect(**server.connection) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"kontor lanes {server.schema}",))
        if await _made_for(connection, server.schema) == wanted:
            return False
        name = psycopg.sql.Identifier(server.schema)
        await connection.execute("SET LOCAL client_min_messages = warning")
        await connection.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(name))
        await connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(name))
        await connection.execute(procrastinate.schema.SchemaManager.get_schema())
        await connection.execute(Turns.TABLE)
        comment = psycopg.sql.SQL("COMMENT ON SCHEMA {} IS {}").format(name, psycopg.sql.Literal(wanted))
        await connection.execute(comment)
    return True


async def prepared(server: Server) -> bool:
    """Whether the lanes' schema is there and of this version."""
    async with await psycopg.AsyncConnection.connect(**server.connection) as connection:
        return await _made_for(connection, server.schema) == _wanted()


def _wanted() -> str:
    return f"Kontor's lanes 1, Procrastinate {procrastinate.__version__}"


async def _made_for(connection: psycopg.AsyncConnection[Any], schema: str) -> str | None:
    found = await connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (schema,)
    )
    row = await found.fetchone()
    return row[0] if row else None


class Hall:
    """Every lane of this process and the connections under them. `lock` is the number of the notebook's own lock."""

    def __init__(self, server: Server, lock: int) -> None:
        # It says in a line what it does with every job.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        connector = procrastinate.PsycopgConnector(kwargs=server.connection, min_size=2, max_size=12, timeout=10.0)
        self.app = procrastinate.App(connector=connector)
        self.presence = Presence(connector, lock)
        self.turns = Turns(connector)
        self.all: list[PostgresLanes] = []
        self._tasks: list[asyncio.Task[None]] = []

    def lanes(self, name: str, work: Work, width: int) -> PostgresLanes:
        """Lanes that run `work`, at most `width` keys at once in this process; fits `bot.lanes.OpenLanes`."""
        lanes = PostgresLanes(self, name, work, width)
        self.all.append(lanes)
        return lanes

    async def open(self) -> None:
        """From here on keys can be woken. Raises one of `TROUBLE`."""
        await self.app.open_async()
        await self.presence.beat()

    async def start(self, *, working: bool) -> None:
        """Tell others that we live; with `working`, run what is woken anywhere."""
        self._keep(self.presence.beat_for_ever(BEAT_SECONDS), "presence")
        if working:
            self._keep(self._bury_for_ever(), "burying")
            for lanes in self.all:
                await lanes.start()

    def _keep(self, duty: Any, name: str) -> None:
        self._tasks.append(asyncio.create_task(duty, name=name))

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.turns.close()
        await self.app.close_async()

    async def _bury_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with suppress(*TROUBLE):
                await self.bury()

    async def bury(self) -> int:
        """Drop what dead processes were running: the sweep finds it again. Until then its keys are held. How many."""
        jobs = list(await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_SECONDS))
        for job in jobs:
            # Another process may be burying it too.
            with suppress(*TROUBLE):
                await self.app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        if jobs:
            log.warning("dropped what a dead process was running", jobs=len(jobs))
        return len(jobs)


class PostgresLanes:
    """`bot.lanes.Lanes` for several processes: never two at once for a key in all of them together.

    Any process may wake a key; those that were started run it. A key that waits is a job in the state "todo", one to a
    key; a key that runs is one in "doing", one to a key.
    """

    def __init__(self, hall: Hall, name: str, work: Work, width: int) -> None:
        self._hall, self._name, self._work, self._width = hall, name, work, width
        self._task = hall.app.task(name=f"kontor.{name}", queue=name)(self._run)
        self._woken: dict[str, bool] = {}
        self._running: set[str] = set()
        self._handing: asyncio.Task[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._open = True
        self._context = contextvars.copy_context()

    def wake(self, key: str, *, first: bool = False) -> None:
        """Have `key` run soon, here or elsewhere; `first` puts it before those that wait."""
        if not self._open:
            return
        self._woken[key] = first or self._woken.get(key, False)
        if not self._handing_over:
            self._handing = asyncio.get_running_loop().create_task(self._hand_over(), context=self._context.copy())

    @property
    def busy(self) -> int:
        """How many keys this process runs or has yet to hand over."""
        return len(self._woken) + len(self._running)

    async def held(self, keys: Iterable[str]) -> set[str]:
        """Those of `keys` that wait or run in any process."""
        wanted = {self._lock(key): key for key in keys}
        here = {key for key in wanted.values() if key in self._woken}
        rows = await self._ask(
            "SELECT DISTINCT lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND lock = ANY(%(locks)s)",
            locks=list(wanted),
        )
        return here | {wanted[row["lock"]] for row in rows}

    async def quiet(self) -> None:
        """Returns when nothing waits and nothing runs anywhere."""
        left = (
            "SELECT 1 AS one FROM procrastinate_jobs "
            "WHERE queue_name = %(queue)s AND status IN ('todo', 'doing') LIMIT 1"
        )
        # Others run too, and nobody tells us when they have ended.
        while self._woken or self._handing_over or await self._ask(left, queue=self._name):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    @property
    def _handing_over(self) -> bool:
        return self._handing is not None and not self._handing.done()

    async def start(self) -> None:
        self._worker = asyncio.get_running_loop().create_task(self._work_for_ever(), context=self._context.copy())

    async def close(self, patience: float = 10.0) -> None:
        """Take nothing more in; let what runs here finish for `STOP_SECONDS`. What waits is for others."""
        self._open = False
        if self._worker is not None:
            self._worker.cancel()
        for task in (self._worker, self._handing):
            if task is not None:
                await asyncio.wait({task}, timeout=patience + STOP_SECONDS)

    def _lock(self, key: str) -> str:
        return f"{self._name}/{key}"

    async def _ask(self, text: Any, **values: Any) -> list[dict[str, Any]]:
        return await self._hall.app.connector.execute_query_all_async(text, **values)

    async def _hand_over(self) -> None:
        while self._woken:
            batch = [(key, self._woken.pop(key)) for key in list(self._woken)[:BATCH]]
            try:
                await self._defer(batch)
            except TROUBLE as error:
                log.warning(
                    "could not wake; the sweep will", lanes=self._name, keys=len(batch), reason=str(error)[:200]
                )

    async def _defer(self, batch: list[tuple[str, bool]]) -> None:
        """Together while none of them waits already, else one by one."""
        jobs = [self._job(key, first) for key, first in batch]
        with suppress(AlreadyEnqueued):
            await self._hall.app.job_manager.batch_defer_jobs_async(jobs)
            return
        if len(jobs) == 1:
            return
        for job in jobs:
            with suppress(AlreadyEnqueued):
                await self._hall.app.job_manager.defer_job_async(job)

    def _job(self, key: str, first: bool) -> procrastinate.jobs.Job:
        lock = self._lock(key)
        priority = FIRST if first else 0
        return self._task.configure(lock=lock, queueing_lock=lock, priority=priority, task_kwargs={"key": key}).job

    async def _run(self, key: str) -> None:
        self._running.add(key)
        self._hall.presence.begin()
        try:
            await self._work(key)
        except Exception:
            # The work itself notes what failed in the notebook; reaching this line is a defect of ours.
            log.exception("lane failed", key=key)
        finally:
            self._running.discard(key)

    async def _work_for_ever(self) -> None:
        """Procrastinate's worker ends when PostgreSQL goes away; then another one begins."""
        while True:
            try:
                await self._hall.app.run_worker_async(
                    queues=[self._name],
                    name=self._name,
                    concurrency=self._width,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=ASK_SECONDS,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    update_heartbeat_interval=BEAT_SECONDS,
                    stalled_worker_timeout=DEAD_SECONDS,
                    shutdown_graceful_timeout=STOP_SECONDS,
                )
            except TROUBLE as error:
                log.warning("lanes lost PostgreSQL", lanes=self._name, reason=str(error)[:200])
            await asyncio.sleep(BEAT_SECONDS)
