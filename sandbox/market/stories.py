"""Tells what happens in a shop: orders, letters, parcels, returns. Random, and the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from sandbox.market import seeds
from sandbox.market.ground import LOCALES, Shop
from sandbox.market.model import MERCHANT, Order, OrderUnit, Return, Ticket
from sandbox.market.photo import damaged
from sandbox.market.returns import REASONS, RETURNABLE
from sandbox.market.world import World

T = TypeVar("T")
DATE_FORMS = {
    "cs-CZ": "{d}. {m}.",
    "sk-SK": "{d}. {m}.",
    "pl-PL": "{d:02}.{m:02}",
    "fr-FR": "{d}/{m:02}",
    "it-IT": "{d}/{m:02}",
}
BEFORE_SENDING = {"order_cancel", "delivery_change_address", "product_availability", "product_properties"}
ON_THE_WAY = {"delivery_delayed", "delivery_not_received"}
# Days from today to the date a letter of that topic speaks of.
DATES = {"admonition": 4, "delivery_delayed": -3}
# What a buyer who returns something for this reason writes about.
NOTES = {
    **dict.fromkeys(("dislike", "misleading_description"), "looks"),
    **dict.fromkeys(("defect", "bad_quality"), "defect"),
    "delivered_damaged": "damaged",
    "wrong_article": "wrong",
    "accidentally_ordered": "mistake",
}
CARRIER = {"at": "Austrian Post", "cz": "PPL", "sk": "Slovakia Post", "pl": "DPD Poland", "it": "GLS Italy"}


class Stories:
    """Each method lets one thing happen and returns what it happened to, None when nothing fitted."""

    def __init__(self, world: World, *, seed: int | None = None) -> None:
        self.world = world
        self.random = Random(f"stories:{world.seed if seed is None else seed}")

    def order(self, shop: Shop | None = None, storefront: str | None = None) -> Order:
        shop = shop or self._any_shop()
        storefront = storefront or self.random.choice(shop.account.storefronts)
        pieces = self.random.choices((1, 2, 3), weights=(7, 2, 1))[0]
        return self.world.place_order(
            storefront,
            account=shop.account.name,
            buyer=self.random.choice(self.world.buyers[storefront]),
            pieces=pieces,
            released=self.random.random() < 0.7,
        )

    def sent(self, shop: Shop | None = None) -> OrderUnit | None:
        """A colleague in the warehouse marks a unit as sent."""
        unit = self._unit(shop or self._any_shop(), {"need_to_be_sent"})
        if unit:
            self.world.send_unit(unit, [self.world.ids.digits(14)], CARRIER.get(unit.storefront, "DHL"))
        return unit

    def delivered(self, shop: Shop | None = None) -> OrderUnit | None:
        unit = self._unit(shop or self._any_shop(), {"sent"})
        if unit:
            self.world.parcel_delivered(unit)
        return unit

    def ticket(
        self, shop: Shop | None = None, *, topic: str | None = None, storefront: str | None = None
    ) -> Ticket | None:
        """A buyer opens a ticket about a unit the topic fits to."""
        found = self.reason_to_write(shop or self._any_shop(), topic=topic, storefront=storefront)
        return self.ticket_about(*found) if found else None

    def reason_to_write(
        self, shop: Shop, *, topic: str | None = None, storefront: str | None = None
    ) -> tuple[OrderUnit, seeds.Opener] | None:
        storefront = storefront or self.random.choice(shop.account.storefronts)
        openers = seeds.letters(LOCALES[storefront]).openers
        opener = self.random.choice([opener for opener in openers if topic in (None, opener.topic)] or openers)
        unit = self._unit(shop, _statuses(opener.topic), storefront) or self._unit(shop, None, storefront)
        return (unit, opener) if unit else None

    def ticket_about(self, unit: OrderUnit, opener: seeds.Opener | None = None) -> Ticket:
        """The buyer of `unit` opens a ticket, with a photo where the letter speaks of one."""
        if opener is None:
            opener = self.random.choice(seeds.letters(LOCALES[unit.storefront]).openers)
        ticket = self.world.open_ticket(unit, self.fill(opener.text, unit, opener.topic), topic=opener.topic)
        if opener.photo:
            self.photo(ticket)
        return ticket

    def photo(self, ticket: Ticket) -> None:
        """The buyer attaches a picture of the damage."""
        name = f"IMG_{self.random.randint(1000, 9999)}.png"
        product = ticket.product
        key, shape = (product.key, product.category) if product else ("parcel", "box")
        self.world.buyer_attaches(ticket, name, "image/png", damaged(self.random.randrange(3), key, shape))

    def follow_up(self, ticket: Ticket | None = None) -> Ticket | None:
        """A buyer writes again: what belongs to the topic first, then something that fits anywhere."""
        ticket = ticket or self._ticket(lambda found: found.status != "customer_service_closed_final")
        if ticket:
            self.world.buyer_writes(ticket, self.next_words(ticket))
        return ticket

    def next_words(self, ticket: Ticket) -> str:
        letters = seeds.letters(LOCALES[ticket.storefront])
        _, unit = self.world.order_unit(ticket.order_unit_ids[0])
        written = sum(message.role == "buyer" for message in ticket.messages)
        then = next((opener.then for opener in letters.openers if opener.topic == ticket.topic), ())
        text = then[written - 1] if 0 < written <= len(then) else self.random.choice(letters.follow_ups)
        return self.fill(text, unit, ticket.topic or "")

    def answered(self, ticket: Ticket | None = None) -> Ticket | None:
        """A colleague answers in the seller portal."""
        ticket = ticket or self._ticket(lambda found: found.status == "opened" and found.seller_responsible)
        if ticket:
            self.world.seller_message(ticket, self.random.choice(seeds.letters(LOCALES[ticket.storefront]).answers))
        return ticket

    def buyer_closes(self) -> Ticket | None:
        ticket = self._ticket(lambda found: found.status == "opened" and not found.seller_responsible)
        if ticket:
            self.world.buyer_closes(ticket)
        return ticket

    def return_(self, shop: Shop | None = None, storefront: str | None = None) -> Return | None:
        """A buyer sends something back."""
        unit = self.returnable(shop or self._any_shop(), storefront)
        return self.return_of(unit) if unit else None

    def returnable(self, shop: Shop, storefront: str | None = None) -> OrderUnit | None:
        return self._pick(
            unit
            for unit in shop.order_units
            if unit.status in RETURNABLE
            and unit.return_unit_id is None
            and unit.fulfillment == MERCHANT
            and storefront in (None, unit.storefront)
        )

    def return_of(self, unit: OrderUnit) -> Return:
        """With a note that fits the reason, or with none."""
        reason = self.random.choice(REASONS)
        note = seeds.letters(LOCALES[unit.storefront]).return_notes.get(NOTES.get(reason, ""))
        return self.world.start_return(unit, reason=reason, note=note if self.random.random() < 0.75 else None)

    def return_moves(self) -> Return | None:
        """A parcel on its way back gets one step further."""
        moving = {"return_requested", "label_generated", "package_sent"}
        found = [item for shop in self.world.shops.values() for item in shop.returns if item.status in moving]
        item = self._pick(found)
        if item:
            steps: dict[str, Callable[[Return], None]] = {
                "return_requested": self.world.label_made,
                "label_generated": self.world.parcel_sent,
                "package_sent": self.world.parcel_arrives,
            }
            steps[item.status](item)
        return item

    def fill(self, text: str, unit: OrderUnit, topic: str) -> str:
        """A letter with the names, numbers and dates of this unit in it."""
        locale = LOCALES[unit.storefront]
        day = self.world.clock.now() + timedelta(days=DATES.get(topic, -1))
        filled = {
            "{product}": unit.product.title(locale),
            "{order}": unit.order_id,
            "{name}": unit.buyer.name,
            "{date}": _date(day, locale),
        }
        for placeholder, value in filled.items():
            text = text.replace(placeholder, value)
        return text

    def _any_shop(self) -> Shop:
        return self.random.choice(list(self.world.shops.values()))

    def _unit(self, shop: Shop, statuses: set[str] | None, storefront: str | None = None) -> OrderUnit | None:
        return self._pick(
            unit
            for unit in shop.order_units
            if (statuses is None or unit.status in statuses)
            and storefront in (None, unit.storefront)
            and unit.fulfillment == MERCHANT
        )

    def _ticket(self, fits: Callable[[Ticket], bool]) -> Ticket | None:
        shops = self.world.shops.values()
        return self._pick(ticket for shop in shops for ticket in shop.tickets if fits(ticket))

    def _pick(self, things: Iterable[T]) -> T | None:
        found = list(things)
        return self.random.choice(found) if found else None


def _statuses(topic: str) -> set[str]:
    if topic in BEFORE_SENDING:
        return {"open", "need_to_be_sent"}
    return {"sent"} if topic in ON_THE_WAY else {"received", "sent_and_autopaid"}


def _date(day: datetime, locale: str) -> str:
    return DATE_FORMS.get(locale, "{d}.{m}.").format(d=day.day, m=day.month)
