"""Lives: each run of a process on the notebook, and how often it did something that cannot be taken back.

Before an action is sent or a post is made, and after every move of an action, a life takes a step: the notebook counts
it, then a witness in DATA_DIR does (`bot.store.witness`). So a notebook that was put back from a backup is noticed at
the next start (`bot.store.beginning`): a witness knows of more steps than it does. Posts of one second count as one
step: a burst of cards does not wait for the disk card by card.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from bot.store import sql, transaction, witness
from bot.store.batches import Batches
from bot.store.errors import NotebookError
from bot.store.transaction import unit
from bot.store.witness import Sign

log = structlog.get_logger(__name__)

# So long a post counts with the step before it. A backup as young as this at the moment of death forgets no more.
POSTS_SECONDS = 1.0
BENEATH = (
    "The notebook was put back to an older state while this Kontor was running. "
    "Stop every process of it and start again: it then sees to what was forgotten."
)


@dataclass
class Life:
    """This process's: `notebook` is the name of the notebook it lives on, `steps` how many it has taken."""

    data_dir: Path
    notebook: str
    id: str
    now: Callable[[], datetime]
    steps: int = 0
    # On the clock of this machine, in seconds.
    stepped_at: float = -math.inf

    def testify(self) -> None:
        """Write its witness. Raises OSError."""
        witness.write(self.data_dir, self.notebook, Sign(self.id, self.steps, self.now()))


_mine: Life | None = None


async def begin(life: Life) -> None:
    """From now on this process's steps are counted. Raises OSError."""
    global _mine
    await _born(life.id, life.now())
    await asyncio.to_thread(life.testify)
    _mine = life


def end() -> None:
    """This process does nothing more that counts."""
    global _mine
    _mine = None


async def post() -> None:
    """A post follows. As `step`, but it counts with a step of the same second."""
    if _mine is not None and time.monotonic() - _mine.stepped_at >= POSTS_SECONDS:
        await step()


async def step() -> None:
    """Something follows, or was noted, that must not be forgotten unnoticed.

    Those who step at the same time share the commit. Without a life (a command beside the bot) nothing is counted.
    Raises `NotebookError` when the notebook was put back under us.
    """
    if _mine is not None:
        await _steps.add(_mine)


async def _stepped(batch: Sequence[Life]) -> Sequence[None]:
    mine = batch[-1]
    steps = await _counted(mine.id, mine.now())
    if steps is None or steps <= mine.steps:
        transaction.refuse(BENEATH)
        log.critical("the notebook was restored under a running process")
        raise NotebookError(BENEATH)
    mine.steps, mine.stepped_at = steps, time.monotonic()
    try:
        await asyncio.to_thread(mine.testify)
    except OSError as error:
        # A shop that stands still is worse: a restore would be noticed by an earlier step.
        log.error("DATA_DIR cannot be written; a restored backup may not be noticed", reason=error.strerror)
    return [None] * len(batch)


_steps: Batches[Life, None] = Batches(_stepped)


@unit
async def _counted(life: str, at: datetime) -> int | None:
    """How many steps the notebook has of this life now; None when it does not know it, or gave it up."""
    text = "UPDATE lives SET steps = steps + 1, at = ? WHERE id = ? AND lost = FALSE RETURNING steps"
    found = await sql.returning(text, at, life)
    return int(found[0]["steps"]) if found else None


@unit
async def _born(life: str, now: datetime) -> None:
    await sql.inserted("INSERT INTO lives (id, steps, at) VALUES (?, 0, ?) ON CONFLICT (id) DO NOTHING", life, now)
