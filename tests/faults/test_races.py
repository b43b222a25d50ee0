"""Many hands at once: whoever is faster is served, and nothing is done twice."""

from __future__ import annotations

import asyncio
import copy
import random
import time
from pathlib import Path

import pytest

from sandbox.slack import Person
from sandbox.slack.channels import Message
from sandbox.slack.outgoing import AppAnswer
from tests.faults import checks, clicks
from tests.journeys.house import House, open_ticket, running
from tests.journeys.test_promises import arrived_return

pytestmark = pytest.mark.timeout(600)

AT_ONCE = 40


async def raced(folder: Path, *, returns: int, tickets: int, clicks_each: int) -> None:
    """Everybody presses the same buttons on the same cards at once, as they looked before; Slack repeats some."""
    chance = random.Random(returns)
    started = time.monotonic()
    async with running(folder, polls=False) as house:
        # This is about who is first, not about how fast the machine is.
        house.slack.outgoing.ack_seconds = 60.0
        world = house.market.world
        accepted = [(await arrived_return(house)).id for _ in range(returns)]
        closed = [open_ticket(house, f"Frage {number}").id for number in range(tickets)]
        await house.polled()
        screens = [("returns", copy.deepcopy(await house.shown(id, "arrived")), "Accept") for id in accepted]
        screens += [("support", copy.deepcopy(await house.shown(id)), "Close") for id in closed]
        presses = screens * clicks_each
        chance.shuffle(presses)
        answers = await at_once(house, presses, chance)
        complaints = await checks.settled(house)
        states = [action.state for action in await checks.every_action()]
        accepts = house.market.journal.executed("PATCH", "/accept")
        closes = house.market.journal.executed("PATCH", "/close")
        now_closed = [world.ticket(id)[1].status for id in closed]

    seconds = time.monotonic() - started
    print(f"\n  {len(answers)} clicks on {len(screens)} cards, {len(accepts) + len(closes)} executed, {seconds:.0f} s")
    assert complaints == [], checks.told(complaints)
    assert [answer for answer in answers if not answer.ok] == []
    assert (len(accepts), len(closes)) == (returns, tickets)
    # A click that comes when all is done is checked against the fresh copy, and refused.
    assert states.count("done") == returns + tickets
    assert set(states) <= {"done", "refused"}
    assert set(now_closed) == {"seller_closed"}


async def at_once(house: House, presses: list[tuple[str, Message, str]], chance: random.Random) -> list[AppAnswer]:
    people: list[Person] = [house.slack.person(name) for name in ("ana", "ben", "mira", "tomas")]
    places = asyncio.Semaphore(AT_ONCE)
    answers: list[AppAnswer] = []

    async def press(channel: str, card: Message, label: str) -> None:
        async with places:
            answer = await chance.choice(people).presses(channel, card, label)
            assert answer is not None
            answers.append(answer)
            if chance.random() < 0.1:
                answers.append(await house.slack.outgoing.again(house.slack.outgoing.sent[-1]))

    await asyncio.gather(*(press(*each) for each in presses))
    return answers


async def test_of_a_thousand_clicks_each_card_hears_one(tmp_path: Path) -> None:
    await raced(tmp_path, returns=20, tickets=20, clicks_each=25)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_of_ten_thousand_clicks_each_card_hears_one(tmp_path: Path) -> None:
    await raced(tmp_path, returns=100, tickets=100, clicks_each=50)


async def test_of_windows_that_are_sent_at_the_same_time_one_answers_each_ticket(tmp_path: Path) -> None:
    """Two people write to the same buyer, both press Send, and Slack delivers each of it twice."""
    async with running(tmp_path, polls=False) as house:
        tickets = [open_ticket(house, f"Frage {number}") for number in range(15)]
        await house.polled()
        for ticket in tickets:
            card = copy.deepcopy(await house.shown(ticket.id))
            await asyncio.gather(*(written(house, person, card) for person in (house.ana, house.ben)))
            sent = [house.slack.outgoing.sent[-1], house.slack.outgoing.sent[-2]]
            await asyncio.gather(*(house.slack.outgoing.again(each) for each in sent))
        complaints = await checks.settled(house)
        replies = house.market.journal.executed("POST", "/messages")

    assert complaints == [], checks.told(complaints)
    assert len(replies) == len(tickets)


async def written(house: House, person: Person, card: Message) -> None:
    await clicks.writes(person, "support", card, "Reply", f"Antwort von {person.user.name} auf {card.ts}")
