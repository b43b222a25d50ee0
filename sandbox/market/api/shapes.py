"""How the world's things look in answers: one function per shape, one key per documented field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from sandbox.market.api.calls import Call, Json
from sandbox.market.ground import LOCALES, must_find
from sandbox.market.model import (
    Address,
    Buyer,
    Invoice,
    Message,
    Order,
    OrderUnit,
    Product,
    Return,
    ReturnUnit,
    StoredFile,
    Ticket,
)

VAT = {"de": 19, "at": 20, "cz": 21, "sk": 23, "pl": 23, "fr": 20, "it": 22}
# The commission the marketplace keeps, in per cent. The true one depends on the category.
COMMISSION = 13


def iso(moment: datetime) -> str:
    """`moment` (UTC) as the marketplace writes times; cut by hand because pages hold hundreds of them."""
    return f"{moment.isoformat()[:19]}Z"


def iso_or_none(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def file_url(call: Call, folder: str, file: StoredFile) -> str:
    return f"{call.base}/files/{folder}/{quote(file.name, safe='')}?access_token={file.token}"


def product(call: Call, item: Product, storefront: str) -> Json:
    return {
        "id_product": item.id,
        "storefront": storefront,
        "title": item.title(LOCALES[storefront]),
        "eans": list(item.eans),
        "id_category": item.category_id,
        "main_picture": f"{call.base}{item.picture}",
        "manufacturer": item.manufacturer,
        "url": f"{call.base}/product/{item.id}/",
        "age_rating": 0,
        "is_valid": True,
        "dangerous_goods_li_shipping": None,
        "danger_label_9A": None,
    }


def buyer(someone: Buyer) -> Json:
    return {"id_buyer": someone.id, "email": someone.email}


def address(place: Address) -> Json:
    return {
        "first_name": place.first_name,
        "last_name": place.last_name,
        "company_name": place.company_name,
        "street": place.street,
        "house_number": place.house_number,
        "postcode": place.postcode,
        "additional_field": place.additional_field,
        "city": place.city,
        "phone": place.phone,
        "country": place.country,
    }


# Orders


def order_row(call: Call, order: Order) -> Json:
    return {
        "id_order": order.id,
        "ts_created_iso": iso(order.created),
        "is_marketplace_deemed_supplier": order.deemed_supplier,
        "order_units_count": len(order.unit_ids),
        "ts_units_updated_iso": iso(order.updated),
        "storefront": order.storefront,
        "fulfillment_type": order.fulfillment,
    }


def order_unit_within(call: Call, unit: OrderUnit) -> Json:
    """A unit inside its order, where buyer and addresses stand beside it."""
    gross = unit.price * (100 - COMMISSION) // 100
    vat = VAT.get(unit.storefront, 19)
    return {
        "id_order_unit": unit.id,
        "id_order": unit.order_id,
        "ts_created_iso": iso(unit.created),
        "ts_updated_iso": iso(unit.updated),
        "is_marketplace_deemed_supplier": unit.deemed_supplier,
        "status": unit.status,
        "price": unit.price,
        "id_offer": unit.id_offer,
        "revenue_gross": gross,
        "revenue_net": gross * 100 // (100 + vat),
        "note": unit.note,
        "unit_condition": unit.condition,
        "storefront": unit.storefront,
        "currency": unit.currency,
        "delivery_time_min": unit.handling_time + unit.transport_time[0],
        "delivery_time_max": unit.handling_time + unit.transport_time[1],
        "delivery_time_expires_iso": iso_or_none(unit.delivery_expires),
        "order_received_timestamp_iso": iso_or_none(unit.delivered_at),
        "shipping_rate": unit.shipping_rate,
        "cancel_reason": unit.cancel_reason,
        "product": product(call, unit.product, unit.storefront),
        "vat": vat,
        "tickets": tickets(call, unit.ticket_ids),
    }


def order_unit_row(call: Call, unit: OrderUnit) -> Json:
    told = order_unit_within(call, unit)
    del told["tickets"]
    return told | {
        "fulfillment_type": unit.fulfillment,
        "buyer": buyer(unit.buyer),
        "billing_address": address(unit.buyer.address),
        "shipping_address": address(unit.buyer.address),
    }


def order_units(call: Call, ids: Iterable[int]) -> list[OrderUnit]:
    found = [call.view(must_find(call.shop.order_units, id)) for id in ids]
    return [unit for unit in found if unit is not None]


def order_details(call: Call, order: Order) -> Json:
    return {
        "id_order": order.id,
        "ts_created_iso": iso(order.created),
        "is_marketplace_deemed_supplier": order.deemed_supplier,
        "storefront": order.storefront,
        "fulfillment_type": order.fulfillment,
        "order_units": [order_unit_within(call, unit) for unit in order_units(call, order.unit_ids)],
        "billing_address": address(order.buyer.address),
        "shipping_address": address(order.buyer.address),
        "buyer": buyer(order.buyer),
    }


def delivery(order: Order) -> Json:
    return {"pickup_location": {**order.pickup, "dhl_post_number": None} if order.pickup else None}


def invoice(call: Call, item: Invoice) -> Json:
    return {
        "id_invoice": item.id,
        "id_order": item.order_id,
        "storefront": item.storefront,
        "is_marketplace_deemed_supplier": item.deemed_supplier,
        "original_name": item.file.name,
        "mime_type": item.file.mime,
        "url": file_url(call, "order_invoices", item.file),
        "ts_created_iso": iso(item.created),
    }


# Tickets


def ticket_row(call: Call, ticket: Ticket) -> Json:
    """Lists do not say which storefront a ticket is of."""
    return {
        "id_ticket": ticket.id,
        "ids_order_units": list(ticket.order_unit_ids),
        "id_buyer": ticket.buyer_id,
        "ts_created_iso": iso(ticket.created),
        "ts_updated_iso": iso(ticket.updated),
        "status": ticket.status,
        "open_reason": ticket.open_reason,
        "topic": ticket.topic,
        "is_seller_responsible": ticket.seller_responsible,
        "fulfillment_type": ticket.fulfillment,
    }


def tickets(call: Call, ids: Iterable[str]) -> list[Json]:
    found = [call.view(must_find(call.shop.tickets, id)) for id in ids]
    return [ticket_row(call, ticket) for ticket in found if ticket is not None]


def message(call: Call, item: Message) -> Json:
    return {
        "id_ticket_message": item.id,
        "id_ticket": item.ticket_id,
        "author": {"role": item.role, "name": item.name},
        "text": item.text,
        "ts_created_iso": iso(item.created),
    }


def ticket_file(call: Call, file: StoredFile) -> Json:
    return {"filename": file.name, "ts_created_iso": iso(file.at), "uri": file_url(call, "tickets", file)}


# Returns


def return_row(call: Call, item: Return) -> Json:
    return {
        "id_return": item.id,
        "ts_created_iso": iso(item.created),
        "ts_updated_iso": iso(item.updated),
        "storefront": item.storefront,
        "tracking_provider": item.tracking_provider,
        "tracking_code": item.tracking_code,
        "status": item.status,
        "fulfillment_type": item.fulfillment,
    }


def return_unit_row(call: Call, unit: ReturnUnit) -> Json:
    return {
        "id_return_unit": unit.id,
        "id_return": unit.return_id,
        "id_order_unit": unit.order_unit_id,
        "ts_created_iso": iso(unit.created),
        "status": unit.status,
        "note": unit.note,
        "reason": unit.reason,
        "storefront": unit.storefront,
        "fulfillment_type": unit.fulfillment,
    }


def return_with_units(call: Call, item: Return) -> Json:
    found = [call.view(must_find(call.shop.return_units, id)) for id in item.unit_ids]
    return return_row(call, item) | {
        "return_units": [return_unit_row(call, unit) for unit in found if unit is not None]
    }
