"""A damaged notebook is refused with the way back, and never made worse."""

from __future__ import annotations

import os
import random
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from bot.store import sqlitefile, subjects
from bot.store.database import NotebookError, migrate, open_notebook

from .opening import refusal, usable


def damaged(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "header":
        content[:16] = b"not a database!!"
    elif how == "pages":
        content[4096 : len(content) - 4096] = os.urandom(len(content) - 8192)
    elif how == "cut":
        del content[len(content) // 2 :]
    else:
        content = bytearray(how.encode())
    path.write_bytes(content)


async def test_damage_far_from_the_first_page_is_found_too(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    notebook = await open_notebook(sqlite_url, tmp_path)
    await subjects.mark([f"ticket:main:{number}" for number in range(2000)], now)
    await notebook.close()
    path = tmp_path / "kontor.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(reversed(content[middle : middle + 4096]))
    path.write_bytes(content)

    assert "is damaged" in await refusal(sqlite_url, tmp_path)


def damaged_at_random(template: Path, path: Path, chance: random.Random) -> None:
    content = bytearray(template.read_bytes())
    for _ in range(chance.randint(1, 64)):
        content[chance.randrange(len(content))] ^= chance.randint(1, 255)
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["header", "pages", "cut", "these are somebody's notes, not a database" * 200])
@pytest.mark.parametrize("writer", [True, False])
async def test_a_damaged_notebook_is_refused_with_the_way_back(
    sqlite_url: str, tmp_path: Path, how: str, writer: bool
) -> None:
    path = tmp_path / "kontor.db"
    shutil.copy(path, tmp_path / "kontor.db.before-0002_later")
    damaged(path, how)
    before = path.read_bytes()

    said = await refusal(sqlite_url, tmp_path, writer=writer)

    assert "is damaged" in said
    assert "kontor.db-wal" in said
    assert "newest copy beside it is" in said
    assert "kontor.db.before-0002_later" in said
    assert path.read_bytes() == before
    with pytest.raises(NotebookError, match="is damaged"):
        await migrate(sqlite_url, tmp_path)


async def test_random_damage_is_refused_or_harmless(sqlite_template: Path, tmp_path: Path, now: datetime) -> None:
    chance = random.Random(25)
    refused = 0
    for number in range(200):
        path = tmp_path / f"{number}.db"
        damaged_at_random(sqlite_template, path, chance)
        try:
            notebook = await open_notebook(f"sqlite://{path}", tmp_path)
        except NotebookError:
            refused += 1
        else:
            await notebook.close()

    assert refused > 50


async def test_a_large_notebook_is_checked_only_for_a_while(
    monkeypatch: pytest.MonkeyPatch, sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    notebook = await open_notebook(sqlite_url, tmp_path)
    await subjects.mark([f"ticket:main:{number}" for number in range(20_000)], now)
    await notebook.close()
    monkeypatch.setattr(sqlitefile, "CHECK_SECONDS", 0)

    assert await usable(sqlite_url, tmp_path, now)
