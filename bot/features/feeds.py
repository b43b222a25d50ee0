"""Feeds: what was given and checked is published at a click, and followed to the end of its import."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.board import Wanted
from bot.cards import feeds as cards
from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_press
from bot.cards.feeds import AGAIN, DISCARD, IMPORT
from bot.desk import ActionKind, Desk, Wish, account_of
from bot.domain import imports
from bot.domain.action import Action
from bot.domain.deeds import Deed, at_all
from bot.domain.feedkinds import KINDS, PRODUCT_DATA
from bot.domain.feedplan import Plan, read_plan
from bot.domain.imports import Progress
from bot.domain.report import ReportWish
from bot.domain.words import escaped
from bot.feeddesk import GRACE, KIND, check, given_again, progress_facts, read_progress, take_down, told_of, unchanged
from bot.files import FileTrouble
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.reportdesk import ask
from bot.store import feeds
from bot.store.feeds import FeedRow
from bot.store.subjects import SubjectRow

# Fetching and checking take less than this.
LONGEST_CHECK = timedelta(minutes=10)
INTERRUPTED = "The check was interrupted, so nobody knows what is in the file. Give it once more."
GONE = "This file is not what was checked any more. Nothing was published; give it once more."


def register(app: AsyncApp, prefix: str) -> None:
    app.action(IMPORT)(import_pressed)
    app.action(DISCARD)(discard_pressed)
    app.action(AGAIN)(again_pressed)


# The card


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Follow the import while there is one; take the file down when the marketplace has its copy."""
    feed = await feeds.find(row.key)
    if feed is None:
        return Seen(wanted=None, closed=True)
    now = desk.now()
    feed = await _interrupted(feed, now)
    progress = await _followed(desk, feed, now)
    if _may_go(feed, progress, now):
        await take_down(desk, feed, keep=bool(progress and progress.unfetched))
    actions = await desk.actions.of(row.key)
    if feed.plan is not None and feed.told_at is None and row.ts and row.channel:
        await _tell_errors(desk, feed, row.channel, row.ts)
    card = cards.feed_card(told_of(desk, feed, progress), actions, now)
    over = bool(feed.discarded_at or feed.problem) or (progress is not None and progress.ended)
    again = imports.next_look(progress, now) if progress else None
    if feed.plan is None and feed.problem is None:
        again = feed.at + LONGEST_CHECK
    if over and feed.published_at and feed.withdrawn_at is None and not _may_go(feed, progress, now):
        again = now + GRACE
    return Seen(
        wanted=Wanted(card, feed.channel or desk.fallback(), urgent=row.priority == 0),
        storefront=feed.storefront,
        state=progress.status if progress else "checked" if feed.plan else "being checked",
        closed=over and again is None,
        next_look=again,
        title=f"{KINDS[feed.kind].spoken.capitalize()} {feed.name}"[:200],
    )


async def _interrupted(feed: FeedRow, now: datetime) -> FeedRow:
    """A check that nobody works on any more, because the process that began it ended, is over."""
    if feed.plan is not None or feed.problem is not None or now - feed.at < LONGEST_CHECK:
        return feed
    await feeds.failed(feed.key, INTERRUPTED)
    return replace(feed, problem=INTERRUPTED)


async def _followed(desk: Desk, feed: FeedRow, now: datetime) -> Progress | None:
    before = read_progress(feed.progress)
    if feed.import_id is None or (before is not None and before.ended):
        return before
    place = feed.storefront if KINDS[feed.kind].of_storefront else None
    file = await desk.market(feed.account).fetch_import(feed.kind, feed.import_id, place)
    progress = imports.seen(before, file, now)
    if progress.ended and progress.errors and feed.kind == PRODUCT_DATA:
        # Before it is noted that this import is over: asking twice is one report.
        await _ask_for_errors(desk, feed)
    await feeds.progressed(feed.key, progress_facts(progress))
    return progress


async def _ask_for_errors(desk: Desk, feed: FeedRow) -> None:
    """The marketplace's own list of what was wrong comes as a report, with a card and a file."""
    wish = ReportWish("product-data-import-file-errors", (), import_id=feed.import_id)
    await ask(
        desk,
        feed.account,
        wish,
        user_id=feed.user_id,
        team_id=None,
        channel=feed.channel or desk.fallback(),
        heard=f"errors:{feed.key}",
    )


def _may_go(feed: FeedRow, progress: Progress | None, now: datetime) -> bool:
    """Whether nobody needs the published file any more."""
    if feed.published_at is None or feed.withdrawn_at is not None or progress is None:
        return False
    still = progress.moved_at or now
    return progress.ended or (progress.downloaded and now - still > GRACE)


