"""Halls of lanes on PostgreSQL, each with a schema of its own."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
import psycopg
import pytest

from bot.lanes_postgres import Hall, Server, prepare
from bot.store.database import read_url
from bot.store.postgres import PostgresDatabase

URL = os.environ.get("KONTOR_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/test")


def must_answer() -> str:
    """Where PostgreSQL is; skips with the reason when it is not there."""
    parts = urlsplit(URL)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), timeout=2).close()
    except OSError as error:
        pytest.skip(f"PostgreSQL does not answer at {parts.hostname}:{parts.port}: {error}")
    return URL


@asynccontextmanager
async def lanes_server() -> AsyncIterator[Server]:
    """The lanes' schema, made, and dropped in the end."""
    place = read_url(must_answer())
    assert isinstance(place, PostgresDatabase)
    server = Server(place.libpq, f"kontor_test_{uuid.uuid4().hex[:12]}_lanes")
    await prepare(server)
    try:
        yield server
    finally:
        async with await psycopg.AsyncConnection.connect(**server.connection) as connection:
            await connection.execute("SET client_min_messages = warning")
            await connection.execute(
                psycopg.sql.SQL("DROP SCHEMA {} CASCADE").format(psycopg.sql.Identifier(server.schema))
            )


@asynccontextmanager
async def notebook_schema() -> AsyncIterator[str]:
    """The URL of an empty schema for a notebook; it is dropped in the end, and the lanes beside it."""
    url, name = must_answer(), f"kontor_test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(url)
    await connection.execute(f"CREATE SCHEMA {name}")
    try:
        yield f"{url}{'&' if '?' in url else '?'}schema={name}"
    finally:
        await connection.execute("SET client_min_messages = warning")
        await connection.execute(f"DROP SCHEMA {name} CASCADE; DROP SCHEMA IF EXISTS {name}_lanes CASCADE")
        await connection.close()


@asynccontextmanager
async def opened(server: Server, lock: int = 1) -> AsyncIterator[Hall]:
    """One process's hall; start it after its lanes were made."""
    hall = Hall(server, lock)
    await hall.open()
    try:
        yield hall
    finally:
        for lanes in hall.all:
            await lanes.close(5)
        await hall.close()
