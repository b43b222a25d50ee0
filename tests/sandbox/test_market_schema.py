"""Every answer fits the marketplace's own OpenAPI document.

The document is the marketplace's and not ours to ship: KONTOR_OPENAPI names it, or it lies in ../shared/reference.
"""

from __future__ import annotations

import base64
import json
import os
import re
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from market_caller import Receiver, a_market
from market_schema import Schemas

from sandbox.market import KAUFLAND, Account
from sandbox.market.door import SUBJECTS
from sandbox.serving import Served

CHECKOUT = Path(__file__).parents[2]
DOCUMENT = Path(
    os.environ.get("KONTOR_OPENAPI", CHECKOUT.parent / "shared" / "reference" / "kaufland-openapi-2.27.0.json")
)
PDF = base64.b64encode(b"%PDF-1.4\n").decode()

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="no OpenAPI document: set KONTOR_OPENAPI to the marketplace's file (2.27.0)"
)


@pytest.fixture(scope="module")
def schemas():
    return Schemas(json.loads(DOCUMENT.read_text(encoding="utf-8")))


class Checked:
    """Calls, and checks status and body against what the operation declares. `paths` are those of the document."""

    def __init__(self, seller, schemas):
        self._seller = seller
        self._schemas = schemas
        self.checked = set()

    async def call(self, method, path, body=None, *, ids=(), query="", status=200):
        filled = iter(ids)
        address = re.sub(r"\{\w+\}", lambda _: str(next(filled)), path) + query
        answer = await self._seller.call(method, address, body)
        assert answer.status_code == status, answer.text
        schema = self._schemas.answer(method, path, status)
        if schema is None:
            assert answer.content == b""
        else:
            assert list(self._schemas.complaints(answer.json(), schema)) == []
        self.checked.add((method, path))
        return answer.json()["data"] if status < 300 and answer.content else None


@asynccontextmanager
async def checking(schemas, **options):
    accounts = [Account.named("main", ("de", "cz"))]
    async with a_market(accounts, rate_limit=None, **options) as (market, seller):
        market.tell_history(orders=20, tickets=8, returns=6)
        yield market, Checked(seller, schemas)


def test_everything_we_serve_is_in_the_document(schemas):
    def plain(path):
        return re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path)

    ours = {(route.method, plain(route.path)) for subject in SUBJECTS for route in subject.ROUTES}

    assert ours <= schemas.operations()


async def test_tickets_conform(schemas):
    async with checking(schemas) as (market, checked):
        shop = market.world.shop()
        unit = next(iter(shop.order_units))
        market.world.buyer_attaches(ticket := next(iter(shop.tickets)), "a.png", "image/png", b"x")
        everything = "?embedded=buyer,product,messages,order_units,files"
        for query in ("", "?status=opened&sort=ts_updated_iso:desc", "?offset=1000"):
            await checked.call("GET", "/tickets", query=query)
        await checked.call("GET", "/tickets", query="?limit=31", status=400)
        await checked.call("GET", "/tickets/messages")
        for each in shop.tickets:
            await checked.call("GET", "/tickets/{id_ticket}", ids=[each.id], query=everything)
        await checked.call("GET", "/tickets/{id_ticket}", ids=["00199999999"], status=404)
        await checked.call("GET", "/tickets/{id_ticket}", ids=["7"], status=400)
        wish = {"id_order_unit": [unit.id], "reason": "contact_other", "message": "Hallo"}
        await checked.call("POST", "/tickets", wish, status=201)
        await checked.call("POST", "/tickets", wish | {"reason": "x"}, status=400)
        await checked.call("POST", "/tickets", wish | {"id_order_unit": [1]}, status=404)
        file = {"filename": "a.pdf", "mime_type": "application/pdf", "data": PDF}
        text = {"text": "Guten Tag", "ticket_message_files": [file]}
        path = "/tickets/{id_ticket}/messages"
        await checked.call("POST", path, text, ids=[ticket.id], status=201)
        await checked.call("POST", path, {"text": ""}, ids=[ticket.id], status=400)
        await checked.call("POST", path, text, ids=["00199999999"], status=404)
        path = "/tickets/{id_ticket}/close"
        await checked.call("PATCH", path, ids=[ticket.id], status=204)
        await checked.call("PATCH", path, ids=[ticket.id], status=400)
        market.world.customer_service_closes(ticket)
        await checked.call("PATCH", path, ids=[ticket.id], status=400)


