"""Orders and their units: from the checkout over the parcel to the pay-out.

Which action is allowed in which state is not documented. What we infer: a unit is `open` until it is released, only a
released unit can be sent, only an unsent one cancelled; a refund needs a payment, gives back a part only (at most the
price less one minor unit, together with earlier refunds) and changes nothing a reader could see but the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from sandbox.market.ground import Shop, currency_of, must_find
from sandbox.market.inventory import Inventory
from sandbox.market.model import KAUFLAND, MERCHANT, Buyer, Offer, Order, OrderUnit, Parcel, Refund
from sandbox.market.problems import FBK_ORDER, FBK_UNIT, forbidden, invalid, not_found, refused, wrong_state

STATUSES = (
    *("cancelled", "need_to_be_sent", "open", "received", "returned"),
    *("returned_paid", "sent", "sent_and_autopaid"),
)
CANCEL_REASONS = (
    *("BuyerCancelled", "ShippingAddressUndeliverable", "WrongCatalogData", "GeneralAdjustment"),
    *("MerchandiseNotReceived", "NoInventory", "DelayedInventory", "WrongPrice", "NoReactionBuyer"),
    "UndeliverableRegion",
)
REFUND_REASONS = (
    *("delivery_damage", "delivery_delay", "incomplete_delivery", "incorrect_delivery", "refund_postage_fee"),
    *("defect", "other_refund", "refund_return_postage_fee"),
)
CARRIERS = (
    *("Other", "Austrian Post", "Chronopost", "Czech Post", "Deutsche Post", "DHL", "DHL Express", "DPD"),
    *("DPD Czech Republic", "DPD Poland", "DPD Slovakia", "Fedex", "GLS", "GLS Italy", "Hermes", "La Poste"),
    *("Post Italiane", "PPL", "Slovakia Post", "UPS"),
)
HAULERS = ("Other Hauler", "Cargo International", "Dachser", "DHL Freight", "Raben Group", "Rhenus", "Schenker")
NO_TRACKING = {"Other", "Other Hauler"}
RELEASED_AFTER = timedelta(minutes=15)
PAID_AFTER_DELIVERY = timedelta(days=14)
PAID_WITHOUT_TRACKING = timedelta(days=21)
SHIPPING_RATE = {"CZK": 9900, "PLN": 1499}


class Orders(Inventory):
    def place_order(
        self,
        storefront: str | None = None,
        *,
        account: str | None = None,
        buyer: Buyer | None = None,
        offers: Sequence[Offer] = (),
        pieces: int = 1,
        fulfillment: str = MERCHANT,
        deemed_supplier: bool = False,
        released: bool = True,
        pickup: bool = False,
    ) -> Order:
        """A checkout: each of `pieces` of each of `offers` (default: one at random) becomes an order unit of its own.

        With `released=False` the units are `open` for a quarter of an hour, as after a payment that is being checked.
        """
        shop = self.shop(account)
        storefront = storefront or shop.account.storefronts[0]
        buyer = buyer or self.buyer(storefront)
        bought = [offer for offer in offers or [self._any_offer(shop, storefront)] for _ in range(pieces)]
        now = self.clock.stamp()
        order = Order(self.ids.order(), storefront, buyer, fulfillment, deemed_supplier, (), now, now)
        if pickup:
            number = self.ids.digits(3)
            order.pickup = {"pickup_location_id": number, "provider": "DHL", "carrier": "DHL", "services": "parcel"}
        shop.orders.put(order)
        units = [self._bought(shop, order, offer, "need_to_be_sent" if released else "open") for offer in bought]
        order.unit_ids = tuple(unit.id for unit in units)
        self.emit(shop, "order_new", f"/orders/{order.id}/", storefront)
        for unit in units:
            self.emit(shop, "order_unit_new", f"/order-units/{unit.id}/", storefront)
            if not released:
                self.clock.after(RELEASED_AFTER, partial(self._release, shop, unit))
        for offer in bought:
            self.sold(shop, offer)
        return order

    def units_of(self, order: Order) -> list[OrderUnit]:
        shop = self.home("orders", order.id)
        return [unit for id in order.unit_ids if (unit := shop.order_units.find(id))]

    def order_unit(self, ref: OrderUnit | int) -> tuple[Shop, OrderUnit]:
        """The live unit and whose it is. Raises Problem (404)."""
        id = ref if isinstance(ref, int) else ref.id
        shop = self.home("order_units", id)
        unit = shop.order_units.find(id)
        assert unit is not None
        return shop, unit

    # What the seller does

    def send_unit(self, ref: OrderUnit | int, tracking_numbers: Sequence[str], carrier: str) -> None:
        """Raises Problem: FBK (403), not to be sent (400), a carrier nobody knows or without numbers (400)."""
        shop, unit = self.order_unit(ref)
        _must_be_merchants(unit)
        if unit.status != "need_to_be_sent":
            raise wrong_state("The order unit", unit.status)
        parcels = _parcels(carrier, tracking_numbers)
        with self._unit_changes(shop, unit):
            unit.parcels = parcels
            unit.status = "sent"
        if not tracking_numbers:
            self.clock.after(PAID_WITHOUT_TRACKING, partial(self._pay_out, shop, unit))

    def add_shipment(self, ref: OrderUnit | int, carrier: str, tracking_number: str) -> None:
        """A further parcel of a unit that was sent already. Raises Problem."""
        shop, unit = self.order_unit(ref)
        _must_be_merchants(unit)
        if unit.status != "sent":
            raise wrong_state("The order unit", unit.status)
        parcels = _parcels(carrier, [tracking_number])
        with self.change(shop.order_units, unit):
            unit.parcels = (*unit.parcels, *parcels)

    def cancel_unit(self, ref: OrderUnit | int, reason: str) -> None:
        """The buyer gets the money back from the marketplace. Raises Problem when the unit was sent or cancelled."""
        shop, unit = self.order_unit(ref)
        _must_be_merchants(unit)
        if unit.status not in {"open", "need_to_be_sent"}:
            raise refused("order-units/cancel-not-possible", f"An order unit that is {unit.status} cannot be cancelled")
        with self._unit_changes(shop, unit):
            unit.status = "cancelled"
            unit.cancel_reason = reason

    def refund_unit(self, ref: OrderUnit | int, amount: int, reason: str) -> None:
        """Give a part of the price back (minor units of the storefront's currency). Raises Problem (400)."""
        shop, unit = self.order_unit(ref)
        if unit.fulfillment == KAUFLAND:
            raise invalid(("fulfillment_type", FBK_UNIT))
        if unit.status == "open":
            raise refused("order-units/missing-payment", "The order unit is not paid yet")
        if unit.status in {"cancelled", "returned", "returned_paid"}:
            raise wrong_state("The order unit", unit.status)
        most = unit.price - 1 - unit.refunded
        if not 1 <= amount <= most:
            raise invalid(("amount", f"amount must be between 1 and {most}" if most > 0 else "nothing is left"))
        balance = shop.account.balance
        if balance is not None and amount > balance:
            raise refused("insufficient-funds", "The balance of the account is too low")
        with self.change(shop.order_units, unit):
            unit.refunds = (*unit.refunds, Refund(amount, reason, self.clock.stamp()))

    def fulfil_unit(self, ref: OrderUnit | int) -> None:
        """Take an open unit into fulfilment before it is released by itself. Raises Problem."""
        shop, unit = self.order_unit(ref)
        _must_be_merchants(unit)
        if unit.status != "open":
            raise wrong_state("The order unit", unit.status)
        self._release(shop, unit)

    # What the world does

    def parcel_delivered(self, ref: OrderUnit | int) -> None:
        """The carrier reports that the buyer has the parcel. Nothing happens to a unit that was not sent."""
        shop, unit = self.order_unit(ref)
        if unit.status == "sent":
            with self._unit_changes(shop, unit):
                unit.status = "received"
                unit.delivered_at = self.clock.stamp()
            self.clock.after(PAID_AFTER_DELIVERY, partial(self._pay_out, shop, unit))

    def set_unit_status(self, ref: OrderUnit | int, status: str) -> None:
        """Whatever happened in the portal. Nothing is checked."""
        shop, unit = self.order_unit(ref)
        if unit.status != status:
            with self._unit_changes(shop, unit):
                unit.status = status

    def _release(self, shop: Shop, unit: OrderUnit) -> None:
        if unit.status == "open":
            with self._unit_changes(shop, unit):
                unit.status = "need_to_be_sent"

    def _pay_out(self, shop: Shop, unit: OrderUnit) -> None:
        if unit.status in {"sent", "received"} and unit.return_unit_id is None:
            with self._unit_changes(shop, unit):
                unit.status = "sent_and_autopaid"

    @contextmanager
    def _unit_changes(self, shop: Shop, unit: OrderUnit) -> Iterator[None]:
        """Inside the block a unit's status changes; its order and the event tell of it afterwards."""
        with self.change(shop.order_units, unit):
            yield
        order = must_find(shop.orders, unit.order_id)
        with self.change(shop.orders, order):
            pass
        self.emit(shop, "order_unit_status_changed", f"/order-units/{unit.id}/", unit.storefront)

    def _any_offer(self, shop: Shop, storefront: str) -> Offer:
        here = [offer for offer in shop.offers if offer.storefront == storefront]
        if not here:
            raise not_found("Offer")
        return self.random.choice([offer for offer in here if offer.amount > 0] or here)

    def _bought(self, shop: Shop, order: Order, offer: Offer, status: str) -> OrderUnit:
        currency = currency_of(order.storefront)
        handling = offer.handling_time
        unit = OrderUnit(
            id=self.ids.number("order_unit"),
            order_id=order.id,
            storefront=order.storefront,
            product=offer.product,
            id_offer=offer.id_offer,
            status=status,
            price=offer.listing_price,
            shipping_rate=SHIPPING_RATE.get(currency, 495),
            currency=currency,
            condition=offer.condition.lower().replace("___", " - ").replace("_", " "),
            note=offer.note,
            buyer=order.buyer,
            fulfillment=order.fulfillment,
            deemed_supplier=order.deemed_supplier,
            handling_time=handling,
            transport_time=(2, 4),
            created=order.created,
            updated=order.created,
            delivery_expires=_end_of_day(order.created + timedelta(days=handling + 4)),
        )
        return shop.order_units.put(unit)


def _must_be_merchants(unit: OrderUnit) -> None:
    if unit.fulfillment == KAUFLAND:
        raise forbidden(FBK_ORDER)


def _parcels(carrier: str, numbers: Sequence[str]) -> tuple[Parcel, ...]:
    if carrier not in CARRIERS and carrier not in HAULERS:
        raise invalid(("carrier_code", "carrier_code is not valid"))
    if not numbers and carrier not in NO_TRACKING:
        raise invalid(("tracking_numbers", "tracking_numbers must not be empty"))
    if any(len(number) > 128 or not number.strip() for number in numbers):
        raise invalid(("tracking_numbers", "tracking_numbers is not valid"))
    return tuple(Parcel(carrier, number.strip()) for number in numbers)


def _end_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=21, minute=59, second=59, microsecond=0)
