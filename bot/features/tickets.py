"""Tickets: their card, closing them, and `/ticket`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.acknowledging import Acknowledgement, acknowledge
from bot.board import Wanted
from bot.cards import names
from bot.cards.blocks import Block, Card
from bot.cards.clicks import Click, read_click, read_press
from bot.cards.due import rank_words
from bot.cards.remarks import remark_entries
from bot.cards.sending import slip
from bot.cards.tickets import (
    ACKNOWLEDGE,
    CLOSE,
    REPLY,
    Entry,
    sender_words,
    thread_entries,
    ticket_card,
)
from bot.cards.titles import ticket_title, ticket_words
from bot.commands import answer_lookup
from bot.countdowns import counted
from bot.desk import ActionKind, Desk, Wish, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.answering import cannot_write, moved, reply_mark
from bot.domain.countdown import Countdown, count_down
from bot.domain.deeds import Deed
from bot.domain.handling import Handling
from bot.domain.model import Message, Ticket
from bot.domain.routing import ticket_facts
from bot.domain.targets import ticket_clocks, turn_since
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.returnlinks import return_behind, return_link
from bot.store import handling
from bot.store.subjects import SubjectRow

KIND = "ticket"
CLOSED_BY_US = frozenset({"seller_closed", "both_closed"})
SENT_TO_BUYERS = frozenset({REPLY, ACKNOWLEDGE})
USAGE = "Use `/ticket 00112345678` with the number on the card."


async def look(desk: Desk, row: SubjectRow) -> Seen:
    ticket = await desk.market(row.account).fetch_ticket(row.ref)
    actions = await desk.actions.of(row.key)
    facts = ticket_facts(ticket, row.account, desk.now())
    route = desk.route(facts)
    if await acknowledge(desk, row.key, ticket, route, actions):
        actions = await desk.actions.of(row.key)
    handled = await handling.of(row.key, facts.now)
    clocks = ticket_clocks(desk.clocks(), ticket, facts, lambda message: _is_interim(message, actions))
    countdown = await counted(desk.clocks(), row, clocks, facts, route, claimer=handled.claimed_by)
    rank = rank_words(route.priority, route.tags)
    item = await return_behind(desk, row, ticket)
    card = _card(row.account, ticket, actions, countdown, rank, facts.now, handled, await return_link(desk, row, item))
    mention = route.mention if not ticket.closed else None
    return Seen(
        wanted=Wanted(card, route.channel, mention, urgent=row.priority == 0) if route.shown else None,
        entries=_thread(ticket, actions, handled),
        storefront=ticket.storefront,
        state=ticket.status,
        version=ticket.version,
        closed=ticket.closed,
        due_at=countdown.due,
        next_look=_earliest(handled.writing_until, None if ticket.closed else countdown.next_look),
        facts={"updated": ticket.updated.isoformat(), **({"return": item} if item else {})},
        reminders=countdown.reminders,
        priority=route.priority,
        tags=route.tags,
        title=ticket_title(ticket),
        words=ticket_words(ticket, route.tags),
        waits_since=turn_since(ticket),
    )


def _card(
    account: str,
    ticket: Ticket,
    actions: tuple[Action, ...],
    countdown: Countdown,
    rank: str,
    now: datetime,
    handled: Handling,
    returned: str = "",
) -> Card:
    click = Click(subject_key(KIND, account, ticket.id), ticket.version)
    return ticket_card(
        ticket,
        value=click.value(),
        countdown=countdown,
        rank=rank,
        now=now,
        actions=actions,
        handled=handled,
        returned=returned,
    )


def _thread(ticket: Ticket, actions: tuple[Action, ...], handled: Handling) -> tuple[Entry, ...]:
    """The conversation, what colleagues remarked, and what is about to be sent."""
    said = [*thread_entries(ticket, _ours(actions)), *remark_entries(handled.remarks)]
    said.sort(key=lambda entry: (entry.at, entry.key))
    return (*said, *(slip(action) for action in actions if action.kind == REPLY and action.waits))


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _is_interim(message: Message, actions: tuple[Action, ...]) -> bool:
    """Whether we sent it as a notice that was no answer."""
    said = reply_mark(message.text)
    return any(
        (action.kind == ACKNOWLEDGE or (action.kind == REPLY and bool(action.payload.get("interim"))))
        and reply_mark(str(action.payload.get("text", ""))) == said
        for action in actions
    )


def _ours(actions: tuple[Action, ...]) -> dict[str, str]:
    return {
        reply_mark(str((action.payload or {}).get("text", ""))): sender_words(action)
        for action in actions
        if action.kind in SENT_TO_BUYERS and action.state in {"done", "sending", "needs_human"}
    }


# What people press


def register(app: AsyncApp, prefix: str) -> None:
    app.action(CLOSE)(close_pressed)
    app.command(f"/{prefix}ticket")(ticket_asked)


async def close_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    click = read_click(press.value)
    if click is None or press.channel is None:
        await ack()
        return
    said = await desk.refusal_at_click(press.user_id, press.team_id, Deed(CLOSE, subject=click.subject))
    if not said:
        said = await desk.actions.take(
            Wish(
                kind=CLOSE,
                key=f"close:{click.subject}:{click.seen}",
                subject=click.subject,
                seen=click.seen,
                user_id=press.user_id,
                team_id=press.team_id or "",
                payload={},
                heard=press.heard,
                channel=press.channel,
                thread_ts=press.thread_ts,
            )
        )
    await ack()
    if said:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def ticket_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    async def draw(account: str, id: str) -> Card:
        ticket = await desk.market(account).fetch_ticket(id)
        facts = ticket_facts(ticket, account, desk.now())
        route = desk.route(facts)
        countdown = count_down(ticket_clocks(desk.clocks(), ticket, facts), facts.now, ())
        key = subject_key(KIND, account, id)
        rank = rank_words(route.priority, route.tags)
        handled = await handling.of(key, facts.now)
        return _card(account, ticket, await desk.actions.of(key), countdown, rank, facts.now, handled)

    await ack()
    desk.later(answer_lookup(desk, command, respond, kind=KIND, form=r"\d{3,20}", usage=USAGE, draw=draw))


# What is done


class CloseTicket:
    async def refusal(self, desk: Desk, action: Action) -> str | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        return cannot_write(ticket) or _moved(ticket, action)

    async def send(self, desk: Desk, action: Action) -> None:
        await desk.market(action.account).close_ticket(ref_of(action.subject))

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        if ticket.status in CLOSED_BY_US:
            # It says that one of us closed it, and not who.
            return None if _others(await desk.actions.of(action.subject), action) else True
        # It is open. Only when nothing at all has happened since can nobody have closed and reopened it meanwhile.
        return False if ticket.version == action.seen_version else None

    async def evidence(self, desk: Desk, action: Action) -> str:
        try:
            ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        except MarketError as error:
            return f"The marketplace could not be asked about the ticket: {error}"
        others = _others(await desk.actions.of(action.subject), action)
        beside = " Another of us closed it at about the same time." if others else ""
        return f"The ticket is {names.TICKET_STATES.get(ticket.status, ticket.status)} now.{beside}"

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def _others(actions: Sequence[Action], action: Action) -> list[Action]:
    """Who else may have closed the ticket since `action` began to be sent."""
    return [
        other
        for other in actions
        if other.kind == CLOSE and other.id != action.id and other.sent_at and other.live
        if other.ended_at is None or other.ended_at >= action.began_at
    ]


def _moved(ticket: Ticket, action: Action) -> str | None:
    """What the person did not see when they asked for it. After a reply of theirs, that reply is what they saw last."""
    after = action.payload.get("after")
    if not isinstance(after, str):
        return moved(ticket, action.seen_version or "")
    newest = ticket.messages[-1] if ticket.messages else None
    if newest and newest.role == "seller" and reply_mark(newest.text) == reply_mark(after):
        return None
    return "Your reply was sent, and the buyer wrote again before the ticket was closed. It stays open."


ACTIONS: Mapping[str, ActionKind] = {CLOSE: CloseTicket(), ACKNOWLEDGE: Acknowledgement()}
