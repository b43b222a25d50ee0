from __future__ import annotations

import asyncio
import random

import pytest

from bot.marketplace import MarketError, for_people
from bot.marketplace.budget import BEFORE_A_POLL, PATIENCE, Budget, Urgency, urgency_now

from .virtual import in_no_time, now


async def turns(budget: Budget, count: int, urgency: Urgency = Urgency.LOOK) -> list[float]:
    """When each of `count` callers who all come at once gets its turn."""

    async def one() -> float:
        await budget.turn(urgency)
        return now()

    return sorted(await asyncio.gather(*(one() for _ in range(count))))


@pytest.mark.parametrize("pace", [1.0, 3.0, 50.0])
def test_no_second_holds_more_turns_than_allowed(pace: float) -> None:
    times = in_no_time(turns(Budget(pace), 200 if pace > 20 else int(pace * 25)))

    size = int(pace)
    assert all(later - earlier >= 1.0 - 1e-6 for earlier, later in zip(times, times[size:], strict=False))
    assert times[-1] <= len(times) / pace + 0.1


def test_a_pace_below_one_call_a_second_is_kept_too() -> None:
    assert in_no_time(turns(Budget(0.1), 3)) == pytest.approx([0.0, 10.0, 20.0])


def test_people_go_before_looks_and_looks_before_polls() -> None:
    async def story() -> list[Urgency]:
        budget, served = Budget(1.0), list[Urgency]()

        async def one(urgency: Urgency) -> None:
            await budget.turn(urgency)
            served.append(urgency)

        waiting = [Urgency.POLL, Urgency.LOOK, Urgency.POLL, Urgency.PERSON, Urgency.WRITE, Urgency.LOOK]
        await budget.turn(Urgency.POLL)
        await asyncio.gather(*(one(urgency) for urgency in waiting))
        return served

    assert in_no_time(story()) == sorted(
        [Urgency.POLL, Urgency.LOOK, Urgency.POLL, Urgency.PERSON, Urgency.WRITE, Urgency.LOOK]
    )


def test_a_poll_waits_for_so_many_looks_and_no_longer() -> None:
    async def story() -> tuple[int, list[float]]:
        budget, looked = Budget(10.0), 0

        async def looks_for_ever() -> None:
            nonlocal looked
            while True:
                await budget.turn(Urgency.LOOK)
                looked += 1

        lanes = [asyncio.create_task(looks_for_ever()) for _ in range(32)]
        await asyncio.sleep(3)
        looked = 0
        given = await turns(budget, 3, Urgency.POLL)
        seen = looked
        for lane in lanes:
            lane.cancel()
        return seen, given

    seen, given = in_no_time(story())

    # Those that waited already, and the turns of a second, which come all at once.
    assert BEFORE_A_POLL <= seen <= BEFORE_A_POLL + 32 + 2 * 10
    assert given[-1] - given[0] < 2


def test_a_persons_click_never_waits_for_a_poll() -> None:
    async def story() -> list[float]:
        budget = Budget(5.0)
        polls = [asyncio.create_task(budget.turn(Urgency.POLL)) for _ in range(100)]
        await asyncio.sleep(2)
        waits = []
        for urgency in (Urgency.WRITE, Urgency.PERSON):
            began = now()
            await budget.turn(urgency)
            waits.append(now() - began)
        for poll in polls:
            poll.cancel()
        return waits

    # The turns of a second come all at once.
    assert max(in_no_time(story())) <= 1.0


def test_equals_are_served_in_the_order_they_came() -> None:
    async def story() -> list[int]:
        budget, served = Budget(2.0), list[int]()

        async def one(number: int) -> None:
            await budget.turn(Urgency.LOOK)
            served.append(number)

        await asyncio.gather(*(one(number) for number in range(20)))
        return served

    assert in_no_time(story()) == list(range(20))


def test_nobody_waits_for_ever() -> None:
    async def story() -> tuple[list[BaseException | float], float]:
        budget = Budget(1.0)
        results = await asyncio.gather(*(turns(budget, 1) for _ in range(50)), return_exceptions=True)
        return [result if isinstance(result, BaseException) else result[0] for result in results], now()

    results, end = in_no_time(story())
    refused = [result for result in results if isinstance(result, MarketError)]

    assert 15 <= len(refused) <= 21
    assert all((error.sent, error.systemic) == ("no", True) for error in refused)
    assert end <= PATIENCE + 1


def test_who_gives_up_waiting_takes_no_turn() -> None:
    async def story() -> float:
        budget = Budget(1.0)
        await budget.turn(Urgency.LOOK)
        leavers = [asyncio.create_task(budget.turn(Urgency.WRITE)) for _ in range(10)]
        await asyncio.sleep(0.1)
        for task in leavers:
            task.cancel()
        await asyncio.gather(*leavers, return_exceptions=True)
        await budget.turn(Urgency.POLL)
        return now()

    assert in_no_time(story()) == pytest.approx(1.0)


