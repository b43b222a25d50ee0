"""Reports: asked for in a window or by a schedule, followed until they are made, read, drawn and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards import reports as cards
from bot.cards.clicks import Press, read_click, read_command, read_press, read_submission
from bot.cards.replies import loading_modal, trouble_modal
from bot.desk import ActionKind, Desk, account_of
from bot.domain.action import Action
from bot.domain.chart import chart_of
from bot.domain.clocks import zone_of
from bot.domain.deeds import RULES, at_all
from bot.domain.model import Report
from bot.domain.period import period
from bot.domain.report import GIVEN_UP, KINDS, SLOW, ReportWish, doubt, next_gap, read_wish, trouble
from bot.domain.reportsummary import read_summary
from bot.domain.reporttable import TableTrouble
from bot.domain.words import escaped
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.reportdesk import KIND, REQUEST, RequestReport, ask
from bot.reportreading import fetch, why_not
from bot.reportsharing import hang
from bot.store import reports
from bot.store.reports import PartRow
from bot.store.subjects import SubjectRow

__all__ = ["ACTIONS", "KIND", "look", "register"]

HELP = """*Reports*
• `/{p}report` ask for one: sales, bookings, cancellations, prices, offers …
• `/{p}report sales` opens the window with that report chosen
It takes the marketplace some minutes; the card here tells when it is there, with its file and a chart.
Reports that come by themselves stand in `rules/schedules.yaml`."""
# A report may have a file of 64 MB for each of nine storefronts.
MOST_KEPT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Progress:
    """One file at a look: how it is shown, when to look again (None for never), its bytes where they were read now."""

    part: cards.Part
    again: timedelta | None = None
    content: bytes | None = None

    def within(self, room: int) -> Progress:
        """The same without its bytes, where they are more than `room`."""
        return self if len(self.content or b"") <= room else replace(self, content=None)


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Follow every file of a report, read those that are made, and hang what they come to."""
    actions = {str(action.payload.get("part")): action for action in await desk.actions.of(row.key)}
    wish = next((wish for action in actions.values() if (wish := read_wish(action.payload))), None)
    if wish is None:
        return Seen(closed=True)
    progress = await _followed(desk, row, wish, actions)
    summaries = {each.part.storefront: each.part.summary for each in progress if each.part.summary}
    over = all(each.again is None for each in progress)
    first = next(iter(actions.values()))
    chart = chart_of(wish.kind, summaries, wish.days, asked=first.taken_at.date()) if over else None
    contents = {each.part.storefront: each.content for each in progress if each.content is not None}
    hung = await hang(desk, row, wish, chart, contents) if over else None
    card = cards.report_card(
        wish,
        [each.part for each in progress],
        asked_by=_asked_by(first),
        subject=row.key,
        chart=chart,
        chart_file=hung.picture if hung else None,
        over=over,
        note=hung.note if hung else None,
    )
    if over and hung and hung.over:
        await reports.over(row.key, desk.now())
    gaps = [each.again for each in progress if each.again is not None]
    again = min(gaps) if gaps else hung.again if hung else None
    return Seen(
        wanted=Wanted(card, str(first.payload.get("place") or desk.fallback()), urgent=row.priority == 0),
        state="over" if over else "being made",
        # It closes with its last look, so that the card hangs before its files are shared in its thread.
        closed=over and again is None and bool(row.ts),
        next_look=desk.now() + again if again is not None else None,
        title=wish.title,
    )


async def _followed(desk: Desk, row: SubjectRow, wish: ReportWish, actions: Mapping[str, Action]) -> list[Progress]:
    """Every file of the report. Of those read now, only as much is kept as memory can spare; the rest is fetched again
    when it is shared.
    """
    found: list[Progress] = []
    room = MOST_KEPT
    for part in wish.parts:
        found.append((await _follow(desk, row, wish, part, actions.get(part))).within(room))
        room -= len(found[-1].content or b"")
    return found


async def _follow(desk: Desk, row: SubjectRow, wish: ReportWish, part: str, action: Action | None) -> Progress:
    known = (await reports.of(row.key)).get(part) or PartRow(row.key, part)
    if known.summary is not None:
        return Progress(cards.Part(part, summary=read_summary(known.summary)))
    if known.problem is not None:
        return Progress(cards.Part(part, problem=known.problem))
    if known.remote_id is None:
        return await _not_asked(row, wish, part, action)
    try:
        report = await desk.market(row.account).fetch_report(known.remote_id)
    except MarketError as error:
        if not error.gone:
            raise
        return await _failed(row, wish, part, "The marketplace does not know this report any more.")
    if report.failed:
        said = f"The marketplace could not make it ({report.status}). Ask again."
        return await _failed(row, wish, part, said)
    if not report.ready:
        return await _wait(row, wish, part, report, known.asked_at or desk.now(), desk.now())
    return await _read(desk, row, wish, part, report)


async def _not_asked(row: SubjectRow, wish: ReportWish, part: str, action: Action | None) -> Progress:
    if action is None or action.under_way or action.proposed:
        words = "waits for a colleague's yes" if action and action.proposed else "is being asked for"
        return Progress(cards.Part(part, progress=f"The report {words}."), again=timedelta(minutes=1))
    said = action.sentence or "The marketplace was not asked. Ask again."
    asked_about = doubt(wish) if action.state == "refused" else ""
    return await _failed(row, wish, part, f"{said} {asked_about}".strip())


