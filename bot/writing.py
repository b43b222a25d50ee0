"""Reply windows: opened within three seconds, filled with what is known, redrawn while somebody writes, put down.

Several features open one. What becomes of what is written when something is pressed stands in `bot.cards.drafts`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.cards import names
from bot.cards.blocks import Block, moment
from bot.cards.clicks import Click, Press
from bot.cards.drafts import Draft, noted, placed, read_draft, restored
from bot.cards.files import SlackFile
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.replywindow import TITLE, Rendering, Window, reply_modal
from bot.cards.tickets import REPLY
from bot.composing import Agent, Around, Session
from bot.desk import Desk, account_of, ref_of
from bot.domain.action import Action
from bot.domain.answering import cannot_write
from bot.domain.deeds import Deed
from bot.domain.handling import Handling
from bot.domain.model import Ticket
from bot.domain.routing import ticket_facts
from bot.marketplace import MarketError, for_people
from bot.rendering import Writer, buyer_of
from bot.store import drafts, handling
from bot.surroundings import surroundings

log = structlog.get_logger(__name__)

# So long after their last keystroke others believe that somebody is writing.
WRITING_SECONDS = 300.0
AGENT_SECONDS = 2.0
ON_ITS_WAY = "A reply by a colleague is on its way to this buyer. Wait until it has gone out, then press Reply again."


# Files to attach to a reply, and a notice about them.
Gather = Callable[[], Awaitable[tuple[Sequence[SlackFile], str | None]]]


@dataclass(frozen=True)
class Who:
    """Who has the window, and where they came from: an answer nobody else sees goes there."""

    user_id: str
    team_id: str | None
    channel: str | None
    thread_ts: str | None


def presser(press: Press) -> Who:
    return Who(press.user_id, press.team_id, press.channel, press.thread_ts)


async def nothing_more() -> tuple[Sequence[SlackFile], str | None]:
    return (), None


async def open_window(desk: Desk, press: Press, subject: str, gather: Gather = nothing_more) -> None:
    """Open the window for who pressed, at once; fill it when the marketplace has answered.

    `gather` brings files to attach and a notice (our own mrkdwn) while the window is open already. Raises nothing.
    """
    refusal = await desk.refusal_at_click(press.user_id, press.team_id, Deed(REPLY, subject=subject))
    if refusal:
        if press.channel:
            await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    opened = await desk.modals.open(press, loading_modal(TITLE))
    if opened is not None:
        attach, notice = await gather()
        await fill_window(desk, opened, presser(press), subject, attach=attach, notice=notice)


async def fill_window(
    desk: Desk,
    opened: tuple[str, str],
    who: Who,
    subject: str,
    *,
    attach: Sequence[SlackFile] = (),
    notice: str | None = None,
) -> None:
    """Make an open view the reply window of `subject`. `attach` joins what was attached, `notice` is our own mrkdwn."""
    view, session = await _drawn(desk, opened[0], who, subject, attach, notice)
    shown = await desk.modals.change(opened, view)
    if session is not None and shown:
        await _begun(desk, session)
    elif session is not None:
        desk.composing.close(session.view_id)


async def next_window(desk: Desk, view_id: str, who: Who, subject: str, gather: Gather = nothing_more) -> Block:
    """The reply window of `subject` a submitted view becomes with our answer; see `answer_with`, which shows it."""
    attach, notice = await gather()
    view, session = await _drawn(desk, view_id, who, subject, attach, notice)
    if session is not None:
        await _begun(desk, session)
    return view


async def _drawn(
    desk: Desk, view_id: str, who: Who, subject: str, attach: Sequence[SlackFile], notice: str | None
) -> tuple[Block, Session | None]:
    """The reply window with its session; or why nobody can write, and None."""
    try:
        ticket = await desk.market(account_of(subject)).fetch_ticket(ref_of(subject))
    except MarketError as error:
        return trouble_modal(TITLE, str(error)), None
    actions = await desk.actions.of(subject)
    under_way = any(action.kind == REPLY and (action.under_way or action.proposed) for action in actions)
    if said := cannot_write(ticket) or (ON_ITS_WAY if under_way else None):
        return trouble_modal(TITLE, said), None
    draft, kept_at = await draft_of(desk, subject, who.user_id, actions)
    if attach:
        draft = replace(draft, files=_joined(draft.files, attach), offered=_joined(draft.offered, attach))
    handled = await handling.of(subject, desk.now())
    session = await session_for(desk, view_id, who, subject, ticket, draft)
    session.notices = tuple(filter(None, [notice, *_notices(ticket, handled, who.user_id)]))
    session.restored_at = kept_at
    desk.composing.open(session)
    return await _view(desk, session), session


async def _begun(desk: Desk, session: Session) -> None:
    """Somebody writes here now."""
    await keep(desk, session)
    await desk.marks.mark([session.click.subject])


async def session_for(desk: Desk, view_id: str, who: Who, subject: str, ticket: Ticket, draft: Draft) -> Session:
    account = account_of(subject)
    with for_people():
        around = asyncio.ensure_future(_around(desk, account, ticket))
    return Session(
        view_id=view_id,
        click=Click(subject, ticket.version, channel=who.channel, ts=who.thread_ts),
        user_id=who.user_id,
        team_id=who.team_id,
        ticket=ticket,
        facts=ticket_facts(ticket, account, desk.now()),
        agent=await _agent(desk, who.user_id),
        draft=draft,
        around=around,
        opened_at=desk.composing.tick(),
    )


async def _around(desk: Desk, account: str, ticket: Ticket) -> Around:
    try:
        order, item = await surroundings(desk.market(account), ticket)
    except Exception as error:
        log.exception("nothing is known around a ticket", error=type(error).__name__)
        return Around()
    return Around(order, item)


async def _agent(desk: Desk, user_id: str) -> Agent:
    try:
        async with asyncio.timeout(AGENT_SECONDS):
            answer = await desk.slack.users_info(user=user_id, include_locale=True)
    except Exception as error:
        log.info("an agent's name is not known", reason=type(error).__name__)
        return Agent()
    user = answer.get("user") or {}
    return Agent(user.get("real_name") or (user.get("profile") or {}).get("real_name"), user.get("locale"))


def _joined(files: Sequence[SlackFile], more: Sequence[SlackFile]) -> tuple[SlackFile, ...]:
    return tuple({file.id: file for file in (*files, *more)}.values())


def _notices(ticket: Ticket, handled: Handling, user_id: str) -> list[str]:
    """What somebody should know before they write."""
    others = [f"<@{writer}>" for writer in handled.writers if writer != user_id]
    found = []
    if others:
        found.append(f":pencil2: {' and '.join(others)} {'are' if len(others) > 1 else 'is'} writing here too.")
    if handled.claimed_by and handled.claimed_by != user_id:
        found.append(f":bust_in_silhouette: <@{handled.claimed_by}> has claimed this ticket.")
    if ticket.closed:
        found.append(f"This ticket is {names.TICKET_STATES.get(ticket.status, 'closed')}.")
    return found


# What was written before


async def draft_of(desk: Desk, subject: str, user_id: str, actions: Sequence[Action]) -> tuple[Draft, datetime | None]:
    """What this person has written for `subject` and not sent, and when; an empty draft and None for nothing."""
    row = await drafts.find(subject, user_id)
    if row is None:
        return Draft(), None
    if row.action and any(action.state == "done" and action.payload.get("draft") == row.action for action in actions):
        await drafts.drop(subject, user_id)
        return Draft(), None
    draft = restored(read_draft(row.text, row.placed, row.content))
    return (draft, row.at) if draft.worth_keeping else (Draft(), None)


async def keep(desk: Desk, session: Session, *, action: str | None = None, writing: bool = True) -> None:
    """Keep what is written; `writing` says that others should still see them write."""
    now = desk.now()
    await drafts.keep(
        session.click.subject,
        session.user_id,
        text=session.draft.text,
        placed=session.draft.placed,
        content=noted(session.draft),
        now=now,
        writing_until=now + timedelta(seconds=WRITING_SECONDS) if writing else None,
        action=action,
    )


# Drawing


async def writer_of(desk: Desk, session: Session, seconds: float | None = None) -> Writer:
    around = await (session.surroundings() if seconds is None else session.surroundings(seconds))
    return Writer(desk.templates, session, around, desk.now())


def window_of(desk: Desk, session: Session, writer: Writer, rendering: Rendering | None) -> Block:
    """The window as it stands now."""
    return reply_modal(
        Window(
            ticket=session.ticket,
            click=session.click,
            draft=session.draft,
            template=writer.template(session.draft.template),
            rendering=rendering,
            locale=writer.locale,
            currency=session.currency,
            buyer=buyer_of(session.ticket, writer.around),
            notices=session.notices,
            restored=moment(session.restored_at) if session.restored_at else None,
        )
    )


async def draw(desk: Desk, session: Session) -> bool:
    """Show the window with what its template says now. False when it is not open any more."""
    return await desk.modals.change((session.view_id, ""), await _view(desk, session))


async def _view(desk: Desk, session: Session) -> Block:
    writer = await writer_of(desk, session, None if session.draft.template else 1.0)
    rendering = writer.rendering(session.draft)
    session.draft = placed(session.draft, rendering.text if rendering else None)
    view = window_of(desk, session, writer, rendering)
    session.drawn = shape(view)
    return view


def shape(view: Block) -> list[Any]:
    """What a redrawn window would look like, whatever is typed into it: equal shapes need no redrawing."""
    return [
        (block["type"], block.get("block_id"), block.get("hint"), block.get("text"), len(block.get("elements") or ()))
        for block in view["blocks"]
    ]
