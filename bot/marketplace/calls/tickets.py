"""Tickets: https://sellerapi.kaufland.com/?page=tickets. No event tells of them, so they are found by listing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from functools import partial

from bot.domain.model import ReplyFile, Ticket, TicketRow
from bot.marketplace import parse, wire
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.line import CALL_SECONDS, LONG_SECONDS

MOST_TICKETS = 30


class TicketCalls(Calls):
    def list_tickets(
        self, *, updated_from: datetime, status: Iterable[str] = (), storefronts: Iterable[str] = ()
    ) -> AsyncIterator[TicketRow]:
        """Tickets that changed since `updated_from` (UTC), newest change first."""
        query: dict[str, wire.Value] = {
            "ts_updated_from_iso": updated_from,
            "sort": "ts_updated_iso:desc",
            "status": tuple(status),
            "storefront": tuple(storefronts),
        }
        return self._rows("/tickets", parse.ticket_row, query, limit=MOST_TICKETS)

    def list_tickets_of(self, buyer: int) -> AsyncIterator[TicketRow]:
        """The tickets of one buyer, newest change first."""
        query: dict[str, wire.Value] = {"id_buyer": buyer, "sort": "ts_updated_iso:desc"}
        return self._rows("/tickets", parse.ticket_row, query, limit=MOST_TICKETS)

    async def fetch_ticket(self, id: str) -> Ticket:
        """The ticket with its conversation. Never without its messages: whether it was answered must not be guessed."""
        return await self._richest(
            path("/tickets/{}", id),
            partial(parse.ticket, id=id),
            ("messages", "order_units", "files", "buyer", "product"),
            ("messages", "order_units", "files"),
            ("messages",),
        )

    async def open_ticket(self, order_unit_ids: Sequence[int], reason: str, message: str) -> str:
        """Write to the buyer of `order_unit_ids`, all of one order. Returns the new ticket's id."""
        body = {"id_order_unit": list(order_unit_ids), "reason": reason, "message": message}
        return await self._line.write_for("POST", "/tickets", parse.opened_ticket, body)

    async def send_message(
        self, ticket: str, text: str, *, interim: bool = False, files: Sequence[ReplyFile] = ()
    ) -> None:
        """Reply to the buyer: 1 to 65,535 characters. After an `interim` one the seller stays responsible.

        What `interim_notice` means is written down nowhere; expect the buyer to see it.
        """
        body: dict[str, object] = {"text": text, "interim_notice": interim}
        if files:
            body["ticket_message_files"] = [
                {"filename": file.name, "mime_type": file.mime, "data": _data_uri(file)} for file in files
            ]
        seconds = LONG_SECONDS if files else CALL_SECONDS
        await self._line.write("POST", path("/tickets/{}/messages", ticket), body, seconds=seconds)

    async def close_ticket(self, id: str) -> None:
        await self._line.write("PATCH", path("/tickets/{}/close", id))


def _data_uri(file: ReplyFile) -> str:
    """Files of tickets carry a data-URI prefix; those of invoices do not."""
    return f"data:{file.mime};base64,{b64encode(file.content).decode()}"
