"""Invoices, reports and product data: papers that come and go."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from market_caller import a_market, problem, wrong_fields

from sandbox.market import Account

PDF = b"%PDF-1.4\n%%EOF\n"
INVOICE = {"original_name": "r 1.pdf", "mime_type": "application/pdf", "data": base64.b64encode(PDF).decode()}


async def test_an_invoice_is_uploaded_shown_handed_out_and_deleted():
    async with a_market() as (market, seller):
        order = market.world.place_order()

        answer = await seller.post(f"/order-invoices/{order.id}", INVOICE)
        told = answer.json()["data"]

        assert answer.status_code == 201
        assert await seller.data("/order-invoices") == [told]
        assert (await seller.data(f"/orders/{order.id}?embedded=order_invoices"))["order_invoices"] == [told]
        assert (await seller._client.get(told["url"])).content == PDF
        where = f"/order-invoices/{order.id}/{told['id_invoice']}"
        assert await seller.data(where) == told
        assert (await seller.call("DELETE", where)).status_code == 204
        assert problem(await seller.get(where)) == (404, "not-found")
        assert (await seller._client.get(told["url"])).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"data": "data:application/pdf;base64,JVBERi0="}, "data"),
        ({"data": ""}, "data"),
        ({"mime_type": "image/png"}, "mime_type"),
        ({"original_name": ""}, "original_name"),
    ],
)
async def test_a_wrong_invoice_is_refused(change, field):
    async with a_market() as (market, seller):
        order = market.world.place_order()

        assert wrong_fields(await seller.post(f"/order-invoices/{order.id}", INVOICE | change)) == {field}


async def test_the_marketplaces_own_invoices_are_listed_and_cannot_be_replaced():
    async with a_market() as (market, seller):
        order = market.world.place_order(deemed_supplier=True)
        invoice = market.world.marketplace_invoices(order)

        listed = await seller.data("/order-invoices")

        assert [row["is_marketplace_deemed_supplier"] for row in listed] == [True]
        assert problem(await seller.post(f"/order-invoices/{order.id}", INVOICE)) == (400, "action-not-allowed")
        deleted = await seller.call("DELETE", f"/order-invoices/{order.id}/{invoice.id}")
        assert problem(deleted) == (404, "not-found")


async def test_a_report_can_be_downloaded_once_it_is_done():
    async with a_market() as (market, seller):
        answer = await seller.post("/reports/account-listing?storefront=de", None)
        id = answer.json()["data"]["id_report"]
        seen, urls = [], []
        for seconds in (0, 6, 20):
            market.world.clock.advance(timedelta(seconds=seconds))
            told = await seller.data(f"/reports/{id}")
            seen.append(told["status"])
            urls.append((await seller._client.get(told["url"])).status_code)

        assert answer.status_code == 202
        assert seen == ["NEW", "processing", "done"]
        assert urls == [404, 404, 200]
        lines = (await seller._client.get(told["url"])).text.splitlines()
        assert lines[0].startswith("ean;condition;price")
        assert len(lines) == 1 + len(market.world.shop().offers)


async def test_refunds_are_told_by_the_bookings():
    async with a_market() as (market, seller):
        unit = market.world.units_of(market.world.place_order())[0]
        market.world.refund_unit(unit, 1250, "defect")
        dates = {"date_from": "2026-03-01", "date_to": "2026-03-31"}

        id = (await seller.post("/reports/bookings-new?storefront=de", dates)).json()["data"]["id_report"]
        market.world.clock.advance(timedelta(minutes=1))
        told = await seller.data(f"/reports/{id}")
        text = (await seller._client.get(told["url"])).text

        assert told["parameters"] == [
            {"name": "date_from", "value": "2026-03-01"},
            {"name": "date_to", "value": "2026-03-31"},
        ]
        assert f"2026-03-04;Erstattung;2026-03-04;{unit.order_id};{unit.id};-12,50" in text


@pytest.mark.parametrize(
    "path",
    [
        *("eans-not-found", "product-data-changes", "cancellations", "competitors-comparer", "price-competitiveness"),
        "cancellations?cancellation_type=seller_related",
    ],
)
async def test_every_kind_of_report_is_written(path):
    async with a_market() as (market, seller):
        market.world.cancel_unit(market.world.units_of(market.world.place_order())[0], "BuyerCancelled")
        separator = "&" if "?" in path else "?"

        answer = await seller.post(f"/reports/{path}{separator}storefront=de", None)
        market.world.clock.advance(timedelta(minutes=1))

        report = await seller.data(f"/reports/{answer.json()['data']['id_report']}")
        assert report["status"] == "done"
        assert ";" in (await seller._client.get(report["url"])).text


async def test_dates_of_a_report_are_checked():
    async with a_market() as (_, seller):
        wrong = await seller.post(
            "/reports/sales-new?storefront=de", {"date_from": "01.03.2026", "date_to": "2026-02-30"}
        )
        turned = await seller.post(
            "/reports/sales-new?storefront=de", {"date_from": "2026-03-02", "date_to": "2026-03-01"}
        )

        assert wrong_fields(wrong) == {"date_from", "date_to"}
        assert wrong_fields(turned) == {"date_to"}


async def test_the_errors_of_a_product_file_are_a_report():
    async with a_market(running=False) as (_, seller):
        file = (await seller.post("/product-data/import-files", {"url": "http://127.0.0.1:9/"})).json()["data"]

        answer = await seller.post(
            "/reports/product-data-import-file-errors", {"id_file_import": file["id_import_file"]}
        )
        unknown = await seller.post("/reports/product-data-import-file-errors", {"id_file_import": 1})

        assert answer.status_code == 202
        assert wrong_fields(unknown) == {"id_file_import"}


async def test_reports_are_listed_newest_first():
    async with a_market([Account.named("main", ("de", "at"))]) as (_, seller):
        ids = []
        for storefront in ("de", "at"):
            answer = await seller.post(f"/reports/account-listing?storefront={storefront}", None)
            ids.append(answer.json()["data"]["id_report"])

        assert [row["id_report"] for row in await seller.data("/reports")] == ids[::-1]
        assert [row["id_report"] for row in await seller.data("/reports?sort=id_report:asc")] == ids
        assert [row["id_report"] for row in await seller.data("/reports?storefront=at")] == ids[1:]


# Product data

DATA = {
    "ean": ["2012345678900"],
    "attributes": {
        "title": ["Textmarker gelb"],
        "description": ["Leuchtet"],
        "category": ["Stifte"],
        "picture": ["https://img.example.test/a.jpg"],
        "manufacturer": ["Schreiber"],
    },
}


async def test_product_data_becomes_a_product_after_a_while():
    async with a_market() as (market, seller):
        status = "/product-data/status/2012345678900?locale=de-DE"

        assert (await seller.call("PUT", "/product-data?locale=de-DE", DATA)).json() == {"data": {}}
        pending = await seller.data(status)
        market.world.clock.advance(timedelta(minutes=2))
        done = await seller.data(status)
        product = await seller.data("/products/ean/2012345678900?storefront=de")

        assert (pending["update_status"], pending["product_ready"]) == ("PENDING", False)
        assert (done["update_status"], done["product_ready"]) == ("SUCCESS", True)
        assert product["id_product"] == done["id_product"]
        assert product["title"] == "Textmarker gelb"


async def test_a_patch_adds_and_a_put_replaces():
    async with a_market() as (market, seller):
        await seller.call("PUT", "/product-data?locale=de-DE", DATA)
        await seller.patch("/product-data?locale=de-DE", {"ean": DATA["ean"], "attributes": {"title": ["Neu"]}})
        patched = await seller.data("/product-data/2012345678900?locale=de-DE")
        await seller.call("PUT", "/product-data?locale=de-DE", {"ean": DATA["ean"], "attributes": {"title": ["Nur"]}})
        market.world.clock.advance(timedelta(minutes=2))
        status = await seller.data("/product-data/status/2012345678900?locale=de-DE")

        assert patched["attributes"]["title"] == ["Neu"]
        assert patched["attributes"]["category"] == ["Stifte"]
        assert status["product_not_ready_reason"] == "MISSING_ATTRIBUTES"
        assert set(status["missing_attributes"]) == {"description", "category", "picture", "manufacturer"}


async def test_product_data_nobody_told_is_a_bare_message():
    async with a_market() as (_, seller):
        for method, path in (("GET", "/product-data/2012345678900"), ("DELETE", "/product-data/2012345678900")):
            answer = await seller.call(method, f"{path}?locale=de-DE")
            assert (answer.status_code, answer.json()) == (404, {"message": "Product data not found"})
        await seller.call("PUT", "/product-data?locale=de-DE", DATA)
        assert (await seller.call("DELETE", "/product-data/2012345678900?locale=de-DE")).status_code == 200
        assert (await seller.get("/products/ean/1?storefront=de")).json() == {"message": "Product not found"}


async def test_product_data_is_checked():
    async with a_market() as (_, seller):
        answer = await seller.patch(
            "/product-data?locale=de-DE", {"ean": ["123"], "attributes": {"title": "no list", "x": []}}
        )
        contact = await seller.patch(
            "/product-data?locale=de-DE",
            {"ean": DATA["ean"], "attributes": {"product_safety_contact": {"name": "Muster GmbH"}}},
        )

        assert wrong_fields(answer) == {"ean", "attributes.title", "attributes.x"}
        assert wrong_fields(contact) == {"address"}


async def test_a_product_embeds_its_category_and_own_units():
    async with a_market() as (market, seller):
        offer = next(iter(market.world.shop().offers))

        told = await seller.data(f"/products/{offer.product.id}?storefront=de&embedded=category,category_basic,units")

        assert told["units"][0]["id_unit"] == offer.id
        assert "category" in told
        assert "category_basic" not in told
