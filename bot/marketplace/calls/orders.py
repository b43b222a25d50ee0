"""Orders, order units, parcels and invoices: https://sellerapi.kaufland.com/?page=orders."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime

from bot.domain.model import Carrier, Invoice, Order, OrderRow, OrderUnit
from bot.marketplace import parse
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.line import LONG_SECONDS
from bot.marketplace.problems import MarketError

MOST_ORDERS = 100


class OrderCalls(Calls):
    def list_orders(
        self, *, units_updated_from: datetime | None = None, created_from: datetime | None = None
    ) -> AsyncIterator[OrderRow]:
        """Orders with a unit that changed since `units_updated_from`. In no promised order: the list has no sort."""
        query = {"ts_units_updated_from_iso": units_updated_from, "ts_created_from_iso": created_from}
        return self._rows("/orders", parse.order_row, query, limit=MOST_ORDERS)

    async def fetch_order(self, id: str) -> Order:
        return await self._richest(path("/orders/{}", id), parse.order, ("order_invoices", "delivery"), ())

    def list_order_units(
        self, *, updated_from: datetime | None = None, status: Iterable[str] = (), offer_id: str | None = None
    ) -> AsyncIterator[OrderUnit]:
        """Order units, those that changed last first. Those fulfilled by Kaufland are left out."""
        query = {
            "ts_updated_from_iso": updated_from,
            "status": tuple(status),
            "id_offer": offer_id,
            "sort": "ts_updated:desc",
        }
        return self._rows("/order-units", parse.order_unit, query, limit=MOST_ORDERS)

    async def fetch_order_unit(self, id: int) -> OrderUnit:
        return await self._richest(
            path("/order-units/{}", id), parse.order_unit, ("tickets", "return_unit", "delivery"), ("tickets",), ()
        )

    async def send_order_unit(self, id: int, tracking_numbers: Sequence[str], carrier: str) -> None:
        """Mark as sent; the marketplace mails the buyer. `carrier` is a name of `carriers()`."""
        body = {"tracking_numbers": ",".join(tracking_numbers), "carrier_code": carrier}
        await self._line.write("PATCH", path("/order-units/{}/send", id), body)

    async def cancel_order_unit(self, id: int, reason: str) -> None:
        """The marketplace refunds the buyer by itself."""
        await self._line.write("PATCH", path("/order-units/{}/cancel", id), {"reason": reason})

    async def refund_order_unit(self, id: int, minor: int, reason: str) -> None:
        """Refund `minor` units of the order unit's own currency. There is no way to read back what was refunded.

        The specification speaks of euro cents everywhere and does not say what holds for cz and pl.
        """
        if minor < 1:
            raise MarketError("A refund is at least one cent. Nothing was sent.")
        await self._line.write("PATCH", path("/order-units/{}/refund", id), {"amount": minor, "reason": reason})

    async def fulfil_order_unit(self, id: int) -> None:
        """From open to need_to_be_sent."""
        await self._line.write("PATCH", path("/order-units/{}/fulfil", id))

    async def add_shipment(self, order_unit: int, carrier: str, tracking_number: str) -> None:
        """One more parcel for a unit that is already sent."""
        body = {
            "id_order_unit": order_unit,
            "shipment_information": {"carrier_code": carrier, "tracking_number": tracking_number},
        }
        await self._line.write("POST", "/shipments", body)

    async def carriers(self) -> tuple[Carrier, ...]:
        return await self._line.get("/carriers", parse.carriers)


class InvoiceCalls(Calls):
    def list_invoices(self, *, created_from: datetime | None = None) -> AsyncIterator[Invoice]:
        """Ours, and those the marketplace issues as the deemed supplier."""
        return self._rows("/order-invoices", parse.invoice, {"ts_created_from_iso": created_from}, limit=MOST_ORDERS)

    async def fetch_invoice(self, order: str, id: int) -> Invoice:
        return await self._line.get(path("/order-invoices/{}/{}", order, id), parse.invoice)

    async def upload_invoice(self, order: str, name: str, mime: str, content: bytes) -> Invoice:
        """Hand the buyer of `order` an invoice. `name` is how it can be found again when the answer is lost."""
        # Plain base64 here; files of tickets carry a data-URI prefix.
        body = {"original_name": name, "mime_type": mime, "data": b64encode(content).decode()}
        return await self._line.write_for(
            "POST", path("/order-invoices/{}", order), parse.invoice, body, seconds=LONG_SECONDS
        )

    async def delete_invoice(self, order: str, id: int) -> None:
        await self._line.write("DELETE", path("/order-invoices/{}/{}", order, id))
