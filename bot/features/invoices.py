"""Invoices people gave us: their card, its buttons, and PDFs dropped into a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.board import Wanted
from bot.cards import invoices as cards
from bot.cards.clicks import Press, read_click, read_press
from bot.cards.files import SlackFile
from bot.cards.replies import loading_modal
from bot.desk import ActionKind, Desk, subject_key
from bot.domain.deeds import Deed
from bot.domain.invoice import Paper
from bot.domain.invoicebatch import DELETE, UPLOAD, Item, State, offered
from bot.domain.missing import week_of
from bot.domain.words import escaped
from bot.drops import Drop
from bot.invoiceactions import DeleteInvoice, UploadInvoice
from bot.invoicebatches import KIND, check_some, give_dropped, items_of, settle, upload, upload_what_may_be
from bot.invoicedesk import MISSING
from bot.invoicefolder import FOLDER
from bot.looks import Seen
from bot.pdftext import too_large
from bot.store import invoicefiles
from bot.store.invoicefiles import FileRow, NewFile
from bot.store.subjects import SubjectRow

__all__ = ["ACTIONS", "KIND", "dropped", "look", "register"]

# Nobody pressed anything for so long: the offer is put aside.
STALE = timedelta(days=7)
ASK_AGAIN = timedelta(seconds=30)


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Check what was not checked, upload what may be, and show where everything stands."""
    files = await invoicefiles.of(row.key)
    also = await check_some(desk, row.key, files)
    files = await invoicefiles.of(row.key)
    items = await items_of(desk, row.key, files)
    if await upload_what_may_be(desk, row.key, files, items):
        files = await invoicefiles.of(row.key)
        items = await items_of(desk, row.key, files)
    if await settle(desk, files, items):
        # What was missing is there.
        also = (*also, subject_key(MISSING, row.account, week_of(desk.now())))
    now = desk.now()
    if files and max(file.added_at for file in files) < now - STALE:
        await invoicefiles.dismissed([file.id for file in files], now)
    unchecked = any(each.state is State.CHECKING for each in items)
    waits = any(each.state is State.WAITING for each in items)
    closed = all(each.state.over for each in items)
    wanted = _wanted(desk, row, files, items, await desk.actions.of(row.key)) if items else None
    if wanted is None and not unchecked and not waits:
        # Nothing that was dropped is an invoice: it is none of our business.
        await invoicefiles.dismissed([file.id for file in files], now)
        closed = True
    return Seen(
        wanted=wanted,
        state=",".join(sorted({each.state.value for each in items}))[:60],
        version=str(max((each.id for each in items), default=0)),
        closed=closed,
        next_look=now if unchecked else now + ASK_AGAIN if waits else None if closed else now + STALE,
        also=also,
        title="Invoices",
    )


def _wanted(desk: Desk, row: SubjectRow, files: list[FileRow], items: tuple[Item, ...], actions: Any) -> Wanted | None:
    """The card, None while nothing dropped is known to be an invoice."""
    first = files[0]
    if not any(file.consented or file.order_id for file in files):
        return None
    from_folder = first.source.startswith(FOLDER)
    card = cards.batch_card(
        items, subject=row.key, given_by=first.given_by, from_folder=from_folder, actions=tuple(actions)
    )
    channel = first.channel or desk.papers.invoices().channel or desk.fallback()
    return Wanted(card, channel, urgent=row.priority == 0)


async def dropped(desk: Desk, drop: Drop) -> None:
    """A PDF in one of our channels may be an invoice: a look finds out, and offers what is."""
    pdfs = [file for file in drop.files if file.mime == "application/pdf" or file.name.lower().endswith(".pdf")]
    if not pdfs or await desk.refusal_at_click(drop.user_id, drop.team_id, Deed(UPLOAD, sized=False)):
        return
    files = [
        NewFile(file.id, file.name, file.size, file.url, drop.user_id, drop.channel, consented=False) for file in pdfs
    ]
    await give_dropped(desk, f"{drop.channel}.{drop.ts}", files)
    await _say_unread(desk, drop, pdfs)


