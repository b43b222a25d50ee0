"""Returns and their units. Pure."""

from __future__ import annotations

from bot.domain.model import Return, ReturnRow, ReturnUnit
from bot.marketplace.parse.orders import buyer, embedded_unit, ticket_ids
from bot.marketplace.parse.values import LONG_AGO, Fields


def return_row(raw: object) -> ReturnRow:
    row = Fields(raw, "return")
    updated = row.at_or_none("ts_updated_iso") or row.at_or_none("ts_created_iso") or LONG_AGO
    return ReturnRow(id=row.id("id_return"), status=row.text("status") or "", updated=updated)


def return_(raw: object) -> Return:
    item = Fields(raw, "return")
    person = buyer(item.inner("buyer", "buyer"))
    return Return(
        id=item.id("id_return"),
        storefront=item.storefront(),
        status=item.word("status"),
        fulfillment=item.text("fulfillment_type") or "fulfilled_by_merchant",
        created=item.at("ts_created_iso"),
        updated=item.at("ts_updated_iso", "ts_created_iso"),
        tracking_provider=item.text("tracking_provider"),
        tracking_code=item.text("tracking_code"),
        # All of them or none: a return that lost a unit on its way might look decided.
        units=tuple(_unit(unit) for unit in item.each("return_units", "return unit")),
        buyer_id=person.id if person else None,
    )


def return_unit(raw: object) -> ReturnUnit:
    return _unit(Fields(raw, "return unit"))


def _unit(item: Fields) -> ReturnUnit:
    ordered = item.inner("order_unit", "order unit")
    return ReturnUnit(
        id=item.id("id_return_unit"),
        return_id=item.id("id_return"),
        order_unit_id=item.id("id_order_unit"),
        status=item.word("status"),
        reason=item.text("reason") or "",
        storefront=item.storefront(),
        fulfillment=item.text("fulfillment_type") or "fulfilled_by_merchant",
        created=item.at("ts_created_iso"),
        note=item.text("note"),
        order_unit=embedded_unit(ordered) if ordered else None,
        ticket_ids=ticket_ids(item),
    )
