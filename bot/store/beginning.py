"""A process begins its life on the notebook, and finds out whether the notebook was put back from a backup.

Every witness in DATA_DIR must find its life in the notebook, with as many steps as it knows of. Where one does not, the
notebook is older than what was done since, and `bot.store.restoring` sees to it before anything else is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from bot.store import lives, notes, sql, witness
from bot.store.errors import NotebookError
from bot.store.restoring import Restored, account_for, give_up, lost_of, restored
from bot.store.transaction import Database, transaction, unit
from bot.store.witness import Sign

NAME = "notebook"
# Whose last step is so long ago may be taken from its folder while it lives: its next step comes back there.
IDLE = timedelta(hours=1)


async def begin(data_dir: Path, now: Callable[[], datetime], *, alone: bool) -> Restored | None:
    """Begin this process's life; what was found when the notebook turns out to be restored, else None.

    `alone`: no other process uses it. Raises `NotebookError`.
    """
    name, new = await _name(now())
    try:
        # Before the notebook is asked: the witnesses of those who live must not be ahead of what it answers.
        signs = await asyncio.to_thread(witness.read, data_dir, name)
        nameless = new and await asyncio.to_thread(witness.others, data_dir, name)
        found = await _examined(signs, now(), alone=alone, nameless=nameless)
        await lives.begin(lives.Life(data_dir, name, uuid4().hex, now))
        # A backup that lacks what they vouch for lacks our birth, too: our own witness is enough.
        over = [sign.life for sign in signs if alone or now() - sign.at > IDLE]
        await asyncio.to_thread(witness.sweep, data_dir, name, over)
    except OSError as error:
        raise NotebookError(f"DATA_DIR {data_dir} cannot be used: {error.strerror}.") from error
    return found


async def _name(now: datetime) -> tuple[str, bool]:
    """The notebook's own name, for ever; and whether it got it just now."""
    kept = await notes.get(NAME)
    if kept is None:
        await _named(uuid4().hex, now)
    found = await notes.get(NAME)
    assert found is not None
    return str(found["id"]), kept is None


@unit
async def _named(name: str, now: datetime) -> None:
    text = "INSERT INTO notes (name, value, at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING"
    await sql.inserted(text, NAME, {"id": name}, now)


async def _examined(signs: Sequence[Sign], now: datetime, *, alone: bool, nameless: bool) -> Restored | None:
    """See to it when a witness knows more than the notebook.

    `nameless`: it had no name although there were notebooks with names here. Then it is of before they got them.
    """

    async def work(database: Database) -> Restored | None:
        await sql.alone("restoring", database)
        lost = await lost_of(database, signs)
        forgot = nameless and await _written(database)
        last = (await restored(database)).at
        if forgot or any(alone or last is None or sign.at > last for sign in lost):
            return await account_for(database, lost, now)
        # Another process, whose DATA_DIR is another, has seen to the restore that these were lost in.
        await give_up(database, lost)
        return None

    return await transaction(work)


async def _written(database: Database) -> bool:
    return bool(await sql.fetch("SELECT 1 FROM subjects LIMIT 1", database=database))
