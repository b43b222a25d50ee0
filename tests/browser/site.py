"""The house of the journeys with its two pages open to a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.manifest import manifest
from sandbox.market import Account, Marketplace
from sandbox.serving import Served
from sandbox.slack import SlackWorkspace
from tests.journeys.house import BOT_TOKEN, SIGNING_SECRET, House, bot_between

ACCOUNT = Account.named("main", ("de", "at", "cz"))


@dataclass
class Site:
    """`slack` and `market` are the addresses of the two pages."""

    house: House
    slack: str
    market: str

    def tidy(self) -> None:
        """Mend what a test broke and close what it left open before people."""
        self.house.slack.faults.mend()
        self.house.market.faults.switch_off()
        self.house.slack.state.views.stacks.clear()
        self.house.slack.connect(self.house.url)

    def silence_app(self) -> None:
        """From now on nobody answers what Slack sends."""
        self.house.slack.connect("http://127.0.0.1:9")


@asynccontextmanager
async def open_site(data: Path, **more: str) -> AsyncIterator[Site]:
    market = Marketplace([ACCOUNT], rate_limit=None)
    slack = SlackWorkspace(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        manifest=yaml.safe_load(manifest("https://kontor.test", "", socket_mode=False)),
    )
    async with Served(market.app) as market_door, Served(slack.app) as slack_door, market:
        slack.page.other_side = market_door.url
        market.other_side.slack = slack_door.url
        async with bot_between(market, market_door.url, slack, slack_door.url, data, True, None, more) as house:
            yield Site(house, slack_door.url, market_door.url)
