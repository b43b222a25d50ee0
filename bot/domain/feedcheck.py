"""Checks a feed in one pass over its lines, with memory for what is seen twice and nothing else. Pure.

Rows come a thousand at a time as columns, because a column can be asked in one go. Only where a column says no are its
values asked one by one. That makes the check hardly slower than reading the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bot.domain import feedshapes
from bot.domain.feedeffect import Effects, Live
from bot.domain.feedkinds import DELIMITER, KINDS, FeedKind, heading, recognised
from bot.domain.feedplan import ERROR, WARNING, Folds, Plan, Problem
from bot.domain.feedrows import Rows, Unreadable, rows_of
from bot.domain.feedshapes import Block, Shape
from bot.domain.nearest import did_you_mean, suggested

MOST_ROWS = 1_500_000
MOST_COLUMNS = 1000
# Patterns do not count the letters of long texts, so no piece may be as long as such a text.
LONGEST_LOOK = 60_000
MOST_VAIN = 100
OTHER_DELIMITERS = {",": "commas", "\t": "tabs", "|": "bars"}

Tell = Callable[[Problem], None]


@dataclass(frozen=True)
class Question:
    """What to check a file as. `live` is the storefront's inventory as it is now, None when nobody asked.

    The sets hold what exists at the marketplace, None for unknown. `jump` is the percentage beyond which a price's
    change is told.
    """

    kind: str
    storefront: str | None = None
    live: Live | None = None
    carriers: frozenset[str] | None = None
    shipping_groups: frozenset[str] | None = None
    warehouses: frozenset[str] | None = None
    jump: int = 20


@dataclass
class Checker:
    """One check. `tell` gets every problem as it is found, in the order of the lines within a block."""

    question: Question
    tell: Tell
    folds: Folds = field(default_factory=Folds)
    rows: int = 0
    bad_rows: int = 0
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    effects: Effects = field(init=False)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _vain: int = 0

    def __post_init__(self) -> None:
        self.effects = Effects(self.question.live, self.question.jump)

    @property
    def kind(self) -> FeedKind:
        return KINDS[self.question.kind]

    def check(self, pieces: Iterable[str], *, encoding: str = "UTF-8", fatal: Sequence[str] = ()) -> Plan:
        """Reads `pieces` of the file, each of whole lines, to the end or as far as they can be read.

        `fatal` is what was found wrong with the file before.
        """
        reasons = list(fatal)
        try:
            self._read(iter(pieces))
        except Unreadable as reason:
            reasons.append(str(reason))
        return Plan(
            kind=self.question.kind,
            storefront=self.question.storefront,
            rows=self.rows,
            bad_rows=self.bad_rows,
            columns=self.columns[:60],
            encoding=encoding,
            folds=self.folds.all(),
            effect=self.effects.effect(whole=self.kind.whole),
            fatal=tuple(reasons),
            notes=tuple(self.notes),
        )

    def _read(self, pieces: Iterator[str]) -> None:
        first = ""
        for piece in pieces:
            first += piece
            if first.strip() or len(first) > LONGEST_LOOK:
                break
        if not first.strip():
            raise Unreadable("The file is empty.")
        _well_delimited(first.lstrip().partition("\n")[0])
        begun = False
        for rows in rows_of(chain([first], pieces), self._width_if_fine):
            if not begun:
                rows = self._begun(rows)
                begun = True
            if rows.at:
                self._take(rows)
            if self.rows > MOST_ROWS:
                raise Unreadable(f"The file has more than {MOST_ROWS:,} rows. Split it and check the parts.")
        if not self.rows:
            raise Unreadable("There is no row below the header." if self.kind.has_header else "The file has no rows.")

    def _begun(self, rows: Rows) -> Rows:
        """What follows the header, where the kind has one; otherwise all, once it is known to be of the kind."""
        listed = rows.as_rows()
        place = next((place for place, row in enumerate(listed) if any(map(str.strip, row))), 0)
        if not self.kind.has_header:
            self._is_this_kind(listed[place])
            return rows
        self._take_header(listed[place])
        return rows.after(place + 1)

    def _take_header(self, row: Sequence[str]) -> None:
        self._is_this_kind(row)
        self.columns = heading(row)
        if len(self.columns) > MOST_COLUMNS:
            raise Unreadable(f"The header has {len(self.columns)} columns. That is no feed.")
        missing = [name for name in self.kind.required if name not in self.columns]
        if self.kind.columns and "price" not in self.columns and "price_cs" not in self.columns:
            missing.append("price")
        if missing:
            raise Unreadable("; ".join(_missing(name, self.columns) for name in missing))
        self._shapes[""] = feedshapes.headed(self.question, self.columns)
        self._unknown_columns()

    def _is_this_kind(self, row: Sequence[str]) -> None:
        found = recognised([row])
        if found and found.name != self.kind.name:
            raise Unreadable(f"This looks like {found.spoken}, not like {self.kind.spoken}. Choose the other kind.")
        if self.kind.commands and found is None:
            near = suggested(row[0].strip().upper(), self.kind.commands)
            hint = f"did you mean {near}?" if near else f"it must be one of {', '.join(self.kind.commands)}"
            raise Unreadable(f"The first field is '{row[0][:40]}', which is no command: {hint}.")

    def _unknown_columns(self) -> None:
        repeated = {name for name in self.columns if self.columns.count(name) > 1}
        if self.kind.columns:
            for name in self.columns:
                if name not in self.kind.columns:
                    hint = did_you_mean(name, [known for known in self.kind.columns if known not in self.columns])
                    self._found(Problem(1, name[:60], "", f"is a column the marketplace does not know{hint}", WARNING))
            for name in sorted(repeated):
                raise Unreadable(f"The column {name[:60]} stands in the header twice.")
        elif single := sorted(repeated.intersection(("ean", "locale", "title", "description", "category"))):
            raise Unreadable(f"The column {single[0]} stands in the header twice.")

    # Rows

    def _take(self, rows: Rows) -> None:
        if not self.kind.commands:
            self._take_shaped(self._shapes[""], rows)
            return
        if rows.columns and len(set(rows.columns[0])) == 1 and rows.columns[0][0] in self.kind.commands:
            self._take_shaped(self._commanded(rows.columns[0][0]), rows)
            return
        groups: dict[str, tuple[list[list[str]], list[int]]] = {}
        for row, line in zip(rows.as_rows(), rows.at, strict=True):
            kept, lines = groups.setdefault(row[0].strip() if row else "", ([], []))
            kept.append(row)
            lines.append(line)
        for command, (kept, lines) in groups.items():
            if command in self.kind.commands:
                self._take_shaped(self._commanded(command), Rows(lines, ragged=tuple(kept)))
            else:
                self._unknown_command(command, kept, lines)

    def _width_if_fine(self, text: str) -> int:
        """How wide the rows of `text` are when a single look tells that all are as they should be; -1 when not all are.

        Where hardly any look helps, as in a file whose every row has a slip, nobody looks any more: 0.
        """
        command = text.partition(DELIMITER)[0] if self.kind.commands else ""
        if len(text) > LONGEST_LOOK or (command and command not in self.kind.commands) or self._vain > MOST_VAIN:
            return 0
        shape = self._commanded(command) if command else self._shapes.get("")
        if shape is None or shape.fine is None:
            return 0
        if shape.surely_fine(text.encode()):
            self._vain = max(0, self._vain - 2)
            return shape.width
        self._vain += 1
        return -1

    def _commanded(self, command: str) -> Shape:
        if command not in self._shapes:
            self._shapes[command] = feedshapes.commanded(self.question, command)
        return self._shapes[command]

    def _unknown_command(self, command: str, rows: list[list[str]], at: Sequence[int]) -> None:
        hint = did_you_mean(command.upper(), self.kind.commands)
        for row, line in zip(rows, at, strict=True):
            if any(map(str.strip, row)):
                self.rows += 1
                self.bad_rows += 1
                self._found(Problem(line, "command", command, f"is no command{hint}"))

    def _take_shaped(self, shape: Shape, rows: Rows) -> None:
        columns, at = rows.columns, rows.at
        if not rows.fine and (len(columns) != shape.width or "" in columns[0]):
            straight, at = self._straightened(shape, rows)
            if not straight:
                return
            columns = tuple(zip(*straight, strict=True))
        self.rows += len(columns[0])
        block = Block(shape.places, columns)
        bad: set[int] = set()
        for problem, place in shape.problems(block, at, fine=rows.fine):
            self._found(problem)
            if problem.severity == ERROR:
                bad.add(place)
        keys = shape.keys(block)
        for place in self.effects.repeated(keys, shape.purpose):
            severity = ERROR if shape.once else WARNING
            what = "stands in the file twice" + ("" if shape.once else ", the last one counts")
            self._found(Problem(at[place], shape.key_column, keys[place].replace("|", ", "), what, severity))
            if shape.once:
                bad.add(place)
        self.bad_rows += len(bad)
        self.effects.count(shape.purpose, block, keys, bad)

    def _straightened(self, shape: Shape, rows: Rows) -> tuple[list[list[str]], Sequence[int]]:
        """Rows of the shape's width: blank ones are passed over, those of another width are told."""
        kept, lines = [], []
        for row, line in zip(rows.as_rows(), rows.at, strict=True):
            if not any(map(str.strip, row)):
                continue
            if shape.least <= len(row) <= shape.width:
                kept.append(row + [""] * (shape.width - len(row)))
                lines.append(line)
                continue
            self.rows += 1
            self.bad_rows += 1
            wanted = str(shape.width) if shape.least == shape.width else f"{shape.least} to {shape.width}"
            self._found(
                Problem(line, "line", row[0], f"stands in a line of the wrong length: it needs {wanted} fields")
            )
        return kept, lines

    def _found(self, problem: Problem) -> None:
        self.folds.add(problem)
        self.tell(problem)


def _well_delimited(first: str) -> None:
    if first.strip().lower().startswith("sep="):
        raise Unreadable("The first line is an order to Excel (sep=…), not the header. Delete that line.")
    if DELIMITER in first:
        return
    for sign, name in OTHER_DELIMITERS.items():
        if sign in first:
            raise Unreadable(
                f"The columns are separated by {name}, and the marketplace wants semicolons. "
                "Save the file as CSV with semicolons."
            )
    raise Unreadable("There is only one column. The marketplace wants several, separated by semicolons.")


def _missing(name: str, columns: Sequence[str]) -> str:
    near = suggested(name, columns)
    return f"The column {name} is missing" + (f"; is it the one called {near}?" if near else ".")
