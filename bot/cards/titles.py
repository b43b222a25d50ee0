"""What a ticket, a return or an order is called in one line, and what a search finds it by. Never a buyer's words.

Titles are plain text of the marketplace's making: they are escaped where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.cards import names
from bot.domain.facts import folded
from bot.domain.model import Order, OrderUnit, Product, Return, Ticket
from bot.domain.words import one_line

LONGEST_TITLE = 150
LONGEST_WORDS = 1000


def ticket_title(ticket: Ticket) -> str:
    product = ticket.product or next((unit.product for unit in ticket.order_units if unit.product), None)
    return _title([names.topic(ticket.topic, ticket.open_reason)], [product] if product else [])


def return_title(item: Return) -> str:
    reasons = dict.fromkeys(names.RETURN_REASONS.get(unit.reason, names.spelled(unit.reason)) for unit in item.units)
    units = [unit.order_unit for unit in item.units if unit.order_unit]
    return _title([", ".join(reasons).capitalize()], _products(units))


def order_title(order: Order) -> str:
    states = dict.fromkeys(names.ORDER_UNIT_STATES.get(unit.status, names.spelled(unit.status)) for unit in order.units)
    return _title([", ".join(states).capitalize()], _products(order.units))


def ticket_words(ticket: Ticket, tags: Sequence[str]) -> str:
    titles = [ticket.product.title] if ticket.product else []
    said = [ticket.id, ticket.storefront or "", names.topic(ticket.topic, ticket.open_reason), ticket.topic or ""]
    return _words([*said, *titles, *_units(ticket.order_units), *tags])


def return_words(item: Return, tags: Sequence[str]) -> str:
    said = [str(item.id), item.storefront, item.tracking_code or ""]
    for unit in item.units:
        said += [str(unit.id), unit.reason, names.RETURN_REASONS.get(unit.reason, "")]
    return _words([*said, *_units([unit.order_unit for unit in item.units if unit.order_unit]), *tags])


def order_words(order: Order, tags: Sequence[str]) -> str:
    return _words([order.id, order.storefront, *_units(order.units), *tags])


def _title(parts: Iterable[str], products: Sequence[Product]) -> str:
    named = [*parts, *([products[0].title] if products else [])]
    more = f" and {len(products) - 1} more" if len(products) > 1 else ""
    return one_line(" · ".join(part for part in named if part), LONGEST_TITLE) + more


def _products(units: Iterable[OrderUnit]) -> list[Product]:
    """Each product once."""
    return list({unit.product.id: unit.product for unit in units if unit.product}.values())


def _units(units: Iterable[OrderUnit]) -> list[str]:
    """Order numbers, our own article numbers and products."""
    found: list[str] = []
    for unit in units:
        found += [unit.order_id, str(unit.id), unit.offer_id or ""]
        if unit.product:
            found += [unit.product.title, *unit.product.eans]
    return found


def _words(said: Iterable[str]) -> str:
    """Each word once, folded."""
    return " ".join(dict.fromkeys(folded(" ".join(said)).split()))[:LONGEST_WORDS]
