"""Product data: `/stock product EAN` says whether a product can be sold and why not, and lets an attribute be set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards import products as cards
from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_press
from bot.cards.products import CONFIRM, FORM, SET, TITLE, Told
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.windows import Opened
from bot.commands import says
from bot.desk import ActionKind, Desk, Market, Wish, account_of, ref_of, subject_key
from bot.domain import gtin
from bot.domain.action import Action
from bot.domain.deeds import LOOK, Deed, at_all
from bot.domain.inventory import ProductStatus
from bot.domain.locales import language, locale_of
from bot.domain.words import escaped, one_line
from bot.looks import Seen
from bot.marketplace import MarketError, for_people
from bot.orderunits import Who
from bot.orderwindows import answer_with, submitted_by
from bot.store.subjects import SubjectRow

KIND = "product"
CHANGE = "product.change"
# Product data has languages, not countries: Austria reads what Germany was told.
LANGUAGES = {"de": "de-DE"}
SAME = "That is what it says already. Nothing was sent."


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}stock", matchers=[says("product")])(asked)
    app.action(SET)(pressed)
    app.view(FORM)(filled_in)
    app.view(CONFIRM)(confirmed)


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """A product has no card: it is asked for, and its changes are told to who made them."""
    return Seen(wanted=None, closed=True)


def _place(key: str) -> tuple[str, str]:
    """(locale, EAN) of a subject's key."""
    locale, _, ean = ref_of(key).rpartition("-")
    return locale, ean


# Looking


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    desk.later(_answer(desk, command, respond))


async def _answer(desk: Desk, command: dict[str, Any], respond: AsyncRespond) -> None:
    ean = "".join(str(command.get("text") or "").split()[1:])[:40]
    if refusal := await desk.refusal_at_click(str(command.get("user_id")), command.get("team_id"), LOOK):
        await respond(text=refusal, response_type="ephemeral")
        return
    if wrong := gtin.complaint(ean):
        example = f"`/{desk.command_prefix}stock product 4006381333931`"
        said = f"`{escaped(one_line(ean, 40), 60) or ' '}` {escaped(wrong, 200)}. Like this: {example}"
        await respond(text=said, response_type="ephemeral")
        return
    try:
        with for_people():
            told = [each for account in desk.markets for each in await _told_of(desk, account, ean)]
    except MarketError as error:
        await respond(text=f":warning: {escaped(str(error), 500)}", response_type="ephemeral")
        return
    card = cards.product_card(ean, told, several=len(desk.markets) > 1)
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def _told_of(desk: Desk, account: str, ean: str) -> list[Told]:
    """What the marketplace says in each language of the account's storefronts. Raises `MarketError`."""
    places: dict[str, str] = {}
    for storefront in desk.papers.storefronts[account]:
        if tag := locale_of(storefront):
            places.setdefault(LANGUAGES.get(language(tag), tag), storefront)
    market = desk.market(account)
    return [
        Told(subject_key(KIND, account, f"{tag}-{ean}"), place, tag, await _status(market, ean, tag))
        for tag, place in places.items()
    ]


async def _status(market: Market, ean: str, locale: str) -> ProductStatus | None:
    """None where nobody told anything. Raises `MarketError`."""
    try:
        return await market.fetch_product_status(ean, locale)
    except MarketError as error:
        if error.gone:
            return None
        raise


async def _values(market: Market, ean: str, locale: str, name: str) -> list[str]:
    """What we told about one attribute. Raises `MarketError`."""
    try:
        attributes = (await market.fetch_product_data(ean, locale)).attributes
    except MarketError as error:
        if error.gone:
            return []
        raise
    held = attributes.get(name)
    return [str(each) for each in held] if isinstance(held, list | tuple) else [str(held)] if held else []


# Changing: first what, then was and will be


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    if press.value.startswith(f"{KIND}:"):
        desk.later(_open(desk, press))


async def _open(desk: Desk, press: Press) -> None:
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, at_all(CHANGE)):
        if press.channel:
            await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    window = await desk.modals.open(press, loading_modal(TITLE))
    if window is None:
        return
    locale, ean = _place(press.value)
    try:
        status = await _status(desk.market(account_of(press.value)), ean, locale)
    except MarketError as error:
        await desk.modals.change(window, trouble_modal(TITLE, str(error)))
        return
    opened = Opened(press.value, press.user_id, int(desk.now().timestamp()), press.channel, press.thread_ts)
    await desk.modals.change(window, cards.set_window(ean, locale, status, opened.metadata()))


