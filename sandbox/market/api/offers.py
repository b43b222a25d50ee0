"""`/units` and `/buybox`: what the seller offers, and who else offers it."""

from __future__ import annotations

from typing import Any

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json, paged
from sandbox.market.api.forms import Form
from sandbox.market.api.params import FULFILLMENT, choice, choices, limit, storefront, text, whole
from sandbox.market.api.routes import Route
from sandbox.market.ground import currency_of
from sandbox.market.inventory import CONDITION_OF_NUMBER, CONDITIONS, VAT_INDICATORS, WRITABLE_STATUSES, NewOffer
from sandbox.market.model import Offer, Product
from sandbox.market.problems import Problem, invalid, not_found, refused

MOST_IN_BULK = 150
INT64 = 2**63 - 1
EXTRAS = ("eco_participation", "battery_participation")
EMBEDDABLE = ("products", *EXTRAS)
BUYBOX_CONDITIONS = (
    *("new", "used", "used - as new", "used - very good", "used - good", "used - acceptable", "refurbished"),
    *("refurbished - as new", "refurbished - very good", "refurbished - good", "refurbished - acceptable"),
)
# Rivals nobody can buy from, so that a buybox has somebody in it.
RIVALS = ("Nordwind Handel", "Krämer & Söhne", "Blauberg")


def offer_shape(call: Call, offer: Offer) -> Json:
    group = call.shop.shipping_groups.find(offer.shipping_group_id)
    told: Json = {
        "status": offer.status,
        "currency": currency_of(offer.storefront),
        "condition": offer.condition,
        "id_unit": offer.id,
        "note": offer.note,
        "listing_price": offer.listing_price,
        "minimum_price": offer.minimum_price,
        "price": offer.listing_price,
        "id_offer": offer.id_offer,
        "id_product": offer.product.id,
        "id_shipping_group": offer.shipping_group_id,
        "id_warehouse": offer.warehouse_id,
        "amount": offer.amount,
        "date_inserted_iso": shapes.iso(offer.created),
        "date_lastchange_iso": shapes.iso(offer.updated),
        "handling_time": offer.handling_time,
        "shipping_rate": group.cost if group else 0,
        "storefront": offer.storefront,
        "transport_time_min": group.transport_time[0] if group else 1,
        "transport_time_max": group.transport_time[1] if group else 1,
        "fulfillment_type": offer.fulfillment,
        "vat_indicator": offer.vat_indicator,
    }
    embedded = call.asked.get("embedded", ())
    told |= {name: getattr(offer, name) for name in EXTRAS if name in embedded}
    if "products" in embedded:
        told["product"] = shapes.product(call, offer.product, offer.storefront)
    return told


def list_offers(call: Call) -> Answer:
    """A new offer may be missing here for some minutes."""
    asked, now, wanted = call.asked, call.world.clock.now(), call.storefront()
    seen = [view for offer in call.shop.offers if (view := call.view(offer)) is not None]
    rows = [
        offer
        for offer in seen
        if offer.storefront == wanted
        and offer.listed_from <= now
        and offer.fulfillment in asked["fulfillment_type"]
        and asked["id_offer"] in (None, offer.id_offer)
        and asked["id_product"] in (None, offer.product.id)
        and (asked["ean"] is None or asked["ean"].lstrip("0") in offer.product.eans)
    ]
    return call.page_of(rows, offer_shape)


def fetch_offer(call: Call) -> Answer:
    offer = call.view(_offer(call))
    if offer is None:
        raise not_found("Unit")
    return Answer(200, offer_shape(call, offer))


