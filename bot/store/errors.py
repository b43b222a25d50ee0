"""What the notebook says when it cannot be used or cannot take something in."""

from __future__ import annotations

import sqlite3

import asyncpg  # type: ignore[import-untyped]
from tortoise.exceptions import DBConnectionError, OperationalError

# A row cannot cause these: the server is away, restarts, is full or read-only, or our connection to it broke.
_POSTGRES_TROUBLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what it says when the server's farewell arrived before the question left
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.ReadOnlySQLTransactionError,
)


class NotebookError(Exception):
    """The notebook cannot be used as it is. `str()` is a sentence for people that says what to do next."""


class Unsure(NotebookError):
    """A write whose answer was lost: nobody can say whether it is in the notebook."""

    def __init__(self) -> None:
        super().__init__(
            "I cannot tell whether your click was taken. Look at the card in a minute: when it says nothing of it, "
            "nothing was sent, and you can press again."
        )


class Unstorable(ValueError):
    """A value no notebook could give back unharmed: too long, too large, or not a plain value."""


def outage(error: BaseException) -> bool:
    """True when the database itself is in trouble: locked, full, unreachable. False when one row may be to blame."""
    if isinstance(error, OperationalError):
        # Tortoise wraps what the driver said; PostgreSQL's bad values come in the same wrapper as SQLite's locks.
        return any(isinstance(cause, sqlite3.OperationalError) for cause in (error.__cause__, *error.args))
    if type(error) is sqlite3.DatabaseError:
        return True  # "malformed", "not a database"
    return isinstance(error, (NotebookError, DBConnectionError, OSError, *_POSTGRES_TROUBLE))
