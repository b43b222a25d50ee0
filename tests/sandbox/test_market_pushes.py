"""Pushes: the check of an address, signed delivery, retries over half a day, and the end of patience."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from market_caller import NOON, Receiver, a_market, another, problem, wrong_fields
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.market import Account, sign
from sandbox.serving import Served

MAIL = "ops@example.test"


@asynccontextmanager
async def subscribed(*events, accounts=(), **options):
    """A market, its seller, and somebody who is subscribed to `events` on the first storefront."""
    receiver = Receiver()
    async with Served(receiver.app()) as hook, a_market(accounts, **options) as (market, seller):
        url = f"{hook.url}/hook"
        for event in events:
            answer = await seller.post(
                "/subscriptions?storefront=de", {"event_name": event, "callback_url": url, "fallback_email": MAIL}
            )
            assert answer.status_code == 201, answer.text
        yield market, seller, receiver, url


async def test_an_address_is_asked_back_before_it_is_believed():
    async with subscribed("order_new") as (_, seller, receiver, url):
        told = (await seller.data("/subscriptions"))[0]

        challenge = receiver.challenges[0]
        assert challenge["mode"] == "subscribe"
        assert len(challenge["challenge"]) == 32
        assert "shop-signature" not in challenge["headers"]
        assert (told["callback_url"], told["event_name"], told["is_active"], told["storefront"]) == (
            *(url, "order_new", True, "de"),
        )


async def test_an_address_that_does_not_echo_is_not_subscribed():
    async with subscribed() as (_, seller, receiver, url):
        receiver.echo = False
        wish = {"event_name": "order_new", "callback_url": url, "fallback_email": MAIL}

        refused = await seller.post("/subscriptions?storefront=de", wish)
        nobody = await seller.post("/subscriptions?storefront=de", wish | {"callback_url": "http://127.0.0.1:9/"})

        assert problem(refused) == problem(nobody) == (400, "subscriptions/unverified-callback-url")
        assert await seller.data("/subscriptions") == []


async def test_a_question_is_joined_to_an_address_that_has_one():
    async with subscribed() as (_, seller, receiver, url):
        await seller.post(
            "/subscriptions?storefront=de",
            {"event_name": "order_new", "callback_url": f"{url}?a=b", "fallback_email": MAIL},
        )

        assert receiver.challenges[0]["a"] == "b"


async def test_a_new_address_is_checked_and_other_changes_are_not():
    async with subscribed("order_new") as (market, seller, receiver, url):
        id = next(iter(market.world.shop().subscriptions)).id

        await seller.patch(f"/subscriptions/{id}", {"is_active": False, "fallback_email": "new@example.test"})
        assert len(receiver.challenges) == 1
        moved = await seller.patch(f"/subscriptions/{id}", {"callback_url": f"{url}?v=2"})
        receiver.echo = False
        refused = await seller.patch(f"/subscriptions/{id}", {"callback_url": f"{url}?v=3"})

        assert moved.json()["data"]["callback_url"] == f"{url}?v=2"
        assert problem(refused) == (400, "subscriptions/unverified-callback-url")
        told = await seller.data(f"/subscriptions/{id}")
        assert (told["callback_url"], told["is_active"]) == (f"{url}?v=2", False)


async def test_a_subscription_is_checked_field_by_field_and_can_be_deleted():
    async with subscribed("order_new") as (market, seller, _, url):
        wrong = await seller.post(
            "/subscriptions?storefront=de",
            {"event_name": "ticket_opened", "callback_url": "x" * 256, "fallback_email": "nobody"},
        )
        elsewhere = await seller.post(
            "/subscriptions?storefront=pl",
            {"event_name": "order_new", "callback_url": url, "fallback_email": MAIL},
        )
        id = next(iter(market.world.shop().subscriptions)).id

        assert wrong_fields(wrong) == {"event_name", "callback_url", "fallback_email"}
        assert problem(elsewhere) == (400, "storefront-not-configured")
        assert (await seller.call("DELETE", f"/subscriptions/{id}")).status_code == 204
        assert problem(await seller.get(f"/subscriptions/{id}")) == (404, "not-found")


async def test_a_push_is_a_signed_hint():
    async with subscribed("order_new") as (market, seller, receiver, url):
        order = market.world.place_order()
        await market.errands.settled()

        push = receiver.pushes[0]
        assert push.told.keys() == {"event_name", "resource", "id_message", "storefront"}
        assert (push.told["event_name"], push.told["storefront"]) == ("order_new", "de")
        assert len(push.told["id_message"]) == 32
        stamp = push.headers["shop-timestamp"]
        assert int(stamp) == int(NOON.timestamp())
        expected = sign(market.world.shop().account.secret_key, "POST", url, push.body, stamp)
        assert push.headers["shop-signature"] == expected
        assert (await seller.data(push.told["resource"]))["id_order"] == order.id


async def test_each_change_tells_what_it_changed():
    async with subscribed(
        *("order_unit_new", "order_unit_status_changed", "return_new", "return_status_changed"),
        *("return_unit_status_changed", "item_unit_changed"),
    ) as (market, seller, receiver, _):
        unit = market.world.units_of(market.world.place_order())[0]
        market.world.send_unit(unit, ["1"], "DHL")
        item = market.world.start_return(unit)
        market.world.parcel_arrives(item)
        returned = market.world.units_of_return(item)[0]
        await market.errands.settled()

        told = {(push.told["event_name"], push.told["resource"]) for push in receiver.pushes}
        assert told >= {
            ("order_unit_new", f"/order-units/{unit.id}/"),
            ("order_unit_status_changed", f"/order-units/{unit.id}/"),
            ("return_new", f"/returns/{item.id}/"),
            ("return_status_changed", f"/returns/{item.id}/"),
            ("return_unit_status_changed", f"/return-units/{returned.id}/"),
        }
        payloads = [push.told["payload"] for push in receiver.pushes if push.told["event_name"] == "item_unit_changed"]
        assert payloads[0]["id_offer"] == unit.id_offer
        for _, resource in told:
            assert (await seller.get(f"{resource}?storefront=de" if "/units/" in resource else resource)).is_success


async def test_pushes_go_to_the_account_and_storefront_they_are_about():
    accounts = [Account.named("main", ("de", "at")), Account.named("globex")]
    async with subscribed("order_new", accounts=accounts) as (market, seller, receiver, url):
        stranger = another(seller, market, "globex")
        await stranger.post(
            "/subscriptions?storefront=de",
            {"event_name": "order_new", "callback_url": f"{url}?who=globex", "fallback_email": MAIL},
        )
        market.world.place_order("at")
        theirs = market.world.place_order("de", account="globex")
        await market.errands.settled()

        assert [push.told["resource"] for push in receiver.pushes] == [f"/orders/{theirs.id}/"]
        assert market.pushes.attempts[0].url.endswith("who=globex")


async def test_there_is_no_event_for_tickets():
    async with subscribed("order_new") as (market, _, receiver, _):
        unit = market.world.units_of(market.world.place_order())[0]
        market.world.events.clear()
        ticket = market.world.open_ticket(unit, "Hallo")
        market.world.buyer_writes(ticket, "Hallo?")
        market.world.buyer_closes(ticket)

        assert market.world.events == []
        assert len(receiver.pushes) <= 1


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_four_statuses_are_a_yes(status):
    async with subscribed("order_new") as (market, _, receiver, _):
        receiver.status = status
        market.world.place_order()
        await market.let_time_pass(timedelta(hours=2))

        assert len(receiver.pushes) == 1


async def test_what_is_not_accepted_comes_again_at_growing_gaps_with_a_new_stamp():
    async with subscribed("order_new") as (market, _, receiver, _):
        receiver.status = 503
        market.world.place_order()
        await market.let_time_pass(timedelta(hours=4))

        minutes = [(attempt.at - NOON) / timedelta(minutes=1) for attempt in market.pushes.attempts]
        assert minutes == [0, 1, 16, 46, 106, 166, 226]
        stamps = [int(push.headers["shop-timestamp"]) for push in receiver.pushes]
        assert stamps == [int((NOON + timedelta(minutes=minute)).timestamp()) for minute in minutes]
        assert len({push.told["id_message"] for push in receiver.pushes}) == 1

        receiver.status = 204
        await market.let_time_pass(timedelta(hours=4))
        assert len(receiver.pushes) == 8


async def test_after_half_a_day_the_subscription_is_switched_off_and_somebody_is_mailed():
    async with subscribed("order_new") as (market, seller, receiver, _):
        receiver.status = 500
        market.world.place_order()
        await market.let_time_pass(timedelta(hours=11))
        assert (await seller.data("/subscriptions"))[0]["is_active"] is True

        await market.let_time_pass(timedelta(hours=2))

        told = (await seller.data("/subscriptions"))[0]
        assert told["is_active"] is False
        assert [(mail.to, "order_new" in mail.subject) for mail in market.world.mails] == [(MAIL, True)]


async def test_nothing_of_the_time_it_was_off_is_sent_later():
    async with subscribed("order_new") as (market, seller, receiver, _):
        receiver.status = 500
        market.world.place_order()
        await market.let_time_pass(timedelta(hours=11, minutes=30))
        market.world.place_order()
        await market.let_time_pass(timedelta(minutes=20))
        subscription = next(iter(market.world.shop().subscriptions))
        assert subscription.active is False
        market.world.place_order()
        receiver.status = 204
        receiver.pushes.clear()

        await seller.patch(f"/subscriptions/{subscription.id}", {"is_active": True})
        await market.let_time_pass(timedelta(hours=3))
        assert receiver.pushes == []

        fresh = market.world.place_order()
        await market.let_time_pass(timedelta(minutes=1))
        assert [push.told["resource"] for push in receiver.pushes] == [f"/orders/{fresh.id}/"]
        assert len(market.world.mails) == 1


async def test_an_answer_that_takes_too_long_is_none():
    async def slow(request):
        if request.method == "GET":
            return Response(request.query_params["challenge"])
        await asyncio.sleep(30)
        return Response(status_code=204)

    app = Starlette(routes=[Route("/hook", slow, methods=["GET", "POST"])])
    async with Served(app) as hook, a_market() as (market, seller):
        market.pushes.answer_seconds = 0.1
        await seller.post(
            "/subscriptions?storefront=de",
            {"event_name": "order_new", "callback_url": f"{hook.url}/hook", "fallback_email": MAIL},
        )
        market.world.place_order()
        await market.errands.settled()

        assert [attempt.status for attempt in market.pushes.attempts] == [0]


def test_a_receiver_has_five_seconds():
    from sandbox.market.pushes import ANSWER_SECONDS, CHALLENGE_SECONDS

    assert (ANSWER_SECONDS, CHALLENGE_SECONDS) == (5.0, 15.0)


async def test_lost_pushes_are_never_tried():
    async with subscribed("order_new") as (market, _, receiver, _):
        market.faults.lose_pushes(next=2)
        orders = [market.world.place_order() for _ in range(3)]
        await market.let_time_pass(timedelta(hours=1))

        assert [push.told["resource"] for push in receiver.pushes] == [f"/orders/{orders[2].id}/"]


async def test_a_share_of_pushes_is_lost():
    async with subscribed("order_new") as (market, _, receiver, _):
        market.faults.lose_pushes(0.3)
        for _ in range(200):
            market.world.place_order()
        await market.errands.settled()

        assert 120 <= len(receiver.pushes) <= 160


async def test_duplicates_carry_the_same_message_number():
    async with subscribed("order_new") as (market, _, receiver, _):
        market.faults.duplicate_pushes(copies=4)
        market.world.place_order()
        await market.errands.settled()

        assert len(receiver.pushes) == 5
        assert len({push.body for push in receiver.pushes}) == 1


async def test_shuffled_pushes_arrive_out_of_order_and_all_of_them():
    async with subscribed("order_new") as (market, _, receiver, _):
        market.faults.shuffle_pushes()
        orders = [f"/orders/{market.world.place_order().id}/" for _ in range(20)]
        await market.let_time_pass(timedelta(seconds=3))

        arrived = [push.told["resource"] for push in receiver.pushes]
        assert sorted(arrived) == sorted(orders)
        assert arrived != orders


async def test_anything_can_be_pushed_rightly_signed():
    async with subscribed() as (market, _, receiver, url):
        status = await market.pushes.say("main", url, {"event_name": "moon_full", "resource": "/moons/1/"})

        push = receiver.pushes[0]
        stamp = push.headers["shop-timestamp"]
        assert status == 204
        assert push.told["event_name"] == "moon_full"
        expected = sign(market.world.shop().account.secret_key, "POST", url, push.body, stamp)
        assert push.headers["shop-signature"] == expected


async def test_a_late_retry_may_carry_its_old_stamp_and_a_forged_push_a_wrong_signature():
    async with subscribed("order_new") as (market, _, receiver, url):
        receiver.status = 500
        market.faults.switch_on("old_push_stamps")
        market.faults.switch_on("forged_pushes", next=1)
        market.world.place_order()
        await market.let_time_pass(timedelta(minutes=20))

        secret = market.world.shop().account.secret_key
        right = [
            push.headers["shop-signature"] == sign(secret, "POST", url, push.body, push.headers["shop-timestamp"])
            for push in receiver.pushes
        ]
        assert right == [False, True, True]
        assert {push.headers["shop-timestamp"] for push in receiver.pushes} == {str(int(NOON.timestamp()))}
