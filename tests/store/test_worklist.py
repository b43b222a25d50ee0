"""Lists of open work, on both databases, and that no list reads what is closed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bot.domain.work import NOBODY, Asked, Share, Work
from bot.store import claims, homes, sql, steps, subjects, worklist
from bot.store.database import Notebook
from bot.store.transaction import shielded

from .test_plans import fill

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]
TICKETS = Asked(("ticket",))


async def open_subject(key: str, now: datetime, **learnt: Any) -> str:
    nothing: dict[str, Any] = {
        "look_at": None,
        "storefront": "de",
        "state": "opened",
        "version": None,
        "closed": False,
        "due_at": None,
        "seen_at": now,
        "facts": {"title": f"about {key}"},
        "place": ("C1", "17.1", "digest"),
        "waits_since": now,
    }
    await subjects.mark([key], now)
    await subjects.seen(key, 1, **(nothing | learnt))
    return key


def keys(lines: tuple[Work, ...]) -> list[str]:
    return [work.ref for work in lines]


async def test_what_is_due_first_comes_first_and_what_has_no_due_time_last(now: datetime, later: Later) -> None:
    await open_subject("ticket:main:soon", now, due_at=later(60))
    await open_subject("ticket:main:late", now, due_at=later(-60))
    await open_subject("ticket:main:long", now, waits_since=later(-500))
    await open_subject("ticket:main:short", now, waits_since=later(-5))
    await open_subject("ticket:main:theirs", now, waits_since=None, due_at=None)
    await open_subject("ticket:main:closed", now, closed=True, due_at=later(-99))
    await open_subject("return:main:other", now)

    everything = await worklist.listed(TICKETS, now, limit=10)
    page = await worklist.listed(TICKETS, now, limit=2, offset=1)

    assert keys(everything.lines) == ["late", "soon", "long", "short"]
    assert (everything.total, everything.overdue) == (4, 1)
    assert (keys(page.lines), page.total) == (["soon", "long"], 4)


async def test_a_line_says_all_a_list_shows(now: datetime, later: Later) -> None:
    key = await open_subject("ticket:main:1", now, due_at=later(60), tags=("legal", "vip"), priority=subjects.URGENT)
    await claims.take(key, "U1", now)

    (work,) = (await worklist.listed(TICKETS, now, limit=9)).lines

    assert (work.key, work.title, work.claimer, work.tags) == (key, f"about {key}", "U1", ("legal", "vip"))
    assert (work.channel, work.ts, work.priority, work.due_at) == ("C1", "17.1", subjects.URGENT, later(60))
    assert work.overdue(later(60))
    assert not work.overdue(later(59))
    assert await worklist.lines_of([key, "ticket:main:nobody"]) == {key: work}
    assert await worklist.lines_of([]) == {}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (TICKETS, ["mine", "free", "theirs"]),
        (Asked(("ticket",), claimer="U1"), ["mine"]),
        (Asked(("ticket",), claimer=NOBODY), ["free"]),
        (Asked(("ticket",), storefront="cz"), ["free"]),
        (Asked(("ticket",), tag="vip"), ["mine", "theirs"]),
        (Asked(("ticket",), tag="vi"), []),
        (Asked(("ticket",), tag="%"), []),
        (Asked(("ticket",), channel="C2"), ["theirs"]),
        (Asked(("ticket", "return"), storefront="at"), ["return"]),
        (Asked(("import",), waiting=False), ["running"]),
        (Asked(("import",)), []),
    ],
)
async def test_a_list_holds_what_was_asked_for(now: datetime, later: Later, asked: Asked, found: list[str]) -> None:
    await claims.take(await open_subject("ticket:main:mine", now, due_at=later(1), tags=("vip",)), "U1", now)
    await open_subject("ticket:main:free", now, due_at=later(2), storefront="cz")
    theirs = await open_subject(
        "ticket:main:theirs", now, due_at=later(3), tags=("legal", "vip"), place=("C2", "1.1", "d")
    )
    await claims.take(theirs, "U2", now)
    await open_subject("return:main:return", now, due_at=later(4), storefront="at")
    await open_subject("import:main:running", now, waits_since=None)

    assert keys((await worklist.listed(asked, now, limit=9)).lines) == found


async def test_a_day_has_what_is_overdue_what_is_due_today_and_the_rest(now: datetime, later: Later) -> None:
    for name, seconds in (("late", -60), ("now", 0), ("today", 3600), ("midnight", 7200), ("tomorrow", 7201)):
        await open_subject(f"ticket:main:{name}", now, due_at=later(seconds))
    await open_subject("ticket:main:whenever", now)

    day = await worklist.day_list(TICKETS, now, later(7200), each=1)

    assert [(keys(part.lines), part.total) for part in (day.overdue, day.today, day.later)] == [
        *((["late"], 2), (["today"], 2), (["tomorrow"], 2)),
    ]
    assert day.total == 6


async def test_shares_count_what_waits_and_channels_are_those_with_something(now: datetime, later: Later) -> None:
    await open_subject("ticket:main:1", now, due_at=later(-1), tags=("vip",))
    await open_subject("ticket:main:2", now, due_at=later(1), tags=("vip",))
    await open_subject("return:main:3", now, storefront="cz", place=("C2", "1.1", "d"))
    await open_subject("ticket:main:4", now, waits_since=None, place=("C3", "1.1", "d"))

    assert sorted(await worklist.shares(now), key=lambda share: share.kind) == [
        Share("return", "cz", (), 1, 0),
        Share("ticket", "de", ("vip",), 2, 1),
    ]
    assert await worklist.channels(("ticket", "return")) == ("C1", "C2")
    assert await worklist.channels(("ticket",)) == ("C1",)


async def test_a_search_finds_all_words_open_or_closed_the_last_looked_at_first(now: datetime, later: Later) -> None:
    await open_subject("ticket:main:1", now, words="1 mb7uwld gartenschere grün", seen_at=later(1))
    await open_subject("ticket:main:2", now, words="2 mb7uwld schlauch", seen_at=later(2))
    await open_subject("ticket:main:3", now, words="3 mb7uwld", seen_at=later(3), closed=True)
    await open_subject("return:main:4", now, words="4 mb7uwld", seen_at=later(4))
    await subjects.mark(["ticket:main:new"], now)

    async def found(*words: str) -> list[str]:
        return keys(await worklist.searched("ticket", words, limit=9))

    assert await found("mb7uwld") == ["2", "1", "3"]
    assert await found("mb7", "schere") == ["1"]
    assert await found("m_7") == []
    assert await found("100%") == []
    assert await found("'; DROP TABLE subjects; --") == []


async def test_no_list_reads_what_is_closed(now: datetime, notebook: Notebook) -> None:
    await fill(20_000, now)
    dialect = sql.notebook().capabilities.dialect
    if dialect == "postgres":
        await shielded(lambda: sql.notebook().execute_script("VACUUM ANALYZE subjects"))
    explain = "EXPLAIN QUERY PLAN" if dialect == "sqlite" else "EXPLAIN"
    where, values = worklist._where(TICKETS)
    texts = [
        f"SELECT s.key {worklist._FROM} WHERE {where} {worklist._ORDER} LIMIT 10",
        f"SELECT COUNT(*) {worklist._FROM} WHERE {where}",
    ]
    for text in texts:
        plan = await shielded(lambda text=text: sql.fetch(f"{explain} {text}", *values))  # type: ignore[misc]
        lines = [str(tuple(line)[-1]) for line in plan]
        whole = [line for line in lines if ("SCAN s" in line and "INDEX" not in line) or "Seq Scan on subjects" in line]
        assert whole == [], lines


async def test_a_home_remembers_what_its_owner_wants_to_see(now: datetime, later: Later) -> None:
    first = await homes.opened("U1", "T1", now)
    await homes.want("U1", {"storefront": "cz", "page": 2})
    await homes.welcome("U1")
    await homes.shown("U1", "digest")
    await homes.opened("U2", "T1", later(5))

    again = await homes.opened("U1", "T1", later(10))

    assert (first.welcomed, first.wanted, first.shown) == (False, {}, None)
    assert (again.welcomed, again.wanted, again.shown) == (True, {"storefront": "cz", "page": 2}, "digest")
    assert again.opened_at == later(10)
    assert [row.user_id for row in await homes.seen_since(later(1))] == ["U1", "U2"]
    assert [row.user_id for row in await homes.seen_since(later(5))] == ["U1"]
    assert await homes.find("U3") is None


async def test_a_step_is_told_once(later: Later) -> None:
    await steps.told("ticket:main:1", ["own:1:50%", "own:1:10%"], later(6))
    await steps.told("ticket:main:1", ["own:1:50%"], later(9))

    found = await steps.of("ticket:main:1")

    assert {key for key, step in found.items() if step.done} == {"own:1:50%", "own:1:10%"}
    assert found["own:1:50%"].told_at == later(6)
    assert await steps.of("ticket:main:2") == {}
