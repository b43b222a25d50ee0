"""Channel names and user group handles as the ids Slack works with, and which channels are closed to us."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.slackwire import CHANNEL_WORDS, SlackTrouble, trouble

FRESH_SECONDS = 300.0
ASK_AGAIN_SECONDS = 20.0
CLOSED_SECONDS = 60.0
# How long a Slack that could not list its channels is left alone: every lane would ask for itself.
FAILED_SECONDS = 3.0


@dataclass
class Channels:
    """Names people write in rules, resolved. A channel found closed is tried again after a minute."""

    slack: AsyncWebClient
    tick: Callable[[], float] = time.monotonic
    # Like https://acme.slack.com/, once Slack has told us; links to messages begin with it.
    workspace_url: str = ""
    _ids: dict[str, str] = field(default_factory=dict)
    _groups: dict[str, str] = field(default_factory=dict)
    _asked: float = -1e9
    _groups_asked: float = -1e9
    _closed: dict[str, tuple[float, str]] = field(default_factory=dict)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _failed: tuple[float, SlackTrouble] | None = None

    async def id(self, channel: str) -> str:
        """The id of `#name` or an id as it is. Raises `SlackTrouble` (channel) when there is no such channel."""
        if not channel.startswith("#"):
            return channel
        name = channel[1:]
        if self._is_stale(name):
            async with self._one_at_a_time:
                if self._is_stale(name):
                    await self._read_channels()
        if name not in self._ids:
            raise SlackTrouble("channel", "channel_not_found")
        return self._ids[name]

    def _is_stale(self, name: str) -> bool:
        """Whether Slack has to be asked for `name`. Raises `SlackTrouble` where it said no a moment ago."""
        age = self.tick() - self._asked
        if age <= FRESH_SECONDS and (name in self._ids or age <= ASK_AGAIN_SECONDS):
            return False
        if self._failed and self.tick() - self._failed[0] < FAILED_SECONDS:
            slack = self._failed[1]
            raise SlackTrouble(slack.kind, slack.code, retry_after=slack.retry_after)
        return True

    async def mention(self, group: str | None) -> str | None:
        """`@handle` or a group id as mrkdwn that notifies the group; None when there is no such group."""
        if not group:
            return None
        if not group.startswith("@"):
            return f"<!subteam^{group}>"
        handle = group[1:]
        age = self.tick() - self._groups_asked
        if age > FRESH_SECONDS or (handle not in self._groups and age > ASK_AGAIN_SECONDS):
            self._groups_asked = self.tick()
            try:
                answer = await self.slack.usergroups_list()
            except Exception as error:
                trouble(error)
                # A card without its mention is worth more than no card.
                return None
            self._groups = {str(item["handle"]): str(item["id"]) for item in answer.get("usergroups") or []}
        found = self._groups.get(handle)
        return f"<!subteam^{found}>" if found else None

    def link(self, channel: str | None, ts: str | None) -> str | None:
        """The address of a message; None while we do not know our workspace's, or where the message hangs."""
        if not (self.workspace_url and channel and ts):
            return None
        return f"{self.workspace_url}archives/{channel}/p{ts.replace('.', '')}"

    def close(self, channel: str, code: str) -> bool:
        """Remember that `channel` refuses us. True when this is news."""
        news = channel not in self._closed
        self._closed[channel] = (self.tick(), code)
        self._asked = -1e9
        return news

    def closed_reason(self, channel: str) -> str | None:
        """Why `channel` is closed to us, or None when it is open or worth another try."""
        kept = self._closed.get(channel)
        if kept is None or self.tick() - kept[0] > CLOSED_SECONDS:
            return None
        return CHANNEL_WORDS.get(kept[1], f"Slack says {kept[1]}")

    def opened(self, channel: str) -> None:
        self._closed.pop(channel, None)

    def troubles(self) -> dict[str, str]:
        return {channel: CHANNEL_WORDS.get(code, code) for channel, (_, code) in self._closed.items()}

    async def _read_channels(self) -> None:
        found: dict[str, str] = {}
        cursor = ""
        try:
            while True:
                answer = await self.slack.conversations_list(
                    types="public_channel,private_channel", exclude_archived=False, limit=200, cursor=cursor
                )
                for item in answer.get("channels") or []:
                    # An archived channel may share its old name with a living one: the living one wins.
                    if item["name"] not in found or not item.get("is_archived"):
                        found[item["name"]] = item["id"]
                cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
                if not cursor:
                    break
        except Exception as error:
            slack = trouble(error)
            self._failed = (self.tick(), slack)
            raise slack from error
        self._failed = None
        self._ids = found
        self._asked = self.tick()
