from __future__ import annotations

import asyncio

import pytest

from bot.marketplace import MarketError
from bot.marketplace.breaker import FAILURES, Breaker

from .virtual import in_no_time

DOWN = MarketError("The marketplace does not answer: no connection.", systemic=True)
KEYS = MarketError("The marketplace does not know our keys.", status=401, systemic=True)


async def admitted(breaker: Breaker, seconds: float, outcome: MarketError) -> int:
    """How many calls get through in `seconds` while ten a second try, all with the same bad outcome."""
    count = 0
    turned_away: list[MarketError] = []
    end = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < end:
        try:
            breaker.admit()
        except MarketError as error:
            turned_away.append(error)
        else:
            count += 1
            (breaker.refused if outcome.about_keys else breaker.failed)(outcome)
        await asyncio.sleep(0.1)
    assert {(error.sent, error.systemic, str(error)) for error in turned_away} == {("no", True, str(outcome))}
    assert all(0 < (error.retry_after or 0) <= 60 for error in turned_away)
    return count


def test_a_dead_host_is_asked_once_a_second() -> None:
    async def story() -> int:
        return await admitted(Breaker("main"), 60, DOWN)

    assert in_no_time(story()) <= 60 + FAILURES


def test_refused_keys_are_tried_once_a_minute() -> None:
    async def story() -> int:
        return await admitted(Breaker("main"), 600, KEYS)

    assert in_no_time(story()) <= 11


def test_a_few_failures_shut_nobody_out() -> None:
    async def story() -> None:
        breaker = Breaker("main")
        for _ in range(20):
            for _ in range(FAILURES - 1):
                breaker.admit()
                breaker.failed(DOWN)
            breaker.well()
        breaker.admit()

    in_no_time(story())


def test_one_answer_opens_the_way_for_everybody() -> None:
    async def story() -> None:
        breaker = Breaker("main")
        breaker.refused(KEYS)
        assert breaker.reason == str(KEYS)
        with pytest.raises(MarketError):
            breaker.check()
        await asyncio.sleep(60)
        breaker.admit()
        with pytest.raises(MarketError):
            breaker.admit()
        breaker.well()
        for _ in range(100):
            breaker.admit()
        assert breaker.reason is None

    in_no_time(story())


def test_looking_uses_up_no_probe() -> None:
    async def story() -> None:
        breaker = Breaker("main")
        breaker.refused(KEYS)
        await asyncio.sleep(61)
        for _ in range(5):
            breaker.check()
        breaker.admit()

    in_no_time(story())
