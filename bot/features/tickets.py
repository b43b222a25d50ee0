"""Tickets: their card, reply and close, and `/ticket`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards import replies
from bot.cards.blocks import Block, Card, button, buttons
from bot.cards.clicks import Click, Press, read_click, read_press, read_submission
from bot.cards.tickets import CLOSE, REPLY, reply_mark, thread_entries, ticket_card
from bot.commands import answer_lookup
from bot.desk import Desk, Wish, Work, account_of, ref_of, subject_key
from bot.domain.clocks import first_answer_due
from bot.domain.deeds import Deed
from bot.domain.model import Ticket
from bot.domain.routing import ticket_facts
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.store.subjects import SubjectRow

KIND = "ticket"
EDIT = "ticket.edit"
USAGE = "Use `/ticket 00112345678` with the number on the card."
OUR_CLOCKS_DIFFER_SECONDS = 300


async def look(desk: Desk, row: SubjectRow) -> Seen:
    ticket = await desk.market(row.account).fetch_ticket(row.ref)
    deeds = await desk.actions.deeds(row.key)
    now = desk.now()
    route = desk.route(ticket_facts(ticket, row.account, now))
    due = _due(ticket)
    mention = route.mention if not ticket.closed else None
    return Seen(
        wanted=Wanted(_card(row.account, ticket, deeds, now), route.channel, mention, urgent=row.priority == 0)
        if route.shown
        else None,
        entries=thread_entries(ticket, _ours(deeds)),
        storefront=ticket.storefront,
        state=ticket.status,
        version=ticket.version,
        closed=ticket.closed,
        due_at=due,
        next_look=due if due and due > now else None,
        facts={"updated": ticket.updated.isoformat()},
    )


def _card(account: str, ticket: Ticket, deeds: tuple[Deed, ...], now: datetime) -> Card:
    click = Click(subject_key(KIND, account, ticket.id), ticket.version)
    return ticket_card(ticket, value=click.value(), due=_due(ticket), now=now, deeds=deeds)


def _due(ticket: Ticket) -> datetime | None:
    """When the first answer is due: only open tickets nobody of us has answered run on this clock."""
    if ticket.closed or ticket.answered or ticket.fulfilled_by_kaufland:
        return None
    return first_answer_due(ticket.created, ticket.storefront or "")


def _ours(deeds: tuple[Deed, ...]) -> dict[str, str]:
    return {
        reply_mark(str((deed.payload or {}).get("text", ""))): deed.user_id
        for deed in deeds
        if deed.kind == REPLY and deed.state in {"done", "sending", "needs_human"}
    }


# What people press


def register(app: AsyncApp, prefix: str) -> None:
    app.action(REPLY)(reply_pressed)
    app.action(EDIT)(reply_pressed)
    app.action(CLOSE)(close_pressed)
    app.view(replies.CALLBACK)(reply_submitted)
    app.command(f"/{prefix}ticket")(ticket_asked)


async def reply_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(open_reply(desk, press))


async def open_reply(desk: Desk, press: Press) -> None:
    """Open the modal at once, fill it when the marketplace has answered."""
    click = read_click(press.value)
    if click is None or press.channel is None:
        return
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id):
        await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    opened = await desk.modals.open(press, replies.loading_modal("Reply to the buyer"))
    if opened is None:
        return
    try:
        ticket = await desk.market(account_of(click.subject)).fetch_ticket(ref_of(click.subject))
    except MarketError as error:
        await desk.modals.change(opened, replies.trouble_modal("Reply to the buyer", str(error)))
        return
    draft = (await desk.actions.draft(click.draft) or {}) if click.draft else {}
    if said := _cannot_write(ticket):
        await desk.modals.change(opened, replies.trouble_modal("Reply to the buyer", said))
        return
    fresh = Click(click.subject, ticket.version, channel=press.channel, ts=press.thread_ts)
    modal = replies.reply_modal(ticket, fresh, draft=str(draft.get("text", "")))
    await desk.modals.change(opened, modal)


async def reply_submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    reply, errors = replies.read_reply(view)
    if reply is None:
        await ack(response_action="errors", errors=errors)
        return
    who = read_submission(body)
    if refusal := await desk.refusal_at_click(who.user_id, who.team_id):
        await ack(response_action="errors", errors={replies.FIELD: refusal})
        return
    sentence = await desk.actions.take(
        Wish(
            kind=REPLY,
            key=f"reply:{reply.click.subject}:{reply.click.seen}",
            subject=reply.click.subject,
            seen=reply.click.seen,
            user_id=who.user_id,
            team_id=who.team_id or "",
            payload={"text": reply.text},
            heard=who.heard,
            channel=reply.click.channel,
            thread_ts=reply.click.ts,
        )
    )
    if sentence:
        await ack(response_action="errors", errors={replies.FIELD: sentence})
        return
    await ack()


async def close_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    click = read_click(press.value)
    if click is None or press.channel is None:
        await ack()
        return
    said = await desk.refusal_at_click(press.user_id, press.team_id)
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
        return _card(account, ticket, await desk.actions.deeds(subject_key(KIND, account, id)), desk.now())

    await ack()
    desk.later(answer_lookup(desk, command, respond, kind=KIND, form=r"\d{3,20}", usage=USAGE, draw=draw))


# What is done


def _cannot_write(ticket: Ticket) -> str | None:
    if ticket.fulfilled_by_kaufland:
        return "This order is fulfilled by Kaufland; customer service answers it. Nothing can be sent from here."
    if ticket.status == "customer_service_closed_final":
        return "Customer service closed this ticket for good. Nothing can be sent any more."
    return None


def _moved(ticket: Ticket, work: Work) -> str | None:
    """What the person did not see when they pressed, in words; None when all is as they saw it."""
    if ticket.version == work.seen:
        return None
    status, _, last = work.seen.split(".") if work.seen.count(".") == 2 else ("", "", "0")
    if ticket.status != status:
        return "The ticket was opened or closed meanwhile. Nothing was sent; look at its card again."
    newer = [message for message in ticket.messages if str(message.id) > last or message.id > int(last)]
    who = {"buyer": "The buyer", "seller": "A colleague", "customer_service": "Customer service"}
    author = who.get(newer[-1].role, "Somebody") if newer else "Somebody"
    return f"{author} wrote meanwhile. Nothing was sent; read the new message first."


class SendReply:
    """A reply to the buyer: once, and only to the conversation the person saw."""

    async def refusal(self, desk: Desk, work: Work) -> str | None:
        ticket = await desk.market(work.account).fetch_ticket(ref_of(work.subject))
        return _cannot_write(ticket) or _moved(ticket, work)

    async def send(self, desk: Desk, work: Work) -> None:
        await desk.market(work.account).send_message(ref_of(work.subject), str(work.payload["text"]))

    async def settled(self, desk: Desk, work: Work) -> bool | None:
        ticket = await desk.market(work.account).fetch_ticket(ref_of(work.subject))
        sent_at = work.sent_at or work.taken_at
        wanted = reply_mark(str(work.payload["text"]))
        found = any(
            message.role == "seller"
            and reply_mark(message.text) == wanted
            and (sent_at - message.at).total_seconds() < OUR_CLOCKS_DIFFER_SECONDS
            for message in ticket.messages
        )
        return True if found else None

    def again(self, work: Work) -> Sequence[Block]:
        click = Click(work.subject, work.seen, draft=work.id)
        return buttons(button("Edit and send", EDIT, click.value(), style="primary"))


class CloseTicket:
    async def refusal(self, desk: Desk, work: Work) -> str | None:
        ticket = await desk.market(work.account).fetch_ticket(ref_of(work.subject))
        return _cannot_write(ticket) or _moved(ticket, work)

    async def send(self, desk: Desk, work: Work) -> None:
        await desk.market(work.account).close_ticket(ref_of(work.subject))

    async def settled(self, desk: Desk, work: Work) -> bool | None:
        ticket = await desk.market(work.account).fetch_ticket(ref_of(work.subject))
        return ticket.status in {"seller_closed", "both_closed", "customer_service_closed_final"}

    def again(self, work: Work) -> Sequence[Block]:
        return ()


DOINGS = {REPLY: SendReply(), CLOSE: CloseTicket()}
