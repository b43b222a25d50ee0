"""Four eyes and second thoughts, as people meet them: proposals, approvals, what is taken back, who may not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk, Wish
from bot.domain.access import Ceiling, Grant, Limits, Role, RoleBook
from bot.domain.action import Action
from bot.domain.deeds import Deed
from bot.domain.model import Money
from bot.marketplace import MarketError
from bot.store import actions as action_rows
from bot.store import audit
from sandbox.slack.cast import ANA, BEN, MIRA
from sandbox.slack.channels import Message
from tests.journeys.house import House, running

SUBJECT = "order:main:MTEST01"


@dataclass
class Counted:
    """An action kind that only counts: how often it was checked and sent."""

    sent: int = 0
    moved: str | None = None
    fails: MarketError | None = None

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        return self.moved

    async def send(self, desk: Desk, action: Action) -> None:
        self.sent += 1
        if self.fails:
            raise self.fails

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        return None

    def again(self, action: Action) -> tuple[()]:
        return ()

    def for_everybody(self, house: House) -> None:
        """Let everybody do it, however big it is."""
        book = RoleBook((Role("All", ("everybody",), (Grant(("everything",)),)),))
        house.kontor.actions.rights.book = lambda: book


def counted(house: House) -> Counted:
    kind = Counted()
    house.kontor.actions.kinds = {**house.kontor.actions.kinds, "order.refund": kind}
    return kind


def wish(house: House, cents: int, user: str = ANA, key: str = "refund:7:0", **more: Any) -> Wish:
    made = Wish(
        kind="order.refund",
        key=key,
        subject=SUBJECT,
        seen="sent.1999",
        user_id=user,
        team_id=house.kontor.people.home_team,
        payload={"unit": 7},
        heard=f"view:{user}:{key}:{cents}",
        channel=house.slack.channels["orders"].id,
        deed=Deed("order.refund", Money(cents, "EUR")),
        summary=f"Refund {cents / 100:.2f} EUR of order unit 7",
        leads_to="refunded",
    )
    return replace(made, **more)


async def action(house: House, n: int = 0) -> Action:
    return (await action_rows.for_subject(SUBJECT))[n]


async def proposal(house: House, n: int = 0, words: str = "asks to") -> Message:
    return await house.shown((await action(house, n)).id, words)


async def events(house: House) -> list[tuple[str, str]]:
    return [(record.event, record.actor) for record in await audit.of_subject(SUBJECT)]


def whispers(house: House, name: str, thread: Message | None = None) -> list[str]:
    return [message.words for message in house.slack.person(name).sees("orders", thread) if message.only_for]


async def home_known(house: House) -> None:
    await house.until(lambda: house.kontor.people.home_team)


async def test_what_is_within_the_limits_is_done_at_once(house: House) -> None:
    await home_known(house)
    kind = counted(house)

    assert await house.kontor.actions.take(wish(house, 5000)) == ""

    assert await house.ended(SUBJECT) == ["done"]
    assert kind.sent == 1
    assert await events(house) == [("taken", ANA), ("sending", ANA), ("done", ANA)]


async def test_what_is_beyond_waits_for_a_lead_and_is_done_once_with_their_yes(house: House) -> None:
    await home_known(house)
    kind = counted(house)

    assert await house.kontor.actions.take(wish(house, 8000)) == ""
    card = await proposal(house)

    assert "Refund 80.00 EUR of order unit 7" in card.words
    assert "50.00 EUR each time" in card.words
    assert card.labels == ["Approve", "Decline"]
    assert "support-leads" in card.words or "subteam" in str(card.blocks)
    assert kind.sent == 0
    await house.until(lambda: [w for w in whispers(house, "ana") if "put it before your colleagues" in w])

    assert (await house.slack.person("mira").presses("orders", card, "Approve")).ok  # type: ignore[union-attr]
    await proposal(house, words="done")

    assert kind.sent == 1
    assert await events(house) == [
        ("proposed", ANA),
        ("approved", MIRA),
        ("sending", ANA),
        ("done", ANA),
    ]
    assert house.slack.complaints == []


async def test_nobody_approves_their_own_proposal_nor_without_the_role(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    await house.kontor.actions.take(wish(house, 60_000, MIRA))
    card = await proposal(house)

    await house.slack.person("mira").presses("orders", card, "Approve")
    await house.ben.presses("orders", card, "Approve")
    await house.until(lambda: whispers(house, "ben", card))

    assert any("a colleague has to decide" in words for words in whispers(house, "mira", card))
    assert any("You may not decide" in words for words in whispers(house, "ben", card))
    assert kind.sent == 0
    assert (await action(house)).proposed
    assert ("denied", BEN) in await events(house)


async def test_an_approval_is_good_for_one_execution(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    await house.kontor.actions.take(wish(house, 8000))
    card = await proposal(house)
    mira, tomas = house.slack.person("mira"), house.slack.person("tomas")

    await asyncio.gather(*(person.presses("orders", card, "Approve") for person in (mira, tomas) * 20))
    await house.ended(SUBJECT)
    await house.quiet()

    assert kind.sent == 1
    assert [event for event, _ in await events(house)].count("approved") == 1


async def test_who_says_no_ends_it_and_the_key_is_free_again(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    await house.kontor.actions.take(wish(house, 8000))
    card = await proposal(house)

    await house.slack.person("mira").presses("orders", card, "Decline")
    await proposal(house, words="declined")
    await house.until(lambda: [w for w in whispers(house, "ana") if "said no" in w])

    assert kind.sent == 0
    assert await house.kontor.actions.take(wish(house, 8001)) == ""
    assert (await action(house, 1)).proposed


async def test_a_proposal_nobody_decides_lapses(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        await home_known(house)
        kind = counted(house)
        await house.kontor.actions.take(wish(house, 8000))
        card = await proposal(house)

        await house.pass_time(timedelta(minutes=31))
        await proposal(house, words="lapsed")
        await house.slack.person("mira").presses("orders", card.ts, "approval.approve") if "Approve" in (
            await proposal(house)
        ).labels else None

        assert (await action(house)).state == "expired"
        assert kind.sent == 0


async def test_what_changed_since_is_told_and_nothing_is_sent(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    await house.kontor.actions.take(wish(house, 8000))
    card = await proposal(house)
    kind.moved = "The unit was sent; now it is returned. Nothing was sent."

    await house.slack.person("mira").presses("orders", card, "Approve")
    shown = await proposal(house, words="now it is returned")

    assert "Approved by" in shown.words
    assert kind.sent == 0
    assert (await action(house)).state == "refused"


async def test_a_right_that_is_taken_away_holds_for_what_waits(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    house.market.faults.down()
    kind.fails = MarketError.not_sent("down")
    await house.kontor.actions.take(wish(house, 8000))
    await house.slack.person("mira").presses("orders", await proposal(house), "Approve")
    await house.until(lambda: kind.sent)

    house.slack.groups["support-leads"].members.clear()
    house.slack.users["mira"].admin = False
    house.kontor.people.forget()
    kind.fails = None

    assert await house.ended(SUBJECT) == ["refused"]
    assert "You may not decide" in ((await action(house)).sentence or "")


async def test_what_waits_to_be_sent_can_be_taken_back_and_then_never_is(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    await house.kontor.actions.take(wish(house, 100, delay_seconds=20.0))
    taken = await action(house)

    assert await house.kontor.actions.withdraw(taken.id, BEN, house.kontor.people.home_team) == ""
    await house.pass_time(timedelta(seconds=21))

    assert kind.sent == 0
    assert await house.ended(SUBJECT) == ["withdrawn"]
    assert "too late" in await house.kontor.actions.withdraw(taken.id, ANA)
    assert await house.kontor.actions.take(wish(house, 101)) == ""
    assert await house.ended(SUBJECT) == ["withdrawn", "done"]
    assert kind.sent == 1


async def test_who_waits_for_the_undo_window_waits_that_long(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    began = house.market.world.clock.now()
    await house.kontor.actions.take(wish(house, 100, delay_seconds=0.5))

    await house.ended(SUBJECT)

    assert kind.sent == 1
    sent_at = (await action(house)).sent_at
    assert sent_at is not None
    assert (sent_at - began).total_seconds() >= 0.5


async def test_a_day_has_its_limit_however_many_press_at_once(house: House) -> None:
    await home_known(house)
    kind = counted(house)

    await asyncio.gather(*(house.kontor.actions.take(wish(house, 5000, key=f"refund:{unit}:0")) for unit in range(12)))
    await house.quiet()

    states = sorted(row.state for row in await action_rows.for_subject(SUBJECT))
    assert kind.sent == 5
    assert states == ["done"] * 5 + ["proposed"] * 7


async def test_nobody_goes_above_the_ceiling_of_the_day(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    free = Role("All", ("everybody",), (Grant(("everything",)),))
    limit = Ceiling(("order.refund",), (Money(20_000, "EUR"),))
    book = RoleBook((free,), ceilings=(limit,))
    house.kontor.actions.rights.book = lambda: book

    takes = [
        house.kontor.actions.take(wish(house, 5000, user, f"refund:{n}:{user}"))
        for n in range(6)
        for user in (ANA, BEN)
    ]
    said = await asyncio.gather(*takes)
    await house.quiet()

    assert kind.sent == 4
    assert all("All of us together" in words for words in said if words)


async def test_when_slack_cannot_be_asked_at_the_click_the_execution_makes_the_proposal(house: House) -> None:
    await home_known(house)
    kind = counted(house)
    house.kontor.people.forget()
    house.slack.faults.fails(500, method="users.info", next=1)

    assert await house.kontor.actions.take(wish(house, 8000)) == ""
    await proposal(house)

    assert kind.sent == 0
    assert await events(house) == [("taken", ANA), ("proposed", ANA)]


@pytest.mark.parametrize("name", ["gust", "dora"])
async def test_who_may_not_act_takes_nothing_and_it_is_noted(house: House, name: str) -> None:
    await home_known(house)
    kind = counted(house)
    user = house.slack.users[name].id

    said = await house.kontor.actions.take(wish(house, 1, user))

    assert "Nothing was done" in said
    assert kind.sent == 0
    assert await events(house) == [("denied", user)]


async def test_limits_without_a_colleague_to_ask_deny(house: House) -> None:
    await home_known(house)
    counted(house)
    strict = Role("All", ("everybody",), (Grant(("everything",), Limits(each=(Money(100, "EUR"),)), asks=False),))
    house.kontor.actions.rights.book = lambda: RoleBook((strict,))

    assert "up to 1.00 EUR each time" in await house.kontor.actions.take(wish(house, 101))
    assert await action_rows.for_subject(SUBJECT) == []
