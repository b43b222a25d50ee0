"""What holds for every operation: addresses, parameters, bodies, limits, pages, the rate."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

import pytest
from market_caller import a_market, a_served_market, another, problem, wrong_fields

from sandbox.market import Account

LISTS = {
    "/tickets": (30, 30, 1),
    "/tickets/messages": (30, 30, 1),
    "/orders": (30, 100, 1),
    "/order-units": (30, 100, 1),
    "/order-invoices": (30, 100, 1),
    "/returns": (30, 100, 1),
    "/return-units": (30, 100, 1),
    "/units?storefront=de": (30, 100, 0),
    "/subscriptions": (30, 30, 0),
    "/reports": (30, 30, 0),
    "/shipping-groups?storefront=de": (30, 30, 0),
    "/warehouses": (30, 30, 0),
    "/import-files/inventory-feed?storefront=de": (30, 30, 0),
    "/import-files/inventory-command?storefront=de": (30, 30, 0),
    "/import-files/order-command": (30, 30, 0),
    "/product-data/import-files": (30, 100, 0),
}


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_keeps_its_own_limits(path):
    default, most, least = LISTS[path]
    join = "&" if "?" in path else "?"
    async with a_market() as (_, seller):
        assert (await seller.get(path)).json()["pagination"]["limit"] == default
        assert (await seller.get(f"{path}{join}limit={most}")).status_code == 200
        assert (await seller.get(f"{path}{join}limit={least}")).status_code == 200
        assert wrong_fields(await seller.get(f"{path}{join}limit={most + 1}")) == {"limit"}
        assert wrong_fields(await seller.get(f"{path}{join}limit={least - 1}")) == {"limit"}
        assert wrong_fields(await seller.get(f"{path}{join}offset=-1&limit=x")) == {"limit", "offset"}


async def test_unknown_addresses_and_methods_are_bare_messages():
    async with a_market() as (_, seller):
        missing = await seller.get("/nothing/here")
        wrong = await seller.call("DELETE", "/tickets")

        assert (missing.status_code, missing.json()) == (404, {"message": "Not Found"})
        assert (wrong.status_code, wrong.json()) == (405, {"message": "Method Not Allowed"})
        assert (await seller.call("PATCH", "/tickets/messages")).status_code == 405


async def test_a_slash_at_the_end_is_no_other_address():
    async with a_market() as (market, seller):
        order = market.world.place_order()

        assert (await seller.data(f"/orders/{order.id}/"))["id_order"] == order.id


async def test_every_wrong_parameter_is_named():
    async with a_market() as (_, seller):
        answer = await seller.get(
            "/tickets?status=open&sort=ts_updated_iso:asc&ts_updated_from_iso=yesterday&colour=red&limit=5&limit=6"
        )

        assert wrong_fields(answer) == {"status", "sort", "ts_updated_from_iso", "colour", "limit"}


@pytest.mark.parametrize(
    ("moment", "fine"),
    [
        ("2026-03-04T12:00:00Z", True),
        ("2026-03-04T13:00:00%2B01:00", True),
        ("2026-03-04T12:00:00.500Z", True),
        ("2026-03-04T12:00:00", False),
        ("2026-03-04", False),
        ("2026-13-04T12:00:00Z", False),
        ("NaN", False),
    ],
)
async def test_a_time_needs_its_zone(moment, fine):
    async with a_market() as (_, seller):
        answer = await seller.get(f"/tickets?ts_updated_from_iso={moment}")

        assert (answer.status_code == 200) is fine


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b'{"a": NaN}', b"\xff", b'"text"', b"[1]", b"null"])
async def test_a_body_that_is_no_object_is_refused(content):
    async with a_market() as (_, seller):
        answer = await seller.call("POST", "/tickets", content=content)

        assert answer.status_code == 400


@pytest.mark.parametrize("id", ["0x10", "%D9%A1%D9%A2", "9" * 19, "9" * 30, "-1", "1.0"])
async def test_an_id_that_cannot_be_one_is_a_wrong_parameter(id):
    async with a_market() as (_, seller):
        assert wrong_fields(await seller.get(f"/order-units/{id}")) == {"id_order_unit"}


async def test_an_id_nobody_has_is_not_found():
    async with a_market() as (_, seller):
        for path in ("/order-units/1", "/returns/1", "/return-units/1", "/orders/MXXXXXX", "/tickets/00199999999"):
            assert problem(await seller.get(path)) == (404, "not-found")


async def test_more_than_111_calls_a_second_are_too_many_for_one_account():
    ticks = [0.0]
    async with a_market([Account.named("main"), Account.named("globex")], monotonic=lambda: ticks[0]) as (
        market,
        seller,
    ):
        stranger = another(seller, market, "globex")
        codes = [(await seller.get("/status/ping")).status_code for _ in range(113)]

        assert codes == [200] * 111 + [429] * 2
        refused = await seller.get("/status/ping")
        assert refused.json() == {"message": "Too Many Requests", "errors": []}
        assert "retry-after" not in refused.headers
        assert (await stranger.get("/status/ping")).status_code == 200
        ticks[0] = 1.0
        assert (await seller.get("/status/ping")).status_code == 200


# Pages


async def many_tickets(market, count):
    units = market.world.units_of(market.world.place_order(pieces=3))
    for number in range(count):
        market.world.clock.advance(timedelta(seconds=number % 3))
        market.world.open_ticket(units[number % 3], f"Nummer {number}")
    return [ticket.id for ticket in market.world.shop().tickets]


async def test_pages_of_a_list_that_rests_show_each_row_once():
    async with a_market(rate_limit=None) as (market, seller):
        ids = await many_tickets(market, 95)

        seen, offset, total = [], 0, 1
        while offset < total:
            answer = (await seller.get(f"/tickets?sort=ts_updated_iso:desc&offset={offset}")).json()
            seen += [row["id_ticket"] for row in answer["data"]]
            total = answer["pagination"]["total"]
            offset += 30

        assert seen == ids[::-1]


async def test_a_list_that_moves_between_two_pages_repeats_rows():
    async with a_market() as (market, seller):
        ids = await many_tickets(market, 40)
        first = await seller.data("/tickets?sort=ts_updated_iso:desc")

        for id in ids[:3]:
            market.world.buyer_writes(id, "Noch etwas")
        second = await seller.data("/tickets?sort=ts_updated_iso:desc&offset=30")

        assert len({row["id_ticket"] for row in first} & {row["id_ticket"] for row in second}) == 3
        assert not {row["id_ticket"] for row in first + second} >= set(ids)


@pytest.mark.parametrize("seed", range(5))
async def test_a_window_with_an_overlap_loses_nothing_while_everything_moves(seed):
    async with a_market(rate_limit=None) as (market, seller):
        ids, random = await many_tickets(market, 100), Random(seed)
        since = market.world.clock.now() - timedelta(minutes=10)
        changed: set[str] = set()
        seen: set[str] = set()
        for _ in range(3):
            offset, total = 0, 1
            start = market.world.clock.now()
            while offset < total:
                stamp = since.strftime("%Y-%m-%dT%H:%M:%SZ")
                page = (
                    await seller.get(f"/tickets?sort=ts_updated_iso:desc&ts_updated_from_iso={stamp}&offset={offset}")
                ).json()
                seen |= {row["id_ticket"] for row in page["data"]}
                total, offset = page["pagination"]["total"], offset + 30
                for id in random.sample(ids, 2):
                    market.world.buyer_writes(id, "Und noch etwas")
                    changed.add(id)
            since = start - timedelta(minutes=10)
            market.world.clock.advance(timedelta(seconds=30))

        assert changed <= seen


async def test_both_times_can_be_asked_for_whatever_the_order():
    async with a_market() as (market, seller):
        unit = market.world.units_of(market.world.place_order())[0]
        old = market.world.open_ticket(unit, "Alt")
        market.world.clock.advance(timedelta(minutes=1))
        young = market.world.open_ticket(unit, "Jung")
        market.world.clock.advance(timedelta(minutes=1))
        market.world.buyer_writes(old, "Immer noch alt")

        async def ids(query):
            return [row["id_ticket"] for row in await seller.data(f"/tickets?{query}")]

        assert await ids("ts_updated_from_iso=2026-03-04T12:01:00Z") == [young.id, old.id]
        assert await ids("ts_updated_from_iso=2026-03-04T12:02:00Z") == [old.id]
        assert await ids("ts_created_from_iso=2026-03-04T12:01:00Z&sort=ts_updated_iso:desc") == [young.id]
        assert await ids("sort=ts_updated_iso:desc") == [old.id, young.id]


async def test_the_journal_holds_writes_as_they_were_asked_for_and_answered():
    async with a_market() as (market, seller):
        unit = market.world.units_of(market.world.place_order())[0]
        await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 500, "reason": "defect"})
        await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 0, "reason": "defect"})
        await seller.get(f"/order-units/{unit.id}")

        first, second = market.journal.entries
        assert (first.method, first.path, first.body) == (
            *("PATCH", f"/order-units/{unit.id}/refund"),
            {"amount": 500, "reason": "defect"},
        )
        assert (first.executed, first.status, second.executed, second.status) == (True, 204, False, 400)
        assert market.journal is market.world.journal
        assert market.journal.executed("PATCH", "/refund") == [first]
        assert market.journal.executed("POST") == []
        assert market.traffic.count("GET", "/order-units/{") == 1


async def test_many_callers_at_once_are_served():
    async with a_served_market(rate_limit=None) as (_, seller):
        answers = await asyncio.gather(*(seller.get("/status/ping") for _ in range(50)))

        assert {answer.status_code for answer in answers} == {200}
