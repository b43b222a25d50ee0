"""What a reply template is told about a ticket: plain data, written as the storefront's people write it.

Only dicts, lists, texts and whole numbers leave here, never one of our objects. What is not known is left out, so that
a template that needs it fails and says so. `bot.domain.placeholders` is the list of it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from bot import phrases
from bot.domain.clocks import zone_of
from bot.domain.locales import closest
from bot.domain.model import Money, Order, OrderUnit, Return, Ticket
from bot.domain.reply import Shop, Tracking, Value
from bot.domain.words import one_line

Context = dict[str, Any]

MOST_UNITS = 50
LONGEST_NAME = 100
LONGEST_TITLE = 200


def reply_context(
    ticket: Ticket,
    order: Order | None = None,
    *,
    locale: str,
    agent: str | None,
    shop: Shop,
    now: datetime,
    inputs: Mapping[str, Value],
    item: Return | None = None,
    tracking: Tracking | None = None,
) -> Context:
    """The context of a reply to `ticket` in `locale`, at the moment `now` (aware).

    `inputs` are those `bot.domain.reply.read_inputs` read, `item` the return the ticket is about, `tracking` what was
    told when its units were marked as sent.
    """
    storefront = ticket.storefront or (order.storefront if order else "") or ""
    told = _Told(locale, storefront)
    about = _about(ticket, order)
    return {
        "buyer": _known(name=_clean(_buyer_name(ticket, order), LONGEST_NAME)),
        "order": {**told.order(about, order), "units": told.units(order.units if order else about)},
        "ticket": {"id": ticket.id, "date": told.day(ticket.created), "units": told.units(about)},
        "product": _known(title=_title(ticket, about), price=told.price(about)),
        "delivery": _known(until=told.latest(about)),
        "tracking": _known(carrier=_clean(tracking.carrier, 60), number=_clean(tracking.number, 200))
        if tracking
        else {},
        "return": told.returned(item),
        "agent": _known(name=_clean(agent, LONGEST_NAME)),
        "shop": signed(shop, locale, agent),
        "today": told.day(now),
        "inputs": filled_in(inputs, locale),
    }


def filled_in(inputs: Mapping[str, Value], locale: str) -> dict[str, str]:
    """What the agent filled in, as it stands in a text in `locale`."""
    return {name: written(value, locale) for name, value in inputs.items()}


def signed(shop: Shop, locale: str, agent: str | None) -> dict[str, str]:
    """Who answers, in `locale` or another of its language."""
    signature = _in(shop.signature, locale)
    lines = [
        _clean(agent, LONGEST_NAME) if shop.agent_signs else None,
        signature,
        shop.name if shop.name and shop.name not in (signature or "") else None,
    ]
    closing = "\n".join(line for line in lines if line)
    return _known(name=shop.name, hours=_in(shop.hours, locale), signature=closing or None)


def written(value: Value, locale: str) -> str:
    """An input as it stands in the text: dates, numbers and amounts as `locale` writes them, text as it is."""
    match value:
        case date():
            return phrases.day(value, locale)
        case Decimal():
            return phrases.number(value, locale)
        case Money():
            return phrases.money(value, locale)
        case _:
            return tidy(value)


def tidy(text: str) -> str:
    """`text` without white space around it and at line ends, and with at most one empty line in a row."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    kept = [line for line, before in zip(lines, ["-", *lines], strict=False) if line or before]
    return "\n".join(kept).strip()


class _Told:
    """Says things as a storefront's people do."""

    def __init__(self, locale: str, storefront: str) -> None:
        self.locale = locale
        self.zone = zone_of(storefront)

    def day(self, moment: datetime) -> str:
        return phrases.day(moment.astimezone(self.zone).date(), self.locale)

    def order(self, about: Sequence[OrderUnit], order: Order | None) -> dict[str, str]:
        if order:
            return _known(id=order.id, date=self.day(order.created), total=self.total(order.units))
        return _known(id=about[0].order_id, date=self.day(min(unit.created for unit in about))) if about else {}

    def units(self, units: Sequence[OrderUnit]) -> list[dict[str, Any]]:
        """Equal units as one entry with their number: the marketplace sells three cups as three units."""
        counts: dict[tuple[str | None, Money], int] = {}
        for unit in units:
            key = (unit.product.title if unit.product else None, unit.price)
            counts[key] = counts.get(key, 0) + 1
        return [
            {**_known(title=_clean(title, LONGEST_TITLE)), "count": count, "price": phrases.money(price, self.locale)}
            for (title, price), count in islice(counts.items(), MOST_UNITS)
        ]

    def total(self, units: Sequence[OrderUnit]) -> str | None:
        prices = [unit.price for unit in units]
        if len({price.currency for price in prices}) != 1:
            return None
        return phrases.money(Money(sum(price.minor for price in prices), prices[0].currency), self.locale)

    def price(self, units: Iterable[OrderUnit]) -> str | None:
        prices = {(unit.price, unit.product.title if unit.product else None) for unit in units}
        return phrases.money(next(iter(prices))[0], self.locale) if len(prices) == 1 else None

    def latest(self, units: Iterable[OrderUnit]) -> str | None:
        moments = [unit.delivery_expires for unit in units if unit.delivery_expires]
        return self.day(max(moments)) if moments else None

    def returned(self, item: Return | None) -> dict[str, str]:
        if item is None:
            return {}
        return _known(
            id=str(item.id),
            date=self.day(item.created),
            carrier=_clean(item.tracking_provider, 60),
            code=_clean(item.tracking_code, 200),
        )


def _about(ticket: Ticket, order: Order | None) -> tuple[OrderUnit, ...]:
    """The units the ticket is about, as the order has them where it is known: tickets may come without theirs."""
    if order is None:
        return ticket.order_units
    wanted = set(ticket.order_unit_ids) | {unit.id for unit in ticket.order_units}
    return tuple(unit for unit in order.units if unit.id in wanted) or ticket.order_units


def _buyer_name(ticket: Ticket, order: Order | None) -> str | None:
    places = [order.billing_address, order.shipping_address] if order else []
    for unit in ticket.order_units:
        places += [unit.billing_address, unit.shipping_address]
    return next((place.name for place in places if place and place.name.strip()), None)


def _title(ticket: Ticket, about: Sequence[OrderUnit]) -> str | None:
    if ticket.product:
        return _clean(ticket.product.title, LONGEST_TITLE)
    titles = {unit.product.title if unit.product else None for unit in about}
    return _clean(titles.pop(), LONGEST_TITLE) if len(titles) == 1 else None


def _in(words: Mapping[str, str], locale: str) -> str | None:
    tag = closest(locale, words)
    return words[tag].strip() if tag else None


def _clean(text: str | None, limit: int) -> str | None:
    return one_line(text, limit) or None if text else None


def _known(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