async def test_orders_conform(schemas):
    async with checking(schemas) as (market, checked):
        shop = market.world.shop()
        order = market.world.place_order("cz", pickup=True)
        unit = market.world.units_of(order)[0]
        own = market.world.units_of(market.world.place_order(fulfillment=KAUFLAND))[0]
        kinds = "?fulfillment_type=fulfilled_by_kaufland,fulfilled_by_merchant&limit=100"
        await checked.call("GET", "/orders", query=kinds)
        await checked.call("GET", "/order-units", query=kinds)
        await checked.call("GET", "/order-units", query="?status=x", status=400)
        await checked.call("GET", "/carriers")
        for each in shop.orders:
            await checked.call(
                "GET", "/orders/{id_order}", ids=[each.id], query="?embedded=order_invoices,delivery,kss_delivery"
            )
        everything = "?embedded=delivery_attempt_timestamp_iso,return_unit,tickets,delivery,kss_delivery"
        for each in shop.order_units:
            await checked.call("GET", "/order-units/{id_order_unit}", ids=[each.id], query=everything)
        await checked.call("GET", "/orders/{id_order}", ids=["MXXXXXX"], status=404)
        await checked.call("GET", "/order-units/{id_order_unit}", ids=[1], status=404)
        send = {"tracking_numbers": "1", "carrier_code": "DHL"}
        refund = {"amount": 1, "reason": "defect"}
        for action, body, refused in (
            ("send", send, 400),
            ("refund", refund, None),
            ("cancel", {"reason": "NoInventory"}, 400),
            ("fulfil", None, 400),
        ):
            path = f"/order-units/{{id_order_unit}}/{action}"
            fresh = market.world.units_of(market.world.place_order(released=action != "fulfil"))[0]
            await checked.call("PATCH", path, body, ids=[fresh.id], status=204)
            if refused:
                await checked.call("PATCH", path, body, ids=[fresh.id], status=refused)
                await checked.call("PATCH", path, body, ids=[own.id], status=403)
            await checked.call("PATCH", path, body, ids=[1], status=404)
        market.world.send_unit(unit, ["1"], "DHL")
        parcel = {"id_order_unit": unit.id, "shipment_information": {"carrier_code": "DHL", "tracking_number": "2"}}
        await checked.call("POST", "/shipments", parcel, status=204)
        await checked.call("POST", "/shipments", parcel | {"id_order_unit": own.id}, status=403)


async def test_invoices_conform(schemas):
    async with checking(schemas) as (market, checked):
        order, own = market.world.place_order(), market.world.place_order(deemed_supplier=True)
        market.world.marketplace_invoices(own)
        path = "/order-invoices/{id_order}"
        body = {"original_name": "a.pdf", "mime_type": "application/pdf", "data": PDF}
        told = await checked.call("POST", path, body, ids=[order.id], status=201)
        await checked.call("POST", path, body | {"data": "!"}, ids=[order.id], status=400)
        await checked.call("POST", path, body, ids=["MXXXXXX"], status=404)
        await checked.call("GET", "/order-invoices")
        path += "/{id_invoice}"
        await checked.call("GET", path, ids=[order.id, told["id_invoice"]])
        await checked.call("DELETE", path, ids=[order.id, told["id_invoice"]], status=204)
        await checked.call("GET", path, ids=[order.id, told["id_invoice"]], status=404)


async def test_returns_conform(schemas):
    async with checking(schemas) as (market, checked):
        shop = market.world.shop()
        await checked.call("GET", "/returns")
        await checked.call("GET", "/return-units")
        for item in shop.returns:
            await checked.call("GET", "/returns/{id_return}", ids=[item.id], query="?embedded=buyer,return_units")
        units = market.world.units_of(market.world.place_order(pieces=5))
        for unit in units:
            market.world.set_unit_status(unit, "received")
        wish = [{"id_order_unit": unit.id, "reason": "defect", "note": "Geht nicht an"} for unit in units]
        told = await checked.call("POST", "/returns", wish[:4], status=201)
        await checked.call("POST", "/returns", wish[:4], status=400)
        await checked.call("PUT", "/returns/{id_return}", wish[4:], ids=[told["id_return"]], status=201)
        market.world.parcel_arrives(told["id_return"])
        ids = [unit["id_return_unit"] for unit in told["return_units"]]
        for id, action in zip(ids, ("accept", "reject", "clarify", "repair"), strict=True):
            path = f"/return-units/{{id_return_unit}}/{action}"
            body = {"message": "Bitte lesen"} if action in {"reject", "clarify"} else None
            await checked.call("PATCH", path, body, ids=[id], status=204)
            await checked.call("PATCH", path, body, ids=[id], status=400)
            await checked.call("PATCH", path, body, ids=[1], status=404)
        for unit in shop.return_units:
            await checked.call(
                "GET",
                "/return-units/{id_return_unit}",
                ids=[unit.id],
                query="?embedded=return,order_unit,tickets",
            )
        await checked.call("GET", "/returns/{id_return}", ids=[1], status=404)


