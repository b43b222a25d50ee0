"""Several processes for one Kontor: what each of them is for, and what they need in common.

`serve` is everything in one process. `web` is the front door alone and `work` everything behind it; any number of both
may run where KONTOR_LANES=postgres. What must happen once (polls, sweeps, rounds) is done by the process that keeps the
time, and by another one as soon as that is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING

import structlog

from bot.duties import supervised
from bot.settings import Settings
from bot.store.database import NotebookError, read_url
from bot.store.postgres import PostgresDatabase
from bot.store.timelock import TimeLock

if TYPE_CHECKING:
    from bot.lanes_postgres import Hall, Server

log = structlog.get_logger(__name__)

ASK_SECONDS = 1.0

Duty = Callable[[], Awaitable[None]]


class Part(Enum):
    """What a process is for: the front door, the work behind it, or both."""

    SERVE = "serve"
    WEB = "web"
    WORK = "work"

    @property
    def works(self) -> bool:
        return self is not Part.WEB

    @property
    def listens(self) -> bool:
        return self is not Part.WORK


def refusal(settings: Settings, part: Part) -> str | None:
    """Why this part cannot run with these settings, and what to do; None when it can."""
    if part is Part.SERVE or settings.lanes == "postgres":
        return None
    return (
        f"`kontor {part.value}` is one of several processes that share the work through PostgreSQL. Set "
        "DATABASE_URL=postgres://… and KONTOR_LANES=postgres, or run `kontor serve`: everything in one process."
    )


async def open_hall(settings: Settings) -> Hall:
    """The lanes all processes share. Raises `NotebookError` with what to do."""
    place, server = _server(settings)
    from bot.lanes_postgres import TROUBLE as LANES_TROUBLE
    from bot.lanes_postgres import Hall, prepared

    try:
        if not await prepared(server):
            raise NotebookError(f"There are no lanes at {place} yet, or of another version. Run `kontor migrate`.")
        hall = Hall(server, place.lock_number("writer"))
        await hall.open()
    except LANES_TROUBLE as error:
        raise NotebookError(f"The lanes at {place} cannot be used: {type(error).__name__}.") from error
    return hall


async def prepare_lanes(settings: Settings) -> str:
    """Make the lanes of several processes. Returns a sentence; raises `NotebookError`."""
    place, server = _server(settings)
    from bot.lanes_postgres import TROUBLE as LANES_TROUBLE
    from bot.lanes_postgres import prepare

    try:
        made = await prepare(server)
    except LANES_TROUBLE as error:
        raise NotebookError(f"The lanes at {place} could not be made: {str(error).splitlines()[0]}.") from error
    return f"Made the lanes of several processes at {place}." if made else f"The lanes at {place} are up to date."


def _server(settings: Settings) -> tuple[PostgresDatabase, Server]:
    place = read_url(settings.database_url)
    assert isinstance(place, PostgresDatabase), "the settings have been checked"
    try:
        from bot.lanes_postgres import Server
    except ImportError as error:
        raise NotebookError(
            f"KONTOR_LANES=postgres needs {error.name}, which is not installed. Run `pip install 'kontor[scaled]'`."
        ) from error
    return place, Server(place.libpq, place.lanes_schema)


class Timekeeper:
    """Of all processes one keeps the time: it runs `duties` while it holds a lock in the database."""

    def __init__(self, settings: Settings, duties: Mapping[str, Duty]) -> None:
        place = read_url(settings.database_url)
        assert isinstance(place, PostgresDatabase)
        self._place, self._duties = place, duties
        self.keeps = False

    async def run_for_ever(self) -> None:
        while True:
            lock = TimeLock(self._place)
            if await lock.take():
                await self._keep(lock)
            await asyncio.sleep(ASK_SECONDS)

    async def _keep(self, lock: TimeLock) -> None:
        log.info("this process keeps the time")
        self.keeps = True
        tasks = [asyncio.create_task(supervised(name, duty), name=name) for name, duty in self._duties.items()]
        try:
            await lock.lost.wait()
            log.warning("this process keeps the time no longer")
        finally:
            self.keeps = False
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await lock.release()
