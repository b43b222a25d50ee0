"""What there is in the marketplace's world. The things change; their fields hold only values that do not.

So a shallow copy of a thing is a true picture of how it was. Times are aware and in UTC, prices in minor units.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

MERCHANT = "fulfilled_by_merchant"
KAUFLAND = "fulfilled_by_kaufland"


@dataclass(frozen=True)
class Account:
    """A seller: the keys of the API, the storefronts they have set up, and what they sell."""

    name: str
    client_key: str
    secret_key: str = field(repr=False)
    storefronts: tuple[str, ...] = ("de",)
    assortment: str = "household"
    active: bool = True
    return_address: bool = True
    balance: int | None = None

    @classmethod
    def named(cls, name: str, storefronts: tuple[str, ...] = ("de",), assortment: str = "household") -> Account:
        """An account whose keys follow from its name, so that two processes agree on them without talking."""
        return cls(
            name=name,
            client_key=hashlib.sha256(f"client:{name}".encode()).hexdigest()[:32],
            secret_key=hashlib.sha256(f"secret:{name}".encode()).hexdigest(),
            storefronts=storefronts,
            assortment=assortment,
        )


@dataclass(frozen=True)
class Product:
    """`titles` by locale; `price` in euro cents; `picture` is the path this server draws it at."""

    id: int
    key: str
    eans: tuple[str, ...]
    titles: Mapping[str, str]
    price: int
    category: str
    category_id: int
    manufacturer: str

    @property
    def picture(self) -> str:
        return f"/pictures/{self.key}.svg"

    def title(self, locale: str) -> str:
        return self.titles.get(locale) or self.titles.get(locale[:2]) or self.titles["de"]


@dataclass(frozen=True)
class Address:
    first_name: str
    last_name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    company_name: str | None = None
    additional_field: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Buyer:
    id: int
    email: str
    address: Address

    @property
    def name(self) -> str:
        return f"{self.address.first_name} {self.address.last_name}"


@dataclass(slots=True)
class Offer:
    """A unit of the inventory. `id_offer` is the seller's own number; `listed_from` is when lists start to show it."""

    id: int
    storefront: str
    product: Product
    id_offer: str
    condition: str
    listing_price: int
    minimum_price: int
    amount: int
    handling_time: int
    note: str | None
    shipping_group_id: int
    warehouse_id: int
    status: str
    vat_indicator: str
    fulfillment: str
    created: datetime
    updated: datetime
    listed_from: datetime
    eco_participation: int | None = None
    battery_participation: int | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Refund:
    amount: int
    reason: str
    at: datetime


@dataclass(slots=True)
class OrderUnit:
    """One piece of an order. `refunds` are known to the marketplace alone: the API does not show them."""

    id: int
    order_id: str
    storefront: str
    product: Product
    id_offer: str | None
    status: str
    price: int
    shipping_rate: int
    currency: str
    condition: str
    note: str | None
    buyer: Buyer
    fulfillment: str
    deemed_supplier: bool
    handling_time: int
    transport_time: tuple[int, int]
    created: datetime
    updated: datetime
    delivery_expires: datetime | None = None
    delivered_at: datetime | None = None
    cancel_reason: str | None = None
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[Refund, ...] = ()
    ticket_ids: tuple[str, ...] = ()
    return_unit_id: int | None = None

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds)


@dataclass(slots=True)
class Order:
    """`updated` is when one of its units changed last. `pickup` is the parcel shop, when the buyer chose one."""

    id: str
    storefront: str
    buyer: Buyer
    fulfillment: str
    deemed_supplier: bool
    unit_ids: tuple[int, ...]
    created: datetime
    updated: datetime
    pickup: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """`role` is seller, buyer, system or customer_service."""

    id: int
    ticket_id: str
    role: str
    name: str
    text: str
    created: datetime
    updated: datetime
    fulfillment: str
    interim: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes this server hands out at an address that carries `token`."""

    name: str
    mime: str
    token: str
    at: datetime
    content: bytes = field(repr=False)


@dataclass(slots=True)
class Ticket:
    id: str
    order_unit_ids: tuple[int, ...]
    buyer: Buyer | None
    product: Product | None
    storefront: str
    status: str
    open_reason: str
    topic: str | None
    seller_responsible: bool
    fulfillment: str
    created: datetime
    updated: datetime
    messages: tuple[Message, ...] = ()
    files: tuple[StoredFile, ...] = ()
    closable: bool = True
    internal: bool = False

    @property
    def buyer_id(self) -> int | None:
        return self.buyer.id if self.buyer else None


@dataclass(slots=True)
class Return:
    id: int
    order_id: str
    storefront: str
    buyer: Buyer
    status: str
    fulfillment: str
    created: datetime
    updated: datetime
    unit_ids: tuple[int, ...] = ()
    tracking_provider: str | None = None
    tracking_code: str | None = None


@dataclass(slots=True)
class ReturnUnit:
    """The API does not show `updated`, though lists can be sorted by it."""

    id: int
    return_id: int
    order_unit_id: int
    storefront: str
    status: str
    reason: str
    note: str | None
    fulfillment: str
    created: datetime
    updated: datetime
    ticket_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class Subscription:
    id: int
    event: str
    storefront: str
    callback_url: str
    fallback_email: str
    active: bool
    created: datetime
    updated: datetime


@dataclass(slots=True)
class Invoice:
    """Numbers of sellers' and of the marketplace's invoices overlap, so `key` and not `id` names one."""

    id: int
    order_id: str
    storefront: str
    deemed_supplier: bool
    file: StoredFile
    created: datetime
    updated: datetime

    @property
    def key(self) -> tuple[str, int, bool]:
        return self.order_id, self.id, self.deemed_supplier


@dataclass(slots=True)
class ShippingGroup:
    id: int
    storefront: str
    name: str
    currency: str
    countries: tuple[str, ...]
    cost: int
    free_from: int
    transport_time: tuple[int, int]
    created: datetime
    updated: datetime
    default: bool = True


@dataclass(slots=True)
class Warehouse:
    id: int
    name: str
    address: Mapping[str, str | None]
    default: bool
    created: datetime
    updated: datetime


@dataclass(slots=True)
class ImportFile:
    """`kind` is INVENTORY_FEED, INVENTORY_COMMAND, ORDER_COMMAND or PRODUCT_FEED. `problems` are (line, why) pairs."""

    id: int
    kind: str
    storefront: str
    url: str
    status: str
    created: datetime
    updated: datetime
    note: str = ""
    total_lines: int = 0
    current_line: int = 0
    problems: tuple[tuple[int, str], ...] = ()
    last_row_at: datetime | None = None
    completed: datetime | None = None


@dataclass(slots=True)
class Report:
    id: int
    kind: str
    storefront: str
    status: str
    parameters: tuple[tuple[str, str | int], ...]
    token: str
    created: datetime
    updated: datetime
    elsewhere: str | None = None


@dataclass(slots=True)
class ProductData:
    """What a seller told about a product in one locale, and what became of it."""

    ean: str
    locale: str
    attributes: Mapping[str, object]
    status: str
    created: datetime
    updated: datetime
    product_id: int | None = None


@dataclass(frozen=True)
class Event:
    """Something a subscription can tell. `resource` is a path of the API."""

    account: str
    name: str
    resource: str
    storefront: str
    at: datetime
    payload: Mapping[str, object] | None = None


@dataclass(frozen=True)
class Mail:
    """An e-mail the marketplace sent to a seller."""

    to: str
    subject: str
    text: str
    at: datetime
