"""Proposals: what is beyond somebody's limits hangs here until a colleague decides it."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.board import Wanted
from bot.cards.approvals import APPROVE, DECLINE, approval_card
from bot.cards.clicks import read_press
from bot.desk import Desk
from bot.domain.action import APPROVAL, Action
from bot.looks import Seen
from bot.store import subjects
from bot.store.subjects import SubjectRow

KIND = APPROVAL


async def look(desk: Desk, row: SubjectRow) -> Seen:
    action = await desk.actions.find(row.ref)
    if action is None:
        return Seen(closed=True)
    approvals = desk.approvals()
    channel = approvals.channel or await _where_it_was_asked(desk, action)
    waits = action.proposed or action.under_way
    return Seen(
        wanted=Wanted(approval_card(action), channel, approvals.mention, urgent=True),
        state=action.state,
        closed=not waits and not action.needs_human,
        due_at=action.next_at if action.proposed else None,
    )


async def _where_it_was_asked(desk: Desk, action: Action) -> str:
    """The channel the button was pressed in, or that of the card; a chat with the bot alone is no place to ask."""
    pressed = action.payload.get("channel")
    if isinstance(pressed, str) and not pressed.startswith("D"):
        return pressed
    about = await subjects.find(action.subject)
    return about.channel if about and about.channel else desk.fallback()


def register(app: AsyncApp, prefix: str) -> None:
    app.action(APPROVE)(approved)
    app.action(DECLINE)(declined)


async def approved(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    said = await desk.actions.approve(press.value, press.user_id, press.team_id)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def declined(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    said = await desk.actions.decline(press.value, press.user_id, press.team_id)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
