"""What a failure of a Slack call means: the difference between "try again", "it may have happened" and "never"."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slackwire import trouble


class Answer:
    def __init__(self, status: int, data: Any, headers: dict[str, str] | None = None) -> None:
        self.status_code = status
        self.data = data
        self.headers = headers or {}


def said(code: str, status: int = 200, **headers: str) -> SlackApiError:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return SlackApiError("no", Answer(status, {"ok": False, "error": code}, names))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "kind", "systemic"),
    [
        ("ratelimited", "wait", True),
        ("rate_limited", "wait", True),
        ("internal_error", "maybe", True),
        ("fatal_error", "maybe", True),
        ("service_unavailable", "maybe", True),
        ("request_timeout", "maybe", True),
        ("token_revoked", "token", True),
        ("invalid_auth", "token", True),
        ("missing_scope", "token", True),
        ("is_archived", "channel", False),
        ("not_in_channel", "channel", False),
        ("channel_not_found", "channel", False),
        ("message_not_found", "missing", False),
        ("cant_update_message", "missing", False),
        ("invalid_blocks", "card", False),
        ("msg_too_long", "card", False),
        ("a_code_of_tomorrow", "card", False),
    ],
)
def test_each_code_of_slack_has_its_consequence(code: str, kind: str, systemic: bool) -> None:
    found = trouble(said(code))

    assert (found.kind, found.code, found.systemic) == (kind, code, systemic)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("", 30.0), ("soon", 30.0), ("999999", 3600.0)])
def test_a_429_waits_as_long_as_slack_says_and_half_a_minute_when_it_says_nothing(header: str, seconds: float) -> None:
    found = trouble(said("ratelimited", 429, Retry_After=header) if header else said("ratelimited", 429))

    assert (found.kind, found.retry_after) == ("wait", seconds)


@pytest.mark.parametrize("body", ["<html>", {"nothing": 1}, None])
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_broken_answer_may_have_happened(status: int, body: Any) -> None:
    assert trouble(SlackApiError("no", Answer(status, body))).kind == "maybe"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (aiohttp.ClientConnectorError(None, OSError("refused")), "down"),  # type: ignore[arg-type]
        (aiohttp.ServerDisconnectedError(), "maybe"),
        (TimeoutError(), "maybe"),
        (ConnectionResetError(), "maybe"),
        (ValueError("not JSON"), "maybe"),
    ],
)
def test_only_a_connection_that_never_stood_is_certainly_nothing_sent(error: Exception, kind: str) -> None:
    assert trouble(error).kind == kind


def test_a_defect_of_ours_is_no_trouble_of_slack() -> None:
    with pytest.raises(KeyError):
        trouble(KeyError("x"))
