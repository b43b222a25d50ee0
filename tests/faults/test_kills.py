"""Killed with -9 at random, at every named point and in every exchange, the bot loses nothing and doubles nothing.

The long run is the figure of the promise: 200 kills during 10,000 changes.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import checks
from tests.faults.nemesis import FAR_ENDS, NIGHT, Nemesis, figures, named_points
from tests.faults.proving import proving_ground
from tests.faults.stream import Hands, Stream

pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True)
class Plan:
    """How often at each named point, at each far end and at random, and how many changes there are in a life."""

    each: int
    far: int
    random_kills: int
    share: int

    @property
    def kills(self) -> int:
        return self.each * len(named_points()) + self.far * len(FAR_ENDS) + self.random_kills


async def survives(folder: Path, plan: Plan, *, seed: int, database: str | None = None) -> Nemesis:
    """Run `plan`, wait until all is quiet, and insist that nobody has a complaint."""
    started = time.monotonic()
    async with proving_ground(
        folder, database=database, seed=seed, POLL_SECONDS="0.7", RECONCILE_SECONDS="2"
    ) as ground:
        stream = Stream(ground.market.world, seed=seed, orders=40 + plan.kills * plan.share // 12)
        async with ground.beside(), Hands(ground, seed) as hands:
            nemesis = Nemesis(ground, stream, hands, random.Random(seed), plan.share)
            await nemesis.lives(nemesis.ends(each=plan.each, far=plan.far, random_kills=plan.random_kills))
            await ground.pass_time(NIGHT)
            await ground.bot.start()
            complaints = await checks.settled(ground)
        print("", *figures(nemesis, len(complaints), time.monotonic() - started), sep="\n  ")
    assert complaints == [], checks.told(complaints)
    return nemesis


async def test_dying_once_at_every_point_loses_and_doubles_nothing(tmp_path: Path) -> None:
    nemesis = await survives(tmp_path, Plan(each=1, far=0, random_kills=2, share=12), seed=3)

    assert nemesis.kills >= 12


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_two_hundred_kills_during_ten_thousand_changes_lose_and_double_nothing(tmp_path: Path) -> None:
    plan = Plan(each=6, far=4, random_kills=30, share=50)

    nemesis = await survives(tmp_path, plan, seed=11)

    assert nemesis.kills >= 200
    assert nemesis.stream.count >= 10_000
