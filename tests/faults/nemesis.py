"""Kills the bot again and again while everything goes on: at random, at its named points, and while it is answered."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults.process import KILLED, ROOT
from tests.faults.proving import ProvingGround
from tests.faults.stream import Hands, Stream

# Killed the moment the other side has executed this and before its answer is sent.
FAR_ENDS = (
    "POST /api/chat.postMessage",
    "POST /api/chat.update",
    "POST /api/conversations",
    r"POST /v2/tickets/\d+/messages",
    r"PATCH /v2/tickets/\d+/close",
    r"PATCH /v2/return-units/\d+/",
    r"GET /v2/tickets/\d+",
    "GET /v2/tickets$",
    "(POST|PATCH) /v2/subscriptions",
)
# Points that a stream of changes does not come by; where they are tried instead.
ELSEWHERE = {
    "mig.": "tests/store/test_schema.py",
    "feed.": "tests/faults/test_imports.py",
    "bulk.": "tests/faults/test_bulk.py",
}
# How often a life comes by the points of a kind, at least.
OFTEN = {"fetch": 12, "out": 4, "entry": 6, "in": 3, "act": 2, "poll": 2}
ACTIONS = "/(messages|close|accept|reject|clarify|repair)$"
# How many lives have bad weather besides.
ROUGH = 0.3
# What a life is given to come by its point. Some are rare.
LIFE_SECONDS = 6.0
# Between two lives, so that polls do not read the same ten minutes for ever.
NIGHT = timedelta(minutes=4)


def named_points() -> list[str]:
    """Every name the bot's code reaches that a stream of changes comes by."""
    found = set()
    for path in (ROOT / "bot").rglob("*.py"):
        found |= set(re.findall(r'failpoints\.reach\("([^"]+)"\)', path.read_text("utf-8")))
    return sorted(name for name in found if not name.startswith(tuple(ELSEWHERE)))


@dataclass
class Nemesis:
    """Lives and deaths of one bot. `share` is how many changes happen in each life, `deaths` what it died of."""

    ground: ProvingGround
    stream: Stream
    hands: Hands
    chance: random.Random
    share: int
    deaths: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def kills(self) -> int:
        return self.deaths.total()

    def ends(self, *, each: int, far: int, random_kills: int) -> list[Callable[[], Awaitable[str]]]:
        """Ways to die, shuffled: `each` times at every named point, `far` at every far end, the rest at random."""

        def at_point(name: str) -> Callable[[], Awaitable[str]]:
            return lambda: self._at_point(name)

        def at_far_end(what: str) -> Callable[[], Awaitable[str]]:
            return lambda: self._at_far_end(what)

        ends = [at_point(name) for name in named_points() for _ in range(each)]
        ends += [at_far_end(what) for what in FAR_ENDS for _ in range(far)]
        ends += [self._at_random] * random_kills
        self.chance.shuffle(ends)
        return ends

    async def lives(self, ends: list[Callable[[], Awaitable[str]]]) -> None:
        for end in ends:
            if self.chance.random() < ROUGH:
                self.chance.choice(self._weather())()
            changing = asyncio.create_task(self._change())
            cause = await end()
            self.hands.open.clear()
            await changing
            self.ground.clear()
            self.deaths[cause] += 1
            await self.ground.pass_time(NIGHT)

    def _weather(self) -> tuple[Callable[[], object], ...]:
        """What may go wrong besides, in one life."""
        market, slack = self.ground.market.faults, self.ground.slack.faults
        some = self.chance.randint(1, 5)
        return (
            lambda: slack.cut("drop", next=some),
            lambda: slack.cut("internal_error", next=some),
            lambda: slack.limited(1, next=some),
            lambda: slack.down(next=some),
            lambda: slack.fails(503, next=some),
            lambda: market.cut_after_execution(next=some),
            lambda: market.error(502, executes=True, path=ACTIONS, next=some),
            lambda: market.error(503, next=some),
            lambda: market.down(next=some),
            lambda: market.too_many(next=some),
            lambda: market.duplicate_pushes(3),
            lambda: market.shuffle_pushes(),
            lambda: market.lose_pushes(0.3),
        )

    def _lead_to(self, name: str) -> None:
        """Some points are only come by after something went wrong."""
        if name == "out.read_back":
            self.ground.slack.faults.cut(method="chat.postMessage", next=3)
        elif name == "act.read_back":
            self.ground.market.faults.cut_after_execution(path=ACTIONS, next=3)
        elif name == "sub.done":
            for subscription in self.ground.market.world.shop().subscriptions:
                subscription.active = False

    async def _change(self) -> None:
        for _ in range(self.share):
            self.stream.step()
            await asyncio.sleep(self.chance.uniform(0, 0.02))

    # Ways to die

    async def _at_point(self, name: str) -> str:
        self._lead_to(name)
        nth = self.chance.randint(1, OFTEN.get(name.partition(".")[0], 1))
        await self.ground.bot.start(fail_point=f"{name}:{nth}", ready=False)
        return name if await self._died_in(LIFE_SECONDS) else self._late(name)

    async def _at_far_end(self, what: str) -> str:
        bot = self.ground.bot
        await bot.start(ready=False)
        for snare in (self.ground.at_market, self.ground.at_slack):
            for _ in range(self.chance.randint(1, 4) - 1):
                snare.next(what, lambda: None)
            snare.next(what, bot.kill)
        return what if await self._died_in(LIFE_SECONDS) else self._late(what)

    async def _at_random(self) -> str:
        await self.ground.bot.start(ready=False)
        await self._died_in(self.chance.uniform(0.1, 2.0))
        self.ground.bot.kill()
        return "random"

    async def _died_in(self, seconds: float) -> bool:
        """Whether it died by itself. The door opens for people as soon as it is ready."""
        until = time.monotonic() + seconds
        getting_ready = asyncio.create_task(self._open_when_ready())
        try:
            while time.monotonic() < until:
                if not self.ground.bot.alive:
                    assert self.ground.bot.exit_code == KILLED, self.ground.bot.log[-3000:]
                    return True
                await asyncio.sleep(0.01)
            return False
        finally:
            getting_ready.cancel()
            await asyncio.gather(getting_ready, return_exceptions=True)

    async def _open_when_ready(self) -> None:
        await self.ground.bot.ready()
        self.hands.open.set()

    def _late(self, name: str) -> str:
        self.missed[name] += 1
        self.ground.bot.kill()
        return "random"


def figures(nemesis: Nemesis, complaints: int, seconds: float) -> Iterator[str]:
    """What a run measured, a line each."""
    bot = nemesis.ground.bot
    yield f"{nemesis.kills} kills, {nemesis.stream.count} changes, {nemesis.hands.pressed.total()} presses"
    yield f"{complaints} complaints, {seconds:.0f} s"
    usually = sum(bot.ready_after) / len(bot.ready_after)
    yield f"ready after {max(bot.ready_after):.1f} s at most, {usually:.1f} s usually"
    yield f"deaths {dict(sorted(nemesis.deaths.items()))}"
    yield f"missed {dict(nemesis.missed)}"
    yield f"changes {dict(nemesis.stream.changes)}"
    yield f"presses {dict(nemesis.hands.pressed)}"
