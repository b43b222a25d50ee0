"""Conversations: who may write and close when, and whose turn it is.

The marketplace documents the statuses and problem types, not the transitions. What we infer: each side closes for
itself, the second close makes `both_closed`, customer service closes for good. A buyer who writes again opens it again.
The seller may still write when only the buyer has closed, and not after closing.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.market.ground import Ground, Shop
from sandbox.market.model import KAUFLAND, Buyer, Message, OrderUnit, StoredFile, Ticket
from sandbox.market.problems import Problem, invalid, not_found, refused

STATUSES = ("opened", "buyer_closed", "seller_closed", "both_closed", "customer_service_closed_final")
OPEN_REASONS = (
    "product_not_as_described",
    "product_defect",
    "product_not_delivered",
    "product_return",
    "contact_other",
)
REASON_OF_TOPIC = {
    "order_product_defect": "product_defect",
    "delivery_not_received": "product_not_delivered",
    "delivery_delayed": "product_not_delivered",
    "delivery_wrong_products": "product_not_as_described",
    "delivery_parts_missing": "product_not_as_described",
    "product_properties": "product_not_as_described",
    "return_check_status": "product_return",
    "return_request_label": "product_return",
}
TOPICS = (
    *("order_cancel", "order_product_defect", "order_other_question", "delivery_not_received", "delivery_delayed"),
    *("delivery_wrong_products", "delivery_parts_missing", "delivery_change_address", "delivery_to_store"),
    *("delivery_other_question", "return_check_status", "return_request_label", "issue_paypal", "issue_klarna"),
    *("issue_creditcard", "issue_sofort", "issue_consorsfinanz", "issue_cashinadvance", "issue_payback"),
    *("issue_barzahlen", "issue_coupon", "issue_googlepay", "issue_applepay", "issue_click_to_pay", "issue_blik"),
    *("invoice_needed", "invoice_problem", "admonition", "account_newsletter", "account_login", "account_cancel"),
    *("account_other", "account_age_verification", "account_cash_out_balance", "product_properties"),
    *("product_availability", "product_other_question", "old_device_take_back", "other_question", "fraud"),
    *("kaufland_card", "cs_nagative_rating"),
)
MIMES = (
    *("text/plain", "image/png", "image/jpeg", "image/gif", "image/tiff", "application/pdf", "application/msword"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
# How large a file may be is not documented; integrators stay below this.
FILE_LIMIT = 12 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file as the seller sends it: base64, with or without the prefix of a data URI."""

    name: str
    mime: str
    data: str

    def content(self) -> bytes:
        """The bytes. Raises Problem when they are not what the marketplace takes."""
        prefix, comma, encoded = self.data.partition(";base64,")
        if comma and prefix != f"data:{self.mime}":
            raise _upload_failed("The data URI names another type than mime_type")
        try:
            content = base64.b64decode(encoded if comma else self.data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise _upload_failed("The data is not base64") from error
        if self.mime not in MIMES:
            raise _upload_failed(f"Files of type {self.mime} are not accepted")
        if not self.name or not content or len(content) > FILE_LIMIT:
            raise _upload_failed("The file has no name, is empty or is too large")
        return content


def _upload_failed(why: str) -> Problem:
    return refused("tickets/attachments-upload-failure", why)


class Tickets(Ground):
    def ticket(self, ref: Ticket | str) -> tuple[Shop, Ticket]:
        """The live ticket and whose it is. Raises Problem (404)."""
        id = ref if isinstance(ref, str) else ref.id
        shop = self.home("tickets", id)
        ticket = shop.tickets.find(id)
        assert ticket is not None
        return shop, ticket

    def _unit(self, ref: OrderUnit | int) -> tuple[Shop, OrderUnit]:
        id = ref if isinstance(ref, int) else ref.id
        shop = self.home("order_units", id)
        unit = shop.order_units.find(id)
        assert unit is not None
        return shop, unit

    # What the buyer does

    def open_ticket(
        self,
        about: OrderUnit | int | Sequence[OrderUnit | int],
        text: str,
        *,
        topic: str | None = "other_question",
        reason: str | None = None,
    ) -> Ticket:
        """The buyer of `about` (order units of one order) opens a ticket; the seller is to answer."""
        refs = [about] if isinstance(about, int | OrderUnit) else list(about)
        found = [self._unit(ref) for ref in refs]
        units = [unit for _, unit in found]
        ticket = self._opened(found[0][0], units, reason or REASON_OF_TOPIC.get(topic or "", "contact_other"), topic)
        ticket.seller_responsible = True
        self._say(found[0][0], ticket, "buyer", units[0].buyer.name, text)
        return ticket

    def buyer_writes(self, ref: Ticket | str, text: str) -> Message:
        """One more message of the buyer. A closed ticket opens again; after a final close it is refused (Problem)."""
        shop, ticket = self.ticket(ref)
        if ticket.status == "customer_service_closed_final":
            raise refused("tickets/finally-closed", "The ticket is finally closed")
        with self.change(shop.tickets, ticket):
            ticket.status = "opened"
            ticket.seller_responsible = True
        return self._say(shop, ticket, "buyer", _name_of(ticket.buyer), text)

    def buyer_attaches(self, ref: Ticket | str, name: str, mime: str, content: bytes) -> StoredFile:
        """Files hang on the ticket, not on a message."""
        shop, ticket = self.ticket(ref)
        file = self.store(name, mime, content)
        with self.change(shop.tickets, ticket):
            ticket.files = (*ticket.files, file)
            ticket.seller_responsible = True
        return file

    def buyer_closes(self, ref: Ticket | str) -> None:
        shop, ticket = self.ticket(ref)
        after = {"opened": "buyer_closed", "seller_closed": "both_closed"}.get(ticket.status)
        if after:
            with self.change(shop.tickets, ticket):
                ticket.status = after
                ticket.seller_responsible = False

    # What the seller does, here or in the portal

    def seller_opens(self, shop: Shop, unit_ids: Sequence[int], reason: str, text: str) -> Ticket:
        """A ticket of the seller to the buyer. Raises Problem: unknown units (404), several orders (400), FBK (403)."""
        units = [shop.order_units.find(id) for id in dict.fromkeys(unit_ids)]
        known = [unit for unit in units if unit is not None]
        if len(known) != len(units):
            raise not_found("Order unit")
        if len({unit.order_id for unit in known}) != 1:
            raise invalid(("id_order_unit", "All order units must belong to the same order"))
        if known[0].fulfillment == KAUFLAND:
            raise Problem(403, "/problems/tickets/fbk-action-restriction", "The order is fulfilled by Kaufland")
        ticket = self._opened(shop, known, reason, None)
        self._say(shop, ticket, "seller", _seller(shop), text)
        return ticket

    def seller_message(
        self, ref: Ticket | str, text: str, *, interim: bool = False, files: Iterable[Upload] = ()
    ) -> Message:
        """The seller answers. The turn is the buyer's then, unless it is only an interim notice. Raises Problem."""
        shop, ticket = self.ticket(ref)
        self._must_be_open_to_seller(ticket)
        if ticket.status in {"seller_closed", "both_closed"}:
            raise refused("tickets/internal-action-restriction", "The ticket is closed")
        contents = [(file, file.content()) for file in files]
        stored = tuple(self.store(file.name, file.mime, content) for file, content in contents)
        with self.change(shop.tickets, ticket):
            ticket.files = (*ticket.files, *stored)
            ticket.seller_responsible = ticket.seller_responsible and interim
        return self._say(shop, ticket, "seller", _seller(shop), text, interim=interim)

    def seller_closes(self, ref: Ticket | str) -> None:
        """Raises Problem when the ticket is closed by the seller already, or not the seller's to close."""
        shop, ticket = self.ticket(ref)
        self._must_be_open_to_seller(ticket)
        after = {"opened": "seller_closed", "buyer_closed": "both_closed"}.get(ticket.status)
        if not ticket.closable or after is None:
            raise refused("tickets/non-closable-by-seller", "The ticket cannot be closed by the seller")
        with self.change(shop.tickets, ticket):
            ticket.status = after
            ticket.seller_responsible = False

    # What the marketplace does

    def customer_service_writes(self, ref: Ticket | str, text: str, *, to_seller: bool = True) -> Message:
        shop, ticket = self.ticket(ref)
        with self.change(shop.tickets, ticket):
            ticket.seller_responsible = to_seller
        return self._say(shop, ticket, "customer_service", "Kaufland", text)

    def customer_service_closes(self, ref: Ticket | str) -> None:
        """For good: nobody can write or open it again."""
        shop, ticket = self.ticket(ref)
        with self.change(shop.tickets, ticket):
            ticket.status = "customer_service_closed_final"
            ticket.seller_responsible = False

    def system_writes(self, ref: Ticket | str, text: str) -> Message:
        """Boiler-plate of the marketplace, which sometimes carries what the buyer asked for."""
        shop, ticket = self.ticket(ref)
        return self._say(shop, ticket, "system", "Kaufland", text)

    def _must_be_open_to_seller(self, ticket: Ticket) -> None:
        if ticket.fulfillment == KAUFLAND:
            raise refused("tickets/fbk-action-restriction", "The order is fulfilled by Kaufland")
        if ticket.status == "customer_service_closed_final":
            raise refused("tickets/finally-closed", "The ticket is finally closed")
        if ticket.internal:
            raise refused("tickets/internal-action-restriction", "The ticket is handled by Kaufland")

    def _opened(self, shop: Shop, units: Sequence[OrderUnit], reason: str, topic: str | None) -> Ticket:
        now = self.clock.stamp()
        ticket = Ticket(
            id=self.ids.ticket(),
            order_unit_ids=tuple(unit.id for unit in units),
            buyer=units[0].buyer,
            product=units[0].product,
            storefront=units[0].storefront,
            status="opened",
            open_reason=reason,
            topic=topic,
            seller_responsible=False,
            fulfillment=units[0].fulfillment,
            created=now,
            updated=now,
        )
        shop.tickets.put(ticket)
        for unit in units:
            # Seen from the unit only the list of its tickets grows: its own time of change stays.
            self.rearview.remember(unit, self.clock.now())
            unit.ticket_ids = (*unit.ticket_ids, ticket.id)
        return ticket

    def _say(self, shop: Shop, ticket: Ticket, role: str, name: str, text: str, *, interim: bool = False) -> Message:
        now = self.clock.stamp()
        id = self.ids.number("message")
        message = Message(id, ticket.id, role, name, text, now, now, ticket.fulfillment, interim)
        shop.messages.put(message)
        with self.change(shop.tickets, ticket):
            ticket.messages = (*ticket.messages, message)
        return message


def _seller(shop: Shop) -> str:
    return f"{shop.account.name.capitalize()} Shop"


def _name_of(buyer: Buyer | None) -> str:
    return buyer.name if buyer else "Customer"
