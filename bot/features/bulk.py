"""`/stock bulk`: a table of changes is given, checked, shown, and at a click sent batch by batch to the last offer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import failpoints
from bot.board import Wanted
from bot.bulkdesk import (
    BULK,
    KIND,
    PART,
    advance,
    all_ended,
    files_of,
    fresh_units,
    interrupted,
    offers_of,
    plan_of,
    problems_file,
    take_in,
    taken_parts,
)
from bot.cards import bulk as cards
from bot.cards.blocks import Block
from bot.cards.bulk import APPLY, DISCARD, GIVE, TITLE
from bot.cards.clicks import Press, read_command, read_press
from bot.cards.replies import trouble_modal
from bot.cards.windows import Opened
from bot.commands import says
from bot.desk import ActionKind, Desk, Wish, subject_key
from bot.domain import bulkresult
from bot.domain.action import Action
from bot.domain.bulkplan import BulkPlan, Planned
from bot.domain.bulkresult import CHANGED, SENT, Ended, facts_of, read_outcomes
from bot.domain.deeds import Deed, at_all
from bot.domain.offers import PRICE, RIGHTS, STOCK
from bot.domain.pricesteps import TOGETHER
from bot.domain.words import escaped
from bot.earlierprices import furthest_in
from bot.files import FileTrouble
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.orderwindows import submitted_by
from bot.store import bulks
from bot.store.bulks import BulkRow, PartRow
from bot.store.subjects import SubjectRow

# Fetching and checking take less than this.
LONGEST_CHECK = timedelta(minutes=10)
# How often to look whether a batch is on its way, should nobody say so; how soon while there is no card to hang files
# under; and how long to try that.
WATCH, SOON = timedelta(seconds=30), timedelta(seconds=1)
SHARE_FOR = timedelta(hours=1)
INTERRUPTED = "The check was interrupted, so nobody knows what is in the file. Give it once more."
GONE = "This table was discarded, or is not known here any more. Nothing was changed."


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}stock", matchers=[says("bulk")])(asked)
    app.view(GIVE)(given)
    app.action(APPLY)(apply_pressed)
    app.action(DISCARD)(discard_pressed)


# Giving it


async def asked(ack: AsyncAck, command: dict[str, Any], desk: Desk) -> None:
    press = read_command(command)
    await ack()
    desk.later(_open(desk, press))


async def _open(desk: Desk, press: Press) -> None:
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id, at_all(BULK)):
        await desk.modals.open(press, trouble_modal(TITLE, refusal))
        return
    opened = Opened(KIND, press.user_id, int(desk.now().timestamp()), press.channel)
    await desk.modals.open(press, cards.give_modal(desk.papers.storefronts, opened.metadata()))


async def given(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    """The table is noted before the window closes; fetching and checking it takes its time afterwards."""
    who = await submitted_by(ack, body, view, desk, cards.FILE)
    if who is None:
        return
    opened, person = who
    got, errors = cards.read_given(view)
    if got is None:
        await ack(response_action="errors", errors=errors)
        return
    if refusal := await desk.refusal_at_click(person.user_id, person.team_id, at_all(BULK)):
        await ack(response_action="errors", errors={cards.FILE: refusal})
        return
    file, account, storefront = got
    key = subject_key(KIND, account, secrets.token_hex(6))
    row = BulkRow(key, account, storefront, file.name[:200], person.user_id, person.team_id, opened.channel, desk.now())
    await bulks.add(row)
    await desk.marks.mark([key], urgent=True)
    await ack()
    desk.later(take_in(desk, row, file))


# The card


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """Send the next batch while there is one; tell what became of all of them after the last."""
    bulk = await bulks.find(row.key)
    if bulk is None:
        return Seen(wanted=None, closed=True)
    now = desk.now()
    if interrupted(bulk, now, LONGEST_CHECK):
        await bulks.failed(bulk.key, INTERRUPTED)
        bulk = replace(bulk, problem=INTERRUPTED)
    bulk = await advance(desk, bulk, await desk.actions.of(row.key))
    actions, plan = await desk.actions.of(row.key), plan_of(bulk)
    ended = await all_ended(bulk, actions) if bulk.ended_at else []
    untold = _tells(bulk, plan) and not await _told(desk, bulk, plan, ended, row)
    card = cards.bulk_card(_told_of(desk, bulk, plan, actions, ended), actions)
    over = bool(bulk.discarded_at or bulk.problem or bulk.ended_at) or (plan is not None and not plan.sendable)
    running = bulk.begun_at is not None and bulk.ended_at is None
    checking = bulk.at + LONGEST_CHECK if plan is None and bulk.problem is None else None
    return Seen(
        wanted=Wanted(card, bulk.channel or desk.fallback(), urgent=row.priority == 0),
        storefront=bulk.storefront,
        state="over" if over else "being sent" if running else "checked" if plan else "being checked",
        closed=over and not untold and not any(action.needs_human for action in actions),
        next_look=now + (WATCH if row.ts else SOON) if untold else now + WATCH if running else checking,
        title=f"{TITLE} from {bulk.name}"[:200],
    )


def _told_of(
    desk: Desk, bulk: BulkRow, plan: BulkPlan | None, actions: Sequence[Action], ended: Sequence[Ended]
) -> cards.Told:
    return cards.Told(
        key=bulk.key,
        name=bulk.name,
        user_id=bulk.user_id,
        command=f"/{desk.command_prefix}stock",
        plan=plan,
        problem=bulk.problem,
        discarded=bulk.discarded_at is not None,
        begun=bulk.begun_at is not None,
        over=bulk.ended_at is not None,
        sent=sum(not action.under_way for action in taken_parts(actions).values()),
        parts=bulk.parts,
        why=bulk.why or "",
        ended=ended,
    )


def _tells(bulk: BulkRow, plan: BulkPlan | None) -> bool:
    """Whether there are files to put into the thread that are not there yet."""
    return bulk.told_at is None and bool(bulk.ended_at or (plan and plan.problems))


async def _told(desk: Desk, bulk: BulkRow, plan: BulkPlan | None, ended: Sequence[Ended], row: SubjectRow) -> bool:
    """Put the files into the card's thread; False when that is to be tried again.

    They are noted as told afterwards: rather twice in the thread than no way back.
    """
    if not row.ts or not row.channel:
        return False
    files: Mapping[str, tuple[str, bytes]] = files_of(ended) if bulk.ended_at else {}
    if not files and plan is not None:
        files = {"problems.csv": ("Every line with a problem", problems_file(plan))}
    try:
        for name, (title, content) in files.items():
            await desk.files.share(row.channel, row.ts, name, content, title=title)
    except FileTrouble as error:
        if desk.now() - (bulk.ended_at or bulk.at) < SHARE_FOR:
            return False
        await desk.board.whisper(row.channel, bulk.user_id, f":warning: {escaped(str(error), 300)}", row.ts)
    failpoints.reach("bulk.shared")
    await bulks.told(bulk.key, desk.now())
    return True


# Change, or discard


async def apply_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    bulk = await bulks.find(press.value) if press.value.startswith(f"{KIND}:") else None
    plan = plan_of(bulk) if bulk else None
    said = ""
    if bulk is not None and plan is not None and plan.sendable:
        wish = _wish(bulk, plan, press, await _percent(desk, bulk, plan, press))
        said = await _refused(desk, press, plan, wish) or await desk.actions.take(wish)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if bulk is not None:
        await desk.marks.mark([bulk.key], urgent=True)


async def _percent(desk: Desk, bulk: BulkRow, plan: BulkPlan, press: Press) -> int:
    """How far prices jump, together with what the person changed about them of late."""
    if PRICE not in _kinds(plan):
        return plan.percent
    return max(plan.percent, await furthest_in(bulk.key, press.user_id, desk.now()))


async def _refused(desk: Desk, press: Press, plan: BulkPlan, wish: Wish) -> str:
    """Why they may not change, even one by one, what the table changes; empty when they may."""
    for kind in _kinds(plan):
        if said := await desk.refusal_at_click(press.user_id, press.team_id, at_all(kind)):
            return said
    together = wish.deed if wish.deed and (wish.deed.percent or 0) > plan.percent else None
    if together and (said := await desk.refusal_at_click(press.user_id, press.team_id, together)):
        return f"{said} {TOGETHER}"
    return ""


def _kinds(plan: BulkPlan) -> list[str]:
    """The rights a person needs for what the table changes, besides that to change it from a table."""
    return list(dict.fromkeys(RIGHTS.get(name, STOCK) for name in plan.fields))


def _wish(bulk: BulkRow, plan: BulkPlan, press: Press, percent: int) -> Wish:
    """Once for each table; how many offers it changes and how far prices jump is what the roles ask."""
    return Wish(
        kind=BULK,
        key=f"{BULK}:{bulk.key}",
        subject=bulk.key,
        seen=f"{plan.units}.{plan.percent}",
        user_id=press.user_id,
        team_id=press.team_id or "",
        payload={"units": plan.units},
        heard=press.heard,
        channel=press.channel,
        thread_ts=press.thread_ts,
        deed=Deed(BULK, count=plan.units, percent=percent, subject=bulk.key),
        summary=cards.summary(bulk.name, plan, percent)[:300],
    )


async def discard_pressed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    bulk = await bulks.find(press.value) if press.value.startswith(f"{KIND}:") else None
    said = await desk.refusal_at_click(press.user_id, press.team_id, at_all(BULK))
    if bulk is not None and not said:
        busy = any(action.under_way or action.proposed for action in await desk.actions.of(bulk.key))
        said = "It is being sent already." if busy or bulk.begun_at else None
        if not said:
            await bulks.discard(bulk.key, desk.now())
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)
    if bulk is not None:
        await desk.marks.mark([bulk.key], urgent=True)


# What is done


class StartBulk:
    """Let the batches of a table go out. The marketplace is asked nothing yet: each batch is an action of its own."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        bulk = await bulks.find(action.subject)
        plan = plan_of(bulk) if bulk else None
        if bulk is None or bulk.discarded_at is not None or plan is None or not plan.sendable:
            return GONE
        for kind in _kinds(plan):
            if said := await desk.refusal(action.user_id, action.team_id, at_all(kind)):
                return said
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        await bulks.begin(action.subject, action.user_id, action.team_id, desk.now())

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        bulk = await bulks.find(action.subject)
        return bulk is not None and bulk.begun_at is not None

    def again(self, action: Action) -> Sequence[Block]:
        return ()


