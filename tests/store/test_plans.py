"""One look costs the same among a million subjects: every statement of the hot path goes through an index."""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.store import actions, bulks, entries, handling, pushes, sql, steps, subjects, writes
from bot.store.database import Notebook
from bot.store.pushes import NewPush
from bot.store.sqlite import NotebookSqlite
from bot.store.transaction import shielded

KEY = "ticket:main:500"
HOT = ("actions", "claims", "drafts", "entries", "pushes", "remarks", "steps", "subjects")


async def look(now: datetime) -> None:
    """Everything one push, its look and a sweep ask of the notebook."""
    await pushes.accept([NewPush("main", f"m{time.perf_counter_ns()}", "e", KEY)], now)
    await subjects.due(now, 200)
    row = await subjects.find(KEY)
    assert row is not None
    await entries.known(KEY)
    await steps.of(KEY)
    await actions.for_subject(KEY)
    await handling.of(KEY, now)
    await subjects.posting(KEY, "marker", "C1", now)
    await subjects.seen(
        KEY,
        row.marks,
        look_at=now + timedelta(days=2),
        storefront="de",
        state="opened",
        version="v",
        closed=False,
        due_at=None,
        seen_at=now,
        facts={},
        place=("C1", "17.1", "digest"),
    )
    await subjects.failed(KEY, row.marks, tries=1, look_at=now + timedelta(days=2), rest_reason=None)
    await subjects.told(KEY, row.marks, now + timedelta(days=1))
    await subjects.counts(now - timedelta(days=9))
    await subjects.oldest_due()
    await subjects.resting()
    await actions.due(now, 50)


async def fill(count: int, now: datetime) -> None:
    """`count` subjects, nine of ten closed, the others not due for days."""
    sqlite = sql.notebook().capabilities.dialect == "sqlite"
    waiting = f"{'' if sqlite else 'TIMESTAMPTZ '}'{(now + timedelta(days=3)).isoformat(sep=' ')}'"
    for first in range(1, count + 1, 100_000):
        last = min(first + 99_999, count)
        numbers = (
            f"WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"
            if sqlite
            else f"WITH numbers AS (SELECT generate_series({first}, {last}) AS n)"
        )
        text = (
            f"INSERT INTO subjects (key, kind, account, ref, closed, look_at, facts) {numbers} "
            "SELECT 'ticket:main:' || n, 'ticket', 'main', CAST(n AS VARCHAR), n % 10 <> 0, "
            f"CASE WHEN n % 10 = 0 THEN {waiting} END, '{{}}' FROM numbers"
        )
        await shielded(lambda text=text: sql.notebook().execute_script(text))  # type: ignore[misc]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[object]]]:
    """What is sent to the database, with the values of its first row."""
    sent: list[tuple[str, list[object]]] = []
    client = type(sql.notebook())
    query, dicts = client.execute_query, client.execute_query_dict

    async def execute_query(self: object, text: str, values: list[object] | None = None) -> object:
        sent.append((text, list(values or [])))
        return await query(self, text, values)

    async def execute_query_dict(self: object, text: str, values: list[object] | None = None) -> object:
        sent.append((text, list(values or [])))
        return await dicts(self, text, values)

    def glance(self: NotebookSqlite, text: str, values: list[object]) -> list[Any] | None:
        sent.append((text, list(values)))
        return glances(self, text, values)

    glances = NotebookSqlite.glance
    monkeypatch.setattr(NotebookSqlite, "glance", glance)
    monkeypatch.setattr(client, "execute_query", execute_query)
    monkeypatch.setattr(client, "execute_query_dict", execute_query_dict)
    return sent


async def test_no_statement_of_a_look_reads_the_whole_table(
    notebook: Notebook, now: datetime, request: pytest.FixtureRequest
) -> None:
    await fill(20_000, now)
    dialect = sql.notebook().capabilities.dialect
    if dialect == "postgres":
        await shielded(lambda: sql.notebook().execute_script("VACUUM ANALYZE subjects"))
    sent = request.getfixturevalue("statements")

    await look(now)

    # PostgreSQL reads a table of no rows from end to end, whatever indexes there are.
    asked = await explained(sent, HOT if dialect == "sqlite" else ("subjects",))
    assert len(asked) >= 8


async def explained(sent: Sequence[tuple[str, list[object]]], tables: Sequence[str]) -> list[str]:
    """The statements among `sent` that ask of `tables`; none of them reads such a table from end to end."""
    looked_at = f"(?:{'|'.join(tables)})"
    asked = {text: values for text, values in sent if re.search(rf'(FROM|UPDATE) "?{looked_at}\b', text)}
    explain = "EXPLAIN QUERY PLAN" if sql.notebook().capabilities.dialect == "sqlite" else "EXPLAIN"
    for text, values in asked.items():
        _, plan = await shielded(
            lambda text=text, values=values: sql.notebook().execute_query(f"{explain} {text}", values)
        )  # type: ignore[misc]
        lines = [str(tuple(line)[-1]) for line in plan]
        whole = [line for line in lines if re.search(rf"SCAN {looked_at}\b|Seq Scan on {looked_at}\b", line)]
        assert whole == [], f"{text}\n" + "\n".join(lines)
    return list(asked)


async def test_what_prices_were_before_a_persons_changes_of_a_day_is_found_through_indexes(
    sqlite_notebook: Notebook, now: datetime, request: pytest.FixtureRequest
) -> None:
    sent = request.getfixturevalue("statements")

    await actions.since(now - timedelta(days=1), "U1", ("unit.price", "unit.bulk"))
    await bulks.batches(["bulk:main:1", "bulk:main:2"])

    assert len(await explained(sent, ("actions", "bulks", "bulk_parts"))) == 2


async def median_seconds(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_million_subjects_do_not_make_a_look_slower(notebook: Notebook, now: datetime) -> None:
    async def one() -> None:
        await pushes.accept([NewPush("main", f"m{time.perf_counter_ns()}", "e", KEY)], now)
        row = await subjects.find(KEY)
        assert row is not None
        await subjects.due(now, 200)
        await subjects.seen(
            KEY,
            row.marks,
            look_at=now + timedelta(days=2),
            storefront="de",
            state="opened",
            version="v",
            closed=False,
            due_at=None,
            seen_at=now,
            facts={},
            place=None,
        )

    await fill(1000, now)
    await median_seconds(one, 100)
    few = await median_seconds(one, 600)
    await shielded(lambda: sql.notebook().execute_script("DELETE FROM subjects"))
    await fill(1_000_000, now)
    if sql.notebook().capabilities.dialect == "postgres":
        await shielded(lambda: sql.notebook().execute_script("VACUUM ANALYZE subjects"))
    await median_seconds(one, 100)
    many = await median_seconds(one, 600)

    print(f"one look among 1,000: {few * 1000:.2f} ms, among 1,000,000: {many * 1000:.2f} ms, ratio {many / few:.2f}")
    assert many / few <= 1.2


async def test_small_writes_share_their_commits(
    sqlite_notebook: Notebook, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits = 0
    together = writes._send

    async def counted(by_text: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        nonlocal commits
        commits += 1
        await together(by_text)

    monkeypatch.setattr(writes, "_send", counted)
    await asyncio.gather(*(subjects.mark([f"ticket:main:{number}"], now) for number in range(200)))

    assert 1 <= commits <= 3
    assert len(await subjects.due(now, 500)) == 200
