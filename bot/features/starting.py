"""`/ticket open ORDER` writes to a buyer first, `/return start ORDER` starts a return for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_command
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.starting import OPEN, START, TITLES, Begun, read_begun, return_window, returnable, ticket_window
from bot.cards.starting import WORDS as FIELD
from bot.cards.windows import Opened
from bot.commands import says
from bot.desk import ActionKind, Desk, Wish, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.deeds import Deed, at_all
from bot.domain.model import Order
from bot.domain.offplatform import forbidden
from bot.domain.words import escaped
from bot.marketplace import MarketError
from bot.orderunits import Who
from bot.orderwindows import submitted_by

KINDS = {("ticket", "open"): OPEN, ("return", "start"): START}
NOTHING = "Nothing of this order can come back now: it was not sent, it is on its way back, or it was cancelled."
KAUFLAND = "This order is fulfilled by Kaufland, which deals with its returns."


def register(app: AsyncApp, prefix: str) -> None:
    for (noun, verb), kind in KINDS.items():
        app.command(f"/{prefix}{noun}", matchers=[says(verb)])(_listener(kind))
        app.view(kind)(submitted)


def _listener(kind: str) -> Any:
    async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
        await ack()
        desk.later(_open(desk, kind, read_command(command), respond))

    return asked


async def _open(desk: Desk, kind: str, press: Press, respond: AsyncRespond) -> None:
    number = press.value.partition(" ")[2].strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{5,20}", number, re.ASCII):
        noun, verb = next(words for words, each in KINDS.items() if each == kind)
        wanted = f"Use `/{desk.command_prefix}{noun} {verb} MB7UWLD` with the number of the order."
        said = f"`{escaped(number, 40)}` is no order number. {wanted}" if number else wanted
        await respond(text=said, response_type="ephemeral")
        return
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, at_all(kind)):
        await respond(text=refusal, response_type="ephemeral")
        return
    window = await desk.modals.open(press, loading_modal(TITLES[kind]))
    if window is not None:
        await desk.modals.change(window, await _drawn(desk, kind, press, number))


async def _drawn(desk: Desk, kind: str, press: Press, number: str) -> Block:
    """The window for the order, or why there is none."""
    said = f"The marketplace knows no order {number}."
    for account, market in desk.markets.items():
        try:
            order = await market.fetch_order(number)
        except MarketError as error:
            said = said if error.gone else str(error)
            continue
        opened = Opened(
            subject_key("order", account, order.id), press.user_id, int(desk.now().timestamp()), press.channel
        )
        return _window(kind, order, opened)
    return trouble_modal(TITLES[kind], said)


def _window(kind: str, order: Order, opened: Opened) -> Block:
    if kind == OPEN:
        return ticket_window(order, opened.metadata())
    if order.fulfilled_by_kaufland:
        return trouble_modal(TITLES[kind], KAUFLAND)
    units = returnable(order)
    return return_window(order, units, opened.metadata()) if units else trouble_modal(TITLES[kind], NOTHING)


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    who = await submitted_by(ack, body, view, desk, FIELD)
    if who is None:
        return
    opened, person = who
    kind = str(view.get("callback_id"))
    begun, errors = read_begun(view)
    if begun and kind == OPEN and (found := [each.sentence for each in forbidden(begun.words)]):
        errors = {FIELD: " ".join(found)[:500] + ". The marketplace forbids that in a message."}
    if begun is None or errors:
        await ack(response_action="errors", errors=errors)
        return
    if said := await desk.actions.take(_wish(kind, opened.subject, begun, person)):
        await ack(response_action="errors", errors={FIELD: said})
        return
    await ack()


def _wish(kind: str, subject: str, begun: Begun, who: Who) -> Wish:
    """One for each window: what is written to a buyer twice on purpose is written twice."""
    what = {OPEN: "Write to the buyer", START: f"Start a return ({begun.reason})"}[kind]
    return Wish(
        kind=kind,
        key=f"{kind}:{subject}:{who.heard}",
        subject=subject,
        seen=",".join(f"{unit.id}.{unit.state}" for unit in begun.units)[:200],
        user_id=who.user_id,
        team_id=who.team_id,
        payload={"units": [unit.id for unit in begun.units], "reason": begun.reason, "words": begun.words},
        heard=who.heard,
        channel=who.channel,
        deed=Deed(kind, count=len(begun.units), subject=subject),
        summary=f"{what}: {begun.words}"[:300],
    )


# What is done


class Starts:
    """What both have in common: who asked is told, and nobody can be sure after a lost answer but by looking."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        order = await desk.market(action.account).fetch_order(ref_of(action.subject))
        known = {unit.id for unit in order.units}
        if not set(_units(action)) <= known:
            return "This order has other units now. Nothing was sent; please start again."
        return None

    def again(self, action: Action) -> Sequence[Block]:
        return ()


class OpenTicket(Starts):
    async def send(self, desk: Desk, action: Action) -> None:
        market = desk.market(action.account)
        ticket = await market.open_ticket(_units(action), str(action.payload["reason"]), str(action.payload["words"]))
        await desk.marks.mark([subject_key("ticket", action.account, ticket)], urgent=True)
        await _told(desk, action, f"Ticket {escaped(ticket, 30)} was opened; its card comes to its channel.")

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """A ticket of these units that holds our words is the one."""
        market = desk.market(action.account)
        for id in _units(action):
            for ref in (await market.fetch_order_unit(id)).ticket_ids:
                ticket = await market.fetch_ticket(ref)
                if any(message.text.strip() == str(action.payload["words"]) for message in ticket.messages[:3]):
                    await desk.marks.mark([subject_key("ticket", action.account, ref)], urgent=True)
                    return True
        return None


class StartReturn(Starts):
    async def refusal(self, desk: Desk, action: Action) -> str | None:
        order = await desk.market(action.account).fetch_order(ref_of(action.subject))
        if order.fulfilled_by_kaufland:
            return f"{KAUFLAND} Nothing was sent."
        if not set(_units(action)) <= {unit.id for unit in returnable(order)}:
            return f"{NOTHING} Nothing was sent."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        reason, note = str(action.payload["reason"]), str(action.payload["words"])
        started = await desk.market(action.account).start_return([(id, reason, note) for id in _units(action)])
        await desk.marks.mark([subject_key("return", action.account, started.id)], urgent=True)
        await _told(desk, action, f"Return {started.id} was started; its card comes to its channel.")

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        market = desk.market(action.account)
        found = [(await market.fetch_order_unit(id)).return_id for id in _units(action)]
        for ref in {ref for ref in found if ref}:
            await desk.marks.mark([subject_key("return", action.account, ref)], urgent=True)
        return True if all(found) else None


def _units(action: Action) -> list[int]:
    units = action.payload.get("units")
    assert isinstance(units, list)
    return [int(unit) for unit in units]


async def _told(desk: Desk, action: Action, sentence: str) -> None:
    channel = action.payload.get("channel")
    if isinstance(channel, str):
        await desk.board.whisper(channel, action.user_id, f":white_check_mark: {sentence}")


ACTIONS: Mapping[str, ActionKind] = {OPEN: OpenTicket(), START: StartReturn()}
