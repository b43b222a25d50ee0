"""The SQLite file on the disk: whose it is, whether it is sound, and a copy of it before it is changed for good."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from bot.store.errors import NotebookError

# RETURNING came with it.
OLDEST_SQLITE = (3, 35, 0)
# Long enough to outlast a colleague's short write, short enough that a push is refused before its sender gives up.
BUSY_MILLISECONDS = 2500
CHECK_SECONDS = 1.5
PRAGMAS = {
    "busy_timeout": BUSY_MILLISECONDS,
    "journal_mode": "WAL",
    "synchronous": "FULL",  # what was acknowledged survives a power cut
    "foreign_keys": "ON",
    "journal_size_limit": 64 * 1024 * 1024,
    "cache_size": -32 * 1024,
}

_held: set[TextIO] = set()


class FileLock:
    """The right to write, held by one process at a time and freed by the system when that process dies."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        _held.add(file)

    async def release(self) -> None:
        _held.discard(self._file)
        self._file.close()


def _let_go_in_child() -> None:
    """A forked helper process must not hold the lock on when its parent was killed."""
    for file in _held:
        os.close(file.fileno())


os.register_at_fork(after_in_child=_let_go_in_child)


@dataclass(frozen=True)
class SqliteFile:
    """A notebook in a file; `path` None is a notebook in memory, gone when it is closed."""

    path: Path | None

    def __str__(self) -> str:
        return str(self.path or "memory")

    @property
    def connection(self) -> dict[str, Any]:
        return {"engine": "bot.store.sqlite", "credentials": {"file_path": str(self.path or ":memory:"), **PRAGMAS}}

    async def applied(self) -> list[str] | None:
        """Names of the migrations in the file, oldest first; None when there is no notebook yet.

        Looks for damage on the way. Raises `NotebookError`.
        """
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            oldest = ".".join(map(str, OLDEST_SQLITE))
            raise NotebookError(
                f"Kontor needs SQLite {oldest} or newer, this Python has {sqlite3.sqlite_version}. "
                "Use a Python built with a newer SQLite, or DATABASE_URL=postgres://…"
            )
        if self.path is None or not self.path.exists() or self.path.stat().st_size == 0:
            return None
        return await asyncio.to_thread(self._applied)

    def _applied(self) -> list[str] | None:
        with self._opened() as database:
            self._check(database)
            names = database.execute("SELECT name FROM sqlite_master WHERE name = 'tortoise_migrations'").fetchall()
            if not names:
                return None
            rows = database.execute("SELECT name FROM tortoise_migrations WHERE app = 'kontor' ORDER BY name")
            return [name for (name,) in rows] or None

    def _check(self, database: sqlite3.Connection) -> None:
        """Look for damage, but not for long: a large file must not keep a restarted bot away."""
        until = time.monotonic() + CHECK_SECONDS
        database.set_progress_handler(lambda: time.monotonic() > until, 100_000)
        try:
            found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.OperationalError as error:
            if "interrupt" not in str(error):
                raise
            found = "ok"
        finally:
            database.set_progress_handler(None, 0)
        if found != "ok":
            raise sqlite3.DatabaseError(found)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The file opened beside Tortoise, which must not open what may be damaged. Raises `NotebookError`."""
        assert self.path is not None
        try:
            database = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_MILLISECONDS / 1000)
            try:
                yield database
            finally:
                database.close()
        except sqlite3.OperationalError as error:
            raise NotebookError(f"The notebook {self.path} cannot be used: {error}.") from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise NotebookError(self._how_to_restore(str(error))) from error

    def _how_to_restore(self, reason: str) -> str:
        assert self.path is not None
        copies = sorted(self.path.parent.glob(f"{self.path.name}.before-*"), key=lambda copy: copy.stat().st_mtime)
        newest = f" The newest copy beside it is {copies[-1]}." if copies else ""
        return (
            f"The notebook {self.path} is damaged ({reason}). To restore it: move {self.path} and "
            f"the files {self.path.name}-wal and {self.path.name}-shm away, put your newest backup in its place, "
            f"start again.{newest} Without a backup, start with an empty notebook: Kontor finds what is open at the "
            "marketplace again, but posts new cards and forgets who asked for what."
        )

    def create(self) -> None:
        """An empty file only we can read, in a directory only we can enter (one that exists keeps its rights)."""
        if self.path is None:
            return
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            if self.path.stat().st_mode & 0o077:
                self.path.chmod(0o600)
        except OSError as error:
            raise NotebookError(f"The notebook {self.path} cannot be written: {error.strerror}.") from error

    async def lock(self) -> FileLock | None:
        """The right to write. Raises `NotebookError` when another process has it."""
        if self.path is None:
            return None
        place = self.path.with_name(self.path.name + ".lock")
        try:
            file = open(os.open(place, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), "r+", encoding="ascii")  # noqa: ASYNC230, SIM115
        except OSError as error:
            raise NotebookError(f"{place} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = file.read(20).strip() or "unknown"
            file.close()
            raise NotebookError(
                f"Another Kontor (process {holder}) uses the notebook {self.path}. Stop it first, or give this one "
                "another DATABASE_URL. Two of them would send everything twice."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return FileLock(file)

    async def keep_copy(self, before: str) -> Path | None:
        """A copy of the file as it is, beside it, named for the migration it was made before."""
        if self.path is None:
            return None
        return await asyncio.to_thread(self._keep_copy, self.path.with_name(f"{self.path.name}.before-{before}"))

    def _keep_copy(self, copy: Path) -> Path:
        # Under another name until it is whole: half a copy must not look like one.
        part = copy.with_name(copy.name.replace(".before-", ".copying-"))
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with self._opened() as database:
            database.execute("VACUUM INTO ?", (str(part),))
        with part.open("rb") as written:
            os.fsync(written.fileno())
        return part.replace(copy)
