"""One call of each kind the notebook answers, for tests that must hold for all of them; and the notes tests write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.store import actions, challenges, entries, heard, highwater, notes, pushes, sql, subjects
from bot.store.actions import NewAction
from bot.store.pushes import NewPush
from bot.store.transaction import Database, shielded

KEY = "ticket:main:1"
ADD = "INSERT INTO notes (name, value, at) VALUES (?, ?, ?)"


def an_action(id: str) -> NewAction:
    return NewAction(id, f"key-{id}", "ticket.close", KEY, "main", "U1", "T1", {}, None)


CALLS: dict[str, Callable[[int, datetime], Awaitable[Any]]] = {
    "subjects.find": lambda n, now: subjects.find(KEY),
    "subjects.find_many": lambda n, now: subjects.find_many([KEY]),
    "subjects.due": lambda n, now: subjects.due(now, 5),
    "subjects.counts": lambda n, now: subjects.counts(now),
    "subjects.mark": lambda n, now: subjects.mark([f"ticket:main:{n}", KEY], now),
    "subjects.posted": lambda n, now: subjects.posted(KEY, "C1", "17.1", "digest"),
    "subjects.wake_resting": lambda n, now: subjects.wake_resting(None, now),
    "entries.known": lambda n, now: entries.known(KEY),
    "entries.posting": lambda n, now: entries.posting(KEY, f"message:{n}", now, "marker", now),
    "pushes.accept": lambda n, now: pushes.accept([NewPush("main", f"c{n}", "e", KEY)], now),
    "pushes.forget_before": lambda n, now: pushes.forget_before(now),
    "heard.first_time": lambda n, now: heard.first_time(f"event:{n}", now),
    "highwater.raise_to": lambda n, now: highwater.raise_to("tickets:main", now),
    "notes.put": lambda n, now: notes.put("note", {"n": n}, now),
    "challenges.expect": lambda n, now: challenges.expect("main", now),
    "actions.take": lambda n, now: actions.take(an_action(f"a{n}"), f"press:{n}", now),
    "actions.claim": lambda n, now: actions.claim(f"a{n}", now),
    "actions.unfinished": lambda n, now: actions.unfinished(),
}


async def names() -> list[str]:
    return sorted(name for (name,) in await shielded(lambda: sql.fetch("SELECT name FROM notes")))


async def put(database: Database, name: str, now: datetime) -> None:
    await sql.change(ADD, name, {}, now, database=database)
