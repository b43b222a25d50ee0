"""`/orders`, `/order-units`, `/shipments`, `/carriers`."""

from __future__ import annotations

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, paged, where
from sandbox.market.api.params import FULFILLMENT, choice, choices, moment, storefront, text
from sandbox.market.api.routes import Route
from sandbox.market.ground import must_find
from sandbox.market.orders import CANCEL_REASONS, CARRIERS, HAULERS, REFUND_REASONS, STATUSES
from sandbox.market.problems import not_found

ORDER_EMBEDDABLE = ("order_invoices", "delivery", "kss_delivery")
UNIT_EMBEDDABLE = ("delivery_attempt_timestamp_iso", "return_unit", "tickets", "delivery", "kss_delivery")


def list_orders(call: Call) -> Answer:
    """No sort can be asked for: newest first."""
    return call.listed(
        call.shop.orders,
        shapes.order_row,
        since={"created": call.asked["ts_created_from_iso"], "updated": call.asked["ts_units_updated_from_iso"]},
        filters=where(fulfillment=call.asked["fulfillment_type"], storefront=call.asked["storefront"]),
    )


def fetch_order(call: Call) -> Answer:
    order = call.seen(call.shop.orders, "id_order", "Order")
    told = shapes.order_details(call, order)
    if call.embeds("order_invoices"):
        found = [item for item in call.shop.invoices if item.order_id == order.id]
        told["order_invoices"] = [shapes.invoice(call, item) for item in found]
    if call.embeds("delivery"):
        told["delivery"] = shapes.delivery(order)
    if call.embeds("kss_delivery"):
        for unit in told["order_units"]:
            unit["kss_eligible"] = unit["status"] == "need_to_be_sent"
    return Answer(200, told)


def list_units(call: Call) -> Answer:
    return call.listed(
        call.shop.order_units,
        shapes.order_unit_row,
        order="updated" if call.asked["sort"] == "ts_updated:desc" else "created",
        since={"created": call.asked["ts_created_from_iso"], "updated": call.asked["ts_updated_from_iso"]},
        filters=where(
            fulfillment=call.asked["fulfillment_type"],
            storefront=call.asked["storefront"],
            id_offer=call.asked["id_offer"],
            status=call.asked["status"],
        ),
    )


def fetch_unit(call: Call) -> Answer:
    unit = call.seen(call.shop.order_units, "id_order_unit", "Order unit")
    told = shapes.order_unit_row(call, unit)
    if call.embeds("delivery_attempt_timestamp_iso"):
        told["delivery_attempt_timestamp_iso"] = shapes.iso_or_none(unit.delivered_at)
    if call.embeds("return_unit"):
        returned = call.shop.return_units.find(unit.return_unit_id)
        seen = call.view(returned) if returned else None
        told["return_unit"] = shapes.return_unit_row(call, seen) if seen else None
    if call.embeds("tickets"):
        told["tickets"] = shapes.tickets(call, unit.ticket_ids)
    if call.embeds("delivery"):
        told["delivery"] = shapes.delivery(must_find(call.shop.orders, unit.order_id))
    if call.embeds("kss_delivery"):
        told["kss_eligible"] = unit.status == "need_to_be_sent"
    return Answer(200, told)


def send_unit(call: Call) -> Answer:
    unit = call.find(call.shop.order_units, "id_order_unit", "Order unit")
    form = call.form()
    numbers = form.text("tracking_numbers", least=0, most=1000)
    carrier = form.text("carrier_code", most=100)
    form.check()
    call.world.send_unit(unit, numbers.split(",") if numbers else [], carrier)
    return Answer(204)


def cancel_unit(call: Call) -> Answer:
    unit = call.find(call.shop.order_units, "id_order_unit", "Order unit")
    form = call.form()
    reason = form.choice("reason", CANCEL_REASONS)
    form.check()
    call.world.cancel_unit(unit, reason)
    return Answer(204)


def refund_unit(call: Call) -> Answer:
    unit = call.find(call.shop.order_units, "id_order_unit", "Order unit")
    form = call.form()
    amount = form.whole("amount", least=1)
    reason = form.choice("reason", REFUND_REASONS)
    form.check()
    call.world.refund_unit(unit, amount, reason)
    return Answer(204)


def fulfil_unit(call: Call) -> Answer:
    call.world.fulfil_unit(call.find(call.shop.order_units, "id_order_unit", "Order unit"))
    return Answer(204)


def add_shipment(call: Call) -> Answer:
    form = call.form()
    id = form.whole("id_order_unit", least=1, most=2**63 - 1)
    parcel = form.object("shipment_information")
    number, carrier = parcel.text("tracking_number", most=128), parcel.text("carrier_code", most=100)
    parcel.close()
    form.check()
    unit = call.shop.order_units.find(id)
    if unit is None:
        raise not_found("Order unit")
    call.world.add_shipment(unit, carrier, number)
    return Answer(204)


def list_carriers(call: Call) -> Answer:
    carriers = [{"name": name, "isHauler": name in HAULERS} for name in (*CARRIERS, *HAULERS)]
    return Answer(200, {"carriers": carriers})


ROUTES = (
    Route(
        "GET",
        "/orders",
        list_orders,
        paged(
            30,
            100,
            storefront(),
            moment("ts_created_from_iso"),
            moment("ts_units_updated_from_iso"),
            FULFILLMENT,
            least=1,
        ),
    ),
    Route("GET", "/orders/{id_order}", fetch_order, (choices("embedded", ORDER_EMBEDDABLE),)),
    Route(
        "GET",
        "/order-units",
        list_units,
        paged(
            30,
            100,
            storefront(),
            text("id_offer"),
            choices("status", STATUSES),
            moment("ts_created_from_iso"),
            moment("ts_updated_from_iso"),
            FULFILLMENT,
            choice("sort", ("ts_created:desc", "ts_updated:desc"), default="ts_created:desc"),
            least=1,
        ),
    ),
    Route("GET", "/order-units/{id_order_unit:int}", fetch_unit, (choices("embedded", UNIT_EMBEDDABLE),)),
    Route("PATCH", "/order-units/{id_order_unit:int}/send", send_unit),
    Route("PATCH", "/order-units/{id_order_unit:int}/cancel", cancel_unit),
    Route("PATCH", "/order-units/{id_order_unit:int}/refund", refund_unit),
    Route("PATCH", "/order-units/{id_order_unit:int}/fulfil", fulfil_unit),
    Route("POST", "/shipments", add_shipment),
    Route("GET", "/carriers", list_carriers),
)
