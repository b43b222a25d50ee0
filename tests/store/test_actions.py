"""Actions: taken once, moved by one, sent at most once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from bot.domain.action import Action
from bot.domain.deeds import Deed, Today
from bot.domain.model import Money
from bot.store import actions, heard, subjects
from bot.store.actions import ENDS, MOVES, NewAction
from bot.store.errors import Unstorable

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]
ids = count(1)


def an_action(**fields: object) -> NewAction:
    base = NewAction(
        id=f"a{next(ids)}",
        key="reply:ticket:main:1:v1",
        kind="ticket.reply",
        subject="ticket:main:1",
        account="main",
        user_id="U1",
        team_id="T1",
        payload={"text": "Guten Tag", "channel": "C1", "thread_ts": None},
        seen_version="v1",
    )
    return replace(base, **fields)  # type: ignore[arg-type]


async def taken(now: datetime, **fields: object) -> str:
    new = an_action(**fields)
    assert (await actions.take(new, f"press:{new.id}", now)).fresh
    return new.id


async def row(id: str) -> Action:
    found = await actions.find(id)
    assert found is not None
    return found


async def settled(id: str, state: str, now: datetime, *, free_key: bool = False) -> bool:
    return await actions.settle(id, state, sentence="so it is", evidence=None, free_key=free_key, now=now)


async def at(state: str, now: datetime) -> str:
    """An action that has come to `state`."""
    waits = state in {"proposed", "declined"}
    id = await taken(now, key=f"key-{next(ids)}", proposed=waits, next_at=now + timedelta(minutes=30) if waits else now)
    if not waits and state not in {"taken", "withdrawn"}:
        assert await actions.claim(id, now)
    if state in {"sending", "needs_human", "done", "released"}:
        assert await actions.sending(id, 1, now)
    if state in ENDS:
        assert await settled(id, state, now)
    return id


# Taking


async def test_a_fresh_wish_is_an_action(now: datetime) -> None:
    new = an_action()

    took = await actions.take(new, "press:1", now)

    assert (took.fresh, took.repeated, took.id, took.user_id) == (True, False, new.id, "U1")
    assert await row(new.id) == Action(
        id=new.id,
        key=new.key,
        kind="ticket.reply",
        subject="ticket:main:1",
        account="main",
        user_id="U1",
        team_id="T1",
        payload={"text": "Guten Tag", "channel": "C1", "thread_ts": None},
        seen_version="v1",
        state="taken",
        taken_at=now,
        next_at=now,
        claimed_at=None,
        sent_at=None,
        ended_at=None,
        attempts=0,
        sentence=None,
        evidence=None,
        lasts_seconds=900,
    )


async def test_a_delivery_that_comes_again_takes_nothing(now: datetime) -> None:
    first = await actions.take(an_action(), "view:1", now)
    again = await actions.take(an_action(), "view:1", now)

    assert (again.fresh, again.repeated, again.id) == (False, True, first.id)
    assert len(await actions.latest(10)) == 1


async def test_who_was_faster_is_told(now: datetime) -> None:
    first = await actions.take(an_action(), "press:1", now)
    second = await actions.take(an_action(user_id="U2"), "press:2", now)

    assert (second.fresh, second.repeated, second.id, second.user_id) == (False, False, first.id, "U1")


async def test_who_was_slower_hears_the_same_when_the_delivery_comes_again(now: datetime) -> None:
    first = await actions.take(an_action(), "press:1", now)
    await actions.take(an_action(user_id="U2"), "press:2", now)
    await settled(first.id, "refused", now, free_key=True)

    again = await actions.take(an_action(user_id="U2"), "press:2", now)

    assert (again.fresh, again.repeated, again.user_id) == (False, False, "U1")


async def test_of_many_clicks_at_once_one_is_taken(now: datetime) -> None:
    wishes = [actions.take(an_action(user_id=f"U{n}"), f"press:{n}", now) for n in range(30)]

    took = await asyncio.gather(*wishes)

    (winner,) = [one for one in took if one.fresh]
    assert {one.id for one in took} == {winner.id}
    assert {one.user_id for one in took} == {winner.user_id}


async def test_of_many_deliveries_of_one_click_one_is_taken(now: datetime) -> None:
    took = await asyncio.gather(*(actions.take(an_action(), "press:1", now) for _ in range(30)))

    assert sum(one.fresh for one in took) == 1
    assert sum(one.repeated for one in took) == 29


async def test_a_freed_key_may_be_taken_again(now: datetime) -> None:
    first = await taken(now)
    await actions.claim(first, now)
    assert await settled(first, "refused", now, free_key=True)

    second = await taken(now)

    assert (await row(first)).key == f"reply:ticket:main:1:v1#{first}"
    assert (await row(second)).key == "reply:ticket:main:1:v1"


async def test_a_key_that_was_used_up_is_never_taken_again(now: datetime) -> None:
    first = await taken(now)
    await actions.claim(first, now)
    await actions.sending(first, 1, now)
    await settled(first, "done", now)

    assert not (await actions.take(an_action(user_id="U2"), "press:2", now)).fresh


@pytest.mark.parametrize(
    "fields", [{"key": "k" * 513}, {"key": ""}, {"id": "i" * 65}, {"payload": {"n": float("nan")}}]
)
async def test_what_cannot_be_kept_is_not_taken(now: datetime, fields: dict[str, object]) -> None:
    with pytest.raises(Unstorable):
        await actions.take(an_action(**fields), "press:1", now)

    assert await actions.latest(10) == []
    assert (await actions.take(an_action(), "press:1", now)).fresh


async def test_the_deliveries_of_actions_are_never_forgotten(now: datetime) -> None:
    await actions.take(an_action(), "press:1", now)
    await heard.first_time("event:1", now)

    assert await heard.forget_before(now + timedelta(days=400)) == 1
    assert (await actions.take(an_action(), "press:1", now)).repeated


# Moving


async def back(id: str, now: datetime) -> bool:
    """To taken again, by whichever way there is."""
    return await actions.postpone(id, now, state="taken", now=now) or await actions.approve(id, "U2", now)


MOVERS: dict[str, Callable[[str, datetime], object]] = {
    "claimed": actions.claim,
    "taken": lambda id, now: back(id, now),
    "proposed": lambda id, now: actions.propose(id, 1, now + timedelta(minutes=30), sentence="so much", now=now),
    "sending": lambda id, now: actions.sending(id, 1, now),
    **{state: lambda id, now, state=state: settled(id, state, now) for state in sorted(ENDS)},  # type: ignore[misc]
}


@pytest.mark.parametrize("start", list(MOVES))
async def test_an_action_moves_only_as_the_table_says(start: str, now: datetime) -> None:
    for target, move in MOVERS.items():
        id = await at(start, now)
        moved = bool(await move(id, now))  # type: ignore[misc]
        assert moved == (target in MOVES[start]), f"{start} -> {target}"
        assert (await row(id)).state == (target if moved else start)


def test_nothing_that_may_have_been_sent_is_sent_again() -> None:
    assert "sending" not in MOVES["sending"]
    assert actions.before("sending") == ["claimed"]
    assert not any("taken" in MOVES[state] or "claimed" in MOVES[state] for state in ENDS)


@pytest.mark.parametrize(
    ("start", "move"),
    [
        ("taken", actions.claim),
        ("claimed", lambda id, now: actions.sending(id, 1, now)),
        ("claimed", lambda id, now: actions.release_claim(id, 1, now)),
        ("taken", lambda id, now: actions.withdraw(id, "U1", sentence="no", now=now)),
        ("proposed", lambda id, now: actions.approve(id, "U2", now)),
        ("proposed", lambda id, now: actions.decline(id, "U2", sentence="no", now=now)),
        ("sending", lambda id, now: settled(id, "done", now)),
        ("needs_human", lambda id, now: settled(id, "released", now, free_key=True)),
    ],
)
async def test_of_racers_one_wins(start: str, move: Callable[[str, datetime], object], now: datetime) -> None:
    id = await at(start, now)

    outcomes = await asyncio.gather(*(move(id, now) for _ in range(10)))  # type: ignore[call-overload]

    assert sum(bool(outcome) for outcome in outcomes) == 1


async def test_a_refusal_and_a_send_cannot_both_win(now: datetime) -> None:
    for _ in range(20):
        id = await at("claimed", now)
        sends, refused = await asyncio.gather(actions.sending(id, 1, now), settled(id, "expired", now))
        assert sends + refused == 1


async def test_a_claim_counts_the_attempt_and_gives_the_row(now: datetime, later: Later) -> None:
    id = await taken(now)

    claimed = await actions.claim(id, later(1))

    assert claimed is not None
    assert (claimed.state, claimed.attempts, claimed.claimed_at) == ("claimed", 1, later(1))


async def test_a_postponed_action_is_not_to_be_had_before_its_time(now: datetime, later: Later) -> None:
    id = await taken(now)
    await actions.claim(id, now)
    assert await actions.postpone(id, later(30), state="taken", now=now)

    assert await actions.due(later(29), 10) == []
    assert await actions.claim(id, later(29)) is None
    assert await actions.due(later(30), 10) == [id]
    again = await actions.claim(id, later(30))
    assert again is not None
    assert again.attempts == 2


async def test_an_action_whose_answer_was_lost_is_only_read_back_later(now: datetime, later: Later) -> None:
    id = await at("sending", now)
    assert await actions.postpone(id, later(4), state="sending", now=now)

    assert await actions.due(later(3), 10) == []
    assert await actions.due(later(4), 10) == [id]
    assert (await row(id)).sent_at == now
    assert not await actions.sending(id, 1, later(4))
    assert await actions.claim(id, later(4)) is None


async def test_what_was_certainly_not_executed_may_be_sent_again(now: datetime, later: Later) -> None:
    id = await at("sending", now)
    assert await actions.postpone(id, later(2), state="taken", now=now)

    assert (await row(id)).sent_at is None
    assert await actions.claim(id, later(2))
    assert await actions.sending(id, 2, later(3))


async def test_only_what_is_under_way_is_postponed(now: datetime, later: Later) -> None:
    assert not await actions.postpone(await at("claimed", now), later(1), state="sending", now=now)
    assert not await actions.postpone(await at("done", now), later(1), state="taken", now=now)
    with pytest.raises(ValueError, match="postponed"):
        await actions.postpone(await at("claimed", now), later(1), state="done", now=now)


async def test_a_given_back_claim_is_due_at_once(now: datetime, later: Later) -> None:
    id = await at("claimed", now)

    assert await actions.release_claim(id, 1, later(5))
    assert await actions.due(later(5), 10) == [id]


async def test_an_end_is_told_and_stays(now: datetime, later: Later) -> None:
    id = await at("sending", now)
    assert await actions.settle(
        id, "needs_human", sentence="x" * 5000, evidence="seen at 09:31", free_key=False, now=later(60)
    )

    found = await row(id)
    assert (found.state, found.ended_at, found.evidence, found.next_at) == (
        "needs_human",
        later(60),
        "seen at 09:31",
        None,
    )
    assert len(found.sentence or "") == 2000


async def test_no_action_ends_as_something_else(now: datetime) -> None:
    with pytest.raises(ValueError, match="ends as sending"):
        await settled(await at("claimed", now), "sending", now)


async def test_a_claim_that_was_given_back_gives_no_right_to_send_to_who_had_it(now: datetime, later: Later) -> None:
    id = await at("claimed", now)
    assert await actions.release_claim(id, 1, later(60))
    assert await actions.claim(id, later(61))

    assert not await actions.sending(id, 1, later(62))
    assert not await actions.release_claim(id, 1, later(62))
    assert await actions.sending(id, 2, later(62))


async def test_a_claim_and_a_send_that_nobody_finished_are_due_again(now: datetime, later: Later) -> None:
    claimed, sent = await at("claimed", now), await at("sending", now)

    assert await actions.due(later(39), 10) == []
    assert await actions.due(later(60), 10) == [sent, claimed]


# A second person, and second thoughts


async def test_a_proposal_is_only_executed_after_somebodys_yes(now: datetime, later: Later) -> None:
    id = await at("proposed", now)

    assert await actions.claim(id, later(3600)) is None
    assert not await actions.postpone(id, later(1), state="taken", now=now)
    assert await actions.approve(id, "U2", later(60))
    approved = await row(id)
    assert (approved.state, approved.approved_by, approved.approved_at) == ("taken", "U2", later(60))
    assert await actions.claim(id, later(60))


async def test_a_yes_that_comes_too_late_is_none(now: datetime, later: Later) -> None:
    id = await at("proposed", now)

    assert not await actions.approve(id, "U2", later(1800))
    assert await actions.due(later(1800), 10) == [id]
    assert await actions.lapse(id, sentence="nobody decided", now=later(1801))
    assert not await actions.approve(id, "U2", later(60))


async def test_an_approved_action_is_as_young_as_its_approval(now: datetime, later: Later) -> None:
    id = await at("proposed", now)
    await actions.approve(id, "U2", later(1700))

    assert (await row(id)).expires_at == later(1700 + 900)


async def test_a_yes_and_a_no_cannot_both_win(now: datetime) -> None:
    for _ in range(20):
        id = await at("proposed", now)
        yes, no, back_ = await asyncio.gather(
            actions.approve(id, "U2", now),
            actions.decline(id, "U3", sentence="no", now=now),
            actions.withdraw(id, "U1", sentence="back", now=now),
        )
        # What was approved can still be taken back until it is executed.
        assert (yes + no == 1 and not back_) or (back_ and not no) or (back_ and not yes)
        assert (await row(id)).state == ("withdrawn" if back_ else "taken" if yes else "declined")


async def test_what_is_taken_back_frees_its_key_and_is_never_executed(now: datetime) -> None:
    id = await taken(now, next_at=now + timedelta(seconds=20))
    assert await actions.withdraw(id, "U1", sentence="back", now=now)

    assert await actions.claim(id, now + timedelta(seconds=30)) is None
    assert (await actions.take(an_action(), "press:again", now)).fresh


async def test_what_is_being_executed_is_not_taken_back(now: datetime) -> None:
    for state in ("claimed", "sending", "done"):
        assert not await actions.withdraw(await at(state, now), "U1", sentence="back", now=now)


async def test_of_an_execution_and_a_withdrawal_one_wins(now: datetime) -> None:
    for _ in range(20):
        id = await at("taken", now)
        claimed, back_ = await asyncio.gather(
            actions.claim(id, now), actions.withdraw(id, "U1", sentence="back", now=now)
        )
        assert bool(claimed) != back_


# What was spent


async def test_what_somebody_asked_for_since_comes_with_what_colleagues_agreed_to_and_with_the_parts(
    now: datetime, later: Later
) -> None:
    async def asked(kind: str, seconds: float, user: str = "U1", yes: str | None = None) -> str:
        return await taken(later(seconds), key=f"key-{next(ids)}", kind=kind, user_id=user, approved_by=yes)

    await asked("unit.price", -1)
    first = await asked("unit.price", 0)
    await asked("unit.price", 1, "U2")
    approved = await asked("unit.bulk", 2, "U2", "U3")
    part = await asked("unit.part", 3, "U2")
    await asked("unit.stock", 4)
    last = await asked("unit.bulk", 5)

    found = await actions.since(now, "U1", ("unit.price", "unit.bulk"))
    alone = await actions.since(now, "U1", ("unit.price",))

    assert [action.id for action in found] == [first, approved, part, last]
    assert [action.id for action in alone] == [first]


async def spent(now: datetime, minor: int, state: str = "done", **fields: object) -> str:
    deed = Deed("order.refund", Money(minor, str(fields.pop("currency", "EUR"))))
    id = await taken(now, key=f"key-{next(ids)}", kind="order.refund", deed=deed, **fields)
    if state != "taken":
        await actions.claim(id, now)
        await actions.sending(id, 1, now)
    if state not in {"taken", "sending"}:
        await settled(id, state, now)
    return id


async def test_what_may_have_gone_out_today_counts(now: datetime, later: Later) -> None:
    deed = Deed("order.refund", Money(1, "EUR"))
    since = later(-3600)
    await spent(later(-7200), 1)
    await spent(now, 10)
    await spent(now, 200, "sending", user_id="U2")
    await spent(now, 4000, "needs_human")
    await spent(now, 50_000, "released")
    await spent(now, 600_000, currency="CZK")
    waiting = await spent(now, 7_000_000, "taken")

    mine, other = frozenset({"U1"}), frozenset({"U2", "U1"})
    assert await actions.today(deed, mine, since) == Today(3, 4010, 4210)
    assert await actions.today(deed, other, since) == Today(4, 4210, 4210)
    assert await actions.today(deed, mine, since, coming=True) == Today(4, 7_004_010, 7_004_210)
    assert await actions.today(deed, mine, since, coming=True, but=waiting) == Today(3, 4010, 4210)
    assert await actions.today(Deed("order.cancel"), mine, since) == Today()


async def test_nothing_is_sent_for_more_than_was_spent_when_the_roles_said_yes(now: datetime) -> None:
    deed = Deed("order.refund", Money(10, "EUR"))
    id = await taken(now, kind="order.refund", deed=deed)
    await actions.claim(id, now)
    seen = actions.Spending(deed, frozenset({"U1"}), now - timedelta(hours=1), Today())
    await spent(now, 5)

    assert not await actions.sending(id, 1, now, unless=seen)
    assert (await row(id)).state == "claimed"
    assert await actions.sending(id, 1, now, unless=replace(seen, seen=Today(1, 5, 5)))


async def test_of_many_who_send_at_once_none_overlooks_another(now: datetime) -> None:
    """Each may send only while nothing is spent: so one does."""
    deed = Deed("order.refund", Money(10, "EUR"))
    claimed = [await taken(now, key=f"key-{next(ids)}", kind="order.refund", deed=deed) for _ in range(8)]
    for id in claimed:
        assert await actions.claim(id, now)
    seen = actions.Spending(deed, frozenset({"U1"}), now - timedelta(hours=1), Today())

    sent = await asyncio.gather(*(actions.sending(id, 1, now, unless=seen) for id in claimed))

    assert sum(sent) == 1


# Asking


async def test_due_gives_the_longest_waiting_first(now: datetime, later: Later) -> None:
    newer, older = await at("taken", later(2)), await at("taken", later(1))
    lost = await at("sending", now)
    await at("claimed", now)
    await at("done", now)
    await actions.postpone(lost, now, state="sending", now=now)

    assert await actions.due(later(5), 10) == [lost, older, newer]
    assert await actions.due(later(5), 1) == [lost]


async def test_unfinished_is_what_a_dead_process_may_have_left(now: datetime) -> None:
    left = [await at(state, now) for state in ("taken", "claimed", "sending")]
    for state in ENDS:
        await at(state, now)

    assert sorted(found.id for found in await actions.unfinished()) == sorted(left)


async def test_questions_for_people_are_found(now: datetime) -> None:
    await at("done", now)
    unsure = await at("needs_human", now)

    assert [found.id for found in await actions.needs_human()] == [unsure]


async def test_the_actions_of_a_subject_come_oldest_first(now: datetime, later: Later) -> None:
    second = await taken(later(1), key="b", subject="ticket:main:2")
    first = await taken(now, key="a", subject="ticket:main:2")
    await taken(now, key="c", subject="ticket:main:3")

    assert [found.id for found in await actions.for_subject("ticket:main:2")] == [first, second]


async def test_the_latest_come_newest_first(now: datetime, later: Later) -> None:
    made = [await taken(later(n), key=f"k{n}") for n in range(4)]

    assert [found.id for found in await actions.latest(3)] == made[:0:-1]


async def test_an_unknown_id_is_nothing(now: datetime) -> None:
    assert await actions.find("nobody") is None
    assert await actions.claim("nobody", now) is None


async def test_what_a_card_tells_of_is_marked_by_the_commit_that_makes_it_so(now: datetime, later: Later) -> None:
    proposal = await at("proposed", now)
    assert set(await subjects.due(now, 10)) == {"ticket:main:1", f"approval:main:{proposal}"}
    for key in await subjects.due(now, 10):
        await subjects.failed(key, 1, tries=1, look_at=None, rest_reason=None)

    assert await actions.decline(proposal, "U2", sentence="No.", now=later(1))
    assert set(await subjects.due(later(1), 10)) == {"ticket:main:1", f"approval:main:{proposal}"}


async def test_an_action_that_nobody_had_to_agree_to_gets_no_card_of_its_own(now: datetime) -> None:
    await at("done", now)
    assert await subjects.due(now, 10) == ["ticket:main:1"]


async def test_what_a_claimed_action_became_is_marked_too(now: datetime, later: Later) -> None:
    id = await at("claimed", now)
    assert await subjects.due(now, 10) == []
    claimed = await row(id)
    assert await actions.propose(id, claimed.attempts, later(900), sentence="Ask somebody.", now=now)
    assert set(await subjects.due(now, 10)) == {"ticket:main:1", f"approval:main:{id}"}
