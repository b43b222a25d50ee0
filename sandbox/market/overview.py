"""How the playground shows the world: what people beside the API can see, as plain JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.market.ground import LOCALES, must_find
from sandbox.market.model import Mail, Message, OrderUnit, StoredFile, Ticket
from sandbox.market.pushes import Attempt
from sandbox.market.shelf import Shelf, Wish
from sandbox.market.traffic import Entry
from sandbox.market.world import World

if TYPE_CHECKING:
    from sandbox.market.marketplace import Marketplace

Json = dict[str, Any]
T = TypeVar("T")


def state(market: Marketplace) -> Json:
    world = market.world
    return {
        "now": world.clock.now().isoformat(),
        "accounts": [
            {
                "name": shop.account.name,
                "storefronts": list(shop.account.storefronts),
                "tickets": Counter(ticket.status for ticket in shop.tickets),
                "order_units": Counter(unit.status for unit in shop.order_units),
                "return_units": Counter(unit.status for unit in shop.return_units),
                "offers": len(shop.offers),
                "subscriptions": Counter("active" if each.active else "off" for each in shop.subscriptions),
            }
            for shop in world.shops.values()
        ],
        "faults": [fault.told() for fault in market.faults.active],
        "pace": market.pace,
        "writes": len(market.journal.entries),
        "pushes": len(market.pushes.attempts),
        "mails": len(world.mails),
    }


def tickets(world: World, *, limit: int) -> list[Json]:
    return [_ticket_row(ticket) for ticket in _latest([shop.tickets for shop in world.shops.values()], limit)]


def orders(world: World, *, limit: int) -> list[Json]:
    return [order(world, found.id) for found in _latest([shop.orders for shop in world.shops.values()], limit)]


def returns(world: World, *, limit: int) -> list[Json]:
    return [return_(world, found.id) for found in _latest([shop.returns for shop in world.shops.values()], limit)]


def _latest(shelves: Iterable[Shelf[T]], limit: int) -> list[T]:
    """What moved last, over all shops."""
    rows = [thing for shelf in shelves for thing in shelf.page(Wish(order="updated", limit=limit))[0]]
    rows.sort(key=attrgetter("updated"), reverse=True)
    return rows[:limit]


def _ticket_row(ticket: Ticket) -> Json:
    last = ticket.messages[-1] if ticket.messages else None
    return {
        "id": ticket.id,
        "storefront": ticket.storefront,
        "status": ticket.status,
        "topic": ticket.topic,
        "buyer": ticket.buyer.name if ticket.buyer else None,
        "seller_responsible": ticket.seller_responsible,
        "updated": ticket.updated.isoformat(),
        "last": _message(last) if last else None,
    }


def ticket(world: World, id: str) -> Json:
    """The customer's view: everything said and attached, and about what."""
    shop, found = world.ticket(id)
    units = [must_find(shop.order_units, unit) for unit in found.order_unit_ids]
    return _ticket_row(found) | {
        "account": shop.account.name,
        "product": found.product.title(LOCALES[found.storefront]) if found.product else None,
        "picture": found.product.picture if found.product else None,
        "order": units[0].order_id,
        "order_units": [unit.id for unit in units],
        "created": found.created.isoformat(),
        "messages": [_message(message) for message in found.messages],
        "files": [_file(file) for file in found.files],
    }


def _message(message: Message) -> Json:
    return {
        "id": message.id,
        "role": message.role,
        "name": message.name,
        "text": message.text,
        "at": message.created.isoformat(),
    }


def _file(file: StoredFile) -> Json:
    return {
        "name": file.name,
        "mime": file.mime,
        "size": len(file.content),
        "at": file.at.isoformat(),
        "path": f"/files/tickets/{file.name}?access_token={file.token}",
    }


def order(world: World, id: str) -> Json:
    shop = world.home("orders", id)
    found = must_find(shop.orders, id)
    units = [must_find(shop.order_units, unit) for unit in found.unit_ids]
    return {
        "id": found.id,
        "account": shop.account.name,
        "storefront": found.storefront,
        "buyer": found.buyer.name,
        "created": found.created.isoformat(),
        "units": [_order_unit(unit) for unit in units],
    }


def _order_unit(unit: OrderUnit) -> Json:
    """With what the API never says: parcels and refunds."""
    return {
        "id": unit.id,
        "status": unit.status,
        "title": unit.product.title(LOCALES[unit.storefront]),
        "picture": unit.product.picture,
        "price": unit.price,
        "currency": unit.currency,
        "cancel_reason": unit.cancel_reason,
        "parcels": [{"carrier": parcel.carrier, "number": parcel.tracking_number} for parcel in unit.parcels],
        "refunds": [{"amount": refund.amount, "reason": refund.reason} for refund in unit.refunds],
        "tickets": list(unit.ticket_ids),
        "return_unit": unit.return_unit_id,
    }


def return_(world: World, id: int) -> Json:
    shop, found = world.return_(id)
    return {
        "id": found.id,
        "account": shop.account.name,
        "storefront": found.storefront,
        "status": found.status,
        "order": found.order_id,
        "buyer": found.buyer.name,
        "tracking_code": found.tracking_code,
        "units": [
            {
                "id": unit.id,
                "order_unit": unit.order_unit_id,
                "status": unit.status,
                "reason": unit.reason,
                "note": unit.note,
                "tickets": list(unit.ticket_ids),
            }
            for unit in world.units_of_return(found)
        ],
    }


def entry(entry: Entry) -> Json:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "account": entry.account,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "body": entry.body,
        "status": entry.status,
        "executed": entry.executed,
        "told": entry.told,
    }


def attempt(attempt: Attempt) -> Json:
    return {
        "at": attempt.at.isoformat(),
        "url": attempt.url,
        "event": attempt.event,
        "resource": attempt.resource,
        "status": attempt.status,
    }


def mail(mail: Mail) -> Json:
    return {"to": mail.to, "subject": mail.subject, "text": mail.text, "at": mail.at.isoformat()}
