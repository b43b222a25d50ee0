"""The one way to the database: work that is begun is finished, whatever happens to the task that asked for it.

A cancellation inside Tortoise's `in_transaction` or `bulk_create` leaves a lock or a pooled connection taken for ever,
and an open BEGIN that swallows later writes. So every statement and transaction runs in a task of its own that nobody
cancels; who is cancelled while waiting for it waits until it has ended, then stops.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from typing import Any, ParamSpec, TypeVar

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.exceptions import OperationalError
from tortoise.transactions import in_transaction

from bot.store.errors import NotebookError, outage

# The connection a statement goes through: a transaction's own, or the notebook's.
Database = BaseDBAsyncClient

T = TypeVar("T")
P = ParamSpec("P")

log = structlog.get_logger(__name__)

# Together less than the marketplace waits for an answer to a push.
INSIST_SECONDS = (0.1, 0.4, 1.0)

# The tasks that run, so that none is forgotten half-way and `drain` knows what to wait for.
_live: set[asyncio.Task[Any]] = set()
# Those of them that hold a transaction open.
_inside: set[asyncio.Task[Any]] = set()
_refusal: str | None = None


def begin(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start `work` in a task that knows nothing of the caller's: no transaction it is in, nothing it is bound to."""
    task = asyncio.get_running_loop().create_task(work, context=Context())
    _live.add(task)
    task.add_done_callback(_live.discard)
    return task


async def finished(work: asyncio.Future[T]) -> T:
    """The outcome of `work`. A cancellation of the caller waits until `work` has ended."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        if not work.done():
            await asyncio.wait({work})
        raise


def admit() -> None:
    """Raises `NotebookError` while the notebook must not be used, `RuntimeError` where a unit would wait for ever."""
    if _refusal is not None:
        raise NotebookError(_refusal)
    if asyncio.current_task() in _inside:
        raise RuntimeError("inside a transaction, use the connection it lends: anything else waits for itself")


async def shielded(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run one unit of work to its end."""
    admit()
    return await finished(begin(work()))


def unit(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A function of the store whose statements no cancellation reaches."""

    @functools.wraps(function)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        return await shielded(lambda: function(*args, **kwargs))

    return whole


async def transaction(work: Callable[[Database], Awaitable[T]]) -> T:
    """Run `work` in one transaction: all of it is committed when this returns, none of it when this raises.

    `work` gets the transaction's connection and must send every statement through it. It runs in a task of its own
    without the transaction in its context, so tasks it starts do not write into a transaction that is not theirs.
    Never wait for the network in it: on SQLite the whole notebook waits too.
    """
    return await shielded(lambda: _transact(work))


async def _transact(work: Callable[[Database], Awaitable[T]]) -> T:
    async with in_transaction() as database:
        return await begin(_working(work, database))


async def _working(work: Callable[[Database], Awaitable[T]], database: Database) -> T:
    task = asyncio.current_task()
    assert task is not None
    _inside.add(task)
    try:
        return await work(database)
    finally:
        _inside.discard(task)


async def insist(work: Callable[[], Awaitable[T]]) -> T:
    """Try `work` again when PostgreSQL restarts under it. Only for work that may be done twice without harm.

    SQLite has waited for its lock already, so nothing is tried again there.
    """
    for pause in INSIST_SECONDS:
        try:
            return await work()
        except Exception as error:
            if isinstance(error, OperationalError) or not outage(error):
                raise
        await asyncio.sleep(pause)
    return await work()


def refuse(reason: str | None) -> None:
    """From now on every unit raises `NotebookError(reason)`; None lets them run again."""
    global _refusal
    _refusal = reason


async def drain(patience: float = 15.0) -> None:
    """Wait until nothing runs any more, at most `patience` seconds: a database that hangs must not hang our end."""
    try:
        async with asyncio.timeout(patience):
            while _live:
                await asyncio.wait(_live)
    except TimeoutError:
        log.error("the database did not finish in time", units=len(_live), seconds=patience)
