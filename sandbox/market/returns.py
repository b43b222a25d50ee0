"""Returns: from the buyer's wish over the parcel to the decision about each unit.

Inferred where the documents are silent: a unit can be accepted until it is decided, and rejected, clarified or repaired
once it has arrived; a decision about a unit is a change of its return; the refund is booked a day after acceptance.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sandbox.market.clock import working_days_later
from sandbox.market.ground import Shop, must_find
from sandbox.market.model import KAUFLAND, OrderUnit, Return, ReturnUnit, Ticket
from sandbox.market.orders import Orders
from sandbox.market.problems import FBK_ORDER, forbidden, invalid, not_found, refused
from sandbox.market.tickets import Tickets

STATUSES = ("return_requested", "label_generated", "package_sent", "package_received", "label_deleted")
UNIT_STATUSES = (
    *("need_to_be_returned", "return_arrived", "return_accepted", "return_rejected"),
    *("return_closed", "return_in_repair", "return_in_clarification"),
)
REASONS = (
    *("accidentally_ordered", "bad_quality", "better_price", "defect", "delivered_damaged", "dislike"),
    *("misleading_description", "missing_parts", "no_reason", "too_late", "wrong_article", "wrong_size"),
)
RETURNABLE = ("sent", "received", "sent_and_autopaid")
ACCEPTED_AFTER_WORKING_DAYS = 3
REFUNDED_AFTER = timedelta(days=1)
ALLOWED_FROM = {
    "return_accepted": ("need_to_be_returned", "return_arrived", "return_in_clarification", "return_in_repair"),
    "return_rejected": ("return_arrived", "return_in_clarification", "return_in_repair"),
    "return_in_clarification": ("return_arrived", "return_in_repair"),
    "return_in_repair": ("return_arrived", "return_in_clarification"),
}


class Returns(Tickets, Orders):
    def return_(self, ref: Return | int) -> tuple[Shop, Return]:
        """The live return and whose it is. Raises Problem (404)."""
        id = ref if isinstance(ref, int) else ref.id
        shop = self.home("returns", id)
        return shop, must_find(shop.returns, id)

    def return_unit(self, ref: ReturnUnit | int) -> tuple[Shop, ReturnUnit]:
        id = ref if isinstance(ref, int) else ref.id
        shop = self.home("return_units", id)
        return shop, must_find(shop.return_units, id)

    def units_of_return(self, ref: Return | int) -> list[ReturnUnit]:
        shop, item = self.return_(ref)
        return [must_find(shop.return_units, id) for id in item.unit_ids]

    # What the buyer and the parcel do

    def start_return(
        self,
        about: OrderUnit | int | Sequence[OrderUnit | int],
        *,
        reason: str = "dislike",
        note: str | None = None,
        label: bool = True,
    ) -> Return:
        """The buyer sends order units of one order back. With `label` the label is made at once."""
        refs = [about] if isinstance(about, int | OrderUnit) else list(about)
        found = [self.order_unit(ref) for ref in refs]
        item = self._started(found[0][0], [unit for _, unit in found], [(reason, note)] * len(found))
        if label:
            self.label_made(item)
        return item

    def label_made(self, ref: Return | int) -> None:
        self._return_becomes(ref, "label_generated", tracking=True)

    def parcel_sent(self, ref: Return | int) -> None:
        """The buyer has handed the parcel to the carrier."""
        self._return_becomes(ref, "package_sent", tracking=True)

    def parcel_arrives(self, ref: Return | int) -> None:
        """The seller has the parcel. Units nobody decides about are accepted after three working days."""
        shop, item = self.return_(ref)
        self._return_becomes(item, "package_received", tracking=True)
        due = working_days_later(self.clock.now(), ACCEPTED_AFTER_WORKING_DAYS)
        for unit in self.units_of_return(item):
            if unit.status == "need_to_be_returned":
                self._unit_becomes(shop, unit, "return_arrived")
                self.clock.at(due, partial(self._accept_by_itself, shop, unit))

    def label_cancelled(self, ref: Return | int) -> None:
        """The buyer keeps the goods."""
        shop, item = self.return_(ref)
        self._return_becomes(item, "label_deleted")
        for unit in self.units_of_return(item):
            if unit.status == "need_to_be_returned":
                self._unit_becomes(shop, unit, "return_closed")
                must_find(shop.order_units, unit.order_unit_id).return_unit_id = None

    # What the seller does, here or in the portal

    def seller_starts_return(self, shop: Shop, wanted: Sequence[tuple[int, str, str]]) -> Return:
        """`wanted` are (order unit, reason, note). Raises Problem as the marketplace does."""
        units = self._returnable(shop, [id for id, _, _ in wanted])
        item = self._started(shop, units, [(reason, note) for _, reason, note in wanted])
        self.label_made(item)
        return item

    def seller_extends_return(self, shop: Shop, item: Return, wanted: Sequence[tuple[int, str, str]]) -> None:
        """More units of the same order in one parcel. Raises Problem."""
        units = self._returnable(shop, [id for id, _, _ in wanted])
        if units[0].order_id != item.order_id:
            raise invalid(("id_order_unit", "All order units must belong to the order of the return"))
        if item.status not in {"return_requested", "label_generated"}:
            raise refused("action-not-allowed", f"The return is {item.status}")
        added = [
            self._put_unit(shop, item, unit, reason, note)
            for unit, (_, reason, note) in zip(units, wanted, strict=True)
        ]
        with self.change(shop.returns, item):
            item.unit_ids = (*item.unit_ids, *(unit.id for unit in added))

    def accept(self, ref: ReturnUnit | int) -> None:
        """Raises Problem: FBK (403), a unit that is decided already (400)."""
        shop, unit = self.return_unit(ref)
        self._decide(shop, unit, "return_accepted")
        order_unit = must_find(shop.order_units, unit.order_unit_id)
        with self._unit_changes(shop, order_unit):
            order_unit.status = "returned"
        self.clock.after(REFUNDED_AFTER, partial(self._refunded, shop, order_unit))

    def reject(self, ref: ReturnUnit | int, text: str) -> Ticket:
        """Opens a ticket to the buyer with `text`. Raises Problem."""
        shop, unit = self.return_unit(ref)
        self._decide(shop, unit, "return_rejected")
        return self._explained(shop, unit, text)

    def clarify(self, ref: ReturnUnit | int, text: str) -> Ticket:
        """Asks the buyer about a unit that has arrived, in a ticket. Raises Problem."""
        shop, unit = self.return_unit(ref)
        self._decide(shop, unit, "return_in_clarification")
        return self._explained(shop, unit, text)

    def repair(self, ref: ReturnUnit | int) -> None:
        shop, unit = self.return_unit(ref)
        self._decide(shop, unit, "return_in_repair")

    def _decide(self, shop: Shop, unit: ReturnUnit, status: str) -> None:
        if unit.fulfillment == KAUFLAND:
            raise forbidden(FBK_ORDER)
        if unit.status not in ALLOWED_FROM[status]:
            raise refused("returns/unit-wrong-status", f"The return unit is {unit.status}")
        self._unit_becomes(shop, unit, status)

    def _explained(self, shop: Shop, unit: ReturnUnit, text: str) -> Ticket:
        ticket = self.seller_opens(shop, [unit.order_unit_id], "product_return", text)
        unit.ticket_ids = (*unit.ticket_ids, ticket.id)
        return ticket

    def _accept_by_itself(self, shop: Shop, unit: ReturnUnit) -> None:
        if unit.status == "return_arrived" and unit.fulfillment != KAUFLAND:
            self.accept(unit)

    def _refunded(self, shop: Shop, unit: OrderUnit) -> None:
        if unit.status == "returned":
            with self._unit_changes(shop, unit):
                unit.status = "returned_paid"

    def _returnable(self, shop: Shop, ids: Sequence[int]) -> list[OrderUnit]:
        units = [unit for id in ids if (unit := shop.order_units.find(id))]
        if len(units) != len(ids):
            raise not_found("Order unit")
        if any(unit.fulfillment == KAUFLAND for unit in units):
            raise forbidden(FBK_ORDER)
        if not shop.account.return_address:
            raise refused("returns/return-address-not-set", "No return address is set for the account")
        if len({unit.order_id for unit in units}) != 1 or len(set(ids)) != len(ids):
            raise invalid(("id_order_unit", "All order units must belong to the same order and be named once"))
        for unit in units:
            if unit.status not in RETURNABLE or unit.return_unit_id is not None:
                raise refused("action-not-allowed", f"The order unit {unit.id} cannot be returned")
        return units

    def _started(self, shop: Shop, units: Sequence[OrderUnit], why: Sequence[tuple[str, str | None]]) -> Return:
        now = self.clock.stamp()
        first = units[0]
        item = Return(
            id=self.ids.number("return"),
            order_id=first.order_id,
            storefront=first.storefront,
            buyer=first.buyer,
            status="return_requested",
            fulfillment=first.fulfillment,
            created=now,
            updated=now,
        )
        shop.returns.put(item)
        added = [self._put_unit(shop, item, unit, *reason) for unit, reason in zip(units, why, strict=True)]
        item.unit_ids = tuple(unit.id for unit in added)
        self.emit(shop, "return_new", f"/returns/{item.id}/", item.storefront)
        return item

    def _put_unit(self, shop: Shop, item: Return, unit: OrderUnit, reason: str, note: str | None) -> ReturnUnit:
        now = self.clock.stamp()
        returned = ReturnUnit(
            id=self.ids.number("return_unit"),
            return_id=item.id,
            order_unit_id=unit.id,
            storefront=item.storefront,
            status="need_to_be_returned",
            reason=reason,
            note=note,
            fulfillment=item.fulfillment,
            created=now,
            updated=now,
        )
        unit.return_unit_id = returned.id
        return shop.return_units.put(returned)

    def _return_becomes(self, ref: Return | int, status: str, *, tracking: bool = False) -> None:
        shop, item = self.return_(ref)
        if item.status == status:
            return
        with self.change(shop.returns, item):
            item.status = status
            if tracking and item.tracking_code is None:
                item.tracking_provider, item.tracking_code = "DHL", self.ids.digits(12)
        self.emit(shop, "return_status_changed", f"/returns/{item.id}/", item.storefront)

    def _unit_becomes(self, shop: Shop, unit: ReturnUnit, status: str) -> None:
        with self.change(shop.return_units, unit), self.change(shop.returns, must_find(shop.returns, unit.return_id)):
            unit.status = status
        self.emit(shop, "return_unit_status_changed", f"/return-units/{unit.id}/", unit.storefront)
