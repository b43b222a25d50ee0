"""Killed at any moment, the notebook has everything it acknowledged."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest

from bot.store import actions, entries, subjects
from bot.store.database import open_notebook

from .processes import start, write_until_killed


def life_and_death(url: str, folder: Path, life: int, chance: random.Random) -> None:
    """Let a writer run until it has acknowledged something, and a little longer; then kill it."""
    journal = folder / f"journal-{life}"
    process = start(write_until_killed, url, str(folder), str(journal), life)
    try:
        patience = time.monotonic() + 20
        while not (journal.exists() and journal.stat().st_size):
            assert process.is_alive(), "the writer died by itself"
            assert time.monotonic() < patience, "the writer acknowledges nothing"
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.12))
    finally:
        process.kill()
        process.join()


def acknowledged(folder: Path) -> list[str]:
    return [line for path in folder.glob("journal-*") for line in path.read_text("ascii").splitlines()]


async def lost(url: str, folder: Path, lines: list[str]) -> list[str]:
    """Those of `lines` the notebook does not have."""
    missing = []
    notebook = await open_notebook(url, folder)
    try:
        for line in lines:
            word, _, name = line.partition(" ")
            row = await subjects.find(name) if word != "action" else None
            there = {
                "push": row is not None,
                "entry": word == "entry" and "message:1" in await entries.known(name),
                "card": row is not None and row.ts == "17.1",
                "action": word == "action" and await actions.find(name) is not None,
            }
            if not there[word]:
                missing.append(line)
    finally:
        await notebook.close()
    return missing


def test_twenty_kills_lose_nothing_that_was_acknowledged(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(20)
    for life in range(20):
        life_and_death(database_url, tmp_path, life, chance)

    lines = acknowledged(tmp_path)
    assert len(lines) > 200
    assert asyncio.run(lost(database_url, tmp_path, lines)) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(database_url: str, tmp_path: Path) -> None:
    chance = random.Random(200)
    for life in range(200):
        life_and_death(database_url, tmp_path, life, chance)

    assert asyncio.run(lost(database_url, tmp_path, acknowledged(tmp_path))) == []
