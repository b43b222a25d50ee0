"""Our offers, shipping groups, warehouses, competitors and product data. Pure."""

from __future__ import annotations

from bot.domain.currency import currency_of
from bot.domain.model import (
    AttributeOutcome,
    BulkOutcome,
    BuyboxOffer,
    Product,
    ProductData,
    ProductStatus,
    ShippingGroup,
    ShippingRegion,
    Unit,
    Warehouse,
)
from bot.marketplace.jsontext import Unreadable
from bot.marketplace.parse.orders import product
from bot.marketplace.parse.values import LONG_AGO, Fields


def unit(raw: object) -> Unit:
    item = Fields(raw, "unit")
    currency = item.currency()
    # Zero is no minimum price: smart pricing is off then.
    minimum = item.money_or_none("minimum_price", currency)
    return Unit(
        id=item.id("id_unit"),
        storefront=item.storefront(),
        status=item.word("status"),
        condition=item.text("condition") or "",
        price=item.money_or_none("price", currency) or item.money("listing_price", currency),
        listing_price=item.money("listing_price", currency),
        amount=item.whole("amount"),
        handling_days=item.whole_or_none("handling_time") or 0,
        created=item.at_or_none("date_inserted_iso") or LONG_AGO,
        changed=item.at_or_none("date_lastchange_iso") or item.at_or_none("date_inserted_iso") or LONG_AGO,
        minimum_price=minimum if minimum and minimum.minor else None,
        shipping=item.money_or_none("shipping_rate", currency),
        offer_id=item.text("id_offer"),
        product_id=item.id_or_none("id_product"),
        product=product(item.inner("product", "product")),
        note=item.text("note"),
        shipping_group_id=item.id_or_none("id_shipping_group"),
        warehouse_id=item.id_or_none("id_warehouse"),
        transport_days=item.days("transport_time_min", "transport_time_max"),
        fulfillment=item.text("fulfillment_type") or "fulfilled_by_merchant",
        vat_indicator=item.text("vat_indicator"),
    )


def bulk_outcomes(raw: object) -> tuple[BulkOutcome, ...]:
    """One outcome per offer of a bulk change. An offer whose answer cannot be read is an outcome too, with status 0."""
    if not isinstance(raw, list):
        raise Unreadable("bulk change: not a list")
    return tuple(_outcome(Fields(row, "bulk change")) for row in raw)


def _outcome(row: Fields) -> BulkOutcome:
    id, status = row.id("id_unit"), row.whole_or_none("status_code") or 0
    if 200 <= status < 300:
        try:
            return BulkOutcome(id, status, unit=unit(row.raw("unit")))
        except Unreadable:
            return BulkOutcome(id, status)
    details = [
        f"{error.text('field') or 'a field'}: {error.text('message') or 'is not right'}"
        for error in row.each("errors", "error")
    ]
    return BulkOutcome(id, status, reason="; ".join([row.text("message") or row.text("key") or "refused", *details]))


def shipping_group(raw: object) -> ShippingGroup:
    item = Fields(raw, "shipping group")
    currency = item.currency()
    return ShippingGroup(
        id=item.id("id_shipping_group"),
        storefront=item.storefront(),
        name=item.text("name") or "",
        kind=item.text("type") or "",
        default=item.flag("is_default"),
        regions=tuple(
            _region(region, option, currency)
            for region in item.each("regions", "shipping region")
            for option in region.each("shipping_options", "shipping option")
        ),
    )


def _region(region: Fields, option: Fields, currency: str) -> ShippingRegion:
    most, free = option.money_or_none("cost_max", currency), option.money_or_none("cost_free", currency)
    return ShippingRegion(
        countries=region.texts("countries"),
        first=option.money("cost_first", currency),
        further=option.money("cost_next", currency),
        most=most if most and most.minor else None,
        free_from=free if free and free.minor else None,
        transport_days=option.days("transport_time_min", "transport_time_max"),
    )


def warehouse(raw: object) -> Warehouse:
    item = Fields(raw, "warehouse")
    place = item.inner("address", "address")
    street = [place.text("street"), place.text("house_number")] if place else []
    town = [place.text("postcode"), place.text("city"), place.text("country")] if place else []
    parts = [" ".join(part for part in line if part) for line in (street, town)]
    return Warehouse(
        id=item.id("id_warehouse"),
        name=item.text("name") or "",
        kind=item.text("type") or "",
        place=", ".join(part for part in parts if part),
        default=item.flag("is_default"),
    )


def buybox(raw: object) -> tuple[BuyboxOffer, ...]:
    item = Fields(raw, "buybox")
    currency = currency_of(item.text("storefront") or "")
    if currency is None:
        raise item.unreadable("storefront")
    offers = [_offer(row, currency) for row in item.each("units", "offer")]
    return tuple(sorted(offers, key=lambda offer: offer.rank))


def _offer(row: Fields, currency: str) -> BuyboxOffer:
    return BuyboxOffer(
        rank=row.whole("buybox_rank"),
        seller=row.text("seller") or "",
        price=row.money("price", currency),
        shipping=row.money_or_none("shipping_rate", currency),
        delivery_days=row.days("delivery_time_min", "delivery_time_max"),
        fulfillment=row.text("fulfillment_type") or "fulfilled_by_merchant",
        unit_id=row.id_or_none("id_unit"),
        offer_id=row.text("id_offer"),
    )


def product_found(raw: object) -> Product:
    found = product(Fields(raw, "product"))
    if found is None:
        raise Unreadable("product: id_product or title is missing or unreadable")
    return found


def product_data(raw: object) -> ProductData:
    item = Fields(raw, "product data")
    attributes = item.raw("attributes")
    return ProductData(item.texts("ean"), attributes if isinstance(attributes, dict) else {})


def product_status(raw: object) -> ProductStatus:
    item = Fields(raw, "product status")
    return ProductStatus(
        ready=item.flag("product_ready"),
        update=item.text("update_status") or "",
        product_id=item.id_or_none("id_product"),
        not_ready_reason=item.text("product_not_ready_reason"),
        fail_reason=item.text("update_fail_reason"),
        attributes=tuple(
            AttributeOutcome(
                row.text("attribute") or "",
                row.text("original_value") or "",
                row.text("state") or "",
                row.text("message") or "",
            )
            for row in item.each("attribute_values", "attribute")
        ),
        missing=item.texts("missing_attributes"),
        one_of_missing=item.texts("min_one_missing_attributes"),
    )
