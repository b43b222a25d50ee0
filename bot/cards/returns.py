"""The card of a return: its units, and what may be decided about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.cards import names
from bot.cards.actions import action_blocks, locked
from bot.cards.blocks import Block, Card, button, buttons, confirm, context, divider, plain_text, quote, section
from bot.cards.due import clock_lines, due_words, escalation_lines
from bot.domain.action import Action
from bot.domain.countdown import STILL, Countdown
from bot.domain.handling import Remark
from bot.domain.model import Product, Return, ReturnUnit
from bot.domain.words import escaped, one_line

ACCEPT = "return.accept"
REJECT = "return.reject"
CLARIFY = "return.clarify"
REPAIR = "return.repair"
MORE = "return.more"
DECISIONS = frozenset({ACCEPT, REJECT, CLARIFY, REPAIR})

DECIDABLE = frozenset({"return_arrived", "return_in_clarification", "return_in_repair"})
MOST_UNITS = 8
MOST_TICKETS = 5
MOST_PHOTOS = 8


@dataclass(frozen=True)
class Around:
    """What belongs to a return besides itself: links to the cards of tickets by their ids, and what people gave us."""

    tickets: Mapping[str, str] = field(default_factory=dict)
    photos: Sequence[Remark] = ()


NOTHING_AROUND = Around()


def photo_names(remarks: Sequence[Remark]) -> list[str]:
    """The names of all pictures, in the order they were given."""
    return [name for remark in remarks for name in remark.text.splitlines()]


def return_card(
    item: Return,
    *,
    values: dict[int, str],
    now: datetime,
    countdown: Countdown = STILL,
    rank: str = "",
    actions: tuple[Action, ...] = (),
    notices: tuple[str, ...] = (),
    around: Around = NOTHING_AROUND,
    value: str = "",
) -> Card:
    """`values` holds what comes back with a click on each unit, `value` with one on More.

    `rank` is how urgent it is in words. When the clock of `countdown` runs out the marketplace accepts by itself.
    """
    if item.closed:
        return _closed_card(item, actions, around)
    blocks: list[Block] = [context(*notices)] if notices else []
    picture = next(((p.picture, p.title) for p in map(_product, item.units) if p and p.picture), None)
    blocks.append(section(f"*{_heading(item)}*\n{_reference(item)}", picture=picture))
    for unit in item.units[:MOST_UNITS]:
        blocks += _unit_blocks(item, unit, values.get(unit.id, ""), actions)
    if len(item.units) > MOST_UNITS:
        blocks.append(context(f"{len(item.units) - MOST_UNITS} more units are in the seller portal."))
    due = [f"{line}, then the marketplace accepts by itself." for line in clock_lines(countdown, item.storefront, now)]
    if told := [*([rank] if rank else []), *due, *escalation_lines(countdown)]:
        blocks.append(context(*told))
    if item.fulfilled_by_kaufland:
        blocks.append(context("Fulfilled by Kaufland: Kaufland decides this one."))
    blocks += _around_blocks(item, around)
    blocks += action_blocks(actions)
    if value:
        more = button("More", MORE, value, says=f"The order behind return {item.id}, and its buyer's tickets")
        blocks += buttons(more, block_id="return")
    return Card(_fallback(item, due_words(countdown)), blocks)


def _unit_blocks(item: Return, unit: ReturnUnit, value: str, actions: tuple[Action, ...]) -> list[Block]:
    blocks: list[Block] = [divider()] if len(item.units) > 1 else []
    product = _product(unit)
    title = one_line(product.title, 200) if product else f"Order unit {unit.order_unit_id}"
    price = f" · {names.money(unit.order_unit.price)}" if unit.order_unit else ""
    blocks.append(context(plain_text(f"{title}{price}", 300)))
    reason = names.RETURN_REASONS.get(unit.reason, names.spelled(unit.reason).lower())
    state = names.RETURN_UNIT_STATES.get(unit.status, names.spelled(unit.status).lower())
    blocks.append(section(f"Reason: *{escaped(reason, 80)}* · {escaped(state, 80)}"))
    if unit.note:
        blocks.append(quote(unit.note, 400))
    mine = tuple(action for action in actions if (action.payload or {}).get("unit") == unit.id)
    if unit.status in DECIDABLE and not unit.fulfilled_by_kaufland and not locked(mine, DECISIONS):
        blocks += buttons(*_decisions(unit, value), block_id=f"unit:{unit.id}")
    return blocks


def _decisions(unit: ReturnUnit, value: str) -> list[Block]:
    price = names.money(unit.order_unit.price) if unit.order_unit else "the price"
    accept = confirm("Accept this return?", f"The marketplace refunds {price} to the buyer.", "Accept")
    repair = confirm("Send it to repair?", "The unit is marked as in repair. The buyer keeps waiting.", "Repair")
    decisions = [
        button("Accept", ACCEPT, value, style="primary", ask=accept, says=f"Accept return unit {unit.id}"),
        button("Reject", REJECT, value, style="danger", says=f"Reject return unit {unit.id}"),
    ]
    if unit.status != "return_in_clarification":
        decisions.append(button("Ask the customer", CLARIFY, value, says=f"Ask the customer about unit {unit.id}"))
    if unit.status != "return_in_repair":
        decisions.append(button("Repair", REPAIR, value, ask=repair, says=f"Send return unit {unit.id} to repair"))
    return decisions


def _around_blocks(item: Return, around: Around) -> list[Block]:
    """The tickets about its units (a rejection and a question open one), and the warehouse's photos."""
    lines = []
    if ids := list(dict.fromkeys(id for unit in item.units for id in unit.ticket_ids))[:MOST_TICKETS]:
        told = [f"<{around.tickets[id]}|{escaped(id, 40)}>" if id in around.tickets else escaped(id, 40) for id in ids]
        lines.append(f":speech_balloon: Ticket{'s' if len(told) > 1 else ''} {', '.join(told)}")
    if names_ := photo_names(around.photos):
        shown = [_photo(remark) for remark in around.photos[:MOST_PHOTOS]]
        lines.append(f":camera: *{len(names_)} photo{'s' if len(names_) > 1 else ''}* from us: {', '.join(shown)}")
    return [context(*lines)] if lines else []


