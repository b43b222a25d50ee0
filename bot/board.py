"""Makes Slack true: one card per subject, posted once, then updated in place, and its thread entries in order.

Slack has no idempotency keys. So every post is announced in the notebook first and carries its marker in the message's
metadata; when nobody can say whether a post happened, the channel is read back for the marker before it is repeated.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot import failpoints
from bot.cards.blocks import Block, Card, context
from bot.cards.tickets import Entry
from bot.channels import Channels
from bot.domain.pace import Pace
from bot.slackwire import SlackTrouble, trouble
from bot.store import entries as entry_rows
from bot.store import subjects as subject_rows
from bot.store.subjects import SubjectRow

log = structlog.get_logger(__name__)

EVENT_TYPE = "kontor_card"
UPDATES = "chat.update"
# Waits shorter than this are slept through; longer ones give the lane to somebody else.
PATIENCE_SECONDS = 1.5
# Turns of chat.update that background work leaves to people who are watching.
FOR_PEOPLE = 5
HISTORY_PAGES = 5


class NotNow(Exception):
    """Come back in `seconds`: Slack's pace, or a post whose fate is not known yet."""

    def __init__(self, seconds: float, reason: str) -> None:
        self.seconds = seconds
        self.reason = reason
        super().__init__(f"not for another {seconds:.1f} s: {reason}")


@dataclass(frozen=True)
class Place:
    """Where a card hangs, and the digest of what it shows."""

    channel: str
    ts: str
    shown: str


@dataclass(frozen=True)
class Wanted:
    """What a look wants shown and where; `mention` is a user group told once, when the card is posted."""

    card: Card
    channel: str
    mention: str | None = None
    urgent: bool = False


