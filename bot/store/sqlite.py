"""SQLite as the notebook wants it: Tortoise's client with transactions that cannot be left half open.

Tortoise begins deferred transactions, which fail at once beside another writer however long the busy timeout is. It
also keeps its lock when BEGIN fails, and leaves a transaction open when COMMIT fails, so that a later one commits what
was reported as failed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import (
    SqliteClient,
    SqliteTransactionContext,
    SqliteTransactionWrapper,
    translate_exceptions,
)
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class NotebookSqlite(SqliteClient):
    def __init__(self, file_path: str, **kwargs: Any) -> None:
        super().__init__(file_path, **kwargs)
        self._glances: sqlite3.Connection | None = None

    async def close(self) -> None:
        if self._glances is not None:
            self._glances.close()
            self._glances = None
        await super().close()

    def glance(self, query: str, values: Sequence[Any]) -> list[Any] | None:
        """The rows of a small SELECT by an index, read on the loop's own thread; None where that cannot be done now.

        A trip to the connection's thread takes several times longer than such a statement, and a look makes five. It
        sees what was committed before it began: readers and the writer of a WAL do not wait for each other.
        """
        if self._connection is None or self.filename == ":memory:":
            return None
        try:
            if self._glances is None:
                self._glances = _reader(self.filename)
            return self._glances.execute(query, values).fetchall()
        except sqlite3.OperationalError:
            return None  # Somebody holds the whole file for a moment; the other connection has patience.

    def _in_transaction(self) -> TransactionContext:
        return _Transaction(_Connection(self), self._lock)

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        async with self._in_transaction() as connection:
            await connection.execute_many(query, values)

    @translate_exceptions
    async def execute_together(self, statements: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        """Each of `statements` once for each of its rows, in one transaction and one trip to the connection's thread.

        A trip there and back takes longer than a small statement, so they do not go one by one.
        """
        async with self.acquire_connection() as connection:
            try:
                await connection._execute(_together, connection, statements)
            except BaseException:
                if connection.in_transaction:
                    await self.forget_connection()
                raise

    async def forget_connection(self) -> None:
        """Close a connection in an unknown state; the next statement opens a new one. SQLite rolls back by itself."""
        broken, self._connection = self._connection, None
        if broken is not None:
            with suppress(sqlite3.Error, ValueError):
                await broken.close()


def _reader(path: str) -> sqlite3.Connection:
    reader = sqlite3.connect(path, isolation_level=None, timeout=0)
    reader.row_factory = sqlite3.Row
    reader.execute("PRAGMA query_only = ON")
    return reader


def _together(connection: Any, statements: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    raw: sqlite3.Connection = connection._conn
    raw.execute("BEGIN IMMEDIATE")
    try:
        for text, rows in statements.items():
            raw.executemany(text, rows)
        raw.commit()
    except BaseException:
        with suppress(sqlite3.Error):
            raw.rollback()
        raise


class _Connection(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.execute_fetchall("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def commit(self) -> None:
        try:
            await super().commit()
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """Statement by statement: sqlite3's own script runner commits the transaction before it starts."""
        for statement in filter(None, map(str.strip, query.split(";"))):
            await self.execute_query(statement)


class _Transaction(SqliteTransactionContext):
    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
            await self.connection.begin()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        return self.connection  # type: ignore[no-any-return]

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            if exc_type is None:
                await self._commit()
            else:
                await self._roll_back()
        finally:
            get_connections().reset(self.token)
            self._trxlock.release()

    async def _commit(self) -> None:
        try:
            await self.connection.commit()
        except BaseException:
            await self._roll_back()
            raise

    async def _roll_back(self) -> None:
        """Leave nothing open, even when rolling back fails: what was reported as failed must never be committed."""
        raw = self.connection._connection
        with suppress(sqlite3.Error):
            await raw.rollback()
        if raw.in_transaction:
            await self.connection._parent.forget_connection()


client_class = NotebookSqlite
