"""Whether a ticket may be answered, and what happened since somebody read it. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.domain.model import Message, Ticket

OUR_CLOCKS_DIFFER_SECONDS = 300
AUTHORS = {"buyer": "The buyer", "seller": "A colleague", "customer_service": "Customer service"}


def cannot_write(ticket: Ticket) -> str | None:
    """Why nothing can be written to this ticket any more, as a sentence for people; None when it can."""
    if ticket.fulfilled_by_kaufland:
        return "This order is fulfilled by Kaufland; customer service answers it. Nothing can be sent from here."
    if ticket.status == "customer_service_closed_final":
        return "Customer service closed this ticket for good. Nothing can be sent any more."
    return None


def news(ticket: Ticket, seen: str) -> tuple[Message, ...]:
    """The messages that came after the version `seen` of the ticket, oldest first; all of them for an unknown one."""
    _, last = _read(seen)
    if last is None:
        return ticket.messages
    for place, message in enumerate(ticket.messages):
        if message.id == last:
            return ticket.messages[place + 1 :]
    return tuple(message for message in ticket.messages if message.id > last)


def moved(ticket: Ticket, seen: str) -> str | None:
    """What a person who saw the version `seen` does not know, in words; None when all is as they saw it."""
    if ticket.version == seen:
        return None
    newer = news(ticket, seen)
    if newer:
        author = AUTHORS.get(newer[-1].role, "Somebody")
        return f"{author} wrote meanwhile. Nothing was sent; read the new message first."
    if ticket.status != _read(seen)[0]:
        done = "closed" if ticket.closed else "opened again"
        return f"The ticket was {done} meanwhile. Nothing was sent; look at its card again."
    return "Something about the ticket changed meanwhile. Nothing was sent; look at its card again."


def reply_mark(text: str) -> str:
    """What makes two spellings of one reply equal: the marketplace may trim and re-wrap what was sent."""
    return " ".join(text.split())


def stands_in(ticket: Ticket, text: str, seen: str, began_at: datetime) -> bool:
    """Whether the marketplace shows the very reply `text` that was sent at `began_at` (UTC) to who knew the version
    `seen`, and not an older one of the same words.
    """
    wanted = reply_mark(text)
    return any(
        message.role == "seller"
        and reply_mark(message.text) == wanted
        and (began_at - message.at).total_seconds() < OUR_CLOCKS_DIFFER_SECONDS
        for message in news(ticket, seen)
    )


def is_new(ticket: Ticket) -> bool:
    """Whether a buyer has written and nobody but them: such a ticket may be acknowledged."""
    roles = {message.role for message in ticket.messages} - {"system"}
    return roles == {"buyer"} and not ticket.closed and ticket.seller_responsible and cannot_write(ticket) is None


def _read(seen: str) -> tuple[str, int | None]:
    """The status and the last message's id in a ticket's version."""
    status, _, rest = seen.partition(".")
    last = rest.rpartition(".")[2]
    return status, int(last) if last.isascii() and last.isdigit() else None
