"""The playground: everything the other side can do, over HTTP, for another process or a page."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import httpx
from market_caller import NOON, a_market, a_served_market, problem

from sandbox.market import Account


class Player:
    def __init__(self, seller):
        self._client = seller._client
        self._url = f"{seller.url}/play"

    async def get(self, path):
        answer = await self._client.get(self._url + path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def raw(self, path, body=None, method="POST"):
        return await self._client.request(method, self._url + path, json=body or {})

    async def post(self, path, **body):
        answer = await self.raw(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_a_ticket_is_opened_on_any_order_and_talked_over():
    async with a_served_market() as (_, seller):
        play = Player(seller)
        order = await play.post("/orders", storefront="de", pieces=2)
        unit = order["units"][1]["id"]

        opened = await play.post("/tickets", order_unit=unit, text="Wo ist mein Paket?", topic="delivery_delayed")
        await seller.post(f"/tickets/{opened['id']}/messages", {"text": "Es kommt morgen."})
        await play.post(f"/tickets/{opened['id']}/messages", text="Danke!")
        await play.post(f"/tickets/{opened['id']}/messages", text="Gern.", **{"as": "seller"})
        await play.post(f"/tickets/{opened['id']}/photo")
        told = await play.get(f"/tickets/{opened['id']}")

        assert [(message["role"], message["text"]) for message in told["messages"]] == [
            ("buyer", "Wo ist mein Paket?"),
            ("seller", "Es kommt morgen."),
            ("buyer", "Danke!"),
            ("seller", "Gern."),
        ]
        photo = await seller._client.get(seller.url + told["files"][0]["path"])
        assert photo.content.startswith(b"\x89PNG")
        picture = await seller._client.get(seller.url + told["picture"])
        assert picture.headers["content-type"] == "image/svg+xml"


async def test_without_words_a_fitting_letter_is_written():
    async with a_market() as (_, seller):
        play = Player(seller)
        await play.post("/orders", storefront="de")

        opened = await play.post("/tickets", topic="order_cancel", storefront="de")
        again = await play.post(f"/tickets/{opened['id']}/messages")

        assert opened["topic"] == "order_cancel"
        assert opened["order"] in opened["messages"][0]["text"]
        assert len(again["messages"]) == 2


async def test_tickets_are_closed_by_either_side_and_for_good():
    async with a_market() as (_, seller):
        play = Player(seller)
        ids = [(await play.post("/tickets", text="Hallo"))["id"] for _ in range(3)]

        told = [
            (await play.post(f"/tickets/{id}/close", **({"by": by} if by else {})))["status"]
            for id, by in zip(ids, (None, "seller", "customer_service"), strict=True)
        ]

        assert told == ["buyer_closed", "seller_closed", "customer_service_closed_final"]
        assert (await play.raw(f"/tickets/{ids[2]}/messages", {"text": "x"})).status_code == 400


async def test_a_return_is_started_sent_received_and_decided_in_the_portal():
    async with a_market() as (_, seller):
        play = Player(seller)
        item = await play.post("/returns", reason="defect", note="Geht nicht an")
        seen = [item["status"]]
        for step in ("send", "arrive"):
            seen.append((await play.post(f"/returns/{item['id']}/{step}"))["status"])
        unit = item["units"][0]["id"]
        decided = await play.post(f"/return-units/{unit}/clarify", message="Es fehlt ein Teil")

        assert seen == ["label_generated", "package_sent", "package_received"]
        assert decided["units"][0]["status"] == "return_in_clarification"
        assert len(decided["units"][0]["tickets"]) == 1
        assert (await play.raw(f"/return-units/{unit}/clarify")).json()["type"] == "/problems/returns/unit-wrong-status"


async def test_parcels_arrive_and_time_passes():
    async with a_market() as (_, seller):
        play = Player(seller)
        order = await play.post("/orders", released=False)
        unit = order["units"][0]["id"]

        told = await play.post("/time", minutes=15)
        released = await play.get(f"/orders/{order['id']}")
        await play.post(f"/order-units/{unit}/status", status="sent")
        received = await play.post(f"/order-units/{unit}/status", status="received")

        assert told["now"] == "2026-03-04T12:15:00+00:00"
        assert released["units"][0]["status"] == "need_to_be_sent"
        assert received["units"][0]["status"] == "received"


async def test_faults_are_switched_on_and_off_from_outside():
    async with a_market() as (_, seller):
        play = Player(seller)

        fault = await play.post("/faults", kind="error", status=502, next=5)
        assert (await seller.get("/status/ping")).status_code == 502
        assert [each["kind"] for each in await play.get("/faults")] == ["error"]
        assert (await play.raw(f"/faults/{fault['id']}", method="DELETE")).json() == []
        assert (await seller.get("/status/ping")).status_code == 200
        wrong = await play.raw("/faults", {"kind": "earthquake"})
        assert wrong.status_code == 400
        assert "cut_after_execution" in wrong.json()["message"]


async def test_what_the_bot_wrote_can_be_read_here():
    async with a_market() as (_, seller):
        play = Player(seller)
        opened = await play.post("/tickets", text="Hallo")
        await seller.post(f"/tickets/{opened['id']}/messages", {"text": "Guten Tag"})
        await seller.patch(f"/tickets/{opened['id']}/close")

        entries = await play.get("/journal")

        assert [(entry["method"], entry["path"]) for entry in entries] == [
            ("POST", f"/tickets/{opened['id']}/messages"),
            ("PATCH", f"/tickets/{opened['id']}/close"),
        ]
        assert entries[0]["body"] == {"text": "Guten Tag"}
        assert (await play.get("/journal?after=1")) == entries[1:]


async def test_a_storm_opens_as_many_tickets_as_asked():
    async with a_market() as (market, seller):
        play = Player(seller)

        assert await play.post("/storm") == {"opened": 300}
        assert len(market.world.shop().tickets) == 300
        rows = await play.get("/tickets?limit=7")
        assert len(rows) == 7
        assert rows[0]["last"]["role"] == "buyer"


async def test_the_state_counts_what_there_is():
    async with a_market() as (_, seller):
        play = Player(seller)
        await play.post("/tickets", text="Hallo")

        told = await play.get("/state")

        assert told["now"] == NOON.isoformat()
        assert told["accounts"][0]["tickets"] == {"opened": 1}
        assert await play.get("/mails") == await play.get("/pushes") == []


async def test_orders_and_returns_are_listed_by_what_moved_last():
    async with a_market() as (market, seller):
        play = Player(seller)
        first, second = [(await play.post("/orders"))["id"] for _ in range(2)]
        await play.post("/time", minutes=1)
        item = await play.post("/returns", order=first)
        market.world.send_unit(market.world.units_of(market.world.shop().orders.find(first))[0], ["1"], "DHL")

        assert [row["id"] for row in await play.get("/orders")] == [first, second]
        assert [row["id"] for row in await play.get("/returns?limit=1")] == [item["id"]]


async def test_the_pace_of_life_is_set_from_outside():
    async with a_market() as (market, seller):
        play = Player(seller)

        assert await play.post("/pace", seconds=30) == {"seconds": 30.0}
        assert market.pace == 30.0
        assert (await play.get("/state"))["pace"] == 30.0
        assert (await play.raw("/pace", {"seconds": "soon"})).status_code == 400


async def test_what_is_not_there_or_not_json_is_refused():
    async with a_market() as (_, seller):
        play = Player(seller)
        client, url = seller._client, f"{seller.url}/play"

        assert problem(await play.raw("/tickets/00199999999/close")) == (404, "not-found")
        assert (await client.post(f"{url}/storm", content=b"{}")).status_code == 400
        assert (await client.post(f"{url}/storm", data={"tickets": "1"})).status_code == 400
        assert (await client.post(f"{url}/storm", json=[1])).status_code == 400
        assert (await play.raw("/time", {"fortnights": 1})).status_code == 400
        assert (await client.get(f"{url}/nothing")).status_code == 404
        assert (await client.get(f"{seller.url}/pictures/nothing.svg")).status_code == 404


async def test_a_marketplace_can_live_in_a_process_of_its_own():
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.market", "--account", "acme:de,cz:garden", "--history"),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        told = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            state = (await client.get(f"{told['url']}/play/state")).json()
    finally:
        process.terminate()
        ended = await process.wait()

    assert told["accounts"]["acme"]["client_key"] == Account.named("acme").client_key
    assert state["accounts"][0]["storefronts"] == ["de", "cz"]
    assert state["accounts"][0]["tickets"]["opened"] == 12
    assert ended == 0
