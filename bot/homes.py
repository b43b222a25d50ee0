"""Keeps Home tabs true: published when somebody looks, and again while what they show changes.

What changes is noted and shown in the next round, so that a hundred changes are one new view for each who looks.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block
from bot.domain.pace import Pace
from bot.slackwire import trouble
from bot.store import homes, notes
from bot.store.homes import HomeRow

log = structlog.get_logger(__name__)

# Slack does not say when somebody looks away; who looked longer ago gets a fresh view when they look again.
LOOKS_FOR = timedelta(minutes=30)
PUBLISH = "views.publish"
# Turns that rounds leave to people who press something.
FOR_PEOPLE = 8

# Draws the Home of one person, with an answer to what they pressed. Never raises: trouble is a view too.
Draw = Callable[[HomeRow, str], Awaitable[Block]]


@dataclass
class Homes:
    slack: AsyncWebClient
    draw: Draw
    now: Callable[[], datetime]
    # views.publish allows about 100 calls a minute in a workspace.
    pace: Pace = field(default_factory=lambda: Pace(gap=0.7, burst=20))
    tick: Callable[[], float] = time.monotonic
    round_seconds: float = 5.0
    # Where other processes look too, nobody tells us what changed: every round draws.
    alone: bool = True
    _changed: bool = False
    _address: str | None = None

    def changed(self) -> None:
        """Something is not as Homes may show it."""
        self._changed = True

    async def open(self, user_id: str, team_id: str) -> None:
        """Somebody looks at their Home: show it at once."""
        await self.show(await homes.opened(user_id, team_id, self.now()))

    async def learn(self, app_id: str, team_id: str) -> None:
        """What our app is called in links; Slack tells it with every event and nowhere else."""
        address = f"https://slack.com/app_redirect?app={app_id}&team={team_id}&tab=home"
        if app_id.isalnum() and team_id.isalnum() and address != self._address:
            await notes.put("home", {"address": address}, self.now())
            self._address = address

    async def address(self) -> str | None:
        """A link to Home; None while nobody has ever opened it."""
        if self._address is None:
            self._address = (await notes.get("home") or {}).get("address")
        return self._address

    async def show(self, row: HomeRow, notice: str = "") -> None:
        """Publish it, whatever it shows now: the person is waiting."""
        wait = self.pace.wait(PUBLISH, row.user_id, self.tick())
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self.pace.wait(PUBLISH, row.user_id, self.tick())
        await self._publish(row, await self.draw(row, notice))

    async def run_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.round_seconds)
            try:
                if self._changed or not self.alone:
                    await self.round()
            except Exception:
                log.exception("a round of Homes failed")

    async def round(self) -> None:
        """Show what changed to all who looked of late, as far as Slack's pace allows; the rest comes with the next."""
        self._changed = False
        for row in await homes.seen_since(self.now() - LOOKS_FOR):
            view = await self.draw(row, "")
            if digest(view) == row.shown:
                continue
            if self.pace.wait(PUBLISH, row.user_id, self.tick(), reserve=FOR_PEOPLE) > 0:
                self._changed = True
                return
            await self._publish(row, view)

    async def _publish(self, row: HomeRow, view: Block) -> None:
        await homes.shown(row.user_id, None)
        try:
            await self.slack.views_publish(user_id=row.user_id, view=view)
        except Exception as error:
            slack = trouble(error)
            if slack.kind == "wait":
                self.pace.pause(PUBLISH, self.tick() + slack.retry_after)
            level = log.error if slack.kind == "card" else log.warning
            level("a Home could not be published", user=row.user_id, reason=slack.code)
            # A view Slack refuses is not offered to it again and again; anything else is tried in the next round.
            self._changed = self._changed or slack.systemic
            await homes.shown(row.user_id, digest(view) if slack.kind == "card" else None)
            return
        await homes.shown(row.user_id, digest(view))


def digest(view: Block) -> str:
    """Equal for views that show the same, whenever they were drawn."""
    blocks = [block for block in view["blocks"] if block.get("block_id") != "updated"]
    raw = json.dumps(blocks, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(raw.encode(), digest_size=16).hexdigest()
