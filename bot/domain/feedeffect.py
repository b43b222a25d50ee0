"""What a feed would do to the inventory as it is now: counted while the file is read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain.feedkeys import Keys
from bot.domain.feedkinds import CANCELLED, DELETE, SENT, UPSERT
from bot.domain.feedplan import MOST_NAMED, Effect
from bot.domain.feedvalues import minor_of

if TYPE_CHECKING:
    from bot.domain.feedshapes import Block

PRODUCT = "product"


@dataclass(frozen=True)
class Live:
    """The offers of one storefront as they are now: what each costs (minor units) and how many pieces there are.

    Keys are the seller's own numbers, or EAN and condition (`4006381333931|NEW`) for offers without one. `other_names`
    leads from EAN and condition to the key, because a feed may leave the number out. `lowest` are the prices down to
    which the marketplace may go by itself, of those that have one.
    """

    offers: Mapping[str, tuple[int, int]]
    other_names: Mapping[str, str] = field(default_factory=dict)
    lowest: Mapping[str, int] = field(default_factory=dict)


@dataclass
class Effects:
    """Counts what rows do. Of a row only what tells it from others is kept."""

    live: Live | None
    jump: int
    keys: dict[str, Keys] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    deletes: set[str] = field(default_factory=set)
    jumped: list[str] = field(default_factory=list)
    steepest: int = 0
    locales: set[str] = field(default_factory=set)

    def repeated(self, keys: Sequence[str], purpose: str) -> Sequence[int]:
        """Places of keys that came before, in this block or an earlier one.

        A deletion and a change of one offer are two wishes, told apart by their order in the file.
        """
        return self.keys.setdefault(purpose, Keys()).repeated(keys)

    def count(self, purpose: str, block: Block, keys: Sequence[str], bad: Collection[int]) -> None:
        """`bad` are the places of rows with errors, which the marketplace refuses."""
        good = len(keys) - len(bad)
        if purpose == UPSERT:
            self._offers(block, keys, bad)
        elif purpose == DELETE:
            self._deletions(block, keys, bad)
        elif purpose in (SENT, CANCELLED):
            self.counts[purpose] += good
        else:
            self.counts[PRODUCT] += good
            self.locales.update(block.column("locale") or ())

    def effect(self, *, whole: bool) -> Effect:
        live = self.live.offers if self.live else {}
        kept = self.named | self.doubtful
        gone = [key for key in live if key not in kept] if whole else [key for key in live if key in self.deletes]
        doubtful = len(self.doubtful - self.named) if whole else 0
        counts = self.counts
        return Effect(
            live=len(live) if self.live else None,
            new=counts["new"],
            changed=counts["changed"],
            same=counts["same"],
            removed=len(gone) if self.live else 0,
            doubtful=doubtful,
            removed_names=tuple(key.replace("|", ", ") for key in gone[:MOST_NAMED]),
            deletes=counts[DELETE],
            jumps=counts["jumps"],
            jump_names=tuple(self.jumped),
            steepest=self.steepest,
            emptied=counts["emptied"],
            sent=counts[SENT],
            cancelled=counts[CANCELLED],
            products=counts[PRODUCT],
            locales=tuple(sorted(self.locales)),
        )

    def _offers(self, block: Block, keys: Sequence[str], bad: Collection[int]) -> None:
        live = self.live
        if live is None or not live.offers:
            self.counts["new"] += len(keys) - len(bad) if live is not None else 0
            self.counts["rows"] += len(keys) - len(bad)
            return
        known = live.offers.keys() & set(keys)
        if not live.other_names.keys().isdisjoint(keys):
            known |= live.other_names.keys() & set(keys)
        if not known:
            self.counts["new"] += len(keys) - len(bad)
            return
        for place, key in enumerate(keys):
            if key not in known:
                self.counts["new"] += place not in bad
                continue
            own = key if key in live.offers else live.other_names[key]
            if place in bad:
                self.doubtful.add(own)
            else:
                self._compare(block, place, own, live.offers[own])
                self.named.add(own)

    def _compare(self, block: Block, place: int, key: str, was: tuple[int, int]) -> None:
        """Of an offer that stands in the file twice the last line counts, so what is dangerous in any is told."""
        price, amount, lowest = _price(block, place), _amount(block, place), _lowest(block, place)
        first = key not in self.named
        if price is None or (price, amount) == was:
            self.counts["same"] += first
        else:
            self.counts["changed"] += first
            self.counts["emptied"] += was[1] > 0 and amount == 0
            self._jumps(key, percent_change(was[0], price))
        if lowest and self.live:
            # The marketplace may sell for it from then on.
            self._jumps(key, min(0, percent_change(self.live.lowest.get(key, was[0]), lowest)), "minimum price ")

    def _jumps(self, key: str, percent: int, what: str = "") -> None:
        if abs(percent) > abs(self.steepest):
            self.steepest = percent
        if abs(percent) > self.jump:
            self.counts["jumps"] += 1
            if len(self.jumped) < MOST_NAMED:
                self.jumped.append(f"{key.replace('|', ', ')}: {what}{percent:+d} %")

    def _deletions(self, block: Block, keys: Sequence[str], bad: Collection[int]) -> None:
        self.counts[DELETE] += len(keys) - len(bad)
        if self.live is None:
            return
        without_number = [place for place, number in enumerate(block.column("id_offer") or ()) if not number]
        for place, key in enumerate(keys):
            if place not in bad:
                self.deletes.add(self.live.other_names.get(key, key))
        for place in without_number:
            # Without a number every offer of the product goes, whatever its condition.
            ean = (block.column("ean") or ())[place]
            self.deletes |= {key for name, key in self.live.other_names.items() if name.partition("|")[0] == ean}


def percent_change(was: int, will_be: int) -> int:
    """By how many percent `was` changes, away from zero: 100 to 149.5 is 50. From nothing it is 1000."""
    if was <= 0:
        return 0 if will_be == was else 1000
    change, size = will_be - was, was
    percent = -(-abs(change) * 100 // size)
    return percent if change > 0 else -percent


def _price(block: Block, place: int) -> int | None:
    cents = block.column("price")
    if cents is not None and cents[place].isdigit():
        return int(cents[place])
    commas = block.column("price_cs")
    return minor_of(commas[place]) if commas is not None else None


def _lowest(block: Block, place: int) -> int | None:
    cents = block.column("minimum_price")
    if cents is not None and cents[place].isdigit():
        return int(cents[place])
    commas = block.column("minimum_price_cs")
    return minor_of(commas[place]) if commas is not None and commas[place] else None


def _amount(block: Block, place: int) -> int:
    """One piece is what the marketplace takes where none is given."""
    counts = block.column("count")
    return int(counts[place]) if counts is not None and counts[place].isdigit() else 1
