"""`/products` and `/product-data`: the marketplace's products, and what sellers tell about them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json
from sandbox.market.api.forms import Form
from sandbox.market.api.params import choice, choices, storefront
from sandbox.market.api.routes import Route
from sandbox.market.catalogue import missing_attributes
from sandbox.market.ground import LOCALES
from sandbox.market.model import Offer, Product, ProductData
from sandbox.market.problems import product_not_found

EMBEDDABLE = ("category", "category_basic", "units")
LOCALE = choice("locale", LOCALES.values(), required=True)


def product_by_ean(call: Call) -> Answer:
    return Answer(200, _embedded(call, call.world.product_of(ean=call.path["ean"])))


def product_by_id(call: Call) -> Answer:
    return Answer(200, _embedded(call, call.world.product_of(id=call.path["id_product"])))


def _embedded(call: Call, product: Product) -> Json:
    told = shapes.product(call, product, call.storefront())
    if call.embeds("units"):
        offers = [offer for offer in call.shop.offers if offer.product == product]
        told["units"] = [_unit(call, offer) for offer in offers if offer.storefront == call.storefront()]
    if call.embeds("category"):
        told["category"] = _category(product) | {
            "id_parent_category": 1,
            "shipping_category": "parcel",
            "variable_fee": 13,
            "fixed_fee": 0,
            "vat": 19,
        }
    elif call.embeds("category_basic"):
        told["category_basic"] = _category(product)
    return told


def _category(product: Product) -> Json:
    return {
        "name": product.category,
        "title_singular": product.category.capitalize(),
        "title_plural": product.category.capitalize(),
        "level": 2,
        "url": f"/{product.category}/",
        "is_leaf": True,
        "id_category": product.category_id,
    }


def _unit(call: Call, offer: Offer) -> Json:
    group = call.shop.shipping_groups.find(offer.shipping_group_id)
    return {
        "id_unit": offer.id,
        "id_product": offer.product.id,
        "condition": offer.condition,
        "location": None,
        "warehouse": None,
        "amount": offer.amount,
        "price": offer.listing_price,
        "delivery_time_min": offer.handling_time + 2,
        "delivery_time_max": offer.handling_time + 4,
        "shipping_group": group.name if group else None,
        "note": offer.note,
        "seller": {"pseudonym": call.shop.account.name},
        "reference_price": None,
        "shipping_rate": group.cost if group else 0,
        "date_inserted": shapes.iso(offer.created),
        "date_lastchange": shapes.iso(offer.updated),
        "fulfillment_type": offer.fulfillment,
    }


# Product data


def fetch_data(call: Call) -> Answer:
    data = _data(call)
    return Answer(200, {"ean": [data.ean], "attributes": dict(data.attributes)})


def fetch_status(call: Call) -> Answer:
    data = _data(call)
    missing = missing_attributes(data)
    reason = None
    if data.status != "SUCCESS":
        reason = "MISSING_ATTRIBUTES" if data.status == "FAIL" else "NOT_YET_PROCESSED"
    state = {"SUCCESS": "ACCEPTED", "FAIL": "ACCEPTED"}.get(data.status, "PENDING")
    values = [
        {"attribute": name, "original_value": str(value), "state": state, "message": ""}
        for name, values in data.attributes.items()
        if isinstance(values, list)
        for value in values
    ]
    return Answer(
        200,
        {
            "product_ready": data.status == "SUCCESS",
            "update_status": data.status,
            "id_product": data.product_id,
            "product_not_ready_reason": reason,
            "update_fail_reason": "NOT_ENOUGH_DATA" if data.status == "FAIL" else None,
            "attribute_values": values,
            "missing_attributes": missing,
            "min_one_missing_attributes": [],
        },
    )


def replace_data(call: Call) -> Answer:
    return _told(call, replace=True)


def add_data(call: Call) -> Answer:
    return _told(call, replace=False)


def delete_data(call: Call) -> Answer:
    if not call.world.forget_product(call.shop, call.path["ean"], call.asked["locale"]):
        raise product_not_found("Product data")
    return Answer(200, {})


def _data(call: Call) -> ProductData:
    data = call.shop.product_data.get((call.path["ean"], call.asked["locale"]))
    if data is None:
        raise product_not_found("Product data")
    return data


def _told(call: Call, *, replace: bool) -> Answer:
    form = call.form()
    eans = form.raw("ean")
    if not _texts(eans) or not all(re.fullmatch(r"\d{13,15}", ean, re.ASCII) for ean in eans):
        form.wrong("ean", "must be a list of EANs of 13 to 15 digits")
    attributes = _attributes(form)
    form.check()
    for ean in eans:
        call.world.tell_product(call.shop, ean, call.asked["locale"], attributes, replace=replace)
    return Answer(200, {})


def _attributes(form: Form) -> Mapping[str, object]:
    """Lists of texts by attribute; only the safety contact is an object of its own."""
    given = form.raw("attributes")
    if not isinstance(given, dict):
        form.wrong("attributes", "must be an object")
        return {}
    for name, values in given.items():
        if name == "product_safety_contact":
            contact = Form(values)
            contact.text("name", most=500)
            contact.text("address", most=500)
            for field in ("email_address", "phone_number", "url"):
                contact.raw(field, required=False)
            contact.check()
        elif not _texts(values):
            form.wrong(f"attributes.{name}", "must be a list of texts")
    return given


def _texts(values: object) -> bool:
    return isinstance(values, list) and bool(values) and all(isinstance(value, str) for value in values)


STOREFRONT = storefront(required=True)
ROUTES = (
    Route("GET", "/products/ean/{ean:str}", product_by_ean, (STOREFRONT, choices("embedded", EMBEDDABLE))),
    Route("GET", "/products/{id_product:int}", product_by_id, (STOREFRONT, choices("embedded", EMBEDDABLE))),
    Route("PUT", "/product-data", replace_data, (LOCALE,)),
    Route("PATCH", "/product-data", add_data, (LOCALE,)),
    Route("GET", "/product-data/{ean:ean}", fetch_data, (LOCALE,)),
    Route("DELETE", "/product-data/{ean:ean}", delete_data, (LOCALE,)),
    Route("GET", "/product-data/status/{ean:ean}", fetch_status, (LOCALE,)),
)
