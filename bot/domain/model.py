"""The marketplace's things in our words: frozen values with a few questions as properties.

Enumerations of the marketplace (storefronts, statuses, topics, reasons) are open: they stay `str`, so that a value
nobody knew yesterday never breaks a look. Times are aware and in UTC. Money is integer minor units with a currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

FULFILLED_BY_KAUFLAND = "fulfilled_by_kaufland"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, haléře, grosze) of `currency` (ISO 4217, upper case)."""

    minor: int
    currency: str

    def __str__(self) -> str:
        sign = "-" if self.minor < 0 else ""
        return f"{sign}{abs(self.minor) // 100}.{abs(self.minor) % 100:02d} {self.currency}"


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    title: str
    picture: str | None = None
    url: str | None = None
    eans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderUnit:
    """One piece of an order; the marketplace has no quantities."""

    id: int
    order_id: str
    status: str
    price: Money
    storefront: str
    created: datetime
    updated: datetime | None = None
    fulfillment: str = "fulfilled_by_merchant"
    offer_id: str | None = None
    product: Product | None = None
    delivery_expires: datetime | None = None
    cancel_reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a ticket. `role` is seller, buyer, system, customer_service, or something newer."""

    id: int
    role: str
    author: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a ticket. The marketplace ties files to tickets, not to messages. `uri` may carry a token: a secret."""

    name: str
    at: datetime
    uri: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as lists show it: enough to know that it moved. Lists name no storefront."""

    id: str
    status: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    id: str
    storefront: str | None
    status: str
    open_reason: str
    topic: str | None
    seller_responsible: bool
    fulfillment: str
    created: datetime
    updated: datetime
    order_unit_ids: tuple[int, ...] = ()
    buyer_id: int | None = None
    messages: tuple[Message, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    order_units: tuple[OrderUnit, ...] = ()
    product: Product | None = None

    @property
    def closed(self) -> bool:
        return self.status != "opened"

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND

    @property
    def answered(self) -> bool:
        """True once the seller wrote, which is what the first-answer clock asks."""
        return any(message.role == "seller" for message in self.messages)

    @property
    def last_buyer_message(self) -> Message | None:
        return next((message for message in reversed(self.messages) if message.role == "buyer"), None)

    @property
    def version(self) -> str:
        """Changes whenever something happened that an agent must see before acting."""
        last = self.messages[-1].id if self.messages else 0
        return f"{self.status}.{int(self.seller_responsible)}.{last}"


@dataclass(frozen=True, slots=True)
class ReturnRow:
    id: int
    status: str
    updated: datetime


@dataclass(frozen=True, slots=True)
class ReturnUnit:
    id: int
    return_id: int
    order_unit_id: int
    status: str
    reason: str
    storefront: str
    fulfillment: str
    created: datetime
    note: str | None = None
    order_unit: OrderUnit | None = None

    @property
    def decided(self) -> bool:
        return self.status in {"return_accepted", "return_rejected", "return_closed"}

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND


@dataclass(frozen=True, slots=True)
class Return:
    id: int
    storefront: str
    status: str
    fulfillment: str
    created: datetime
    updated: datetime
    tracking_provider: str | None = None
    tracking_code: str | None = None
    units: tuple[ReturnUnit, ...] = ()
    buyer_id: int | None = None

    @property
    def closed(self) -> bool:
        return bool(self.units) and all(unit.decided for unit in self.units)

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND

    @property
    def version(self) -> str:
        return ".".join([self.status, *(f"{unit.id}:{unit.status}" for unit in self.units)])


@dataclass(frozen=True, slots=True)
class OrderRow:
    id: str
    storefront: str
    created: datetime
    units_updated: datetime


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    storefront: str
    fulfillment: str
    created: datetime
    units: tuple[OrderUnit, ...] = ()
    buyer_id: int | None = None
    deemed_supplier: bool = False

    @property
    def closed(self) -> bool:
        return bool(self.units) and all(
            unit.status in {"cancelled", "received", "returned_paid", "sent_and_autopaid"} for unit in self.units
        )

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND


@dataclass(frozen=True, slots=True)
class Carrier:
    """How a parcel travels. Haulers bring what no parcel service takes."""

    name: str
    hauler: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    id: int
    event: str
    storefront: str | None
    callback_url: str
    fallback_email: str
    active: bool


@dataclass(frozen=True, slots=True)
class ReplyFile:
    """A file sent with a reply. `mime` is what the marketplace is told; the bytes are sent unaltered."""

    name: str
    mime: str
    content: bytes
