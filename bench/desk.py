"""What an agent waits for: the route of a ticket, its templates in order, and a Home of thousands of open tickets."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bench import full
from bench.house import ROOT
from bot.domain.routing import Rule, route, ticket_facts
from bot.features import home
from bot.replies import ReplyTemplates
from bot.replysamples import NOW, sample_ticket
from bot.rules import RuleFile
from bot.store import homes
from bot.store.database import migrate, open_notebook

RULES = 200
OPEN = 5000
TURNS = 200


@dataclass(frozen=True)
class Figure:
    """Seconds of ours and of the floor, medians of many turns."""

    ours: float
    floor: float


def ranking() -> Figure:
    """200 rules that do not match, the last that does, and the shipped templates in order for one ticket.

    The floor looks for 200 patterns in the ticket as JSON.
    """
    shipped = RuleFile(ROOT / "rules" / "routing.yaml").book.rules
    picky = [rule for rule in shipped if rule.name != shipped[-1].name]
    rules: list[Rule] = [replace(picky[number % len(picky)], name=f"rule {number}") for number in range(RULES - 1)]
    rules.append(shipped[-1])
    templates = ReplyTemplates(ROOT / "templates")
    facts = ticket_facts(sample_ticket("de"), "main", NOW)
    ticket = json.dumps(sample_ticket("de"), default=str)
    patterns = [re.compile(f"rule {number}|nothing of this sort") for number in range(RULES)]

    def ours() -> object:
        return route(rules, facts), templates.for_ticket(facts)

    return Figure(_median(ours), _median(lambda: [pattern.search(ticket) for pattern in patterns]))


def home_page() -> Figure:
    """One Home of `OPEN` open tickets. The floor asks SQLite alone for the first page."""
    with tempfile.TemporaryDirectory(prefix="kontor-bench-") as folder:
        return asyncio.run(_home_page(Path(folder)))


async def _home_page(folder: Path) -> Figure:
    url = f"sqlite://{folder}/kontor.db"
    await migrate(url, folder)
    full.fill(folder / "kontor.db", OPEN)
    notebook = await open_notebook(url, folder)
    try:
        row = homes.HomeRow("U0AGENT001", "T0BENCH0001", NOW)
        desk: Any = SimpleNamespace(now=lambda: NOW, refusal=_nobody_refuses, link=lambda *_: None, command_prefix="")
        waits = []
        for _ in range(20):
            started = time.perf_counter()
            await home.draw(desk, row)
            waits.append(time.perf_counter() - started)
    finally:
        await notebook.close()
    with closing(sqlite3.connect(folder / "kontor.db")) as database:
        asked = "SELECT * FROM subjects WHERE closed = 0 ORDER BY due_at LIMIT 20"
        floor = _median(lambda: database.execute(asked).fetchall())
    return Figure(statistics.median(waits), floor)


async def _nobody_refuses(*_: object) -> None:
    return None


def _median(work: Callable[[], object]) -> float:
    waits = []
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        waits.append(time.perf_counter() - started)
    return statistics.median(waits)
