"""More on the card of a ticket or a return: the order behind it, and what else its buyer asked and bought."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import returns, tickets
from bot.cards.clicks import Press, read_press
from bot.cards.windows import Opened
from bot.desk import Desk, account_of, ref_of, subject_key
from bot.domain.model import Ticket
from bot.orderpages import page_of_buyer, page_of_order
from bot.orderwindows import open_about

TITLE = "More"


def register(app: AsyncApp, prefix: str) -> None:
    app.action(tickets.MORE)(ticket_more_pressed)
    app.action(returns.MORE)(return_more_pressed)


async def ticket_more_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await ack()
    desk.later(_open_ticket(desk, read_press(body)))


async def return_more_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await ack()
    desk.later(_open_return(desk, read_press(body)))


async def _open_ticket(desk: Desk, press: Press) -> None:
    async def draw(about: Opened) -> dict[str, Any]:
        ticket = await desk.market(account_of(about.subject)).fetch_ticket(ref_of(about.subject))
        return await _drawn(desk, about, _orders_of(ticket), ticket.buyer_id)

    await open_about(desk, press, TITLE, draw)


async def _open_return(desk: Desk, press: Press) -> None:
    async def draw(about: Opened) -> dict[str, Any]:
        item = await desk.market(account_of(about.subject)).fetch_return(int(ref_of(about.subject)))
        orders = sorted({unit.order_unit.order_id for unit in item.units if unit.order_unit})
        return await _drawn(desk, about, orders, item.buyer_id)

    await open_about(desk, press, TITLE, draw)


def _orders_of(ticket: Ticket) -> list[str]:
    return sorted({unit.order_id for unit in ticket.order_units})


async def _drawn(desk: Desk, about: Opened, orders: list[str], buyer: int | None) -> dict[str, Any]:
    """The first order in full; others the buyer asked about are named there."""
    if not orders:
        return await page_of_buyer(desk, buyer, about)
    account = account_of(about.subject)
    key = subject_key("order", account, orders[0])
    order = await desk.market(account).fetch_order(orders[0])
    return await page_of_order(desk, order, await desk.actions.of(key), replace(about, subject=key))
