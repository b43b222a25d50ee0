"""The marketplace throttles, fails or is not there: it is left alone, and what waited is done as soon as it is back."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.marketplace import MarketError
from sandbox.market import Fault
from tests.faults import checks, clicks
from tests.journeys.house import House, open_ticket, running
from tests.journeys.test_promises import arrived_return

pytestmark = pytest.mark.timeout(600)

# What an outage costs before it is known to be one: five failures, and what was under way then. Being told to slow down
# is no outage: whoever was under way is told, and at each pause's end somebody asks again.
BEFORE_IT_IS_KNOWN = {0: 25, 500: 25, 503: 25, 429: 80}


async def left_alone(house: House, fault: Fault, seconds: float) -> int:
    """Let everybody ask for things for so long. Returns how many calls the fault struck."""
    known = [open_ticket(house, f"Frage {number}").id for number in range(10)]
    polls = house.kontor.polls
    # A poll that waits for its turn waits for half a minute.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await house.kontor.looks.mark([f"ticket:main:{id}" for id in known])
                for poll in (polls.tickets, polls.returns, polls.return_units):
                    await asyncio.gather(poll("main"), return_exceptions=True)
                await asyncio.sleep(0.05)
    return fault.struck


async def back(house: House) -> list[checks.Complaint]:
    """The marketplace works again; the longest back-off, five minutes, passes at once."""
    house.market.faults.switch_off()
    await house.pass_time(timedelta(minutes=6))
    await asyncio.sleep(1.5)
    async with asyncio.timeout(90):
        # A request that was under way while the time passed is too old, and then nobody asks for a while.
        while house.kontor.desk.market("main").trouble is not None:
            await asyncio.sleep(0.1)
            with suppress(MarketError):
                await house.polled()
    await house.polled()
    return await checks.settled(house)


@pytest.mark.parametrize(("status", "most"), [(0, 1.0), (500, 1.0), (503, 1.0), (429, 1.0)])
async def test_a_marketplace_in_trouble_gets_one_call_a_second_at_most(
    tmp_path: Path, status: int, most: float
) -> None:
    seconds = 7.0
    async with running(tmp_path, polls=False) as house:
        for _ in range(8):
            await arrived_return(house)
        await house.polled()
        faults = house.market.faults
        fault = {0: faults.down, 429: faults.too_many}.get(status, lambda: faults.error(status))()
        started = time.monotonic()
        asked = await left_alone(house, fault, seconds)
        took = time.monotonic() - started
        complaints = await back(house)

    print(f"\n  {asked} calls in {took:.0f} s of {status or 'no answer'}, {len(complaints)} complaints")
    assert asked <= BEFORE_IT_IS_KNOWN[status] + most * took
    assert complaints == [], checks.told(complaints)


async def test_what_people_asked_for_meanwhile_is_done_when_it_is_back(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        returns = [(await arrived_return(house)).id for _ in range(4)]
        tickets = [open_ticket(house, f"Frage {number}").id for number in range(4)]
        await house.polled()
        cards = [await house.shown(id) for id in tickets]
        for card in cards[:2]:
            await clicks.opens(house.ana, "support", card, "Reply")
            await house.ana.fills({"reply": f"Antwort auf {card.ts}"})
            house.market.faults.down()
            assert await house.ana.submits() is None
            house.market.faults.switch_off()
            await house.until(lambda: house.kontor.actions.lanes.busy == 0)
        house.market.faults.down()
        for card in cards[2:]:
            await house.ben.presses("support", card, "Close")
        for id in returns:
            await house.ben.presses("returns", await house.shown(id, "arrived"), "Accept")
        await asyncio.sleep(1.0)
        complaints = await back(house)
        states = {action.state for action in await checks.every_action()}

    assert complaints == [], checks.told(complaints)
    assert states == {"done"}
    assert len(house.market.journal.executed("PATCH", "/accept")) == len(returns)
    assert len(house.market.journal.executed("PATCH", "/close")) == 2


async def test_what_waited_too_long_is_not_done_late_and_its_person_is_told(tmp_path: Path) -> None:
    """Four hours without the marketplace: a click of then means nothing now."""
    async with running(tmp_path, polls=False) as house:
        item = await arrived_return(house)
        await house.polled()
        card = await house.shown(item.id, "arrived")
        house.market.faults.down()
        await house.ana.presses("returns", card, "Accept")
        await house.until(lambda: house.kontor.actions.lanes.busy == 0)
        await house.pass_time(timedelta(hours=4))
        complaints = await back(house)
        states = [action.state for action in await checks.every_action()]
        words = " ".join(message.words for message in house.ana.sees("returns", card) if message.only_for)

    assert states == ["expired"]
    assert house.market.journal.executed("PATCH", "/accept") == []
    assert complaints == [], checks.told(complaints)
    assert "It waited too long and was not sent" in words


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_three_minutes_of_429_lose_nothing_and_cost_few_calls(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        fault = house.market.faults.too_many()
        asked = await left_alone(house, fault, 180.0)
        complaints = await back(house)

    print(f"\n  {asked} calls in three minutes of 429")
    assert asked <= 60
    assert complaints == [], checks.told(complaints)
