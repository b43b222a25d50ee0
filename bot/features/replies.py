"""The reply window: opened from a card, redrawn while somebody writes, put down with what they wrote kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import drafts as steps
from bot.cards import replywindow
from bot.cards.blocks import button, buttons, section
from bot.cards.clicks import Click, read_click, read_press
from bot.cards.replyinputs import INPUT, PICK, option_groups, read_pick
from bot.cards.sending import EDIT
from bot.cards.tickets import REPLY
from bot.composing import Session
from bot.desk import Desk, account_of, ref_of
from bot.domain.routing import ticket_facts
from bot.marketplace import MarketError
from bot.store import drafts
from bot.writing import Who, draft_of, draw, keep, open_window, session_for, shape, window_of, writer_of

log = structlog.get_logger(__name__)

# Slack shows "no result" when the options come later than three seconds.
OPTIONS_SECONDS = 1.5
KEPT = "Your draft is kept. Press Reply on the card to go on with it."


def register(app: AsyncApp, prefix: str) -> None:
    app.action(REPLY)(pressed)
    app.action(EDIT)(pressed)
    app.options(PICK)(searched)
    for action in (PICK, INPUT, replywindow.FIELD, replywindow.REPLACE, replywindow.KEEP, replywindow.AFRESH):
        app.action(action)(changed)
    app.view_closed(replywindow.CALLBACK)(closed)


async def pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    if click := read_click(press.value):
        desk.later(open_window(desk, press, click.subject))


# Choosing a template


async def searched(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """The templates that fit the words typed into the picker; answered at once, from memory where we have it."""
    view = body.get("view") or {}
    session = desk.composing.find(str(view.get("id")))
    facts = session.facts if session else None
    click = read_click(view.get("private_metadata", ""))
    if facts is None and click is not None:
        try:
            async with asyncio.timeout(OPTIONS_SECONDS):
                ticket = await desk.market(account_of(click.subject)).fetch_ticket(ref_of(click.subject))
            facts = ticket_facts(ticket, account_of(click.subject), desk.now())
        except (MarketError, TimeoutError) as error:
            log.warning("no templates could be offered", reason=str(error))
    groups = option_groups(desk.templates.search(str(body.get("value") or ""), facts)) if facts else []
    if groups:
        await ack(option_groups=groups)
    else:
        await ack(options=[])


# While somebody writes


async def changed(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    number = desk.composing.hear(str((body.get("view") or {}).get("id")), str(action.get("block_id")))
    await ack()
    desk.later(_take_up(desk, body, str(action.get("action_id")), number))


async def _take_up(desk: Desk, body: dict[str, Any], action: str, number: int) -> None:
    """Note what stands in the window, do what was pressed, and show it. One thing after the other for one window."""
    view = body["view"]
    session = await _session(desk, body)
    if session is None:
        return
    async with session.lock:
        if action == replywindow.FIELD and number < session.newest:
            # Somebody types on: what comes next says all that this would.
            return
        writer = await writer_of(desk, session, None if session.draft.template or action == PICK else 0.0)
        shown = writer.template(session.draft.template)
        draft = replywindow.read_window(view, session.draft, shown, session.touched)
        if action == PICK:
            template = writer.template(read_pick(view, draft))
            draft = steps.chosen(draft, template, writer.starts_with(template) if template else {})
        elif action == replywindow.AFRESH:
            draft = steps.started_afresh(draft)
            session.restored_at = None
        elif action == replywindow.KEEP:
            draft = replace(draft, kept=draft.template)
        rendering = writer.rendering(draft)
        if action == replywindow.REPLACE and rendering and rendering.text:
            draft = steps.filled(draft, rendering.text)
        elif action != replywindow.FIELD:
            draft = steps.placed(draft, rendering.text if rendering else None)
        session.draft = draft
        await keep(desk, session)
        if action != replywindow.FIELD or shape(window_of(desk, session, writer, rendering)) != session.drawn:
            await draw(desk, session)


async def _session(desk: Desk, body: dict[str, Any]) -> Session | None:
    """The window's session, or a new one for a window that was open before a restart."""
    view = body["view"]
    found = desk.composing.find(str(view["id"]))
    if found is not None:
        return found
    click = read_click(view.get("private_metadata", ""))
    if click is None:
        return None
    user = body.get("user") or {}
    who = Who(str(user.get("id")), user.get("team_id"), click.channel, click.ts)
    try:
        ticket = await desk.market(account_of(click.subject)).fetch_ticket(ref_of(click.subject))
    except MarketError as error:
        log.warning("a window was not taken up again", reason=str(error))
        return None
    row = await drafts.find(click.subject, who.user_id)
    draft = steps.read_draft(row.text, row.placed, row.content) if row else steps.Draft()
    session = await session_for(desk, str(view["id"]), who, click.subject, ticket, draft)
    # What was seen is what the window was drawn from, whatever has happened since.
    session.click = Click(click.subject, click.seen, channel=click.channel, ts=click.ts)
    desk.composing.open(session)
    return session


# Putting it down


async def closed(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """Closed by accident or not: what was written is kept, and others see that nobody is writing any more."""
    await ack()
    desk.later(_put_down(desk, body, view))


async def _put_down(desk: Desk, body: dict[str, Any], view: dict[str, Any]) -> None:
    click = read_click(view.get("private_metadata", ""))
    if click is None:
        return
    user_id = str((body.get("user") or {}).get("id"))
    session = desk.composing.close(str(view.get("id")))
    if session is not None:
        async with session.lock:
            # Slack may tell nothing of what stood in a window that was closed; then what was heard before counts.
            if (view.get("state") or {}).get("values"):
                template = desk.templates.find(session.draft.template) if session.draft.template else None
                session.draft = replywindow.read_window(view, session.draft, template, session.touched)
            await keep(desk, session, writing=False)
    await drafts.put_down(click.subject, user_id)
    await desk.marks.mark([click.subject])
    draft, _ = await draft_of(desk, click.subject, user_id, await desk.actions.of(click.subject))
    if click.channel and draft.text.strip():
        go_on = button("Go on writing", EDIT, Click(click.subject, click.seen).value())
        await desk.board.whisper(
            click.channel, user_id, KEPT, click.ts, [section(f":floppy_disk: {KEPT}"), *buttons(go_on)]
        )
