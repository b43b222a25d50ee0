"""Giving a feed: by command, in a window, or dropped into a channel. It is checked, and nothing more."""

from __future__ import annotations

import asyncio
import re
import secrets
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.addresses import complaint
from bot.cards import feeds as cards
from bot.cards import names
from bot.cards.blocks import Card, context, section
from bot.cards.chains import give_modal as chain_modal
from bot.cards.clicks import Press, read_command, read_press
from bot.cards.feeds import CALLBACK, IMPORT
from bot.cards.files import SlackFile
from bot.cards.replies import trouble_modal
from bot.cards.windows import Opened
from bot.desk import Desk, ref_of, subject_key
from bot.domain import imports
from bot.domain.chain import KIND as CHAIN
from bot.domain.deeds import LOOK, at_all
from bot.domain.feedkinds import KINDS, template
from bot.domain.words import escaped
from bot.drops import Drop
from bot.feeddesk import KIND, check, fetch, kind_of, new_row, read_progress, take_in, told_of
from bot.files import FileTrouble
from bot.marketplace import MarketError
from bot.orderwindows import submitted_by
from bot.store import feeds, subjects
from bot.store.feeds import FeedRow

SHORTCUT = "feed.open"
MOST_LISTED = 10
MOST_DROPPED = 5
HELP = """*Feeds*
• `/{p}feed` check a CSV, then publish and import it
• `/{p}feed chain` product data, then the inventory as soon as the products are ready
• `/{p}feed list` the newest ones
• `/{p}feed 1a2b3c4d5e6f` one of them, by its own number or that of its import
• `/{p}feed templates` an example file of each kind"""


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}feed")(asked)
    app.shortcut(SHORTCUT)(shortcut_used)
    app.view(CALLBACK)(given)


async def dropped(desk: Desk, drop: Drop) -> None:
    """A CSV in one of our channels may be a feed: its first lines tell. Then it is checked, and nothing more."""
    files = [file for file in drop.files if file.name.lower().endswith((".csv", ".txt"))][:MOST_DROPPED]
    if files and not await desk.refusal_at_click(drop.user_id, drop.team_id, at_all(IMPORT)):
        for file in files:
            desk.later(_recognise(desk, drop, file))


async def _recognise(desk: Desk, drop: Drop, file: SlackFile) -> None:
    places = [(account, place) for account, each in desk.papers.storefronts.items() for place in each]
    account, storefront = places[0]
    row = new_row(desk, _new_key(account), "", storefront, file, drop.user_id, drop.channel)
    path = desk.feeds.file(row.key)
    try:
        await fetch(desk, row.key, file)
    except FileTrouble as error:
        await desk.board.whisper(drop.channel, drop.user_id, f":warning: {escaped(str(error), 300)}", drop.thread_ts)
        return
    kind = await asyncio.to_thread(kind_of, path)
    if kind is None or (len(places) > 1 and (kind.of_storefront or len(desk.markets) > 1)):
        await asyncio.to_thread(path.unlink, missing_ok=True)
        if kind is not None:
            name = escaped(file.name, 80)
            said = f"{name} looks like {kind.spoken}. `/{desk.command_prefix}feed` asks for which storefront it is."
            await desk.board.whisper(drop.channel, drop.user_id, said, drop.thread_ts)
        return
    row = replace(row, kind=kind.name)
    await feeds.add(row)
    await desk.marks.mark([row.key], urgent=True)
    await check(desk, row)


def _new_key(account: str) -> str:
    return subject_key(KIND, account, secrets.token_hex(6))


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    press = read_command(command)
    word = press.value.split(" ")[0].lower()
    await ack()
    if word in {"", "chain"}:
        desk.later(_open(desk, press, chained=word == "chain"))
    elif re.fullmatch(r"[0-9a-f]{12}(-\d{1,4}){0,2}|\d{1,18}", word, re.ASCII):
        desk.later(_one(desk, press, word, respond))
    elif word in {"list", "templates"}:
        desk.later(_answer(desk, press, word, respond))
    else:
        said = "" if word == "help" else f"I do not know `{escaped(word, 40)}`. "
        await respond(text=said + HELP.format(p=desk.command_prefix), response_type="ephemeral")


async def shortcut_used(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await ack()
    desk.later(_open(desk, read_press(body)))


async def _open(desk: Desk, press: Press, *, chained: bool = False) -> None:
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, at_all(IMPORT)):
        await desk.modals.open(press, trouble_modal(cards.TITLE, refusal))
        return
    opened = Opened(KIND, press.user_id, int(desk.now().timestamp()), press.channel)
    places = desk.papers.storefronts
    if chained:
        await desk.modals.open(press, chain_modal(places, opened.metadata()))
        return
    await desk.modals.open(press, cards.give_modal(places, opened.metadata(), desk.feeds.origins))


