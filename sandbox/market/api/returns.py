"""`/returns` and `/return-units`."""

from __future__ import annotations

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json, paged, where
from sandbox.market.api.forms import check_all
from sandbox.market.api.params import FULFILLMENT, choice, choices, moment, storefront, text
from sandbox.market.api.routes import Route
from sandbox.market.ground import must_find
from sandbox.market.model import ReturnUnit
from sandbox.market.returns import REASONS, STATUSES, UNIT_STATUSES

SORT = choice("sort", ("ts_created:desc", "ts_updated:desc"), default="ts_created:desc")


def list_returns(call: Call) -> Answer:
    asked = call.asked
    return call.listed(
        call.shop.returns,
        shapes.return_row,
        order="updated" if asked["sort"] == "ts_updated:desc" else "created",
        since={"created": asked["ts_created_from_iso"], "updated": asked["ts_updated_from_iso"]},
        filters=where(
            fulfillment=asked["fulfillment_type"],
            storefront=asked["storefront"],
            status=asked["status"],
            tracking_code=asked["tracking_code"],
        ),
    )


def fetch_return(call: Call) -> Answer:
    item = call.seen(call.shop.returns, "id_return", "Return")
    told = shapes.return_with_units(call, item) if call.embeds("return_units") else shapes.return_row(call, item)
    if call.embeds("buyer"):
        told["buyer"] = shapes.buyer(item.buyer)
    return Answer(200, told)


def start_return(call: Call) -> Answer:
    item = call.world.seller_starts_return(call.shop, _wanted(call))
    return Answer(201, shapes.return_with_units(call, item))


def extend_return(call: Call) -> Answer:
    item = call.find(call.shop.returns, "id_return", "Return")
    call.world.seller_extends_return(call.shop, item, _wanted(call))
    return Answer(201, shapes.return_with_units(call, item))


def _wanted(call: Call) -> list[tuple[int, str, str]]:
    items = call.forms()
    wanted = [
        (
            item.whole("id_order_unit", least=1, most=2**63 - 1),
            item.choice("reason", REASONS),
            item.text("note", least=5, most=100),
        )
        for item in items
    ]
    check_all(items)
    return wanted


def list_units(call: Call) -> Answer:
    """Units can be sorted by change, but not asked for by it."""
    return call.listed(
        call.shop.return_units,
        shapes.return_unit_row,
        order="updated" if call.asked["sort"] == "ts_updated:desc" else "created",
        since={"created": call.asked["ts_created_from_iso"]},
        filters=where(
            fulfillment=call.asked["fulfillment_type"], storefront=call.asked["storefront"], status=call.asked["status"]
        ),
    )


def fetch_unit(call: Call) -> Answer:
    unit = call.seen(call.shop.return_units, "id_return_unit", "Return unit")
    parent = must_find(call.shop.returns, unit.return_id)
    told: Json = shapes.return_unit_row(call, unit)
    told["return"] = shapes.return_row(call, call.view(parent) or parent)
    if call.embeds("tickets"):
        told["tickets"] = shapes.tickets(call, unit.ticket_ids)
    if call.embeds("order_unit"):
        order_unit = must_find(call.shop.order_units, unit.order_unit_id)
        told["order_unit"] = shapes.order_unit_row(call, call.view(order_unit) or order_unit)
    return Answer(200, told)


def accept_unit(call: Call) -> Answer:
    call.world.accept(_unit(call))
    return Answer(204)


def reject_unit(call: Call) -> Answer:
    unit = _unit(call)
    call.world.reject(unit, _message(call))
    return Answer(204)


def clarify_unit(call: Call) -> Answer:
    unit = _unit(call)
    call.world.clarify(unit, _message(call))
    return Answer(204)


def repair_unit(call: Call) -> Answer:
    call.world.repair(_unit(call))
    return Answer(204)


def _unit(call: Call) -> ReturnUnit:
    return call.find(call.shop.return_units, "id_return_unit", "Return unit")


def _message(call: Call) -> str:
    form = call.form()
    message = form.text("message")
    form.check()
    return message


ROUTES = (
    Route(
        "GET",
        "/returns",
        list_returns,
        paged(
            30,
            100,
            storefront(),
            moment("ts_created_from_iso"),
            moment("ts_updated_from_iso"),
            text("tracking_code"),
            choices("status", STATUSES),
            FULFILLMENT,
            SORT,
            least=1,
        ),
    ),
    Route("POST", "/returns", start_return),
    Route("GET", "/returns/{id_return:int}", fetch_return, (choices("embedded", ("buyer", "return_units")),)),
    Route("PUT", "/returns/{id_return:int}", extend_return),
    Route(
        "GET",
        "/return-units",
        list_units,
        paged(
            30,
            100,
            storefront(),
            moment("ts_created_from_iso"),
            choices("status", UNIT_STATUSES),
            FULFILLMENT,
            SORT,
            least=1,
        ),
    ),
    Route(
        "GET",
        "/return-units/{id_return_unit:int}",
        fetch_unit,
        (choices("embedded", ("return", "order_unit", "tickets")),),
    ),
    Route("PATCH", "/return-units/{id_return_unit:int}/accept", accept_unit),
    Route("PATCH", "/return-units/{id_return_unit:int}/reject", reject_unit),
    Route("PATCH", "/return-units/{id_return_unit:int}/clarify", clarify_unit),
    Route("PATCH", "/return-units/{id_return_unit:int}/repair", repair_unit),
)