def create_offer(call: Call) -> Answer:
    wanted, form = call.storefront(), call.form()
    ean = form.text("ean", least=13, most=14) if form.has("ean") else None
    product_id = form.optional_whole("id_product", least=1, most=INT64)
    if ean is None and product_id is None:
        form.wrong("ean", "ean or id_product is required")
    new = NewOffer(
        id_offer=form.text("id_offer", most=40),
        listing_price=form.whole("listing_price", least=1),
        handling_time=form.whole("handling_time", most=100),
        amount=amount if (amount := form.optional_whole("amount")) is not None else 1,
        minimum_price=form.optional_whole("minimum_price", least=1),
        condition=_condition(form),
        note=form.optional_text("note", most=250),
        shipping_group_id=form.optional_whole("id_shipping_group", most=INT64),
        warehouse_id=form.optional_whole("id_warehouse", most=INT64),
        vat_indicator=form.choice("vat_indicator", VAT_INDICATORS, default="standard_rate"),
        eco_participation=form.optional_whole("eco_participation", least=1, nullable=True),
        battery_participation=form.optional_whole("battery_participation", least=1, nullable=True),
    )
    form.check()
    product = _product(call, ean, product_id)
    return Answer(200, offer_shape(call, call.world.create_offer(call.shop, wanted, product, new)))


def _product(call: Call, ean: str | None, id: int | None) -> Product:
    """An unknown product is a wrong parameter here: this operation declares no 404."""
    try:
        product = call.world.product_of(ean=ean, id=id)
    except Problem as problem:
        raise invalid(("ean" if ean else "id_product", "There is no such product")) from problem
    if id is not None and product.id != id:
        raise invalid(("id_product", "ean and id_product name different products"))
    return product


def _condition(form: Form) -> str:
    given = form.raw("condition", required=False)
    if given is None:
        return "NEW"
    condition = CONDITION_OF_NUMBER.get(given, given) if not isinstance(given, list | dict) else ""
    if condition not in CONDITIONS:
        form.wrong("condition", "condition is not valid")
        return "NEW"
    return str(condition)


def read_changes(form: Form) -> dict[str, object]:
    """The fields of a patch that were given, by the names the world has for them."""
    given: dict[str, object] = {}
    wholes = {"amount": (0, 2**31 - 1), "handling_time": (0, 100), "listing_price": (1, 2**31 - 1)}
    wholes |= {"minimum_price": (1, 2**31 - 1), "id_shipping_group": (1, INT64), "id_warehouse": (1, INT64)}
    for name, (least, most) in wholes.items():
        if form.has(name):
            given[{"id_shipping_group": "shipping_group_id", "id_warehouse": "warehouse_id"}.get(name, name)] = (
                form.whole(name, least=least, most=most)
            )
    if form.has("status"):
        given["status"] = form.choice("status", WRITABLE_STATUSES)
    if form.has("note"):
        given["note"] = form.text("note", least=0, most=250)
    if form.has("vat_indicator"):
        given["vat_indicator"] = form.choice("vat_indicator", VAT_INDICATORS)
    for name in EXTRAS:
        if form.has(name):
            given[name] = form.optional_whole(name, least=1, nullable=True)
    return given


def change_offer(call: Call) -> Answer:
    """Condition, EAN and id_offer cannot be changed: they are not fields of this request."""
    offer, form = _offer(call), call.form()
    changes = read_changes(form)
    form.check()
    call.world.change_offer(call.shop, offer, changes)
    return Answer(200, offer_shape(call, offer))


def delete_offer(call: Call) -> Answer:
    call.world.delete_offer(call.shop, _offer(call))
    return Answer(204)


def _offer(call: Call) -> Offer:
    """An offer of another storefront is none of this one."""
    offer = call.find(call.shop.offers, "id_unit", "Unit")
    if offer.storefront != call.storefront():
        raise not_found("Unit")
    return offer


def change_many(call: Call) -> Answer:
    """Each entry succeeds or fails by itself; too many or the same twice fails them all."""
    wanted, forms = call.storefront(), call.forms()
    if len(forms) > MOST_IN_BULK:
        raise refused("units/bulk-too-many-units", f"At most {MOST_IN_BULK} units can be changed at once")
    ids = [form.whole("id_unit", least=1, most=INT64) for form in forms]
    if len(set(ids)) != len(ids):
        raise refused("units/bulk-duplicate-units", "The request names a unit twice")
    return Answer(207, [_change_one(call, wanted, id, form) for id, form in zip(ids, forms, strict=True)])


