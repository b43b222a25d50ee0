"""The card of an order: its units, when they are expected, and what may be done with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.cards import names
from bot.cards.actions import action_blocks, locked
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, plain_text, section
from bot.cards.due import due_line
from bot.domain.action import Action
from bot.domain.delivery import Punctuality, punctuality
from bot.domain.model import Money, Order, OrderUnit
from bot.domain.money import why_not_refundable
from bot.domain.words import escaped, one_line

SEND = "order.send"
SHIP = "order.ship"
FULFIL = "order.fulfil"
CANCEL = "order.cancel"
REFUND = "order.refund"
MORE = "order.more"
# One of these at a time for a unit: each changes what the others may do.
DECIDES = frozenset({SEND, FULFIL, CANCEL})

MOST_LINES = 10


def order_card(
    order: Order,
    *,
    value: str,
    now: datetime,
    actions: tuple[Action, ...] = (),
    late: bool = False,
    rank: str = "",
    notices: tuple[str, ...] = (),
) -> Card:
    """`value` comes back with every click. `late`: a unit is still to be sent though its time runs out."""
    heading = f"{names.flag(order.storefront)} Order {escaped(order.id, 40)}"
    states = _states(order)
    if order.closed:
        line = f"{heading} · {states}"
        shown = [section(f"~{line}~"), context(total_line(order)), *action_blocks(actions)]
        return Card(line, [*shown, *_buttons(order, value, actions)])
    blocks: list[Block] = [context(*notices)] if notices else []
    picture = next(
        ((unit.product.picture, unit.product.title) for unit in order.units if unit.product and unit.product.picture),
        None,
    )
    blocks.append(section(f"*{heading}*\n{states}", picture=picture))
    if late:
        blocks.append(context(":alarm_clock: *Not sent yet, and the delivery time runs out.*"))
    blocks += _lines(order, now)
    expires = min((unit.delivery_expires for unit in order.units if unit.delivery_expires), default=None)
    told = [rank, total_line(order), due_line("Delivery", expires, order.storefront, now) if expires else ""]
    blocks.append(context(*(part for part in told if part)))
    if order.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland."))
    blocks += action_blocks(actions)
    blocks += _buttons(order, value, actions)
    late_words = "not sent yet and late, " if late else ""
    return Card(f"{heading}: {late_words}{total_line(order)}, {states}", blocks)


def _lines(order: Order, now: datetime) -> list[Block]:
    """Equal pieces in one line: five of a thing are five units."""
    lines = Counter((unit_title(unit), names.money(unit.price), how_delivered(unit, now)) for unit in order.units)
    blocks = [
        context(plain_text(" · ".join(part for part in (f"{pieces} x {title}", price, how) if part), 300))
        for (title, price, how), pieces in list(lines.items())[:MOST_LINES]
    ]
    if len(lines) > MOST_LINES:
        blocks.append(context(f"{len(lines) - MOST_LINES} more lines are behind *More*."))
    return blocks


def _buttons(order: Order, value: str, actions: tuple[Action, ...]) -> list[Block]:
    if order.fulfilled_by_kaufland:
        return buttons(_more(value, order.id), block_id="order")
    return buttons(
        _button(sendable(order, actions), "Mark as sent", SEND, value, order.id, style="primary"),
        _release(order, value, actions),
        _button(shipped(order), "Add a parcel", SHIP, value, order.id),
        _button(refundable(order, actions), "Refund", REFUND, value, order.id),
        _button(cancellable(order, actions), "Cancel", CANCEL, value, order.id, style="danger"),
        _more(value, order.id),
        block_id="order",
    )


def _button(
    units: Sequence[OrderUnit], label: str, action: str, value: str, id: str, *, style: str | None = None
) -> Block | None:
    return button(label, action, value, style=style, says=f"{label}, order {id}") if units else None


def _release(order: Order, value: str, actions: tuple[Action, ...]) -> Block | None:
    units = releasable(order, actions)
    if not units:
        return None
    ask = confirm(
        "Release for sending?",
        f"{counted_units(len(units))} of this order: you take it on before the marketplace has released it.",
        "Release",
    )
    return button("Release for sending", FULFIL, value, ask=ask, says=f"Release order {order.id} for sending")


def _more(value: str, id: str) -> Block:
    return button("More", MORE, value, says=f"Order {id} with everything about it")


def sendable(order: Order, actions: Iterable[Action] = ()) -> list[OrderUnit]:
    return _in_states(order, {"need_to_be_sent"}, tuple(actions), DECIDES)


def releasable(order: Order, actions: Iterable[Action] = ()) -> list[OrderUnit]:
    return _in_states(order, {"open"}, tuple(actions), DECIDES)


def cancellable(order: Order, actions: Iterable[Action] = ()) -> list[OrderUnit]:
    return _in_states(order, {"open", "need_to_be_sent"}, tuple(actions), DECIDES)


def shipped(order: Order) -> list[OrderUnit]:
    return _in_states(order, {"sent"}, (), frozenset())


def refundable(order: Order, actions: Iterable[Action] = ()) -> list[OrderUnit]:
    mine = tuple(actions)
    return [
        unit
        for unit in order.units
        if why_not_refundable(unit) is None and not locked(about(mine, unit.id), frozenset({REFUND, CANCEL}))
    ]


def _in_states(order: Order, states: set[str], actions: tuple[Action, ...], kinds: frozenset[str]) -> list[OrderUnit]:
    return [
        unit
        for unit in order.units
        if unit.status in states and not unit.fulfilled_by_kaufland and not locked(about(actions, unit.id), kinds)
    ]


def about(actions: Iterable[Action], unit: int) -> tuple[Action, ...]:
    return tuple(action for action in actions if action.payload.get("unit") == unit)


def total(order: Order) -> Money | None:
    """The sum of the units' prices, or None when they are in several currencies or there are none."""
    currencies = {unit.price.currency for unit in order.units}
    if len(currencies) != 1:
        return None
    return Money(sum(unit.price.minor for unit in order.units), currencies.pop())


def total_line(order: Order) -> str:
    amount = total(order)
    pieces = counted_units(len(order.units))
    return f"{pieces} · {names.money(amount)}" if amount else pieces


def counted_units(count: int) -> str:
    return f"{count} unit{'' if count == 1 else 's'}"


def unit_title(unit: OrderUnit) -> str:
    return one_line(unit.product.title, 180) if unit.product else f"Order unit {unit.id}"


def unit_state(unit: OrderUnit) -> str:
    return names.ORDER_UNIT_STATES.get(unit.status, names.spelled(unit.status).lower())


def how_delivered(unit: OrderUnit, now: datetime) -> str:
    """ "delivered early", "late"; empty while it still may be on time."""
    found = punctuality(unit, now)
    if found is None:
        return ""
    return f"delivered {found.value}" if unit.received else (found.value if found is Punctuality.LATE else "")


def _states(order: Order) -> str:
    counted = Counter(unit_state(unit) for unit in order.units)
    if len(counted) == 1:
        return escaped(next(iter(counted)), 80)
    return escaped(", ".join(f"{pieces} {state}" for state, pieces in counted.items()), 200) or "no units"
