"""What a table would change: its rows beside the offers as they are, what is wrong with them, batch by batch. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.domain.bulk import OFFER, UNIT, WRITTEN, BulkRow, BulkSheet
from bot.domain.currency import currency_of
from bot.domain.feedplan import Problem
from bot.domain.inventory import Unit, UnitChange
from bot.domain.offers import SHARED, Step, Values, complaints, steepest, step, steps, values_of, wanted_of

# What the marketplace takes in one call.
MOST_AT_ONCE = 150
MOST_SHOWN = 10
MOST_KEPT = 1000


@dataclass(frozen=True)
class Planned:
    """One offer that will be changed: only what changes, as it was seen and as it will be. `line` is the table's.

    `price` is what it costs, where it gets a minimum price.
    """

    line: int
    unit: int
    storefront: str
    offer: str
    was: Values
    will: Mapping[str, int | str]
    price: int | None = None

    @property
    def change(self) -> UnitChange:
        return UnitChange(**self.will)  # type: ignore[arg-type]

    @property
    def steps(self) -> tuple[Step, ...]:
        was = {"listing_price": self.price, **self.was}
        return tuple(step(name, was, value, currency_of(self.storefront)) for name, value in self.will.items())

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def read_planned(facts: Mapping[str, Any]) -> Planned:
    """What `Planned.facts` gave."""
    return Planned(**facts)


@dataclass(frozen=True)
class BulkPlan:
    """What the check found. `units` offers change, `same` are as wanted already; `trouble` says why nothing is planned.

    `fields` counts the offers by what changes about them, `percent` is the steepest change of a price (without sign),
    that of `steepest`. `kept` values had nothing before, so that no table brings that back.
    """

    units: int = 0
    same: int = 0
    fields: Mapping[str, int] = field(default_factory=dict)
    storefronts: Mapping[str, int] = field(default_factory=dict)
    percent: int = 0
    steepest: Planned | None = None
    shown: tuple[Planned, ...] = ()
    kept: int = 0
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    wrong: int = 0
    trouble: str | None = None

    @property
    def sendable(self) -> bool:
        return not self.trouble and not self.wrong and self.units > 0

    def facts(self) -> dict[str, Any]:
        return asdict(self)


def read_bulk_plan(facts: Mapping[str, Any]) -> BulkPlan:
    """What `BulkPlan.facts` gave."""
    steep = facts["steepest"]
    return BulkPlan(
        **{
            **facts,
            "steepest": read_planned(steep) if steep else None,
            "shown": tuple(read_planned(each) for each in facts["shown"]),
            "notes": tuple(facts["notes"]),
            "problems": tuple(Problem(**each) for each in facts["problems"]),
        }
    )


@dataclass(frozen=True)
class Places:
    """What an offer may be given: names by number, the shipping groups storefront by storefront."""

    shipping_groups: Mapping[str, Mapping[int, str]]
    warehouses: Mapping[int, str]


def plan(
    sheet: BulkSheet, default: str, units: Mapping[str, Sequence[Unit]], places: Places, notes: Sequence[str] = ()
) -> tuple[BulkPlan, tuple[Planned, ...]]:
    """What `sheet` would do to `units` (by storefront), and every offer it would change.

    Rows that name no storefront mean `default`. With a single problem nothing is planned: a table is sent as a whole
    or not at all.
    """
    if sheet.trouble:
        return BulkPlan(trouble=sheet.trouble, notes=tuple(notes)), ()
    problems = list(sheet.problems)
    matched = list(_matched(sheet.rows, default, units, problems))
    for row, unit in matched:
        problems += _wrong(row, unit, places)
    problems += _at_odds(matched)
    problems.sort(key=lambda problem: problem.line)
    if problems:
        kept = tuple(replace(problem, value=problem.value[:200]) for problem in problems[:MOST_KEPT])
        return BulkPlan(problems=kept, wrong=len(problems), notes=tuple(notes)), ()
    rows = tuple(_planned(row, unit, taken) for row, unit in matched if (taken := steps(unit, row.change)))
    return _summed(rows, len(matched) - len(rows), notes), rows


def _planned(row: BulkRow, unit: Unit, taken: Sequence[Step]) -> Planned:
    was, will = {each.field: each.was for each in taken}, {each.field: each.will_be for each in taken}
    price = unit.listing_price.minor if "minimum_price" in will else None
    return Planned(row.line, unit.id, unit.storefront, unit.offer_id or "", was, will, price)


def _summed(rows: Sequence[Planned], same: int, notes: Sequence[str]) -> BulkPlan:
    steep = max(rows, key=lambda row: steepest(row.steps), default=None)
    return BulkPlan(
        units=len(rows),
        same=same,
        fields=dict(Counter(name for row in rows for name in row.will)),
        storefronts=dict(Counter(row.storefront for row in rows)),
        percent=steepest(steep.steps) if steep else 0,
        steepest=steep if steep and steepest(steep.steps) else None,
        shown=tuple(rows[:MOST_SHOWN]),
        kept=sum(value in (None, "") for row in rows for value in row.was.values()),
        notes=tuple(notes),
    )


def _matched(
    rows: Sequence[BulkRow], default: str, units: Mapping[str, Sequence[Unit]], problems: list[Problem]
) -> Iterator[tuple[BulkRow, Unit]]:
    """Each row with its offer; rows that mean none, several, or one another row means already, are problems."""
    by_name: dict[tuple[str, str, str], list[Unit]] = {}
    for storefront, each in units.items():
        for unit in each:
            by_name.setdefault((storefront, UNIT, str(unit.id)), []).append(unit)
            by_name.setdefault((storefront, OFFER, unit.offer_id or ""), []).append(unit)
    lines: dict[int, int] = {}
    for row in rows:
        storefront = row.storefront or default
        ref = str(int(row.ref)) if row.by == UNIT else row.ref
        found = {unit.id: unit for unit in by_name.get((storefront, row.by, ref), ())}
        said = ""
        if storefront not in units:
            said = f"stands for {storefront}, where this account does not sell"
        elif len(found) != 1:
            said = "names several offers: use id_unit" if found else "is no offer of ours there"
        elif (earlier := lines.setdefault(next(iter(found)), row.line)) != row.line:
            said = f"is the offer of line {earlier}"
        if said:
            problems.append(Problem(row.line, "id_unit" if row.by == UNIT else "id_offer", row.ref, said))
        else:
            yield row, next(iter(found.values()))


def _wrong(row: BulkRow, unit: Unit, places: Places) -> Iterator[Problem]:
    """What the offer cannot be given."""
    if unit.fulfilled_by_kaufland:
        yield Problem(row.line, "", row.ref, "is fulfilled by Kaufland and cannot be changed")
        return
    currency = unit.listing_price.currency
    if row.currency not in (None, currency):
        yield Problem(row.line, "currency", str(row.currency), f"is not what the offer is sold in ({currency})")
    for name, sentence in complaints(row.change, unit.storefront, unit):
        yield Problem(row.line, WRITTEN[name], "", sentence)
    groups = places.shipping_groups.get(unit.storefront, {})
    for name, known in (("shipping_group_id", groups), ("warehouse_id", places.warehouses)):
        wanted = getattr(row.change, name)
        if wanted is not None and wanted not in known:
            listed = ", ".join(f"{id} ({title[:30]})" for id, title in list(known.items())[:4])
            yield Problem(row.line, WRITTEN[name], str(wanted), f"is none of ours: {listed or 'there are none'}")


def _at_odds(matched: Iterable[tuple[BulkRow, Unit]]) -> Iterator[Problem]:
    """Storefronts share pieces and warehouse of an offer with one number of ours, so two rows must not differ there."""
    first: dict[tuple[str, str], tuple[int, object]] = {}
    for row, unit in matched:
        for name, value in wanted_of(row.change).items():
            if name not in SHARED or not unit.offer_id:
                continue
            line, earlier = first.setdefault((unit.offer_id, name), (row.line, value))
            if earlier != value:
                said = f"differs from line {line}, and storefronts share it ({unit.offer_id[:40]})"
                yield Problem(row.line, WRITTEN[name], str(value), said)


def batches(rows: Iterable[Planned]) -> tuple[tuple[Planned, ...], ...]:
    """The rows as they are sent: storefront by storefront, at most `MOST_AT_ONCE` in each call."""
    by_storefront: dict[str, list[Planned]] = {}
    for row in rows:
        by_storefront.setdefault(row.storefront, []).append(row)
    return tuple(
        tuple(each[start : start + MOST_AT_ONCE])
        for each in by_storefront.values()
        for start in range(0, len(each), MOST_AT_ONCE)
    )


def moved_away(row: Planned, unit: Unit) -> tuple[str, ...]:
    """What of `row` is neither as it was seen nor as it is wanted: somebody else changed it."""
    now = values_of(unit)
    return tuple(name for name, value in row.will.items() if now.get(name) not in (row.was.get(name), value))
