"""The marketplace's things in our words: frozen values with a few questions as properties.

Enumerations of the marketplace (storefronts, statuses, topics, reasons) are open: they stay `str`, so that a value
nobody knew yesterday never breaks a look. Times are aware and in UTC. Money is integer minor units with a currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.currency import Money as Money
from bot.domain.currency import currency_of as currency_of
from bot.domain.inventory import FULFILLED_BY_KAUFLAND as FULFILLED_BY_KAUFLAND
from bot.domain.inventory import AttributeOutcome as AttributeOutcome
from bot.domain.inventory import BulkOutcome as BulkOutcome
from bot.domain.inventory import BuyboxOffer as BuyboxOffer
from bot.domain.inventory import Product as Product
from bot.domain.inventory import ProductData as ProductData
from bot.domain.inventory import ProductStatus as ProductStatus
from bot.domain.inventory import ShippingGroup as ShippingGroup
from bot.domain.inventory import ShippingRegion as ShippingRegion
from bot.domain.inventory import Unit as Unit
from bot.domain.inventory import UnitChange as UnitChange
from bot.domain.inventory import Warehouse as Warehouse
from bot.domain.papers import ImportFile as ImportFile
from bot.domain.papers import Invoice as Invoice
from bot.domain.papers import Report as Report

CLOSED_TICKET = frozenset({"buyer_closed", "seller_closed", "both_closed", "customer_service_closed_final"})


@dataclass(frozen=True, slots=True, repr=False)
class Buyer:
    """Who bought. The e-mail address is the marketplace's relay. Personal data: left out of `repr`."""

    id: int
    email: str | None = None

    def __repr__(self) -> str:
        return f"Buyer({self.id})"


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """Where a buyer lives or wants the parcel. Personal data: left out of `repr`. `country` is ISO 3166 as given."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    company: str | None = None
    extra: str | None = None
    phone: str | None = None

    def __repr__(self) -> str:
        return f"Address(country={self.country!r})"


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """A shop or locker the buyer fetches the parcel from."""

    id: str
    provider: str
    carrier: str
    services: str = ""
    post_number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OrderUnit:
    """One piece of an order; the marketplace has no quantities.

    `delivery_days` are the shortest and the longest time of delivery the buyer was told, in days since the order.
    """

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
    delivery_days: tuple[int, int] | None = None
    cancel_reason: str | None = None
    note: str | None = None
    condition: str | None = None
    revenue_gross: Money | None = None
    revenue_net: Money | None = None
    shipping: Money | None = None
    vat_percent: float | None = None
    received: datetime | None = None
    deemed_supplier: bool = False
    ticket_ids: tuple[str, ...] = ()
    return_id: int | None = None
    return_unit_id: int | None = None
    return_unit_status: str | None = None
    buyer: Buyer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    pickup: PickupPoint | None = None

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND

    @property
    def version(self) -> str:
        """Changes whenever something happened that a person must see before acting, a refund by others included."""
        revenue = self.revenue_gross.minor if self.revenue_gross else 0
        return f"{self.status}.{revenue}"


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
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket as lists show it: enough to know that it moved. Lists name no storefront."""

    id: str
    status: str
    updated: datetime
    topic: str | None = None
    open_reason: str = ""


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
        """A state newer than us counts as open: people should see it."""
        return self.status in CLOSED_TICKET

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND

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
    ticket_ids: tuple[str, ...] = ()

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
    buyer: Buyer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    pickup: PickupPoint | None = None
    invoices: tuple[Invoice, ...] = ()

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
