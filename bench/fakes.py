"""A marketplace and a Slack that answer at once, in a process of their own, so that only the relay is measured.

They check nothing: the sandbox does that. `GET /bench/posts` tells which return's card was posted when.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import sys
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

CREATED = "2026-11-20T09:00:00Z"
TICKETS_PER_PAGE = 30


class Fakes:
    """What both sides remember: when each card was posted, and the tickets a catch-up must find."""

    def __init__(self) -> None:
        self.posts: dict[str, float] = {}
        self.updates = 0
        self.tickets = 0
        self.updated = CREATED
        self._ts = itertools.count(1)

    def answer(self, method: str, target: str, body: bytes) -> dict[str, object]:
        url = urlsplit(target)
        for pattern, reply in self._routes():
            if found := re.fullmatch(pattern, url.path):
                return reply(found.group(1) if found.groups() else "", url.query, body)
        return {"ok": True, "data": []}

    def _routes(self) -> list[tuple[str, Callable[[str, str, bytes], dict[str, object]]]]:
        return [
            (r"/api/chat\.postMessage", self._post),
            (r"/api/chat\.update", self._update),
            (
                r"/api/auth\.test",
                lambda *_: {"ok": True, "team_id": "T0BENCH0001", "user": "kontor", "user_id": "U0BOT"},
            ),
            (r"/api/conversations\.list", self._channels),
            (r"/api/usergroups\.list", lambda *_: {"ok": True, "usergroups": []}),
            (r"/v2/returns/(\d+)/?", lambda id, *_: {"data": _return(int(id))}),
            (r"/v2/tickets", self._ticket_list),
            (r"/v2/tickets/(\d+)", lambda id, *_: {"data": _ticket(id, self.updated)}),
            (r"/v2/(?:returns|return-units|orders|subscriptions)", lambda *_: _page([], 0, 0)),
            (r"/bench/posts", lambda *_: {"posts": self.posts, "updates": self.updates}),
            (r"/bench/forget", self._forget),
            (r"/bench/tickets/(\d+)", self._set_tickets),
        ]

    def _post(self, _: str, __: str, body: bytes) -> dict[str, object]:
        now = time.monotonic()
        message = json.loads(body)
        if not message.get("thread_ts") and (found := re.search(r"(?:Return|Ticket) (\d+)", message["text"])):
            self.posts.setdefault(found.group(1), now)
        ts = f"1764000000.{next(self._ts):06d}"
        return {"ok": True, "channel": message["channel"], "ts": ts, "message": {"text": message["text"], "ts": ts}}

    def _update(self, _: str, __: str, body: bytes) -> dict[str, object]:
        self.updates += 1
        message = json.loads(body)
        return {"ok": True, "channel": message["channel"], "ts": message["ts"], "text": message["text"]}

    def _channels(self, *_: object) -> dict[str, object]:
        names = ("support", "support-cz", "returns", "orders", "kontor-ops", "general")
        channels = [{"id": f"C0BENCH{n:04d}", "name": name, "is_member": True} for n, name in enumerate(names)]
        return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": ""}}

    def _ticket_list(self, _: str, query: str, __: bytes) -> dict[str, object]:
        asked = parse_qs(query)
        offset = int(asked.get("offset", ["0"])[0])
        ids = range(offset, min(offset + TICKETS_PER_PAGE, self.tickets))
        return _page([_ticket_row(_ticket_id(number), self.updated) for number in ids], offset, self.tickets)

    def _forget(self, *_: object) -> dict[str, object]:
        self.posts.clear()
        self.updates = 0
        return {"ok": True}

    def _set_tickets(self, count: str, query: str, _: bytes) -> dict[str, object]:
        self.tickets = int(count)
        self.updated = parse_qs(query).get("updated", [CREATED])[0]
        return {"ok": True}


def _ticket_id(number: int) -> str:
    return f"001{number:08d}"


def _page(rows: list[object], offset: int, total: int) -> dict[str, object]:
    return {"data": rows, "pagination": {"offset": offset, "limit": TICKETS_PER_PAGE, "total": total}}


def _ticket_row(id: str, updated: str) -> dict[str, object]:
    return {
        "id_ticket": id,
        "ids_order_units": [314567896580917],
        "id_buyer": 4711,
        "ts_created_iso": CREATED,
        "ts_updated_iso": updated,
        "status": "opened",
        "open_reason": "product_not_delivered",
        "topic": "delivery_not_received",
        "is_seller_responsible": True,
        "fulfillment_type": "fulfilled_by_merchant",
    }


def _ticket(id: str, updated: str) -> dict[str, object]:
    message = {
        "id_ticket_message": int(id),
        "id_ticket": id,
        "author": {"role": "buyer", "name": "Kunde"},
        "text": "Guten Tag, mein Paket ist noch nicht angekommen. Wo bleibt es?",
        "ts_created_iso": CREATED,
    }
    return _ticket_row(id, updated) | {
        "storefront": "de",
        "messages": [message],
        "order_units": [_order_unit()],
        "product": _product(),
        "buyer": {"id_buyer": 4711, "email": None},
        "files": [],
    }


def _return(id: int) -> dict[str, object]:
    unit = {
        "id_return_unit": id * 10,
        "id_return": id,
        "id_order_unit": 314567896580917,
        "ts_created_iso": CREATED,
        "status": "return_arrived",
        "note": "Leider zu klein, ich habe mich in der Größe vertan.",
        "reason": "wrong_size",
        "storefront": "de",
        "fulfillment_type": "fulfilled_by_merchant",
        "order_unit": _order_unit(),
    }
    return {
        "id_return": id,
        "ts_created_iso": CREATED,
        "ts_updated_iso": CREATED,
        "storefront": "de",
        "tracking_provider": "DHL",
        "tracking_code": "0034123456789",
        "status": "package_received",
        "fulfillment_type": "fulfilled_by_merchant",
        "buyer": {"id_buyer": 4711, "email": None},
        "return_units": [unit],
    }


def _order_unit() -> dict[str, object]:
    return {
        "id_order_unit": 314567896580917,
        "id_order": "MB7UWLD",
        "ts_created_iso": CREATED,
        "ts_updated_iso": CREATED,
        "is_marketplace_deemed_supplier": False,
        "status": "received",
        "price": 2499,
        "id_offer": "SKU-1",
        "revenue_gross": 2299,
        "revenue_net": 1932,
        "note": None,
        "storefront": "de",
        "currency": "EUR",
        "shipping_rate": 0,
        "fulfillment_type": "fulfilled_by_merchant",
        "delivery_time_expires_iso": None,
        "cancel_reason": None,
        "product": _product(),
    }


def _product() -> dict[str, object]:
    return {
        "id_product": 301,
        "title": "Gartenschere mit langem Griff",
        "eans": ["4006381333931"],
        "id_category": 7,
        "main_picture": "https://pictures.invalid/301.jpg",
        "manufacturer": "Grünhand",
        "url": "https://shop.invalid/product/301",
    }


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive and Content-Length, and nothing else."""

    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self._buffer[:end].decode("latin-1")
            found = re.search(r"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
            size = int(found.group(1)) if found else 0
            if len(self._buffer) < end + 4 + size:
                return
            body = self._buffer[end + 4 : end + 4 + size]
            self._buffer = self._buffer[end + 4 + size :]
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            self._respond(json.dumps(self._fakes.answer(method, target, body)).encode())

    def _respond(self, payload: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        self._transport.write(head.encode() + payload)


async def _serve(port: int) -> None:
    fakes = Fakes()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(fakes), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
