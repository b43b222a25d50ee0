"""PostgreSQL as the notebook wants it: no connection lost when BEGIN fails, and the right to write as a lock in it."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]
import structlog
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import TransactionalDBClient, TransactionContext, TransactionContextPooled
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connections
from tortoise.exceptions import ConfigurationError, DBConnectionError

from bot.store import transaction
from bot.store.errors import NotebookError

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 10.0
REGAIN_SECONDS = 1.0
# A bot that was killed and started again at once may be there before the server has noticed.
PATIENT_TRIES = 10
# A server that lost us without a word (a cable, a paused machine) must free our lock within a minute.
_KEEPALIVE = {"tcp_keepalives_idle": "20", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3"}
# A statement prepared while a table was small must not be run by that plan when it has grown.
_SESSION = {"plan_cache_mode": "force_custom_plan"}
TROUBLE = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, DBConnectionError)


class NotebookPostgres(AsyncpgDBClient):
    def _in_transaction(self) -> TransactionContext:
        return _Transaction(TransactionWrapper(self), self._pool_init_lock)


class _Transaction(TransactionContextPooled):
    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        self._pool = self.client._parent._pool
        self.client._connection = await self._pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await self._pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if exc_type is None:
                await self.client.commit()
            else:
                # Where this fails the connection is broken, and what happened before is the better thing to tell.
                with suppress(*TROUBLE):
                    await self.client.rollback()
        finally:
            get_connections().reset(self.token)
            await self._pool.release(self.client._connection)


client_class = NotebookPostgres


@dataclass(frozen=True)
class PostgresDatabase:
    url: str = field(repr=False)

    def __str__(self) -> str:
        """Where it is, without the password."""
        parts = urlsplit(self.url)
        return f"postgres://{parts.hostname or 'localhost'}:{parts.port or 5432}{parts.path}"

    @property
    def connection(self) -> dict[str, Any]:
        try:
            credentials = expand_db_url(self.url)["credentials"]
        except (ConfigurationError, ValueError):
            # What went wrong is not told: Python's sentences about URLs repeat the password.
            raise NotebookError(
                "DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/kontor; "
                "write characters like @ and / in the password as %40 and %2F."
            ) from None
        if mode := credentials.pop("sslmode", None):
            credentials["ssl"] = mode
        ours: dict[str, Any] = {
            "application_name": "kontor",
            "maxsize": 10,
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            "server_settings": _SESSION,
        }
        return {"engine": "bot.store.postgres", "credentials": {**ours, **credentials}}

    def explain(self, error: BaseException) -> NotebookError:
        """Why the server cannot be used, for people."""
        if any(isinstance(one, asyncpg.InvalidCatalogNameError) for one in (error, error.__cause__)):
            return NotebookError(f"{self} does not exist. Create it (createdb), then run `kontor migrate`.")
        reason = str(error) or type(error).__name__
        return NotebookError(f"{self} does not answer: {reason}. Check DATABASE_URL and that PostgreSQL runs there.")

    async def lock(self, *, shared: bool = False) -> PostgresLock:
        """The right to write: one process's alone, or `shared` by those that share the work.

        Raises `NotebookError` when another process has it alone, or others share it.
        """
        lock = PostgresLock(self, shared)
        try:
            taken = await lock.take(tries=PATIENT_TRIES)
        except TROUBLE as error:
            raise self.explain(error) from error
        if not taken and shared:
            raise NotebookError(
                f"A Kontor that works alone uses the notebook at {self}. Stop it first, or start it anew with "
                "KONTOR_LANES=postgres, too."
            )
        if not taken:
            raise NotebookError(
                f"Another Kontor uses the notebook at {self}. Stop it first, or give this one another DATABASE_URL. "
                "To run several processes on purpose, set KONTOR_LANES=postgres."
            )
        return lock

    async def connect(self) -> Any:
        """A connection beside the pool."""
        given = self.connection["credentials"]
        names = ("host", "port", "user", "password", "database", "ssl")
        return await asyncpg.connect(
            **{name: given[name] for name in names if given.get(name) is not None},
            timeout=CONNECT_SECONDS,
            command_timeout=STATEMENT_SECONDS,
            server_settings={"application_name": "kontor writer", **_KEEPALIVE},
        )

    @property
    def libpq(self) -> dict[str, Any]:
        """The same server as libpq wants it told, without our schema."""
        given = self.connection["credentials"]
        names = {"host": "host", "port": "port", "user": "user", "password": "password", "database": "dbname"}
        told = {theirs: given[ours] for ours, theirs in names.items() if given.get(ours) is not None}
        if isinstance(mode := given.get("ssl"), str):
            told["sslmode"] = mode
        return told

    @property
    def lanes_schema(self) -> str:
        """Where the lanes of several processes are: beside the notebook's tables, because they are thrown away."""
        schema = self.connection["credentials"].get("schema", "public")
        return "kontor_lanes" if schema == "public" else f"{schema}_lanes"

    def lock_number(self, purpose: str) -> int:
        """One lock per notebook: a database may hold several of them in schemas of their own."""
        schema = self.connection["credentials"].get("schema", "public")
        digest = hashlib.blake2b(f"kontor {purpose} {schema}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


class PostgresLock:
    """An advisory lock of a session of its own. While that session is lost, nothing is written."""

    def __init__(self, database: PostgresDatabase, shared: bool = False) -> None:
        self._database = database
        self._try = f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}($1)"
        self._session: Any = None
        self._regaining: asyncio.Task[None] | None = None

    async def take(self, tries: int = 1) -> bool:
        """Whether the right to write is ours now."""
        session = await self._database.connect()
        try:
            for tried in range(tries):
                if tried:
                    await asyncio.sleep(REGAIN_SECONDS / 5)
                if await session.fetchval(self._try, self._database.lock_number("writer")):
                    session.add_termination_listener(self._lost)
                    self._session = session
                    return True
            return False
        finally:
            if self._session is not session:
                session.terminate()

    async def release(self) -> None:
        session, self._session = self._session, None
        if self._regaining is not None:
            self._regaining.cancel()
            await asyncio.wait({self._regaining})
        transaction.refuse(None)
        if session is not None:
            with suppress(*TROUBLE):
                await session.close()

    def _lost(self, session: Any) -> None:
        if session is not self._session:
            return
        self._session = None
        transaction.refuse(f"The connection that holds the right to write to {self._database} was lost.")
        log.error("lost the right to write; nothing is done until it is regained", database=str(self._database))
        self._regaining = asyncio.get_running_loop().create_task(self._regain())

    async def _regain(self) -> None:
        while True:
            with suppress(*TROUBLE):
                if await self.take():
                    transaction.refuse(None)
                    log.info("regained the right to write", database=str(self._database))
                    return
            await asyncio.sleep(REGAIN_SECONDS)
