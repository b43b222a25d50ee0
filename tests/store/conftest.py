"""A fresh notebook for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from tortoise.models import Model

from bot.store import sql, tables
from bot.store.database import Notebook, migrate, open_notebook

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TABLES = tuple(
    kind._meta.db_table
    for kind in vars(tables).values()
    if isinstance(kind, type) and issubclass(kind, Model) and kind is not Model
)
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def later() -> Callable[[float], datetime]:
    """The moment so many seconds after `now`."""
    return lambda seconds: NOW + timedelta(seconds=seconds)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """Where PostgreSQL is; skips with the reason when it is not there."""
    url = os.environ.get("KONTOR_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/test")
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 5432), timeout=2).close()
    except OSError as error:
        pytest.skip(f"PostgreSQL does not answer at {parts.hostname}:{parts.port}: {error}")
    return url


async def tell(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def make_schema(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes an empty schema of our own and gives the URL of a notebook in it; drops all of them in the end."""
    made: list[str] = []

    def make() -> str:
        name = f"kontor_test_{uuid.uuid4().hex[:12]}"
        asyncio.run(tell(postgres_server, f"CREATE SCHEMA {name}"))
        made.append(name)
        return f"{postgres_server}{'&' if '?' in postgres_server else '?'}application_name={name}&schema={name}"

    yield make
    asyncio.run(
        tell(postgres_server, "SET client_min_messages = warning", *(f"DROP SCHEMA {name} CASCADE" for name in made))
    )


@pytest.fixture
def empty_schema(make_schema: Callable[[], str]) -> str:
    return make_schema()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook file as `migrate` makes it, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(migrate(f"sqlite://{folder}/kontor.db", folder))
    return folder / "kontor.db"


@pytest.fixture(scope="session")
def postgres_template(make_schema: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    url = make_schema()
    asyncio.run(migrate(url, tmp_path_factory.mktemp("data")))
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "kontor.db")
    return f"sqlite://{tmp_path}/kontor.db"


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A notebook that is up to date, but not empty on PostgreSQL: open it with `notebook`."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_template"
    return str(request.getfixturevalue(name))


@pytest.fixture
async def notebook(database_url: str, tmp_path: Path) -> AsyncIterator[Notebook]:
    opened = await open_notebook(database_url, tmp_path)
    try:
        if database_url.startswith("postgres"):
            await sql.notebook().execute_script("".join(f"DELETE FROM {table};" for table in TABLES))
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def sqlite_notebook(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Notebook]:
    opened = await open_notebook(sqlite_url, tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def postgres_notebook(postgres_template: str, tmp_path: Path) -> AsyncIterator[Notebook]:
    opened = await open_notebook(postgres_template, tmp_path)
    await sql.notebook().execute_script("".join(f"DELETE FROM {table};" for table in TABLES))
    yield opened
    await opened.close()
