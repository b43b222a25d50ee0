"""The window "More": an order with everything about it. Who bought is masked until somebody asks to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.cards import names
from bot.cards.blocks import Block, button, buttons, context, divider, modal, moment, plain_text, section
from bot.cards.orders import how_delivered, total_line, unit_state, unit_title
from bot.domain.action import Action
from bot.domain.delivery import window_of
from bot.domain.model import Address, Order, OrderUnit
from bot.domain.words import escaped, one_line

TITLE = "Order"
CALLBACK = "order.page"
REVEAL = "buyer.reveal"
MOST_UNITS = 12
MOST_PAPERS = 10
MOST_TICKETS = 8


@dataclass(frozen=True)
class EarlierTicket:
    """One of the buyer's tickets, with the orders it is about as far as they are known."""

    id: str
    status: str
    topic: str | None
    open_reason: str
    updated: datetime
    orders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What belongs to an order: links to cards of tickets and returns, by subject key, where they hang; and the tickets
    of its buyer, newest first, or why they cannot be told (`trouble`).
    """

    links: Mapping[str, str] = field(default_factory=dict)
    account: str = "main"
    tickets: Sequence[EarlierTicket] = ()
    trouble: str = ""


def order_page(
    order: Order,
    around: Surroundings,
    *,
    value: str,
    metadata: str,
    now: datetime,
    actions: tuple[Action, ...] = (),
    revealed: bool = False,
) -> Block:
    """`value` comes back with Reveal; `revealed` shows the buyer in full."""
    heading = f"{names.flag(order.storefront)} Order {escaped(order.id, 40)}"
    blocks: list[Block] = [section(f"*{heading}*\n{total_line(order)} · ordered {moment(order.created)}")]
    if order.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland: Kaufland sends, cancels and refunds this one."))
    for unit in order.units[:MOST_UNITS]:
        blocks += [divider(), *_unit_blocks(unit, around, now, actions)]
    if len(order.units) > MOST_UNITS:
        blocks.append(context(f"{len(order.units) - MOST_UNITS} more units are in the seller portal."))
    blocks += [divider(), *_buyer_blocks(order, value, revealed), *_history_blocks(around, order.id)]
    blocks += [divider(), *_paper_blocks(order)]
    return modal(CALLBACK, TITLE, blocks, metadata=metadata)


def buyer_page(buyer: int | None, around: Surroundings, *, metadata: str) -> Block:
    """The same window for what is about no order: only who asks, by number, and what else they asked."""
    about = f"*Buyer* {buyer or ''}\nThis is about no order."
    return modal(CALLBACK, "Buyer", [section(about), *_history_blocks(around, "")], metadata=metadata)


def _history_blocks(around: Surroundings, shown: str) -> list[Block]:
    """The buyer's tickets, and their orders besides `shown`."""
    if around.trouble:
        return [context(f":warning: The buyer's tickets cannot be read: {escaped(around.trouble, 300)}")]
    if not around.tickets:
        return [context("No ticket of this buyer is known.")]
    blocks: list[Block] = [section("*Tickets of this buyer*")]
    blocks += [context(_ticket_line(ticket, around)) for ticket in around.tickets[:MOST_TICKETS]]
    if len(around.tickets) > MOST_TICKETS:
        blocks.append(context("Older ones are in the seller portal."))
    others = dict.fromkeys(id for ticket in around.tickets for id in ticket.orders if id != shown)
    if others:
        told = ", ".join(f"`{escaped(id, 40)}`" for id in list(others)[:MOST_TICKETS])
        blocks.append(context(f"*Other orders they asked about:* {told}. `/order` shows one."))
    return blocks


def _ticket_line(ticket: EarlierTicket, around: Surroundings) -> str:
    subject = escaped(names.topic(ticket.topic, ticket.open_reason), 80)
    state = escaped(names.TICKET_STATES.get(ticket.status, names.spelled(ticket.status).lower()), 60)
    link = _link(f"ticket:{around.account}:{ticket.id}", f"Ticket {ticket.id}", around)
    parts = [link, subject, state, moment(ticket.updated)]
    return " · ".join([*parts, *([f"order {escaped(', '.join(ticket.orders[:2]), 60)}"] if ticket.orders else [])])


