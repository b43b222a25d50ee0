"""Migrations: they lead exactly to today's tables, all at once or not at all, with a copy of what was there."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.autodetector import MigrationAutodetector

from bot.store import migrations, schema, sql, subjects
from bot.store.database import NotebookError, migrate, open_notebook, read_url
from bot.store.transaction import shielded

from .conftest import TABLES
from .processes import migrate_and_die, start, try_to_migrate

LATER = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from bot.store.fields import KeyField

class Migration(migrations.Migration):
    dependencies = [("kontor", "LAST")]
    operations = [
        ops.AddField("Subject", "later_word", KeyField(max_length=64, null=True)),
        ops.AddField("Subject", "later_count", fields.IntField(db_default=0)),
        ops.CreateModel(
            name="Later",
            fields=[("key", KeyField(max_length=255, primary_key=True))],
            options={"table": "later", "app": "kontor", "pk_attr": "key"},
            bases=["Model"],
        ),
    ]
""".replace("LAST", schema.known()[-1])
NEXT = f"{len(schema.known()) + 1:04d}_later"
BROKEN = LATER.replace(
    "CreateModel(", 'RunSQL("CREATE TABLE half (x INT)"), ops.RunSQL("SELECT nothing FROM nowhere"), ops.CreateModel('
)


# Drift


async def test_no_change_of_the_tables_waits_for_a_migration() -> None:
    """Should this fail: `tortoise -c bot.store.schema.TORTOISE_ORM makemigrations -n <name>`, then read the file."""
    async with TortoiseContext() as context:
        await context.init(config=schema.TORTOISE_ORM)
        assert context.apps is not None
        waiting = await MigrationAutodetector(context.apps, schema.TORTOISE_ORM["apps"]).changes()

    assert [operation for writer in waiting for operation in writer.operations] == []


async def generated(connection: Any) -> None:
    async with TortoiseContext() as context:
        await context.init(config=schema.configuration(connection))
        await context.generate_schemas()


def sqlite_shape(path: Path) -> dict[str, Any]:
    """What Tortoise's own comparison does not look at: the tables, indexes and keys that are really there."""
    with sqlite3.connect(path) as database:
        names = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master "
                "WHERE type = 'table' AND name NOT IN ('sqlite_sequence', 'tortoise_migrations')"
            )
        ]
        shape = {
            name: {
                "columns": {row[1]: row[2:] for row in database.execute(f'PRAGMA table_info("{name}")')},
                "indexes": sorted(
                    (row[1], row[2], *(column[2] for column in database.execute(f'PRAGMA index_info("{row[1]}")')))
                    for row in database.execute(f'PRAGMA index_list("{name}")')
                ),
                "foreign keys": database.execute(f'PRAGMA foreign_key_list("{name}")').fetchall(),
            }
            for name in names
        }
    database.close()
    return shape


async def test_the_migrations_lead_to_the_tables_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    await generated(f"sqlite://{tmp_path}/generated.db")

    shape = sqlite_shape(sqlite_template)

    assert set(TABLES) == set(shape)
    assert shape == sqlite_shape(tmp_path / "generated.db")


async def postgres_shape(url: str) -> list[tuple[Any, ...]]:
    server, _, name = url.partition("schema=")
    connection = await asyncpg.connect(server.rstrip("?&"))
    try:
        columns = await connection.fetch(
            "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
            "FROM information_schema.columns WHERE table_schema = $1 AND table_name <> 'tortoise_migrations'",
            name,
        )
        indexes = await connection.fetch(
            "SELECT tablename, indexname, indexdef FROM pg_indexes "
            "WHERE schemaname = $1 AND tablename <> 'tortoise_migrations'",
            name,
        )
    finally:
        await connection.close()
    return sorted(
        tuple(str(value).replace(f"{name}.", "") for value in record.values()) for record in (*columns, *indexes)
    )


@pytest.mark.postgres
async def test_the_migrations_lead_to_the_tables_on_postgres(postgres_template: str, empty_schema: str) -> None:
    await generated(read_url(empty_schema).connection)

    shape = await postgres_shape(postgres_template)

    assert len(shape) > 70
    assert shape == await postgres_shape(empty_schema)


def test_each_migration_has_a_number_of_its_own() -> None:
    numbers = [name[:4] for name in schema.known()]

    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


# From version to version


