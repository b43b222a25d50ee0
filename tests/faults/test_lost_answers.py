"""Answers that never come, or lie: what was executed is not executed again, and nobody is told a guess."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.desk import Wish
from bot.store import subjects
from sandbox.market import Entry
from tests.faults import checks, clicks
from tests.faults.nemesis import ACTIONS
from tests.journeys.house import House, open_ticket, running
from tests.journeys.test_promises import arrived_return

Fail = Callable[[House], None]

pytestmark = pytest.mark.timeout(600)


# So many lost answers make the bot leave the marketplace alone for a second at a time: reading back must outlast that.
READ_BACK_SECONDS = (0.05, 0.4, 2.0, 5.0)
LONGER = (*READ_BACK_SECONDS, 12.0)
LONG_ENOUGH = (*LONGER, 25.0)


async def acted_on(house: House, replies: int, closes: int, accepts: int) -> None:
    """Let people reply, close and accept, each on a card of its own."""
    world = house.market.world
    units = world.units_of(world.place_order("de"))
    tickets = [world.open_ticket(units[0], f"Frage {number}").id for number in range(replies + closes)]
    returns = [(await arrived_return(house)).id for _ in range(accepts)]
    await house.polled()
    people = [house.slack.person(name) for name in ("ana", "ben", "mira", "tomas")]

    async def work(number: int) -> None:
        person = people[number]
        for id in tickets[number:replies:4]:
            card = await house.shown(id)
            assert await clicks.writes(person, "support", card, "Reply", f"Antwort an {id}") is None
        for id in tickets[replies + number :: 4]:
            await person.presses("support", await house.shown(id), "Close")
        for id in returns[number::4]:
            await person.presses("returns", await house.shown(id, "arrived"), "Accept")

    await asyncio.gather(*(work(number) for number in range(4)))


def cut(house: House) -> None:
    house.market.faults.cut_after_execution(path=ACTIONS)


def error_after(house: House) -> None:
    house.market.faults.error(502, executes=True, path=ACTIONS)


def silence_after(house: House) -> None:
    house.market.faults.hang_after_execution(path=ACTIONS)


def anything(house: House) -> None:
    """Half are executed; of none does the answer tell."""
    house.market.faults.error(503, path=ACTIONS, probability=0.5)
    house.market.faults.cut_after_execution(path=ACTIONS, probability=0.5)
    house.market.faults.error(504, executes=True, path=ACTIONS)


def asked(house: House) -> list[Entry]:
    """What people's actions asked of the marketplace and reached it, each with a spoiled answer."""
    return [entry for entry in house.market.journal.entries if re.search(ACTIONS, entry.path)]


async def ended(house: House) -> tuple[Counter[tuple[str, str]], list[checks.Complaint]]:
    """How the actions ended, by kind and state, and what is wrong."""
    complaints = await checks.settled(house)
    return Counter((action.kind, action.state) for action in await checks.every_action()), complaints


@pytest.mark.parametrize(
    "fail", [cut, error_after, pytest.param(silence_after, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
async def test_what_was_executed_is_found_by_reading_and_never_sent_again(tmp_path: Path, fail: Fail) -> None:
    async with running(tmp_path, polls=False) as house:
        house.kontor.actions.read_back_seconds = LONG_ENOUGH
        fail(house)
        await acted_on(house, 30, 20, 25)
        states, complaints = await ended(house)

    assert complaints == [], checks.told(complaints)
    assert len(asked(house)) == 75
    assert states == {("ticket.reply", "done"): 30, ("ticket.close", "done"): 20, ("return.accept", "done"): 25}


async def test_what_was_not_executed_is_asked_of_a_person_or_offered_again(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        house.kontor.actions.read_back_seconds = LONGER
        house.market.faults.error(500, path=ACTIONS)
        await acted_on(house, 15, 10, 10)
        states, complaints = await ended(house)

    assert complaints == [], checks.told(complaints)
    assert asked(house) == []
    assert states == {
        ("ticket.reply", "needs_human"): 15,
        ("ticket.close", "released"): 10,
        ("return.accept", "released"): 10,
    }


@pytest.mark.parametrize("closer", ["a colleague", "customer service"])
async def test_a_close_that_was_lost_takes_no_credit_for_what_others_closed(tmp_path: Path, closer: str) -> None:
    async with running(tmp_path, polls=False) as house:
        house.kontor.actions.read_back_seconds = READ_BACK_SECONDS
        ticket = open_ticket(house)
        await house.polled()
        card = await house.shown(ticket.id)
        subject = f"ticket:main:{ticket.id}"
        house.market.faults.error(500, path=ACTIONS, next=1)
        await house.ana.presses("support", card, "Close")
        if closer == "a colleague":
            house.market.world.buyer_writes(ticket.id, "Noch eine Frage")
            await house.polled()
            await house.shown(ticket.id, "Noch eine Frage")
            # The card offers no second close meanwhile, but what somebody's Slack shows may be older.
            row = await subjects.find(subject)
            assert row
            assert row.version
            seen = f"close:{subject}:{row.version}"
            who = {"user_id": house.ben.id, "team_id": "", "heard": "old card"}
            assert not await house.kontor.actions.take(
                Wish("ticket.close", seen, subject, row.version, payload={}, **who)
            )
        else:
            house.market.world.customer_service_closes(ticket.id)
        await house.ended(subject)
        ended = {action.user_id: action for action in await house.kontor.actions.of(subject)}
        complaints = await checks.settled(house)

    lost = ended[house.ana.id]
    assert lost.state == "needs_human"
    assert lost.sentence
    assert ("Another of us" if closer == "a colleague" else "by customer service") in lost.sentence
    assert complaints == [], checks.told(complaints)


async def every_way(folder: Path, replies: int, closes: int, accepts: int) -> None:
    async with running(folder, polls=False) as house:
        house.kontor.actions.read_back_seconds = READ_BACK_SECONDS
        anything(house)
        await acted_on(house, replies, closes, accepts)
        states, complaints = await ended(house)

    requests = asked(house)
    done = sum(count for (_, state), count in states.items() if state == "done")
    lost = replies + closes + accepts
    print(f"\n  {lost} answers lost, {len(requests)} executed, {dict(states)}, {len(complaints)} complaints")
    assert complaints == [], checks.told(complaints)
    assert len({(entry.path, str(entry.body)) for entry in requests}) == len(requests)
    # While everything fails the marketplace is left alone: what cannot be read back in time is put before a person.
    unsure = sum(count for (_, state), count in states.items() if state == "needs_human")
    assert done <= len(requests) <= done + unsure
    assert sum(states.values()) == lost
    assert {state for _, state in states} == {"done", "needs_human", "released"}


async def test_of_answers_that_are_lost_in_every_way_none_leads_to_a_second_execution(tmp_path: Path) -> None:
    await every_way(tmp_path, 50, 20, 30)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_of_a_thousand_answers_that_are_lost_none_leads_to_a_second_execution(tmp_path: Path) -> None:
    await every_way(tmp_path, 500, 200, 300)
