"""Pushes that come twice, too late, in any order, or not at all, and pushes that nobody of the marketplace sent."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.faults import checks
from tests.faults.pushing import Sender
from tests.journeys.house import House, running
from tests.journeys.test_promises import arrived_return

pytestmark = pytest.mark.timeout(600)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Nothing is polled, so that only pushes lead to a look."""
    async with running(tmp_path, polls=False) as house:
        yield house


@pytest.fixture
def sender(house: House) -> Sender:
    return Sender(house.market, f"{house.url}/market/main/push")


async def some_returns(house: House, count: int) -> list[Any]:
    """Returns that have arrived, before anybody is subscribed to them."""
    house.market.faults.lose_pushes()
    found = [await arrived_return(house) for _ in range(count)]
    await house.market.errands.settled()
    house.market.faults.switch_off()
    return found


def fetched(house: House) -> int:
    """How often a return was fetched."""
    return house.market.traffic.count("GET", "/returns/{")


# Twice, and in any order


async def test_copies_of_a_push_at_the_same_time_are_one_look_and_one_card(house: House, sender: Sender) -> None:
    chance = random.Random(1)
    returns = await some_returns(house, 30)
    once = [sender.push(f"/returns/{item.id}/", event="return_new") for item in returns]
    copies = [push for push in once for _ in range(chance.randint(1, 50))]
    chance.shuffle(copies)
    statuses = await sender.send(copies)
    complaints = await checks.settled(house)

    print(f"\n  {len(copies)} copies of {len(once)} pushes, {fetched(house)} looks")
    assert set(statuses) == {204}
    assert complaints == [], checks.told(complaints)
    assert fetched(house) <= 1.2 * len(once)


async def test_pushes_that_overtake_each_other_end_with_what_is_so(house: House) -> None:
    house.market.faults.shuffle_pushes()
    house.market.faults.duplicate_pushes(2)
    await house.until(lambda: len(house.market.world.shop().subscriptions) == 15)
    items = [await arrived_return(house) for _ in range(25)]
    for item in items[::2]:
        house.market.world.accept(house.market.world.units_of_return(item)[0])
    await house.pass_time(timedelta(seconds=5))
    complaints = await checks.settled(house)

    assert complaints == [], checks.told(complaints)
    assert len(house.cards("returns")) >= len(items[1::2])


# Not at all


@pytest.mark.parametrize("probability", [0.3, 1.0])
async def test_pushes_that_are_lost_are_made_up_for_by_the_poll(house: House, probability: float) -> None:
    await house.until(lambda: len(house.market.world.shop().subscriptions) == 15)
    house.market.faults.lose_pushes(probability)
    items = [await arrived_return(house) for _ in range(20)]
    for item in items[::3]:
        house.market.world.repair(house.market.world.units_of_return(item)[0])
    await house.polled()
    complaints = await checks.settled(house)

    assert complaints == [], checks.told(complaints)
    assert len(house.cards("returns")) == len(items)


# Again, much later


async def test_replays_of_captured_pushes_are_taken_and_lead_to_no_look(house: House, sender: Sender) -> None:
    await replayed(house, sender, 20)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_ten_thousand_replays_of_captured_pushes_lead_to_no_look(house: House, sender: Sender) -> None:
    await replayed(house, sender, 400)


async def replayed(house: House, sender: Sender, times: int) -> None:
    returns = await some_returns(house, 25)
    captured = [sender.push(f"/returns/{item.id}/") for item in returns]
    await sender.send(captured)
    await checks.settled(house)
    before = fetched(house)
    await house.pass_time(timedelta(hours=3))
    statuses = await sender.send(captured * times)
    complaints = await checks.settled(house)

    assert statuses == [204] * len(captured) * times
    assert fetched(house) == before
    assert complaints == [], checks.told(complaints)


async def test_an_honest_push_that_is_twelve_hours_late_is_taken_and_one_of_the_future_is_not(
    house: House, sender: Sender
) -> None:
    (item,) = await some_returns(house, 1)
    future = sender.push(f"/returns/{item.id}/", age=-600)
    late = sender.push(f"/returns/{item.id}/", age=12 * 3600)
    statuses = await sender.send([future])
    nothing = await checks.judge(house)
    statuses += await sender.send([late])
    complaints = await checks.settled(house)

    assert statuses == [401, 204]
    assert [complaint.kind for complaint in nothing] == ["lost"]
    assert complaints == [], checks.told(complaints)


# Nobody sent it


async def test_forged_pushes_are_refused_and_leave_no_trace(house: House, sender: Sender) -> None:
    (item,) = await some_returns(house, 1)
    honest = sender.push(f"/returns/{item.id}/")
    stamp, signature = honest.headers["shop-timestamp"], honest.headers["shop-signature"]
    headers = [
        {},
        {"shop-timestamp": stamp},
        {"shop-signature": signature},
        {"shop-timestamp": "", "shop-signature": ""},
        {"shop-timestamp": stamp, "shop-signature": signature.upper() + "0"},
        {"shop-timestamp": stamp, "shop-signature": signature[:-1]},
        {"shop-timestamp": stamp, "shop-signature": "0" * 64},
        {"shop-timestamp": str(int(stamp) + 1), "shop-signature": signature},
        {"shop-timestamp": stamp, "shop-signature": signature[::-1]},
        {"shop-timestamp": "1e9", "shop-signature": signature},
        {"shop-timestamp": "9" * 5000, "shop-signature": signature},
        {"shop-timestamp": "-1", "shop-signature": signature},
        {"shop-timestamp": "NaN", "shop-signature": signature},
    ]
    forged = [type(honest)(honest.body, {**each, "content-type": "application/json"}) for each in headers]
    forged += [
        type(honest)(honest.body + b" ", honest.headers),
        type(honest)(b"", honest.headers),
        sender.signed(honest.body, stamp, "nobody's secret"),
        sender.signed(honest.body, stamp, ""),
    ]
    statuses = await sender.send(forged * 10)
    complaints = await checks.judge(house)

    assert set(statuses) == {401}
    assert fetched(house) == 0
    assert [complaint.kind for complaint in complaints] == ["lost"], "nobody has told the bot of the return"
