"""A request after the door has checked it, and the answer before it becomes bytes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sandbox.market.api.forms import Form, forms, read_json
from sandbox.market.api.params import OFFSET, Param, limit
from sandbox.market.ground import Shop, must_find
from sandbox.market.problems import Problem, not_found
from sandbox.market.shelf import Shelf, Wish
from sandbox.market.world import World

T = TypeVar("T")
Json = dict[str, Any]
# Fields with the values they may have, or the earliest time they may show.
Filters = tuple[tuple[str, frozenset[Any] | datetime], ...]


@dataclass(frozen=True)
class Answer:
    """`data` None means an empty body, unless the answer is `told` as it stands."""

    status: int = 200
    data: Any = None
    pagination: Json | None = None
    told: Any = None

    def body(self) -> Any:
        """What is sent as JSON, None for an empty body."""
        if self.told is not None:
            return self.told
        if self.data is None:
            return None
        return {"data": self.data, **({"pagination": self.pagination} if self.pagination else {})}


@dataclass(frozen=True)
class Call:
    """`path` holds the ids of the address, `asked` the query parameters, `base` the address of this server."""

    world: World
    shop: Shop
    base: str
    path: dict[str, Any]
    asked: dict[str, Any]
    body: bytes = field(repr=False)
    verify: Callable[[str], Awaitable[bool]]

    def form(self) -> Form:
        return Form(read_json(self.body))

    def forms(self) -> list[Form]:
        return forms(read_json(self.body))

    def storefront(self) -> str:
        """The one the operation is about. Raises Problem when the seller has not set it up."""
        wanted = str(self.asked["storefront"])
        if wanted not in self.shop.account.storefronts:
            raise Problem(400, "/problems/storefront-not-configured", f"The storefront {wanted} is not configured")
        return wanted

    def embeds(self, name: str) -> bool:
        return name in self.asked["embedded"]

    def find(self, shelf: Shelf[T], name: str, what: str = "Resource") -> T:
        """The live thing the address names, for changing it. Raises Problem (404)."""
        return must_find(shelf, self.path[name], what)

    def seen(self, shelf: Shelf[T], name: str, what: str = "Resource") -> T:
        """The thing the address names as a reader sees it, which may be some seconds old. Raises Problem (404)."""
        thing = self.view(self.find(shelf, name, what))
        if thing is None:
            raise not_found(what)
        return thing

    def view(self, thing: T) -> T | None:
        return self.world.rearview.seen(thing, self.world.clock.now())

    def listed(
        self,
        shelf: Shelf[T],
        shape: Callable[[Call, T], Json],
        *,
        order: str = "created",
        descending: bool = True,
        since: dict[str, datetime | None] | None = None,
        filters: Filters = (),
    ) -> Answer:
        """A page of `shelf`. `since` holds the earliest times by "created" and "updated"; both bounds are inclusive."""
        earliest = {name: moment for name, moment in (since or {}).items() if moment}
        filters += tuple((name, moment) for name, moment in earliest.items() if name != order)
        wish: Wish[T] = Wish(
            order=order,
            descending=descending,
            since=earliest.get(order),
            filters=filters,
            keep=_keep(filters) if filters else None,
            offset=self.asked["offset"],
            limit=self.asked["limit"],
        )
        things, total = self._stale_page(shelf, wish) if self.world.rearview.lag else shelf.page(wish)
        return self.page([shape(self, thing) for thing in things], total)

    def page(self, rows: list[Json], total: int) -> Answer:
        pagination = {"offset": self.asked["offset"], "limit": self.asked["limit"], "total": total}
        return Answer(200, rows, pagination)

    def page_of(self, rows: list[T], shape: Callable[[Call, T], Json]) -> Answer:
        """A page of a list that is short enough to be made anew each time."""
        first = self.asked["offset"]
        return self.page([shape(self, row) for row in rows[first : first + self.asked["limit"]]], len(rows))

    def _stale_page(self, shelf: Shelf[T], wish: Wish[T]) -> tuple[list[T], int]:
        """As `Shelf.page`, over the things as they looked some seconds ago."""
        lagging: Shelf[T] = Shelf(key=id)
        for thing in shelf:
            if (seen := self.view(thing)) is not None:
                lagging.put(seen)
        return lagging.page(wish)


Handler = Callable[[Call], Answer | Awaitable[Answer]]


def _keep(filters: Filters) -> Callable[[Any], bool]:
    def keep(thing: Any) -> bool:
        for name, wanted in filters:
            value = getattr(thing, name)
            if value < wanted if isinstance(wanted, datetime) else value not in wanted:
                return False
        return True

    return keep


def where(**fields: Any) -> Filters:
    """Filters from parameters: None and empty tuples filter nothing, a single value is a list of one."""
    found: list[tuple[str, frozenset[Any] | datetime]] = []
    for name, value in fields.items():
        if value is not None and value != ():
            found.append((name, frozenset(value if isinstance(value, tuple) else (value,))))
    return tuple(found)


def paged(default: int, most: int, *more: Param, least: int = 0) -> tuple[Param, ...]:
    """The parameters of a list: how many rows, from where, and `more`."""
    return (limit(default, most, least=least), OFFSET, *more)
