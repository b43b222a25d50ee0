"""Opens the notebook, brings it up to date, and closes it again."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tortoise.context import TortoiseContext
from tortoise.exceptions import BaseORMException, OperationalError

from bot import failpoints
from bot.store import schema, sql
from bot.store.errors import NotebookError
from bot.store.postgres import TROUBLE, PostgresDatabase
from bot.store.sqlitefile import SqliteFile
from bot.store.transaction import Database, drain, shielded, transaction

__all__ = ["Notebook", "NotebookError", "migrate", "open_notebook"]


class Lock(Protocol):
    async def release(self) -> None: ...


@dataclass
class Notebook:
    """The open notebook of this process; `place` says where it is, without a password."""

    place: str
    context: TortoiseContext
    lock: Lock | None

    async def close(self) -> None:
        """Let what runs finish, then close every connection: SQLite's thread would keep the process alive."""
        lock, self.lock = self.lock, None
        try:
            await drain()
            await self.context.close_connections()
        finally:
            if lock is not None:
                await lock.release()


async def open_notebook(database_url: str, data_dir: Path, *, writer: bool = True, shared: bool = False) -> Notebook:
    """Open the notebook at `database_url` for this process.

    A `writer` holds a lock until it closes, alone or `shared` with others of its kind (PostgreSQL only). Others open
    beside it, for a question or a short change. Raises `NotebookError` when the notebook is damaged, in use, or of
    another version.
    """
    place = read_url(database_url)
    _make_own(data_dir)
    if isinstance(place, SqliteFile) and place.path is not None:
        # Before anything is opened for writing: what is damaged stays as it is.
        _must_fit(place, await place.applied())
    lock = await _right_to_write(place, shared) if writer else None
    try:
        notebook = Notebook(str(place), await _connect(place), lock)
    except BaseException:
        if lock is not None:
            await lock.release()
        raise
    try:
        if isinstance(place, SqliteFile) and place.path is None:
            await transaction(schema.apply)
        _must_fit(place, await _applied())
    except BaseException:
        await notebook.close()
        raise
    return notebook


async def _right_to_write(place: SqliteFile | PostgresDatabase, shared: bool) -> Lock | None:
    if isinstance(place, PostgresDatabase):
        return await place.lock(shared=shared)
    return await place.lock()


async def migrate(database_url: str, data_dir: Path) -> str:
    """Bring the notebook's tables up to this version, making them where there are none.

    All steps are one transaction; a SQLite file with something in it is copied first. Returns a sentence saying what
    was done. Raises `NotebookError`.
    """
    place = read_url(database_url)
    _make_own(data_dir)
    if isinstance(place, SqliteFile):
        return await _migrate_file(place)
    context = await _connect(place, patient=True)
    try:
        applied = await _applied()
        _must_be_known(place, applied or ())
        if schema.missing(applied or ()):
            number = place.lock_number("migration")
            await _in_one_go(place, lambda database: _apply_alone(database, number))
        return _told(place, applied)
    finally:
        await context.close_connections()


def read_url(database_url: str) -> SqliteFile | PostgresDatabase:
    """Where `DATABASE_URL` leads. Raises `NotebookError` when it leads nowhere we can go."""
    scheme, sign, rest = database_url.partition("://")
    if sign and scheme == "sqlite":
        path, _, options = rest.partition("?")
        if options:
            raise NotebookError(f"DATABASE_URL: a SQLite notebook takes no options, remove ?{options}.")
        if not path:
            raise NotebookError("DATABASE_URL: sqlite:// must be followed by a path, as in sqlite://data/kontor.db.")
        return SqliteFile(None if path == ":memory:" else Path(path))
    if sign and scheme in {"postgres", "postgresql"}:
        return PostgresDatabase(database_url)
    raise NotebookError("DATABASE_URL must start with sqlite:// or postgres://.")


async def _migrate_file(place: SqliteFile) -> str:
    applied = await place.applied()
    _must_be_known(place, applied or ())
    if place.path is None or not schema.missing(applied or ()):
        return _told(place, applied)
    place.create()
    lock = await place.lock()
    try:
        applied = await place.applied()
        missing = schema.missing(applied or ())
        copy = await place.keep_copy(before=missing[0]) if applied and missing else None
        failpoints.reach("mig.copied")
        context = await _connect(place)
        try:
            await _in_one_go(place, schema.apply)
        finally:
            await context.close_connections()
    finally:
        if lock is not None:
            await lock.release()
    return _told(place, applied, copy)


async def _connect(place: SqliteFile | PostgresDatabase, *, patient: bool = False) -> TortoiseContext:
    """Open the connection every task of this process uses, and see that it answers."""
    context = TortoiseContext()
    connection = place.connection
    if patient and isinstance(place, PostgresDatabase):
        connection["credentials"]["command_timeout"] = None
    try:
        # Requests, lanes and sweeps are tasks that know nothing of this one: the context must be everybody's.
        with context:
            await context.init(config=schema.configuration(connection), _enable_global_fallback=True)
        await shielded(lambda: context.db().create_connection(with_db=True))
        await shielded(lambda: sql.fetch("SELECT 1"))
    except BaseException as error:
        await context.close_connections()
        if isinstance(place, PostgresDatabase) and isinstance(error, TROUBLE):
            raise place.explain(error) from error
        if isinstance(error, sqlite3.Error | OperationalError):
            raise NotebookError(f"The notebook {place} cannot be opened: {error}.") from error
        raise
    return context


async def _applied() -> list[str] | None:
    return await shielded(lambda: schema.applied(sql.notebook()))


async def _in_one_go(place: object, work: Callable[[Database], Awaitable[None]]) -> None:
    try:
        await transaction(work)
    except (*TROUBLE, sqlite3.Error, BaseORMException) as error:
        raise NotebookError(
            f"The notebook {place} could not be brought up to date: {error}. It is as it was."
        ) from error


async def _apply_alone(database: Database, number: int) -> None:
    await sql.fetch("SELECT pg_advisory_xact_lock(?)", number, database=database)
    await schema.apply(database)


def _must_fit(place: object, applied: list[str] | None) -> None:
    if applied is None:
        raise NotebookError(f"There is no notebook at {place} yet. Run `kontor migrate` to make it.")
    _must_be_known(place, applied)
    if schema.missing(applied):
        raise NotebookError(f"The notebook {place} is of an older version of Kontor. Run `kontor migrate` first.")


def _must_be_known(place: object, applied: Sequence[str]) -> None:
    if unknown := schema.strange(applied):
        raise NotebookError(
            f"The notebook {place} was written by a newer Kontor ({', '.join(unknown)}). Install that version again, "
            "or go back to the copy that was made before it was brought up to date."
        )


def _told(place: object, applied: list[str] | None, copy: Path | None = None) -> str:
    done = schema.missing(applied or ())
    if not done:
        return f"The notebook {place} is up to date."
    if applied is None:
        return f"Made the notebook {place}."
    kept = f" A copy of what it was is {copy}." if copy else ""
    return f"Brought the notebook {place} up to date: {', '.join(done)}.{kept}"


def _make_own(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotebookError(f"DATA_DIR {data_dir} cannot be made: {error.strerror}.") from error
