"""The inventory: offers, what they share across storefronts, warehouses and shipping groups.

One seller's number (`id_offer`) names one offer on several storefronts: amount and warehouse are shared, the rest is
each storefront's own. That a sale lowers the amount is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sandbox.market.ground import Ground, Shop, currency_of
from sandbox.market.model import KAUFLAND, MERCHANT, Offer, Product, ShippingGroup, Warehouse
from sandbox.market.problems import FBK_UNIT, Problem, invalid, product_not_found, refused

STATUSES = ("INCOMPLETE", "AVAILABLE", "ONHOLD")
WRITABLE_STATUSES = ("AVAILABLE", "ONHOLD")
CONDITIONS = (
    *("USED___ACCEPTABLE", "USED___VERY_GOOD", "USED___AS_NEW", "USED___GOOD", "NEW"),
    *("REFURBISHED___VERY_GOOD", "REFURBISHED___GOOD", "REFURBISHED___AS_NEW", "REFURBISHED___ACCEPTABLE"),
)
CONDITION_OF_NUMBER = {
    100: "NEW",
    200: "USED___AS_NEW",
    300: "USED___VERY_GOOD",
    400: "USED___GOOD",
    500: "USED___ACCEPTABLE",
}
VAT_INDICATORS = ("standard_rate", "reduced_rate_1", "reduced_rate_2", "super_reduced_rate", "zero_rate")
HIGHEST_PRICE = {"EUR": 100_000_000, "CZK": 2_500_000_000, "PLN": 450_000_000}
SHARED = ("amount", "warehouse_id")
COUNTRIES = {storefront: storefront.upper() for storefront in ("de", "at", "cz", "sk", "pl", "fr", "it")}
# A new offer may be missing from the lists for minutes.
LISTED_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class NewOffer:
    """`condition` NEW and `amount` 1 are the marketplace's defaults; prices in minor units of the storefront."""

    id_offer: str
    listing_price: int
    handling_time: int
    amount: int = 1
    minimum_price: int | None = None
    condition: str = "NEW"
    note: str | None = None
    shipping_group_id: int | None = None
    warehouse_id: int | None = None
    vat_indicator: str = "standard_rate"
    eco_participation: int | None = None
    battery_participation: int | None = None


