"""Opens and changes modals. A trigger lives three seconds, so a modal is opened first and filled afterwards."""

from __future__ import annotations

from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.board import Board
from bot.cards.clicks import Press
from bot.slackwire import trouble

log = structlog.get_logger(__name__)

TOO_SLOW = "That took too long for Slack to open a window. Please press the button again."


class Modals:
    def __init__(self, slack: AsyncWebClient, board: Board) -> None:
        self._slack = slack
        self._board = board

    async def open(self, press: Press, view: dict[str, Any]) -> tuple[str, str] | None:
        """Open `view` for who pressed; (view id, hash) to change it with, or None after telling them it failed."""
        try:
            answer = await self._slack.views_open(trigger_id=press.trigger_id, view=view)
        except Exception as error:
            log.warning("could not open a modal", reason=str(trouble(error)))
            if press.channel:
                await self._board.whisper(press.channel, press.user_id, TOO_SLOW, press.thread_ts)
            return None
        opened = answer.get("view") or {}
        return str(opened.get("id", "")), str(opened.get("hash", ""))

    async def change(self, opened: tuple[str, str], view: dict[str, Any]) -> bool:
        """Fill an opened modal. One that was closed or changed meanwhile is left alone: then False.

        Without a hash (the second of `opened`) it is changed whatever it shows.
        """
        id, digest = opened
        try:
            await self._slack.views_update(view_id=id, hash=digest or None, view=view)
        except Exception as error:
            slack = trouble(error)
            level = log.info if slack.code in {"not_found", "hash_conflict"} else log.warning
            level("could not change a modal", reason=slack.code)
            return False
        return True
