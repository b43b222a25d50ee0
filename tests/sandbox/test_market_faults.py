"""Faults: what they break, what was executed nevertheless, and that they end."""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import time
from datetime import timedelta

import httpx
import pytest
from market_caller import a_served_market, problem

from sandbox.market import Marketplace
from sandbox.market.faults import BEFORE

SEND = {"tracking_numbers": "0034123456789", "carrier_code": "DHL"}


def bought(market):
    return market.world.units_of(market.world.place_order())[0]


def written(market):
    return market.world.open_ticket(bought(market), "Wo bleibt mein Paket?")


async def test_down_drops_connections_and_does_nothing():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        fault = market.faults.down()

        with pytest.raises(httpx.RemoteProtocolError):
            await seller.patch(f"/order-units/{unit.id}/send", SEND)

        assert unit.status == "need_to_be_sent"
        assert market.journal.entries == []
        market.faults.switch_off(fault)
        assert (await seller.get("/status/ping")).status_code == 200


async def test_a_cut_after_execution_is_a_write_nobody_heard_of():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.faults.cut_after_execution(next=1, path="/refund")
        wish = {"amount": 500, "reason": "defect"}

        assert (await seller.get(f"/order-units/{unit.id}")).status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            await seller.patch(f"/order-units/{unit.id}/refund", wish)

        assert len(market.journal.executed("PATCH", "/refund")) == 1
        assert unit.refunded == 500
        assert (await seller.patch(f"/order-units/{unit.id}/refund", wish)).status_code == 204


async def test_a_cut_waits_for_a_write_that_was_really_executed():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.faults.cut_after_execution(next=1)

        refused = await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 0, "reason": "defect"})
        assert refused.status_code == 400
        with pytest.raises(httpx.RemoteProtocolError):
            await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 1, "reason": "defect"})


async def test_a_write_can_be_executed_in_silence():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.faults.hang_after_execution(next=1)

        seller._client.timeout = 0.2
        with pytest.raises(httpx.ReadTimeout):
            await seller.patch(f"/order-units/{unit.id}/send", SEND)

        assert unit.status == "sent"


@pytest.mark.parametrize(("status", "executes"), [(500, False), (502, False), (503, True), (500, True)])
async def test_server_errors_come_before_or_after_the_work(status, executes):
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.faults.error(status, executes=executes, next=1)

        answer = await seller.patch(f"/order-units/{unit.id}/send", SEND)

        assert answer.status_code == status
        assert (unit.status == "sent") is executes
        assert len(market.journal.executed()) == executes


async def test_a_refusal_may_be_of_any_type():
    async with a_served_market() as (market, seller):
        market.faults.error(401, problem="invalid-credentials")

        assert problem(await seller.get("/tickets")) == (401, "invalid-credentials")


async def test_429_for_everything_ends_when_it_is_switched_off():
    async with a_served_market() as (market, seller):
        market.faults.too_many()
        codes = [(await seller.get("/status/ping")).status_code for _ in range(3)]
        market.faults.switch_off()

        assert codes == [429] * 3
        assert (await seller.get("/status/ping")).status_code == 200


async def test_a_fault_strikes_only_where_it_is_meant_to():
    async with a_served_market() as (market, seller):
        ticket = written(market)
        market.faults.error(503, path=r"^/tickets/\d+$", methods=("GET",), account="main")
        market.faults.error(500, account="somebody else")

        assert (await seller.get("/tickets")).status_code == 200
        assert (await seller.get(f"/tickets/{ticket.id}")).status_code == 503
        assert (await seller.patch(f"/tickets/{ticket.id}/close")).status_code == 204


def test_probabilities_are_about_right_and_the_same_for_the_same_seed():
    def struck(seed):
        faults = Marketplace(seed=seed).faults
        faults.error(503, probability=0.3)
        return [bool(faults.strike(BEFORE, "GET", "/status/ping")) for _ in range(1000)]

    assert 250 <= sum(struck(7)) <= 350
    assert struck(7) == struck(7)
    assert struck(7) != struck(8)


async def test_slow_answers_are_late_and_right():
    async with a_served_market() as (market, seller):
        market.faults.slow(0.2, next=1)
        start = time.monotonic()

        answer = await seller.get("/status/ping")

        assert answer.status_code == 200
        assert time.monotonic() - start >= 0.2