async def _failed(row: SubjectRow, wish: ReportWish, part: str, problem: str) -> Progress:
    await reports.not_made(row.key, part, account=row.account, slug=wish.slug, problem=problem)
    return Progress(cards.Part(part, problem=problem))


async def _wait(
    row: SubjectRow, wish: ReportWish, part: str, report: Report, asked_at: datetime, now: datetime
) -> Progress:
    age = now - asked_at
    gap = next_gap(age)
    if gap is None:
        said = f"The marketplace has not made it in {int(GIVEN_UP.total_seconds()) // 3600} hours. Ask again."
        return await _failed(row, wish, part, said)
    slow = " It takes longer than usual; I keep looking." if age >= SLOW else ""
    return Progress(cards.Part(part, progress=f"The marketplace is making it ({report.status}).{slow}"), again=gap)


async def _read(desk: Desk, row: SubjectRow, wish: ReportWish, part: str, report: Report) -> Progress:
    """It is made: read it. What lies at a foreign address is not fetched, what is no table is told."""
    try:
        found = await fetch(
            desk.market(row.account), report.url or "", kind=wish.kind, storefront=part, hosts=desk.papers.hosts
        )
    except MarketError as error:
        if error.systemic:
            raise
        return await _failed(row, wish, part, why_not(error))
    except TableTrouble as error:
        return await _failed(row, wish, part, why_not(error))
    await reports.read(row.key, part, found.summary.facts())
    return Progress(cards.Part(part, summary=found.summary), content=found.content)


def _asked_by(action: Action) -> str:
    return "By `rules/schedules.yaml`" if action.user_id == RULES else f"Asked for by <@{action.user_id}>"


# What people press


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}report")(asked)
    app.action(cards.CHOOSE)(chosen)
    app.view(cards.CALLBACK)(submitted)
    app.action(cards.AGAIN)(again_pressed)


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    press = read_command(command)
    await ack()
    word = press.value.lower()
    if word == "help":
        await respond(text=HELP.format(p=desk.command_prefix), response_type="ephemeral")
        return
    kind = next((code for code, kind in KINDS.items() if word and word in (code, kind.title.lower(), code[:-4])), None)
    if word and kind is None:
        said = f"`{escaped(word, 40)}` is no report. " + HELP.format(p=desk.command_prefix)
        await respond(text=said, response_type="ephemeral")
        return
    desk.later(open_window(desk, press, kind))


async def open_window(desk: Desk, press: Press, kind: str | None) -> None:
    opened = await desk.modals.open(press, loading_modal(cards.TITLE))
    if opened is None:
        return
    if said := await desk.refusal_at_click(press.user_id, press.team_id, at_all(REQUEST)):
        await desk.modals.change(opened, trouble_modal(cards.TITLE, said))
        return
    await desk.modals.change(opened, _window(desk, kind, press.channel or ""))


def _window(desk: Desk, kind: str | None, channel: str) -> dict[str, Any]:
    places = desk.papers.storefronts
    today = desk.now().astimezone(zone_of(next(iter(places.values()))[0])).date()
    return cards.ask_modal(kind, places, channel=channel, days=period("last week", today))


async def chosen(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """Another report was chosen: draw the window with what that one must be told."""
    await ack()
    view = body.get("view") or {}
    click = read_click(view.get("private_metadata", ""))
    if click is None:
        return
    kind = str((action.get("selected_option") or {}).get("value") or "")
    opened = (str(view.get("id") or ""), str(view.get("hash") or ""))
    desk.later(_change(desk, opened, _window(desk, kind, click.channel or "")))


async def _change(desk: Desk, opened: tuple[str, str], view: dict[str, Any]) -> None:
    await desk.modals.change(opened, view)


async def submitted(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """Acknowledged once the request is in the notebook."""
    asked, errors = cards.read_ask(view, desk.papers.storefronts)
    if asked is None:
        await ack(response_action="errors", errors=errors)
        return
    wish = asked.wish
    today = desk.now().astimezone(zone_of(wish.storefronts[0] if wish.storefronts else "de")).date()
    if told := trouble(wish, today):
        await ack(response_action="errors", errors={told[0]: told[1]})
        return
    who = read_submission(body)
    _, said = await ask(
        desk,
        asked.account,
        wish,
        user_id=who.user_id,
        team_id=who.team_id,
        channel=asked.channel or desk.fallback(),
        heard=who.heard,
    )
    if said:
        await ack(response_action="errors", errors={cards.KIND: said})
        return
    await ack()


async def again_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    """The same once more, after it failed."""
    press = read_press(body)
    click = read_click(press.value)
    actions = await desk.actions.of(click.subject) if click else ()
    wish = next((wish for action in actions if (wish := read_wish(action.payload))), None)
    said = "This report is too old. Use /report to ask for another."
    if click and wish and press.channel:
        _, said = await ask(
            desk,
            account_of(click.subject),
            wish,
            user_id=press.user_id,
            team_id=press.team_id,
            channel=press.channel,
            heard=press.heard,
        )
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


ACTIONS: Mapping[str, ActionKind] = {REQUEST: RequestReport()}