class Inventory(Ground):
    def product_of(self, *, ean: str | None = None, id: int | None = None) -> Product:
        """Raises Problem (404) when there is no such product; EANs are compared without leading zeros."""
        found = self.products_by_ean.get((ean or "").lstrip("0")) if ean else self.products.get(id or 0)
        if found is None:
            raise product_not_found()
        return found

    def create_offer(
        self, shop: Shop, storefront: str, product: Product, new: NewOffer, *, fulfillment: str = MERCHANT
    ) -> Offer:
        """Raises Problem when the price is too high or `id_offer` is taken by something else."""
        self._check_price(storefront, new.listing_price, new.minimum_price)
        siblings = self._siblings(shop, storefront, product, new, fulfillment)
        now = self.clock.stamp()
        offer = Offer(
            id=self.ids.number("offer"),
            storefront=storefront,
            product=product,
            id_offer=new.id_offer,
            condition=new.condition,
            listing_price=new.listing_price,
            minimum_price=new.minimum_price or new.listing_price,
            amount=new.amount,
            handling_time=new.handling_time,
            note=new.note,
            shipping_group_id=self._group(shop, storefront, new.shipping_group_id).id,
            warehouse_id=self._warehouse(shop, new.warehouse_id).id,
            status="AVAILABLE",
            vat_indicator=new.vat_indicator,
            fulfillment=fulfillment,
            created=now,
            updated=now,
            listed_from=now + LISTED_AFTER,
            eco_participation=new.eco_participation,
            battery_participation=new.battery_participation,
        )
        shop.offers.put(offer)
        for sibling in siblings:
            self._change_offer(shop, sibling, {"amount": new.amount, "warehouse_id": offer.warehouse_id})
        self._tell(shop, "item_unit_new", offer)
        return offer

    def _siblings(self, shop: Shop, storefront: str, product: Product, new: NewOffer, fulfillment: str) -> list[Offer]:
        """The same offer on other storefronts. Raises Problem when `id_offer` means something else already."""
        siblings = [offer for offer in shop.offers if offer.id_offer == new.id_offer]
        if any(offer.storefront == storefront for offer in siblings):
            raise refused("already-exists", f"An offer {new.id_offer} exists on {storefront} already")
        same = product, new.condition, fulfillment
        if any((offer.product, offer.condition, offer.fulfillment) != same for offer in siblings):
            raise invalid(("id_offer", "id_offer is used for another product or condition"))
        return siblings

    def change_offer(self, shop: Shop, offer: Offer, changes: Mapping[str, object]) -> None:
        """`changes` by field name. What storefronts share changes everywhere. Raises Problem, FBK included (400)."""
        if offer.fulfillment == KAUFLAND:
            raise invalid(("fulfillment_type", FBK_UNIT))
        price, lowest = changes.get("listing_price", offer.listing_price), changes.get("minimum_price")
        assert isinstance(price, int)
        self._check_price(offer.storefront, price, lowest if isinstance(lowest, int) else None)
        if "shipping_group_id" in changes:
            self._group(shop, offer.storefront, changes["shipping_group_id"])
        if "warehouse_id" in changes:
            self._warehouse(shop, changes["warehouse_id"])
        self._change_offer(shop, offer, changes)
        shared = {name: value for name, value in changes.items() if name in SHARED}
        for sibling in shop.offers if shared else ():
            if sibling.id_offer == offer.id_offer and sibling is not offer:
                self._change_offer(shop, sibling, shared)

    def delete_offer(self, shop: Shop, offer: Offer) -> None:
        if offer.fulfillment == KAUFLAND:
            raise invalid(("fulfillment_type", FBK_UNIT))
        shop.offers.remove(offer)
        self._tell(shop, "item_unit_deleted", offer)

    def sold(self, shop: Shop, offer: Offer) -> None:
        if offer.amount > 0:
            left = offer.amount - 1
            for each in shop.offers:
                if each.id_offer == offer.id_offer:
                    self._change_offer(shop, each, {"amount": left})

    def _change_offer(self, shop: Shop, offer: Offer, changes: Mapping[str, object]) -> None:
        changes = {name: value for name, value in changes.items() if getattr(offer, name) != value}
        if not changes:
            return
        could_be_bought = offer.status == "AVAILABLE" and offer.amount > 0
        had_some = offer.amount > 0
        with self.change(shop.offers, offer):
            for name, value in changes.items():
                setattr(offer, name, value)
        self._tell(shop, "item_unit_changed", offer)
        if had_some and offer.amount == 0:
            self._tell(shop, "item_unit_out_of_stock", offer)
        can_be_bought = offer.status == "AVAILABLE" and offer.amount > 0
        if can_be_bought != could_be_bought:
            self._tell(shop, "item_unit_available" if can_be_bought else "item_unit_not_available", offer)

    def _tell(self, shop: Shop, event: str, offer: Offer) -> None:
        payload: dict[str, object] = {
            "id_unit": offer.id,
            "id_offer": offer.id_offer,
            "id_item": offer.product.id,
            "amount": offer.amount,
            "price": offer.listing_price,
            "listing_price": offer.listing_price,
            "minimum_price": offer.minimum_price,
            "condition": offer.condition,
            "status": offer.status,
            "currency": currency_of(offer.storefront),
            "date_lastchange": offer.updated.strftime("%Y-%m-%d %H:%M:%S"),
        }
        self.emit(shop, event, f"/units/{offer.id}/", offer.storefront, payload)

    def _check_price(self, storefront: str, price: int, lowest: int | None) -> None:
        if price > HIGHEST_PRICE[currency_of(storefront)]:
            raise invalid(("listing_price", "listing_price is too high"))
        if lowest is not None and lowest > price:
            raise invalid(("minimum_price", "minimum_price must not be above listing_price"))

    def _group(self, shop: Shop, storefront: str, id: object) -> ShippingGroup:
        groups = [group for group in shop.shipping_groups if group.storefront == storefront]
        wanted = [group for group in groups if (group.default if id is None else group.id == id)]
        if not wanted:
            raise invalid(("id_shipping_group", "id_shipping_group is not valid"))
        return wanted[0]

    def _warehouse(self, shop: Shop, id: object) -> Warehouse:
        wanted = [house for house in shop.warehouses if (house.default if id is None else house.id == id)]
        if not wanted:
            raise invalid(("id_warehouse", "id_warehouse is not valid"))
        return wanted[0]

    # Warehouses

    def create_warehouse(self, shop: Shop, name: str, address: Mapping[str, str | None], default: bool) -> Warehouse:
        self._name_is_free(shop, name, None)
        now = self.clock.stamp()
        house = Warehouse(self.ids.number("warehouse"), name, address, default or not len(shop.warehouses), now, now)
        shop.warehouses.put(house)
        self._one_default(shop, house)
        return house

    def change_warehouse(
        self, shop: Shop, house: Warehouse, name: str, address: Mapping[str, str | None], default: bool
    ) -> None:
        self._name_is_free(shop, name, house)
        if house.default and not default:
            raise refused("default-required", "One warehouse must be the default")
        with self.change(shop.warehouses, house):
            house.name, house.address, house.default = name, address, default
        self._one_default(shop, house)

    def delete_warehouse(self, shop: Shop, house: Warehouse) -> None:
        if any(offer.warehouse_id == house.id for offer in shop.offers):
            raise refused("has-units", "The warehouse holds units")
        if len(shop.warehouses) == 1:
            raise refused("last-element", "The last warehouse cannot be deleted")
        if house.default:
            raise refused("default-required", "The default warehouse cannot be deleted")
        shop.warehouses.remove(house)

    def _one_default(self, shop: Shop, house: Warehouse) -> None:
        for other in shop.warehouses if house.default else ():
            if other is not house and other.default:
                with self.change(shop.warehouses, other):
                    other.default = False

    def _name_is_free(self, shop: Shop, name: str, but: Warehouse | None) -> None:
        if any(other.name == name and other is not but for other in shop.warehouses):
            raise Problem(400, "/problems/already-exists", f"A warehouse {name} exists already")
