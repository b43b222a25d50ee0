"""What the windows about an order have in common: opened at once, filled with the fresh order, answered in one way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from slack_bolt.async_app import AsyncAck

from bot.cards.blocks import Block
from bot.cards.clicks import Press, read_click, read_submission
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.windows import TOO_OLD, Opened, read_opened
from bot.desk import Desk, account_of, ref_of
from bot.domain.action import Action
from bot.domain.deeds import LOOK, Deed
from bot.domain.model import Order
from bot.marketplace import MarketError
from bot.orderunits import Who

# Slack waits three seconds for an answer; the rest is for the way.
IN_TIME_SECONDS = 1.8

# Draws a window for the fresh order, or says why there is nothing to do.
Draw = Callable[[Order, tuple[Action, ...], Opened], Awaitable[dict[str, Any] | str]]


async def open_about_order(desk: Desk, press: Press, deed: Deed, title: str, draw: Draw) -> None:
    """Open a window about the order of a press. Whoever may not do `deed` is told instead."""

    async def drawn(opened: Opened) -> dict[str, Any] | str:
        order = await desk.market(account_of(opened.subject)).fetch_order(ref_of(opened.subject))
        return await draw(order, await desk.actions.of(opened.subject), opened)

    await open_about(desk, press, title, drawn, deed)


async def open_about(
    desk: Desk,
    press: Press,
    title: str,
    draw: Callable[[Opened], Awaitable[dict[str, Any] | str]],
    deed: Deed = LOOK,
) -> None:
    """Open a window about the subject of a press, filled by `draw`, which may say why there is none to fill."""
    click = read_click(press.value)
    if click is None:
        return
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, deed):
        if press.channel:
            await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    window = await desk.modals.open(press, loading_modal(title))
    if window is None:
        return
    opened = Opened(
        click.subject,
        press.user_id,
        int(desk.now().timestamp()),
        press.channel,
        press.thread_ts,
        {"draft": click.draft} if click.draft else {},
    )
    try:
        drawn = await draw(opened)
    except MarketError as error:
        drawn = str(error)
    if isinstance(drawn, str):
        await desk.modals.change(window, trouble_modal(title, drawn))
        await desk.marks.mark([click.subject], urgent=True)
        return
    await desk.modals.change(window, drawn)


async def submitted_by(
    ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk, field: str | None
) -> tuple[Opened, Who] | None:
    """Who submitted which window; None after they were told that it is too old, or not theirs."""
    who = read_submission(body)
    opened = read_opened(view, who.user_id, desk.now())
    if opened is None:
        if field:
            await ack(response_action="errors", errors={field: TOO_OLD})
        else:
            await ack(response_action="update", view=trouble_modal("Too old", TOO_OLD))
        return None
    return opened, Who(who.user_id, who.team_id or "", who.heard, opened.channel, opened.ts)


async def answer_with(
    ack: AsyncAck, desk: Desk, view: dict[str, Any], title: str, drawing: Coroutine[Any, Any, Block]
) -> None:
    """Let `drawing` be the next window, in the answer itself where it is ready in time.

    A window that is changed by a call of its own may be changed before Slack has read our answer, and then the answer
    wins. So the waiting window is only shown when there is something to wait for.
    """
    drawn = asyncio.ensure_future(drawing)
    done, _ = await asyncio.wait({drawn}, timeout=IN_TIME_SECONDS)
    if done:
        await ack(response_action="update", view=drawn.result())
        return
    await ack(response_action="update", view=loading_modal(title))
    desk.later(_shown(desk, str(view.get("id")), drawn))


async def _shown(desk: Desk, view_id: str, drawn: asyncio.Future[Block]) -> None:
    await desk.modals.change((view_id, ""), await drawn)
