"""Import files: fetched for real, worked through step by step, applied line by line."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from market_caller import a_market, problem, wrong_fields
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.market import KAUFLAND
from sandbox.market.imports import STATUSES
from sandbox.market.inventory import NewOffer
from sandbox.serving import Served

HEADER = (
    "ean;condition;price;currency;comment;id_offer;id_warehouse;count;"
    "minimum_price;price_cs;minimum_price_cs;id_shipping_group;handling_time"
)
DONE = timedelta(minutes=2)


@asynccontextmanager
async def hosted(text, status=200):
    """A file at an address of its own, and how often it was fetched."""
    fetched = []

    async def file(request):
        fetched.append(request.url.path)
        return Response(text.encode() if isinstance(text, str) else text, status)

    async with Served(Starlette(routes=[Route("/feed.csv", file)])) as served:
        yield f"{served.url}/feed.csv", fetched


async def imported(market, seller, path, text, status=200):
    """The import file after everything was done."""
    async with hosted(text, status) as (url, fetched):
        answer = await seller.post(path, {"url": url})
        assert answer.status_code in {200, 201}, answer.text
        id = answer.json()["data"]["id_import_file"]
        await market.let_time_pass(DONE)
        assert len(fetched) == 1
    where, _, query = path.partition("?")
    return await seller.data(f"{where}/{id}{'?' if query else ''}{query}")


def offers_of(market):
    return {offer.id_offer: offer for offer in market.world.shop().offers}


def row(offer, **changed):
    fields = {
        "ean": offer.product.eans[0],
        "condition": "100",
        "price": offer.listing_price,
        "currency": "EUR",
        "id_offer": offer.id_offer,
        "count": offer.amount,
        "handling_time": 1,
    } | changed
    return ";".join(str(fields.get(name, "")) for name in HEADER.split(";"))


async def test_a_file_goes_through_its_steps_one_after_the_other():
    async with a_market() as (market, seller):
        offer = next(iter(market.world.shop().offers))
        async with hosted(f"{HEADER}\n{row(offer)}\n") as (url, _):
            id = (await seller.post("/import-files/inventory-feed?storefront=de", {"url": url})).json()["data"][
                "id_import_file"
            ]
            seen = []
            while not seen or seen[-1] != "IMPORTED":
                told = await seller.data(f"/import-files/inventory-feed/{id}?storefront=de")
                seen += [told["status"]] if told["status"] not in seen else []
                await market.let_time_pass(timedelta(seconds=1))
                await market.errands.settled()

        # The download itself may be over before anybody looks.
        assert [status for status in seen if status != "DOWNLOADING"] == [
            *("NEW", "DOWNLOADED", "PREPARING", "PREPARED", "CHECKING", "CHECKED"),
            *("PREPROCESSING", "PREPROCESSED", "IMPORTING", "IMPORTED"),
        ]


async def test_a_feed_is_the_whole_inventory_so_what_it_leaves_out_is_removed():
    async with a_market() as (market, seller):
        kept, changed, *_ = offers_of(market).values()
        keys = {offer.product.key for offer in market.world.shop().offers}
        product = next(product for product in market.world.products.values() if product.key not in keys)
        own = market.world.create_offer(
            market.world.shop(), "de", product, NewOffer("FBK-1", 100, 1), fulfillment=KAUFLAND
        )
        feed = f"{HEADER}\n{row(kept)}\n{row(changed, price='', price_cs='12,5', count=3, comment='neu; verpackt')}\n"
        feed = feed.replace("neu; verpackt", '"neu; verpackt"')

        told = await imported(market, seller, "/import-files/inventory-feed?storefront=de", feed)

        assert (told["status"], told["error_count"], told["total_lines"], told["current_line"]) == ("IMPORTED", 0, 2, 2)
        assert told["ts_completed_iso"] is not None
        assert set(offers_of(market)) == {kept.id_offer, changed.id_offer, own.id_offer}
        assert (changed.listing_price, changed.amount, changed.note) == (1250, 3, "neu; verpackt")


async def test_a_bad_line_is_counted_and_leaves_its_offer_alone():
    async with a_market() as (market, seller):
        fine, bad, *_ = offers_of(market).values()
        lines = [
            row(fine, count=1),
            row(bad, price="12.50"),
            row(bad, currency="CZK"),
            row(bad, ean="2099999999999", id_offer="NOBODY"),
            row(bad, price_cs="1,00"),
            row(bad, handling_time=""),
        ]

        told = await imported(market, seller, "/import-files/inventory-feed?storefront=de", "\n".join([HEADER, *lines]))

        assert (told["status"], told["error_count"], told["current_line"]) == ("IMPORTED", 5, 6)
        assert set(offers_of(market)) == {fine.id_offer, bad.id_offer}
        file = market.world.shop().imports.find(told["id_import_file"])
        assert [line for line, _ in file.problems] == [3, 4, 5, 6, 7]


async def test_a_feed_can_bring_new_offers():
    async with a_market() as (market, seller):
        keys = {offer.product.key for offer in market.world.shop().offers}
        product = next(product for product in market.world.products.values() if product.key not in keys)
        line = f"{product.eans[0]};used - as new;4999;EUR;;NEW-7;;;;;;;2"

        await imported(market, seller, "/import-files/inventory-feed?storefront=de", f"{HEADER}\n{line}")

        offer = offers_of(market)["NEW-7"]
        assert (offer.condition, offer.amount, offer.listing_price) == ("USED___AS_NEW", 1, 4999)
        assert len(offers_of(market)) == 1


async def test_commands_change_only_what_they_name():
    async with a_market() as (market, seller):
        before = set(offers_of(market))
        changed, deleted, *_ = offers_of(market).values()
        commands = [
            f"UPSERT;{row(changed, count=2)}",
            f"DELETE;{deleted.product.eans[0]};{deleted.id_offer}",
            f"DELETE;{deleted.product.eans[0]}",
            "EXPLODE;1",
            "UPSERT;1;2",
        ]

        told = await imported(market, seller, "/import-files/inventory-command?storefront=de", "\n".join(commands))

        assert (told["status"], told["error_count"], told["total_lines"]) == ("IMPORTED", 3, 5)
        assert changed.amount == 2
        assert set(offers_of(market)) == before - {deleted.id_offer}


async def test_order_commands_send_and_cancel_and_skip_kauflands_own():
    async with a_market() as (market, seller):
        sent, cancelled, refused = (market.world.units_of(market.world.place_order())[0] for _ in range(3))
        own = market.world.units_of(market.world.place_order(fulfillment=KAUFLAND))[0]
        commands = [
            f"MARK_UNIT_SENT;{sent.id};DHL;0034123456789",
            f"MARK_UNIT_CANCELLED;{cancelled.id};NoInventory",
            f"MARK_UNIT_CANCELLED;{refused.id};Mood",
            f"MARK_UNIT_SENT;{own.id};DHL;1",
            "MARK_UNIT_SENT;1;DHL;1",
        ]

        told = await imported(market, seller, "/import-files/order-command", "\n".join(commands))

        assert (told["status"], told["error_count"]) == ("IMPORTED", 2)
        assert "storefront" not in told
        assert (sent.status, cancelled.status, refused.status, own.status) == (
            *("sent", "cancelled", "need_to_be_sent", "need_to_be_sent"),
        )


async def test_product_data_from_a_file_is_done_when_its_flag_says_so():
    async with a_market() as (market, seller):
        text = (
            "ean;locale;category;title;description;manufacturer;picture\n"
            "2012345678900;de-DE;Stifte;Textmarker gelb;Leuchtet;Schreiber;https://img.example.test/a.jpg\n"
        )

        told = await imported(market, seller, "/product-data/import-files", text)
        await market.let_time_pass(DONE)

        assert (told["status"], told["async_import_done"], told["ts_created"]) == ("DONE", 1, "2026-03-04 12:00:00")
        assert (await seller.data("/product-data/status/2012345678900?locale=de-DE"))["update_status"] == "SUCCESS"


async def test_what_a_product_lacks_is_an_error_of_its_line():
    async with a_market() as (market, seller):
        text = (
            "ean;locale;category;title;description;manufacturer;picture\n"
            "2012345678900;de-DE;Stifte;Textmarker gelb;Leuchtet;Schreiber;https://img.example.test/a.jpg\n"
            "2012345678917;de-DE;Stifte;Textmarker rot;;Schreiber;\n"
            "2012345678924\n"
        )

        told = await imported(market, seller, "/product-data/import-files", text)

        assert (told["total_lines"], told["error_count"]) == (3, 2)
        file = market.world.shop().imports.find(told["id_import_file"])
        assert [line for line, _ in file.problems] == [3, 4]
        assert "description, picture" in file.problems[0][1]


async def test_a_file_of_no_known_kind_is_not_put_on_the_shelf():
    async with a_market() as (market, _):
        with pytest.raises(ValueError, match="PRODUCT_FEED"):
            market.world.create_import(market.world.shop(), "product-data", "", "https://seller.test/f.csv")


@pytest.mark.parametrize(
    ("text", "status", "ends", "note"),
    [
        ("gone", 404, "DOWNLOADING_FAILED", "404"),
        ("ean;price\n1;2", 200, "PREPARING_FAILED", "condition"),
        (b"\xff\xfe\x00", 200, "PREPARING_FAILED", "UTF-8"),
        (f'{HEADER}\n"never closed', 200, "PREPARING_FAILED", "Line"),
    ],
)
async def test_a_file_that_cannot_be_read_removes_nothing(text, status, ends, note):
    async with a_market() as (market, seller):
        before = len(market.world.shop().offers)

        told = await imported(market, seller, "/import-files/inventory-feed?storefront=de", text, status)

        assert told["status"] == ends
        assert note in told["note"]
        assert len(market.world.shop().offers) == before


@pytest.mark.parametrize(
    ("fault", "fetches", "ends"), [("never_downloaded", 0, "DOWNLOADING"), ("downloaded_twice", 2, "IMPORTED")]
)
async def test_downloads_can_be_forgotten_or_made_twice(fault, fetches, ends):
    async with a_market() as (market, seller), hosted("MARK_UNIT_SENT;1;DHL;1") as (url, fetched):
        market.faults.switch_on(fault, path="feed.csv")

        id = (await seller.post("/import-files/order-command", {"url": url})).json()["data"]["id_import_file"]
        await market.let_time_pass(DONE)

        told = await seller.data(f"/import-files/order-command/{id}")
        assert (len(fetched), told["status"]) == (fetches, ends)


async def test_an_address_nobody_answers_at_fails_the_download():
    async with a_market() as (market, seller):
        answer = await seller.post("/import-files/order-command", {"url": "http://127.0.0.1:9/feed.csv"})
        await market.let_time_pass(DONE)

        id = answer.json()["data"]["id_import_file"]
        assert (await seller.data(f"/import-files/order-command/{id}"))["status"] == "DOWNLOADING_FAILED"


async def test_thirty_product_feeds_a_day_are_enough():
    async with a_market(running=False) as (market, seller):
        codes = [
            (await seller.post("/product-data/import-files", {"url": f"http://127.0.0.1:9/{n}"})).status_code
            for n in range(31)
        ]

        assert codes == [200] * 30 + [423]
        market.world.clock.advance(timedelta(days=1))
        assert (await seller.post("/product-data/import-files", {"url": "http://127.0.0.1:9/"})).status_code == 200


@pytest.mark.parametrize("status", STATUSES)
async def test_any_status_can_be_set_and_stays(status):
    async with a_market(running=False) as (market, seller):
        id = (await seller.post("/import-files/order-command", {"url": "http://127.0.0.1:9/a"})).json()["data"][
            "id_import_file"
        ]
        market.world.clock.advance(timedelta(seconds=2))

        market.world.set_import_status(id, status, "told by a test")
        market.world.clock.advance(timedelta(hours=1))

        told = await seller.data(f"/import-files/order-command/{id}")
        assert (told["status"], told["note"]) == (status, "told by a test")


async def test_files_are_listed_by_kind_storefront_and_status():
    async with a_market(running=False) as (market, seller):
        for path in ("inventory-feed?storefront=de", "inventory-feed?storefront=de", "order-command"):
            await seller.post(f"/import-files/{path}", {"url": "http://127.0.0.1:9/a"})
        first, second = (file.id for file in list(market.world.shop().imports)[:2])
        market.world.set_import_status(first, "IMPORTED")

        async def ids(query: str) -> list[int]:
            rows = await seller.data(f"/import-files/inventory-feed?storefront=de{query}")
            return [file["id_import_file"] for file in rows]

        assert await ids("") == [second, first]
        assert await ids("&sort=id:asc") == [first, second]
        assert await ids("&status=IMPORTED") == [first]
        elsewhere = await seller.get(f"/import-files/inventory-command/{first}?storefront=de")
        assert problem(elsewhere) == (404, "not-found")
        assert wrong_fields(await seller.post("/import-files/order-command", {"url": "ftp://x"})) == {"url"}
