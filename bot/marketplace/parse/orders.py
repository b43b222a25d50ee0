"""Orders, their units, and the people and places they name. Pure."""

from __future__ import annotations

from bot.domain.model import (
    Address,
    Buyer,
    Carrier,
    Invoice,
    Order,
    OrderRow,
    OrderUnit,
    PickupPoint,
    Product,
)
from bot.marketplace.jsontext import Unreadable
from bot.marketplace.parse.values import LONG_AGO, Fields


def order_row(raw: object) -> OrderRow:
    row = Fields(raw, "order")
    created = row.at_or_none("ts_created_iso") or LONG_AGO
    return OrderRow(
        id=row.word("id_order"),
        storefront=(row.text("storefront") or "").lower(),
        created=created,
        units_updated=row.at_or_none("ts_units_updated_iso") or created,
    )


def order(raw: object) -> Order:
    """An order with everything that was embedded. Its units have no fulfilment of their own: they get the order's."""
    item = Fields(raw, "order")
    fulfillment = item.text("fulfillment_type") or "fulfilled_by_merchant"
    person = buyer(item.inner("buyer", "buyer"))
    return Order(
        id=item.word("id_order"),
        storefront=item.storefront(),
        fulfillment=fulfillment,
        created=item.at("ts_created_iso"),
        # All of them or none: an order that lost a unit on its way might look finished.
        units=tuple(_unit(unit, fulfillment) for unit in item.each("order_units", "order unit")),
        buyer_id=person.id if person else None,
        deemed_supplier=item.flag("is_marketplace_deemed_supplier"),
        buyer=person,
        shipping_address=address(item.inner("shipping_address", "address")),
        billing_address=address(item.inner("billing_address", "address")),
        pickup=pickup(item.inner("delivery", "delivery")),
        invoices=tuple(_invoice(paper) for paper in item.each("order_invoices", "invoice")),
    )


def order_unit(raw: object) -> OrderUnit:
    return _unit(Fields(raw, "order unit"), "fulfilled_by_merchant")


def _unit(item: Fields, fulfillment: str) -> OrderUnit:
    currency = item.currency()
    returned = item.inner("return_unit", "return unit")
    created = item.at("ts_created_iso", "ts_updated_iso")
    return OrderUnit(
        id=item.id("id_order_unit"),
        order_id=item.word("id_order"),
        status=item.word("status"),
        price=item.money("price", currency),
        storefront=item.storefront(),
        created=created,
        updated=item.at_or_none("ts_updated_iso"),
        fulfillment=item.text("fulfillment_type") or fulfillment,
        offer_id=item.text("id_offer"),
        product=product(item.inner("product", "product")),
        delivery_expires=item.at_or_none("delivery_time_expires_iso"),
        delivery_days=item.days("delivery_time_min", "delivery_time_max"),
        cancel_reason=item.text("cancel_reason"),
        note=item.text("note"),
        condition=item.text("unit_condition"),
        revenue_gross=item.money_or_none("revenue_gross", currency),
        revenue_net=item.money_or_none("revenue_net", currency),
        shipping=item.money_or_none("shipping_rate", currency),
        vat_percent=item.fraction_or_none("vat"),
        received=item.at_or_none("order_received_timestamp_iso"),
        deemed_supplier=item.flag("is_marketplace_deemed_supplier"),
        ticket_ids=ticket_ids(item),
        return_id=returned.id_or_none("id_return") if returned else None,
        return_unit_id=returned.id_or_none("id_return_unit") if returned else None,
        return_unit_status=returned.text("status") if returned else None,
        buyer=buyer(item.inner("buyer", "buyer")),
        shipping_address=address(item.inner("shipping_address", "address")),
        billing_address=address(item.inner("billing_address", "address")),
        pickup=pickup(item.inner("delivery", "delivery")),
    )


def embedded_unit(item: Fields) -> OrderUnit | None:
    """An order unit that only decorates something else: an unreadable one is left out."""
    try:
        return _unit(item, "fulfilled_by_merchant")
    except Unreadable:
        return None


def ticket_ids(item: Fields) -> tuple[str, ...]:
    try:
        return tuple(found for row in item.each("tickets", "ticket") if (found := ticket_id(row)))
    except Unreadable:
        return ()


def ticket_id(row: Fields) -> str | None:
    """A ticket's id with the leading zeros that were lost where somebody took it for a number (pattern ^001)."""
    text = (row.text("id_ticket") or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 40):
        return None
    return text if text.startswith("00") else "00" + text.lstrip("0")


def product(item: Fields | None) -> Product | None:
    """A product as decoration; None when it has no id or title to show."""
    if item is None:
        return None
    id, title = item.id_or_none("id_product"), item.text("title")
    if id is None or not title:
        return None
    return Product(
        id=id,
        title=title,
        picture=item.address("main_picture"),
        url=item.address("url"),
        eans=item.texts("eans"),
        manufacturer=item.text("manufacturer"),
    )


def buyer(item: Fields | None) -> Buyer | None:
    id = item.id_or_none("id_buyer") if item else None
    return Buyer(id, item.text("email")) if item and id else None


def address(item: Fields | None) -> Address | None:
    if item is None:
        return None
    names = (item.text("first_name"), item.text("last_name"))
    street = (item.text("street"), item.text("house_number"))
    return Address(
        name=" ".join(part for part in names if part),
        street=" ".join(part for part in street if part),
        postcode=item.text("postcode") or "",
        city=item.text("city") or "",
        country=item.text("country") or "",
        company=item.text("company_name"),
        extra=item.text("additional_field"),
        phone=item.text("phone"),
    )


def pickup(delivery: Fields | None) -> PickupPoint | None:
    place = delivery.inner("pickup_location", "pickup location") if delivery else None
    if place is None:
        return None
    return PickupPoint(
        id=place.text("pickup_location_id") or "",
        provider=place.text("provider") or "",
        carrier=place.text("carrier") or "",
        services=place.text("services") or "",
        post_number=place.text("dhl_post_number"),
    )


def carriers(raw: object) -> tuple[Carrier, ...]:
    """The live list of carriers. Its `isHauler` is the one field of the marketplace in camel case."""
    items = Fields(raw, "carriers").each("carriers", "carrier")
    return tuple(Carrier(name, item.flag("isHauler")) for item in items if (name := item.text("name")))


def invoice(raw: object) -> Invoice:
    return _invoice(Fields(raw, "invoice"))


def _invoice(item: Fields) -> Invoice:
    return Invoice(
        id=item.id("id_invoice"),
        order_id=item.word("id_order"),
        storefront=(item.text("storefront") or "").lower(),
        name=item.text("original_name") or "",
        mime=item.text("mime_type") or "",
        created=item.at_or_none("ts_created_iso") or LONG_AGO,
        url=item.address("url") or "",
        by_marketplace=item.flag("is_marketplace_deemed_supplier"),
    )
