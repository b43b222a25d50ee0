"""The whole house for journeys: the real bot between the local marketplace and the local Slack, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import yaml

from bot.app import Kontor, build
from bot.manifest import manifest
from bot.scaling import prepare_lanes
from bot.settings import read_settings
from bot.store import actions as action_rows
from bot.store.database import migrate
from sandbox.market import Account, Marketplace
from sandbox.serving import Served
from sandbox.slack import Person, SlackWorkspace
from sandbox.slack.channels import Message

T = TypeVar("T")

SIGNING_SECRET = "7d1c5e9b0a6f4283b6c2d8e4f1a09375"
BOT_TOKEN = "xoxb-7351-kontor-journeys"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class House:
    market: Marketplace
    slack: SlackWorkspace
    kontor: Kontor
    url: str

    @property
    def ana(self) -> Person:
        return self.slack.person("ana")

    @property
    def ben(self) -> Person:
        return self.slack.person("ben")

    def cards(self, channel: str) -> list[Message]:
        """What the bot posted at the top level of `channel`, oldest first."""
        return [message for message in self.slack.channels[channel].messages if not message.in_thread]

    def card(self, ref: object) -> Message | None:
        """The one card that speaks of `ref`, wherever it hangs. Two are an error."""
        found = [
            message
            for channel in self.slack.channels.values()
            for message in channel.messages
            if not message.in_thread
            and message.metadata
            and message.metadata["event_payload"].get("subject", "").endswith(f":{ref}")
        ]
        assert len(found) <= 1, f"{len(found)} cards speak of {ref}"
        return found[0] if found else None

    async def until(self, condition: Callable[[], T], *, seconds: float = 15.0) -> T:
        """Wait for `condition()` to be true; asked often, so that a change anywhere is noticed."""
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                await asyncio.sleep(0.01)
        return value

    async def shown(self, ref: object, words: str = "", *, seconds: float = 15.0) -> Message:
        """The card of `ref`, once it hangs and says `words`."""

        def says() -> Message | None:
            card = self.card(ref)
            return card if card is not None and words in card.words else None

        return await self.until(says, seconds=seconds)  # type: ignore[return-value]

    async def ended(self, subject: str, *, seconds: float = 15.0) -> list[str]:
        """The states of all actions on `subject`, once none is under way."""
        async with asyncio.timeout(seconds):
            while True:
                actions = await action_rows.for_subject(subject)
                if not any(action.under_way for action in actions):
                    return [action.state for action in actions]
                await asyncio.sleep(0.01)

    async def quiet(self) -> None:
        """Until nobody has anything left to do that is due now."""
        for _ in range(3):
            await self.kontor.looks.lanes.quiet()
            await self.kontor.actions.lanes.quiet()
            await asyncio.sleep(0.05)

    async def polled(self) -> None:
        """Let every poll run once, and what it marked be looked at."""
        for account in self.kontor.desk.markets:
            await self.kontor.polls.tickets(account)
            await self.kontor.polls.returns(account)
            await self.kontor.polls.return_units(account)
            await self.kontor.polls.orders(account)
        await self.quiet()

    async def restart(self) -> None:
        """The bot ends as it is told to, and starts again; without polls."""
        settings, now = self.kontor.settings, self.kontor.desk.now
        await self.kontor.stop()
        self.kontor = await build(settings, now=now)
        hurry(self.kontor)
        await self.kontor.start(polls=False)

    async def pass_time(self, by: timedelta) -> None:
        await self.market.let_time_pass(by)


def environment(
    market_url: str, slack_url: str, public_url: str, data: Path, market: Marketplace, **more: str
) -> dict[str, str]:
    """What a person would put into .env for this house."""
    accounts = [shop.account for shop in market.world.shops.values()]
    first = accounts[0]
    keys = {
        "MARKET_CLIENT_KEY": first.client_key,
        "MARKET_SECRET_KEY": first.secret_key,
        "MARKET_STOREFRONTS": ",".join(first.storefronts),
    }
    if len(accounts) > 1 or first.name != "main":
        keys = {"MARKET_ACCOUNTS": ",".join(account.name for account in accounts)}
        for account in accounts:
            prefix = f"MARKET_{account.name.upper()}_"
            keys[f"{prefix}CLIENT_KEY"] = account.client_key
            keys[f"{prefix}SECRET_KEY"] = account.secret_key
            keys[f"{prefix}STOREFRONTS"] = ",".join(account.storefronts)
    return {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": f"{slack_url}/api/",
        "MARKET_API_URL": f"{market_url}/v2",
        "MARKET_FALLBACK_EMAIL": "ops@kontor.test",
        "MARKET_REQUESTS_PER_SECOND": "1000",
        "PUBLIC_URL": public_url,
        "DATA_DIR": str(data),
        "RULES_DIR": str(ROOT / "rules"),
        "TEMPLATES_DIR": str(ROOT / "templates"),
        "SLACK_PACE_SECONDS": "0",
        "POLL_SECONDS": "0.2",
        "RECONCILE_SECONDS": "0.5",
        "UNDO_SECONDS": "0",
        **keys,
        **more,
    }


def hurry(kontor: Kontor) -> None:
    """Shorten every wait that exists for the real world's slowness; what is decided stays the same."""
    kontor.board.settle_seconds = (0.05, 0.3)
    kontor.actions.read_back_seconds = (0.05, 0.1, 0.2, 0.4)
    kontor.actions.sweep_seconds = 0.05
    kontor.looks.sweep_seconds = 0.05
    kontor.paper_round.seconds = 0.1
    kontor.paper_round.settled_seconds = 0.0
    for watch in kontor.watches:
        watch.seconds = 0.5


