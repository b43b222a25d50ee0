"""Who somebody in Slack is, read from Slack and kept for a minute: so long may a revoked person still act."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.access import Person, refusal
from bot.slackwire import SlackTrouble, trouble

FRESH_SECONDS = 60.0
CLICK_SECONDS = 1.0


class People:
    def __init__(self, slack: AsyncWebClient, *, tick: Callable[[], float] = time.monotonic) -> None:
        self._slack = slack
        self._tick = tick
        self._known: dict[str, tuple[float, Person]] = {}
        self.home_team = ""

    async def who(self, user_id: str, team_id: str | None) -> Person:
        """The person behind a click. `team_id` is what the click claims; what Slack knows of the user wins.

        Raises `SlackTrouble` when Slack cannot be asked: not knowing is not a yes.
        """
        kept = self._known.get(user_id)
        if kept and self._tick() - kept[0] < FRESH_SECONDS:
            return kept[1]
        try:
            answer = await self._slack.users_info(user=user_id)
        except Exception as error:
            slack = trouble(error)
            if slack.code in {"user_not_found", "user_not_visible"}:
                return Person(user_id, team_id, known=False)
            raise slack from error
        user = answer.get("user") or {}
        person = Person(
            id=user_id,
            team_id=user.get("team_id") or team_id,
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            bot=bool(user.get("is_bot")),
            deactivated=bool(user.get("deleted")),
        )
        if team_id and person.team_id != team_id:
            # Two answers to where somebody belongs: believe the one that allows less.
            person = Person(user_id, None)
        if user.get("is_stranger"):
            person = Person(user_id, None)
        if len(self._known) > 10_000:
            self._known.clear()
        self._known[user_id] = (self._tick(), person)
        return person

    async def refusal(self, user_id: str, team_id: str | None) -> str | None:
        """Why this person may not act, as a sentence for them; None when they may."""
        return refusal(await self.who(user_id, team_id), self.home_team)

    async def refusal_at_click(self, user_id: str, team_id: str | None) -> str | None:
        """As `refusal`, but quick: when Slack is slow or down the click is let through to the execution's own check."""
        try:
            async with asyncio.timeout(CLICK_SECONDS):
                return await self.refusal(user_id, team_id)
        except (TimeoutError, SlackTrouble):
            return None
