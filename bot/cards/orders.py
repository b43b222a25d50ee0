"""The card of an order. It has no buttons yet: orders are looked at here and worked on in the portal."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from bot.cards import names
from bot.cards.blocks import Block, Card, context, plain_text, section
from bot.cards.due import due_line
from bot.domain.model import Money, Order
from bot.domain.words import escaped, one_line

MOST_LINES = 10


def order_card(order: Order, *, now: datetime, notices: tuple[str, ...] = ()) -> Card:
    heading = f"{names.flag(order.storefront)} Order {escaped(order.id, 40)}"
    states = _states(order)
    if order.closed:
        line = f"{heading} · {states}"
        return Card(line, [section(f"~{line}~"), context(_total_line(order))])
    blocks: list[Block] = [context(*notices)] if notices else []
    picture = next(
        ((unit.product.picture, unit.product.title) for unit in order.units if unit.product and unit.product.picture),
        None,
    )
    blocks.append(section(f"*{heading}*\n{states}", picture=picture))
    lines = Counter((_title(unit), names.money(unit.price)) for unit in order.units)
    for (title, price), pieces in list(lines.items())[:MOST_LINES]:
        blocks.append(context(plain_text(f"{pieces} x {title} · {price}", 300)))
    if len(lines) > MOST_LINES:
        blocks.append(context(f"{len(lines) - MOST_LINES} more lines are in the seller portal."))
    expires = min((unit.delivery_expires for unit in order.units if unit.delivery_expires), default=None)
    blocks.append(
        context(_total_line(order), *([due_line("Delivery", expires, order.storefront, now)] if expires else []))
    )
    if order.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland."))
    return Card(f"{heading}: {_total_line(order)}, {states}", blocks)


def total(order: Order) -> Money | None:
    """The sum of the units' prices, or None when they are in several currencies or there are none."""
    currencies = {unit.price.currency for unit in order.units}
    if len(currencies) != 1:
        return None
    return Money(sum(unit.price.minor for unit in order.units), currencies.pop())


def _total_line(order: Order) -> str:
    amount = total(order)
    pieces = f"{len(order.units)} unit" + ("s" if len(order.units) != 1 else "")
    return f"{pieces} · {names.money(amount)}" if amount else pieces


def _states(order: Order) -> str:
    counted = Counter(
        names.ORDER_UNIT_STATES.get(unit.status, names.spelled(unit.status).lower()) for unit in order.units
    )
    if len(counted) == 1:
        return escaped(next(iter(counted)), 80)
    return escaped(", ".join(f"{pieces} {state}" for state, pieces in counted.items()), 200) or "no units"


def _title(unit: object) -> str:
    product = getattr(unit, "product", None)
    return one_line(product.title, 180) if product else f"Order unit {getattr(unit, 'id', '')}"
