"""Our offers, and what they are shipped and sold with: https://sellerapi.kaufland.com/?page=inventory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from bot.domain.model import (
    BulkOutcome,
    BuyboxOffer,
    Product,
    ProductData,
    ProductStatus,
    ShippingGroup,
    Unit,
    UnitChange,
    Warehouse,
)
from bot.marketplace import parse, wire
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.line import LONG_SECONDS
from bot.marketplace.problems import MarketError

MOST_UNITS = 100
MOST_SHORT_ROWS = 30
# The marketplace refuses the whole change when it names more offers, or one of them twice.
MOST_IN_BULK = 150


class InventoryCalls(Calls):
    def list_units(
        self,
        storefront: str,
        *,
        ean: str | None = None,
        offer_id: str | None = None,
        product_id: int | None = None,
        with_products: bool = False,
    ) -> AsyncIterator[Unit]:
        """Our offers in `storefront`. One that was just made may be missing here for minutes."""
        query = {
            "storefront": storefront,
            "ean": ean,
            "id_offer": offer_id,
            "id_product": product_id,
            "embedded": ("products",) if with_products else (),
        }
        return self._rows("/units", parse.unit, query, limit=MOST_UNITS)

    async def fetch_unit(self, id: int, storefront: str) -> Unit:
        return await self._line.get(path("/units/{}", id), parse.unit, {"storefront": storefront})

    async def change_unit(self, id: int, storefront: str, change: UnitChange) -> Unit:
        """Change one offer in one storefront. Amount and warehouse are shared by all storefronts with this SKU."""
        body = _unit_data(change)
        return await self._line.write_for("PATCH", path("/units/{}", id), parse.unit, body, {"storefront": storefront})

    async def change_units(self, storefront: str, changes: Mapping[int, UnitChange]) -> tuple[BulkOutcome, ...]:
        """Change up to 150 offers at once, each with an outcome of its own: some may be done and others refused."""
        if not 1 <= len(changes) <= MOST_IN_BULK:
            raise MarketError(f"One to {MOST_IN_BULK} offers can be changed at once. Nothing was sent.")
        body = [{"id_unit": id, "unit_data": _unit_data(change)} for id, change in changes.items()]
        return await self._line.write_for(
            "POST", "/units/bulk", parse.bulk_outcomes, body, {"storefront": storefront}, seconds=LONG_SECONDS
        )

    def list_shipping_groups(self, storefront: str) -> AsyncIterator[ShippingGroup]:
        query = {"storefront": storefront}
        return self._rows("/shipping-groups", parse.shipping_group, query, limit=MOST_SHORT_ROWS)

    def list_warehouses(self) -> AsyncIterator[Warehouse]:
        return self._rows("/warehouses", parse.warehouse, {}, limit=MOST_SHORT_ROWS)

    async def fetch_buybox(self, product: int, storefront: str, condition: str = "new") -> tuple[BuyboxOffer, ...]:
        """The first ten offers for a product, best first. `condition` is new, used, "used - as new", ..."""
        query: dict[str, wire.Value] = {"id_product": product, "storefront": storefront, "condition": condition}
        return await self._line.get("/buybox", parse.buybox, query)


class ProductCalls(Calls):
    async def find_product(self, ean: str, storefront: str) -> Product | None:
        """The product with this EAN, or None when the marketplace has none."""
        try:
            return await self._line.get(path("/products/ean/{}", ean), parse.product_found, {"storefront": storefront})
        except MarketError as error:
            if error.gone:
                return None
            raise

    async def fetch_product_data(self, ean: str, locale: str) -> ProductData:
        """What we told about a product in `locale` (de-DE, cs-CZ, ...)."""
        return await self._line.get(path("/product-data/{}", ean), parse.product_data, {"locale": locale})

    async def change_product_data(self, eans: Sequence[str], attributes: Mapping[str, object], locale: str) -> None:
        """Add or overwrite the given attributes; the others stay. Values are lists of strings."""
        body = {"ean": list(eans), "attributes": dict(attributes)}
        await self._line.write("PATCH", "/product-data", body, {"locale": locale})

    async def fetch_product_status(self, ean: str, locale: str) -> ProductStatus:
        """How far the marketplace is with a product's data, and which attributes it refused."""
        return await self._line.get(path("/product-data/status/{}", ean), parse.product_status, {"locale": locale})


def _unit_data(change: UnitChange) -> dict[str, object]:
    """`change` in their words. Raises MarketError when it changes nothing."""
    wanted: dict[str, object] = {
        "status": change.status,
        "amount": change.amount,
        "handling_time": change.handling_days,
        "listing_price": change.listing_price,
        "minimum_price": change.minimum_price,
        "note": change.note,
        "id_shipping_group": change.shipping_group_id,
        "id_warehouse": change.warehouse_id,
        "vat_indicator": change.vat_indicator,
    }
    found = {name: value for name, value in wanted.items() if value is not None}
    if not found:
        raise MarketError("That changes nothing. Nothing was sent.")
    return found
