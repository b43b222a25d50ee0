"""Conversations: turns, closing, opening again, files, and what is refused."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from market_caller import NOON, a_market, another, problem, wrong_fields

from sandbox.market import KAUFLAND, Account, Problem

PDF = base64.b64encode(b"%PDF-1.4\n").decode()


def opened(market, **wanted):
    unit = market.world.units_of(market.world.place_order(**wanted))[0]
    return market.world.open_ticket(unit, "Wo bleibt mein Paket?", topic="delivery_delayed")


async def test_a_buyers_ticket_waits_for_the_seller_and_tells_all_it_knows():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.buyer_attaches(ticket, "foto.png", "image/png", b"png")

        row = (await seller.data("/tickets"))[0]
        told = await seller.data(f"/tickets/{ticket.id}?embedded=messages,files,buyer,product&embedded=order_units")

        assert row["id_ticket"].startswith("001")
        assert row["is_seller_responsible"] is True
        assert (row["status"], row["topic"], row["open_reason"]) == (
            *("opened", "delivery_delayed", "product_not_delivered"),
        )
        assert "storefront" not in row
        assert told["storefront"] == "de"
        assert [message["text"] for message in told["messages"]] == ["Wo bleibt mein Paket?"]
        assert told["messages"][0]["author"] == {"role": "buyer", "name": ticket.buyer.name}
        assert told["files"][0]["filename"] == "foto.png"
        assert told["order_units"][0]["id_order_unit"] == ticket.order_unit_ids[0]
        assert told["buyer"]["id_buyer"] == ticket.buyer.id
        assert told["product"]["id_product"] == ticket.product.id


async def test_details_come_only_with_what_was_asked_for():
    async with a_market() as (market, seller):
        ticket = opened(market)

        told = await seller.data(f"/tickets/{ticket.id}")

        assert not told.keys() & {"messages", "files", "buyer", "product", "order_units"}


async def test_a_files_address_hands_it_out_to_whoever_has_the_token():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.buyer_attaches(ticket, "Foto Nr. 1 ä.png", "image/png", b"the picture")
        uri = (await seller.data(f"/tickets/{ticket.id}?embedded=files"))["files"][0]["uri"]

        answer = await seller._client.get(uri)
        without = await seller._client.get(uri.split("?")[0])

        assert (answer.status_code, answer.content) == (200, b"the picture")
        assert without.status_code == 404


async def test_an_answer_gives_the_turn_to_the_buyer():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.clock.advance(timedelta(minutes=5))

        answer = await seller.post(f"/tickets/{ticket.id}/messages", {"text": "Es kommt morgen."})

        assert (answer.status_code, answer.content) == (201, b"")
        assert ticket.seller_responsible is False
        assert ticket.updated == NOON + timedelta(minutes=5)
        assert [(message.role, message.text) for message in ticket.messages][-1] == ("seller", "Es kommt morgen.")


async def test_an_interim_notice_keeps_the_turn():
    async with a_market() as (market, seller):
        ticket = opened(market)

        await seller.post(f"/tickets/{ticket.id}/messages", {"text": "Wir fragen nach.", "interim_notice": True})

        assert ticket.seller_responsible is True


@pytest.mark.parametrize("prefix", ["data:application/pdf;base64,", ""])
async def test_files_come_with_or_without_the_prefix_of_a_data_uri(prefix):
    async with a_market() as (market, seller):
        ticket = opened(market)
        file = {"filename": "label.pdf", "mime_type": "application/pdf", "data": prefix + PDF}

        answer = await seller.post(
            f"/tickets/{ticket.id}/messages", {"text": "Ihr Etikett", "ticket_message_files": [file]}
        )

        assert answer.status_code == 201
        assert ticket.files[0].content == b"%PDF-1.4\n"


@pytest.mark.parametrize(
    "file",
    [
        {"filename": "a.exe", "mime_type": "application/x-msdownload", "data": PDF},
        {"filename": "a.pdf", "mime_type": "application/pdf", "data": "no base64!"},
        {"filename": "a.pdf", "mime_type": "application/pdf", "data": f"data:image/png;base64,{PDF}"},
    ],
)
async def test_a_file_that_is_refused_takes_its_message_with_it(file):
    async with a_market() as (market, seller):
        ticket = opened(market)

        answer = await seller.post(f"/tickets/{ticket.id}/messages", {"text": "x", "ticket_message_files": [file]})

        assert problem(answer) == (400, "tickets/attachments-upload-failure")
        assert len(ticket.messages) == 1
        assert ticket.seller_responsible is True


async def test_everything_wrong_with_a_message_is_told_at_once():
    async with a_market() as (market, seller):
        ticket = opened(market)

        answer = await seller.post(
            f"/tickets/{ticket.id}/messages",
            {"text": "", "interim_notice": "no", "ticket_message_files": [{"filename": 1}], "colour": "red"},
        )

        assert wrong_fields(answer) == {
            *("text", "interim_notice", "colour", "ticket_message_files.0.filename"),
            *("ticket_message_files.0.mime_type", "ticket_message_files.0.data"),
        }


async def test_each_side_closes_for_itself():
    async with a_market() as (market, seller):
        mine, theirs = opened(market), opened(market)
        market.world.buyer_closes(theirs)
        assert theirs.status == "buyer_closed"

        assert (await seller.patch(f"/tickets/{mine.id}/close")).status_code == 204
        assert (await seller.patch(f"/tickets/{theirs.id}/close")).status_code == 204

        assert (mine.status, theirs.status) == ("seller_closed", "both_closed")
        assert problem(await seller.patch(f"/tickets/{mine.id}/close")) == (400, "tickets/non-closable-by-seller")


async def test_a_buyer_who_writes_again_opens_a_closed_ticket():
    async with a_market() as (market, seller):
        ticket = opened(market)
        await seller.patch(f"/tickets/{ticket.id}/close")

        market.world.buyer_writes(ticket, "Es ist immer noch nicht da.")

        assert (ticket.status, ticket.seller_responsible) == ("opened", True)


async def test_a_seller_can_write_after_the_buyer_closed_but_not_after_closing():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.buyer_closes(ticket)
        assert (await seller.post(f"/tickets/{ticket.id}/messages", {"text": "Danke!"})).status_code == 201

        await seller.patch(f"/tickets/{ticket.id}/close")
        answer = await seller.post(f"/tickets/{ticket.id}/messages", {"text": "Noch etwas"})

        assert problem(answer) == (400, "tickets/internal-action-restriction")


async def test_after_customer_service_closed_for_good_nobody_gets_in():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.customer_service_closes(ticket)

        written = await seller.post(f"/tickets/{ticket.id}/messages", {"text": "Hallo?"})
        closed = await seller.patch(f"/tickets/{ticket.id}/close")

        assert problem(written) == problem(closed) == (400, "tickets/finally-closed")
        with pytest.raises(Problem, match="finally-closed"):
            market.world.buyer_writes(ticket, "Hallo?")


async def test_tickets_of_kauflands_own_orders_are_hidden_and_refused():
    async with a_market() as (market, seller):
        ticket = opened(market, fulfillment=KAUFLAND)

        assert await seller.data("/tickets") == []
        assert len(await seller.data("/tickets?fulfillment_type=fulfilled_by_kaufland")) == 1
        assert len(await seller.data("/tickets?fulfillment_type=fulfilled_by_kaufland,fulfilled_by_merchant")) == 1
        written = await seller.post(f"/tickets/{ticket.id}/messages", {"text": "x"})
        assert problem(written) == (400, "tickets/fbk-action-restriction")
        assert problem(await seller.patch(f"/tickets/{ticket.id}/close")) == (400, "tickets/fbk-action-restriction")


async def test_a_seller_opens_a_ticket_about_units_of_one_order():
    async with a_market() as (market, seller):
        units = [unit.id for unit in market.world.units_of(market.world.place_order(pieces=2))]
        other = market.world.units_of(market.world.place_order())[0].id
        wish = {"reason": "contact_other", "message": "Eine Frage zu Ihrer Bestellung"}

        answer = await seller.post("/tickets", {"id_order_unit": units, **wish})
        mixed = await seller.post("/tickets", {"id_order_unit": [units[0], other], **wish})
        unknown = await seller.post("/tickets", {"id_order_unit": [1], **wish})

        assert answer.status_code == 201
        told = await seller.data(f"/tickets/{answer.json()['data']['id_ticket']}?embedded=messages")
        assert told["ids_order_units"] == units
        assert told["is_seller_responsible"] is False
        assert told["messages"][0]["author"]["role"] == "seller"
        assert wrong_fields(mixed) == {"id_order_unit"}
        assert problem(unknown) == (404, "not-found")


async def test_a_seller_cannot_open_a_ticket_about_kauflands_own_order():
    async with a_market() as (market, seller):
        unit = market.world.units_of(market.world.place_order(fulfillment=KAUFLAND))[0]

        answer = await seller.post(
            "/tickets", {"id_order_unit": [unit.id], "reason": "contact_other", "message": "Hallo"}
        )

        assert problem(answer) == (403, "tickets/fbk-action-restriction")


async def test_colleagues_customer_service_and_the_system_write_too():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.seller_message(ticket, "Aus dem Portal")
        market.world.customer_service_writes(ticket, "Bitte melden Sie sich.")
        market.world.system_writes(ticket, "Es wurde ein Rücksendeetikett angefragt.")

        messages = (await seller.data(f"/tickets/{ticket.id}?embedded=messages"))["messages"]

        assert [message["author"]["role"] for message in messages] == [
            *("buyer", "seller", "customer_service", "system"),
        ]
        assert ticket.seller_responsible is True


async def test_filters_narrow_the_list():
    async with a_market([Account.named("main", ("de", "at"))]) as (market, seller):
        late = opened(market, storefront="de")
        unit = market.world.units_of(market.world.place_order("at"))[0]
        asked = market.world.open_ticket(unit, "Eine Frage", topic="product_properties")
        market.world.buyer_closes(asked)

        async def ids(query: str) -> list[str]:
            return [row["id_ticket"] for row in await seller.data(f"/tickets?{query}")]

        assert await ids("status=opened") == [late.id]
        assert await ids("status=buyer_closed&status=both_closed") == [asked.id]
        assert await ids("storefront=at,de") == [asked.id, late.id]
        assert await ids("storefront=AT") == [asked.id]
        assert await ids("topic=delivery_delayed") == [late.id]
        assert await ids("open_reason=product_not_as_described") == [asked.id]
        assert await ids(f"id_buyer={late.buyer.id}") == [late.id]


async def test_messages_are_listed_over_all_tickets_in_both_directions():
    async with a_market() as (market, seller):
        ticket = opened(market)
        market.world.clock.advance(timedelta(minutes=1))
        market.world.buyer_writes(ticket, "Hallo?")

        newest = await seller.data("/tickets/messages")
        oldest = await seller.data("/tickets/messages?sort=ts_created_iso:asc")
        since = await seller.data("/tickets/messages?ts_created_from_iso=2026-03-04T12:01:00Z")

        assert [message["text"] for message in newest] == ["Hallo?", "Wo bleibt mein Paket?"]
        assert oldest == newest[::-1]
        assert since == newest[:1]


async def test_one_sellers_tickets_are_nobody_elses():
    async with a_market([Account.named("main"), Account.named("globex")]) as (market, seller):
        ticket = opened(market)
        stranger = another(seller, market, "globex")

        assert problem(await stranger.get(f"/tickets/{ticket.id}")) == (404, "not-found")
        assert problem(await stranger.patch(f"/tickets/{ticket.id}/close")) == (404, "not-found")
        assert await stranger.data("/tickets") == []
        assert ticket.status == "opened"


async def test_a_number_that_cannot_be_a_ticket_is_a_wrong_parameter():
    async with a_market() as (_, seller):
        assert wrong_fields(await seller.get("/tickets/123")) == {"id_ticket"}
