"""Keeps things of one kind in order of creation and of change, so that a page costs the same in a full shop."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Place = tuple[datetime, int]
Keep = Callable[[T], bool]
# Lists asked for beyond that many are put in order anew when they are asked for again.
MOST_LISTS = 12


@dataclass(frozen=True)
class Wish(Generic[T]):
    """Which page of which list.

    `order` is "created" or "updated"; `since` is inclusive. `filters` names what `keep` does: two wishes with the same
    name mean the same list.
    """

    order: str = "created"
    since: datetime | None = None
    descending: bool = True
    filters: Hashable = None
    keep: Keep[T] | None = None
    offset: int = 0
    limit: int = 30


class _List(Generic[T]):
    """The things that `keep` lets in, in one order."""

    def __init__(self, order: str, keep: Keep[T] | None) -> None:
        self.order = order
        self.keep = keep
        self.rows: list[tuple[datetime, int, T]] = []

    def insert(self, place: Place, thing: T) -> None:
        if self.keep is None or self.keep(thing):
            # Sequence numbers are unique, so two things are never compared.
            self.rows.insert(bisect_left(self.rows, place), (*place, thing))

    def remove(self, place: Place) -> None:
        found = bisect_left(self.rows, place)
        if found < len(self.rows) and self.rows[found][:2] == place:
            del self.rows[found]


class Shelf(Generic[T]):
    """`T` has `created` and `updated`. Every list that was asked for is kept in order while things come and change."""

    def __init__(self, key: Callable[[T], Any] | None = None) -> None:
        self._key: Callable[[Any], Any] = key or attrgetter("id")
        self._things: dict[Any, T] = {}
        self._places: dict[Any, dict[str, Place]] = {}
        self._lists: dict[Hashable, _List[T]] = {}
        self._count = itertools.count()

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._things.values()))

    def find(self, key: Any) -> T | None:
        return self._things.get(key)

    def put(self, thing: T) -> T:
        key, number = self._key(thing), next(self._count)
        self._things[key] = thing
        self._places[key] = {order: (getattr(thing, order), number) for order in ("created", "updated")}
        for each in self._lists.values():
            each.insert(self._places[key][each.order], thing)
        return thing

    def moved(self, thing: T) -> None:
        """`thing.updated` has changed, and what lists filter by may have."""
        places = self._places[self._key(thing)]
        for each in self._lists.values():
            each.remove(places[each.order])
        places["updated"] = thing.updated, next(self._count)  # type: ignore[attr-defined]
        for each in self._lists.values():
            each.insert(places[each.order], thing)

    def remove(self, thing: T) -> None:
        key = self._key(thing)
        places = self._places.pop(key)
        del self._things[key]
        for each in self._lists.values():
            each.remove(places[each.order])

    def page(self, wish: Wish[T]) -> tuple[list[T], int]:
        """The rows of the page, and how many rows the whole list has."""
        rows = self._list(wish).rows
        first = bisect_left(rows, (wish.since,)) if wish.since else 0
        total = len(rows) - first
        if wish.descending:
            end = len(rows) - wish.offset
            found = rows[max(end - wish.limit, first) : max(end, first)][::-1]
        else:
            found = rows[first + wish.offset : first + wish.offset + wish.limit]
        return [row[2] for row in found], total

    def _list(self, wish: Wish[T]) -> _List[T]:
        name = wish.order, wish.filters if wish.keep else None
        found = self._lists.pop(name, None) or self._ordered(wish)
        self._lists[name] = found
        if len(self._lists) > MOST_LISTS:
            del self._lists[next(iter(self._lists))]
        return found

    def _ordered(self, wish: Wish[T]) -> _List[T]:
        made = _List(wish.order, wish.keep)
        kept = [thing for thing in self._things.values() if wish.keep is None or wish.keep(thing)]
        made.rows = [(*self._places[self._key(thing)][wish.order], thing) for thing in kept]
        made.rows.sort(key=lambda row: row[:2])
        return made
