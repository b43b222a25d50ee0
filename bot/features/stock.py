"""`/stock`: our offers in all storefronts side by side, and changing them: what was, what will be, then one change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards import stock as cards
from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_press
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.stock import BUYBOX, CONFIRM, EDIT, FORM, TITLE, Offer
from bot.cards.windows import MOST_METADATA, Opened
from bot.desk import ActionKind, Desk, Wish, account_of, ref_of
from bot.domain import offers
from bot.domain.action import Action
from bot.domain.currency import currency_of
from bot.domain.deeds import LOOK, Deed, at_all
from bot.domain.inventory import Unit, UnitChange
from bot.domain.offers import HOLD, PRICE, RIGHTS, STOCK, Step, Values
from bot.domain.pricesteps import TOGETHER, furthest, together
from bot.domain.words import escaped
from bot.earlierprices import Before, prices_before
from bot.marketplace import MarketError
from bot.offersearch import KIND, find_offers, place_of, with_product
from bot.orderunits import Who
from bot.orderwindows import answer_with, submitted_by

SAME = "That is how it is already. Nothing was sent."


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}stock")(asked)
    app.action(EDIT)(pressed)
    app.action(BUYBOX)(buybox_wanted)
    app.view(FORM)(filled_in)
    app.view(CONFIRM)(confirmed)


async def _fetched(desk: Desk, key: str) -> Unit:
    storefront, id = place_of(ref_of(key))
    return await desk.market(account_of(key)).fetch_unit(id, storefront)


# Looking


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    desk.later(_answer(desk, command, respond))


async def _answer(desk: Desk, command: dict[str, Any], respond: AsyncRespond) -> None:
    words = str(command.get("text") or "").strip()[:100]
    name = f"/{desk.command_prefix}stock"
    if words.lower() in {"", "help"}:
        card = cards.nothing_found("", name)
    elif refusal := await desk.refusal_at_click(str(command.get("user_id")), command.get("team_id"), LOOK):
        await respond(text=refusal, response_type="ephemeral")
        return
    else:
        found = await find_offers(desk, words)
        if found.offers:
            card = cards.offers_card(found.offers, left_out=found.left_out, trouble=found.trouble)
        elif found.trouble:
            await respond(text=f":warning: {escaped(found.trouble, 500)}", response_type="ephemeral")
            return
        else:
            card = cards.nothing_found(words, name)
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def buybox_wanted(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(_tell_buybox(desk, press))


async def _tell_buybox(desk: Desk, press: Press) -> None:
    if not press.channel or not press.value.startswith(f"{KIND}:"):
        return
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, LOOK):
        await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    try:
        unit = await _fetched(desk, press.value)
        market = desk.market(account_of(press.value))
        offers_there = await market.fetch_buybox(unit.product_id or 0, unit.storefront, unit.condition.lower())
        text = cards.buybox_text(unit, offers_there)
    except MarketError as error:
        text = f":warning: {escaped(str(error), 500)}"
    await desk.board.whisper(press.channel, press.user_id, text, press.thread_ts)


# Changing: first what, then was and will be


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(_open(desk, press))


async def _open(desk: Desk, press: Press) -> None:
    keys = [key for key in press.value.split() if key.startswith(f"{KIND}:")]
    refusals = [
        await desk.refusal_at_click(press.user_id, press.team_id, at_all(kind)) for kind in (PRICE, STOCK, HOLD)
    ]
    if all(refusals):
        if press.channel:
            await desk.board.whisper(press.channel, press.user_id, str(refusals[0]), press.thread_ts)
        return
    window = await desk.modals.open(press, loading_modal(TITLE))
    if window is None or not keys:
        return
    try:
        found = [Offer(key, await _with_title(desk, key)) for key in keys]
        market = desk.market(account_of(keys[0]))
        groups = [group async for group in market.list_shipping_groups(found[0].unit.storefront)]
        warehouses = [warehouse async for warehouse in market.list_warehouses()]
    except MarketError as error:
        await desk.modals.change(window, trouble_modal(TITLE, str(error)))
        return
    more: dict[str, str | int] = {"keys": " ".join(keys), "saw": _saw(found)}
    opened = Opened(keys[0], press.user_id, int(desk.now().timestamp()), press.channel, press.thread_ts, more)
    await desk.modals.change(window, cards.edit_window(found, groups, warehouses, opened.metadata()))


async def _with_title(desk: Desk, key: str) -> Unit:
    return await with_product(desk.market(account_of(key)), await _fetched(desk, key))


def _saw(found: Sequence[Offer]) -> str:
    """What the window shows of each offer. The note of several is not shown, so it is not kept."""
    kept = [offers.values_of(offer.unit) for offer in found]
    if len(kept) > 1:
        kept = [{name: value for name, value in values.items() if name != "note"} for values in kept]
    return _small(kept)


def _small(value: object) -> str:
    """As JSON for a window, which carries three thousand letters: ß is one there, and not six."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