async def _say_unread(desk: Desk, drop: Drop, pdfs: Sequence[SlackFile]) -> None:
    """A PDF that is too large to be read, and has no order in its name, is passed over: its owner hears why."""
    most = desk.papers.invoices().most_bytes
    for file in pdfs:
        said = too_large(file.name, file.size, most)
        if said and not Paper(file.name, file.size, "").order_numbers:
            text = f":warning: {escaped(said, 300)} I did not look for an order in it."
            await desk.board.whisper(drop.channel, drop.user_id, text, drop.thread_ts)


# What people press


def register(app: AsyncApp, prefix: str) -> None:
    app.action(cards.UPLOAD)(upload_pressed)
    app.action(cards.UPLOAD_WARNED)(upload_pressed)
    app.action(cards.CHECK_AGAIN)(check_pressed)
    app.action(cards.DISMISS)(dismiss_pressed)
    app.action(cards.DETAILS)(details_pressed)


async def upload_pressed(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """Upload what the card offered when it was pressed, and nothing that came since."""
    press = read_press(body)
    click = read_click(press.value)
    if click is None or press.channel is None:
        await ack()
        return
    files = {file.id: file for file in await invoicefiles.of(click.subject)}
    items = await items_of(desk, click.subject, list(files.values()))
    warned = action["action_id"] == cards.UPLOAD_WARNED
    chosen = offered(items, with_warnings=warned, until=int(click.seen) if click.seen.isdigit() else 0)
    told = [] if chosen else ["There is nothing left to upload here: look at the card again."]
    for each in chosen:
        told.append(
            await upload(
                desk,
                click.subject,
                files[each.id],
                user_id=press.user_id,
                team_id=press.team_id,
                heard=f"{press.heard}:{each.id}",
                channel=press.channel,
            )
        )
    await desk.marks.mark([click.subject], urgent=True)
    await ack()
    for said in dict.fromkeys(filter(None, told)):
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def check_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """The rules, the order or the marketplace may have changed: check what has errors anew."""
    press = read_press(body)
    items, said = await _allowed(desk, press)
    wrong = (State.TROUBLE, State.ERROR, State.REFUSED)
    await invoicefiles.check_again([each.id for each in items if each.state in wrong and not each.in_folder])
    await _done(ack, desk, press, said)


async def dismiss_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    items, said = await _allowed(desk, press)
    under_way = (State.UNDER_WAY, State.UNSURE)
    await invoicefiles.dismissed([each.id for each in items if each.state not in under_way], desk.now())
    await _done(ack, desk, press, said)


async def _allowed(desk: Desk, press: Press) -> tuple[tuple[Item, ...], str | None]:
    """The files a press is about; none for people who may not upload, with the sentence for them."""
    click = read_click(press.value)
    said = await desk.refusal_at_click(press.user_id, press.team_id, Deed(UPLOAD, sized=False))
    if click is None or said:
        return (), said
    return await items_of(desk, click.subject, await invoicefiles.of(click.subject)), None


async def _done(ack: AsyncAck, desk: Desk, press: Press, said: str | None) -> None:
    if click := read_click(press.value):
        await desk.marks.mark([click.subject], urgent=True)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def details_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(show_details(desk, press))


async def show_details(desk: Desk, press: Press) -> None:
    click = read_click(press.value)
    opened = await desk.modals.open(press, loading_modal("Invoices"))
    if click is None or opened is None:
        return
    items = await items_of(desk, click.subject, await invoicefiles.of(click.subject))
    await desk.modals.change(opened, cards.details_modal(items))


ACTIONS: Mapping[str, ActionKind] = {UPLOAD: UploadInvoice(), DELETE: DeleteInvoice()}