async def test_the_inventory_conforms(schemas):
    async with checking(schemas) as (market, checked):
        offer = next(iter(market.world.shop().offers))
        keys = {each.product.key for each in market.world.shop().offers}
        product = next(product for product in market.world.products.values() if product.key not in keys)
        extras = "&embedded=eco_participation,battery_participation"
        await checked.call("GET", "/units", query=f"?storefront=de{extras},products")
        await checked.call("GET", "/units", query="?storefront=pl", status=400)
        wish = {"ean": product.eans[0], "id_offer": "N-1", "listing_price": 4999, "handling_time": 2}
        await checked.call("POST", "/units", wish, query=f"?storefront=de{extras}")
        await checked.call("POST", "/units", wish | {"listing_price": 0}, query="?storefront=de", status=400)
        path, where = "/units/{id_unit}", "?storefront=de"
        await checked.call("GET", path, ids=[offer.id], query=f"{where}&embedded=products")
        await checked.call("PATCH", path, {"amount": 3, "note": "x"}, ids=[offer.id], query=where)
        await checked.call("PATCH", path, {"amount": -3}, ids=[offer.id], query=where, status=400)
        changes = [{"id_unit": offer.id, "unit_data": {"amount": 1}}, {"id_unit": 1, "unit_data": {"amount": 1}}]
        await checked.call("POST", "/units/bulk", changes, query=where, status=207)
        buybox = f"?storefront=de&condition=new&id_product={offer.product.id}"
        await checked.call("GET", "/buybox", query=buybox)
        await checked.call("DELETE", path, ids=[offer.id], query=where, status=204)
        await checked.call("GET", path, ids=[offer.id], query=where, status=404)
        groups = await checked.call("GET", "/shipping-groups", query=where)
        path = "/shipping-groups/{id_shipping_group}"
        await checked.call("GET", path, ids=[groups[0]["id_shipping_group"]], query=where)
        await checked.call("GET", "/warehouses")
        address = {"street": "Am Kai", "house_number": "1", "postcode": "20457", "city": "Hamburg", "country": "DE"}
        house = {"name": "North", "address": address, "is_default": False}
        id = (await checked.call("POST", "/warehouses", house, status=201))["id_warehouse"]
        path = "/warehouses/{id_warehouse}"
        await checked.call("PUT", path, house | {"name": "South"}, ids=[id])
        await checked.call("GET", path, ids=[id])
        await checked.call("DELETE", path, ids=[id], status=204)
        await checked.call("GET", path, ids=[id], status=404)


async def test_products_and_their_data_conform(schemas):
    async with checking(schemas) as (market, checked):
        offer = next(iter(market.world.shop().offers))
        for embedded in ("category,units", "category_basic"):
            query = f"?storefront=de&embedded={embedded}"
            await checked.call("GET", "/products/ean/{ean}", ids=[offer.product.eans[0]], query=query)
            await checked.call("GET", "/products/{id_product}", ids=[offer.product.id], query=query)
        await checked.call("GET", "/products/ean/{ean}", ids=[1], query="?storefront=de", status=404)
        body = {"ean": ["2012345678900"], "attributes": {"title": ["Stift"], "category": ["Stifte"]}}
        query = "?locale=de-DE"
        await checked.call("PUT", "/product-data", body, query=query)
        await checked.call("PATCH", "/product-data", body, query=query)
        path, status = "/product-data/{ean}", "/product-data/status/{ean}"
        await checked.call("GET", status, ids=["2012345678900"], query=query)
        market.world.clock.advance(timedelta(minutes=5))
        await checked.call("GET", status, ids=["2012345678900"], query=query)
        await checked.call("GET", path, ids=["2012345678900"], query=query)
        await checked.call("DELETE", path, ids=["2012345678900"], query=query)
        await checked.call("GET", path, ids=["2012345678900"], query=query, status=404)


