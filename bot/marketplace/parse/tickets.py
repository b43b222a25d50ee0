"""Tickets and their conversation. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.domain.model import Attachment, Message, Ticket, TicketRow
from bot.marketplace.jsontext import Unreadable
from bot.marketplace.parse.orders import buyer, embedded_unit, product, ticket_id
from bot.marketplace.parse.values import LONG_AGO, Fields, number


def ticket_row(raw: object) -> TicketRow:
    row = Fields(raw, "ticket")
    id = ticket_id(row)
    if id is None:
        raise row.unreadable("id_ticket")
    updated = row.at_or_none("ts_updated_iso") or row.at_or_none("ts_created_iso") or LONG_AGO
    return TicketRow(
        id=id,
        status=row.text("status") or "",
        updated=updated,
        topic=row.text("topic"),
        open_reason=row.text("open_reason") or "",
    )


def ticket(raw: object, *, id: str) -> Ticket:
    """The ticket that was asked for by `id`.

    The id in the answer is not believed: inside messages it may have lost its leading zeros, and what is keyed by it
    must not be keyed twice.
    """
    item = Fields(raw, "ticket")
    person = buyer(item.inner("buyer", "buyer"))
    created = item.at("ts_created_iso")
    updated = item.at("ts_updated_iso", "ts_created_iso")
    return Ticket(
        id=id,
        storefront=(item.text("storefront") or "").lower() or None,
        status=item.word("status"),
        open_reason=item.text("open_reason") or "",
        topic=item.text("topic"),
        seller_responsible=item.flag("is_seller_responsible"),
        fulfillment=item.text("fulfillment_type") or "fulfilled_by_merchant",
        created=created,
        updated=updated,
        order_unit_ids=_order_unit_ids(item),
        buyer_id=person.id if person else item.id_or_none("id_buyer"),
        messages=_messages(item, updated),
        attachments=tuple(_attachment(file, updated) for file in item.each("files", "file")),
        order_units=tuple(unit for row in item.each("order_units", "order unit") if (unit := embedded_unit(row))),
        product=product(item.inner("product", "product")),
    )


def opened_ticket(raw: object) -> str:
    """The id of a ticket that was just opened."""
    id = ticket_id(Fields(raw, "ticket"))
    if id is None:
        raise Unreadable("ticket: id_ticket is missing or unreadable")
    return id


def _order_unit_ids(item: Fields) -> tuple[int, ...]:
    listed = item.raw("ids_order_units")
    found = [number(value) for value in listed] if isinstance(listed, list) else []
    return tuple(id for id in found if id and id > 0)


def _messages(item: Fields, otherwise: datetime) -> tuple[Message, ...]:
    """The conversation, oldest first. A message is never left out: what a buyer said is not ours to lose."""
    found = [_message(row, otherwise) for row in item.each("messages", "message")]
    return tuple(sorted(found, key=lambda message: (message.at, message.id)))


def _message(row: Fields, otherwise: datetime) -> Message:
    author = row.inner("author", "author")
    return Message(
        id=row.id("id_ticket_message"),
        role=(author.text("role") if author else None) or "unknown",
        author=(author.text("name") if author else None) or "",
        text=row.text("text") or "",
        at=row.at_or_none("ts_created_iso") or otherwise,
    )


def _attachment(file: Fields, otherwise: datetime) -> Attachment:
    return Attachment(
        name=file.text("filename") or "file",
        at=file.at_or_none("ts_created_iso") or otherwise,
        uri=file.address("uri") or "",
    )
