"""`kontor serve` for the fault tests: in a hurry where the real world is slow, and by the clock of the tests' world.

Everything else is what `kontor serve` does, from the same environment.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from bot import lanes_postgres, presence, serving
from bot.app import Kontor, build
from bot.domain import bulkplan
from bot.scaling import Part
from bot.settings import Settings, read_settings
from sandbox.clockface import Clockface
from tests.journeys.house import hurry

CLOCK = "FAULTS_CLOCK"
# serve, web or work.
PART = "FAULTS_PART"
# How many offers go out in one call, where a few are to be several batches.
BATCH = "FAULTS_BATCH"


async def build_hurried(settings: Settings, *, now: Callable[[], datetime], part: Part) -> Kontor:
    lanes_postgres.DEAD_SECONDS, presence.AWAY_SECONDS = 5.0, 2.5
    kontor = await build(settings, now=now, part=part)
    hurry(kontor)
    return kontor


def live(env: Mapping[str, str], log: str) -> None:
    """One life of the bot in this process, which says everything to the file `log`. Exits as `kontor serve` does."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.environ.clear()
    os.environ.update(env)
    serving.build = build_hurried
    face = Clockface(Path(env[CLOCK]))
    part = Part(env.get(PART, "serve"))
    bulkplan.MOST_AT_ONCE = int(env.get(BATCH, bulkplan.MOST_AT_ONCE))
    sys.exit(asyncio.run(serving.serve_until_told(read_settings(env), now=face.now, part=part)))