async def test_import_files_conform_once_they_are_done(schemas):
    async with checking(schemas) as (market, checked):
        for path, where in (
            ("/import-files/inventory-feed", "?storefront=de"),
            ("/import-files/inventory-command", "?storefront=de"),
            ("/import-files/order-command", ""),
            ("/product-data/import-files", ""),
        ):
            created = 200 if path.startswith("/product") else 201
            answer = await checked._seller.post(path + where, {"url": "http://127.0.0.1:9/a"})
            assert answer.status_code == created
            id = answer.json()["data"]["id_import_file"]
            # An unfinished file has no times yet, whatever the document promises.
            file = market.world.shop().imports.find(id)
            file.last_row_at = file.completed = market.world.clock.stamp()
            await checked.call("GET", path, query=where)
            await checked.call("GET", f"{path}/{{id_import_file}}", ids=[id], query=where)
            await checked.call("GET", f"{path}/{{id_import_file}}", ids=[1], query=where, status=404)
            await checked.call("POST", path, {"url": "x"}, query=where, status=400)


async def test_reports_conform(schemas):
    async with checking(schemas) as (market, checked):
        dates = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
        kinds = {"bookings-new": dates, "sales-new": dates, "account-listing": None, "cancellations": None}
        kinds |= {"eans-not-found": None, "product-data-changes": None, "competitors-comparer": None}
        kinds |= {"price-competitiveness": None}
        for kind, body in kinds.items():
            told = await checked.call("POST", f"/reports/{kind}", body, query="?storefront=de", status=202)
        await checked.call("GET", "/reports")
        await checked.call("GET", "/reports/{id_report}", ids=[told["id_report"]])
        market.world.clock.advance(timedelta(minutes=1))
        await checked.call("GET", "/reports/{id_report}", ids=[told["id_report"]])
        await checked.call("GET", "/reports/{id_report}", ids=[1], status=404)
        await checked.call("POST", "/reports/sales-new", {}, query="?storefront=de", status=400)


async def test_subscriptions_conform(schemas):
    receiver = Receiver()
    async with Served(receiver.app()) as hook, checking(schemas) as (_, checked):
        wish = {"event_name": "order_new", "callback_url": f"{hook.url}/hook", "fallback_email": "a@example.test"}
        told = await checked.call("POST", "/subscriptions", wish, query="?storefront=de", status=201)
        await checked.call("POST", "/subscriptions", {}, query="?storefront=de", status=400)
        receiver.echo = False
        await checked.call("POST", "/subscriptions", wish, query="?storefront=de", status=400)
        await checked.call("GET", "/subscriptions")
        path = "/subscriptions/{id_subscription}"
        await checked.call("GET", path, ids=[told["id_subscription"]])
        await checked.call("PATCH", path, {"is_active": False}, ids=[told["id_subscription"]])
        await checked.call("DELETE", path, ids=[told["id_subscription"]], status=204)
        await checked.call("GET", path, ids=[told["id_subscription"]], status=404)


async def test_information_conforms(schemas):
    async with checking(schemas) as (_, checked):
        for path in ("/status/ping", "/info/storefront", "/info/locale", "/info/vat-indicators"):
            await checked.call("GET", path)


async def test_refusals_at_the_door_conform(schemas):
    async with checking(schemas) as (_, checked):
        answer = await checked._seller.call("GET", "/tickets", headers={"Shop-Signature": "0" * 64})

        schema = schemas.answer("GET", "/tickets", 401)
        assert list(schemas.complaints(answer.json(), schema)) == []


def test_the_check_itself_complains(schemas):
    schema = schemas.answer("GET", "/tickets", 200)
    row = {"id_ticket": "7", "status": "open", "id_buyer": None, "extra": 1, "ts_created_iso": "yesterday"}

    told = " ".join(schemas.complaints({"data": [row]}, schema))

    for complaint in (
        *("id_ticket does not look", "status is 'open'", "extra is not declared", "ts_created_iso is no time"),
        *("topic is missing", "is_seller_responsible is missing"),
    ):
        assert complaint in told
    assert "id_buyer" not in told