def _change_one(call: Call, wanted: str, id: int, form: Form) -> Json:
    try:
        data = Form(form.raw("unit_data"), at="unit_data.")
        changes = read_changes(data)
        data.check()
        offer = call.shop.offers.find(id)
        if offer is None or offer.storefront != wanted:
            raise not_found("Unit")
        call.world.change_offer(call.shop, offer, changes)
    except Problem as problem:
        errors = [{"field": field, "message": why} for field, why in problem.errors]
        return {"id_unit": id, "status_code": problem.status, "message": problem.message, "errors": errors}
    return {"id_unit": id, "status_code": 200, "unit": offer_shape(call, offer)}


def buybox(call: Call) -> Answer:
    """The seller's own offer among invented rivals, cheapest first."""
    asked, wanted = call.asked, call.storefront()
    product = call.world.product_of(id=asked["id_product"])
    condition = asked["condition"].upper().replace(" - ", "___").replace(" ", "_")
    entries = [_own(call, offer) for offer in call.shop.offers if _competes(offer, product, wanted, condition)]
    base = entries[0]["price"] if entries else product.price
    for place, seller in enumerate(RIVALS if condition == "NEW" else ()):
        entries.append(
            {
                "seller": seller,
                "price": base * (94 + (product.id + place * 5) % 13) // 100,
                "delivery_time_min": 2,
                "delivery_time_max": 5,
                "shipping_rate": 495,
                "fulfillment_type": "fulfilled_by_merchant",
            }
        )
    entries.sort(key=lambda entry: entry["price"] + entry["shipping_rate"])
    units = [{"buybox_rank": rank, **entry} for rank, entry in enumerate(entries[: asked["limit"]], start=1)]
    told = {"id_product": product.id, "condition": asked["condition"], "storefront": wanted}
    return Answer(200, told | {"num_units": len(entries), "units": units})


def _competes(offer: Offer, product: Product, wanted: str, condition: str) -> bool:
    can_be_bought = offer.status == "AVAILABLE" and offer.amount > 0
    same_condition = offer.condition == condition or offer.condition.startswith(f"{condition}___")
    return can_be_bought and same_condition and (offer.product, offer.storefront) == (product, wanted)


def _own(call: Call, offer: Offer) -> dict[str, Any]:
    shape = offer_shape(call, offer)
    return {
        "seller": call.shop.account.name,
        "price": offer.listing_price,
        "delivery_time_min": offer.handling_time + shape["transport_time_min"],
        "delivery_time_max": offer.handling_time + shape["transport_time_max"],
        "shipping_rate": shape["shipping_rate"],
        "fulfillment_type": offer.fulfillment,
        "id_unit": offer.id,
        "id_offer": offer.id_offer,
    }


STOREFRONT = storefront(required=True)
ROUTES = (
    Route(
        "GET",
        "/units",
        list_offers,
        paged(
            30,
            100,
            STOREFRONT,
            text("id_offer"),
            whole("id_product", least=1),
            text("ean"),
            choices("embedded", EMBEDDABLE),
            FULFILLMENT,
        ),
    ),
    Route("GET", "/units/{id_unit:int}", fetch_offer, (STOREFRONT, choices("embedded", EMBEDDABLE))),
    Route("POST", "/units", create_offer, (STOREFRONT, choices("embedded", EXTRAS))),
    Route("PATCH", "/units/{id_unit:int}", change_offer, (STOREFRONT, choices("embedded", EXTRAS))),
    Route("DELETE", "/units/{id_unit:int}", delete_offer, (STOREFRONT,)),
    Route("POST", "/units/bulk", change_many, (STOREFRONT, choices("embedded", EXTRAS))),
    Route(
        "GET",
        "/buybox",
        buybox,
        (
            whole("id_product", least=1, required=True),
            STOREFRONT,
            choice("condition", BUYBOX_CONDITIONS, required=True),
            limit(10, 10, least=1),
        ),
    ),
)
