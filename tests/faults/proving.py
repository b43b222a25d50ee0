"""The proving ground: a bot in a process of its own between a marketplace and a Slack that are served here."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.manifest import manifest
from bot.scaling import prepare_lanes
from bot.settings import read_settings
from bot.store.database import migrate, open_notebook
from sandbox.clockface import Clockface
from sandbox.market import Account, Marketplace
from sandbox.serving import Served
from sandbox.slack import Person, SlackWorkspace
from tests.faults.bot_process import CLOCK
from tests.faults.process import BotProcess
from tests.journeys.house import BOT_TOKEN, SIGNING_SECRET, environment

Deed = Callable[[], None]


class Snare:
    """An ASGI app around another: does a deed at the last moment before an answer that was waited for goes out.

    What was asked is executed by then, and nobody but us knows it yet.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._set: list[tuple[re.Pattern[str], Deed]] = []
        # When each request came, on the clock of this machine in seconds.
        self.asked_at: list[float] = []

    def next(self, what: str, deed: Deed) -> None:
        """`deed` once, at the next answer to a request whose "METHOD /path" the pattern `what` is found in."""
        self._set.append((re.compile(what), deed))

    def clear(self) -> None:
        self._set.clear()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = f"{scope.get('method', '')} {scope.get('path', '')}"
        self.asked_at.append(time.monotonic())

        async def answer(event: Any) -> None:
            if event["type"] == "http.response.start":
                self._spring(asked)
            await send(event)

        # The sandbox finds the connection it is to break behind the function it answers with.
        answer.__self__ = getattr(send, "__self__", None)  # type: ignore[attr-defined]
        await self._app(scope, receive, answer)

    def _spring(self, asked: str) -> None:
        for place, (pattern, deed) in enumerate(self._set):
            if pattern.search(asked):
                del self._set[place]
                deed()
                return


@dataclass
class ProvingGround:
    """`at_market` and `at_slack` are the snares in front of the two. `beside` opens the bot's notebook beside it."""

    market: Marketplace
    slack: SlackWorkspace
    bot: BotProcess
    at_market: Snare
    at_slack: Snare
    database: str
    data: Path

    @property
    def people(self) -> list[Person]:
        return [self.slack.person(name) for name in ("ana", "ben", "mira", "tomas")]

    async def until(self, condition: Callable[[], Any], *, seconds: float = 20.0) -> Any:
        """Wait for `condition()` to be true, and return what it gave."""
        async with asyncio.timeout(seconds):
            while not (found := condition()):
                await asyncio.sleep(0.01)
        return found

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Inside the block `bot.store` answers from the bot's notebook, whether the bot lives or not."""
        notebook = await open_notebook(self.database, self.data, writer=False)
        try:
            yield
        finally:
            await notebook.close()

    def clear(self) -> None:
        """Nothing goes wrong any more on the other sides."""
        self.at_market.clear()
        self.at_slack.clear()
        self.market.faults.switch_off()
        self.slack.faults.mend()

    async def pass_time(self, by: timedelta) -> None:
        """For everybody. While the bot lives, by no more than the clocks of two machines may differ."""
        assert not self.bot.alive or by < timedelta(minutes=4), "requests under way would be found to be too old"
        await self.market.let_time_pass(by)


@asynccontextmanager
async def proving_ground(
    folder: Path, *, database: str | None = None, accounts: list[Account] | None = None, seed: int = 1, **more: str
) -> AsyncIterator[ProvingGround]:
    """Everything is served; the bot is not started yet, and killed in the end if it still lives."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    market = Marketplace(accounts or [Account.named("main", ("de", "at", "cz"))], seed=seed, rate_limit=None)
    face = Clockface(folder / "clock")
    market.world.clock.listeners.append(face.show)
    slack = SlackWorkspace(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        now=market.world.clock.now,
        manifest=yaml.safe_load(manifest("https://kontor.test", "", socket_mode=False)),
    )
    at_market, at_slack = Snare(market.app), Snare(slack.app)
    async with Served(at_market) as market_door, Served(at_slack) as slack_door, market:
        bot = BotProcess({}, folder / "bot.log")
        env = environment(market_door.url, slack_door.url, bot.url, folder / "data", market, **more)
        env |= {"DATABASE_URL": database or f"sqlite://{folder}/data/kontor.db", CLOCK: str(folder / "clock")}
        bot.env = {"LOG_FORMAT": "json", **env}
        settings = read_settings(env)
        await migrate(settings.database_url, settings.data_dir)
        if settings.lanes == "postgres":
            await prepare_lanes(settings)
        slack.connect(bot.url, here=slack_door.url)
        try:
            yield ProvingGround(market, slack, bot, at_market, at_slack, settings.database_url, settings.data_dir)
        finally:
            bot.kill()
