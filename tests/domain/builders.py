"""Things of the marketplace with defaults, so that a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.action import Action
from bot.domain.facts import Facts
from bot.domain.model import Message, Money, Order, OrderUnit, Return, ReturnUnit, Ticket

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # A Monday.

_FACTS = Facts(
    kind="ticket",
    account="main",
    now=NOW,
    storefront="de",
    topic="delivery_delayed",
    open_reason="product_not_delivered",
    status=("opened",),
    fulfillment="fulfilled_by_merchant",
    amount=Money(4990, "EUR"),
    age=timedelta(hours=3),
    text="Wo ist mein Paket?",
)
_UNIT = OrderUnit(
    id=1,
    order_id="MB7UWLD",
    status="need_to_be_sent",
    price=Money(4990, "EUR"),
    storefront="de",
    created=NOW - timedelta(hours=4),
)
_TICKET = Ticket(
    id="00112345678",
    storefront="de",
    status="opened",
    open_reason="product_not_delivered",
    topic="delivery_delayed",
    seller_responsible=True,
    fulfillment="fulfilled_by_merchant",
    created=NOW - timedelta(hours=3),
    updated=NOW - timedelta(hours=1),
)
_RETURN_UNIT = ReturnUnit(
    id=11,
    return_id=7,
    order_unit_id=1,
    status="return_arrived",
    reason="defect",
    storefront="de",
    fulfillment="fulfilled_by_merchant",
    created=NOW - timedelta(days=2),
)
_RETURN = Return(
    id=7,
    storefront="de",
    status="package_received",
    fulfillment="fulfilled_by_merchant",
    created=NOW - timedelta(days=2),
    updated=NOW - timedelta(hours=1),
)
_ORDER = Order(id="MB7UWLD", storefront="de", fulfillment="fulfilled_by_merchant", created=NOW - timedelta(hours=4))

_ACTION = Action(
    id="a1",
    key="reply:1",
    kind="ticket.reply",
    subject="ticket:main:00112345678",
    account="main",
    user_id="U0ANA00001",
    team_id="T0KONTOR01",
    payload={},
    seen_version="opened.1.1",
    state="taken",
    taken_at=NOW,
    next_at=NOW,
)


def facts(**changes: Any) -> Facts:
    return replace(_FACTS, **changes)


def an_order_unit(**changes: Any) -> OrderUnit:
    return replace(_UNIT, **changes)


def a_ticket(**changes: Any) -> Ticket:
    return replace(_TICKET, **changes)


def a_return(**changes: Any) -> Return:
    return replace(_RETURN, **changes)


def a_return_unit(**changes: Any) -> ReturnUnit:
    return replace(_RETURN_UNIT, **changes)


def an_order(**changes: Any) -> Order:
    return replace(_ORDER, **changes)


def a_message(text: str, *, role: str = "buyer", id: int = 1) -> Message:
    return Message(id=id, role=role, author="Eva", text=text, at=NOW)


def an_action(**changes: Any) -> Action:
    return replace(_ACTION, **changes)
