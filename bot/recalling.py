"""After the notebook was restored: finds in Slack what hangs there and the notebook does not know any more.

Every post of ours says in its metadata what it is. So the channels are read once, from where the backup ends, before
any look may post; a card's thread is read before anything is told in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.readback import EVENT_TYPE
from bot.slackwire import SlackTrouble, trouble
from bot.store import hanging, restoring
from bot.store.hanging import Hanging
from bot.store.restoring import Restored

log = structlog.get_logger(__name__)

# Clocks differ, and a post that was under way when the backup was made came after it.
MARGIN = timedelta(minutes=10)
PAGE = 200
AGAIN_SECONDS = 5.0
# What Slack says of a channel we cannot read; the others are read all the same.
UNREADABLE = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "no_permission"})


@dataclass
class Recall:
    """`done` is False while it is not known what hangs in Slack, and no card may be drawn. `tell` tells everybody."""

    slack: AsyncWebClient
    tell: Callable[[str], Awaitable[None]]
    now: Callable[[], datetime]
    again_seconds: float = AGAIN_SECONDS
    done: bool = True
    _me: object = None

    async def begin(self) -> None:
        """Find out whether there is anything to be found. Before anything else is done."""
        self.done = (await restoring.last()).recalled

    async def run_for_ever(self) -> None:
        while not self.done:
            try:
                await self.once()
            except SlackTrouble as slack:
                log.warning("what hangs in Slack is not known yet", reason=slack.code)
                await asyncio.sleep(max(slack.retry_after, self.again_seconds))
        await asyncio.Event().wait()

    async def once(self) -> None:
        """Read every channel, note what hangs there, and tell people. Raises `SlackTrouble`."""
        last = await restoring.last()
        if not last.recalled and last.since is not None:
            found = [each async for each in self._posts(last.since - MARGIN)]
            news = await hanging.recall(found, self.now())
            log.info("what hangs in Slack was found again", messages=len(found), cards=news)
            self.done = True
            if await restoring.recalled():
                await self.tell(notice(last, news))
        self.done = True

    async def reread(self, subject: str, channel: str, ts: str) -> None:
        """Note what hangs in the thread of the subject's card. Raises `SlackTrouble`."""
        me = await self._who()
        found: list[Hanging] = []
        try:
            async for answer in _pages(self.slack.conversations_replies, {"channel": channel, "ts": ts}):
                found += _ours(answer, me, channel)
        except SlackTrouble as slack:
            # A card that is gone has no thread; one that cannot be read must not keep its thread silent for ever.
            if slack.kind not in {"channel", "missing"} and slack.code not in UNREADABLE:
                raise
            log.error("a thread cannot be read; its entries may be posted again", subject=subject, reason=slack.code)
        await hanging.reread(subject, [each for each in found if each.subject == subject and each.entry])

    async def _who(self) -> object:
        """Our own bot's id: anybody may write metadata, and only what our bot posted counts."""
        if self._me is None:
            self._me = (await _asked(lambda: self.slack.auth_test())).get("bot_id")
        return self._me

    async def _posts(self, since: datetime) -> AsyncIterator[Hanging]:
        me = await self._who()
        async for answer in _pages(self.slack.conversations_list, {"types": "public_channel,private_channel"}):
            for item in answer.get("channels") or []:
                if item.get("is_member", True):
                    async for page in self._history(str(item["id"]), since):
                        for each in _ours(page, me, str(item["id"])):
                            yield each

    async def _history(self, channel: str, since: datetime) -> AsyncIterator[Any]:
        try:
            asked = {"channel": channel, "oldest": f"{since.timestamp():.6f}"}
            async for answer in _pages(self.slack.conversations_history, asked):
                yield answer
        except SlackTrouble as slack:
            if slack.kind != "channel" and slack.code not in UNREADABLE:
                raise
            log.error("a channel cannot be read; its cards may be posted again", channel=channel, reason=slack.code)


def notice(last: Restored, cards: int) -> str:
    """What everybody must know after a restore. Mrkdwn."""
    since = f"{last.since:%d %b %Y, %H:%M} UTC" if last.since else "an unknown time"
    asks = {0: "Nothing was under way", 1: "One action was under way"}.get(
        last.actions, f"{last.actions} actions were under way"
    )
    check = ": look for _Please check_ on the cards" if last.actions else ""
    return (
        f":warning: *The notebook was restored from a backup.* It knows nothing of what was done after {since}. {asks}"
        f"{check}. {cards} cards were found again in Slack. Nothing is sent again by itself: scheduled reports of that "
        "time, changes of many offers and chains that were running wait for you. A refund of an older order needs a "
        "colleague's yes, because refunds of that time are not known here."
    )


def _ours(answer: Any, me: object, channel: str) -> list[Hanging]:
    """What hangs of us among the messages of an answer."""
    return [each for message in answer.get("messages") or [] if (each := _hanging(message, me, channel))]


def _hanging(message: dict[str, Any], me: object, channel: str) -> Hanging | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE or (me and message.get("bot_id") != me):
        return None
    subject, _, entry = str((metadata.get("event_payload") or {}).get("subject", "")).partition("/")
    parts = subject.split(":", 2)
    if len(parts) < 3 or not all(parts) or len(subject) > 255 or len(entry) > 255:
        return None
    ts = str(message["ts"])
    return Hanging(subject, entry or None, channel, ts, datetime.fromtimestamp(float(ts), UTC))


async def _pages(call: Callable[..., Awaitable[Any]], asked: dict[str, Any]) -> AsyncIterator[Any]:
    cursor = ""
    while True:
        more = {"limit": PAGE, "cursor": cursor}
        if "channel" in asked:
            more["include_all_metadata"] = True
        answer = await _asked(partial(call, **asked, **more))
        yield answer
        cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


async def _asked(call: Callable[[], Awaitable[Any]]) -> Any:
    """Slack's answer, waited for as long as Slack says. Raises `SlackTrouble`."""
    while True:
        try:
            return await call()
        except Exception as error:
            slack = trouble(error)
            if slack.kind != "wait":
                raise slack from error
            await asyncio.sleep(slack.retry_after)