def later_version(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str) -> None:
    """Make this process a Kontor that has one migration more."""
    package = folder / name
    package.mkdir()
    for path in Path(migrations.__path__[0]).glob("0*.py"):
        shutil.copy(path, package)
    (package / "__init__.py").touch()
    (package / f"{NEXT}.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    invalidate_caches()
    module: ModuleType = import_module(name)
    monkeypatch.setattr(schema, "migrations", module)
    monkeypatch.setitem(schema.TORTOISE_ORM["apps"]["kontor"], "migrations", name)


@pytest.fixture
def old_notebook(database_url: str, tmp_path: Path, now: datetime, request: pytest.FixtureRequest) -> str:
    """A notebook of this version with something in it, in a place of its own."""
    url = database_url
    if url.startswith("postgres"):
        url = str(request.getfixturevalue("empty_schema"))
        asyncio.run(migrate(url, tmp_path))
    asyncio.run(marked(url, tmp_path, now))
    return url


async def marked(url: str, folder: Path, now: datetime) -> None:
    notebook = await open_notebook(url, folder)
    await subjects.mark([f"ticket:main:{number}" for number in range(100)], now)
    await notebook.close()


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    made: list[str] = []

    def become(text: str = LATER) -> None:
        made.append(f"newer_migrations_{len(made)}")
        later_version(tmp_path, monkeypatch, made[-1], text)

    yield become
    for name in [loaded for loaded in sys.modules if loaded.partition(".")[0] in made]:
        del sys.modules[name]


async def everything_is_there(url: str, folder: Path) -> bool:
    notebook = await open_notebook(url, folder)
    try:
        found = await shielded(lambda: sql.fetch("SELECT COUNT(*), MIN(later_count) FROM subjects"))
        await shielded(lambda: sql.fetch("SELECT key FROM later"))
        return tuple(found[0]) == (100, 0)
    finally:
        await notebook.close()


def test_an_older_notebook_is_brought_up_to_date(
    old_notebook: str, newer: Callable[..., None], tmp_path: Path, now: datetime
) -> None:
    newer()
    with pytest.raises(NotebookError, match=r"older version.*kontor migrate"):
        asyncio.run(open_notebook(old_notebook, tmp_path))

    said = asyncio.run(migrate(old_notebook, tmp_path))

    assert f"up to date: {NEXT}." in said
    assert asyncio.run(everything_is_there(old_notebook, tmp_path))


def test_a_newer_notebook_is_refused(
    old_notebook: str, newer: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context():
        newer()
        asyncio.run(migrate(old_notebook, tmp_path))
    monkeypatch.undo()

    for use in (open_notebook, migrate):
        with pytest.raises(NotebookError, match=rf"newer Kontor \({NEXT}\)"):
            asyncio.run(use(old_notebook, tmp_path))  # type: ignore[operator]


def test_a_migration_that_fails_leaves_everything_as_it_was(
    old_notebook: str, newer: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    newer(BROKEN)
    with pytest.raises(NotebookError, match="is as it was"):
        asyncio.run(migrate(old_notebook, tmp_path))
    monkeypatch.undo()

    asyncio.run(marked(old_notebook, tmp_path, now))

    newer()
    asyncio.run(migrate(old_notebook, tmp_path))
    assert asyncio.run(everything_is_there(old_notebook, tmp_path))


def test_before_a_file_is_changed_a_copy_is_kept(
    sqlite_url: str, newer: Callable[..., None], tmp_path: Path, now: datetime
) -> None:
    asyncio.run(marked(sqlite_url, tmp_path, now))
    newer()
    copy = tmp_path / f"kontor.db.before-{NEXT}"

    said = asyncio.run(migrate(sqlite_url, tmp_path))

    assert str(copy) in said
    assert copy.stat().st_mode & 0o777 == 0o600
    assert "later" not in sqlite_shape(copy)
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT COUNT(*) FROM subjects").fetchone() == (100,)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_no_copy_is_made_of_nothing(tmp_path: Path) -> None:
    asyncio.run(migrate(f"sqlite://{tmp_path}/kontor.db", tmp_path))
    asyncio.run(migrate(f"sqlite://{tmp_path}/kontor.db", tmp_path))

    assert not list(tmp_path.glob("*before*"))


@pytest.mark.parametrize("failpoint", ["mig.copied", "mig.applied"])
def test_dying_in_a_migration_leaves_a_notebook_that_can_be_migrated(
    tmp_path: Path, request: pytest.FixtureRequest, failpoint: str, now: datetime
) -> None:
    url = f"sqlite://{tmp_path}/kontor.db"
    process = start(migrate_and_die, url, str(tmp_path), failpoint)
    process.join()

    assert process.exitcode == 137
    assert asyncio.run(migrate(url, tmp_path)).startswith("Made")
    asyncio.run(marked(url, tmp_path, now))


@pytest.mark.postgres
def test_dying_in_a_migration_on_postgres_leaves_a_schema_that_can_be_migrated(
    empty_schema: str, tmp_path: Path, now: datetime
) -> None:
    process = start(migrate_and_die, empty_schema, str(tmp_path), "mig.applied")
    process.join()

    assert process.exitcode == 137
    assert asyncio.run(migrate(empty_schema, tmp_path)).startswith("Made")
    asyncio.run(marked(empty_schema, tmp_path, now))


@pytest.mark.parametrize("place", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_of_migrations_at_the_same_time_all_end_well(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite://{tmp_path}/kontor.db" if place == "sqlite" else str(request.getfixturevalue("empty_schema"))
    told = [tmp_path / f"told-{number}" for number in range(4)]
    processes = [start(try_to_migrate, url, str(tmp_path), str(path)) for path in told]
    for process in processes:
        process.join()

    said = [path.read_text() for path in told]
    assert all(one.startswith(("Made", "The notebook", "refused: Another Kontor")) for one in said)
    assert asyncio.run(migrate(url, tmp_path)).endswith("up to date.")


def test_a_running_bot_is_not_migrated_under_its_feet(
    sqlite_url: str, newer: Callable[..., None], tmp_path: Path
) -> None:
    async def both() -> None:
        notebook = await open_notebook(sqlite_url, tmp_path)
        try:
            assert (await migrate(sqlite_url, tmp_path)).endswith("up to date.")
            newer()
            with pytest.raises(NotebookError, match="Another Kontor"):
                await migrate(sqlite_url, tmp_path)
        finally:
            await notebook.close()

    asyncio.run(both())
