"""Product data: what sellers tell about products, and what the marketplace makes of it a little later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from sandbox.market.ground import Ground, Shop
from sandbox.market.model import Product, ProductData

REQUIRED = ("title", "description", "category", "picture", "manufacturer")
PROCESSED_AFTER = timedelta(minutes=2)


def missing_attributes(data: ProductData) -> list[str]:
    return [name for name in REQUIRED if not data.attributes.get(name)]


class Catalogue(Ground):
    def tell_product(
        self, shop: Shop, ean: str, locale: str, attributes: Mapping[str, object], *, replace: bool
    ) -> ProductData:
        """Keep `attributes` (all of them with `replace`, else on top of the known ones) and process them later."""
        now = self.clock.stamp()
        known = shop.product_data.get((ean, locale))
        if known is None:
            known = ProductData(ean, locale, {}, "PENDING", now, now)
            shop.product_data[ean, locale] = known
        known.attributes = dict(attributes) if replace else {**known.attributes, **attributes}
        known.status = "PENDING"
        known.updated = now
        self.clock.after(PROCESSED_AFTER, partial(self._process, shop, known))
        return known

    def forget_product(self, shop: Shop, ean: str, locale: str) -> bool:
        return shop.product_data.pop((ean, locale), None) is not None

    def _process(self, shop: Shop, data: ProductData) -> None:
        if data.status != "PENDING" or shop.product_data.get((data.ean, data.locale)) is not data:
            return
        data.updated = self.clock.stamp()
        if missing_attributes(data):
            data.status = "FAIL"
            return
        data.status = "SUCCESS"
        key = data.ean.lstrip("0")
        product = self.products_by_ean.get(key) or self._new_product(data)
        data.product_id = product.id
        self.products[product.id] = self.products_by_ean[key] = product
        for storefront in shop.account.storefronts:
            self.emit(shop, "item_changed", f"/products/{product.id}/", storefront)

    def _new_product(self, data: ProductData) -> Product:
        return Product(
            id=self.ids.number("product"),
            key=f"p{data.ean}",
            eans=(data.ean,),
            titles={"de": _first(data.attributes["title"]), data.locale: _first(data.attributes["title"])},
            price=0,
            category=_first(data.attributes["category"]),
            category_id=1,
            manufacturer=_first(data.attributes["manufacturer"]),
        )


def _first(values: object) -> str:
    return str(values[0]) if isinstance(values, list | tuple) and values else str(values)