@dataclass
class Board:
    slack: AsyncWebClient
    channels: Channels
    fallback: Callable[[], str]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    posts: Pace = field(default_factory=lambda: Pace(gap=1.05))
    updates: Pace = field(default_factory=lambda: Pace(gap=1.2, burst=20))
    tick: Callable[[], float] = time.monotonic
    # Slack's reads lag behind its writes: look for an uncertain post after the first, give it up after the second.
    settle_seconds: tuple[float, float] = (2.0, 8.0)
    token_trouble: str | None = None
    _token_probe: float = 0.0
    _failures_in_a_row: int = 0
    _down_until: float = 0.0

    async def show(self, row: SubjectRow, wanted: Wanted) -> Place:
        """Make the subject's card say `wanted`; posts it where it does not hang yet. Doing it twice changes nothing.

        Raises `NotNow` when it is not this card's turn, `SlackTrouble` when Slack cannot or will not.
        """
        await self._awake()
        if row.posting:
            row = await self._settle(row)
        if row.channel and row.ts:
            if row.shown == wanted.card.digest:
                return Place(row.channel, row.ts, row.shown)
            place = await self._update(row, row.channel, row.ts, wanted)
            if place:
                return place
        return await self._post_somewhere(row, wanted)

    async def tell(self, row: SubjectRow, place: Place, entries: Sequence[Entry]) -> None:
        """Post the thread entries that do not hang in the card's thread yet, oldest first."""
        if not entries:
            return
        known = await entry_rows.known(row.key)
        for entry in entries:
            kept = known.get(entry.key)
            if kept and kept.done:
                continue
            await self._awake()
            if kept and kept.posting and await self._settle_entry(row.key, entry, kept, place):
                continue
            await self._turn(self.posts, place.channel, f"{row.key}/{entry.key}")
            marker = self.new_id()
            await entry_rows.posting(row.key, entry.key, entry.at, marker, self.now())
            try:
                ts = await self._post(place.channel, entry.card, f"{row.key}/{entry.key}", marker, thread_ts=place.ts)
            except SlackTrouble as slack:
                if slack.kind != "maybe":
                    await entry_rows.unposted(row.key, entry.key)
                raise
            failpoints.reach("entry.sent")
            await entry_rows.posted(row.key, entry.key, ts)

    async def whisper(
        self, channel: str, user: str, text: str, thread_ts: str | None = None, blocks: Sequence[Block] = ()
    ) -> None:
        """Tell one person something only they see. Lost when Slack is down: use it where a loss is harmless."""
        try:
            await self.slack.chat_postEphemeral(
                channel=channel, user=user, text=text, thread_ts=thread_ts, blocks=list(blocks) or None
            )
        except Exception as error:
            log.warning("could not whisper", reason=str(trouble(error)))

    async def notice(self, text: str, *, holder: str) -> None:
        """Say something to everybody in the fallback channel; at most one attempt, for things that are also logged."""
        try:
            channel = await self.channels.id(self.fallback())
            if self.posts.wait(channel, holder, self.tick()) <= PATIENCE_SECONDS:
                await self.slack.chat_postMessage(
                    channel=channel, text=text, unfurl_links=False, unfurl_media=False, blocks=None
                )
        except Exception as error:
            log.warning("could not post a notice", reason=str(trouble(error)))

    # Posting

    async def _post_somewhere(self, row: SubjectRow, wanted: Wanted) -> Place:
        """Post where the rule wants it; where that channel is closed to us, in the fallback channel, saying why."""
        channel, reason = await self._open_channel(wanted.channel)
        card = wanted.card
        while True:
            try:
                return await self._post_card(row, wanted, channel, _with_notice(card, reason))
            except SlackTrouble as slack:
                if slack.kind != "channel":
                    raise
                news = self.channels.close(channel, slack.code)
                fallback = await self.channels.id(self.fallback())
                if channel == fallback:
                    raise SlackTrouble("down", f"even the fallback channel is closed: {slack.code}") from slack
                reason = self.channels.closed_reason(channel) or slack.code
                if news:
                    await self._say_closed(wanted.channel, reason)
                channel, reason = fallback, f"{_named(wanted.channel)}: {reason}"

    async def _open_channel(self, wanted: str) -> tuple[str, str | None]:
        try:
            channel = await self.channels.id(wanted)
        except SlackTrouble as slack:
            if slack.kind != "channel":
                raise
            if self.channels.close(wanted, slack.code):
                await self._say_closed(wanted, self.channels.closed_reason(wanted) or slack.code)
            reason = self.channels.closed_reason(wanted)
            return await self._fallback_id(), f"{_named(wanted)}: {reason}"
        if reason := self.channels.closed_reason(channel):
            return await self._fallback_id(), f"{_named(wanted)}: {reason}"
        return channel, None

    async def _fallback_id(self) -> str:
        try:
            return await self.channels.id(self.fallback())
        except SlackTrouble as slack:
            raise SlackTrouble("down", f"the fallback channel {self.fallback()} is closed: {slack.code}") from slack

    async def _say_closed(self, wanted: str, reason: str) -> None:
        log.error("channel closed to the bot", channel=wanted, reason=reason)
        await self.notice(
            f":warning: I cannot post to {_named(wanted)}: {reason}. Its new cards come here until that is mended: "
            "un-archive it, invite me with /invite, or change rules/routing.yaml.",
            holder=f"closed:{wanted}",
        )

    async def _post_card(self, row: SubjectRow, wanted: Wanted, channel: str, card: Card) -> Place:
        await self._turn(self.posts, channel, row.key)
        marker = self.new_id()
        await subject_rows.posting(row.key, marker, channel, self.now())
        mention = await self.channels.mention(wanted.mention)
        shown = Card(card.text, [*card.blocks, context(mention)]) if mention else card
        try:
            ts = await self._post(channel, shown, row.key, marker)
        except SlackTrouble as slack:
            if slack.kind != "maybe":
                await subject_rows.unplaced(row.key)
            raise
        failpoints.reach("out.sent")
        self.channels.opened(channel)
        return Place(channel, ts, wanted.card.digest)

    async def _post(self, channel: str, card: Card, subject: str, marker: str, thread_ts: str | None = None) -> str:
        try:
            answer = await self.slack.chat_postMessage(
                channel=channel,
                text=card.text[:3900],
                blocks=card.blocks,
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"subject": subject, "marker": marker}},
            )
        except Exception as error:
            raise self._noted(trouble(error), self.posts, channel) from error
        self._failures_in_a_row = 0
        return str(answer["ts"])

    async def _update(self, row: SubjectRow, channel: str, ts: str, wanted: Wanted) -> Place | None:
        """None when the card must be posted anew: it was deleted, or its channel is closed to us."""
        await self._turn(self.updates, UPDATES, row.key, reserve=0 if wanted.urgent else FOR_PEOPLE)
        try:
            await self.slack.chat_update(
                channel=channel, ts=ts, text=wanted.card.text[:3900], blocks=wanted.card.blocks
            )
        except Exception as error:
            slack = self._noted(trouble(error), self.updates, UPDATES)
            if slack.kind == "channel":
                self.channels.close(channel, slack.code)
            elif slack.kind != "missing":
                raise slack from error
            await subject_rows.unplaced(row.key)
            return None
        self._failures_in_a_row = 0
        return Place(channel, ts, wanted.card.digest)

    # Reading back

    async def _settle(self, row: SubjectRow) -> SubjectRow:
        """Find out whether the post that was under way happened. Raises `NotNow` while that cannot be known yet."""
        assert row.posting is not None
        assert row.posting_channel is not None
        assert row.posting_at is not None
        age = (self.now() - row.posting_at).total_seconds()
        first, last = self.settle_seconds
        if age < first:
            raise NotNow(first - age, "a post may be under way")
        ts = await self._find(row.posting_channel, row.posting, row.posting_at)
        if ts:
            await subject_rows.posted(row.key, row.posting_channel, ts, "")
            return await subject_rows.find(row.key) or row
        if age < last:
            raise NotNow(last - age, "looking again for a post that may have happened")
        await subject_rows.unplaced(row.key)
        return await subject_rows.find(row.key) or row

    async def _settle_entry(self, key: str, entry: Entry, kept: Any, place: Place) -> bool:
        age = (self.now() - kept.posting_at).total_seconds()
        first, last = self.settle_seconds
        if age < first:
            raise NotNow(first - age, "a thread entry may be under way")
        ts = await self._find(place.channel, kept.posting, kept.posting_at, thread_ts=place.ts)
        if ts:
            await entry_rows.posted(key, entry.key, ts)
            return True
        if age < last:
            raise NotNow(last - age, "looking again for an entry that may have been posted")
        return False

    async def _find(self, channel: str, marker: str, since: datetime, thread_ts: str | None = None) -> str | None:
        """The ts of our message with `marker`, or None when the channel's history does not hold it."""
        oldest = f"{(since - timedelta(seconds=30)).timestamp():.6f}"
        cursor = ""
        for _ in range(HISTORY_PAGES):
            arguments: dict[str, Any] = {
                "channel": channel,
                "oldest": oldest,
                "limit": 100,
                "include_all_metadata": True,
                "cursor": cursor,
            }
            try:
                if thread_ts:
                    answer = await self.slack.conversations_replies(ts=thread_ts, **arguments)
                else:
                    answer = await self.slack.conversations_history(**arguments)
            except Exception as error:
                slack = trouble(error)
                if slack.kind in {"channel", "missing"}:
                    return None
                raise slack from error
            for message in answer.get("messages") or []:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("marker") == marker:
                    return str(message["ts"])
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        return None

    # Pace and the state of our token

    async def _turn(self, pace: Pace, lane: str, holder: str, reserve: int = 0) -> None:
        wait = pace.wait(lane, holder, self.tick(), reserve=reserve)
        if wait > PATIENCE_SECONDS:
            raise NotNow(wait, "Slack's pace")
        while wait > 0:
            await asyncio.sleep(wait)
            wait = pace.wait(lane, holder, self.tick(), reserve=reserve)

    def _noted(self, slack: SlackTrouble, pace: Pace, lane: str) -> SlackTrouble:
        if slack.kind == "wait":
            pace.pause(lane, self.tick() + slack.retry_after)
        elif slack.kind == "token":
            if self.token_trouble is None:
                log.error("Slack refuses the bot's token", code=slack.code)
            self.token_trouble = slack.code
            self._token_probe = self.tick() + 60
        elif slack.kind in {"down", "maybe"}:
            self._failures_in_a_row += 1
            # One lost answer is an accident; several are an outage, and every lane would find out for itself.
            if self._failures_in_a_row >= 3:
                self._down_until = self.tick() + min(30.0, 2.0 ** (self._failures_in_a_row - 2))
        return slack

    async def _awake(self) -> None:
        """Nobody hammers a Slack that is down; with a dead token nothing is sent but one probe a minute."""
        if self.tick() < self._down_until:
            raise NotNow(self._down_until - self.tick() + 0.1, "Slack does not answer")
        if self.token_trouble is None:
            return
        if self.tick() < self._token_probe:
            raise NotNow(self._token_probe - self.tick(), f"Slack refuses the bot's token ({self.token_trouble})")
        self._token_probe = self.tick() + 60
        try:
            await self.slack.auth_test()
        except Exception as error:
            raise trouble(error) from error
        log.info("Slack takes the bot's token again")
        self.token_trouble = None


def _named(channel: str) -> str:
    return channel if channel.startswith("#") else f"<#{channel}>"


def _with_notice(card: Card, reason: str | None) -> Card:
    if not reason:
        return card
    line: Block = context(f":warning: This card hangs here because I cannot post to {reason}.")
    return Card(card.text, [line, *card.blocks])