def _photo(remark: Remark) -> str:
    name = escaped(one_line(", ".join(remark.text.splitlines()), 60), 80)
    return f"<{remark.link}|{name}>" if remark.link else name


def _closed_card(item: Return, actions: tuple[Action, ...], around: Around) -> Card:
    states = ", ".join(
        dict.fromkeys(names.RETURN_UNIT_STATES.get(unit.status, names.spelled(unit.status)) for unit in item.units)
    )
    line = f"{names.flag(item.storefront)} Return {item.id} · {escaped(states, 120)}"
    blocks = [section(f"~{line}~"), context(_reference(item)), *_around_blocks(item, around)]
    return Card(line, [*blocks, *action_blocks(actions)])


def _heading(item: Return) -> str:
    state = names.RETURN_STATES.get(item.status, names.spelled(item.status).lower())
    return f"{names.flag(item.storefront)} Return · {escaped(state, 80)}"


def _reference(item: Return) -> str:
    parts = [f"Return {item.id}"]
    orders = sorted({unit.order_unit.order_id for unit in item.units if unit.order_unit})
    if orders:
        parts.append("order " + ", ".join(escaped(order, 40) for order in orders[:3]))
    if item.tracking_code:
        parts.append(f"{escaped(item.tracking_provider or 'tracking', 40)} {escaped(item.tracking_code, 60)}")
    return " · ".join(parts)


def _fallback(item: Return, due: str) -> str:
    reasons = ", ".join(
        dict.fromkeys(names.RETURN_REASONS.get(unit.reason, names.spelled(unit.reason)) for unit in item.units)
    )
    return ", ".join([f"Return {item.id}, {_heading(item)}: {escaped(reasons, 200)}", *([due] if due else [])])


def _product(unit: ReturnUnit) -> Product | None:
    return unit.order_unit.product if unit.order_unit else None
