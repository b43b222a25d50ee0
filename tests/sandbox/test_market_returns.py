"""Returns: parcels that come back, decisions about them, and the one the marketplace takes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from market_caller import NOON, a_market, problem, wrong_fields

from sandbox.market import KAUFLAND, Account


def received(market, **wanted):
    units = market.world.units_of(market.world.place_order(**wanted))
    for unit in units:
        market.world.set_unit_status(unit, "received")
    return units


def arrived(market, **wanted):
    item = market.world.start_return(received(market, **wanted), reason="defect", note="Geht nicht an")
    market.world.parcel_sent(item)
    market.world.parcel_arrives(item)
    return item, market.world.units_of_return(item)[0]


async def test_a_return_goes_from_the_label_over_the_parcel_to_the_shelf():
    async with a_market() as (market, seller):
        item = market.world.start_return(received(market), label=False)
        seen = [item.status]
        for step in (market.world.label_made, market.world.parcel_sent, market.world.parcel_arrives):
            step(item)
            seen.append((await seller.data(f"/returns/{item.id}"))["status"])

        assert seen == ["return_requested", "label_generated", "package_sent", "package_received"]
        told = await seller.data(f"/returns/{item.id}?embedded=return_units,buyer")
        assert told["return_units"][0]["status"] == "return_arrived"
        assert told["tracking_provider"] == "DHL"
        assert told["buyer"]["id_buyer"] == item.buyer.id


async def test_acceptance_pays_the_buyer_back_a_day_later():
    async with a_market() as (market, seller):
        _, unit = arrived(market)
        order_unit = market.world.order_unit(unit.order_unit_id)[1]

        assert (await seller.patch(f"/return-units/{unit.id}/accept")).status_code == 204

        assert (unit.status, order_unit.status) == ("return_accepted", "returned")
        market.world.clock.advance(timedelta(days=1))
        assert order_unit.status == "returned_paid"


@pytest.mark.parametrize(("action", "status"), [("reject", "return_rejected"), ("clarify", "return_in_clarification")])
async def test_a_no_and_a_question_open_a_ticket_to_the_buyer(action, status):
    async with a_market() as (market, seller):
        _, unit = arrived(market)

        answer = await seller.patch(f"/return-units/{unit.id}/{action}", {"message": "Der Artikel ist beschädigt."})

        assert answer.status_code == 204
        told = await seller.data(f"/return-units/{unit.id}?embedded=tickets,order_unit")
        assert told["status"] == status
        ticket = await seller.data(f"/tickets/{told['tickets'][0]['id_ticket']}?embedded=messages")
        assert ticket["messages"][0]["text"] == "Der Artikel ist beschädigt."
        assert ticket["messages"][0]["author"]["role"] == "seller"
        assert ticket["open_reason"] == "product_return"
        assert ticket["is_seller_responsible"] is False
        assert told["order_unit"]["id_order_unit"] == unit.order_unit_id


@pytest.mark.parametrize("action", ["reject", "clarify"])
async def test_a_no_without_words_is_refused(action):
    async with a_market() as (market, seller):
        _, unit = arrived(market)

        assert wrong_fields(await seller.patch(f"/return-units/{unit.id}/{action}", {"message": ""})) == {"message"}
        assert unit.status == "return_arrived"


ALLOWED = {
    "need_to_be_returned": {"accept"},
    "return_arrived": {"accept", "reject", "clarify", "repair"},
    "return_in_clarification": {"accept", "reject", "repair"},
    "return_in_repair": {"accept", "reject", "clarify"},
    "return_accepted": set(),
    "return_rejected": set(),
    "return_closed": set(),
}


@pytest.mark.parametrize("action", ["accept", "reject", "clarify", "repair"])
@pytest.mark.parametrize("status", ALLOWED)
async def test_only_undecided_units_can_be_decided(status, action):
    async with a_market() as (market, seller):
        _, unit = arrived(market)
        unit.status = status
        body = {"message": "Bitte lesen"} if action in {"reject", "clarify"} else None

        answer = await seller.patch(f"/return-units/{unit.id}/{action}", body)

        if action in ALLOWED[status]:
            assert answer.status_code == 204
            assert unit.status != status
        else:
            assert problem(answer) == (400, "returns/unit-wrong-status")
            assert unit.status == status


async def test_a_unit_nobody_decides_about_is_accepted_after_three_working_days():
    async with a_market() as (market, _):
        _, decided = arrived(market)
        _, undecided = arrived(market)
        market.world.reject(decided, "Nein")

        market.world.clock.advance(timedelta(days=4, hours=23))
        assert undecided.status == "return_arrived"
        market.world.clock.advance(timedelta(hours=1))

        assert (undecided.status, decided.status) == ("return_accepted", "return_rejected")
        assert market.world.clock.now() == datetime(2026, 3, 9, 12, tzinfo=UTC)


async def test_a_decision_moves_the_return_so_that_polls_find_it():
    async with a_market() as (market, seller):
        item, unit = arrived(market)
        market.world.clock.advance(timedelta(hours=2))

        await seller.patch(f"/return-units/{unit.id}/repair")

        rows = await seller.data("/returns?ts_updated_from_iso=2026-03-04T14:00:00Z")
        assert [row["id_return"] for row in rows] == [item.id]
        row = (await seller.data("/return-units?status=return_in_repair"))[0]
        assert row["id_return_unit"] == unit.id
        assert "ts_updated_iso" not in row


async def test_who_keeps_the_goods_closes_the_return():
    async with a_market() as (market, _):
        item = market.world.start_return(received(market))

        market.world.label_cancelled(item)

        assert item.status == "label_deleted"
        assert [unit.status for unit in market.world.units_of_return(item)] == ["return_closed"]


async def test_a_seller_starts_and_extends_a_return():
    async with a_market() as (market, seller):
        first, second = received(market, pieces=2)

        def wish(unit):
            return [{"id_order_unit": unit.id, "reason": "wrong_size", "note": "Per Telefon gewünscht"}]

        started = await seller.post("/returns", wish(first))
        told = started.json()["data"]
        extended = await seller.call("PUT", f"/returns/{told['id_return']}", wish(second))

        assert started.status_code == extended.status_code == 201
        assert told["status"] == "label_generated"
        assert [unit["id_order_unit"] for unit in extended.json()["data"]["return_units"]] == [first.id, second.id]
        assert problem(await seller.post("/returns", wish(first))) == (400, "action-not-allowed")


async def test_a_return_needs_a_note_a_reason_and_one_order():
    async with a_market() as (market, seller):
        first, second = received(market)[0], received(market)[0]
        fine = {"id_order_unit": first.id, "reason": "wrong_size", "note": "Gewünscht"}

        assert wrong_fields(await seller.post("/returns", [])) == {"body"}
        assert wrong_fields(await seller.post("/returns", [fine | {"note": "kurz"}])) == {"0.note"}
        assert wrong_fields(await seller.post("/returns", [fine, fine | {"reason": "x", "note": "x" * 101}])) == {
            *("1.reason", "1.note"),
        }
        mixed = await seller.post("/returns", [fine, fine | {"id_order_unit": second.id}])
        assert wrong_fields(mixed) == {"id_order_unit"}
        assert problem(await seller.post("/returns", [fine | {"id_order_unit": 1}])) == (404, "not-found")


async def test_what_was_not_sent_cannot_come_back():
    async with a_market() as (market, seller):
        unit = market.world.units_of(market.world.place_order())[0]

        answer = await seller.post(
            "/returns", [{"id_order_unit": unit.id, "reason": "dislike", "note": "Gefällt nicht"}]
        )

        assert problem(answer) == (400, "action-not-allowed")


async def test_without_a_return_address_no_return_is_started():
    async with a_market([replace(Account.named("main"), return_address=False)]) as (market, seller):
        unit = received(market)[0]

        answer = await seller.post(
            "/returns", [{"id_order_unit": unit.id, "reason": "dislike", "note": "Gefällt nicht"}]
        )

        assert problem(answer) == (400, "returns/return-address-not-set")


async def test_returns_of_kauflands_own_orders_are_hidden_and_refused():
    async with a_market() as (market, seller):
        item, unit = arrived(market, fulfillment=KAUFLAND)

        assert await seller.data("/returns") == []
        assert await seller.data("/return-units") == []
        assert problem(await seller.patch(f"/return-units/{unit.id}/accept")) == (403, "forbidden")
        assert (await seller.data("/returns?fulfillment_type=fulfilled_by_kaufland"))[0]["id_return"] == item.id


async def test_returns_are_filtered_and_sorted():
    async with a_market([Account.named("main", ("de", "at"))]) as (market, seller):
        first, _ = arrived(market, storefront="de")
        market.world.clock.advance(timedelta(minutes=1))
        second = market.world.start_return(received(market, storefront="at"))
        market.world.clock.advance(timedelta(minutes=1))
        market.world.accept(market.world.units_of_return(first)[0])

        async def ids(query: str) -> list[int]:
            return [row["id_return"] for row in await seller.data(f"/returns?limit=100&{query}")]

        assert await ids("") == [second.id, first.id]
        assert await ids("sort=ts_updated:desc") == [first.id, second.id]
        assert await ids("status=package_received,package_sent") == [first.id]
        assert await ids("storefront=at") == [second.id]
        assert await ids(f"tracking_code={second.tracking_code}") == [second.id]
        assert await ids("ts_created_from_iso=2026-03-04T12:01:00Z") == [second.id]
        assert first.updated == NOON + timedelta(minutes=2)
