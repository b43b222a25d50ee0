"""Slips: thread entries that hang only for a while, such as what is about to be sent and how to stop it.

A slip is posted like every entry. Afterwards it is redrawn in place, and taken down when no look wants it any more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.tickets import Entry
from bot.slackwire import SlackTrouble
from bot.store import entries
from bot.store.entries import EntryRow

log = structlog.get_logger(__name__)


class Wall(Protocol):
    """What slips hang on: the board."""

    slack: AsyncWebClient

    async def change(self, holder: str, call: Callable[[], Awaitable[object]]) -> bool: ...


async def keep(wall: Wall, subject: str, channel: str, entry: Entry | None, kept: EntryRow | None) -> None:
    """Make a slip that hangs in `channel` show `entry`, or take it down. Raises `SlackTrouble` to be tried again.

    What Slack refuses for good is let be: a slip is not worth a card that is not true any more.
    """
    if kept is None:
        return
    try:
        if entry is None:
            await _take_down(wall, subject, channel, kept)
        else:
            await _redraw(wall, subject, channel, entry, kept)
    except SlackTrouble as slack:
        if slack.systemic:
            raise
        log.warning("a slip stays as it is", subject=subject, reason=slack.code)
        if entry is None:
            await entries.taken_down(subject, kept.key)
        else:
            await entries.redrawn(subject, kept.key, entry.card.digest)


async def _redraw(wall: Wall, subject: str, channel: str, entry: Entry, kept: EntryRow) -> None:
    if kept.shows(entry.card.digest):
        return

    await entries.redrawn(subject, entry.key, None)

    async def update() -> None:
        await wall.slack.chat_update(channel=channel, ts=str(kept.ts), text=entry.card.text, blocks=entry.card.blocks)

    if await wall.change(f"{subject}/{entry.key}", update):
        await entries.redrawn(subject, entry.key, entry.card.digest)
    else:
        await entries.taken_down(subject, entry.key)


async def _take_down(wall: Wall, subject: str, channel: str, kept: EntryRow) -> None:
    if kept.ts:
        await wall.change(f"{subject}/{kept.key}", lambda: wall.slack.chat_delete(channel=channel, ts=str(kept.ts)))
    await entries.taken_down(subject, kept.key)
