"""Who keeps the time: a lock in PostgreSQL that one of several processes holds for as long as its session lives."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from bot.store.postgres import TROUBLE, PostgresDatabase


class TimeLock:
    """`lost` is set when the session that holds the lock has ended, whoever ended it."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database
        self._session: Any = None
        self.lost = asyncio.Event()

    async def take(self) -> bool:
        """Whether it is ours now; False while another process has it or PostgreSQL does not answer."""
        try:
            session = await self._database.connect()
        except TROUBLE:
            return False
        session.add_termination_listener(lambda _: self.lost.set())
        try:
            taken = await session.fetchval("SELECT pg_try_advisory_lock($1)", self._database.lock_number("timekeeper"))
        except TROUBLE:
            taken = False
        if not taken:
            session.terminate()
            return False
        self._session = session
        return True

    async def release(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with suppress(*TROUBLE):
                await session.close()
