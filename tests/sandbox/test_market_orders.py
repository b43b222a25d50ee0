"""Orders and their units: what may follow on what, what it leaves behind, and what the marketplace refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from market_caller import a_market, problem, wrong_fields

from sandbox.market import KAUFLAND, Account

SEND = {"tracking_numbers": "0034123456789", "carrier_code": "DHL"}


def bought(market, **wanted):
    return market.world.units_of(market.world.place_order(**wanted))[0]


async def test_each_piece_of_an_order_is_a_unit_of_its_own():
    async with a_market() as (market, seller):
        offer = next(iter(market.world.shop().offers))
        stock = offer.amount
        order = market.world.place_order("de", offers=[offer], pieces=3)

        row = (await seller.data("/orders"))[0]
        details = await seller.data(f"/orders/{order.id}")

        assert row["order_units_count"] == 3
        assert len({unit["id_order_unit"] for unit in details["order_units"]}) == 3
        assert details["buyer"]["id_buyer"] == order.buyer.id
        assert details["shipping_address"]["last_name"] == order.buyer.address.last_name
        assert offer.amount == stock - 3


async def test_an_open_unit_is_released_after_a_quarter_of_an_hour():
    async with a_market() as (market, _):
        unit = bought(market, released=False)
        assert unit.status == "open"

        market.world.clock.advance(timedelta(minutes=15))

        assert unit.status == "need_to_be_sent"


async def test_fulfil_releases_at_once_and_only_once():
    async with a_market() as (market, seller):
        unit = bought(market, released=False)

        assert (await seller.patch(f"/order-units/{unit.id}/fulfil")).status_code == 204
        assert unit.status == "need_to_be_sent"
        assert problem(await seller.patch(f"/order-units/{unit.id}/fulfil")) == (400, "action-not-allowed")


async def test_sending_notes_every_parcel_and_moves_unit_and_order():
    async with a_market() as (market, seller):
        unit = bought(market)
        market.world.clock.advance(timedelta(hours=1))

        answer = await seller.patch(
            f"/order-units/{unit.id}/send", {"tracking_numbers": "0034123456789,0034987654321", "carrier_code": "DHL"}
        )

        assert (answer.status_code, answer.content) == (204, b"")
        assert unit.status == "sent"
        assert [parcel.tracking_number for parcel in unit.parcels] == ["0034123456789", "0034987654321"]
        row = (await seller.data("/orders?ts_units_updated_from_iso=2026-03-04T13:00:00Z"))[0]
        assert row["id_order"] == unit.order_id
        assert problem(await seller.patch(f"/order-units/{unit.id}/send", SEND)) == (400, "action-not-allowed")


@pytest.mark.parametrize(
    ("parcel", "field"),
    [
        ({"tracking_numbers": "1", "carrier_code": "Pigeon Post"}, "carrier_code"),
        ({"tracking_numbers": "", "carrier_code": "DHL"}, "tracking_numbers"),
        ({"tracking_numbers": "1,,2", "carrier_code": "DHL"}, "tracking_numbers"),
        ({"carrier_code": "DHL"}, "tracking_numbers"),
        ({"tracking_numbers": ["1"], "carrier_code": "DHL"}, "tracking_numbers"),
    ],
)
async def test_a_parcel_nobody_could_follow_is_refused(parcel, field):
    async with a_market() as (market, seller):
        unit = bought(market)

        answer = await seller.patch(f"/order-units/{unit.id}/send", parcel)

        assert wrong_fields(answer) == {field}
        assert unit.status == "need_to_be_sent"


async def test_other_carriers_need_no_number():
    async with a_market() as (market, seller):
        unit = bought(market)

        answer = await seller.patch(
            f"/order-units/{unit.id}/send", {"tracking_numbers": "", "carrier_code": "Other Hauler"}
        )

        assert answer.status_code == 204
        market.world.clock.advance(timedelta(days=21))
        assert unit.status == "sent_and_autopaid"


async def test_a_delivered_unit_is_paid_out_after_two_weeks():
    async with a_market() as (market, seller):
        unit = bought(market)
        await seller.patch(f"/order-units/{unit.id}/send", SEND)
        market.world.parcel_delivered(unit)
        assert unit.status == "received"

        market.world.clock.advance(timedelta(days=14))

        assert unit.status == "sent_and_autopaid"


async def test_a_further_parcel_is_added_to_what_was_sent():
    async with a_market() as (market, seller):
        unit = bought(market)
        parcel = {
            "id_order_unit": unit.id,
            "shipment_information": {"carrier_code": "DHL", "tracking_number": "0034987654321"},
        }

        too_early = await seller.post("/shipments", parcel)
        await seller.patch(f"/order-units/{unit.id}/send", SEND)
        added = await seller.post("/shipments", parcel)

        assert problem(too_early) == (400, "action-not-allowed")
        assert added.status_code == 204
        assert len(unit.parcels) == 2
        assert problem(await seller.post("/shipments", parcel | {"id_order_unit": 1})) == (404, "not-found")


async def test_cancelling_is_possible_until_it_was_sent():
    async with a_market() as (market, seller):
        waiting, sent = bought(market), bought(market)
        await seller.patch(f"/order-units/{sent.id}/send", SEND)

        assert (await seller.patch(f"/order-units/{waiting.id}/cancel", {"reason": "NoInventory"})).status_code == 204
        refused = await seller.patch(f"/order-units/{sent.id}/cancel", {"reason": "NoInventory"})
        again = await seller.patch(f"/order-units/{waiting.id}/cancel", {"reason": "NoInventory"})
        unknown = await seller.patch(f"/order-units/{sent.id}/cancel", {"reason": "Mood"})

        assert (waiting.status, waiting.cancel_reason) == ("cancelled", "NoInventory")
        assert problem(refused) == problem(again) == (400, "order-units/cancel-not-possible")
        assert wrong_fields(unknown) == {"reason"}


async def test_a_refund_leaves_no_trace_but_the_time_and_the_bookings():
    async with a_market() as (market, seller):
        unit = bought(market)
        before = await seller.data(f"/order-units/{unit.id}")
        market.world.clock.advance(timedelta(minutes=1))

        answer = await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 500, "reason": "delivery_delay"})

        assert answer.status_code == 204
        after = await seller.data(f"/order-units/{unit.id}")
        assert {name for name in after if after[name] != before[name]} == {"ts_updated_iso"}
        assert [(refund.amount, refund.reason) for refund in unit.refunds] == [(500, "delivery_delay")]


async def test_all_refunds_together_stay_below_the_price():
    async with a_market() as (market, seller):
        unit = bought(market)
        most = unit.price - 1

        async def refund(amount):
            return await seller.patch(f"/order-units/{unit.id}/refund", {"amount": amount, "reason": "defect"})

        assert wrong_fields(await refund(unit.price)) == {"amount"}
        assert (await refund(most - 100)).status_code == 204
        assert wrong_fields(await refund(101)) == {"amount"}
        assert (await refund(100)).status_code == 204
        assert wrong_fields(await refund(1)) == {"amount"}
        assert unit.refunded == most


@pytest.mark.parametrize("amount", [0, -1, 1.5, "500", True, None, 2**31])
async def test_only_whole_positive_amounts_are_refunded(amount):
    async with a_market() as (market, seller):
        unit = bought(market)

        answer = await seller.patch(f"/order-units/{unit.id}/refund", {"amount": amount, "reason": "defect"})

        assert wrong_fields(answer) == {"amount"}
        assert unit.refunds == ()


async def test_a_refund_needs_a_payment_and_money():
    poor = replace(Account.named("main"), balance=100)
    async with a_market([poor]) as (market, seller):
        unpaid, paid = bought(market, released=False), bought(market)
        market.world.set_unit_status(cancelled := bought(market), "cancelled")
        wish = {"amount": 200, "reason": "defect"}

        answers = [
            problem(await seller.patch(f"/order-units/{unit.id}/refund", wish)) for unit in (unpaid, paid, cancelled)
        ]

        assert answers == [
            (400, "order-units/missing-payment"),
            (400, "insufficient-funds"),
            (400, "action-not-allowed"),
        ]


async def test_kauflands_own_units_are_hidden_and_refused():
    async with a_market() as (market, seller):
        unit = bought(market, fulfillment=KAUFLAND)

        assert await seller.data("/orders") == []
        assert await seller.data("/order-units") == []
        assert len(await seller.data("/order-units?fulfillment_type=fulfilled_by_kaufland")) == 1
        for action, body in (("send", SEND), ("cancel", {"reason": "NoInventory"}), ("fulfil", None)):
            answer = await seller.patch(f"/order-units/{unit.id}/{action}", body)
            assert problem(answer) == (403, "forbidden")
            assert "fulfilled by Kaufland" in answer.json()["message"]
        refund = await seller.patch(f"/order-units/{unit.id}/refund", {"amount": 1, "reason": "defect"})
        assert wrong_fields(refund) == {"fulfillment_type"}


async def test_what_is_embedded_in_a_unit_is_what_hangs_on_it():
    async with a_market() as (market, seller):
        unit = bought(market, pickup=True)
        await seller.patch(f"/order-units/{unit.id}/send", SEND)
        market.world.parcel_delivered(unit)
        ticket = market.world.open_ticket(unit, "Kaputt")
        item = market.world.start_return(unit)

        told = await seller.data(
            f"/order-units/{unit.id}?embedded=tickets,return_unit,delivery,delivery_attempt_timestamp_iso,kss_delivery"
        )

        assert [row["id_ticket"] for row in told["tickets"]] == [ticket.id]
        assert told["return_unit"]["id_return_unit"] == item.unit_ids[0]
        assert told["delivery"]["pickup_location"]["carrier"] == "DHL"
        assert told["delivery_attempt_timestamp_iso"] == "2026-03-04T12:00:00Z"
        assert told["kss_eligible"] is False


async def test_units_are_filtered_and_sorted():
    async with a_market([Account.named("main", ("de", "cz"))]) as (market, seller):
        first = bought(market, storefront="de")
        market.world.clock.advance(timedelta(minutes=1))
        second = bought(market, storefront="cz")
        market.world.clock.advance(timedelta(minutes=1))
        await seller.patch(f"/order-units/{first.id}/send", SEND)

        async def ids(query: str) -> list[int]:
            return [row["id_order_unit"] for row in await seller.data(f"/order-units?limit=100&{query}")]

        assert await ids("") == [second.id, first.id]
        assert await ids("sort=ts_updated:desc") == [first.id, second.id]
        assert await ids("status=open,sent") == [first.id]
        assert await ids("storefront=cz") == [second.id]
        assert await ids(f"id_offer={first.id_offer}&storefront=de") == [first.id]
        assert await ids("ts_updated_from_iso=2026-03-04T12:02:00Z") == [first.id]
        assert await ids("ts_created_from_iso=2026-03-04T12:01:00Z&sort=ts_updated:desc") == [second.id]


async def test_prices_are_in_the_storefronts_own_currency():
    async with a_market([Account.named("main", ("de", "cz", "pl"))]) as (market, seller):
        units = [bought(market, storefront=storefront) for storefront in ("de", "cz", "pl")]

        told = [await seller.data(f"/order-units/{unit.id}") for unit in units]

        assert [unit["currency"] for unit in told] == ["EUR", "CZK", "PLN"]
        assert told[1]["price"] % 100 == 0
        assert told[2]["price"] % 100 == 99


async def test_carriers_say_whether_they_are_haulers():
    async with a_market() as (_, seller):
        carriers = (await seller.data("/carriers"))["carriers"]

        assert {"name": "DHL", "isHauler": False} in carriers
        assert {"name": "Other Hauler", "isHauler": True} in carriers