async def test_a_dripping_body_comes_byte_by_byte():
    async with a_served_market() as (market, seller):
        market.faults.drip(0.001, next=1)
        assert (await seller.get("/status/ping")).json()["data"]["message"] == "Never tell me the odds"

        market.faults.drip(30.0, next=1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await seller.get("/status/ping")


async def test_reads_can_be_stale_and_catch_up():
    async with a_served_market() as (market, seller):
        unit, ticket = bought(market), written(market)
        market.world.clock.advance(timedelta(minutes=1))
        market.faults.stale(30)
        market.world.send_unit(unit, ["1"], "DHL")
        market.world.buyer_writes(ticket, "Hallo?")
        young = written(market)

        async def seen():
            told = await seller.data(f"/tickets/{ticket.id}?embedded=messages")
            rows = await seller.data("/tickets?sort=ts_updated_iso:desc")
            return (
                (await seller.data(f"/order-units/{unit.id}"))["status"],
                len(told["messages"]),
                [row["id_ticket"] for row in rows],
                (await seller.get(f"/tickets/{young.id}")).status_code,
            )

        assert await seen() == ("need_to_be_sent", 1, [ticket.id], 404)
        market.world.clock.advance(timedelta(seconds=30))
        assert await seen() == ("sent", 2, [young.id, ticket.id], 200)


async def test_a_stale_read_shows_the_last_state_that_is_old_enough():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.world.clock.advance(timedelta(minutes=1))
        market.faults.stale(30)
        market.world.send_unit(unit, ["1"], "DHL")
        market.world.clock.advance(timedelta(seconds=20))
        market.world.parcel_delivered(unit)
        market.world.clock.advance(timedelta(seconds=15))

        assert (await seller.data(f"/order-units/{unit.id}"))["status"] == "sent"


async def test_writes_are_checked_against_the_truth_even_when_reads_are_stale():
    async with a_served_market() as (market, seller):
        unit = bought(market)
        market.world.clock.advance(timedelta(minutes=1))
        market.faults.stale(30)
        await seller.patch(f"/order-units/{unit.id}/send", SEND)

        again = await seller.patch(f"/order-units/{unit.id}/send", SEND)

        assert problem(again) == (400, "action-not-allowed")


@pytest.mark.parametrize("kind", ["html", "truncated", "not_json", "wrong_shape", "empty"])
async def test_garbled_answers_are_no_answers(kind):
    async with a_served_market() as (market, seller):
        market.faults.garble(kind, next=1)

        try:
            told = (await seller.get("/status/ping")).json()
        except (httpx.RemoteProtocolError, ValueError):
            told = None

        assert told is None or not isinstance(told["data"], dict)
        assert (await seller.get("/status/ping")).status_code == 200


async def test_a_small_body_can_become_a_huge_one():
    async with a_served_market() as (market, seller):
        market.faults.garble("gzip_bomb", megabytes=8, next=1)

        async with seller._client.stream("GET", f"{seller.url}/v2/status/ping") as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])

        assert answer.headers["content-encoding"] == "gzip"
        assert len(raw) < 100_000
        assert len(gzip.decompress(raw)) > 8 * 1024 * 1024


async def poisoned(market, seller, poison, ticket):
    market.faults.poison(poison, ticket.id)
    return await seller.get(f"/tickets/{ticket.id}?embedded=messages,files,product")


async def test_half_a_character_in_a_text_is_legal_json():
    async with a_served_market() as (market, seller):
        told = (await poisoned(market, seller, "surrogate", written(market))).json()["data"]

        with pytest.raises(UnicodeEncodeError):
            told["messages"][0]["text"].encode()


async def test_ids_can_be_larger_than_64_bits():
    async with a_served_market() as (market, seller):
        told = (await poisoned(market, seller, "big_id", written(market))).json()["data"]

        assert told["messages"][0]["id_ticket_message"] > 2**64


async def test_enums_fields_and_dates_can_be_unknown_missing_and_wrong():
    async with a_served_market() as (market, seller):
        ticket = written(market)
        enum = (await poisoned(market, seller, "unknown_enum", ticket)).json()["data"]
        market.faults.switch_off()
        missing = (await poisoned(market, seller, "missing_field", ticket)).json()["data"]
        market.faults.switch_off()
        date = (await poisoned(market, seller, "bad_date", ticket)).json()["data"]
        market.faults.switch_off()
        extra = (await poisoned(market, seller, "extra_field", ticket)).json()["data"]
        market.faults.switch_off()
        short = (await poisoned(market, seller, "short_ticket_id", ticket)).json()["data"]
        market.faults.switch_off()
        naive = (await poisoned(market, seller, "naive_date", ticket)).json()["data"]
        market.faults.switch_off()
        future = (await poisoned(market, seller, "future_date", ticket)).json()["data"]

        assert enum["status"] == "something_brand_new"
        assert not missing.keys() & {"status", "ts_updated_iso"}
        assert math.isnan(date["ts_updated_iso"])
        assert date["messages"][0]["ts_created_iso"] == "0000-00-00T25:61:00Z"
        assert "brand_new_field" in extra
        assert naive["ts_updated_iso"] == "2026-03-04T12:00:00"
        assert future["ts_updated_iso"] == "2199-03-04T12:00:00Z"
        assert short["messages"][0]["id_ticket"] == ticket.id.lstrip("0")


async def test_a_text_can_be_ten_megabytes():
    async with a_served_market() as (market, seller):
        told = (await poisoned(market, seller, "huge_text", written(market))).json()["data"]

        assert len(told["messages"][0]["text"]) == 10 * 1024 * 1024


async def test_a_poisoned_subject_leaves_its_neighbours_alone():
    async with a_served_market() as (market, seller):
        bad, good = written(market), written(market)
        market.faults.poison("gone", bad.id)

        rows = await seller.data("/tickets")

        assert [row["id_ticket"] for row in rows] == [good.id]
        assert problem(await seller.get(f"/tickets/{bad.id}")) == (404, "not-found")
        assert (await seller.get(f"/tickets/{good.id}")).status_code == 200


async def test_a_fault_nobody_knows_is_refused():
    async with a_served_market() as (market, _):
        with pytest.raises(ValueError, match="not a fault"):
            market.faults.switch_on("earthquake")
        with pytest.raises(ValueError, match="unexpected keyword"):
            market.faults.switch_on("down", colour="red")
        with pytest.raises(ValueError, match="not a poison"):
            market.faults.poison("arsenic", 1)
        with pytest.raises(ValueError, match="unterminated"):
            market.faults.down(path="[")


async def test_used_up_faults_are_gone():
    async with a_served_market() as (market, seller):
        fault = market.faults.too_many(next=2)
        codes = [(await seller.get("/status/ping")).status_code for _ in range(3)]

        assert codes == [429, 429, 200]
        assert market.faults.active == []
        assert fault.struck == 2
        assert json.dumps(fault.told())
