"""Does together what is asked for at the same time: one commit, or one query, for all who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.store.errors import NotebookError, outage
from bot.store.transaction import admit, begin, finished

T = TypeVar("T")
R = TypeVar("R")


class Batches(Generic[T, R]):
    """Collects items while a batch is under way; the next batch takes all that came meanwhile.

    `work` gets the items of one batch and returns an outcome for each, in their order. When it fails, every item is
    tried alone, so that one bad item fails nobody but whoever brought it; unless the database itself is in trouble,
    then everybody who waits is told at once.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, most: int = 200) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None
        self._open = True

    async def add(self, item: T) -> R:
        """The outcome for `item`, after the batch it is in has ended. Raises what its work raised."""
        admit()
        if not self._open:
            raise NotebookError("Kontor is stopping and takes nothing in any more.")
        outcome: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, outcome))
        if self._running is None or self._running.done():
            self._running = begin(self._run())
        return await finished(outcome)

    async def close(self) -> None:
        """Take nothing more in; returns when what was taken in has its outcome."""
        self._open = False
        if self._running is not None:
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._serve(batch)
            finally:
                for _, outcome in batch:
                    if not outcome.done():
                        outcome.cancel()

    async def _serve(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except Exception as error:
            if len(batch) > 1 and not outage(error):
                await self._serve_singly(batch)
            else:
                _fail(batch, error)
            return
        for (_, outcome), result in zip(batch, results, strict=True):
            if not outcome.done():
                outcome.set_result(result)

    async def _serve_singly(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        for place, (item, outcome) in enumerate(batch):
            try:
                (result,) = await self._work([item])
            except Exception as error:
                if outage(error):
                    _fail(batch[place:], error)
                    return
                _fail([(item, outcome)], error)
            else:
                if not outcome.done():
                    outcome.set_result(result)


def _fail(batch: Sequence[tuple[object, asyncio.Future[R]]], error: Exception) -> None:
    for _, outcome in batch:
        if not outcome.done():
            outcome.set_exception(error)
            outcome.exception()  # Whoever asked may have been cancelled; that is not worth a line in the log.
