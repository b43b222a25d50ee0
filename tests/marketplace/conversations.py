"""Questions about what was sold, with the request each must become and an answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx

from bot.domain.model import ReplyFile
from bot.marketplace import KauflandMarket

from . import answers as a

FROM = datetime(2026, 1, 31, 8, 5, tzinfo=UTC)
FROM_WORDS = "2026-01-31T08:05:00Z"
PAGE = {"offset": "0"}


@dataclass(frozen=True)
class Conversation:
    """`ask` is a coroutine or an async iterator; `template` the path as the specification writes it."""

    method: str
    ask: Callable[[KauflandMarket], Any]
    template: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    answer: httpx.Response = field(default_factory=lambda: httpx.Response(204))

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


def data(value: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"data": value})


def rows(*values: Any) -> httpx.Response:
    return httpx.Response(200, json=a.a_list(*values))


TICKETS = [
    Conversation(
        "GET",
        lambda m: m.list_tickets(updated_from=FROM, status=("opened",), storefronts=("de", "cz")),
        "/tickets",
        "/tickets",
        {
            "ts_updated_from_iso": FROM_WORDS,
            "sort": "ts_updated_iso:desc",
            "status": "opened",
            "storefront": "de,cz",
            "limit": "30",
            **PAGE,
        },
        answer=rows(a.a_ticket_row()),
    ),
    Conversation(
        "GET",
        lambda m: m.list_tickets_of(2718281),
        "/tickets",
        "/tickets",
        {"id_buyer": "2718281", "sort": "ts_updated_iso:desc", "limit": "30", **PAGE},
        answer=rows(a.a_ticket_row()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_ticket("00112345678"),
        "/tickets/{id_ticket}",
        "/tickets/00112345678",
        {"embedded": "messages,order_units,files,buyer,product"},
        answer=data(a.a_ticket()),
    ),
    Conversation(
        "POST",
        lambda m: m.open_ticket([314567896580917], "contact_other", "Hallo"),
        "/tickets",
        "/tickets",
        body={"id_order_unit": [314567896580917], "reason": "contact_other", "message": "Hallo"},
        answer=data({"id_ticket": "00112345678"}, 201),
    ),
    Conversation(
        "POST",
        lambda m: m.send_message(
            "00112345678", "Hallo", interim=True, files=[ReplyFile("a.pdf", "application/pdf", b"%PDF-1")]
        ),
        "/tickets/{id_ticket}/messages",
        "/tickets/00112345678/messages",
        body={
            "text": "Hallo",
            "interim_notice": True,
            "ticket_message_files": [
                {
                    "filename": "a.pdf",
                    "mime_type": "application/pdf",
                    "data": "data:application/pdf;base64,JVBERi0x",
                }
            ],
        },
        answer=httpx.Response(201),
    ),
    Conversation(
        "PATCH",
        lambda m: m.close_ticket("00112345678"),
        "/tickets/{id_ticket}/close",
        "/tickets/00112345678/close",
    ),
]

WANTED_UNITS = [{"id_order_unit": 314567896580917, "reason": "wrong_size", "note": "Asked by phone"}]
RETURNS = [
    Conversation(
        "GET",
        lambda m: m.list_returns(updated_from=FROM, tracking_code="0034", status=("package_received",)),
        "/returns",
        "/returns",
        {
            "ts_updated_from_iso": FROM_WORDS,
            "tracking_code": "0034",
            "status": "package_received",
            "sort": "ts_updated:desc",
            "limit": "100",
            **PAGE,
        },
        answer=rows(a.a_return_row()),
    ),
    Conversation(
        "GET",
        lambda m: m.list_return_units(status=("return_arrived", "return_in_repair")),
        "/return-units",
        "/return-units",
        {"status": "return_arrived,return_in_repair", "limit": "100", **PAGE},
        answer=rows(a.a_return_unit()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_return(675849321),
        "/returns/{id_return}",
        "/returns/675849321",
        {"embedded": "return_units,buyer"},
        answer=data(a.a_return(return_units=[])),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_return_unit(45456767),
        "/return-units/{id_return_unit}",
        "/return-units/45456767",
        {"embedded": "order_unit,tickets"},
        answer=data(a.a_return_unit(order_unit=a.an_order_unit())),
    ),
    Conversation(
        "PATCH", lambda m: m.accept_return_unit(7), "/return-units/{id_return_unit}/accept", "/return-units/7/accept"
    ),
    Conversation(
        "PATCH",
        lambda m: m.reject_return_unit(7, "Benutzt"),
        "/return-units/{id_return_unit}/reject",
        "/return-units/7/reject",
        body={"message": "Benutzt"},
    ),
    Conversation(
        "PATCH",
        lambda m: m.clarify_return_unit(7, "Foto?"),
        "/return-units/{id_return_unit}/clarify",
        "/return-units/7/clarify",
        body={"message": "Foto?"},
    ),
    Conversation(
        "PATCH", lambda m: m.repair_return_unit(7), "/return-units/{id_return_unit}/repair", "/return-units/7/repair"
    ),
    Conversation(
        "POST",
        lambda m: m.start_return([(314567896580917, "wrong_size", "Asked by phone")]),
        "/returns",
        "/returns",
        body=WANTED_UNITS,
        answer=data(a.a_return(), 201),
    ),
    Conversation(
        "PUT",
        lambda m: m.extend_return(675849321, [(314567896580917, "wrong_size", "Asked by phone")]),
        "/returns/{id_return}",
        "/returns/675849321",
        body=WANTED_UNITS,
        answer=data(a.a_return(), 201),
    ),
]

ORDERS = [
    Conversation(
        "GET",
        lambda m: m.list_orders(units_updated_from=FROM, created_from=FROM),
        "/orders",
        "/orders",
        {
            "ts_units_updated_from_iso": FROM_WORDS,
            "ts_created_from_iso": FROM_WORDS,
            "limit": "100",
            **PAGE,
        },
        answer=rows(a.an_order_row()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_order("MB7UWLD"),
        "/orders/{id_order}",
        "/orders/MB7UWLD",
        {"embedded": "order_invoices,delivery"},
        answer=data(a.an_order()),
    ),
    Conversation(
        "GET",
        lambda m: m.list_order_units(updated_from=FROM, status=("open", "sent"), offer_id="SKU-1"),
        "/order-units",
        "/order-units",
        {
            "ts_updated_from_iso": FROM_WORDS,
            "status": "open,sent",
            "id_offer": "SKU-1",
            "sort": "ts_updated:desc",
            "limit": "100",
            **PAGE,
        },
        answer=rows(a.an_order_unit()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_order_unit(314567896580917),
        "/order-units/{id_order_unit}",
        "/order-units/314567896580917",
        {"embedded": "tickets,return_unit,delivery"},
        answer=data(a.an_order_unit()),
    ),
    Conversation(
        "PATCH",
        lambda m: m.send_order_unit(7, ["0034123456789", "0034987654321"], "DHL"),
        "/order-units/{id_order_unit}/send",
        "/order-units/7/send",
        body={"tracking_numbers": "0034123456789,0034987654321", "carrier_code": "DHL"},
    ),
    Conversation(
        "PATCH",
        lambda m: m.cancel_order_unit(7, "NoInventory"),
        "/order-units/{id_order_unit}/cancel",
        "/order-units/7/cancel",
        body={"reason": "NoInventory"},
    ),
    Conversation(
        "PATCH",
        lambda m: m.refund_order_unit(7, 1299, "delivery_delay"),
        "/order-units/{id_order_unit}/refund",
        "/order-units/7/refund",
        body={"amount": 1299, "reason": "delivery_delay"},
    ),
    Conversation(
        "PATCH", lambda m: m.fulfil_order_unit(7), "/order-units/{id_order_unit}/fulfil", "/order-units/7/fulfil"
    ),
    Conversation(
        "POST",
        lambda m: m.add_shipment(7, "DHL", "0034987654321"),
        "/shipments",
        "/shipments",
        body={
            "id_order_unit": 7,
            "shipment_information": {"carrier_code": "DHL", "tracking_number": "0034987654321"},
        },
    ),
    Conversation(
        "GET",
        lambda m: m.carriers(),
        "/carriers",
        "/carriers",
        answer=data({"carriers": [{"name": "DHL", "isHauler": False}]}),
    ),
    Conversation(
        "GET",
        lambda m: m.list_invoices(created_from=FROM),
        "/order-invoices",
        "/order-invoices",
        {"ts_created_from_iso": FROM_WORDS, "limit": "100", **PAGE},
        answer=rows(a.an_invoice()),
    ),
    Conversation(
        "GET",
        lambda m: m.fetch_invoice("MB7UWLD", 918273645),
        "/order-invoices/{id_order}/{id_invoice}",
        "/order-invoices/MB7UWLD/918273645",
        answer=data(a.an_invoice()),
    ),
    Conversation(
        "POST",
        lambda m: m.upload_invoice("MB7UWLD", "invoice-k1.pdf", "application/pdf", b"%PDF-1"),
        "/order-invoices/{id_order}",
        "/order-invoices/MB7UWLD",
        body={"original_name": "invoice-k1.pdf", "mime_type": "application/pdf", "data": "JVBERi0x"},
        answer=data(a.an_invoice(), 201),
    ),
    Conversation(
        "DELETE",
        lambda m: m.delete_invoice("MB7UWLD", 918273645),
        "/order-invoices/{id_order}/{id_invoice}",
        "/order-invoices/MB7UWLD/918273645",
    ),
]

ACCOUNT = [
    Conversation("GET", lambda m: m.ping(), "/status/ping", "/status/ping", answer=data({"message": "hello"})),
    Conversation("GET", lambda m: m.storefronts(), "/info/storefront", "/info/storefront", answer=data(["de", "cz"])),
    Conversation(
        "GET",
        lambda m: m.list_subscriptions(),
        "/subscriptions",
        "/subscriptions",
        {"limit": "30", **PAGE},
        answer=rows(a.a_subscription()),
    ),
    Conversation(
        "POST",
        lambda m: m.create_subscription(
            event="order_new",
            storefront="de",
            callback_url="https://kontor.example.test/p",
            fallback_email="ops@example.test",
        ),
        "/subscriptions",
        "/subscriptions",
        {"storefront": "de"},
        {
            "event_name": "order_new",
            "callback_url": "https://kontor.example.test/p",
            "fallback_email": "ops@example.test",
        },
        data(a.a_subscription(), 201),
    ),
    Conversation(
        "PATCH",
        lambda m: m.change_subscription(
            11011, active=True, callback_url="https://kontor.example.test/p", fallback_email="ops@example.test"
        ),
        "/subscriptions/{id_subscription}",
        "/subscriptions/11011",
        body={
            "is_active": True,
            "callback_url": "https://kontor.example.test/p",
            "fallback_email": "ops@example.test",
        },
        answer=data(a.a_subscription()),
    ),
    Conversation(
        "DELETE", lambda m: m.delete_subscription(11011), "/subscriptions/{id_subscription}", "/subscriptions/11011"
    ),
]

SOLD = [*TICKETS, *RETURNS, *ORDERS, *ACCOUNT]


async def carried_out(conversation: Conversation, market: KauflandMarket) -> Any:
    """What the client makes of the answer; a list for what it lists."""
    asked = conversation.ask(market)
    if hasattr(asked, "__aiter__"):
        return [row async for row in asked]
    return await asked
