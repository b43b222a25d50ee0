"""The card of a ticket, and the entries of its thread."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cards import names
from bot.cards.actions import action_blocks, locked
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, plain_text, quote, section
from bot.cards.clicks import read_click
from bot.cards.due import clock_lines, due_words, escalation_lines
from bot.domain.action import Action
from bot.domain.answering import reply_mark
from bot.domain.countdown import STILL, Countdown
from bot.domain.handling import UNTOUCHED, Handling
from bot.domain.model import Attachment, Message, Ticket
from bot.domain.words import escaped, one_line, plain

REPLY = "ticket.reply"
CLOSE = "ticket.close"
ACKNOWLEDGE = "ticket.acknowledge"
CLAIM = "ticket.claim"
RELEASE = "ticket.release"
HAND_OVER = "ticket.handover"
MORE = "ticket.more"
WITH_INVOICE = "ticket.invoice"
WANTS_INVOICE = frozenset({"invoice_needed", "invoice_problem"})
SENDS = frozenset({REPLY, CLOSE})

# Old conversations start with their last words; the rest stays at the marketplace.
LONGEST_THREAD = 20


@dataclass(frozen=True)
class Entry:
    """One message in a card's thread. `key` names it for ever; `at` orders it.

    A `slip` hangs only while it is wanted: it is redrawn in place, and taken down in the end.
    """

    key: str
    at: datetime
    card: Card
    slip: bool = False


def ticket_card(
    ticket: Ticket,
    *,
    value: str,
    now: datetime,
    countdown: Countdown = STILL,
    rank: str = "",
    actions: tuple[Action, ...] = (),
    notices: tuple[str, ...] = (),
    handled: Handling = UNTOUCHED,
    returned: str = "",
) -> Card:
    """`value` comes back with every click; `countdown` are the clocks that run, `rank` how urgent it is in words,
    `handled` who of us does what, `returned` the return it is about (mrkdwn).
    """
    subject = names.topic(ticket.topic, ticket.open_reason)
    if ticket.closed:
        return _closed_card(ticket, subject, actions)
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
    blocks.append(context(*([rank] if rank else []), f"*{turn}*", *clock_lines(countdown, ticket.storefront, now)))
    if escalated := escalation_lines(countdown):
        blocks.append(context(*escalated))
    if ticket.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland: customer service answers this one."))
    if said := [*([f":package: {returned}"] if returned else []), *_handled_lines(handled)]:
        blocks.append(context(*said))
    blocks += action_blocks(actions)
    blocks += _button_rows(ticket, value, handled, sending=locked(actions, SENDS))
    return Card(_fallback(ticket, subject, turn, due_words(countdown)), blocks)


def _handled_lines(handled: Handling) -> list[str]:
    """Who of us is on it. Mrkdwn."""
    lines = [f":bust_in_silhouette: Claimed by <@{handled.claimed_by}>"] if handled.claimed_by else []
    return lines + [f":pencil2: <@{writer}> is writing…" for writer in handled.writers[:5]]


def _closed_card(ticket: Ticket, subject: str, actions: tuple[Action, ...]) -> Card:
    state = names.TICKET_STATES.get(ticket.status, names.spelled(ticket.status))
    line = f"{_heading(ticket, subject)} · {state}"
    return Card(
        text=f"Ticket {escaped(ticket.id, 40)}: {line}",
        blocks=[section(f"~{line}~"), context(_reference(ticket)), *action_blocks(actions)],
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


def _button_rows(ticket: Ticket, value: str, handled: Handling, *, sending: bool) -> list[Block]:
    """What can be done now. Nobody of us answers what customer service answers, so there is nothing to claim."""
    ours = not ticket.fulfilled_by_kaufland
    reply, claim, close, more = _buttons(value, ticket.id)
    shown = [
        reply if ours and not sending else None,
        _with_invoice(ticket, value) if ours and not sending else None,
        claim if ours and not handled.claimed_by else None,
        close if ours and not sending else None,
        more,
    ]
    rows = buttons(*shown, block_id="ticket")
    click = read_click(value)
    if handled.claimed_by and click:
        # A menu of people carries no value: its row says what it is about.
        release = button("Release", RELEASE, value, says=f"Nobody is to have ticket {ticket.id} any more")
        rows += buttons(_hand_over(), release, block_id=f"{CLAIM}:{click.subject}")
    return rows


def _buttons(value: str, id: str) -> tuple[Block, Block, Block, Block]:
    reply = button("Reply", REPLY, value, style="primary", says=f"Reply to the buyer of ticket {id}")
    claim = button("Claim", CLAIM, value, says=f"Claim ticket {id}: others see that you are on it")
    close = button(
        "Close",
        CLOSE,
        value,
        says=f"Close ticket {id}",
        ask=confirm("Close this ticket?", "Close it only when the matter is solved. The buyer sees it.", "Close it"),
    )
    more = button("More", MORE, value, says=f"The buyer's earlier tickets and orders, ticket {id}")
    return reply, claim, close, more


def _with_invoice(ticket: Ticket, value: str) -> Block | None:
    """For buyers who want an invoice: it is attached already when the window opens."""
    if not WANTS_INVOICE & {ticket.topic, ticket.open_reason}:
        return None
    return button("Reply with invoice", WITH_INVOICE, value, says=f"Reply to ticket {ticket.id}, the invoice attached")


def _hand_over() -> Block:
    return {"type": "users_select", "action_id": HAND_OVER, "placeholder": plain_text("Hand over to …", 150)}


def _fallback(ticket: Ticket, subject: str, turn: str, due: str) -> str:
    """What a phone's notification and a screen reader say: everything that matters, in one breath."""
    said = ticket.last_buyer_message
    parts = [
        f"Ticket {escaped(ticket.id, 40)}",
        _heading(ticket, subject),
        turn,
        due,
        f"the buyer wrote: {escaped(said.text, 300)}" if said else "",
    ]
    return ", ".join(part for part in parts if part)


def thread_entries(ticket: Ticket, ours: dict[str, str]) -> tuple[Entry, ...]:
    """The conversation as thread entries, oldest first.

    `ours` maps the text of what was sent from here to whose it is, in mrkdwn; replies written elsewhere are said to
    come from the portal.
    """
    # Within a second ids tell the order: as numbers, because one of them may have a digit more.
    messages = sorted(ticket.messages, key=lambda message: (message.at, message.id))
    entries = [_message_entry(message, ours) for message in messages]
    entries += [_attachment_entry(attachment) for attachment in ticket.attachments]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def from_its_beginning(entries: Sequence[Entry], told: Container[str]) -> Sequence[Entry]:
    """Where a thread begins: with the first of `entries` whose key it was told, else twenty before their end.

    So a conversation that was long before it was seen starts with its last words, and one that is seen loses none.
    """
    first = next((place for place, entry in enumerate(entries) if entry.key in told), len(entries) - LONGEST_THREAD)
    return entries[max(first, 0) :]


def sender_words(action: Action) -> str:
    """Whose message to the buyer it was: a person's who pressed Send, or a rule's with who approved it. Mrkdwn."""
    if action.kind != ACKNOWLEDGE:
        return f"Reply by <@{action.user_id}>"
    rule, approved_by = (escaped(str(action.payload.get(name, "")), 80) for name in ("rule", "approved_by"))
    return f"Acknowledged by the rule “{rule}”, approved by {approved_by}"


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
        return ours.get(reply_mark(message.text), "Reply from the seller portal")
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
