"""Finds keys that stand in a feed more than once, with as little memory as that takes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import lt

_BETWEEN = "\0"


@dataclass
class Keys:
    """The keys seen so far.

    Many feeds come in order. While keys only rise, none can repeat, and it is enough to know the last one; the others
    are put aside in case the order breaks. From then on the hashes of all are kept: half the memory of the keys
    themselves, and the chance that two of a million differing ones are taken for one is below one in ten million.
    """

    _marks: set[int] = field(default_factory=set)
    _aside: list[str] = field(default_factory=list)
    _last: str = ""
    _order: Callable[[Sequence[str]], bool] | None = None
    _ordered: bool = True

    def repeated(self, keys: Sequence[str]) -> Sequence[int]:
        """Places of keys that came before, here or in an earlier block. All are remembered."""
        if self._ordered and self._rises(keys):
            self._aside.append(_BETWEEN.join(keys))
            self._last = keys[-1]
            return ()
        if self._ordered:
            self._ordered = False
            for block in self._aside:
                self._marks.update(map(hash, block.split(_BETWEEN)))
            self._aside.clear()
        return self._marked(keys)

    def _rises(self, keys: Sequence[str]) -> bool:
        following = (self._last, *keys) if self._last else tuple(keys)
        if self._order is None:
            self._order = next((order for order in (_by_letters, _by_length) if order(following)), None)
            return self._order is not None
        if self._order(following):
            return True
        if self._order is _by_letters and len(self._aside) < 2 and _by_length(following):
            # SKU-2 to SKU-9 rise both ways; what follows tells which one is meant.
            self._order = _by_length
            return all(map(_by_length, (block.split(_BETWEEN) for block in self._aside)))
        return False

    def _marked(self, keys: Sequence[str]) -> Sequence[int]:
        seen, marks = self._marks, list(map(hash, keys))
        before = len(seen)
        if seen.isdisjoint(marks):
            seen.update(marks)
            if len(seen) == before + len(marks):
                return ()
            seen.difference_update(marks)
        places = []
        for place, mark in enumerate(marks):
            if mark in seen:
                places.append(place)
            seen.add(mark)
        return places


def _by_letters(keys: Sequence[str]) -> bool:
    return all(map(lt, keys, islice(keys, 1, None)))


def _by_length(keys: Sequence[str]) -> bool:
    """Shorter ones first, then by letters: the order of numbers, and of SKU-9 and SKU-10."""
    if len(set(map(len, keys))) == 1:
        return _by_letters(keys)
    pairs = list(zip(map(len, keys), keys, strict=True))
    return all(map(lt, pairs, islice(pairs, 1, None)))