class SendPart:
    """One batch: offers compared with what was shown, those still like it sent in one call, every answer kept."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        part = await _part(action)
        if part is None:
            return GONE
        rows = offers_of(part)
        fresh = await fresh_units(desk.market(action.account), rows)
        await bulks.became(action.subject, part.number, facts_of(bulkresult.chosen(rows, fresh)))
        failpoints.reach("bulk.compared")
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        part = await _part(action)
        if part is None:
            raise MarketError(GONE)
        outcomes = read_outcomes(part.outcomes)
        rows = _sent(offers_of(part), outcomes)
        if not rows:
            return
        changes = {row.unit: row.change for row in rows}
        answers = await desk.market(action.account).change_units(rows[0].storefront, changes)
        failpoints.reach("bulk.answered")
        await bulks.became(action.subject, part.number, facts_of(bulkresult.answered(outcomes, answers)))

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """The offers show it. Where only some do, twice the same picture says that no more is coming."""
        part = await _part(action)
        if part is None:
            return None
        rows, outcomes = offers_of(part), read_outcomes(part.outcomes)
        fresh = await fresh_units(desk.market(action.account), _sent(rows, outcomes))
        executed, found = bulkresult.read_back(rows, outcomes, fresh)
        reading = facts_of(found)
        if executed is None and reading == part.reading:
            executed = any(outcome.state == CHANGED for outcome in found.values()) or None
        if executed:
            await bulks.became(action.subject, part.number, reading)
        else:
            await bulks.seen(action.subject, part.number, reading)
        return executed

    def again(self, action: Action) -> Sequence[Block]:
        return ()


async def _part(action: Action) -> PartRow | None:
    return await bulks.part(action.subject, int(str(action.payload["part"])))


def _sent(rows: Sequence[Planned], outcomes: Mapping[int, bulkresult.Outcome]) -> list[Planned]:
    return [row for row in rows if (outcome := outcomes.get(row.unit)) and outcome.state == SENT]


ACTIONS: Mapping[str, ActionKind] = {BULK: StartBulk(), PART: SendPart()}
