"""Reading back: whether a post of ours happened whose answer was lost. Slack keeps our marker in its metadata."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slackwire import trouble

# What our posts are called in their metadata.
EVENT_TYPE = "kontor_card"
HISTORY_PAGES = 5
# No post takes longer than this to happen, our clock and Slack's together.
LATEST_POST = timedelta(minutes=10)


async def find_post(
    slack: AsyncWebClient, channel: str, marker: str, since: datetime, thread_ts: str | None = None
) -> str | None:
    """The ts of our message with `marker`, or None when the channel's history does not hold it.

    Raises `SlackTrouble` when Slack does not say.
    """
    arguments: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{(since - timedelta(seconds=30)).timestamp():.6f}",
        # Slack did it then or never; what came hours later would only fill the pages.
        "latest": f"{(since + LATEST_POST).timestamp():.6f}",
        "limit": 100,
        "include_all_metadata": True,
        "cursor": "",
    }
    for _ in range(HISTORY_PAGES):
        try:
            if thread_ts:
                answer = await slack.conversations_replies(ts=thread_ts, **arguments)
            else:
                answer = await slack.conversations_history(**arguments)
        except Exception as error:
            told = trouble(error)
            if told.kind in {"channel", "missing"}:
                return None
            raise told from error
        for message in answer.get("messages") or []:
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("marker") == marker:
                return str(message["ts"])
        arguments["cursor"] = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not arguments["cursor"]:
            return None
    return None