async def filled_in(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who = await submitted_by(ack, body, view, desk, cards.NAME)
    if who is None:
        return
    opened, person = who
    given, errors = cards.read_set(view)
    if given is None:
        await ack(response_action="errors", errors=errors)
        return
    await answer_with(ack, desk, view, TITLE, _confirm(desk, opened, person, *given))


async def _confirm(desk: Desk, opened: Opened, who: Who, name: str, values: list[str]) -> Block:
    """The window that says what was and what will be; or why nothing will."""
    locale, ean = _place(opened.subject)
    try:
        was = await _values(desk.market(account_of(opened.subject)), ean, locale, name)
    except MarketError as error:
        return trouble_modal(TITLE, str(error))
    if was == values:
        return trouble_modal(TITLE, SAME)
    decision = await desk.judged(who.user_id, who.team_id, Deed(CHANGE, subject=opened.subject))
    if decision and decision.denied:
        return trouble_modal(TITLE, decision.sentence)
    approval = decision.sentence if decision and decision.needs_approval else ""
    more: dict[str, str | int] = {"name": name, "values": json.dumps(values), "saw": _mark(was)}
    if len(json.dumps(more)) > 2500:
        return trouble_modal(TITLE, "That is too long for a window. Send it in a product data file: use /feed.")
    return cards.sure_window(name, was, values, replace(opened, more=more).metadata(), approval)


def _mark(values: Sequence[str]) -> str:
    """What tells values from others, and is short."""
    return hashlib.sha256(json.dumps(list(values)).encode()).hexdigest()[:16]


async def confirmed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who = await submitted_by(ack, body, view, desk, None)
    if who is None:
        return
    opened, person = who
    name, saw = str(opened.more["name"]), str(opened.more["saw"])
    values = json.loads(str(opened.more["values"]))
    locale, ean = _place(opened.subject)
    done = sum(action.state == "done" for action in await desk.actions.of(opened.subject))
    said = await desk.actions.take(
        Wish(
            kind=CHANGE,
            key=f"{CHANGE}:{opened.subject}:{name}:{saw}:{done}",
            subject=opened.subject,
            seen=saw,
            user_id=person.user_id,
            team_id=person.team_id,
            payload={"name": name, "values": values, "saw": saw},
            heard=person.heard,
            channel=person.channel,
            thread_ts=person.ts,
            deed=Deed(CHANGE, subject=opened.subject),
            summary=f"Set {name} of product {ean} ({locale}) to {one_line(', '.join(values), 200)}",
        )
    )
    if said:
        await ack(response_action="update", view=trouble_modal(TITLE, said))
        return
    await ack(response_action="clear")


# What is done


class ChangeProduct:
    """One attribute of one product in one language, compared with what the person saw right before it is set."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        now = await self._now(desk, action)
        if _mark(now) == action.payload["saw"] or now == _wanted(action):
            return None
        return f"{action.payload['name']} was changed meanwhile. Nothing was sent; look at the product again."

    async def send(self, desk: Desk, action: Action) -> None:
        locale, ean = _place(action.subject)
        attributes = {str(action.payload["name"]): _wanted(action)}
        await desk.market(action.account).change_product_data([ean], attributes, locale)
        await _tell(desk, action)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        now = await self._now(desk, action)
        if now == _wanted(action):
            await _tell(desk, action)
            return True
        return False if _mark(now) == action.payload["saw"] else None

    def again(self, action: Action) -> Sequence[Block]:
        return ()

    async def _now(self, desk: Desk, action: Action) -> list[str]:
        locale, ean = _place(action.subject)
        return await _values(desk.market(action.account), ean, locale, str(action.payload["name"]))


def _wanted(action: Action) -> list[str]:
    values = action.payload["values"]
    assert isinstance(values, list)
    return values


async def _tell(desk: Desk, action: Action) -> None:
    channel, thread = action.payload.get("channel"), action.payload.get("thread_ts")
    if isinstance(channel, str):
        locale, ean = _place(action.subject)
        text = cards.changed_text(ean, locale, str(action.payload["name"]), f"/{desk.command_prefix}stock")
        await desk.board.whisper(channel, action.user_id, text, thread if isinstance(thread, str) else None)


ACTIONS: Mapping[str, ActionKind] = {CHANGE: ChangeProduct()}
