"""Reply with invoice: the reply window with the invoice the buyer asks for already attached, in one click."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards.clicks import Press, read_click, read_press
from bot.cards.files import SlackFile
from bot.cards.tickets import WITH_INVOICE
from bot.desk import Desk, account_of, ref_of
from bot.domain.words import escaped
from bot.files import FileTrouble
from bot.invoicedesk import invoice_file, invoices_for_ticket
from bot.marketplace import MarketError, for_people
from bot.writing import draft_of, open_window

NONE_YET = ":information_source: There is no invoice yet: `/{p}invoice {order}` uploads one."
NOT_ATTACHED = ":warning: The invoice is not attached: {said}"


def register(app: AsyncApp, prefix: str) -> None:
    app.action(WITH_INVOICE)(pressed)


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    click = read_click(press.value)
    await ack()
    if click is not None:
        desk.later(open_window(desk, press, click.subject, partial(_attached, desk, press, click.subject)))


async def _attached(desk: Desk, press: Press, subject: str) -> tuple[tuple[SlackFile, ...], str | None]:
    try:
        with for_people():
            return await _invoice(desk, subject, press.user_id)
    except (MarketError, FileTrouble) as error:
        return (), NOT_ATTACHED.format(said=escaped(str(error), 300))


async def _invoice(desk: Desk, subject: str, user_id: str) -> tuple[tuple[SlackFile, ...], str | None]:
    """The newest invoice of the ticket's orders as a file to attach, or what to say instead.

    Raises `MarketError` and `FileTrouble`.
    """
    account = account_of(subject)
    ticket = await desk.market(account).fetch_ticket(ref_of(subject))
    found = await invoices_for_ticket(desk, account, ticket)
    if not found:
        order = next((unit.order_id for unit in ticket.order_units), "")
        return (), NONE_YET.format(p=desk.command_prefix, order=escaped(order, 40))
    file = await invoice_file(desk, account, found[0])
    draft, _ = await draft_of(desk, subject, user_id, await desk.actions.of(subject))
    if any((each.name, each.size) == (file.name, len(file.content)) for each in draft.files):
        return (), None
    return (await desk.files.keep(file.name, file.content),), None