async def filled_in(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """What is wrong is said beside its field, before anything is asked of the marketplace."""
    who = await submitted_by(ack, body, view, desk, "amount")
    if who is None:
        return
    opened, person = who
    keys, saw = str(opened.more["keys"]).split(), json.loads(str(opened.more["saw"]))
    one = saw[0] if len(saw) == 1 else None
    storefronts = [place_of(ref_of(key))[0] for key in keys]
    noted = bool(one and one.get("note"))
    change, errors = cards.read_change(view, noted=noted, currency=currency_of(storefronts[0]))
    for storefront in storefronts:
        for field, sentence in offers.complaints(change, storefront):
            errors.setdefault(field, sentence)
    if one:
        # What stands as it stood is not meant.
        taken = {name: value for name, value in offers.wanted_of(change).items() if value != one.get(name)}
        change = UnitChange(**taken)  # type: ignore[arg-type]
    if not errors and not offers.wanted_of(change):
        errors["amount"] = "Change something, or press Cancel."
    if errors:
        await ack(response_action="errors", errors=errors)
        return
    await answer_with(ack, desk, view, TITLE, _confirm(desk, opened, person, change))


async def _confirm(desk: Desk, opened: Opened, who: Who, change: UnitChange) -> Block:
    """The window that says what was and what will be; or why nothing will."""
    keys, saw = str(opened.more["keys"]).split(), json.loads(str(opened.more["saw"]))
    try:
        found = [Offer(key, await _with_title(desk, key)) for key in keys]
        labels = await _labels(desk, found[0])
    except MarketError as error:
        return trouble_modal(TITLE, str(error))
    said = _why_not(found, saw, change)
    changes = [(offer, taken) for offer in found if (taken := offers.steps(offer.unit, change))]
    if said or not changes:
        return trouble_modal(TITLE, said or SAME)
    told = ""
    before = await _before(desk, who, keys, offers.wanted_of(change))
    for deed in _deeds([(taken, before.get(offer.key, {})) for offer, taken in changes]):
        decision = await desk.judged(who.user_id, who.team_id, deed)
        if decision is None:
            continue
        alone = max(offers.steepest(tuple(taken)) for _, taken in changes)
        said = f"{decision.sentence} {TOGETHER}" if (deed.percent or 0) > alone else decision.sentence
        if decision.denied:
            return trouble_modal(TITLE, said)
        if decision.needs_approval and not told:
            told = said
    more = {"keys": opened.more["keys"], "saw": opened.more["saw"], "change": _small(offers.wanted_of(change))}
    metadata = replace(opened, more=more).metadata()
    if len(metadata) > MOST_METADATA:
        return trouble_modal(TITLE, "That is too much for one window. Change the storefronts one by one.")
    return cards.confirm_window(changes, labels, metadata, told)


async def _labels(desk: Desk, offer: Offer) -> dict[str, dict[int, str]]:
    market = desk.market(account_of(offer.key))
    groups = {group.id: group.name async for group in market.list_shipping_groups(offer.unit.storefront)}
    return {
        "shipping_group_id": groups,
        "warehouse_id": {warehouse.id: warehouse.name async for warehouse in market.list_warehouses()},
    }


def _why_not(found: Sequence[Offer], saw: Sequence[dict[str, Any]], change: UnitChange) -> str:
    for offer, seen in zip(found, saw, strict=True):
        if names := offers.moved(offer.unit, seen, change):
            return f"{_spelled(names)} changed meanwhile. Nothing was sent; look at the offer again."
        for _, sentence in offers.complaints(change, offer.unit.storefront, offer.unit):
            return sentence
    return ""


def _spelled(names: Sequence[str]) -> str:
    return " and ".join(cards.FIELDS[name] for name in names)


async def _before(desk: Desk, who: Who, keys: Sequence[str], wanted: Iterable[str]) -> Before:
    """From where prices count, when some of the things that are wanted are prices."""
    prices = any(RIGHTS.get(name) == PRICE for name in wanted)
    return await prices_before(who.user_id, desk.now(), keys) if prices else {}


def _deeds(changes: Sequence[tuple[Sequence[Step], Mapping[str, int]]]) -> list[Deed]:
    """What is asked for altogether, right by right; each offer's steps with the prices they count from."""
    found = []
    for kind in (PRICE, STOCK, HOLD):
        meant = [
            ([step for step in steps if RIGHTS.get(step.field, STOCK) == kind], before) for steps, before in changes
        ]
        if count := sum(bool(steps) for steps, _ in meant):
            found.append(_deed(kind, count, max(furthest(steps, before) for steps, before in meant)))
    return found


def _deed(kind: str, count: int, percent: int, subject: str | None = None) -> Deed:
    return Deed(kind, count=count, percent=percent if kind == PRICE else None, subject=subject)


async def confirmed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """Every change is taken as an action; the window closes when all were."""
    who = await submitted_by(ack, body, view, desk, None)
    if who is None:
        return
    opened, person = who
    keys, saw = str(opened.more["keys"]).split(), json.loads(str(opened.more["saw"]))
    wanted = json.loads(str(opened.more["change"]))
    before = await _before(desk, person, keys, wanted)
    said = []
    for key, seen in zip(keys, saw, strict=True):
        for kind in (PRICE, STOCK, HOLD):
            part = {name: value for name, value in wanted.items() if RIGHTS.get(name, STOCK) == kind}
            if any(seen.get(name) != value for name, value in part.items()):
                wish = await _wish(desk, kind, key, part, seen, person, len(keys), before.get(key, {}))
                said.append(await desk.actions.take(wish))
    if sentences := list(dict.fromkeys(sentence for sentence in said if sentence)):
        await ack(response_action="update", view=trouble_modal(TITLE, " ".join(sentences)))
        return
    await ack(response_action="clear")


async def _wish(
    desk: Desk, kind: str, key: str, change: Values, seen: Values, who: Who, count: int, before: Mapping[str, int]
) -> Wish:
    """One change of one offer, once for the values it was seen with. It may come back to them, hence the count."""
    storefront, id = place_of(ref_of(key))
    saw = {name: seen.get(name) for name in change if name in seen}
    if "minimum_price" in saw and saw["minimum_price"] is None:
        # It counts as a change from the price, this time and the next.
        saw["listing_price"] = seen.get("listing_price")
    done = sum(action.kind == kind and action.state == "done" for action in await desk.actions.of(key))
    steps = [
        offers.step(name, {"listing_price": seen.get("listing_price"), **saw}, value, "EUR")
        for name, value in change.items()
        if value is not None
    ]
    percent = furthest(steps, before)
    spoken = ", ".join(
        f"{cards.FIELDS[step.field]} {_plain(step, step.was)} -> {_plain(step, step.will_be)}" for step in steps
    )
    return Wish(
        kind=kind,
        key=f"{kind}:{key}:{_digest(saw)}:{done}",
        subject=key,
        seen=json.dumps(saw, sort_keys=True)[:200],
        user_id=who.user_id,
        team_id=who.team_id,
        payload={"change": dict(change), "saw": saw},
        heard=f"{who.heard}:{kind}:{key}",
        channel=who.channel,
        thread_ts=who.ts,
        deed=_deed(kind, count, percent, key),
        summary=f"{spoken}{together(percent, offers.steepest(tuple(steps)))}\nOffer {id} in {storefront}",
    )


def _digest(values: Values) -> str:
    """What tells values from others, and is short."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]


def _plain(step: Step, value: int | str | None) -> str:
    if step.money and isinstance(value, int):
        return offers.spoken_price(value)
    return "none" if value in (None, "") else str(value)


# What is done


class ChangeOffer:
    """One offer, compared with what the person saw right before it is changed, and proven by what it is afterwards."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        unit = await _fetched(desk, action.subject)
        change, saw = _asked_for(action)
        if offers.reached(unit, change):
            # Pieces count for all storefronts with one number of ours: the first of several changes did it for all.
            return None
        if names := offers.moved(unit, saw, change):
            return f"{_spelled(names)} changed meanwhile. Nothing was sent; look at the offer again."
        return next((sentence for _, sentence in offers.complaints(change, unit.storefront, unit)), None)

    async def send(self, desk: Desk, action: Action) -> None:
        storefront, id = place_of(ref_of(action.subject))
        change, _ = _asked_for(action)
        unit = await desk.market(action.account).change_unit(id, storefront, change)
        await _told(desk, action, unit)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        unit = await _fetched(desk, action.subject)
        change, saw = _asked_for(action)
        if offers.reached(unit, change):
            await _told(desk, action, unit)
            return True
        return None if offers.moved(unit, saw, change) else False

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def _asked_for(action: Action) -> tuple[UnitChange, dict[str, int | str | None]]:
    change, saw = action.payload.get("change"), action.payload.get("saw")
    assert isinstance(change, dict)
    return UnitChange(**change), dict(saw) if isinstance(saw, dict) else {}


async def _told(desk: Desk, action: Action, unit: Unit) -> None:
    """Who asked is told; an offer has no card that would show it."""
    channel = action.payload.get("channel")
    if not isinstance(channel, str):
        return
    change, saw = _asked_for(action)
    currency = unit.listing_price.currency
    taken = [offers.step(name, saw, value, currency) for name, value in offers.wanted_of(change).items()]
    thread = action.payload.get("thread_ts")
    text = cards.changed_text(unit, taken)
    await desk.board.whisper(channel, action.user_id, text, thread if isinstance(thread, str) else None)


ACTIONS: Mapping[str, ActionKind] = {PRICE: ChangeOffer(), STOCK: ChangeOffer(), HOLD: ChangeOffer()}
