"""`python -m bot.feedchild`: checks one file in a process of its own, within limits the operating system holds.

Reads a question as JSON from standard input, writes the plan as JSON to standard output and every problem as a line
of a CSV for people. It knows no secrets and talks to nobody.
"""

from __future__ import annotations

import csv
import gc
import json
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from bot.domain.feedcheck import Checker, Question
from bot.domain.feedeffect import Live
from bot.domain.feedplan import Plan, Problem
from bot.domain.feedrows import Unreadable
from bot.domain.feedvalues import defused
from bot.feedfile import NotUtf8, open_text, reopen_text

MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 300
MOST_TOLD = 100_000
COLUMNS = ("line", "column", "value", "problem", "severity")


def main() -> int:
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    # Nothing here forms cycles, and looking for them costs as much as the check.
    gc.disable()
    plan = check_file(Path(asked["path"]), read_question(asked), Path(asked["errors"]))
    json.dump(plan.facts(), sys.stdout)
    return 0


def read_question(asked: Mapping[str, Any]) -> Question:
    sets = {name: _set(asked.get(name)) for name in ("carriers", "shipping_groups", "warehouses")}
    return Question(
        kind=asked["kind"],
        storefront=asked.get("storefront"),
        live=read_live(Path(asked["live"])) if asked.get("live") else None,
        jump=int(asked.get("jump", 20)),
        **sets,
    )


def read_live(path: Path) -> Live:
    """Lines of JSON: key, EAN and condition, price, amount, minimum price."""
    offers: dict[str, tuple[int, int]] = {}
    names: dict[str, str] = {}
    lowest: dict[str, int] = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            key, others, price, amount, minimum = json.loads(line)
            offers[key] = (price, amount)
            names |= dict.fromkeys(others, key)
            if minimum is not None:
                lowest[key] = minimum
    return Live(offers, names, lowest)


def check_file(path: Path, question: Question, errors: Path) -> Plan:
    """Check the file; the problems go to `errors`, an empty file when there are none."""
    try:
        opened = open_text(path, question.storefront)
    except Unreadable as reason:
        errors.touch()
        return Plan(question.kind, question.storefront, fatal=(str(reason),))
    try:
        with errors.open("w", encoding="utf-8-sig", newline="") as file:
            checker = Checker(question, ProblemSheet(file).tell, notes=list(opened.notes))
            return checker.check(opened.pieces, encoding=opened.encoding)
    except NotUtf8:
        opened = reopen_text(path, question.storefront)
        with errors.open("w", encoding="utf-8-sig", newline="") as file:
            checker = Checker(question, ProblemSheet(file).tell)
            return checker.check(opened.pieces, encoding=opened.encoding, fatal=opened.fatal)


class ProblemSheet:
    """Problems as a file for people, at most a hundred thousand of them; nothing in it is executed by a spreadsheet."""

    def __init__(self, file: IO[str]) -> None:
        self._writer = csv.writer(file, delimiter=";")
        self._told = 0

    def tell(self, problem: Problem) -> None:
        self._told += 1
        if self._told == 1:
            self._writer.writerow(COLUMNS)
        if self._told <= MOST_TOLD:
            value = defused(problem.value[:200])
            self._writer.writerow(
                (problem.line, defused(problem.column), value, defused(problem.what), problem.severity)
            )
        elif self._told == MOST_TOLD + 1:
            self._writer.writerow(("", "", "", f"More than {MOST_TOLD} problems; the others are left out.", ""))


def _set(listed: list[str] | None) -> frozenset[str] | None:
    return None if listed is None else frozenset(listed)


if __name__ == "__main__":
    sys.exit(main())
