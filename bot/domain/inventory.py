"""Our offers at the marketplace and what surrounds them: prices, stock, shipping groups, warehouses, competitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.currency import Money

FULFILLED_BY_KAUFLAND = "fulfilled_by_kaufland"


@dataclass(frozen=True, slots=True)
class Product:
    id: int
    title: str
    picture: str | None = None
    url: str | None = None
    eans: tuple[str, ...] = ()
    manufacturer: str | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """An offer of ours in one storefront.

    `price` is what buyers see; it differs from `listing_price` while smart pricing moves it, which `minimum_price`
    switches on. `handling_days` are working days, `transport_days` (shortest, longest) are calendar days.
    """

    id: int
    storefront: str
    status: str
    condition: str
    price: Money
    listing_price: Money
    amount: int
    handling_days: int
    created: datetime
    changed: datetime
    minimum_price: Money | None = None
    shipping: Money | None = None
    offer_id: str | None = None
    product_id: int | None = None
    product: Product | None = None
    note: str | None = None
    shipping_group_id: int | None = None
    warehouse_id: int | None = None
    transport_days: tuple[int, int] | None = None
    fulfillment: str = "fulfilled_by_merchant"
    vat_indicator: str | None = None

    @property
    def fulfilled_by_kaufland(self) -> bool:
        return self.fulfillment == FULFILLED_BY_KAUFLAND

    @property
    def version(self) -> str:
        """Changes whenever somebody else changed what we may be about to change."""
        minimum = self.minimum_price.minor if self.minimum_price else 0
        return f"{self.status}.{self.listing_price.minor}.{minimum}.{self.amount}.{self.handling_days}"


@dataclass(frozen=True, slots=True)
class UnitChange:
    """What to change about one of our offers; None leaves a thing as it is.

    Prices are minor units of the storefront's currency. A minimum price cannot be taken away again.
    """

    amount: int | None = None
    listing_price: int | None = None
    minimum_price: int | None = None
    handling_days: int | None = None
    status: str | None = None
    note: str | None = None
    shipping_group_id: int | None = None
    warehouse_id: int | None = None
    vat_indicator: str | None = None


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one offer in a bulk change: `unit` is its fresh copy after it, `reason` says why it was not."""

    unit_id: int
    status: int
    unit: Unit | None = None
    reason: str | None = None

    @property
    def changed(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class ShippingRegion:
    """What shipping costs to `countries` (ISO 3166). From `free_from` on it costs nothing; `most` caps it."""

    countries: tuple[str, ...]
    first: Money
    further: Money
    most: Money | None = None
    free_from: Money | None = None
    transport_days: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ShippingGroup:
    id: int
    storefront: str
    name: str
    kind: str
    default: bool = False
    regions: tuple[ShippingRegion, ...] = ()


@dataclass(frozen=True, slots=True)
class Warehouse:
    """Where our goods lie. `place` is its address in one line."""

    id: int
    name: str
    kind: str
    place: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class BuyboxOffer:
    """One offer for a product in the order the marketplace shows them. Ours carries `unit_id`, those of others do not.

    That prices here are minor units is what the samples show; no page of the marketplace says it.
    """

    rank: int
    seller: str
    price: Money
    shipping: Money | None = None
    delivery_days: tuple[int, int] | None = None
    fulfillment: str = "fulfilled_by_merchant"
    unit_id: int | None = None
    offer_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProductData:
    """What we told the marketplace about a product: attribute name to its values."""

    eans: tuple[str, ...]
    attributes: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AttributeOutcome:
    """What the marketplace made of one attribute we sent. `state` is ACCEPTED, DECLINED, MISSING or another word."""

    name: str
    value: str
    state: str
    message: str


@dataclass(frozen=True, slots=True)
class ProductStatus:
    """How far a product's data is. `update` is PENDING, IN_PROGRESS, SUCCESS, FAIL or ABORTED."""

    ready: bool
    update: str
    product_id: int | None = None
    not_ready_reason: str | None = None
    fail_reason: str | None = None
    attributes: tuple[AttributeOutcome, ...] = ()
    missing: tuple[str, ...] = ()
    one_of_missing: tuple[str, ...] = ()
