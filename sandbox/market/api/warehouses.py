"""`/warehouses` and `/shipping-groups`: where parcels start and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.market.api.calls import Answer, Call, Json, paged
from sandbox.market.api.params import storefront
from sandbox.market.api.routes import Route
from sandbox.market.model import ShippingGroup, Warehouse
from sandbox.market.problems import not_found


def house_shape(call: Call, house: Warehouse) -> Json:
    return {
        "id_warehouse": house.id,
        "name": house.name,
        "address": dict(house.address),
        "is_default": house.default,
        "type": "normal",
    }


def list_houses(call: Call) -> Answer:
    return call.page_of(list(call.shop.warehouses), house_shape)


def fetch_house(call: Call) -> Answer:
    return Answer(200, house_shape(call, _house(call)))


def create_house(call: Call) -> Answer:
    return Answer(201, house_shape(call, call.world.create_warehouse(call.shop, *_wanted(call))))


def change_house(call: Call) -> Answer:
    house = _house(call)
    call.world.change_warehouse(call.shop, house, *_wanted(call))
    return Answer(200, house_shape(call, house))


def delete_house(call: Call) -> Answer:
    call.world.delete_warehouse(call.shop, _house(call))
    return Answer(204)


def _house(call: Call) -> Warehouse:
    return call.find(call.shop.warehouses, "id_warehouse", "Warehouse")


def _wanted(call: Call) -> tuple[str, Mapping[str, str | None], bool]:
    form = call.form()
    name = form.text("name", most=100)
    place = form.object("address")
    fields = ("street", "house_number", "postcode", "city", "country")
    address: dict[str, str | None] = {field: place.text(field, most=100) for field in fields}
    address["phone"] = place.optional_text("phone", most=30)
    place.close()
    default = form.flag("is_default")
    form.check()
    return name, address, default


def group_shape(call: Call, group: ShippingGroup) -> Json:
    option = {
        "name": "default",
        "cost_first": group.cost,
        "cost_next": 0,
        "cost_max": group.cost,
        "cost_free": group.free_from,
        "cut_off_time": "12:00",
        "transport_time_min": group.transport_time[0],
        "transport_time_max": group.transport_time[1],
    }
    return {
        "currency": group.currency,
        "id_shipping_group": group.id,
        "storefront": group.storefront,
        "name": group.name,
        "type": "PACKAGE",
        "is_default": group.default,
        "regions": [{"countries": list(group.countries), "shipping_options": [option]}],
    }


def list_groups(call: Call) -> Answer:
    wanted = call.storefront()
    return call.page_of([group for group in call.shop.shipping_groups if group.storefront == wanted], group_shape)


def fetch_group(call: Call) -> Answer:
    group = call.find(call.shop.shipping_groups, "id_shipping_group", "Shipping group")
    if group.storefront != call.storefront():
        raise not_found("Shipping group")
    return Answer(200, group_shape(call, group))


ROUTES = (
    Route("GET", "/warehouses", list_houses, paged(30, 30)),
    Route("POST", "/warehouses", create_house),
    Route("GET", "/warehouses/{id_warehouse:int}", fetch_house),
    Route("PUT", "/warehouses/{id_warehouse:int}", change_house),
    Route("DELETE", "/warehouses/{id_warehouse:int}", delete_house),
    Route("GET", "/shipping-groups", list_groups, paged(30, 30, storefront(required=True))),
    Route("GET", "/shipping-groups/{id_shipping_group:int}", fetch_group, (storefront(required=True),)),
)
