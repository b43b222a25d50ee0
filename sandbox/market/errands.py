"""What the marketplace does over the network by itself, in the background: deliveries and downloads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

Errand = Callable[[], Awaitable[None]]
log = logging.getLogger(__name__)


class Errands:
    """`async with` it, `workers` run errands at the same time. Before that they wait."""

    def __init__(self, workers: int = 8) -> None:
        self._workers = workers
        self._waiting: asyncio.Queue[Errand] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    def add(self, errand: Errand) -> None:
        self._waiting.put_nowait(errand)

    async def settled(self) -> None:
        """Wait until nothing is under way or waiting. Returns at once while nobody works."""
        if self._tasks:
            await self._waiting.join()

    async def __aenter__(self) -> Errands:
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def _work(self) -> None:
        while True:
            errand = await self._waiting.get()
            try:
                await errand()
            except Exception:
                log.exception("an errand of the marketplace failed")
            finally:
                self._waiting.task_done()