async def given(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """The file is noted before the window closes; fetching and checking it takes its time afterwards."""
    who = await submitted_by(ack, body, view, desk, cards.FILE)
    if who is None:
        return
    opened, person = who
    got, errors = cards.read_given(view)
    if got is None:
        await ack(response_action="errors", errors=errors)
        return
    if refusal := await desk.refusal_at_click(person.user_id, person.team_id, at_all(IMPORT)):
        await ack(response_action="errors", errors={cards.FILE: refusal})
        return
    if isinstance(got.file, str) and (said := complaint(got.file, desk.feeds.origins)):
        await ack(response_action="errors", errors={cards.ADDRESS: said})
        return
    key = _new_key(got.account)
    row = new_row(desk, key, got.kind, got.storefront, got.file, person.user_id, opened.channel)
    await feeds.add(row)
    await desk.marks.mark([row.key], urgent=True)
    await ack()
    desk.later(take_in(desk, row, got.file))


async def _answer(desk: Desk, press: Press, word: str, respond: AsyncRespond) -> None:
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, LOOK):
        await respond(text=refusal, response_type="ephemeral")
        return
    if word == "list":
        card = await _listed(desk)
        await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")
        return
    for kind in KINDS.values():
        name = f"example-{kind.name}.csv"
        try:
            await desk.files.share(press.channel or desk.fallback(), None, name, template(kind).encode())
        except FileTrouble as error:
            await respond(text=f":warning: {escaped(str(error), 300)}", response_type="ephemeral")
            return


async def _listed(desk: Desk) -> Card:
    lines = []
    for feed in await feeds.latest(MOST_LISTED):
        progress = read_progress(feed.progress)
        state = (
            progress.words if progress else "discarded" if feed.discarded_at else "checked" if feed.plan else "given"
        )
        flag = names.flag(feed.storefront) if KINDS[feed.kind].of_storefront else ""
        lines.append(
            (f"{flag} {KINDS[feed.kind].spoken}", feed.name, state, f" · <@{feed.user_id}> · `{ref_of(feed.key)}`")
        )
    return cards.feeds_card(lines, f"/{desk.command_prefix}feed")


async def _one(desk: Desk, press: Press, word: str, respond: AsyncRespond) -> None:
    """A feed of ours by its number or its import's; else the import as the marketplace knows it."""
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, LOOK):
        await respond(text=refusal, response_type="ephemeral")
        return
    feed = await feeds.numbered(word)
    if feed:
        # One that rests is looked at again.
        await desk.marks.mark([feed.key])
    try:
        card = await _ours(desk, feed) if feed else await _chained(desk, word) or await _elsewhere(desk, word)
    except MarketError as error:
        await respond(text=f":warning: {escaped(str(error), 500)}", response_type="ephemeral")
        return
    if card is None:
        said = (
            f"There is no feed and no import {escaped(word, 40)}. `/{desk.command_prefix}feed list` shows the newest."
        )
        await respond(text=said, response_type="ephemeral")
        return
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def _ours(desk: Desk, feed: FeedRow) -> Card:
    told = told_of(desk, feed, read_progress(feed.progress))
    card = cards.feed_card(told, await desk.actions.of(feed.key), desk.now())
    row = await subjects.find(feed.key)
    link = desk.link(row.channel, row.ts) if row else None
    return Card(card.text, [*card.blocks, context(f"<{link}|Its card>")]) if link else card


async def _chained(desk: Desk, word: str) -> Card | None:
    """Where the chain with this number hangs."""
    for account in desk.markets:
        row = await subjects.find(subject_key(CHAIN, account, word))
        if row and (link := desk.link(row.channel, row.ts)):
            return Card("A chain of feeds", [section(f"Chain `{word}`: <{link}|its card> says where it stands.")])
    return None


async def _elsewhere(desk: Desk, word: str) -> Card | None:
    """Raises `MarketError` when the marketplace cannot be asked."""
    places: tuple[str | None, ...]
    for account, market in desk.markets.items() if word.isdigit() else ():
        for kind in KINDS.values():
            places = desk.papers.storefronts[account] if kind.of_storefront else (None,)
            for place in places:
                try:
                    file = await market.fetch_import(kind.name, int(word), place)
                except MarketError as error:
                    if error.systemic:
                        raise
                    continue
                progress = imports.seen(None, file, desk.now())
                return cards.import_card(kind.name, int(word), place, progress, desk.now())
    return None
