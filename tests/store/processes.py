"""What the tests let other processes do: write until they are killed, hold the notebook, die in a migration."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot import failpoints
from bot.store import actions, entries, pushes, sql, subjects
from bot.store.actions import NewAction
from bot.store.database import NotebookError, migrate, open_notebook
from bot.store.pushes import NewPush
from bot.store.together import GroupCommit
from bot.store.transaction import Database, transaction

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["bot.store.database", "bot.store.actions", "bot.store.together"])


def start(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
    process = _context.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def write_until_killed(url: str, folder: str, journal: str, life: int) -> None:
    """Writes on eight lanes; each line of `journal` is something the notebook has acknowledged."""
    out = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def lane(door: GroupCommit, number: int) -> None:
        step = 0
        while True:
            name = f"{life}-{number}-{step}"
            now = datetime.now(UTC)
            (key,) = await door.add(NewPush("main", name, "return_new", f"return:main:{name}"))
            os.write(out, f"push {key}\n".encode())
            await entries.posting(key, "message:1", now, name, now)
            os.write(out, f"entry {key}\n".encode())
            await subjects.posted(key, "C1", "17.1", name)
            os.write(out, f"card {key}\n".encode())
            new = NewAction(name, f"k:{name}", "return.accept", key, "main", "U1", "T1", {"unit": step}, None)
            await actions.take(new, f"press:{name}", now)
            os.write(out, f"action {name}\n".encode())
            step += 1

    async def main() -> None:
        notebook = await open_notebook(url, Path(folder))
        door = GroupCommit(lambda waiting: pushes.accept(waiting, datetime.now(UTC)))
        try:
            await asyncio.gather(*(lane(door, number) for number in range(8)))
        finally:
            await notebook.close()

    asyncio.run(main())


def hold(url: str, folder: str, held: str) -> None:
    """Opens the notebook as its writer, says so by making the file `held`, and keeps it until killed."""

    async def main() -> None:
        await open_notebook(url, Path(folder))
        os.close(os.open(held, os.O_CREAT | os.O_WRONLY))
        await asyncio.Event().wait()

    asyncio.run(main())


def wake_again_and_again(url: str, folder: str, rounds: int, told: str) -> None:
    """What `kontor rest retry` does, many times, beside a running bot."""

    async def main() -> None:
        for number in range(rounds):
            notebook = await open_notebook(url, Path(folder), writer=False)
            try:
                await subjects.wake_resting(None, datetime.now(UTC))
                await subjects.mark([f"order:main:{number}"], datetime.now(UTC))
            finally:
                await notebook.close()

    asyncio.run(main())
    Path(told).write_text("done")


def count_up(url: str, folder: str, rounds: int, told: str) -> None:
    """Reads a number, adds one, writes it, many times."""

    async def main() -> None:
        notebook = await open_notebook(url, Path(folder), writer=False)
        try:
            for _ in range(rounds):
                await transaction(add_one)
        finally:
            await notebook.close()

    asyncio.run(main())
    Path(told).write_text("done")


async def add_one(database: Database) -> None:
    ((tries,),) = await sql.fetch("SELECT tries FROM subjects WHERE key = 'ticket:main:1'", database=database)
    await sql.change("UPDATE subjects SET tries = ? WHERE key = 'ticket:main:1'", tries + 1, database=database)


def migrate_and_die(url: str, folder: str, failpoint: str) -> None:
    failpoints.arm(failpoint)
    asyncio.run(migrate(url, Path(folder)))


def try_to_migrate(url: str, folder: str, told: str) -> None:
    try:
        sentence = asyncio.run(migrate(url, Path(folder)))
    except NotebookError as error:
        sentence = f"refused: {error}"
    Path(told).write_text(sentence)
