"""The ground every part of the world stands on: clock, numbers, accounts and their shelves, and how change is told."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from sandbox.market.clock import Clock
from sandbox.market.ids import Ids
from sandbox.market.model import (
    Account,
    Buyer,
    Event,
    ImportFile,
    Invoice,
    Mail,
    Message,
    Offer,
    Order,
    OrderUnit,
    Product,
    ProductData,
    Report,
    Return,
    ReturnUnit,
    ShippingGroup,
    StoredFile,
    Subscription,
    Ticket,
    Warehouse,
)
from sandbox.market.problems import Problem, not_found
from sandbox.market.shelf import Shelf
from sandbox.market.traffic import Journal

T = TypeVar("T")

LOCALES = {
    "de": "de-DE",
    "at": "de-AT",
    "cz": "cs-CZ",
    "sk": "sk-SK",
    "pl": "pl-PL",
    "fr": "fr-FR",
    "it": "it-IT",
}
STOREFRONTS = tuple(LOCALES)


def currency_of(storefront: str) -> str:
    return {"cz": "CZK", "pl": "PLN"}.get(storefront, "EUR")


class Shop:
    """What belongs to one account."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.tickets: Shelf[Ticket] = Shelf()
        self.messages: Shelf[Message] = Shelf()
        self.orders: Shelf[Order] = Shelf()
        self.order_units: Shelf[OrderUnit] = Shelf()
        self.returns: Shelf[Return] = Shelf()
        self.return_units: Shelf[ReturnUnit] = Shelf()
        self.offers: Shelf[Offer] = Shelf()
        self.invoices: Shelf[Invoice] = Shelf(key=lambda invoice: invoice.key)
        self.subscriptions: Shelf[Subscription] = Shelf()
        self.shipping_groups: Shelf[ShippingGroup] = Shelf()
        self.warehouses: Shelf[Warehouse] = Shelf()
        self.imports: Shelf[ImportFile] = Shelf()
        self.reports: Shelf[Report] = Shelf()
        self.product_data: dict[tuple[str, str], ProductData] = {}


class Rearview:
    """Shows things as they were `lag` ago, like a replica that lags behind. With no lag it remembers nothing."""

    def __init__(self) -> None:
        self.lag = timedelta(0)
        self._before: dict[tuple[type, object], list[tuple[datetime, Any]]] = {}

    def remember(self, thing: Any, at: datetime) -> None:
        """`thing` is about to change."""
        if self.lag:
            pictures = self._before.setdefault((type(thing), thing.id), [])
            pictures[:] = [picture for picture in pictures if picture[0] > at - self.lag]
            pictures.append((at, copy.copy(thing)))

    def seen(self, thing: T, now: datetime) -> T | None:
        """How `thing` looks to a reader; None when the reader cannot know of it yet."""
        if not self.lag:
            return thing
        horizon = now - self.lag
        if getattr(thing, "created", horizon) > horizon:
            return None
        before = self._before.get((type(thing), getattr(thing, "id", None)), ())
        return next((picture for at, picture in before if at > horizon), thing)


class Ground:
    def __init__(self, accounts: Sequence[Account], *, seed: int, clock: Clock) -> None:
        self.clock = clock
        self.seed = seed
        self.ids = Ids(seed)
        self.random = Random(f"world:{seed}")
        self.shops = {account.name: Shop(account) for account in accounts}
        self.products: dict[int, Product] = {}
        self.products_by_ean: dict[str, Product] = {}
        self.buyers: dict[str, list[Buyer]] = {}
        self.files: dict[str, StoredFile] = {}
        self.mails: list[Mail] = []
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.rearview = Rearview()
        self.journal = Journal()

    def shop(self, account: str | None = None) -> Shop:
        """The shop of `account`, or the first one. Raises KeyError for an account nobody has."""
        return self.shops[account] if account else next(iter(self.shops.values()))

    def home(self, shelf: str, key: object) -> Shop:
        """The shop on whose `shelf` the thing with `key` is. Raises Problem (404) when there is none."""
        for shop in self.shops.values():
            if getattr(shop, shelf).find(key) is not None:
                return shop
        raise not_found()

    @contextmanager
    def change(self, shelf: Shelf[T], thing: T) -> Iterator[None]:
        """Inside the block `thing` is changed; afterwards its time of change and its place on the shelf are right."""
        self.rearview.remember(thing, self.clock.now())
        yield
        thing.updated = self.clock.stamp()  # type: ignore[attr-defined]
        shelf.moved(thing)

    def emit(
        self, shop: Shop, name: str, resource: str, storefront: str, payload: dict[str, object] | None = None
    ) -> None:
        event = Event(shop.account.name, name, resource, storefront, self.clock.now(), payload)
        self.events.append(event)
        for listener in self.listeners:
            listener(event)

    def store(self, name: str, mime: str, content: bytes) -> StoredFile:
        """Keep bytes for download at an address nobody can guess."""
        file = StoredFile(name, mime, self.ids.token(), self.clock.stamp(), content)
        self.files[file.token] = file
        return file

    def mail(self, to: str, subject: str, text: str) -> None:
        self.mails.append(Mail(to, subject, text, self.clock.now()))

    def buyer(self, storefront: str) -> Buyer:
        """Somebody who shops there."""
        return self.random.choice(self.buyers[storefront])


def must_find(shelf: Shelf[T], key: object, what: str = "Resource") -> T:
    """The thing with `key`. Raises Problem (404)."""
    thing = shelf.find(key)
    if thing is None:
        raise not_found(what)
    return thing


__all__ = ["LOCALES", "STOREFRONTS", "Ground", "Problem", "Rearview", "Shop", "currency_of", "must_find"]
