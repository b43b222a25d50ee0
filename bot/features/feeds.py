"""Feeds: what was given and checked is published at a click, and followed to the end of its import."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import failpoints
from bot.board import Wanted
from bot.cards import feeds as cards
from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_press
from bot.cards.feeds import AGAIN, DISCARD, IMPORT
from bot.desk import ActionKind, Desk, Wish
from bot.domain import imports
from bot.domain.action import Action
from bot.domain.chain import read_step
from bot.domain.deeds import Deed, at_all
from bot.domain.feedkinds import KINDS
from bot.domain.feedplan import Plan, read_plan
from bot.feeddesk import GRACE, KIND, check, given_again, take_down, told_of, unchanged
from bot.feedfollowing import LONGEST_CHECK, WHILE_ASKED, followed, interrupted, located, may_go, tell_errors
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.store import feeds
from bot.store.feeds import FeedRow
from bot.store.subjects import SubjectRow

GONE = "This file is not what was checked any more. Nothing was published; give it once more."


def register(app: AsyncApp, prefix: str) -> None:
    app.action(IMPORT)(import_pressed)
    app.action(DISCARD)(discard_pressed)
    app.action(AGAIN)(again_pressed)


# The card


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Follow the import while there is one; take the file down when the marketplace has its copy."""
    if step := read_step(row.key):
        return Seen(wanted=None, closed=True, also=(step.chain,))
    feed = await feeds.find(row.key)
    if feed is None:
        return Seen(wanted=None, closed=True)
    now = desk.now()
    feed = await interrupted(feed, now)
    progress = await followed(desk, feed, now, row.tries)
    if may_go(feed, progress, now):
        await take_down(desk, feed, keep=bool(progress and progress.unfetched))
    actions = await desk.actions.of(row.key)
    if feed.plan is not None and feed.told_at is None and row.ts and row.channel:
        await tell_errors(desk, feed, row.channel, row.ts)
    card = cards.feed_card(told_of(desk, feed, progress), actions, now)
    over = bool(feed.discarded_at or feed.problem) or (progress is not None and progress.ended)
    again = imports.next_look(progress, now) if progress else None
    if progress is None and any(action.under_way or action.proposed for action in actions):
        again = now + WHILE_ASKED
    if feed.plan is None and feed.problem is None:
        again = feed.at + LONGEST_CHECK
    if over and feed.published_at and feed.withdrawn_at is None and not may_go(feed, progress, now):
        again = now + GRACE
    return Seen(
        wanted=Wanted(card, feed.channel or desk.fallback(), urgent=row.priority == 0),
        storefront=feed.storefront,
        state=progress.status if progress else "checked" if feed.plan else "being checked",
        closed=over and again is None,
        next_look=again,
        title=f"{KINDS[feed.kind].spoken.capitalize()} {feed.name}"[:200],
    )


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
    told = cards.effect_words(plan).replace("*", "")
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
        deed=Deed(IMPORT, count=plan.effect.weight, subject=feed.key),
        summary=f"Import {feed.name[:80]} as {KINDS[feed.kind].spoken}\n{told}"[:300],
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
    """Publish the file where nobody can guess, and tell the marketplace. The address proves what was done.

    Which file it is stands in the action: the steps of a chain are imported for the chain.
    """

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        feed = await feeds.find(_meant(action))
        if feed is None or feed.discarded_at is not None or not await unchanged(desk, feed):
            return GONE
        if desk.feeds.public_url is None:
            return "PUBLIC_URL is not set, so the marketplace cannot fetch the file. Nothing was published."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        key = _meant(action)
        await feeds.publish(key, secrets.token_urlsafe(24), desk.now())
        failpoints.reach("feed.published")
        feed = await feeds.find(key)
        assert feed is not None
        assert feed.token is not None
        try:
            file = await desk.market(action.account).start_import(feed.kind, desk.feeds.address(feed.token), feed.place)
        except MarketError as error:
            if error.status == 423:
                said = "The marketplace takes no more files today (30 product feeds a day). Nothing was started."
                raise MarketError(said, status=423) from error
            raise
        failpoints.reach("feed.accepted")
        await feeds.started(feed.key, file.id)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        feed = await feeds.find(_meant(action))
        return feed is not None and await located(desk, feed)

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def _meant(action: Action) -> str:
    """The key of the feed an action imports."""
    return str(action.payload.get("feed") or action.subject)


ACTIONS: Mapping[str, ActionKind] = {IMPORT: StartImport()}
