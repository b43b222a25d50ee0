"""Questions about our offers and files, with the request each must become and an answer to it."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot.domain.model import UnitChange

from . import answers as a
from .conversations import PAGE, SOLD, Conversation, data, rows

CHANGE = UnitChange(
    amount=3,
    listing_price=4999,
    minimum_price=4599,
    handling_days=2,
    status="ONHOLD",
    note="x",
    shipping_group_id=11,
    warehouse_id=5,
    vat_indicator="standard_rate",
)
CHANGED = {
    "status": "ONHOLD",
    "amount": 3,
    "handling_time": 2,
    "listing_price": 4999,
    "minimum_price": 4599,
    "note": "x",
    "id_shipping_group": 11,
    "id_warehouse": 5,
    "vat_indicator": "standard_rate",
}
INVENTORY = [
    Conversation(
        "GET",
        lambda m: m.list_units("de", ean="4006381333931", offer_id="SKU-1", product_id=7, with_products=True),
        "/units",
        "/units",
        {
            "storefront": "de",
            "ean": "4006381333931",
            "id_offer": "SKU-1",
            "id_product": "7",
            "embedded": "products",
            "limit": "100",
            **PAGE,
        },
        answer=rows(a.a_unit()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_unit(1000, "de"),
        "/units/{id_unit}",
        "/units/1000",
        {"storefront": "de"},
        answer=data(a.a_unit()),
    ),
    Conversation(
        "PATCH",
        lambda m: m.change_unit(1000, "de", CHANGE),
        "/units/{id_unit}",
        "/units/1000",
        {"storefront": "de"},
        CHANGED,
        data(a.a_unit()),
    ),
    Conversation(
        "POST",
        lambda m: m.change_units("de", {1000: CHANGE, 1001: UnitChange(amount=0)}),
        "/units/bulk",
        "/units/bulk",
        {"storefront": "de"},
        [{"id_unit": 1000, "unit_data": CHANGED}, {"id_unit": 1001, "unit_data": {"amount": 0}}],
        data([{"id_unit": 1000, "status_code": 200, "unit": a.a_unit()}], 207),
    ),
    Conversation(
        "GET",
        lambda m: m.list_shipping_groups("de"),
        "/shipping-groups",
        "/shipping-groups",
        {"storefront": "de", "limit": "30", **PAGE},
        answer=rows(a.a_shipping_group()),
    ),
    Conversation(
        "GET",
        lambda m: m.list_warehouses(),
        "/warehouses",
        "/warehouses",
        {"limit": "30", **PAGE},
        answer=rows(a.a_warehouse()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_buybox(7, "de", "used - as new"),
        "/buybox",
        "/buybox",
        {"id_product": "7", "storefront": "de", "condition": "used - as new"},
        answer=data(a.a_buybox()),
    ),
    Conversation(
        "GET",
        lambda m: m.find_product("4006381333931", "de"),
        "/products/ean/{ean}",
        "/products/ean/4006381333931",
        {"storefront": "de"},
        answer=data(a.a_product()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_product_data("4006381333931", "de-DE"),
        "/product-data/{ean}",
        "/product-data/4006381333931",
        {"locale": "de-DE"},
        answer=data({"ean": ["4006381333931"], "attributes": {"title": ["x"]}}),
    ),
    Conversation(
        "PATCH",
        lambda m: m.change_product_data(["4006381333931"], {"title": ["x"]}, "de-DE"),
        "/product-data",
        "/product-data",
        {"locale": "de-DE"},
        {"ean": ["4006381333931"], "attributes": {"title": ["x"]}},
        data({}),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_product_status("4006381333931", "de-DE"),
        "/product-data/status/{ean}",
        "/product-data/status/4006381333931",
        {"locale": "de-DE"},
        answer=data(a.a_product_status()),
    ),
]

URL = "https://kontor.example.test/feeds/abc.csv"


def imports(kind: str, path: str, storefront: str | None, answer: Any, status: int) -> list[Conversation]:
    named = {"storefront": storefront} if storefront else {}
    return [
        Conversation(
            "POST",
            lambda m: m.start_import(kind, URL, storefront),
            path,
            path,
            named,
            {"url": URL},
            data(answer, status),
        ),
        Conversation(
            "GET",
            lambda m: m.fetch_import(kind, 77, storefront),
            path + "/{id_import_file}",
            path + "/77",
            named,
            answer=data(answer),
        ),
        Conversation(
            "GET",
            lambda m: m.list_imports(kind, storefront),
            path,
            path,
            {**named, "sort": "ts_created:desc", "limit": "30", **PAGE},
            answer=rows(answer),
        ),
    ]


def report(
    kind: str, query: dict[str, str], body: Any = None, storefront: str | None = "de", **more: Any
) -> Conversation:
    path = f"/reports/{kind}"
    return Conversation(
        "POST",
        lambda m: m.request_report(kind, storefront=storefront, **more),
        path,
        path,
        query,
        body,
        data({"id_report": 11011, "report_name": kind, "storefront": "de", "parameters": []}, 202),
    )


DE = {"storefront": "de"}
DAYS = {"first": date(2026, 1, 1), "last": date(2026, 1, 31)}
DAYS_WORDS = {"date_from": "2026-01-01", "date_to": "2026-01-31"}
FILES = [
    *imports("inventory-feed", "/import-files/inventory-feed", "de", a.an_import(), 201),
    *imports("inventory-command", "/import-files/inventory-command", "de", a.an_import(), 201),
    *imports("order-command", "/import-files/order-command", None, a.an_import(), 201),
    *imports("product-data", "/product-data/import-files", None, a.a_product_import(), 200),
    report("account-listing", DE),
    report("bookings-new", {**DE, "version": "v2"}, DAYS_WORDS, **DAYS),
    report("sales-new", DE, DAYS_WORDS, **DAYS),
    report("eans-not-found", DE),
    report("product-data-changes", DE),
    report("cancellations", {**DE, "cancellation_type": "seller_related"}, seller_related=True),
    report("competitors-comparer", DE),
    report("price-competitiveness", DE),
    report("product-data-import-file-errors", {}, {"id_file_import": 77}, None, import_id=77),
    Conversation(
        "GET",
        lambda m: m.fetch_report(11011),
        "/reports/{id_report}",
        "/reports/11011",
        answer=data(a.a_report()),
    ),
    Conversation(
        "GET",
        lambda m: m.list_reports("de"),
        "/reports",
        "/reports",
        {**DE, "sort": "id_report:desc", "limit": "30", **PAGE},
        answer=rows(a.a_report()),
    ),
]

ALL = [*SOLD, *INVENTORY, *FILES]
