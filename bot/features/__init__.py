"""What people do here: the table of contents. Features never import each other."""

from __future__ import annotations

from bot.features import kontor, orders, returns, tickets

# `kontor` is last: it also acknowledges what nobody else listens to.
ALL = (tickets, returns, orders, kontor)

LOOKS = {
    tickets.KIND: tickets.look,
    returns.KIND: returns.look,
    returns.UNIT_KIND: returns.look_at_unit,
    orders.KIND: orders.look,
    orders.UNIT_KIND: orders.look_at_unit,
}

DOINGS = {**tickets.DOINGS, **returns.DOINGS}
