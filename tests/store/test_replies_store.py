"""Claims, drafts, remarks, and how a look reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import pytest

from bot.domain.handling import Handling, Remark
from bot.store import claims, drafts, handling, remarks
from bot.store.errors import Unstorable

pytestmark = pytest.mark.usefixtures("notebook")

Later = Callable[[float], datetime]
TICKET = "ticket:main:00112345678"
OTHER = "ticket:main:00112345679"


async def written(now: datetime, user_id: str = "UANA", text: str = "Guten Tag", **more: object) -> None:
    await drafts.keep(TICKET, user_id, text=text, placed="", content={"interim": True}, now=now, **more)  # type: ignore[arg-type]


# Claims


async def test_of_many_who_claim_at_once_one_has_it_and_all_are_told_who(now: datetime) -> None:
    users = [f"U{number}" for number in range(20)]

    found = await asyncio.gather(*(claims.take(TICKET, user, now) for user in users))

    assert len({claim.user_id for claim in found}) == 1
    assert (await claims.find(TICKET)) == found[0]


async def test_claiming_what_one_has_already_keeps_when_it_was_claimed(now: datetime, later: Later) -> None:
    await claims.take(TICKET, "UANA", now)

    again = await claims.take(TICKET, "UANA", later(60))

    assert (again.user_id, again.at) == ("UANA", now)


async def test_a_claim_is_handed_over_and_released(now: datetime, later: Later) -> None:
    await claims.take(TICKET, "UANA", now)
    await claims.give(TICKET, "UBEN", later(5))
    given = await claims.find(TICKET)
    released = [await claims.release(TICKET), await claims.release(TICKET)]

    assert given == claims.Claim(TICKET, "UBEN", later(5))
    assert released == [True, False]
    assert await claims.find(TICKET) is None


async def test_what_somebody_holds_is_listed_with_what_they_hold_longest_first(now: datetime, later: Later) -> None:
    await claims.take(OTHER, "UANA", now)
    await claims.take(TICKET, "UANA", later(1))
    await claims.take("ticket:main:3", "UBEN", now)

    assert [claim.subject for claim in await claims.of("UANA")] == [OTHER, TICKET]
    assert set(await claims.find_many([TICKET, "ticket:main:3", "ticket:main:4"])) == {TICKET, "ticket:main:3"}


# Drafts


async def test_a_draft_is_kept_for_each_person_and_subject_alone(now: datetime, later: Later) -> None:
    await written(now, "UANA", "von Ana")
    await written(now, "UBEN", "von Ben")
    await written(later(5), "UANA", "von Ana, zweite Fassung", action="a1")

    mine = await drafts.find(TICKET, "UANA")
    theirs = await drafts.find(TICKET, "UBEN")
    assert mine == drafts.DraftRow("von Ana, zweite Fassung", "", {"interim": True}, later(5), "a1")
    assert theirs is not None
    assert theirs.text == "von Ben"
    assert await drafts.find(OTHER, "UANA") is None


async def test_the_longest_reply_is_kept_whatever_its_letters(now: datetime) -> None:
    text = "\U0001f4e6" * 65_535

    await drafts.keep(TICKET, "UANA", text=text, placed=text, content={}, now=now)

    kept = await drafts.find(TICKET, "UANA")
    assert kept is not None
    assert (kept.text, kept.placed) == (text, text)


async def test_a_draft_of_absurd_length_is_refused_before_it_is_sent_to_the_database(now: datetime) -> None:
    with pytest.raises(Unstorable):
        await drafts.keep(TICKET, "UANA", text="x" * 300_000, placed="", content={}, now=now)


async def test_drafts_are_dropped_and_old_ones_forgotten(now: datetime, later: Later) -> None:
    await written(now, "UANA")
    await written(later(100), "UBEN")
    await drafts.drop(TICKET, "UANA")

    assert await drafts.find(TICKET, "UANA") is None
    assert await drafts.forget_before(later(50)) == 0
    assert await drafts.forget_before(later(200)) == 1
    assert await drafts.find(TICKET, "UBEN") is None


# What a look reads


async def test_who_writes_is_seen_until_they_stop_or_until_their_time_is_over(now: datetime, later: Later) -> None:
    await written(now, "UBEN", writing_until=later(300))
    await written(now, "UANA", writing_until=later(200))

    at_first = await handling.of(TICKET, now)
    after_a_while = await handling.of(TICKET, later(250))
    put_down = [await drafts.put_down(TICKET, "UBEN"), await drafts.put_down(TICKET, "UBEN")]
    at_last = await handling.of(TICKET, later(250))

    assert (at_first.writers, at_first.writing_until) == (("UANA", "UBEN"), later(200))
    assert (after_a_while.writers, after_a_while.writing_until) == (("UBEN",), later(300))
    assert put_down == [True, False]
    assert at_last == Handling()
    assert await drafts.find(TICKET, "UBEN") is not None


async def test_remarks_are_filed_once_and_come_in_their_order(now: datetime, later: Later) -> None:
    second = Remark("r2", TICKET, "UANA", "UBEN", "Liegt im Lager", "https://slack.test/p2", later(2))
    first = Remark("r1", TICKET, "UANA", None, "Foto kommt", None, later(1))
    for remark in (second, first, second):
        await remarks.add(remark)

    found = await handling.of(TICKET, now)

    assert found.remarks == (first, second)
    assert (await handling.of(OTHER, now)).remarks == ()


async def test_a_claim_is_part_of_what_a_look_reads(now: datetime) -> None:
    await claims.take(TICKET, "UANA", now)

    assert await handling.of(TICKET, now) == Handling(claimed_by="UANA")