@asynccontextmanager
async def running(
    data: Path,
    *,
    accounts: list[Account] | None = None,
    polls: bool = True,
    database: str | None = None,
    **more: str,
) -> AsyncIterator[House]:
    """A house in which everybody is at work."""
    market = Marketplace(accounts or [Account.named("main", ("de", "at", "cz"))], rate_limit=None)
    slack = SlackWorkspace(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        manifest=yaml.safe_load(manifest("https://kontor.test", "", socket_mode=False)),
        now=market.world.clock.now,
    )
    async with (
        Served(market.app) as market_door,
        Served(slack.app) as slack_door,
        market,
        bot_between(market, market_door.url, slack, slack_door.url, data, polls, database, more) as house,
    ):
        yield house


@asynccontextmanager
async def bot_between(
    market: Marketplace,
    market_url: str,
    slack: SlackWorkspace,
    slack_url: str,
    data: Path,
    polls: bool,
    database: str | None,
    more: dict[str, str],
) -> AsyncIterator[House]:
    house: House | None = None

    async def door(scope: Any, receive: Any, send: Any) -> None:
        assert house is not None
        await house.kontor.asgi(scope, receive, send)

    async with Served(door) as bot_door:
        env = environment(market_url, slack_url, bot_door.url, data, market, **more)
        if database:
            env["DATABASE_URL"] = database
        settings = read_settings(env)
        await migrate(settings.database_url, settings.data_dir)
        if settings.lanes == "postgres":
            await prepare_lanes(settings)
        kontor = await build(settings, now=market.world.clock.now)
        hurry(kontor)
        house = House(market, slack, kontor, bot_door.url)
        slack.connect(bot_door.url, here=slack_url)
        await kontor.start(polls=polls)
        try:
            yield house
        finally:
            await house.kontor.stop()


def open_ticket(house: House, text: str = "Wo bleibt mein Paket?", *, storefront: str = "de") -> Any:
    """A buyer writes about an order of theirs."""
    world = house.market.world
    order = world.place_order(storefront)
    return world.open_ticket(world.units_of(order), text)


def after(house: House, seconds: float) -> datetime:
    return house.market.world.clock.now() + timedelta(seconds=seconds)
