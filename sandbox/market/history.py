"""Tells a shop's last days, so that a fresh world has orders, conversations and returns in every state."""

from __future__ import annotations

from datetime import datetime, timedelta

from sandbox.market.ground import Shop
from sandbox.market.model import OrderUnit
from sandbox.market.stories import Stories
from sandbox.market.world import World


def tell(world: World, *, orders: int = 30, tickets: int = 12, returns: int = 6, days: int = 8) -> None:
    """Fill every storefront of every shop with a past. Nobody is told of it: pushes and mails start afterwards."""
    stories = Stories(world)
    for shop in world.shops.values():
        _tell_shop(stories, shop, orders=orders, tickets=tickets, returns=returns, days=days)
    world.events.clear()
    world.mails.clear()


def _tell_shop(stories: Stories, shop: Shop, *, orders: int, tickets: int, returns: int, days: int) -> None:
    world, storefronts = stories.world, shop.account.storefronts
    start = world.clock.now() - timedelta(days=days)
    for number in range(orders):
        at = start + timedelta(days=days) * number / orders
        with world.clock.rewound(at):
            units = world.units_of(stories.order(shop, storefronts[number % len(storefronts)]))
        for unit in units:
            _ship(world, unit)
    for number in range(tickets):
        _write(stories, shop, storefronts[number % len(storefronts)], number)
    for number in range(returns):
        _send_back(stories, shop, steps=number % 3)


def _write(stories: Stories, shop: Shop, storefront: str, number: int) -> None:
    """A ticket since the last thing that happened to its unit; every third is answered, some of those answered back."""
    clock = stories.world.clock
    found = stories.reason_to_write(shop, storefront=storefront)
    if found is None:
        return
    unit, opener = found
    moments = _between(stories, unit.updated, 3)
    with clock.rewound(moments[0]):
        ticket = stories.ticket_about(unit, opener)
    if number % 3 == 1:
        with clock.rewound(moments[1]):
            stories.answered(ticket)
    if number % 6 == 4:
        with clock.rewound(moments[2]):
            stories.follow_up(ticket)


def _send_back(stories: Stories, shop: Shop, *, steps: int) -> None:
    """A return since its unit arrived: announced, on its way after one step, back after two."""
    world = stories.world
    unit = stories.returnable(shop)
    if unit is None:
        return
    moments = _between(stories, unit.updated, 3)
    with world.clock.rewound(moments[0]):
        item = stories.return_of(unit)
    for moment, step in zip(moments[1:], (world.parcel_sent, world.parcel_arrives)[:steps], strict=False):
        with world.clock.rewound(moment):
            step(item)


def _between(stories: Stories, start: datetime, count: int) -> list[datetime]:
    """Moments in order between `start` and now."""
    span = stories.world.clock.now() - start
    return sorted(start + span * stories.random.random() for _ in range(count))


def _ship(world: World, unit: OrderUnit) -> None:
    """Older orders were sent and have arrived, young ones wait."""
    age = world.clock.now() - unit.created
    if age > timedelta(days=1) and unit.status == "open":
        with world.clock.rewound(unit.created + timedelta(minutes=15)):
            world.fulfil_unit(unit)
    if age > timedelta(days=2):
        with world.clock.rewound(unit.created + timedelta(hours=20)):
            world.send_unit(unit, [world.ids.digits(14)], "DHL")
    if age > timedelta(days=4):
        with world.clock.rewound(unit.created + timedelta(days=3)):
            world.parcel_delivered(unit)
