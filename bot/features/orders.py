"""Orders: their card where a rule wants one, everything about one, and `/order`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards.blocks import Card, section
from bot.cards.clicks import Click, Press, read_click, read_press
from bot.cards.due import rank_words
from bot.cards.orderpage import REVEAL, TITLE, Surroundings, order_page
from bot.cards.orders import FULFIL, MORE, order_card, releasable
from bot.cards.replies import trouble_modal
from bot.cards.shipping import Shown
from bot.cards.tickets import Entry
from bot.cards.titles import order_title, order_words
from bot.cards.windows import Opened
from bot.commands import answer_lookup
from bot.desk import ActionKind, Desk, Market, account_of, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.deeds import LOOK, Deed, at_all
from bot.domain.delivery import send_by
from bot.domain.happening import Happening
from bot.domain.model import Order, OrderUnit
from bot.domain.routing import Route, order_facts
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.orderunits import KINDS, Who, take_all, unit_wish
from bot.orderwindows import open_about_order
from bot.store import audit, subjects
from bot.store.subjects import SubjectRow

KIND = "order"
UNIT_KIND = "order_unit"
USAGE = "Use `/order MB7UWLD` with the order's number."
# As many units get their return looked up as anybody reads in a window.
MOST_DECORATED = 12


async def look(desk: Desk, row: SubjectRow) -> Seen:
    order = await desk.market(row.account).fetch_order(row.ref)
    actions = await desk.actions.of(row.key)
    facts = order_facts(order, row.account, desk.now())
    route = desk.route(facts)
    expires = min((unit.delivery_expires for unit in order.units if unit.delivery_expires), default=None)
    late_from = _late_from(order, route)
    late = late_from is not None and late_from <= facts.now
    rank = rank_words(route.priority, route.tags)
    card = order_card(order, value=_value(row.key), now=facts.now, actions=actions, late=late, rank=rank)
    wanted = Wanted(card, route.channel, route.mention, urgent=row.priority == 0)
    return Seen(
        # A card that hangs is kept true even when the rules would not show this order any more.
        wanted=wanted if route.shown or late or row.ts or row.posting else None,
        entries=(_late_entry(late_from),) if late and late_from else (),
        storefront=order.storefront,
        state=",".join(sorted({unit.status for unit in order.units}))[:60],
        closed=order.closed,
        due_at=None if order.closed else expires,
        next_look=_next_look(facts.now, late_from, None if order.closed else expires, route.again_at),
        priority=route.priority,
        tags=route.tags,
        title=order_title(order),
        words=order_words(order, route.tags),
        facts={},
    )


def _late_from(order: Order, route: Route) -> datetime | None:
    """From when on people hear that something is still to be sent (UTC), where a rule wants that."""
    if route.late_to_send is None or order.fulfilled_by_kaufland:
        return None
    return send_by(order.units, route.late_to_send)


def _late_entry(since: datetime) -> Entry:
    said = ":alarm_clock: Something of this order is still to be sent, and its delivery time runs out."
    return Entry(f"late:{since:%Y%m%d%H%M}", since, Card(said, [section(said)]))


def _next_look(now: datetime, *moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment and moment > now), default=None)


def _value(key: str) -> str:
    return Click(key, "").value()


async def look_at_unit(desk: Desk, row: SubjectRow) -> Seen:
    """A push may speak of a unit: find its order, which is what has a card."""
    unit = await desk.market(row.account).fetch_order_unit(int(row.ref))
    return Seen(state=unit.status, closed=True, also=(subject_key(KIND, row.account, unit.order_id),))


def register(app: AsyncApp, prefix: str) -> None:
    app.action(MORE)(more_pressed)
    app.action(REVEAL)(revealed)
    app.action(FULFIL)(released)
    app.command(f"/{prefix}order")(order_asked)


async def order_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    async def draw(account: str, id: str) -> Card:
        order = await desk.market(account).fetch_order(id)
        key = subject_key(KIND, account, id)
        return order_card(order, value=_value(key), now=desk.now(), actions=await desk.actions.of(key))

    await ack()
    desk.later(answer_lookup(desk, command, respond, kind=KIND, form=r"[A-Za-z0-9]{4,20}", usage=USAGE, draw=draw))


# Everything about it


async def more_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)

    async def draw(order: Order, actions: tuple[Action, ...], opened: Opened) -> dict[str, Any] | str:
        return await _page(desk, order, actions, opened)

    await ack()
    desk.later(open_about_order(desk, press, LOOK, TITLE, draw))


async def _page(
    desk: Desk, order: Order, actions: tuple[Action, ...], opened: Opened, *, revealed: bool = False
) -> dict[str, Any]:
    account = account_of(opened.subject)
    order = await _with_returns(desk.market(account), order)
    around = Surroundings(await _links(desk, account, order), account)
    return order_page(
        order,
        around,
        value=_value(opened.subject),
        metadata=opened.metadata(),
        now=desk.now(),
        actions=actions,
        revealed=revealed,
    )


async def _with_returns(market: Market, order: Order) -> Order:
    """An order does not tell its returns; its units do, each asked for by itself. They are decoration."""

    async def decorated(unit: OrderUnit) -> OrderUnit:
        if unit.status in {"open", "need_to_be_sent", "cancelled"}:
            return unit
        try:
            whole = await market.fetch_order_unit(unit.id)
        except MarketError:
            return unit
        return replace(
            unit,
            return_id=whole.return_id,
            return_unit_id=whole.return_unit_id,
            return_unit_status=whole.return_unit_status,
        )

    shown, rest = order.units[:MOST_DECORATED], order.units[MOST_DECORATED:]
    return replace(order, units=(*await asyncio.gather(*map(decorated, shown)), *rest))


async def _links(desk: Desk, account: str, order: Order) -> dict[str, str]:
    """Where the cards of its tickets and returns hang, as far as they do."""
    keys = [subject_key("ticket", account, id) for unit in order.units for id in unit.ticket_ids]
    keys += [subject_key("return", account, unit.return_id) for unit in order.units if unit.return_id]
    rows = await subjects.find_many(keys)
    links = {key: desk.link(row.channel, row.ts) for key, row in rows.items()}
    return {key: link for key, link in links.items() if link}


async def revealed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """Show who bought, to this person alone. It is noted before it is shown."""
    press, view = read_press(body), body.get("view") or {}
    await ack()
    desk.later(_reveal(desk, press, str(view.get("id") or ""), str(view.get("hash") or "")))


async def _reveal(desk: Desk, press: Press, view: str, digest: str) -> None:
    click = read_click(press.value)
    if click is None or not view:
        return
    deed = Deed(REVEAL, subject=click.subject)
    account = account_of(click.subject)
    opened = Opened(click.subject, press.user_id, int(desk.now().timestamp()))
    # Not at the click alone: what is shown cannot be taken back.
    if said := await desk.refusal(press.user_id, press.team_id, deed):
        await desk.modals.change((view, digest), trouble_modal(TITLE, said))
        return
    order = await desk.market(account).fetch_order(ref_of(click.subject))
    await audit.note(
        Happening(desk.now(), "revealed", press.user_id, press.team_id or "", REVEAL, click.subject, account)
    )
    page = await _page(desk, order, await desk.actions.of(click.subject), opened, revealed=True)
    await desk.modals.change((view, digest), page)


# Released


async def released(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """Take every unit that is not released yet; the confirm dialog has asked already."""
    press = read_press(body)
    await ack()
    desk.later(_release(desk, press))


async def _release(desk: Desk, press: Press) -> None:
    click = read_click(press.value)
    if click is None:
        return
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(FULFIL))
    if not said:
        order = await desk.market(account_of(click.subject)).fetch_order(ref_of(click.subject))
        actions = await desk.actions.of(click.subject)
        who = Who(press.user_id, press.team_id or "", press.heard, press.channel, press.thread_ts)
        units = [Shown(unit.id, unit.version, unit.price) for unit in releasable(order, actions)]
        wishes = [unit_wish(FULFIL, click.subject, unit, who, actions) for unit in units]
        said = await take_all(desk, wishes) if wishes else "Everything of this order is released already."
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


ACTIONS: Mapping[str, ActionKind] = {FULFIL: KINDS[FULFIL]}