def _unit_blocks(unit: OrderUnit, around: Surroundings, now: datetime, actions: tuple[Action, ...]) -> list[Block]:
    title = " · ".join(part for part in (unit_title(unit), names.money(unit.price)) if part)
    facts = [f"*{escaped(unit_state(unit), 80)}*", _window(unit, now)]
    facts.append(f"SKU {escaped(unit.offer_id, 60)}" if unit.offer_id else "")
    facts.append(f"unit {unit.id}")
    blocks: list[Block] = [section(escaped(title, 250)), context(*(fact for fact in facts if fact))]
    if unit.cancel_reason:
        blocks.append(context(f"Cancelled: {escaped(names.spelled(unit.cancel_reason), 60)}"))
    about = [_link(f"ticket:{around.account}:{id}", f"ticket {id}", around) for id in unit.ticket_ids[:5]]
    if unit.return_id:
        state = names.RETURN_UNIT_STATES.get(unit.return_unit_status or "", "")
        what = f"return {unit.return_id}" + (f" ({state})" if state else "")
        about.append(_link(f"return:{around.account}:{unit.return_id}", what, around))
    given = [action for action in actions if action.payload.get("unit") == unit.id and action.kind == "order.refund"]
    about += [f"refund of {action.amount} by <@{action.user_id}>" for action in given if action.state == "done"]
    return [*blocks, context(*about[:10])] if about else blocks


def _window(unit: OrderUnit, now: datetime) -> str:
    window, how = window_of(unit), how_delivered(unit, now)
    first = f"{window.first:%d %b}" if window.first else ""
    last = moment(window.last, "{date_short_pretty}") if window.last else ""
    expected = f"delivery {' to '.join(part for part in (first, last) if part)}" if first or last else ""
    return " · ".join(part for part in (expected, f"*{how}*" if how else "") if part)


def _link(key: str, words: str, around: Surroundings) -> str:
    link = around.links.get(key)
    return f"<{link}|{escaped(words, 80)}>" if link else escaped(words, 80)


def _buyer_blocks(order: Order, value: str, revealed: bool) -> list[Block]:
    if not revealed:
        masked = _masked(order.shipping_address) if order.shipping_address else "no address"
        return [
            section(f"*Buyer* {order.buyer_id or ''}"),
            context(plain_text(masked, 200)),
            *buttons(
                button("Reveal", REVEAL, value, says="Show the buyer's name and addresses, which is noted"),
                block_id="buyer",
            ),
            context("Revealing is shown to you alone, and noted in the audit log."),
        ]
    blocks: list[Block] = [section(f"*Buyer* {order.buyer_id or ''}")]
    if order.buyer and order.buyer.email:
        blocks.append(context(plain_text(order.buyer.email, 200)))
    for what, address in (("Delivery", order.shipping_address), ("Invoice", order.billing_address)):
        if address:
            blocks.append(context(f"*{what}*", plain_text(_whole(address), 400)))
    if order.pickup:
        place = f"Pickup point {order.pickup.id} ({order.pickup.carrier or order.pickup.provider})"
        blocks.append(context(plain_text(place, 200)))
    return blocks


def _masked(address: Address) -> str:
    """Enough to tell two buyers apart, not enough to find one: initials, two digits of the postcode, the country."""
    initials = " ".join(f"{part[0]}•••" for part in address.name.split()[:3])
    return one_line(f"{initials}, {address.postcode[:2]}•••, {address.country}", 120)


def _whole(address: Address) -> str:
    lines = [address.name, address.company, address.street, address.extra]
    lines += [f"{address.postcode} {address.city}".strip(), address.country, address.phone]
    return ", ".join(one_line(line, 120) for line in lines if line)


def _paper_blocks(order: Order) -> list[Block]:
    if order.deemed_supplier:
        note = "The marketplace invoices the buyer of this order; nothing is to be uploaded."
    elif not order.invoices:
        note = "No invoice yet: `/invoice` uploads one."
    else:
        note = ""
    blocks: list[Block] = [section("*Invoices*")]
    for paper in order.invoices[:MOST_PAPERS]:
        by = "by the marketplace" if paper.by_marketplace else "uploaded"
        blocks.append(context(plain_text(one_line(paper.name, 100), 120), f"{by} {moment(paper.created)}"))
    return [*blocks, context(note)] if note else blocks
