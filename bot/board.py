"""Makes Slack true: one card per subject, posted once, then updated in place, and its thread entries in order.

Slack has no idempotency keys. So every post is announced in the notebook first and carries its marker in the message's
metadata; when nobody can say whether a post happened, the channel is read back for the marker before it is repeated.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot import failpoints, slips
from bot.cards.blocks import Block, Card, context
from bot.cards.tickets import Entry, from_its_beginning
from bot.channels import Channels
from bot.domain.pace import Pace
from bot.readback import EVENT_TYPE, find_post
from bot.slackwire import SlackTrouble, trouble
from bot.store import entries as entry_rows
from bot.store import subjects as subject_rows
from bot.store.entries import EntryRow
from bot.store.subjects import SubjectRow
from bot.turns import NotNow, SharedTurns, wait_for_turn

__all__ = ["Board", "NotNow", "Place", "Untold", "Wanted"]

log = structlog.get_logger(__name__)

UPDATES = "chat.update"
# Turns of chat.update that background work leaves to people who are watching.
FOR_PEOPLE = 5
# One lost answer is an accident; so many in a row are an outage.
OUTAGE = 3


@dataclass(frozen=True)
class Place:
    """Where a card hangs, and the digest of what it shows."""

    channel: str
    ts: str
    shown: str


@dataclass(frozen=True)
class Untold:
    """A thread entry that does not hang yet, or hangs and shows something old; `kept` is what the notebook has of it.

    `entry` is None for a slip that nobody wants any more.
    """

    entry: Entry | None
    kept: EntryRow | None


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
    # Where other processes speak too: their turns, and whether this one still does what it took up.
    shared: SharedTurns | None = None
    steady: Callable[[], bool] = lambda: True
    # Slack's reads lag behind its writes: look for an uncertain post after the first, give it up after the second.
    settle_seconds: tuple[float, float] = (2.0, 8.0)
    token_trouble: str | None = None
    _token_probe: float = 0.0
    _failures_in_a_row: int = 0
    _down_until: float = 0.0

    @property
    def in_trouble(self) -> bool:
        """Whether Slack does not answer, or refuses our token, as far as we know."""
        return self.token_trouble is not None or self._failures_in_a_row >= OUTAGE

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

    async def untold(self, row: SubjectRow, entries: Sequence[Entry]) -> list[Untold]:
        """What the card's thread lacks of `entries`, and the slips in it that are not among them, as far as we know."""
        known = await entry_rows.known(row.key)
        wanted = {entry.key for entry in entries}
        found = [Untold(entry, known.get(entry.key)) for entry in from_its_beginning(entries, known)]
        gone = [Untold(None, kept) for key, kept in known.items() if kept.slip and key not in wanted]
        return [each for each in found if not _told(each)] + gone

    async def tell(self, row: SubjectRow, place: Place, untold: Sequence[Untold]) -> None:
        """Post what the thread does not hold yet, in its order. Raises as `show` does; what is posted stays noted."""
        for each in untold:
            entry, kept = each.entry, each.kept
            await self._awake()
            if kept and kept.posting and await self._settle_entry(row.key, kept, place):
                kept = (await entry_rows.known(row.key))[kept.key]
            if entry is None or (kept and kept.done):
                await slips.keep(self, row.key, place.channel, entry, kept)
                continue
            await self._turn(self.posts, place.channel, f"{row.key}/{entry.key}", reserve=row.priority != 0)
            marker = self.new_id()
            slip = entry.card.digest if entry.slip else None
            await entry_rows.posting(row.key, entry.key, entry.at, marker, self.now(), slip=slip)
            failpoints.reach("entry.claimed")
            try:
                ts = await self._post(place.channel, entry.card, f"{row.key}/{entry.key}", marker, thread_ts=place.ts)
            except SlackTrouble as slack:
                if slack.kind == "missing":
                    await self._lost(row)
                    raise NotNow(0.0, "its card was deleted in Slack") from slack
                if slack.kind != "maybe":
                    await entry_rows.unposted(row.key, entry.key)
                raise
            failpoints.reach("entry.sent")
            await entry_rows.posted(row.key, entry.key, ts)
            failpoints.reach("entry.saved")

    async def change(self, holder: str, call: Callable[[], Awaitable[object]]) -> bool:
        """Change a message of ours by `call`, at our turn. False when it is gone. Raises as `show` does."""
        await self._turn(self.updates, UPDATES, holder)
        try:
            await call()
        except Exception as error:
            slack = self._noted(trouble(error), self.updates, UPDATES)
            if slack.kind != "missing":
                raise slack from error
            return False
        self._failures_in_a_row = 0
        return True

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
            await self._turn(self.posts, channel, holder)
            await self.slack.chat_postMessage(channel=channel, text=text, unfurl_links=False, unfurl_media=False)
        except NotNow as later:
            log.warning("a notice was left out", seconds=round(later.seconds, 1))
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
        # Those who wait for a channel are overtaken by what is urgent.
        await self._turn(self.posts, channel, row.key, reserve=not wanted.urgent)
        marker = self.new_id()
        await subject_rows.posting(row.key, marker, channel, self.now())
        failpoints.reach("out.claimed")
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
        self.still_ours()
        try:
            answer = await self.slack.chat_postMessage(
                channel=channel,
                text=card.text[:3900],
                blocks=card.blocks,
                thread_ts=thread_ts or None,
                unfurl_links=False,
                unfurl_media=False,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"subject": subject, "marker": marker}},
            )
        except Exception as error:
            raise self._noted(trouble(error), self.posts, channel) from error
        self._failures_in_a_row = 0
        ts = str(answer["ts"])
        if thread_ts and "thread_ts" not in (answer.get("message") or {"thread_ts": thread_ts}):
            await self._take_back(channel, ts)
            raise SlackTrouble("missing", "thread_not_found")
        return ts

    async def _lost(self, row: SubjectRow) -> None:
        """The card is gone, and its thread with it: the next one is posted anew, and everything is told again."""
        await entry_rows.forget(row.key)
        await subject_rows.unplaced(row.key)

    async def _take_back(self, channel: str, ts: str) -> None:
        """The card is gone, so Slack put its thread's entry into the channel itself, where nobody can place it."""
        try:
            await self.slack.chat_delete(channel=channel, ts=ts)
        except Exception as error:
            log.warning("a stray entry stays", reason=str(trouble(error)))

    async def _update(self, row: SubjectRow, channel: str, ts: str, wanted: Wanted) -> Place | None:
        """None when the card must be posted anew: it was deleted, or its channel is closed to us."""
        await self._turn(self.updates, UPDATES, row.key, reserve=0 if wanted.urgent else FOR_PEOPLE)
        # Whoever loses the answer, or dies before noting it, must not take a card that changed for the one before.
        await subject_rows.doubted(row.key)
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
            await self._lost(row)
            return None
        failpoints.reach("out.updated")
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
        ts = await find_post(self.slack, row.posting_channel, row.posting, row.posting_at)
        failpoints.reach("out.read_back")
        if ts:
            await subject_rows.posted(row.key, row.posting_channel, ts, "")
            return await subject_rows.find(row.key) or row
        if age < last:
            raise NotNow(last - age, "looking again for a post that may have happened")
        await subject_rows.unplaced(row.key)
        return await subject_rows.find(row.key) or row

    async def _settle_entry(self, key: str, kept: EntryRow, place: Place) -> bool:
        assert kept.posting is not None
        assert kept.posting_at is not None
        age = (self.now() - kept.posting_at).total_seconds()
        first, last = self.settle_seconds
        if age < first:
            raise NotNow(first - age, "a thread entry may be under way")
        ts = await find_post(self.slack, place.channel, kept.posting, kept.posting_at, thread_ts=place.ts)
        if ts:
            await entry_rows.posted(key, kept.key, ts)
            return True
        if age < last:
            raise NotNow(last - age, "looking again for an entry that may have been posted")
        return False

    # Pace and the state of our token

    async def _turn(self, pace: Pace, lane: str, holder: str, reserve: int = 0) -> None:
        await wait_for_turn(pace, lane, holder, self.tick, reserve=reserve, shared=self.shared)
        self.still_ours()

    def still_ours(self) -> None:
        """Raises `NotNow` when this process was away so long that others may look at what it was looking at."""
        if not self.steady():
            raise NotNow(1.0, "this process was away for a while")

    def _noted(self, slack: SlackTrouble, pace: Pace, lane: str) -> SlackTrouble:
        if slack.kind == "wait":
            pace.pause(lane, self.tick() + slack.retry_after)
            if self.shared is not None:
                self.shared.pause(lane, slack.retry_after + (pace.burst - 1) * pace.gap)
        elif slack.kind == "token":
            if self.token_trouble is None:
                log.error("Slack refuses the bot's token", code=slack.code)
            self.token_trouble = slack.code
            self._token_probe = self.tick() + 60
        elif slack.kind in {"down", "maybe"}:
            self._failures_in_a_row += 1
            # Every lane would find out for itself.
            if self._failures_in_a_row >= OUTAGE:
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


def _told(each: Untold) -> bool:
    return bool(each.entry and each.kept and each.kept.shows(each.entry.card.digest))


def _named(channel: str) -> str:
    return channel if channel.startswith("#") else f"<#{channel}>"


def _with_notice(card: Card, reason: str | None) -> Card:
    if not reason:
        return card
    line: Block = context(f":warning: This card hangs here because I cannot post to {reason}.")
    return Card(card.text, [line, *card.blocks])
