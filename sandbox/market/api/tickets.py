"""`/tickets`: lists, details, answers, closing."""

from __future__ import annotations

from sandbox.market.api import shapes
from sandbox.market.api.calls import Answer, Call, Json, paged, where
from sandbox.market.api.params import FULFILLMENT, choice, choices, moment, storefront, whole
from sandbox.market.api.routes import Route
from sandbox.market.model import Ticket
from sandbox.market.tickets import OPEN_REASONS, STATUSES, TOPICS, Upload

EMBEDDABLE = ("buyer", "product", "messages", "order_units", "files")


def list_tickets(call: Call) -> Answer:
    asked = call.asked
    return call.listed(
        call.shop.tickets,
        shapes.ticket_row,
        order="updated" if asked["sort"] == "ts_updated_iso:desc" else "created",
        since={"created": asked["ts_created_from_iso"], "updated": asked["ts_updated_from_iso"]},
        filters=where(
            fulfillment=asked["fulfillment_type"],
            status=asked["status"],
            open_reason=asked["open_reason"],
            topic=asked["topic"],
            storefront=asked["storefront"],
            buyer_id=asked["id_buyer"],
        ),
    )


def fetch_ticket(call: Call) -> Answer:
    ticket = call.seen(call.shop.tickets, "id_ticket", "Ticket")
    told = shapes.ticket_row(call, ticket) | {"storefront": ticket.storefront}
    return Answer(200, told | _embedded(call, ticket))


def _embedded(call: Call, ticket: Ticket) -> Json:
    """Only what was asked for."""
    told: Json = {}
    if call.embeds("messages"):
        told["messages"] = [shapes.message(call, message) for message in ticket.messages]
    if call.embeds("files"):
        told["files"] = [shapes.ticket_file(call, file) for file in ticket.files]
    if call.embeds("buyer"):
        told["buyer"] = shapes.buyer(ticket.buyer) if ticket.buyer else None
    if call.embeds("product"):
        told["product"] = shapes.product(call, ticket.product, ticket.storefront) if ticket.product else None
    if call.embeds("order_units"):
        units = shapes.order_units(call, ticket.order_unit_ids)
        told["order_units"] = [shapes.order_unit_row(call, unit) for unit in units]
    return told


def list_messages(call: Call) -> Answer:
    return call.listed(
        call.shop.messages,
        shapes.message,
        descending=call.asked["sort"] == "ts_created_iso:desc",
        since={"created": call.asked["ts_created_from_iso"]},
        filters=where(fulfillment=call.asked["fulfillment_type"]),
    )


def open_ticket(call: Call) -> Answer:
    form = call.form()
    units = form.wholes("id_order_unit")
    reason = form.choice("reason", OPEN_REASONS)
    text = form.text("message")
    form.check()
    return Answer(201, {"id_ticket": call.world.seller_opens(call.shop, units, reason, text).id})


def write_message(call: Call) -> Answer:
    ticket = call.find(call.shop.tickets, "id_ticket", "Ticket")
    form = call.form()
    text = form.text("text")
    interim = form.flag("interim_notice", default=False)
    files: list[Upload] = []
    for item in form.objects("ticket_message_files"):
        name, mime = item.text("filename", most=255), item.text("mime_type", most=255)
        files.append(Upload(name, mime, item.text("data", most=2**25)))
        item.close()
    form.check()
    call.world.seller_message(ticket, text, interim=interim, files=files)
    return Answer(201)


def close_ticket(call: Call) -> Answer:
    call.world.seller_closes(call.find(call.shop.tickets, "id_ticket", "Ticket"))
    return Answer(204)


ROUTES = (
    Route(
        "GET",
        "/tickets",
        list_tickets,
        paged(
            30,
            30,
            choice("sort", ("ts_created_iso:desc", "ts_updated_iso:desc"), default="ts_created_iso:desc"),
            choices("status", STATUSES),
            choices("open_reason", OPEN_REASONS),
            choices("topic", TOPICS),
            whole("id_buyer"),
            moment("ts_created_from_iso"),
            moment("ts_updated_from_iso"),
            storefront(many=True),
            FULFILLMENT,
            least=1,
        ),
    ),
    Route(
        "GET",
        "/tickets/messages",
        list_messages,
        paged(
            30,
            30,
            choice("sort", ("ts_created_iso:desc", "ts_created_iso:asc"), default="ts_created_iso:desc"),
            moment("ts_created_from_iso"),
            FULFILLMENT,
            least=1,
        ),
    ),
    Route("GET", "/tickets/{id_ticket:ticket}", fetch_ticket, (choices("embedded", EMBEDDABLE),)),
    Route("POST", "/tickets", open_ticket),
    Route("POST", "/tickets/{id_ticket:ticket}/messages", write_message),
    Route("PATCH", "/tickets/{id_ticket:ticket}/close", close_ticket),
)
