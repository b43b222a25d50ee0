"""Subjects: marks, looks and what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.store import subjects
from bot.store.errors import Unstorable
from bot.store.subjects import LOW, NORMAL, URGENT, Counts, SubjectRow

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]
TICKET = "ticket:main:00112233"


async def seen(key: str, marks: int, now: datetime, **learnt: Any) -> None:
    """Note a look that learnt nothing but `learnt`."""
    nothing: dict[str, Any] = {
        "look_at": None,
        "storefront": None,
        "state": None,
        "version": None,
        "closed": False,
        "due_at": None,
        "seen_at": now,
        "facts": {},
        "place": None,
    }
    await subjects.seen(key, marks, **(nothing | learnt))


async def row(key: str = TICKET) -> SubjectRow:
    found = await subjects.find(key)
    assert found is not None
    return found


async def test_a_mark_makes_a_subject_of_its_key(now: datetime) -> None:
    await subjects.mark(["order:globex:M:7"], now)

    found = await row("order:globex:M:7")
    assert (found.kind, found.account, found.ref) == ("order", "globex", "M:7")
    assert (found.look_at, found.marks, found.priority, found.tries) == (now, 1, NORMAL, 0)
    assert not found.closed
    assert found.facts == {}


async def test_a_subject_nobody_marked_is_not_found() -> None:
    assert await subjects.find(TICKET) is None
    assert await subjects.find_many([TICKET]) == {}


async def test_each_mark_counts_and_keeps_the_place_in_the_queue(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.mark([TICKET, TICKET], later(5))

    assert ((await row()).marks, (await row()).look_at) == (2, now)


async def test_a_mark_brings_a_later_look_forward(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await seen(TICKET, 1, now, look_at=later(3600))
    await subjects.mark([TICKET], later(60))

    assert (await row()).look_at == later(60)


async def test_an_urgent_mark_is_not_made_ordinary_by_the_next(now: datetime) -> None:
    await subjects.mark([TICKET], now)
    await subjects.mark([TICKET], now, priority=URGENT)
    await subjects.mark([TICKET], now)

    assert (await row()).priority == URGENT


async def test_after_a_look_nothing_is_urgent_any_more(now: datetime) -> None:
    await subjects.mark([TICKET], now, priority=URGENT)
    await seen(TICKET, 1, now)

    assert (await row()).priority == NORMAL


@pytest.mark.parametrize(("rule", "marked", "priority"), [(LOW, None, LOW), (URGENT, None, URGENT), (LOW, URGENT, 0)])
async def test_a_mark_leaves_a_subject_as_urgent_as_its_rule_made_it_or_makes_it_urgent(
    now: datetime, rule: int, marked: int | None, priority: int
) -> None:
    await subjects.mark([TICKET], now)
    await seen(TICKET, 1, now, look_at=None, priority=rule)

    await subjects.mark([TICKET], now, priority=marked)

    assert (await row()).priority == priority


async def test_a_look_that_was_overtaken_by_an_urgent_mark_leaves_it_urgent(now: datetime) -> None:
    await subjects.mark([TICKET], now)
    await subjects.mark([TICKET], now, priority=URGENT)
    await seen(TICKET, 1, now)

    assert (await row()).priority == URGENT


async def test_a_look_notes_what_it_learnt(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.posting(TICKET, "marker", "C1", now)
    await seen(
        TICKET,
        1,
        later(2),
        look_at=later(7200),
        storefront="de",
        state="opened",
        version="opened.1.17",
        due_at=later(172800),
        facts={"updated": "2026-11-23T09:30:00+00:00", "topics": ["Rückgabe", 1]},
        place=("C1", "1700000000.000100", "digest"),
        priority=LOW,
        waits_since=later(-60),
        tags=("legal", "vip"),
        words="00112233 mb7uwld gartenschere",
    )

    assert await row() == SubjectRow(
        key=TICKET,
        kind="ticket",
        account="main",
        ref="00112233",
        storefront="de",
        state="opened",
        version="opened.1.17",
        look_at=later(7200),
        marks=1,
        seen_at=later(2),
        due_at=later(172800),
        facts={"updated": "2026-11-23T09:30:00+00:00", "topics": ["Rückgabe", 1]},
        channel="C1",
        ts="1700000000.000100",
        shown="digest",
        priority=LOW,
        waits_since=later(-60),
        tags=("legal", "vip"),
    )


async def test_a_look_without_a_card_leaves_the_card_where_it_hangs(now: datetime) -> None:
    await subjects.mark([TICKET], now)
    await seen(TICKET, 1, now, place=("C1", "17.1", "digest"))
    await seen(TICKET, 1, now, closed=True)

    found = await row()
    assert (found.channel, found.ts, found.shown, found.closed) == ("C1", "17.1", "digest", True)


async def test_a_mark_during_a_look_is_not_lost(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.mark([TICKET], later(1))
    await seen(TICKET, 1, later(2), look_at=later(3600), state="opened")

    assert await subjects.due(later(2), 10) == [TICKET]
    assert (await row()).state == "opened"


async def test_a_mark_during_a_look_that_fails_wins_over_the_rest(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.mark([TICKET], later(1))
    await subjects.failed(TICKET, 1, tries=5, look_at=None, rest_reason="the marketplace says no")

    found = await row()
    assert (found.look_at, found.rest_reason) == (now, None)
    assert await subjects.resting() == []


async def test_a_failed_look_backs_off(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now, priority=URGENT)
    await subjects.failed(TICKET, 1, tries=1, look_at=later(4), rest_reason=None)

    found = await row()
    assert (found.tries, found.look_at, found.priority) == (1, later(4), URGENT)
    assert await subjects.due(later(3), 10) == []
    assert await subjects.due(later(4), 10) == [TICKET]


async def test_a_resting_subject_is_not_due_until_it_is_marked(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.failed(TICKET, 1, tries=5, look_at=None, rest_reason="nobody knows what it is")

    assert await subjects.due(later(9e6), 10) == []
    assert [found.rest_reason for found in await subjects.resting()] == ["nobody knows what it is"]

    await subjects.mark([TICKET], later(9))

    found = await row()
    assert (found.rest_reason, found.tries, found.look_at) == (None, 0, later(9))
    assert await subjects.resting() == []


async def test_a_mark_does_not_forgive_failures_before_the_rest(now: datetime, later: Later) -> None:
    await subjects.mark([TICKET], now)
    await subjects.failed(TICKET, 1, tries=3, look_at=later(60), rest_reason=None)
    await subjects.mark([TICKET], later(1))

    assert (await row()).tries == 3


async def test_a_look_that_succeeds_ends_back_off_and_rest(now: datetime) -> None:
    await subjects.mark([TICKET], now)
    await subjects.failed(TICKET, 1, tries=5, look_at=None, rest_reason="no")
    await seen(TICKET, 1, now)

    found = await row()
    assert (found.tries, found.rest_reason) == (0, None)
    assert (await subjects.counts(now)).resting == 0


@pytest.mark.parametrize(("asked", "woken"), [(None, 2), (["return:main:1"], 1), (["return:main:9"], 0), ([], 0)])
async def test_a_person_wakes_all_that_rests_or_some(now: datetime, asked: list[str] | None, woken: int) -> None:
    await subjects.mark(["return:main:1", "return:main:2", "return:main:3"], now)
    for key in ("return:main:1", "return:main:2"):
        await subjects.failed(key, 1, tries=5, look_at=None, rest_reason="no")

    assert await subjects.wake_resting(asked, now) == woken
    assert len(await subjects.resting()) == 2 - woken
    assert len(await subjects.due(now, 10)) == 1 + woken


async def test_the_most_urgent_come_first_then_the_longest_due(now: datetime, later: Later) -> None:
    await subjects.mark(["ticket:main:new"], later(3))
    await subjects.mark(["ticket:main:old"], now)
    await subjects.mark(["ticket:main:watched"], later(5), priority=URGENT)
    await subjects.mark(["ticket:main:future"], later(60))
    await subjects.mark(["ticket:main:idle"], now, priority=LOW)

    wanted = ["ticket:main:watched", "ticket:main:old", "ticket:main:new", "ticket:main:idle"]
    assert await subjects.due(later(10), 10) == wanted
    assert await subjects.due(later(10), 2) == wanted[:2]


async def test_a_thread_that_was_told_says_when_to_look_next_unless_a_mark_came_meanwhile(
    now: datetime, later: Later
) -> None:
    await subjects.mark([TICKET], now)
    await seen(TICKET, 1, now)
    await subjects.told(TICKET, 1, later(50))
    told = await row()
    await subjects.mark([TICKET], later(10))
    await subjects.told(TICKET, 1, later(90))
    overtaken = await row()
    await subjects.told(TICKET, 2, None)

    assert [told.look_at, overtaken.look_at, (await row()).look_at] == [later(50), later(10), None]


async def test_a_post_is_announced_and_noted(now: datetime) -> None:
    await subjects.mark([TICKET], now)
    await subjects.posting(TICKET, "marker-1", "C1", now)
    announced = await row()
    await subjects.posted(TICKET, "C1", "17.1", "digest")
    hangs = await row()
    await subjects.unplaced(TICKET)
    gone = await row()

    assert (announced.posting, announced.posting_channel, announced.posting_at) == ("marker-1", "C1", now)
    assert (hangs.channel, hangs.ts, hangs.shown, hangs.posting, hangs.posting_at) == (
        "C1",
        "17.1",
        "digest",
        None,
        None,
    )
    assert (gone.channel, gone.ts, gone.shown, gone.posting_channel) == (None, None, None, None)


async def test_counts_tell_open_due_and_resting(now: datetime, later: Later) -> None:
    await subjects.mark([f"return:main:{number}" for number in range(5)], now)
    await seen("return:main:0", 1, now, closed=True)
    await seen("return:main:1", 1, now, look_at=later(60))
    await subjects.failed("return:main:2", 1, tries=5, look_at=None, rest_reason="no")

    assert await subjects.counts(later(1)) == Counts(open=4, due=2, resting=1)


async def test_the_oldest_look_is_the_earliest_of_any_priority(now: datetime, later: Later) -> None:
    assert await subjects.oldest_due() is None

    await subjects.mark(["ticket:main:2"], later(9), priority=URGENT)
    assert await subjects.oldest_due() == later(9)

    await subjects.mark(["ticket:main:1"], later(4))
    assert await subjects.oldest_due() == later(4)


async def test_times_of_other_zones_are_the_same_moments(now: datetime) -> None:
    prague = timezone(timedelta(hours=1))
    await subjects.mark([TICKET], now.astimezone(prague))

    assert (await row()).look_at == now
    assert await subjects.due(now.astimezone(timezone(timedelta(hours=-8))), 1) == [TICKET]
    assert await subjects.due(now - timedelta(microseconds=1), 1) == []


@pytest.mark.parametrize("micro", [0, 1, 999_999])
async def test_moments_are_ordered_to_the_microsecond(now: datetime, micro: int) -> None:
    moment = now.replace(microsecond=micro)
    await subjects.mark([TICKET], moment)

    assert await subjects.due(moment, 1) == [TICKET]
    assert await subjects.due(moment - timedelta(microseconds=1), 1) == []
    assert await subjects.due(now + timedelta(seconds=1), 1) == [TICKET]


async def test_more_keys_than_fit_into_one_statement_are_found(now: datetime) -> None:
    keys = [f"ticket:main:{number}" for number in range(1201)]
    await subjects.mark(keys, now)

    assert sorted(await subjects.find_many([*keys, "ticket:main:no"])) == sorted(keys)
    assert len(await subjects.due(now, 5000)) == 1201


async def test_looks_that_ask_at_the_same_time_get_each_their_own(now: datetime) -> None:
    keys = [f"ticket:main:{number}" for number in range(60)]
    await subjects.mark(keys[:50], now)

    found = await asyncio.gather(*(subjects.find(key) for key in keys))

    assert [found_row.key if found_row else None for found_row in found] == [*keys[:50], *[None] * 10]


async def test_marks_from_everywhere_at_once_are_all_counted(now: datetime) -> None:
    await asyncio.gather(*(subjects.mark([TICKET, f"ticket:main:{number % 7}"], now) for number in range(100)))

    assert (await row()).marks == 100
    assert (
        sum(found.marks for found in (await subjects.find_many([f"ticket:main:{n}" for n in range(7)])).values()) == 100
    )


@pytest.mark.parametrize("key", ["ticket", "ticket:main", "ticket:main:", ":main:1", "", "ticket::1"])
async def test_a_key_that_names_no_subject_is_refused_and_none_of_its_neighbours_marked(
    key: str, now: datetime
) -> None:
    with pytest.raises(Unstorable):
        await subjects.mark(["ticket:main:1", key], now)

    assert await subjects.due(now, 10) == []


async def test_an_unknown_priority_is_refused(now: datetime) -> None:
    with pytest.raises(ValueError, match="priority 7"):
        await subjects.mark([TICKET], now, priority=7)