async def _tell_errors(desk: Desk, feed: FeedRow, channel: str, ts: str) -> None:
    """Every line with a problem, as a file in the card's thread; once."""
    path = desk.feeds.errors(feed.key)
    there = await asyncio.to_thread(path.is_file)
    content = await asyncio.to_thread(path.read_bytes) if there else b""
    await feeds.told(feed.key, desk.now())
    if content:
        try:
            await desk.files.share(channel, ts, "problems.csv", content, title="Every line with a problem")
        except FileTrouble as error:
            await desk.board.whisper(channel, feed.user_id, f":warning: {escaped(str(error), 300)}", ts)
    await asyncio.to_thread(path.unlink, missing_ok=True)


# Import, or discard


async def import_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    feed = await feeds.find(press.value) if press.value.startswith(f"{KIND}:") else None
    said = ""
    if feed is not None and feed.plan is not None:
        said = await desk.actions.take(_wish(feed, read_plan(feed.plan), press))
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if feed is not None:
        await desk.marks.mark([feed.key], urgent=True)


def _wish(feed: FeedRow, plan: Plan, press: Press) -> Wish:
    """Once for each file: importing it again means giving it again. How much it endangers is what the roles ask."""
    effect = plan.effect
    count = max(effect.dangerous + effect.deletes, effect.sent + effect.cancelled)
    return Wish(
        kind=IMPORT,
        key=f"import:{feed.key}",
        subject=feed.key,
        seen=feed.digest or "",
        user_id=press.user_id,
        team_id=press.team_id or "",
        payload={"feed": feed.key},
        heard=press.heard,
        channel=press.channel,
        thread_ts=press.thread_ts,
        deed=Deed(IMPORT, count=count, subject=feed.key),
        summary=f"Import {feed.name[:80]} ({KINDS[feed.kind].spoken})\n{cards.effect_words(plan).replace('*', '')}"[
            :300
        ],
    )


async def discard_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    feed = await feeds.find(press.value) if press.value.startswith(f"{KIND}:") else None
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(IMPORT))
    if feed is not None and not said:
        busy = any(action.under_way or action.proposed for action in await desk.actions.of(feed.key))
        said = "It is being imported already." if busy or feed.import_id else None
        if not said:
            await feeds.discard(feed.key, desk.now())
            await take_down(desk, feed)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if feed is not None:
        await desk.marks.mark([feed.key], urgent=True)


async def again_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """A file nobody fetched, once more: as a feed of its own, checked anew, imported when somebody says so."""
    press = read_press(body)
    feed = await feeds.find(press.value) if press.value.startswith(f"{KIND}:") else None
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(IMPORT))
    await ack()
    if not said and feed is not None:
        row = await given_again(desk, feed, press.user_id)
        said = None if row else "Somebody gave it again already, or the file is gone: look below, or give it once more."
        if row:
            desk.later(check(desk, row))
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if feed is not None:
        await desk.marks.mark([feed.key], urgent=True)


class StartImport:
    """Publish the file where nobody can guess, and tell the marketplace. The address proves what was done."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        feed = await feeds.find(action.subject)
        if feed is None or feed.discarded_at is not None or not await unchanged(desk, feed):
            return GONE
        if desk.feeds.public_url is None:
            return "PUBLIC_URL is not set, so the marketplace cannot fetch the file. Nothing was published."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        await feeds.publish(action.subject, secrets.token_urlsafe(24), desk.now())
        feed = await feeds.find(action.subject)
        assert feed is not None
        assert feed.token is not None
        try:
            file = await desk.market(action.account).start_import(
                feed.kind, desk.feeds.address(feed.token), _place(feed)
            )
        except MarketError as error:
            if error.status == 423:
                said = "The marketplace takes no more files today (30 product feeds a day). Nothing was started."
                raise MarketError(said, status=423) from error
            raise
        await feeds.started(feed.key, file.id)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """The marketplace lists the import with our address, which no other import has."""
        feed = await feeds.find(action.subject)
        if feed is None or feed.token is None:
            return False
        if feed.import_id is not None:
            return True
        address = desk.feeds.address(feed.token)
        async for file in desk.market(account_of(feed.key)).list_imports(feed.kind, _place(feed)):
            if file.url == address:
                await feeds.started(feed.key, file.id)
                return True
        return None

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def _place(feed: FeedRow) -> str | None:
    return feed.storefront if KINDS[feed.kind].of_storefront else None


ACTIONS: Mapping[str, ActionKind] = {IMPORT: StartImport()}
