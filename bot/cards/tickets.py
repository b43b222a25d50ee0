"""The card of a ticket, and the entries of its thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import names
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, plain_text, quote, section
from bot.cards.deeds import deed_blocks, locked
from bot.cards.due import due_line
from bot.domain.deeds import Deed
from bot.domain.model import Attachment, Message, Ticket
from bot.domain.words import escaped, one_line, plain

REPLY = "ticket.reply"
CLOSE = "ticket.close"
SENDS = frozenset({REPLY, CLOSE})

# Old conversations start with their last words; the rest stays at the marketplace.
LONGEST_THREAD = 20


@dataclass(frozen=True)
class Entry:
    """One message in a card's thread. `key` names it for ever; `at` orders it."""

    key: str
    at: datetime
    card: Card


def ticket_card(
    ticket: Ticket,
    *,
    value: str,
    due: datetime | None,
    now: datetime,
    deeds: tuple[Deed, ...] = (),
    notices: tuple[str, ...] = (),
) -> Card:
    """`value` comes back with every click; `due` (UTC) is the first answer's, None when nothing is due."""
    subject = names.topic(ticket.topic, ticket.open_reason)
    if ticket.closed:
        return _closed_card(ticket, subject, deeds)
    turn = "Your turn" if ticket.seller_responsible else "The buyer's turn"
    product = ticket.product or next((unit.product for unit in ticket.order_units if unit.product), None)
    blocks: list[Block] = [context(*notices)] if notices else []
    blocks.append(
        section(
            f"*{_heading(ticket, subject)}*\n{_reference(ticket)}",
            picture=(product.picture, product.title) if product and product.picture else None,
        )
    )
    if product:
        blocks.append(context(plain_text(_product_line(ticket, product.title), 300)))
    if last := ticket.last_buyer_message:
        blocks.append(quote(last.text, 600))
    blocks.append(context(f"*{turn}*", *([due_line("First answer", due, ticket.storefront, now)] if due else [])))
    if ticket.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland: customer service answers this one."))
    blocks += deed_blocks(deeds)
    if not ticket.fulfilled_by_kaufland and not locked(deeds, SENDS):
        blocks += buttons(*_buttons(value, ticket.id), block_id="ticket")
    return Card(_fallback(ticket, subject, turn, due), blocks)


def _closed_card(ticket: Ticket, subject: str, deeds: tuple[Deed, ...]) -> Card:
    state = names.TICKET_STATES.get(ticket.status, names.spelled(ticket.status))
    line = f"{_heading(ticket, subject)} · {state}"
    return Card(
        text=f"Ticket {escaped(ticket.id, 40)}: {line}",
        blocks=[section(f"~{line}~"), context(_reference(ticket)), *deed_blocks(deeds)],
    )


def _heading(ticket: Ticket, subject: str) -> str:
    return " ".join(part for part in (names.flag(ticket.storefront), escaped(subject, 80)) if part)


def _reference(ticket: Ticket) -> str:
    orders = sorted({unit.order_id for unit in ticket.order_units})
    parts = [f"Ticket {escaped(ticket.id, 40)}"]
    if orders:
        parts.append("order " + ", ".join(escaped(order, 40) for order in orders[:3]))
    if len(ticket.order_units) > 1:
        parts.append(f"{len(ticket.order_units)} units")
    return " · ".join(parts)


def _product_line(ticket: Ticket, title: str) -> str:
    price = next((f" · {names.money(unit.price)}" for unit in ticket.order_units), "")
    return one_line(title, 200) + price


def _buttons(value: str, id: str) -> tuple[Block, Block]:
    return (
        button("Reply", REPLY, value, style="primary", says=f"Reply to the buyer of ticket {id}"),
        button(
            "Close",
            CLOSE,
            value,
            says=f"Close ticket {id}",
            ask=confirm(
                "Close this ticket?", "Close it only when the matter is solved. The buyer sees it.", "Close it"
            ),
        ),
    )


def _fallback(ticket: Ticket, subject: str, turn: str, due: datetime | None) -> str:
    """What a phone's notification and a screen reader say: everything that matters, in one breath."""
    said = ticket.last_buyer_message
    parts = [
        f"Ticket {escaped(ticket.id, 40)}",
        _heading(ticket, subject),
        turn,
        f"first answer due {due:%Y-%m-%d %H:%M} UTC" if due else "",
        f"the buyer wrote: {escaped(said.text, 300)}" if said else "",
    ]
    return ", ".join(part for part in parts if part)


def thread_entries(ticket: Ticket, ours: dict[str, str]) -> tuple[Entry, ...]:
    """The conversation as thread entries, oldest first.

    `ours` maps the text of a reply sent from here to the Slack user who pressed Send; replies written elsewhere are
    said to come from the portal.
    """
    entries = [_message_entry(message, ours) for message in ticket.messages]
    entries += [_attachment_entry(attachment) for attachment in ticket.attachments]
    entries.sort(key=lambda entry: (entry.at, entry.key))
    return tuple(entries[-LONGEST_THREAD:])


def reply_mark(text: str) -> str:
    """What makes two spellings of one reply equal: the marketplace may trim and re-wrap what was sent."""
    return " ".join(text.split())


def _message_entry(message: Message, ours: dict[str, str]) -> Entry:
    who = _author(message, ours)
    blocks: list[Block] = [context(f"*{who}*")]
    text, rest = plain(message.text, 12_000), ""
    text, rest = text[:5000], text[5000:]
    blocks.append(quote(text, 5000))
    if rest:
        blocks.append(context("The message goes on in the seller portal."))
    return Entry(f"m{message.id}", message.at, Card(f"{who}: {escaped(message.text, 600)}", blocks))


def _author(message: Message, ours: dict[str, str]) -> str:
    if message.role == "buyer":
        return "Buyer"
    if message.role == "seller":
        sender = ours.get(reply_mark(message.text))
        return f"Reply by <@{sender}>" if sender else "Reply from the seller portal"
    if message.role == "system":
        return "Marketplace"
    if message.role == "customer_service":
        return "Kaufland customer service"
    return escaped(names.spelled(message.role), 60)


def _attachment_entry(attachment: Attachment) -> Entry:
    name = one_line(attachment.name, 120)
    # Attachments sort after the message of the same second, which they most likely came with.
    return Entry(
        f"f{attachment.at:%Y%m%d%H%M%S}-{name[:60]}",
        attachment.at + timedelta(milliseconds=1),
        Card(
            f"Attachment: {escaped(name, 120)}",
            [context(":paperclip: Attachment", plain_text(name, 120), "open it in the seller portal")],
        ),
    )
