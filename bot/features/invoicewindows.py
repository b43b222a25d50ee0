"""`/invoice` and the shortcut "Upload invoice": the windows in which invoices are given, listed and deleted."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards import invoicewindow as windows
from bot.cards.clicks import Click, Press, read_click, read_command, read_press, read_submission
from bot.cards.replies import loading_modal, trouble_modal
from bot.desk import Desk, Wish, account_of, ref_of, subject_key
from bot.domain.action import Action
from bot.domain.deeds import LOOK, Deed, at_all
from bot.domain.invoicebatch import DELETE, UPLOAD
from bot.domain.model import Order
from bot.domain.words import escaped
from bot.invoicebatches import give
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.store.invoicefiles import NewFile
from bot.store.subjects import SubjectRow

KIND = "invoice"
SHORTCUT = "invoice.upload"
# How often a window asks how it went, and how often at most.
ASK_SECONDS = 0.1
MOST_ASKED = 80
HELP = """*Invoices*
• `/{p}invoice MB7UWLD` the invoices of an order: upload more, delete one
• `/{p}invoice` upload PDFs; I find each one's order in its name or text
• `/{p}invoice missing` sent orders without an invoice
• Or drop PDFs into a channel where I hang cards: I offer to upload what names an order.
Each is checked first: the order, its amount and currency, no bank account, no shop of yours. \
`rules/invoices.yaml` says what counts."""


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """What was asked for in a window is shown in that window; there is no card."""
    return Seen(closed=True)


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}invoice")(asked)
    app.shortcut(SHORTCUT)(shortcut_used)
    app.view(windows.CALLBACK)(given)
    app.action(windows.DELETE)(delete_pressed)


# Opening


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    press = read_command(command)
    await ack()
    words = press.value.split()
    if not words:
        desk.later(open_any(desk, press))
    elif re.fullmatch(windows.ORDER_FORM, words[0], re.ASCII) and words[0].lower() != "help":
        desk.later(open_order(desk, press, words[0].upper()))
    else:
        said = "" if words[0].lower() == "help" else f"`{escaped(words[0], 40)}` is no order number. "
        await respond(text=said + HELP.format(p=desk.command_prefix), response_type="ephemeral")


async def shortcut_used(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    await ack()
    desk.later(open_any(desk, read_press(body)))


async def open_any(desk: Desk, press: Press) -> None:
    """A window for invoices of any order."""
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(UPLOAD))
    view = trouble_modal(windows.TITLE, said) if said else windows.give_modal(channel=_result_channel(desk))
    await desk.modals.open(press, view)


async def open_order(desk: Desk, press: Press, order_id: str) -> None:
    """A window that shows what one order has; loading at first, because the marketplace is asked."""
    title = "Invoices of an order"
    opened = await desk.modals.open(press, loading_modal(title))
    if opened is None:
        return
    if said := await desk.refusal_at_click(press.user_id, press.team_id, LOOK):
        await desk.modals.change(opened, trouble_modal(title, said))
        return
    try:
        order, account = await _find(desk, order_id)
    except MarketError as error:
        await desk.modals.change(opened, trouble_modal(title, str(error)))
        return
    if order is None or account is None:
        said = f"The marketplace knows no order {order_id}. Numbers look like MB7UWLD."
        await desk.modals.change(opened, trouble_modal(title, said))
        return
    click = Click(subject_key(KIND, account, order.id), "", channel=press.channel)
    await desk.modals.change(opened, windows.order_modal(order, click, channel=_result_channel(desk)))


async def _find(desk: Desk, order_id: str) -> tuple[Order | None, str | None]:
    """The order and its account. Raises `MarketError` when nobody could be asked."""
    for account in desk.markets:
        try:
            return await desk.market(account).fetch_order(order_id), account
        except MarketError as error:
            if not error.gone:
                raise
    return None, None


def _result_channel(desk: Desk) -> str:
    channel = desk.papers.invoices().channel or desk.fallback()
    return channel if channel.startswith("#") else f"<#{channel}>"


# Giving


async def given(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """Acknowledged once the files are in the notebook; a look checks them and uploads what has no fault."""
    who = read_submission(body)
    files, errors = windows.read_given(view, most_bytes=desk.papers.invoices().most_bytes)
    if files is None:
        await ack(response_action="errors", errors=errors)
        return
    said = await desk.refusal_at_click(who.user_id, who.team_id, Deed(UPLOAD, count=len(files.files)))
    if said:
        await ack(response_action="errors", errors={windows.FILES: said})
        return
    news = [
        NewFile(file.id, file.name, file.size, file.url, who.user_id, None, consented=True, wanted=files.order_id)
        for file in files.files
    ]
    await give(desk, f"window.{view.get('id')}.{who.heard.rpartition(':')[2]}", news)
    await ack(response_action="update", view=windows.taken_modal(len(news), _result_channel(desk)))


# Deleting


async def delete_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """The confirm dialog has asked already. `click.unit` is the invoice, `click.seen` its key."""
    press = read_press(body)
    click = read_click(press.value)
    if click is None or click.unit is None:
        await ack()
        return
    order, account = ref_of(click.subject), account_of(click.subject)
    said = await desk.actions.take(
        Wish(
            kind=DELETE,
            key=f"delete:{click.subject}:{click.unit}",
            subject=click.subject,
            seen=click.seen,
            user_id=press.user_id,
            team_id=press.team_id or "",
            payload={"account": account, "order": order, "invoice": click.unit},
            heard=press.heard,
            deed=Deed(DELETE, count=1),
            summary=f"Delete invoice {click.unit} of order {order}",
            leads_to="deleted",
        )
    )
    await ack()
    desk.later(show_order_again(desk, (body.get("view") or {}).get("id", ""), click, said))


async def show_order_again(desk: Desk, view_id: str, click: Click, said: str) -> None:
    """Wait a little for what was pressed, then show the order as it is, and how it went."""
    last = await _ended(desk, click.subject)
    if not said and last is not None:
        waits = "The marketplace takes its time; I go on trying."
        said = "The invoice is deleted." if last.state == "done" else last.sentence or waits
    try:
        order = await desk.market(account_of(click.subject)).fetch_order(ref_of(click.subject))
    except MarketError as error:
        await desk.modals.change((view_id, ""), trouble_modal("Invoices of an order", str(error)))
        return
    again = Click(click.subject, "", channel=click.channel)
    view = windows.order_modal(order, again, channel=_result_channel(desk), said=escaped(said, 400))
    await desk.modals.change((view_id, ""), view)


async def _ended(desk: Desk, subject: str) -> Action | None:
    """The last action, once none is under way any more, or after eight seconds."""
    for _ in range(MOST_ASKED):
        actions = await desk.actions.of(subject)
        if not any(action.under_way for action in actions):
            break
        await asyncio.sleep(ASK_SECONDS)
    return actions[-1] if actions else None
