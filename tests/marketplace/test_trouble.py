"""When the whole account is in trouble: refused keys, a dead host, a wrong clock, and being told to slow down."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.marketplace import KauflandMarket, MarketError, for_people

from . import answers as a
from .virtual import NOW, a_market, answers, fails, in_no_time, now, ok

UNREACHABLE = httpx.ConnectError("refused")
UNIT = ok(a.a_return_unit())


# Trouble of the whole account


@pytest.mark.parametrize("name", ["invalid-credentials", "corrupted-signature", "inactive-account"])
def test_refused_keys_do_not_become_a_storm(name: str) -> None:
    handler, asked = answers(httpx.Response(401, json=a.a_problem(f"/problems/{name}")))

    async def story() -> list[MarketError]:
        market, errors = a_market(handler), []
        while now() < 600:
            errors.append(await fails(market, writing=len(errors) % 2 == 1))
            await asyncio.sleep(0.5)
        assert market.trouble == str(errors[0])
        return errors

    errors = in_no_time(story())

    assert len(asked) <= 11
    assert len({str(error) for error in errors}) == 1
    assert all(error.systemic and error.sent == "no" for error in errors)


def test_a_dead_host_is_asked_about_once_a_second_by_all_lanes_together() -> None:
    times: list[float] = []

    def handler(_: httpx.Request) -> httpx.Response:
        times.append(now())
        raise UNREACHABLE

    async def lane(market: KauflandMarket) -> None:
        while now() < 120:
            await fails(market)
            await asyncio.sleep(1)

    async def story() -> None:
        market = a_market(handler)
        await asyncio.gather(*(lane(market) for _ in range(32)))

    in_no_time(story())
    after_the_first = [at for at in times if at >= 2]

    assert len(after_the_first) <= 120
    assert len(times) - len(after_the_first) <= 40


def test_a_host_that_comes_back_is_found_within_a_second() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        if now() < 60:
            raise UNREACHABLE
        return UNIT

    async def story() -> float:
        market = a_market(handler)
        while True:
            try:
                await market.fetch_return_unit(7)
            except MarketError:
                await asyncio.sleep(0.5)
            else:
                assert market.trouble is None
                return now()

    assert in_no_time(story()) < 62


def test_one_bad_subject_does_not_shut_the_others_out() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500) if request.url.path.endswith("/13") else UNIT

    async def story() -> None:
        market = a_market(handler)
        for _ in range(20):
            with pytest.raises(MarketError):
                await market.fetch_return_unit(13)
            await market.fetch_return_unit(7)
        assert market.trouble is None

    in_no_time(story())


def test_a_wrong_clock_is_named_when_the_signature_is_refused() -> None:
    late = httpx.Response(
        401,
        json=a.a_problem("/problems/corrupted-signature"),
        headers={"date": "Sun, 01 Feb 2026 09:05:12 GMT"},
    )
    handler, _ = answers(late)
    market = a_market(handler)
    error = in_no_time(fails(market))

    assert "clock is 312 s behind the marketplace's" in str(error)
    assert market.clock_skew == pytest.approx(-312)


def test_a_clock_that_is_nearly_right_is_not_named() -> None:
    answer = httpx.Response(401, json={}, headers={"date": "Sun, 01 Feb 2026 09:00:59 GMT"})
    handler, _ = answers(answer)

    assert "clock is" not in str(in_no_time(fails(a_market(handler))))


# Being told to slow down


def test_after_429_all_callers_of_the_account_wait_as_long_as_told() -> None:
    times: list[float] = []

    def handler(_: httpx.Request) -> httpx.Response:
        times.append(now())
        return httpx.Response(429, headers={"retry-after": "5"}) if len(times) == 1 else UNIT

    async def story() -> None:
        market = a_market(handler)
        await asyncio.gather(market.fetch_return_unit(7), market.fetch_return_unit(8))

    in_no_time(story())

    assert times[0] == pytest.approx(0.0)
    # The second call was under way already; the repeated one waited.
    assert times[-1] == pytest.approx(5.0)


def test_a_throttled_write_says_when_to_come_back_and_that_nothing_happened() -> None:
    handler, asked = answers(httpx.Response(429, headers={"retry-after": "40"}))

    async def story() -> tuple[MarketError, MarketError]:
        market = a_market(handler)
        return await fails(market, writing=True), await fails(market, writing=True)

    first, second = in_no_time(story())

    assert len(asked) == 1
    for error in (first, second):
        assert (error.sent, error.systemic) == ("no", True)
        assert error.retry_after == pytest.approx(40)


def test_a_read_does_not_outwait_its_deadline_for_429() -> None:
    handler, asked = answers(httpx.Response(429, headers={"retry-after": "60"}))

    async def story() -> float:
        await fails(a_market(handler))
        return now()

    assert in_no_time(story()) == pytest.approx(0.0)
    assert len(asked) == 1


def test_accounts_do_not_slow_each_other_down() -> None:
    handler, _ = answers(httpx.Response(429, headers={"retry-after": "60"}), UNIT)

    async def story() -> float:
        await fails(a_market(handler, account="one"), writing=True)
        await a_market(handler, account="two").fetch_return_unit(7)
        return now()

    assert in_no_time(story()) == pytest.approx(0.0)


def test_what_people_wait_for_goes_first() -> None:
    served: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        served.append(request.url.path.removeprefix("/v2"))
        return httpx.Response(204) if request.method == "PATCH" else ok(a.a_return_unit())

    async def story() -> None:
        market = a_market(handler, per_second=1.0)
        await market.fetch_return_unit(1)

        async def for_a_person() -> None:
            with for_people():
                await market.fetch_return_unit(3)

        async def poll() -> None:
            _ = [row async for row in market.list_tickets(updated_from=NOW)]

        listing = asyncio.create_task(poll())
        await asyncio.sleep(0)
        looking = asyncio.create_task(market.fetch_return_unit(2))
        await asyncio.sleep(0)
        person = asyncio.create_task(for_a_person())
        await asyncio.sleep(0)
        await market.accept_return_unit(4)
        await asyncio.gather(looking, person)
        listing.cancel()
        await asyncio.gather(listing, return_exceptions=True)

    in_no_time(story())

    assert served[1:4] == ["/return-units/4/accept", "/return-units/3", "/return-units/2"]
