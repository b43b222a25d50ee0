"""Returns: their card, the four decisions about a unit, and `/return`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.board import Wanted
from bot.cards import names
from bot.cards.blocks import Block, Card
from bot.cards.clicks import Click, Press, read_click, read_press
from bot.cards.decisions import FIELD, decision_modal, loading_title, read_decision
from bot.cards.due import rank_words
from bot.cards.replies import loading_modal, trouble_modal
from bot.cards.returns import (
    ACCEPT,
    CLARIFY,
    DECIDABLE,
    NOTHING_AROUND,
    REJECT,
    REPAIR,
    Around,
    photo_names,
    return_card,
)
from bot.cards.titles import return_title, return_words
from bot.cards.windows import Opened
from bot.commands import answer_lookup
from bot.countdowns import counted
from bot.desk import ActionKind, Desk, Market, Wish, account_of, subject_key
from bot.domain.action import Action
from bot.domain.countdown import STILL, Countdown
from bot.domain.model import Return
from bot.domain.routing import return_facts
from bot.domain.targets import return_clocks
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.orderwindows import submitted_by
from bot.store import handling, subjects
from bot.store.subjects import SubjectRow

KIND = "return"
UNIT_KIND = "return_unit"
# A ticket that a decision opened hangs by then, and can be linked.
LINK_AFTER = timedelta(seconds=15)
USAGE = "Use `/return 123456` with the number on the card."


async def look(desk: Desk, row: SubjectRow) -> Seen:
    item = await desk.market(row.account).fetch_return(int(row.ref))
    actions = await desk.actions.of(row.key)
    facts = return_facts(item, row.account, desk.now())
    route = desk.route(facts)
    arrived = _arrived(item, row, facts.now)
    handled = await handling.of(row.key, facts.now)
    clocks = return_clocks(desk.clocks(), arrived, item.storefront)
    countdown = await counted(desk.clocks(), row, clocks, facts, route, claimer=handled.claimed_by)
    links, unknown, unlinked = await _tickets(desk, row.account, item)
    around = Around(links, handled.remarks)
    card = _card(row.account, item, actions, countdown, rank_words(route.priority, route.tags), facts.now, around)
    return Seen(
        wanted=Wanted(card, route.channel, route.mention, urgent=row.priority == 0) if route.shown else None,
        storefront=item.storefront,
        state=item.status,
        version=item.version,
        closed=item.closed,
        due_at=countdown.due,
        next_look=_next_look(
            None if item.closed else countdown.next_look, facts.now + LINK_AFTER if unlinked else None
        ),
        facts={
            "updated": item.updated.isoformat(),
            **({"arrived": arrived.isoformat()} if arrived else {}),
        },
        reminders=countdown.reminders,
        also=unknown,
        priority=route.priority,
        tags=route.tags,
        title=return_title(item),
        words=return_words(item, route.tags),
        waits_since=arrived,
    )


def _next_look(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


async def _tickets(desk: Desk, account: str, item: Return) -> tuple[dict[str, str], tuple[str, ...], bool]:
    """Where the cards of the tickets about its units hang, by their ids; the keys of those nobody has looked at; and
    whether one is about to hang.

    Rejecting and asking open one: it is looked at now, and not at the next poll.
    """
    ids = {id: subject_key("ticket", account, id) for unit in item.units for id in unit.ticket_ids}
    rows = await subjects.find_many(list(ids.values())) if ids else {}
    links = {id: desk.link(row.channel, row.ts) or "" for id, key in ids.items() if (row := rows.get(key))}
    unknown = tuple(key for key in ids.values() if key not in rows)
    coming = any(row.posting or row.seen_at is None for row in rows.values() if not row.ts and not row.rest_reason)
    return {id: link for id, link in links.items() if link}, unknown, bool(unknown) or coming


async def look_at_unit(desk: Desk, row: SubjectRow) -> Seen:
    """A push may speak of a unit: find its return, which is what has a card."""
    unit = await desk.market(row.account).fetch_return_unit(int(row.ref))
    return Seen(state=unit.status, closed=True, also=(subject_key(KIND, row.account, unit.return_id),))


def _arrived(item: Return, row: SubjectRow, now: datetime) -> datetime | None:
    """When the parcel arrived (UTC), while our decision is open. Nobody says when: the earliest sign counts."""
    if item.fulfilled_by_kaufland or not any(unit.status == "return_arrived" for unit in item.units):
        return None
    noted = row.facts.get("arrived")
    if isinstance(noted, str):
        return datetime.fromisoformat(noted)
    return min(item.updated, now)


def _card(
    account: str,
    item: Return,
    actions: tuple[Action, ...],
    countdown: Countdown,
    rank: str,
    now: datetime,
    around: Around = NOTHING_AROUND,
) -> Card:
    key = subject_key(KIND, account, item.id)
    values = {unit.id: Click(key, unit.status, unit=unit.id).value() for unit in item.units}
    return return_card(
        item,
        values=values,
        value=Click(key, "").value(),
        countdown=countdown,
        rank=rank,
        now=now,
        actions=actions,
        around=around,
    )


# What people press


def register(app: AsyncApp, prefix: str) -> None:
    app.action(ACCEPT)(decided)
    app.action(REPAIR)(decided)
    app.action(REJECT)(words_wanted)
    app.action(CLARIFY)(words_wanted)
    app.view(REJECT)(words_given)
    app.view(CLARIFY)(words_given)
    app.command(f"/{prefix}return")(return_asked)


async def decided(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """Accept and Repair need no words: the confirm dialog has asked already."""
    press = read_press(body)
    click = read_click(press.value)
    if click is None or click.unit is None or press.channel is None:
        await ack()
        return
    said = await desk.refusal_at_click(press.user_id, press.team_id)
    if not said:
        wish = await _wish(desk, action["action_id"], click, press.user_id, press.team_id, press.heard, {})
        said = await desk.actions.take(wish(press.channel, press.thread_ts))
    await ack()
    if said:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def words_wanted(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    press = read_press(body)
    await ack()
    desk.later(open_decision(desk, press, action["action_id"]))


async def open_decision(desk: Desk, press: Press, kind: str) -> None:
    click = read_click(press.value)
    if click is None or click.unit is None or press.channel is None:
        return
    if refusal := await desk.refusal_at_click(press.user_id, press.team_id):
        await desk.board.whisper(press.channel, press.user_id, refusal, press.thread_ts)
        return
    title = loading_title(kind)
    opened = await desk.modals.open(press, loading_modal(title))
    if opened is None:
        return
    try:
        unit = await desk.market(account_of(click.subject)).fetch_return_unit(click.unit)
    except MarketError as error:
        await desk.modals.change(opened, trouble_modal(title, str(error)))
        return
    if unit.status not in DECIDABLE:
        await desk.modals.change(opened, trouble_modal(title, _no_longer(unit.status)))
        await desk.marks.mark([click.subject], urgent=True)
        return
    shown = Opened(
        click.subject,
        press.user_id,
        int(desk.now().timestamp()),
        press.channel,
        press.thread_ts,
        {"unit": unit.id, "seen": unit.status},
    )
    await desk.modals.change(opened, decision_modal(kind, unit, shown.metadata()))


async def words_given(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], desk: Desk) -> None:
    submitted = await submitted_by(ack, body, view, desk, FIELD)
    if submitted is None:
        return
    opened, who = submitted
    decision, errors = read_decision(view, opened)
    if decision is None:
        await ack(response_action="errors", errors=errors)
        return
    said = await desk.refusal_at_click(who.user_id, who.team_id)
    if not said:
        payload = {"message": decision.message}
        kind = str(view.get("callback_id"))
        wish = await _wish(desk, kind, decision.click, who.user_id, who.team_id, who.heard, payload)
        said = await desk.actions.take(wish(opened.channel, opened.ts))
    if said:
        await ack(response_action="errors", errors={FIELD: said})
        return
    await ack()


async def _wish(
    desk: Desk, kind: str, click: Click, user_id: str, team_id: str | None, heard: str, payload: Mapping[str, object]
) -> Callable[[str | None, str | None], Wish]:
    """One decision per unit and state: whoever is faster wins. A unit may come back to a state, hence the count."""
    earlier = [
        action
        for action in await desk.actions.of(click.subject)
        if action.state == "done" and (action.payload or {}).get("unit") == click.unit
    ]
    photos = photo_names((await handling.of(click.subject, desk.now())).remarks)

    def at(channel: str | None, thread_ts: str | None) -> Wish:
        return Wish(
            kind=kind,
            key=f"decide:{click.subject}:{click.unit}:{click.seen}:{len(earlier)}",
            subject=click.subject,
            seen=click.seen,
            user_id=user_id,
            team_id=team_id or "",
            payload={"unit": click.unit, **payload, **({"photos": photos} if photos else {})},
            heard=heard,
            channel=channel,
            thread_ts=thread_ts,
            summary=f"Decide unit {click.unit} with {len(photos)} photos: {', '.join(photos)}"[:300] if photos else "",
        )

    return at


async def return_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    async def draw(account: str, id: str) -> Card:
        item = await desk.market(account).fetch_return(int(id))
        actions = await desk.actions.of(subject_key(KIND, account, id))
        route = desk.route(return_facts(item, account, desk.now()))
        rank = rank_words(route.priority, route.tags)
        links, _, _ = await _tickets(desk, account, item)
        handled = await handling.of(subject_key(KIND, account, id), desk.now())
        return _card(account, item, actions, STILL, rank, desk.now(), Around(links, handled.remarks))

    await ack()
    desk.later(answer_lookup(desk, command, respond, kind=KIND, form=r"\d{1,18}", usage=USAGE, draw=draw))


# What is done


def _no_longer(status: str) -> str:
    state = names.RETURN_UNIT_STATES.get(status, names.spelled(status).lower())
    return f"This unit is now: {state}. Nothing was sent."


# States a unit may leave and enter again.
COMES_BACK_TO = frozenset({"return_in_clarification", "return_in_repair"})


@dataclass(frozen=True)
class Decide:
    """One decision about one return unit. `target` is the state that proves it was executed."""

    target: str
    call: Callable[[Market, int, str], Awaitable[None]]

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        unit = await desk.market(action.account).fetch_return_unit(_unit(action))
        if unit.fulfilled_by_kaufland:
            return "This order is fulfilled by Kaufland, which decides it. Nothing was sent."
        if unit.status != action.seen_version or unit.status not in DECIDABLE:
            return _no_longer(unit.status)
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        await self.call(desk.market(action.account), _unit(action), str(action.payload.get("message", "")))

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        unit = await desk.market(action.account).fetch_return_unit(_unit(action))
        if unit.status == self.target:
            return True
        if {self.target, unit.status} <= COMES_BACK_TO:
            # From repair to a question and back again: that it looks as before does not prove that nothing happened.
            return None
        return False if unit.status == action.seen_version else None

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def _unit(action: Action) -> int:
    unit = action.payload["unit"]
    assert isinstance(unit, int)
    return unit


ACTIONS: Mapping[str, ActionKind] = {
    ACCEPT: Decide("return_accepted", lambda market, unit, _: market.accept_return_unit(unit)),
    REJECT: Decide("return_rejected", lambda market, unit, message: market.reject_return_unit(unit, message)),
    CLARIFY: Decide("return_in_clarification", lambda market, unit, message: market.clarify_return_unit(unit, message)),
    REPAIR: Decide("return_in_repair", lambda market, unit, _: market.repair_return_unit(unit)),
}
