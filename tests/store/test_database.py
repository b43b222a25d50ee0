"""Opening the notebook: who may, who may not, and what people are told."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.store import postgres, sql, sqlitefile, subjects
from bot.store.database import NotebookError, migrate, open_notebook, read_url
from bot.store.transaction import shielded

from .opening import refusal, usable
from .processes import hold, start, wake_again_and_again


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def wait_for(path: Path) -> None:
    patience = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < patience, f"{path} does not appear"
        time.sleep(0.005)


# URLs


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite://data/kontor.db", "data/kontor.db"),
        ("sqlite:///var/lib/kontor/kontor.db", "/var/lib/kontor/kontor.db"),
        ("sqlite:///home/a b/k%20#1.db", "/home/a b/k%20#1.db"),
        ("sqlite://:memory:", "memory"),
        ("postgres://kontor:s3cret@db.acme.test/kontor", "postgres://db.acme.test:5432/kontor"),
        ("postgresql://db.acme.test:6432/kontor?schema=a", "postgres://db.acme.test:6432/kontor"),
    ],
)
def test_a_url_leads_somewhere(url: str, place: str) -> None:
    assert str(read_url(url)) == place
    assert "s3cret" not in repr(read_url(url))


@pytest.mark.parametrize(
    "url", ["", "kontor.db", "mysql://h/d", "sqlite://", "sqlite:/x.db", "sqlite://x.db?synchronous=OFF"]
)
def test_a_url_that_leads_nowhere_is_explained(url: str) -> None:
    with pytest.raises(NotebookError, match="DATABASE_URL"):
        read_url(url)


# Files


async def test_migrating_makes_a_notebook_only_we_can_read(tmp_path: Path, now: datetime) -> None:
    folder = tmp_path / "data"
    url = f"sqlite://{folder}/kontor.db"

    assert await migrate(url, folder) == f"Made the notebook {folder}/kontor.db."
    assert await migrate(url, folder) == f"The notebook {folder}/kontor.db is up to date."
    assert await usable(url, folder, now)
    assert mode(folder) == 0o700
    assert {path.name: mode(path) for path in folder.iterdir()} == {"kontor.db": 0o600, "kontor.db.lock": 0o600}


async def test_the_files_beside_an_open_notebook_are_ours_alone_too(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    notebook = await open_notebook(sqlite_url, tmp_path)
    await subjects.mark(["ticket:main:1"], now)
    modes = [mode(tmp_path / f"kontor.db-{end}") for end in ("wal", "shm")]
    await notebook.close()

    assert modes == [0o600, 0o600]


async def test_a_file_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "kontor.db"
    path.touch(mode=0o644)
    path.chmod(0o644)

    await migrate(f"sqlite://{path}", tmp_path)

    assert mode(path) == 0o600


async def test_what_is_committed_is_on_the_disk(sqlite_url: str, tmp_path: Path) -> None:
    notebook = await open_notebook(sqlite_url, tmp_path)
    try:
        found = {
            name: (await shielded(lambda name=name: sql.fetch(f"PRAGMA {name}")))[0][0]  # type: ignore[misc]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    finally:
        await notebook.close()

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 2500}


async def test_a_notebook_in_memory_needs_no_migration(tmp_path: Path, now: datetime) -> None:
    assert await usable("sqlite://:memory:", tmp_path, now)
    assert await usable("sqlite://:memory:", tmp_path, now)


@pytest.mark.parametrize("writer", [True, False])
async def test_without_a_notebook_one_is_told_to_make_it(tmp_path: Path, writer: bool) -> None:
    path = tmp_path / "none" / "kontor.db"

    assert "kontor migrate" in await refusal(f"sqlite://{path}", tmp_path, writer=writer)
    assert not path.exists()


async def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotebookError, match="cannot be"):
        await migrate(f"sqlite://{tmp_path}/file/kontor.db", tmp_path)
    with pytest.raises(NotebookError, match="DATA_DIR"):
        await migrate(f"sqlite://{tmp_path}/kontor.db", tmp_path / "file" / "data")


async def test_a_sqlite_that_is_too_old_is_refused(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(sqlitefile, "OLDEST_SQLITE", (99, 0, 0))

    assert "SQLite 99.0.0" in await refusal(sqlite_url, tmp_path)


# One writer


async def test_a_second_writer_is_refused_by_name(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    held = tmp_path / "held"
    process = start(hold, sqlite_url, str(tmp_path), str(held))
    try:
        await asyncio.to_thread(wait_for, held)
        said = await refusal(sqlite_url, tmp_path)
    finally:
        process.kill()
        process.join()

    assert f"process {process.pid}" in said
    assert await usable(sqlite_url, tmp_path, now)


@pytest.mark.postgres
async def test_a_second_writer_on_postgres_is_refused(
    monkeypatch: pytest.MonkeyPatch, postgres_template: str, tmp_path: Path, now: datetime
) -> None:
    held = tmp_path / "held"
    process = start(hold, postgres_template, str(tmp_path), str(held))
    try:
        await asyncio.to_thread(wait_for, held)
        with monkeypatch.context() as patch:
            patch.setattr(postgres, "PATIENT_TRIES", 1)
            said = await refusal(postgres_template, tmp_path)
    finally:
        process.kill()
        process.join()

    assert "Another Kontor" in said
    assert await usable(postgres_template, tmp_path, now)


@pytest.mark.postgres
async def test_notebooks_in_schemas_of_their_own_have_writers_of_their_own(
    postgres_template: str, empty_schema: str, tmp_path: Path, now: datetime
) -> None:
    await migrate(empty_schema, tmp_path)
    held = tmp_path / "held"
    process = start(hold, postgres_template, str(tmp_path), str(held))
    try:
        await asyncio.to_thread(wait_for, held)
        assert await usable(empty_schema, tmp_path, now)
    finally:
        process.kill()
        process.join()


async def test_a_helper_process_does_not_keep_the_lock_of_a_dead_bot(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    script = (
        "import asyncio, os, sys, time; from pathlib import Path; from bot.store.database import open_notebook\n"
        "async def main():\n"
        f"    await open_notebook({sqlite_url!r}, Path({str(tmp_path)!r}))\n"
        "    child = os.fork()\n"
        "    if child == 0: os.close(1); time.sleep(60); os._exit(0)\n"
        "    print(child, flush=True); os._exit(9)\n"
        "asyncio.run(main())\n"
    )
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    assert run.stdout is not None
    child = int(await run.stdout.readline())
    await run.wait()
    try:
        assert await usable(sqlite_url, tmp_path, now)
    finally:
        os.kill(child, 9)


async def test_others_may_read_and_write_beside_a_running_bot(
    notebook: object, database_url: str, tmp_path: Path, now: datetime
) -> None:
    told = tmp_path / "told"
    process = start(wake_again_and_again, database_url, str(tmp_path), 25, str(told))
    rounds = 0
    while process.is_alive() or not rounds:
        await subjects.mark([f"ticket:main:{rounds}"], now)
        await subjects.failed(f"ticket:main:{rounds}", 1, tries=5, look_at=None, rest_reason="no")
        rounds += 1
    process.join()

    assert told.exists()
    assert process.exitcode == 0
    assert len(await subjects.find_many([f"order:main:{number}" for number in range(25)])) == 25
    assert len(await subjects.find_many([f"ticket:main:{number}" for number in range(rounds)])) == rounds


async def test_after_a_refusal_the_notebook_can_be_opened(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    notebook = await open_notebook(sqlite_url, tmp_path)
    await refusal(sqlite_url, tmp_path)
    await notebook.close()
    await notebook.close()

    assert await usable(sqlite_url, tmp_path, now)


async def test_every_task_sees_the_notebook(notebook: object, now: datetime) -> None:
    from contextvars import Context

    await asyncio.get_running_loop().create_task(subjects.mark(["ticket:main:1"], now), context=Context())

    assert await subjects.due(now, 1) == ["ticket:main:1"]


@pytest.mark.parametrize("ending", ["await notebook.close()", "raise SystemExit(0)"])
async def test_the_process_ends_after_the_notebook_is_closed(sqlite_url: str, tmp_path: Path, ending: str) -> None:
    script = (
        "import asyncio; from pathlib import Path; from bot.store.database import open_notebook\n"
        "async def main():\n"
        f"    notebook = await open_notebook({sqlite_url!r}, Path({str(tmp_path)!r}))\n"
        "    try:\n"
        f"        {ending}\n"
        "    finally:\n"
        "        await notebook.close()\n"
        "asyncio.run(main())\n"
    )
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    async with asyncio.timeout(20):
        assert await run.wait() == 0


# PostgreSQL


@pytest.mark.postgres
async def test_migrating_a_schema_makes_a_notebook(empty_schema: str, tmp_path: Path, now: datetime) -> None:
    said = await refusal(empty_schema, tmp_path)
    assert "kontor migrate" in said

    assert (await migrate(empty_schema, tmp_path)).startswith("Made the notebook postgres://")
    assert (await migrate(empty_schema, tmp_path)).endswith("is up to date.")
    assert await usable(empty_schema, tmp_path, now)


@pytest.mark.postgres
async def test_a_database_that_does_not_exist_is_explained(postgres_server: str, tmp_path: Path) -> None:
    parts = urlsplit(postgres_server)
    url = parts._replace(path="/kontor_nowhere", query="").geturl()

    for said in (await refusal(url, tmp_path), await refusal(url, tmp_path, writer=False)):
        assert "does not exist" in said
        assert "createdb" in said


async def test_a_server_that_does_not_answer_is_explained_without_the_password(tmp_path: Path) -> None:
    url = "postgres://kontor:s3cret@127.0.0.1:1/kontor"

    for said in (await refusal(url, tmp_path), await refusal(url, tmp_path, writer=False)):
        assert "postgres://127.0.0.1:1/kontor does not answer" in said
        assert "s3cret" not in said
    with pytest.raises(NotebookError, match="does not answer"):
        await migrate(url, tmp_path)


def test_a_server_may_want_encryption() -> None:
    connection = read_url("postgres://kontor@db.acme.test/kontor?sslmode=require&schema=ours&maxsize=3").connection

    given = connection["credentials"]
    assert (given["ssl"], given["schema"], given["maxsize"]) == ("require", "ours", "3")
    assert "sslmode" not in given


async def test_a_password_that_breaks_the_url_is_explained(tmp_path: Path) -> None:
    said = await refusal("postgres://kontor:p@ss:w/ord@[db/kontor", tmp_path)

    assert "DATABASE_URL cannot be read" in said
    assert "%40" in said
