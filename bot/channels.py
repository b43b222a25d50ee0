"""Channel names and user group handles as the ids Slack works with, and which channels are closed to us."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slack_sdk.web.async_client import AsyncWebClient

from bot.slackwire import CHANNEL_WORDS, SlackTrouble, trouble

FRESH_SECONDS = 300.0
ASK_AGAIN_SECONDS = 20.0
CLOSED_SECONDS = 60.0


@dataclass
class Channels:
    """Names people write in rules, resolved. A channel found closed is tried again after a minute."""

    slack: AsyncWebClient
    tick: Callable[[], float] = time.monotonic
    _ids: dict[str, str] = field(default_factory=dict)
    _groups: dict[str, str] = field(default_factory=dict)
    _asked: float = -1e9
    _groups_asked: float = -1e9
    _closed: dict[str, tuple[float, str]] = field(default_factory=dict)

    async def id(self, channel: str) -> str:
        """The id of `#name` or an id as it is. Raises `SlackTrouble` (channel) when there is no such channel."""
        if not channel.startswith("#"):
            return channel
        name = channel[1:]
        age = self.tick() - self._asked
        if age > FRESH_SECONDS or (name not in self._ids and age > ASK_AGAIN_SECONDS):
            await self._read_channels()
        if name not in self._ids:
            raise SlackTrouble("channel", "channel_not_found")
        return self._ids[name]

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
            raise trouble(error) from error
        self._ids = found
        self._asked = self.tick()
