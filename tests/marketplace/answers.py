"""Answers of the marketplace as its documents describe them, with invented values."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

AT = "2026-01-31T08:05:00Z"
LATER = "2026-02-01T09:00:00Z"


def a_product(**changes: Any) -> Json:
    return {
        "id_product": 362524873,
        "storefront": "DE",
        "title": "Textmarker gelb",
        "eans": ["4006381333931"],
        "id_category": 34401,
        "main_picture": "https://media.example.test/a.jpg",
        "manufacturer": "Stabilo",
        "url": "https://www.example.test/product/362524873/",
        **changes,
    }


def an_address(**changes: Any) -> Json:
    return {
        "first_name": "Mara",
        "last_name": "Muster",
        "company_name": None,
        "street": "Musterstr.",
        "house_number": "1a",
        "postcode": "12345",
        "additional_field": "2. OG",
        "city": "Musterstadt",
        "phone": "+49301234567",
        "country": "DE",
        **changes,
    }


def an_order_unit(**changes: Any) -> Json:
    return {
        "id_order_unit": 314567896580917,
        "id_order": "MB7UWLD",
        "ts_created_iso": AT,
        "ts_updated_iso": LATER,
        "is_marketplace_deemed_supplier": False,
        "status": "need_to_be_sent",
        "price": 4999,
        "id_offer": "SKU-1",
        "revenue_gross": 4500,
        "revenue_net": 3781,
        "note": None,
        "unit_condition": "new",
        "storefront": "DE",
        "currency": "EUR",
        "delivery_time_min": 2,
        "delivery_time_max": 4,
        "delivery_time_expires_iso": "2026-02-05T22:59:59Z",
        "order_received_timestamp_iso": None,
        "shipping_rate": 390,
        "cancel_reason": None,
        "fulfillment_type": "fulfilled_by_merchant",
        "buyer": {"id_buyer": 21631426, "email": "relay@example.test"},
        "billing_address": an_address(),
        "shipping_address": an_address(city="Anderswo"),
        "product": a_product(),
        "vat": 19,
        **changes,
    }


def an_order(**changes: Any) -> Json:
    unit = an_order_unit()
    for name in ("fulfillment_type", "buyer", "billing_address", "shipping_address"):
        del unit[name]
    return {
        "id_order": "MB7UWLD",
        "ts_created_iso": AT,
        "is_marketplace_deemed_supplier": True,
        "storefront": "de",
        "fulfillment_type": "fulfilled_by_merchant",
        "order_units": [unit],
        "billing_address": None,
        "shipping_address": an_address(),
        "buyer": {"id_buyer": 21631426, "email": None},
        "order_invoices": [an_invoice()],
        "delivery": {
            "pickup_location": {
                "pickup_location_id": "260",
                "provider": "DHL",
                "carrier": "DHL",
                "services": "locker",
                "dhl_post_number": "999999",
            }
        },
        **changes,
    }


def an_order_row(**changes: Any) -> Json:
    return {
        "id_order": "MB7UWLD",
        "ts_created_iso": AT,
        "is_marketplace_deemed_supplier": False,
        "order_units_count": 1,
        "ts_units_updated_iso": LATER,
        "storefront": "de",
        "fulfillment_type": "fulfilled_by_merchant",
        **changes,
    }


def an_invoice(**changes: Any) -> Json:
    return {
        "id_invoice": 918273645,
        "id_order": "MB7UWLD",
        "storefront": "de",
        "is_marketplace_deemed_supplier": False,
        "original_name": "invoice_MB7UWLD.pdf",
        "mime_type": "application/pdf",
        "url": "https://files.example.test/order_invoices/918273645/?access_token=s3cr3t",
        "ts_created_iso": AT,
        **changes,
    }


def a_ticket_row(**changes: Any) -> Json:
    return {
        "id_ticket": "00112345678",
        "ids_order_units": [314567896580917],
        "id_buyer": 21631426,
        "ts_created_iso": AT,
        "ts_updated_iso": LATER,
        "status": "opened",
        "open_reason": "product_not_delivered",
        "topic": "delivery_not_received",
        "is_seller_responsible": True,
        "fulfillment_type": "fulfilled_by_merchant",
        **changes,
    }


def a_message(**changes: Any) -> Json:
    return {
        "id_ticket_message": 64123123,
        "id_ticket": "112345678",
        "author": {"role": "buyer", "name": "Mara M."},
        "text": "Wo ist mein Paket?",
        "ts_created_iso": AT,
        **changes,
    }


def a_ticket(**changes: Any) -> Json:
    return {
        **a_ticket_row(),
        "storefront": "DE",
        "messages": [a_message()],
        "order_units": [an_order_unit()],
        "buyer": {"id_buyer": 21631426, "email": "relay@example.test"},
        "product": None,
        "files": [{"filename": "box.jpg", "ts_created_iso": AT, "uri": "https://files.example.test/box"}],
        **changes,
    }


def a_return_unit(**changes: Any) -> Json:
    return {
        "id_return_unit": 45456767,
        "id_return": 675849321,
        "id_order_unit": 314567896580917,
        "ts_created_iso": AT,
        "status": "return_arrived",
        "note": "zu klein",
        "reason": "wrong_size",
        "storefront": "de",
        "fulfillment_type": "fulfilled_by_merchant",
        **changes,
    }


def a_return_row(**changes: Any) -> Json:
    return {
        "id_return": 675849321,
        "ts_created_iso": AT,
        "ts_updated_iso": LATER,
        "storefront": "de",
        "tracking_provider": "DHL",
        "tracking_code": "407875042681",
        "status": "package_received",
        "fulfillment_type": "fulfilled_by_merchant",
        **changes,
    }


def a_return(**changes: Any) -> Json:
    return {
        **a_return_row(),
        "buyer": {"id_buyer": 21631426, "email": None},
        "return_units": [a_return_unit()],
        **changes,
    }


def a_unit(**changes: Any) -> Json:
    return {
        "id_unit": 1000,
        "status": "AVAILABLE",
        "currency": "EUR",
        "condition": "NEW",
        "note": None,
        "listing_price": 4999,
        "minimum_price": 4599,
        "price": 4899,
        "id_offer": "SKU-1",
        "id_product": 362524873,
        "id_shipping_group": 11,
        "id_warehouse": 5,
        "amount": 7,
        "date_inserted_iso": "2024-10-30T09:37:53.002Z",
        "date_lastchange_iso": "2024-10-31T09:37:53.002Z",
        "handling_time": 2,
        "shipping_rate": 390,
        "storefront": "de",
        "transport_time_min": 1,
        "transport_time_max": 3,
        "fulfillment_type": "fulfilled_by_merchant",
        "vat_indicator": "standard_rate",
        **changes,
    }


def a_shipping_group(**changes: Any) -> Json:
    option = {
        "name": "default",
        "cost_first": 490,
        "cost_next": 0,
        "cost_max": 990,
        "cost_free": 0,
        "cut_off_time": "14:00",
        "transport_time_min": 1,
        "transport_time_max": 2,
    }
    return {
        "id_shipping_group": 11,
        "currency": "EUR",
        "storefront": "de",
        "name": "Pakete",
        "type": "PACKAGE",
        "is_default": True,
        "regions": [{"countries": ["DE"], "shipping_options": [option]}],
        **changes,
    }


def a_warehouse(**changes: Any) -> Json:
    return {
        "id_warehouse": 5,
        "name": "Main",
        "address": {
            "street": "Lagerweg",
            "house_number": "1",
            "postcode": "12345",
            "city": "Musterstadt",
            "country": "DE",
            "phone": None,
        },
        "is_default": True,
        "type": "normal",
        **changes,
    }


def a_buybox(**changes: Any) -> Json:
    def offer(rank: int, **more: Any) -> Json:
        return {
            "buybox_rank": rank,
            "seller": f"Shop {rank}",
            "price": 1999.0 + rank,
            "delivery_time_min": 1,
            "delivery_time_max": 3,
            "shipping_rate": 0,
            "fulfillment_type": "fulfilled_by_merchant",
            **more,
        }

    return {
        "id_product": 362524873,
        "storefront": "de",
        "condition": "new",
        "num_units": 2,
        "units": [offer(2, id_unit=1000, id_offer="SKU-1"), offer(1)],
        **changes,
    }


def an_import(**changes: Any) -> Json:
    return {
        "id_import_file": 77,
        "type": "INVENTORY_FEED",
        "status": "IMPORTING",
        "uri": "https://kontor.example.test/feeds/abc.csv",
        "note": "",
        "total_lines": 300,
        "current_line": 240,
        "error_count": 2,
        "ts_created_iso": AT,
        "ts_updated_iso": LATER,
        "ts_last_row_updated_iso": LATER,
        "ts_completed_iso": None,
        "storefront": "de",
        **changes,
    }


def a_product_import(**changes: Any) -> Json:
    return {
        "id_import_file": 78,
        "uri": "https://kontor.example.test/feeds/def.csv",
        "status": "DONE",
        "note": None,
        "total_lines": 10.0,
        "current_line": 10.0,
        "ts_created": "2021-05-31 01:06:05",
        "ts_updated": None,
        "ts_last_row_updated": None,
        "ts_completed": "2021-05-31 02:06:05",
        "error_count": 0.0,
        "async_import_done": 1.0,
        **changes,
    }


def a_report(**changes: Any) -> Json:
    return {
        "id_report": 11011,
        "status": "DONE",
        "date_requested": "2021-09-13 13:14:47",
        "url": "https://files.example.test/report_files/21527778/",
        "report_name": "bookings",
        "storefront": "de",
        "parameters": [{"name": "date_from", "value": "2026-01-01"}, {"name": "id_category", "value": 123456}],
        **changes,
    }


def a_subscription(**changes: Any) -> Json:
    return {
        "id_subscription": 11011.0,
        "callback_url": "https://kontor.example.test/market/main/push",
        "fallback_email": "ops@example.test",
        "event_name": "order_new",
        "is_active": True,
        "storefront": "DE",
        **changes,
    }


def a_product_status(**changes: Any) -> Json:
    return {
        "product_ready": False,
        "update_status": "SUCCESS",
        "id_product": None,
        "product_not_ready_reason": "MISSING_ATTRIBUTES",
        "update_fail_reason": None,
        "attribute_values": [{"attribute": "title", "original_value": "x", "state": "ACCEPTED", "message": ""}],
        "missing_attributes": ["picture"],
        "min_one_missing_attributes": [],
        **changes,
    }


def a_list(*rows: Any, offset: int = 0, limit: int = 30, total: int | None = None) -> Json:
    return {
        "data": list(rows),
        "pagination": {"offset": offset, "limit": limit, "total": len(rows) if total is None else total},
    }


def a_problem(type: str | None, message: str = "no", **errors: str) -> Json:
    found: Json = {"message": message, "errors": [{"field": name, "message": text} for name, text in errors.items()]}
    return found if type is None else {"type": type, **found}
