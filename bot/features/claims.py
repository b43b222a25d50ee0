"""Who has a ticket: claim, hand over, release. Everybody sees it on the card; nobody is locked out by it."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards.clicks import Press, read_click, read_press
from bot.cards.tickets import CLAIM, HAND_OVER, RELEASE
from bot.desk import Desk, ref_of
from bot.domain.deeds import Deed
from bot.store import claims


def register(app: AsyncApp, prefix: str) -> None:
    app.action(CLAIM)(claimed)
    app.action(RELEASE)(released)
    app.action(HAND_OVER)(handed_over)


async def claimed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    click = read_click(press.value)
    if click is None:
        await ack()
        return
    said = await _refusal(desk, press, click.subject)
    if not said:
        claim = await claims.take(click.subject, press.user_id, desk.now())
        said = "" if claim.user_id == press.user_id else f"<@{claim.user_id}> was faster and has this ticket."
    await ack()
    await _tell(desk, press, click.subject, said)


async def released(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    click = read_click(press.value)
    if click is None:
        await ack()
        return
    said = await _refusal(desk, press, click.subject)
    if not said and not await claims.release(click.subject):
        said = "Nobody had this ticket any more."
    await ack()
    await _tell(desk, press, click.subject, said)


async def handed_over(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """A menu of people carries no value: what it is about stands in the name of its row."""
    press = read_press(body)
    subject = str(action.get("block_id") or "").removeprefix(f"{CLAIM}:")
    to = str(action.get("selected_user") or "")
    if not to or subject.count(":") != 2:
        await ack()
        return
    said = await _refusal(desk, press, subject)
    if not said and await desk.refusal_at_click(to, None, Deed(CLAIM, subject=subject)):
        said = f"<@{to}> may not work on tickets here, so it stays where it was."
    if not said:
        await claims.give(subject, to, desk.now())
    await ack()
    await _tell(desk, press, subject, said)
    if not said and to != press.user_id and press.channel:
        told = f"<@{press.user_id}> handed ticket {ref_of(subject)} over to you."
        await desk.board.whisper(press.channel, to, told, press.thread_ts)


async def _refusal(desk: Desk, press: Press, subject: str) -> str:
    return await desk.refusal_at_click(press.user_id, press.team_id, Deed(CLAIM, subject=subject)) or ""


async def _tell(desk: Desk, press: Press, subject: str, said: str) -> None:
    await desk.marks.mark([subject], urgent=True)
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
