"""Orders: their card where a rule wants one, everything about one, and `/order`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards.blocks import Card, section
from bot.cards.clicks import Click, Press, read_click, read_press
from bot.cards.due import rank_words
from bot.cards.orderpage import REVEAL, TITLE
from bot.cards.orders import FULFIL, MORE, order_card, releasable
from bot.cards.replies import trouble_modal
from bot.cards.shipping import Shown
from bot.cards.tickets import Entry
from bot.cards.titles import order_title, order_words
from bot.cards.windows import Opened
from bot.commands import answer_lookup
from bot.desk import ActionKind, Desk, account_of, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.deeds import LOOK, Deed, at_all
from bot.domain.delivery import send_by
from bot.domain.happening import Happening
from bot.domain.model import Order
from bot.domain.routing import Route, order_facts
from bot.looks import Seen
from bot.orderpages import page_of_order
from bot.orderunits import KINDS, Who, take_all, unit_wish
from bot.orderwindows import open_about_order
from bot.store import audit
from bot.store.subjects import SubjectRow

KIND = "order"
UNIT_KIND = "order_unit"
USAGE = "Use `/order MB7UWLD` with the order's number."


async def look(desk: Desk, row: SubjectRow) -> Seen:
    order = await desk.market(row.account).fetch_order(row.ref)
    actions = await desk.actions.of(row.key)
    facts = order_facts(order, row.account, desk.now())
    route = desk.route(facts)
    expires = min((unit.delivery_expires for unit in order.units if unit.delivery_expires), default=None)
    late_from = _late_from(order, route)
    late = late_from is not None and late_from <= facts.now
    over = send_by(order.units, timedelta()) if late_from else None
    rank = rank_words(route.priority, route.tags)
    card = order_card(order, value=_value(row.key), now=facts.now, actions=actions, late=late, rank=rank)
    wanted = Wanted(card, route.channel, route.mention, urgent=row.priority == 0)
    return Seen(
        # A card that hangs is kept true even when the rules would not show this order any more.
        wanted=wanted if route.shown or late or row.ts or row.posting else None,
        entries=_late_entries(late_from, over, facts.now),
        storefront=order.storefront,
        state=",".join(sorted({unit.status for unit in order.units}))[:60],
        closed=order.closed,
        due_at=None if order.closed else expires,
        next_look=_next_look(facts.now, late_from, over, None if order.closed else expires, route.again_at),
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


def _late_entries(soon: datetime | None, over: datetime | None, now: datetime) -> tuple[Entry, ...]:
    """What the thread says once a parcel is about to be late, and once more when it is."""
    told = [
        (soon, "late", ":alarm_clock: Something of this order is still to be sent, and its delivery time runs out."),
        (over, "over", ":rotating_light: The delivery time is over, and something of this order is still to be sent."),
    ]
    return tuple(
        Entry(f"{key}:{since:%Y%m%d%H%M}", since, Card(said, [section(said)]))
        for since, key, said in told
        if since and since <= now
    )


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
        return await page_of_order(desk, order, actions, opened)

    await ack()
    desk.later(open_about_order(desk, press, LOOK, TITLE, draw))


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
    page = await page_of_order(desk, order, await desk.actions.of(click.subject), opened, revealed=True)
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
