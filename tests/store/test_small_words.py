"""Entries, deliveries, high-water marks, notes and challenges."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from bot.store import challenges, entries, heard, highwater, notes

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]
TICKET = "ticket:main:1"


async def test_an_announced_entry_is_known_but_not_done(now: datetime, later: Later) -> None:
    await entries.posting(TICKET, "message:7", now, "marker", later(1))

    (entry,) = (await entries.known(TICKET)).values()
    assert (entry.key, entry.at, entry.posting, entry.posting_at, entry.ts) == (
        "message:7",
        now,
        "marker",
        later(1),
        None,
    )
    assert not entry.done


async def test_an_entry_that_hangs_is_done(now: datetime) -> None:
    await entries.posting(TICKET, "message:7", now, "marker", now)
    await entries.posted(TICKET, "message:7", "17.2")

    entry = (await entries.known(TICKET))["message:7"]
    assert entry.done
    assert (entry.ts, entry.posting, entry.posting_at) == ("17.2", None, None)


async def test_an_entry_that_certainly_was_not_posted_may_be_announced_again(now: datetime, later: Later) -> None:
    await entries.posting(TICKET, "message:7", now, "marker-1", now)
    await entries.unposted(TICKET, "message:7")
    between = (await entries.known(TICKET))["message:7"]
    await entries.posting(TICKET, "message:7", now, "marker-2", later(9))

    entry = (await entries.known(TICKET))["message:7"]
    assert (between.posting, between.posting_at, between.done) == (None, None, False)
    assert (entry.posting, entry.posting_at) == ("marker-2", later(9))


async def test_a_slip_knows_what_it_shows_until_it_is_taken_down(now: datetime) -> None:
    await entries.posting(TICKET, "undo:1", now, "marker", now, slip="first")
    announced = (await entries.known(TICKET))["undo:1"]
    await entries.posted(TICKET, "undo:1", "17.3")
    hangs = (await entries.known(TICKET))["undo:1"]
    await entries.redrawn(TICKET, "undo:1", "second")
    redrawn = (await entries.known(TICKET))["undo:1"]
    await entries.taken_down(TICKET, "undo:1")

    assert (announced.slip, announced.done, announced.shows("first")) == (True, False, False)
    assert (hangs.shows("first"), hangs.shows("second")) == (True, False)
    assert (redrawn.shows("first"), redrawn.shows("second")) == (False, True)
    assert await entries.known(TICKET) == {}


async def test_an_entry_that_stays_is_right_whatever_it_shows(now: datetime) -> None:
    await entries.posting(TICKET, "message:7", now, "marker", now)
    await entries.posted(TICKET, "message:7", "17.2")

    assert (await entries.known(TICKET))["message:7"].shows("anything")


async def test_subjects_have_entries_of_their_own(now: datetime) -> None:
    await entries.posting(TICKET, "message:7", now, "marker", now)
    await entries.posting("ticket:main:2", "message:7", now, "marker", now)
    await entries.posted("ticket:main:2", "message:7", "17.2")

    assert not (await entries.known(TICKET))["message:7"].done
    assert await entries.known("ticket:main:3") == {}


async def test_the_entries_of_a_thread_that_is_gone_are_told_again(now: datetime) -> None:
    for subject in (TICKET, "ticket:main:2"):
        await entries.posting(subject, "message:7", now, "marker", now)
        await entries.posted(subject, "message:7", "17.2")
    await entries.forget(TICKET)

    assert await entries.known(TICKET) == {}
    assert (await entries.known("ticket:main:2"))["message:7"].done


async def test_a_delivery_is_heard_once(now: datetime) -> None:
    assert await heard.first_time("event:Ev1", now)
    assert not await heard.first_time("event:Ev1", now)
    assert await heard.first_time("event:Ev2", now)


async def test_of_deliveries_at_once_one_is_the_first(now: datetime) -> None:
    assert sum(await asyncio.gather(*(heard.first_time("event:Ev1", now) for _ in range(30)))) == 1


async def test_old_deliveries_are_forgotten(now: datetime) -> None:
    await heard.first_time("event:old", now - timedelta(days=8))
    await heard.first_time("event:new", now)

    assert await heard.forget_before(now - timedelta(days=7)) == 1
    assert await heard.first_time("event:old", now)
    assert not await heard.first_time("event:new", now)


async def test_a_poll_that_never_ran_has_no_mark() -> None:
    assert await highwater.get("tickets:main") is None


async def test_the_high_water_mark_only_rises(now: datetime, later: Later) -> None:
    for moment, mark in ((now, now), (later(-5), now), (later(0.000001), later(0.000001)), (later(9), later(9))):
        await highwater.raise_to("tickets:main", moment)
        assert await highwater.get("tickets:main") == mark


async def test_reports_at_once_leave_the_highest_mark(later: Later) -> None:
    await asyncio.gather(*(highwater.raise_to("tickets:main", later(n * 37 % 40)) for n in range(40)))

    assert await highwater.get("tickets:main") == later(39)


async def test_a_note_is_what_was_put_last(now: datetime, later: Later) -> None:
    assert await notes.get("poll:tickets") is None

    await notes.put("poll:tickets", {"marked": 3}, now)
    await notes.put("poll:tickets", {"marked": 0, "words": ["Žádost", None, 1.5]}, later(1))

    assert await notes.get("poll:tickets") == {"marked": 0, "words": ["Žádost", None, 1.5]}


async def test_notes_put_at_once_do_not_disturb_each_other(now: datetime) -> None:
    await asyncio.gather(*(notes.put(f"poll:{n % 3}", {"n": n}, now) for n in range(30)))

    assert [(await notes.get(f"poll:{n}") or {})["n"] % 3 for n in range(3)] == [0, 1, 2]


async def test_a_challenge_is_expected_until_its_time_or_until_it_is_settled(now: datetime, later: Later) -> None:
    assert not await challenges.expected("main", now)

    await challenges.expect("main", later(60))
    assert await challenges.expected("main", later(59))
    assert not await challenges.expected("main", later(60))
    assert not await challenges.expected("globex", now)

    await challenges.expect("main", later(120))
    assert await challenges.expected("main", later(119))

    await challenges.settled("main")
    assert not await challenges.expected("main", now)


async def test_a_challenge_knows_the_time_in_every_zone(now: datetime, later: Later) -> None:
    west, east = timezone(timedelta(hours=-9)), timezone(timedelta(hours=9))
    await challenges.expect("main", later(60).astimezone(east))

    for zone in (west, east):
        assert await challenges.expected("main", later(59).astimezone(zone))
        assert not await challenges.expected("main", later(60).astimezone(zone))