def test_told_to_slow_down_everybody_pauses_as_long_as_asked() -> None:
    async def story() -> float:
        budget = Budget(50.0)
        assert budget.slow_down(7.0) == 7.0
        await budget.turn(Urgency.WRITE)
        return now()

    assert in_no_time(story()) == pytest.approx(7.0)


def test_without_a_hint_the_pause_grows_and_an_answer_ends_it() -> None:
    async def story() -> list[float]:
        budget, pauses = Budget(50.0), []
        for _ in range(7):
            pauses.append(budget.slow_down(None))
            await budget.turn(Urgency.LOOK)
        budget.answered()
        pauses.append(budget.slow_down(None))
        return pauses

    assert in_no_time(story()) == pytest.approx([1, 2, 4, 8, 16, 20, 20, 1])


def test_a_burst_of_complaints_is_one_complaint() -> None:
    async def story() -> list[float]:
        budget = Budget(50.0)
        pauses = [budget.slow_down(None) for _ in range(20)]
        await budget.turn(Urgency.LOOK)
        budget.answered()
        # At half the pace: the 26th turn has to wait.
        times = await turns(budget, 25)
        return [max(pauses), times[-2] - times[0], times[-1] - times[0]]

    longest, within, beyond = in_no_time(story())

    assert longest == pytest.approx(1.0)
    assert within == pytest.approx(0.0)
    assert beyond == pytest.approx(1.0)


def test_after_a_pause_one_call_a_second_asks_alone_until_one_is_served() -> None:
    async def story() -> list[float]:
        budget = Budget(50.0)
        budget.slow_down(3.0)
        asking = asyncio.create_task(turns(budget, 6))
        await asyncio.sleep(5.5)
        budget.answered()
        return await asking

    assert in_no_time(story()) == pytest.approx([3.0, 4.0, 5.0, 5.5, 5.5, 5.5])


def test_a_call_that_asked_alone_and_was_refused_says_nothing_of_the_pace() -> None:
    async def story() -> float:
        budget = Budget(50.0)
        budget.slow_down(1.0)
        for _ in range(5):
            await budget.turn(Urgency.LOOK)
            budget.slow_down(1.0)
        await budget.turn(Urgency.LOOK)
        budget.answered()
        served_at = now()
        return (await turns(budget, 25))[-1] - served_at

    assert in_no_time(story()) <= 1.0


def test_a_pause_nobody_can_wait_out_is_told_at_once() -> None:
    async def story() -> tuple[MarketError, float]:
        budget = Budget(50.0)
        budget.slow_down(120.0)
        with pytest.raises(MarketError) as caught:
            await budget.turn(Urgency.WRITE)
        return caught.value, now()

    error, at = in_no_time(story())

    assert at == 0.0
    assert error.retry_after == pytest.approx(120.0)


@pytest.mark.parametrize("allowed", [1.0, 5.0])
def test_the_pace_finds_what_a_stricter_marketplace_allows_and_people_barely_feel_it(allowed: float) -> None:
    """Thirty lanes ask without end while the marketplace takes `allowed` calls a second; people click all the while."""

    async def story() -> tuple[int, int, list[float]]:
        budget, chance = Budget(50.0), random.Random(7)
        last: list[float] = []
        asked = refused = 0

        def server() -> bool:
            nonlocal asked, refused
            asked += 1
            while last and last[0] <= now() - 1 + 1e-6:
                last.pop(0)
            if len(last) >= allowed:
                refused += 1
                return False
            last.append(now())
            return True

        async def call(urgency: Urgency) -> bool:
            try:
                await budget.turn(urgency)
            except MarketError:
                return False
            if server():
                budget.answered()
                return True
            budget.slow_down(None)
            return False

        async def lane() -> None:
            while now() < 600:
                if not await call(Urgency.LOOK):
                    await asyncio.sleep(2)

        async def person() -> float:
            await asyncio.sleep(chance.uniform(20, 590))
            clicked = now()
            for _ in range(100):
                if await call(Urgency.WRITE):
                    break
                await asyncio.sleep(1)
            return now() - clicked

        *_, waited = await asyncio.gather(*(lane() for _ in range(30)), asyncio.gather(*(person() for _ in range(60))))
        return asked, refused, sorted(waited)

    asked, refused, waited = in_no_time(story())

    assert waited[int(len(waited) * 0.95)] <= 10.0
    assert refused <= asked * 0.2
    assert asked - refused >= 600 * allowed * 0.5


def test_only_what_is_asked_inside_the_block_is_for_people() -> None:
    with for_people():
        assert urgency_now(Urgency.LOOK) is Urgency.PERSON
        assert urgency_now(Urgency.WRITE) is Urgency.WRITE
    assert urgency_now(Urgency.LOOK) is Urgency.LOOK
