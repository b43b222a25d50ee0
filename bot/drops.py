"""Files people drop into channels: told to every feature that may know what one is.

A feature that recognises files has a function `dropped(desk, drop)` and stands in `features.DROPS`. It commits what it
needs before it returns, and does the rest in a look.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from bot.cards.files import SlackFile, file_of
from bot.desk import Desk

log = structlog.get_logger(__name__)

MOST_FILES = 50


@dataclass(frozen=True)
class Drop:
    """Files somebody shared in a channel, with the message they came in."""

    channel: str
    ts: str
    thread_ts: str | None
    user_id: str
    team_id: str | None
    text: str
    files: tuple[SlackFile, ...]


Recogniser = Callable[[Desk, Drop], Awaitable[None]]


def drop_of(event: dict[str, Any]) -> Drop | None:
    """The drop in a message event, or None: no files, a bot's own, or files we may not see (Slack Connect)."""
    files = event.get("files")
    if not isinstance(files, list) or event.get("bot_id") or not event.get("user") or not event.get("channel"):
        return None
    seen = tuple(
        file_of(file)
        for file in files[:MOST_FILES]
        if isinstance(file, dict) and file.get("file_access") != "check_file_info" and file.get("mode") != "tombstone"
    )
    if not seen:
        return None
    return Drop(
        channel=str(event["channel"]),
        ts=str(event.get("ts") or ""),
        thread_ts=event.get("thread_ts"),
        user_id=str(event["user"]),
        team_id=event.get("team") or event.get("user_team"),
        text=str(event.get("text") or ""),
        files=seen,
    )


def register(app: AsyncApp, recognisers: Sequence[Recogniser]) -> None:
    """Listen for files. What one feature stumbles over keeps none of the others from looking."""

    async def shared(event: dict[str, Any], desk: Desk) -> None:
        drop = drop_of(event)
        if drop is None or not await desk.papers.routed(drop.channel):
            return
        for recognise in recognisers:
            try:
                await recognise(desk, drop)
            except Exception:
                log.exception("a dropped file was not looked at", channel=drop.channel)

    app.event({"type": "message", "subtype": "file_share"})(shared)
