"""What a check of a feed found: what it would do, what is wrong with it, and how that travels as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

ERROR, WARNING = "error", "warning"
MOST_EXAMPLES = 3
MOST_NAMED = 20


@dataclass(frozen=True)
class Problem:
    """Something wrong in one line. `line` counts from 1, as an editor shows it; `what` goes on after the value."""

    line: int
    column: str
    value: str
    what: str
    severity: str = ERROR


@dataclass(frozen=True)
class Fold:
    """All problems of one sort: how many, where the first and the last stand, and a few of them."""

    column: str
    what: str
    severity: str
    count: int
    first: int
    last: int
    examples: tuple[tuple[int, str], ...] = ()


@dataclass
class Folds:
    """Equal problems under one heading, in the order their first ones came."""

    found: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)

    def add(self, problem: Problem) -> None:
        key = (problem.column, problem.what, problem.severity)
        kept = self.found.get(key)
        if kept is None:
            kept = self.found[key] = [0, problem.line, problem.line, []]
        kept[0] += 1
        kept[2] = problem.line
        if len(kept[3]) < MOST_EXAMPLES:
            kept[3].append((problem.line, problem.value[:60]))

    def all(self, most: int = 60) -> tuple[Fold, ...]:
        """Errors first, the frequent ones before the rare ones."""
        ordered = sorted(self.found.items(), key=lambda item: (item[0][2] != ERROR, -item[1][0]))
        return tuple(
            Fold(column, what, severity, count, first, last, tuple(examples))
            for (column, what, severity), (count, first, last, examples) in ordered[:most]
        )


@dataclass(frozen=True)
class Effect:
    """What the marketplace would do with the file. Compared with `live` offers where the inventory was asked.

    `removed` offers would go, `doubtful` ones are named only in lines with errors. `jumps` are prices that change by
    more than the percentage the check was given; `steepest` is the largest change, in percent. `emptied` offers had
    pieces and would have none.
    """

    live: int | None = None
    new: int = 0
    changed: int = 0
    same: int = 0
    removed: int = 0
    doubtful: int = 0
    removed_names: tuple[str, ...] = ()
    deletes: int = 0
    jumps: int = 0
    jump_names: tuple[str, ...] = ()
    steepest: int = 0
    emptied: int = 0
    sent: int = 0
    cancelled: int = 0
    products: int = 0
    locales: tuple[str, ...] = ()

    @property
    def gone(self) -> int:
        """How many offers would not be there afterwards, at the worst."""
        return self.removed + self.doubtful

    @property
    def dangerous(self) -> int:
        """How many offers would be gone, sold out or at a price far from today's."""
        return self.gone + self.jumps + self.emptied

    @property
    def weight(self) -> int:
        """How many things it endangers at once: what the roles' limits are asked about."""
        return max(self.dangerous + self.deletes, self.sent + self.cancelled)


@dataclass(frozen=True)
class Plan:
    """The outcome of a check. `fatal` are reasons why nothing can be published, whole sentences.

    `bad_rows` are lines with at least one error, which the marketplace would refuse; the others it would take.
    """

    kind: str
    storefront: str | None
    rows: int = 0
    bad_rows: int = 0
    columns: tuple[str, ...] = ()
    encoding: str = "UTF-8"
    folds: tuple[Fold, ...] = ()
    effect: Effect = field(default_factory=Effect)
    fatal: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def publishable(self) -> bool:
        return not self.fatal and self.rows > self.bad_rows

    @property
    def errors(self) -> tuple[Fold, ...]:
        return tuple(fold for fold in self.folds if fold.severity == ERROR)

    @property
    def warnings(self) -> tuple[Fold, ...]:
        return tuple(fold for fold in self.folds if fold.severity == WARNING)

    @property
    def problems(self) -> int:
        return sum(fold.count for fold in self.folds)

    def facts(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)


def read_plan(facts: Mapping[str, Any]) -> Plan:
    """The plan `Plan.facts` told."""
    folds = tuple(
        Fold(**{**fold, "examples": tuple((line, value) for line, value in fold["examples"])})
        for fold in facts["folds"]
    )
    effect = Effect(**dict(_tuples(facts["effect"])))
    return Plan(**{**dict(_tuples(facts)), "folds": folds, "effect": effect})


def _tuples(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """JSON has lists only."""
    for name, value in facts.items():
        yield name, tuple(value) if isinstance(value, list) else value
