"""What Slack's answers mean for us: which failure is which, and what may be repeated. Calls nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

import aiohttp
from slack_sdk.errors import SlackApiError

Kind = Literal["wait", "maybe", "down", "channel", "token", "card", "missing"]

# Slack says of these that part of the operation may have happened (docs.slack.dev/reference/methods/chat.postMessage).
AMBIGUOUS = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
DEAD_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"}
    | {"not_allowed_token_type", "no_permission", "org_login_required", "ekm_access_denied", "team_access_not_granted"}
)
DEAD_CHANNEL = frozenset(
    {"channel_not_found", "not_in_channel", "is_archived", "restricted_action", "restricted_action_read_only_channel"}
    | {"restricted_action_thread_only_channel", "restricted_action_non_threadable_channel", "is_inactive"}
)
GONE_MESSAGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})

CHANNEL_WORDS = {
    "channel_not_found": "I cannot find it, or it is private and I was not invited",
    "not_in_channel": "I am not a member",
    "is_archived": "it is archived",
}


@dataclass(frozen=True)
class _Said:
    code: str
    status: int
    retry_after: float | None


class SlackTrouble(Exception):
    """Slack did not do what we asked.

    `kind`: wait (429, `retry_after` seconds) · maybe (it may have happened) · down (it did not) · channel (this channel
    is closed to us) · token (nothing works until the token is mended) · missing (the message is gone) · card (Slack
    refuses what we built).
    """

    def __init__(self, kind: Kind, code: str, *, retry_after: float = 0.0) -> None:
        self.kind = kind
        self.code = code
        self.retry_after = retry_after
        super().__init__(f"Slack: {code}")

    @property
    def systemic(self) -> bool:
        """True when this says nothing about the one card that was being shown."""
        return self.kind in {"wait", "down", "token", "maybe"}


def trouble(error: BaseException) -> SlackTrouble:
    """Reads any failure of a Slack call."""
    if isinstance(error, SlackTrouble):
        return error
    if isinstance(error, SlackApiError):
        return _answered(_said(error))
    if isinstance(error, aiohttp.ClientConnectorError):
        return SlackTrouble("down", "no connection to Slack")
    if isinstance(error, asyncio.TimeoutError | TimeoutError):
        return SlackTrouble("maybe", "Slack did not answer in time")
    if isinstance(error, aiohttp.ClientError | OSError | ValueError):
        return SlackTrouble("maybe", f"the connection to Slack broke ({type(error).__name__})")
    raise error


def _said(error: SlackApiError) -> _Said:
    response = error.response
    status = int(getattr(response, "status_code", 200) or 200)
    headers = {str(k).lower(): v for k, v in (getattr(response, "headers", None) or {}).items()}
    after = headers.get("retry-after")
    data = getattr(response, "data", response)
    code = data.get("error", "") if isinstance(data, dict) else ""
    try:
        seconds = float(after[0] if isinstance(after, list) else after) if after else None
    except ValueError:
        seconds = None
    return _Said(str(code or f"status {status}"), status, seconds)


def _answered(said: _Said) -> SlackTrouble:
    if said.status == 429 or said.code in {"ratelimited", "rate_limited", "message_limit_exceeded"}:
        return SlackTrouble("wait", said.code, retry_after=min(said.retry_after or 30.0, 3600.0))
    if said.code in DEAD_TOKEN:
        return SlackTrouble("token", said.code)
    if said.code in DEAD_CHANNEL:
        return SlackTrouble("channel", said.code)
    if said.code in GONE_MESSAGE:
        return SlackTrouble("missing", said.code)
    if said.code in AMBIGUOUS or said.status >= 500 or said.code.startswith("status "):
        return SlackTrouble("maybe", said.code)
    return SlackTrouble("card", said.code)
