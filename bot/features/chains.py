"""Chains: product data, then the inventory once the marketplace says that the products are ready, at one click."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.board import Wanted
from bot.cards import chains as cards
from bot.cards.chains import AGAIN, CALLBACK, DISCARD, START
from bot.cards.clicks import Press, read_press
from bot.cards.feeds import IMPORT
from bot.chaindesk import first_steps, follow, go_on, read_chain, wish
from bot.desk import Desk, subject_key
from bot.domain import imports
from bot.domain.chain import KIND as KIND
from bot.domain.chain import Chain, Stage, Stand, stand
from bot.domain.deeds import at_all
from bot.domain.feedkinds import KINDS, PRODUCT_DATA
from bot.feeddesk import check, new_row, take_down, take_in
from bot.feedfollowing import LONGEST_CHECK, WHILE_ASKED
from bot.looks import Seen
from bot.orderunits import Who
from bot.orderwindows import submitted_by
from bot.store import feeds
from bot.store.feeds import FeedRow
from bot.store.subjects import SubjectRow

MOVED_ON = "The chain has moved on since this card was drawn; look at it again. Nothing was started."


def register(app: AsyncApp, prefix: str) -> None:
    app.view(CALLBACK)(given)
    app.action(START)(start_pressed)
    app.action(AGAIN)(again_pressed)
    app.action(DISCARD)(discard_pressed)


# The card


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Follow the step that runs; when the products are ready, begin the second one."""
    chain = await read_chain(desk, row.key)
    if chain is None:
        return Seen(wanted=None, closed=True)
    await follow(desk, chain, row)
    chain = await _fresh(desk, chain)
    if stand(chain).stage == Stage.DUE:
        await go_on(desk, chain)
        chain = await _fresh(desk, chain)
    now, at = desk.now(), stand(chain)
    feed = await feeds.find(str(chain.step(at.number).key))
    assert feed is not None
    card = cards.chain_card(chain, at, feed.storefront, public=desk.feeds.public_url is not None, now=now)
    return Seen(
        wanted=Wanted(card, feed.channel or desk.fallback(), urgent=row.priority == 0),
        storefront=feed.storefront,
        state=cards.state_words(at),
        closed=at.over,
        next_look=_next_look(chain, at, feed, now),
        title=f"Product data, then {KINDS[chain.offers.kind].spoken} {chain.offers.name}"[:200],
    )


async def _fresh(desk: Desk, chain: Chain) -> Chain:
    return await read_chain(desk, chain.key) or chain


def _next_look(chain: Chain, at: Stand, feed: FeedRow, now: datetime) -> datetime | None:
    progress = chain.step(at.number).progress
    if at.stage in {Stage.RUNNING, Stage.READYING}:
        return imports.next_look(progress, now) if progress else now + imports.LATEST
    if at.stage == Stage.CHECKING:
        return feed.at + LONGEST_CHECK
    if at.stage == Stage.ASKED:
        return now + WHILE_ASKED
    return now + imports.SOONEST if at.stage == Stage.DUE else None


# Giving both files


async def given(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """Both are noted before the window closes; fetching and checking them takes its time afterwards."""
    who = await submitted_by(ack, body, view, desk, cards.DATA)
    if who is None:
        return
    opened, person = who
    got, errors = cards.read_given(view)
    if got is not None and (refusal := await desk.refusal_at_click(person.user_id, person.team_id, at_all(IMPORT))):
        errors = {cards.DATA: refusal}
    if got is None or errors:
        await ack(response_action="errors", errors=errors)
        return
    chain = subject_key(KIND, got.account, secrets.token_hex(6))
    files = (got.products, PRODUCT_DATA), (got.offers, got.kind)
    rows = []
    for key, (file, kind) in zip(first_steps(chain), files, strict=True):
        row = new_row(desk, str(key), kind, got.storefront, file, person.user_id, opened.channel)
        await feeds.add(row)
        rows.append(row)
    await desk.marks.mark([chain], urgent=True)
    await ack()
    for row, (file, _) in zip(rows, files, strict=True):
        desk.later(take_in(desk, row, file))


# Start, go on, try again, discard


async def start_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await _pressed(ack, body, desk, _start)


async def again_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await _pressed(ack, body, desk, _try_again)


async def _pressed(
    ack: AsyncAck,
    body: dict[str, Any],
    desk: Desk,
    do: Callable[[Desk, Press, Chain, Stand], Awaitable[str | None]],
) -> None:
    """A press counts for the step and the attempt that its card showed."""
    press = read_press(body)
    meant = cards.given_value(press.value)
    chain = await read_chain(desk, meant[0]) if meant else None
    said: str | None = MOVED_ON
    if chain is not None and meant is not None:
        at = stand(chain)
        if (chain.key, at.number, chain.step(at.number).key.attempt) == meant:
            said = await do(desk, press, chain, at)
    await ack()
    await _answered(desk, press, said, chain)


async def _answered(desk: Desk, press: Press, said: str | None, chain: Chain | None) -> None:
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if chain is not None:
        await desk.marks.mark([chain.key], urgent=True)


async def _start(desk: Desk, press: Press, chain: Chain, at: Stand) -> str | None:
    if not at.may_start and at.stage != Stage.ASKED:
        return MOVED_ON
    feed = await feeds.find(str(chain.step(at.number).key))
    digest = feed.digest if feed and feed.digest else ""
    who = Who(press.user_id, press.team_id or "", press.heard, press.channel, press.thread_ts)
    return await desk.actions.take(wish(chain, at.number, digest, who))


async def _try_again(desk: Desk, press: Press, chain: Chain, at: Stand) -> str | None:
    """The same file as a new attempt: checked anew, and imported when somebody says so."""
    if said := await desk.refusal_at_click(press.user_id, press.team_id, at_all(IMPORT)):
        return said
    if at.stage != Stage.STOPPED:
        return MOVED_ON
    step = chain.step(at.number)
    before = await feeds.find(str(step.key))
    assert before is not None
    row = FeedRow(
        *(str(step.key.next), before.account, before.kind, before.storefront, before.name, before.size),
        *(None, press.user_id, before.channel, desk.now()),
    )
    await feeds.add(row)
    desk.later(check(desk, row))
    return None


async def discard_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    chain = await read_chain(desk, press.value) if press.value.startswith(f"{KIND}:") else None
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(IMPORT))
    if chain is not None and not said:
        if chain.busy or stand(chain).stage in {Stage.RUNNING, Stage.READYING, Stage.DUE, Stage.DONE}:
            said = "It is being imported already."
        else:
            for step in chain.steps:
                await feeds.discard(str(step.key), desk.now())
                if feed := await feeds.find(str(step.key)):
                    await take_down(desk, feed)
    await ack()
    await _answered(desk, press, said, chain)
