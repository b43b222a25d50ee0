"""What runs beside everything else for as long as the bot does, and what follows an acknowledged click."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.marketplace import for_people
from bot.yamlfile import Problem

log = structlog.get_logger(__name__)

RULES_SECONDS = 5.0


class Reloads(Protocol):
    """A file people edit, or a folder of them; see `bot.livefile`."""

    def reload_if_changed(self) -> tuple[Problem, ...] | None: ...


@dataclass(frozen=True)
class Watched:
    """A file people edit and what it is called in the log; a large one is read beside the loop."""

    name: str
    file: Reloads
    large: bool = False


async def take_changes(files: Sequence[Watched]) -> None:
    """Take what people change within seconds; what is wrong is told, and the last good version stays live."""
    while True:
        await asyncio.sleep(RULES_SECONDS)
        for watched in files:
            reload = watched.file.reload_if_changed
            problems = await asyncio.to_thread(reload) if watched.large else reload()
            if problems == ():
                log.info("a changed file is live", file=watched.name)
            for problem in problems or ():
                log.error("not taken, the last good version stays live", file=watched.name, problem=str(problem))


def follower() -> Callable[[Coroutine[None, None, None]], None]:
    """Runs what follows an acknowledged click, keeps it referenced, and logs what goes wrong in it.

    Bolt answers 404 when a listener raises right after its acknowledgement; what runs here cannot do that.
    """
    running: set[asyncio.Task[None]] = set()

    def later(work: Coroutine[None, None, None]) -> None:
        with for_people():
            task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(done)

    def done(task: asyncio.Task[None]) -> None:
        running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what followed a click failed", error=type(error).__name__, exc_info=error)

    return later


async def supervised(name: str, duty: Callable[[], Awaitable[None]]) -> None:
    """Runs a duty for ever; one that dies is told and started again, with growing pauses."""
    pause = 1.0
    while True:
        started = time.monotonic()
        try:
            await duty()
            log.error("a duty ended by itself", duty=name)
        except Exception as error:
            log.exception("a duty died", duty=name, error=type(error).__name__)
        pause = 1.0 if time.monotonic() - started > 60 else min(30.0, pause * 2)
        await asyncio.sleep(pause)
