"""What rules may ask about a ticket, a return, an order or a unit. Pure: `now` is handed in.

A fact may be absent: a return has no topic, an order nobody priced has no amount. A condition on an absent fact does
not hold, and so `not` of it does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from bot.domain.model import Money, Order, OrderUnit, Return, Ticket, Unit
from bot.domain.words import plain

TEXT_LIMIT = 10_000

_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters whose stroke or ligature Unicode does not take apart.
_STROKES = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Facts:
    """Typed facts about one subject at the moment `now` (aware).

    None and empty mean absent. `reason` and `status` hold those of all units, so a condition on them asks whether any
    unit has it. `age` is the time since the marketplace created it. `text` is the buyer's words, cleaned by
    `read_text`.
    """

    kind: str
    account: str
    now: datetime
    storefront: str | None = None
    topic: str | None = None
    open_reason: str | None = None
    reason: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    fulfillment: str | None = None
    amount: Money | None = None
    age: timedelta | None = None
    text: str = ""

    @cached_property
    def folded_text(self) -> str:
        return folded(self.text)

    @cached_property
    def text_bytes(self) -> bytes:
        """For regular expressions, which work on bytes: encoded once, not once per rule."""
        return self.text.encode()


def ticket_facts(ticket: Ticket, account: str, now: datetime) -> Facts:
    """`amount` is what the order units of the ticket cost together, `text` what the buyer wrote, newest first."""
    whole = len(ticket.order_units) >= len(ticket.order_unit_ids)
    return Facts(
        kind="ticket",
        account=account,
        now=now,
        storefront=_code(ticket.storefront),
        topic=_code(ticket.topic),
        open_reason=_code(ticket.open_reason),
        status=_codes([ticket.status]),
        fulfillment=_code(ticket.fulfillment),
        amount=_total(ticket.order_units) if whole else None,
        age=_age(ticket.created, now),
        text=read_text(message.text for message in reversed(ticket.messages) if message.role == "buyer"),
    )


def return_facts(item: Return, account: str, now: datetime) -> Facts:
    """`amount` is what its units cost together, absent unless all are known; `text` the buyer's notes on them."""
    priced = [unit.order_unit for unit in item.units if unit.order_unit]
    return Facts(
        kind="return",
        account=account,
        now=now,
        storefront=_code(item.storefront),
        reason=_codes(unit.reason for unit in item.units),
        status=_codes([item.status, *(unit.status for unit in item.units)]),
        fulfillment=_code(item.fulfillment),
        amount=_total(priced) if len(priced) == len(item.units) else None,
        age=_age(item.created, now),
        text=read_text(unit.note for unit in item.units if unit.note),
    )


def order_facts(order: Order, account: str, now: datetime) -> Facts:
    """`amount` is what all its units cost together, `status` those of its units, `text` the buyer's notes."""
    return Facts(
        kind="order",
        account=account,
        now=now,
        storefront=_code(order.storefront),
        status=_codes(unit.status for unit in order.units),
        fulfillment=_code(order.fulfillment),
        amount=_total(order.units),
        age=_age(order.created, now),
        text=read_text(unit.note for unit in order.units if unit.note),
    )


def unit_facts(unit: Unit, account: str, now: datetime) -> Facts:
    """`amount` is the price we ask for a piece, `age` the time since the offer was made. Nobody's words: no `text`."""
    return Facts(
        kind="unit",
        account=account,
        now=now,
        storefront=_code(unit.storefront),
        status=_codes([unit.status]),
        fulfillment=_code(unit.fulfillment),
        amount=unit.listing_price,
        age=_age(unit.created, now),
    )


def read_text(texts: Iterable[str]) -> str:
    """Somebody's words as rules read them: without hidden characters, the first 10,000 characters of all together."""
    return "\n".join(_until_full(texts))[:TEXT_LIMIT]


def folded(text: str) -> str:
    """`text` without case, accents and line breaks, so that "Vrácení" and "VRACENI" are one word."""
    if not text.isascii():
        text = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return " ".join(text.casefold().translate(_STROKES).split())


def _until_full(texts: Iterable[str]) -> Iterator[str]:
    room = TEXT_LIMIT
    for text in texts:
        if room <= 0:
            return
        cleaned = plain(text, TEXT_LIMIT)
        room -= len(cleaned) + 1
        yield cleaned


def _total(units: Iterable[OrderUnit]) -> Money | None:
    """What `units` cost together; None for none of them or for more than one currency: a guess is no fact."""
    prices = [unit.price for unit in units]
    if len({price.currency for price in prices}) != 1:
        return None
    return Money(sum(price.minor for price in prices), prices[0].currency)


def _age(created: datetime, now: datetime) -> timedelta:
    return max(now - created, timedelta(0))


def _code(code: str | None) -> str | None:
    return code.strip().lower() or None if code else None


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Each code once, in the order they came."""
    return tuple(dict.fromkeys(cleaned for code in codes if (cleaned := _code(code))))
