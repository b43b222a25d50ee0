"""Who may ask: the signature over the exact bytes and the exact address, and what is said to everybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from market_caller import NOON, a_served_market, problem

from sandbox.market import Account, sign

SECRET = "a7d0cb1da1ddbc86c96ee5fedd341b7d8ebfbb2f5c83cfe0909f4e57f05dd403"
API = "https://sellerapi.kaufland.com/v2"
SENT = b'{"tracking_numbers":"0034123456789","carrier_code":"DHL"}'
PUSHED = (
    b'{"event_name":"order_new","resource":"/orders/MB7UWLD/",'
    b'"id_message":"0123456789abcdef0123456789abcdef","storefront":"de"}'
)


@pytest.mark.parametrize(
    ("method", "url", "body", "stamp", "signature"),
    [
        (
            *("POST", f"{API}/units/", b"", 1411055926),
            "da0b65f51c0716c1d3fa658b7eaf710583630a762a98c9af8e9b392bd9df2e2a",
        ),
        (
            *("GET", f"{API}/tickets?status=opened&limit=30", b"", 1700000000),
            "6b3ccaf3a18c074ed0b74216789ea87709b3d90fa76e738b5b097c701113f22a",
        ),
        (
            *("PATCH", f"{API}/order-units/314567896580917/send", SENT, 1700000000),
            "d0feef4073ace7cd2583c7c8bb724d742ebcfbb68ce260e3ec4270ddb5356d0d",
        ),
        (
            *("POST", "https://hooks.example.test/kaufland/acc1", PUSHED, 1700000000),
            "caf1a56cbc024d6f2cbd01c2c591a8d0526bfd3632346e067441476643346c54",
        ),
    ],
)
def test_known_vectors_are_reproduced(method, url, body, stamp, signature):
    assert sign(SECRET, method, url, body, stamp) == signature


async def test_a_signed_call_is_let_in_with_its_query_exactly_as_sent():
    async with a_served_market() as (_, seller):
        assert (await seller.get("/status/ping")).json() == {"data": {"message": "Never tell me the odds"}}
        assert (await seller.get("/tickets?status=opened%2Cbuyer_closed&limit=5")).status_code == 200


async def test_an_address_signed_in_another_spelling_is_refused():
    async with a_served_market() as (_, seller):
        stamp = int(NOON.timestamp())
        url = f"{seller.url}/v2/tickets?status=opened,buyer_closed"
        signature = sign(seller._account.secret_key, "GET", url, b"", stamp)

        answer = await seller.call(
            "GET", "/tickets?status=opened%2Cbuyer_closed", headers={"Shop-Signature": signature}
        )

        assert problem(answer) == (401, "corrupted-signature")


async def test_a_body_that_was_written_anew_after_signing_is_refused():
    async with a_served_market() as (_, seller):
        stamp = int(NOON.timestamp())
        signature = sign(seller._account.secret_key, "POST", f"{seller.url}/v2/tickets", b'{"a": 1}', stamp)

        answer = await seller.call("POST", "/tickets", content=b'{"a":1}', headers={"Shop-Signature": signature})

        assert problem(answer) == (401, "corrupted-signature")


@pytest.mark.parametrize(
    ("headers", "status", "type"),
    [
        ({"Shop-Client-Key": ""}, 401, "missing-or-invalid-request-header"),
        ({"Shop-Timestamp": ""}, 401, "missing-or-invalid-request-header"),
        ({"Shop-Signature": ""}, 401, "missing-or-invalid-request-header"),
        ({"Shop-Timestamp": "yesterday"}, 401, "missing-or-invalid-request-header"),
        ({"Shop-Timestamp": "9" * 5000}, 401, "missing-or-invalid-request-header"),
        ({"Shop-Client-Key": "0" * 32}, 401, "invalid-credentials"),
        ({"Shop-Signature": "0" * 64}, 401, "corrupted-signature"),
        ({"Shop-Signature": "\u00e4".encode("latin-1")}, 401, "corrupted-signature"),
        ({"User-Agent": ""}, 400, "missing-or-invalid-request-header"),
        ({"Accept": "text/html"}, 400, "missing-or-invalid-request-header"),
    ],
)
async def test_a_wrong_header_is_named_by_its_problem(headers, status, type):
    async with a_served_market() as (_, seller):
        assert problem(await seller.call("GET", "/status/ping", headers=headers)) == (status, type)


async def test_a_body_must_say_that_it_is_json():
    async with a_served_market() as (_, seller):
        answer = await seller.call("POST", "/tickets", {"a": 1}, headers={"Content-Type": "text/plain"})

        assert problem(answer) == (400, "missing-or-invalid-request-header")


@pytest.mark.parametrize(("skew", "status"), [(-300, 200), (300, 200), (-301, 401), (301, 401)])
async def test_five_minutes_of_the_worlds_clock_are_allowed(skew, status):
    async with a_served_market() as (market, seller):
        market.world.clock.advance(timedelta(days=3))
        # The second leap takes back what is allowed to those who were under way at the first.
        market.world.clock.advance(timedelta(0))
        stamp = int((NOON + timedelta(days=3, seconds=skew)).timestamp())
        signature = sign(seller._account.secret_key, "GET", f"{seller.url}/v2/status/ping", b"", stamp)

        answer = await seller.call(
            "GET", "/status/ping", headers={"Shop-Timestamp": str(stamp), "Shop-Signature": signature}
        )

        assert answer.status_code == status


async def test_answers_are_dated_by_the_worlds_clock():
    async with a_served_market() as (market, seller):
        market.world.clock.advance(timedelta(days=3))

        answer = await seller.get("/status/ping")

        assert answer.headers.get_list("date") == ["Sat, 07 Mar 2026 12:00:00 GMT"]


async def test_an_account_that_is_not_active_is_told_so():
    async with a_served_market([replace(Account.named("main"), active=False)]) as (_, seller):
        assert problem(await seller.get("/status/ping")) == (401, "inactive-account")


async def test_refused_calls_change_nothing_and_stand_in_no_journal():
    async with a_served_market() as (market, seller):
        order = market.world.place_order()
        unit = market.world.units_of(order)[0]

        await seller.call(
            "PATCH", f"/order-units/{unit.id}/cancel", {"reason": "NoInventory"}, headers={"Shop-Signature": "0" * 64}
        )

        assert unit.status == "need_to_be_sent"
        assert market.journal.entries == []


def test_secrets_do_not_show_in_reprs():
    account = Account.named("main")

    assert account.secret_key not in repr(account)
    assert len(account.client_key) == 32
    assert len(account.secret_key) == 64


async def test_what_was_under_way_when_time_was_let_pass_still_counts():
    async with a_served_market() as (market, seller):
        before = int(NOON.timestamp())
        signature = sign(seller._account.secret_key, "GET", f"{seller.url}/v2/status/ping", b"", before)
        market.world.clock.advance(timedelta(days=3))

        answer = await seller.call(
            "GET", "/status/ping", headers={"Shop-Timestamp": str(before), "Shop-Signature": signature}
        )

        assert answer.status_code == 200
