"""Who somebody in Slack is and where they belong, read from Slack and kept for a minute: so long may a revoked person
still act.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Generic, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels import Channels
from bot.domain.access import Person
from bot.slackwire import trouble

log = structlog.get_logger(__name__)

T = TypeVar("T")

# Counted from the moment the question was sent, so that an answer is never older than this.
FRESH_SECONDS = 60.0
MOST_KEPT = 10_000
# Workspaces without user groups, and apps that may not read them: then nobody is in one.
NO_GROUPS = frozenset({"missing_scope", "paid_teams_only", "plan_upgrade_required", "unknown_method", "not_allowed"})


class People:
    """`home_team` is our own workspace's id, empty until Slack has told us."""

    def __init__(
        self, slack: AsyncWebClient, channels: Channels | None = None, *, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._slack = slack
        self._channels = channels or Channels(slack)
        self._users: _Kept[dict[str, Any] | None] = _Kept(tick)
        self._groups: _Kept[dict[str, frozenset[str]]] = _Kept(tick)
        self._members: _Kept[frozenset[str]] = _Kept(tick)
        self.home_team = ""

    async def who(self, user_id: str, team_id: str | None, places: Collection[str] = ()) -> Person:
        """The person behind a click, and which of `places` (user groups and channels) they belong to.

        `team_id` is what the click claims; what Slack knows of the user wins. Raises `SlackTrouble` when Slack cannot
        be asked: not knowing is not a yes.
        """
        user = await self._users.get(user_id, lambda: self._ask_user(user_id))
        if user is None:
            return Person(user_id, team_id, known=False)
        told = user.get("team_id") or team_id
        # Two answers to where somebody belongs: believe the one that allows less.
        home = None if user.get("is_stranger") or (team_id and told != team_id) else told
        belongs = await asyncio.gather(*(self._belongs(user_id, place) for place in sorted(places)))
        return Person(
            id=user_id,
            team_id=home,
            guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            bot=bool(user.get("is_bot")),
            deactivated=bool(user.get("deleted")),
            admin=bool(user.get("is_admin") or user.get("is_owner")),
            belongs=frozenset(place for place, there in zip(sorted(places), belongs, strict=True) if there),
        )

    async def missing(self, places: Collection[str]) -> tuple[str, ...]:
        """Those of `places` that Slack does not have: nobody gets a right by them. Raises `SlackTrouble`."""
        found = []
        for place in sorted(places):
            if place[0] in "@S":
                there = place in await self._groups.get("", self._ask_groups)
            else:
                there = bool(await self._members.get(place, lambda place=place: self._ask_members(place)))  # type: ignore[misc]
            found += [] if there else [place]
        return tuple(found)

    def forget(self) -> None:
        """Ask Slack about everybody anew."""
        for kept in (self._users, self._groups, self._members):
            kept.forget()

    async def _belongs(self, user_id: str, place: str) -> bool:
        if place[0] in "@S":
            groups = await self._groups.get("", self._ask_groups)
            return user_id in groups.get(place, frozenset())
        return user_id in await self._members.get(place, lambda: self._ask_members(place))

    async def _ask_user(self, user_id: str) -> dict[str, Any] | None:
        try:
            answer = await self._slack.users_info(user=user_id)
        except Exception as error:
            slack = trouble(error)
            if slack.code in {"user_not_found", "user_not_visible"}:
                return None
            raise slack from error
        return answer.get("user") or {}

    async def _ask_groups(self) -> dict[str, frozenset[str]]:
        """The members of every user group, by its "@handle" and by its id."""
        try:
            answer = await self._slack.usergroups_list(include_users=True)
        except Exception as error:
            slack = trouble(error)
            if slack.code not in NO_GROUPS:
                raise slack from error
            log.warning("user groups cannot be read, so nobody has a role by one", reason=slack.code)
            return {}
        found: dict[str, frozenset[str]] = {}
        for group in answer.get("usergroups") or []:
            members = frozenset(map(str, group.get("users") or ()))
            found[f"@{group.get('handle')}"] = found[str(group.get("id"))] = members
        return found

    async def _ask_members(self, channel: str) -> frozenset[str]:
        """The members of a channel; none of one that is not there, or not open to us."""
        found: set[str] = set()
        cursor = ""
        try:
            id = await self._channels.id(channel)
            while True:
                answer = await self._slack.conversations_members(channel=id, limit=1000, cursor=cursor)
                found.update(map(str, answer.get("members") or ()))
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    return frozenset(found)
        except Exception as error:
            slack = trouble(error)
            if slack.kind != "channel":
                raise slack from error
            log.warning("a channel's members cannot be read, so nobody has a role by it", channel=channel)
            return frozenset()


class _Kept(Generic[T]):
    """Answers of Slack by key, each for a minute. Whoever asks while a question is under way shares its answer."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self._tick = tick
        self._answers: dict[str, tuple[float, T]] = {}
        self._asking: dict[str, asyncio.Task[T]] = {}

    async def get(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        kept = self._answers.get(key)
        if kept and self._tick() - kept[0] < FRESH_SECONDS:
            return kept[1]
        asking = self._asking.get(key)
        if asking is None:
            asking = asyncio.create_task(self._ask(key, ask))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._asked(key, done))
        # Who loses patience must not take the answer from the others.
        return await asyncio.shield(asking)

    def forget(self) -> None:
        self._answers.clear()
        self._asking.clear()

    async def _ask(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        asked_at = self._tick()
        answer = await ask()
        if self._asking.get(key) is asyncio.current_task():
            if len(self._answers) > MOST_KEPT:
                self._answers.clear()
            self._answers[key] = (asked_at, answer)
        return answer

    def _asked(self, key: str, asking: asyncio.Task[T]) -> None:
        if self._asking.get(key) is asking:
            del self._asking[key]
        if not asking.cancelled():
            # Read here, because everybody who waited may have lost patience.
            asking.exception()
