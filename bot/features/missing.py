"""Missing invoices: a list that is looked at every hour, reminders while it is not empty, and `/invoice missing`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards import invoicewindow as windows
from bot.cards.clicks import Press, read_press
from bot.cards.missing import GIVE, missing_card
from bot.cards.replies import trouble_modal
from bot.commands import says
from bot.desk import Desk
from bot.domain.countdown import Countdown, count_down
from bot.domain.deeds import LOOK, at_all
from bot.domain.invoicebatch import UPLOAD
from bot.domain.missing import MissingRules, week_of
from bot.domain.words import escaped
from bot.invoicedesk import MISSING, Missing, find_missing
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.store import steps
from bot.store.subjects import SubjectRow

KIND = MISSING
EVERY = timedelta(hours=1)


async def look(desk: Desk, row: SubjectRow) -> Seen:
    rules, now = desk.papers.invoices().missing, desk.now()
    several = row.account if len(desk.markets) > 1 else None
    if rules is None or row.ref != week_of(now):
        look_back = rules.look_back if rules else 0
        card = missing_card((), {}, account=several, look_back=look_back, replaced=True)
        return Seen(wanted=_wanted(desk, card) if row.ts or row.posting else None, closed=True)
    missing = await find_missing(desk, row.account, rules.look_back)
    card = missing_card(missing.orders, missing.since, account=several, subject=row.key, look_back=rules.look_back)
    countdown = await _counted(desk, row, missing, rules, now)
    return Seen(
        wanted=_wanted(desk, card) if missing.orders or row.ts or row.posting else None,
        state=f"{len(missing.orders)} missing",
        closed=not missing.orders,
        due_at=countdown.due,
        next_look=min(now + EVERY, countdown.next_look or now + EVERY),
        reminders=countdown.reminders,
        title=f"{len(missing.orders)} sent orders without an invoice",
    )


def _wanted(desk: Desk, card: Any) -> Wanted:
    return Wanted(card, desk.papers.invoices().channel or desk.fallback())


async def _counted(desk: Desk, row: SubjectRow, missing: Missing, rules: MissingRules, now: datetime) -> Countdown:
    told = {key for key, step in (await steps.of(row.key)).items() if step.done}
    clocks = rules.clocks(missing.orders, missing.since, told)
    found = count_down(clocks, now, told, quiet=desk.clocks().quiet, fresh=not (row.ts or row.posting))
    await steps.told(row.key, found.passed, now)
    return found


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}invoice", matchers=[says("missing")])(missing_asked)
    app.action(GIVE)(give_pressed)


async def missing_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    desk.later(_answer(desk, command, respond))


async def _answer(desk: Desk, command: dict[str, Any], respond: AsyncRespond) -> None:
    if said := await desk.refusal_at_click(str(command.get("user_id")), command.get("team_id"), LOOK):
        await respond(text=said, response_type="ephemeral")
        return
    rules = desk.papers.invoices().missing or MissingRules()
    for account in desk.markets:
        try:
            missing = await find_missing(desk, account, rules.look_back)
        except MarketError as error:
            await respond(text=f":warning: {escaped(str(error), 500)}", response_type="ephemeral")
            continue
        several = account if len(desk.markets) > 1 else None
        card = missing_card(missing.orders, missing.since, account=several, look_back=rules.look_back)
        await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def give_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(_open(desk, press))


async def _open(desk: Desk, press: Press) -> None:
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(UPLOAD))
    channel = desk.papers.invoices().channel or desk.fallback()
    shown = channel if channel.startswith("#") else f"<#{channel}>"
    view = trouble_modal(windows.TITLE, said) if said else windows.give_modal(channel=shown)
    await desk.modals.open(press, view)
