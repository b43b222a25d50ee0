"""What an interaction permits the app for a while: trigger ids (3 s, once) and response URLs (30 min, five times)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.slack.refusals import Refused

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5


@dataclass
class Trigger:
    """The right to open one modal for `user_id`. `view_id` is the modal it was born in, where that was one."""

    id: str
    user_id: str
    at: datetime
    view_id: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer where something was pressed or typed, also where the bot is no member.

    `message_ts` and `ephemeral` name the original; both are empty for a slash command, which has none.
    """

    token: str
    user_id: str
    channel_id: str
    at: datetime
    message_ts: str | None = None
    ephemeral: bool = False
    uses: int = 0


@dataclass
class Permits:
    new_id: Callable[[str], str]
    now: Callable[[], datetime]
    _triggers: dict[str, Trigger] = field(default_factory=dict)
    _urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def trigger(self, user_id: str, view_id: str | None = None) -> str:
        """A new trigger id."""
        number = self.new_id("")
        id = f"{number}.{number[::-1]}.kontor"
        self._triggers[id] = Trigger(id, user_id, self.now(), view_id)
        return id

    def use_trigger(self, id: str) -> Trigger:
        """Raises `Refused` when nobody gave this id, it is older than three seconds, or it was used before."""
        trigger = self._triggers.get(id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self.now() - trigger.at > TRIGGER_LIFE:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger

    def response_url(
        self, user_id: str, channel_id: str, message_ts: str | None = None, *, ephemeral: bool = False
    ) -> str:
        """The secret part of a new response URL."""
        token = self.new_id("")
        self._urls[token] = ResponseUrl(token, user_id, channel_id, self.now(), message_ts, ephemeral)
        return token

    def use_response_url(self, token: str) -> ResponseUrl:
        """Raises `Refused` when it is unknown, older than 30 minutes, or was used five times."""
        url = self._urls.get(token)
        if url is None:
            raise Refused("no_service")
        if self.now() - url.at > RESPONSE_LIFE:
            raise Refused("expired_url")
        if url.uses >= RESPONSE_USES:
            raise Refused("used_url")
        url.uses += 1
        return url
