"""Slack throttles, fails, or does what it is asked and does not say so: nothing is lost, nothing hangs twice."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.slackwire import AMBIGUOUS
from bot.store import subjects
from sandbox.slack.journal import Call
from tests.faults import checks
from tests.journeys.house import House, open_ticket, running
from tests.journeys.test_promises import arrived_return

pytestmark = pytest.mark.timeout(600)

POSTS = "chat.postMessage"


def calls_to(house: House, channel: str, since: int) -> list[Call]:
    """The calls that post into or change a channel, of those after the first `since`."""
    id = house.slack.channels[channel].id
    return [call for call in house.slack.calls.since(since) if call.arguments.get("channel") == id]


async def shown_in(house: House, ref: object, words: str = "") -> float:
    """Seconds until the card of `ref` says `words`."""
    started = time.monotonic()
    await house.shown(ref, words, seconds=60)
    return time.monotonic() - started


# Throttled


@pytest.mark.parametrize("header", [3, "4", None, "soon"], ids=["3 s", "4 s", "without a time", "with a joke"])
async def test_a_channel_that_is_throttled_rests_so_long_and_the_others_flow(tmp_path: Path, header: Any) -> None:
    """Without a time that can be read, half a minute is assumed; that is not waited for here."""
    async with running(tmp_path, polls=False) as house:
        first = await arrived_return(house)
        await house.polled()
        await house.shown(first.id)
        fault = house.slack.faults.limited(header, channel="support", method="chat.*")
        before = len(house.slack.calls)
        tickets = [open_ticket(house, f"Frage {number}") for number in range(12)]
        await house.kontor.polls.tickets("main")
        await house.until(lambda: calls_to(house, "support", before))
        paused = calls_to(house, "support", before)[0].at
        others = [await arrived_return(house) for _ in range(5)]
        await house.kontor.polls.returns("main")
        slowest = max([await shown_in(house, item.id) for item in others])
        seconds = header if isinstance(header, int) else 4 if header == "4" else 30
        # Here nobody is paced, so others may be under way before the first is told to wait.
        struck = calls_to(house, "support", before)
        hammered = len(struck)
        too_late = [call for call in struck if (call.at - paused).total_seconds() > 2.0]
        house.slack.faults.mend()
        if seconds < 30:
            await house.until(lambda: calls_to(house, "support", before)[hammered:], seconds=30)
            resumed = calls_to(house, "support", before)[hammered].at
            complaints = await checks.settled(house)

    print(f"\n  {hammered} call(s) to the channel that was throttled; the others took {slowest:.2f} s at most")
    assert fault.left is None
    assert too_late == []
    assert slowest < 10
    if seconds < 30:
        assert complaints == [], checks.told(complaints)
        assert len(house.cards("support")) == len(tickets)
        assert (resumed - paused).total_seconds() >= seconds - 0.05


# Down


@pytest.mark.parametrize("how", ["down", "500", "html", "unreadable"])
async def test_a_slack_that_is_down_is_left_alone_and_then_shows_everything_once(tmp_path: Path, how: str) -> None:
    async with running(tmp_path, polls=False) as house:
        faults = house.slack.faults
        {"down": faults.down, "500": lambda: faults.fails(500), "html": faults.html}.get(
            how, lambda: faults.fails(503, body="plain")
        )()
        tickets = [open_ticket(house, f"Frage {number}") for number in range(20)]
        returns = [await arrived_return(house) for _ in range(10)]
        await house.polled()
        for _ in range(3):
            for ticket in tickets:
                house.market.world.buyer_writes(ticket.id, "Noch eine Frage")
            await house.polled()
            await asyncio.sleep(1.0)
        asked = len(house.slack.calls)
        faults.mend()
        complaints = await checks.settled(house)

    print(f"\n  {asked} calls while Slack was down, {len(complaints)} complaints")
    assert asked < 40
    assert complaints == [], checks.told(complaints)
    assert (len(house.cards("support")), len(house.cards("returns"))) == (len(tickets), len(returns))


async def test_what_backed_off_for_long_is_shown_at_once_when_slack_is_back(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        tickets = [open_ticket(house, f"Frage {number}") for number in range(6)]
        await house.polled()
        house.slack.faults.down()
        for ticket in tickets:
            house.market.world.buyer_writes(ticket.id, "Noch eine Frage")
        await house.polled()
        await house.until(lambda: house.kontor.board.in_trouble)
        now = house.market.world.clock.now()
        for ticket in tickets[:5]:
            row = await subjects.find(f"ticket:main:{ticket.id}")
            assert row
            await subjects.failed(row.key, row.marks, tries=-9, look_at=now + timedelta(minutes=5), rest_reason=None)
        house.slack.faults.mend()
        # Whoever is asked for next finds out that Slack is back.
        await house.kontor.looks.mark([f"ticket:main:{tickets[5].id}"])
        waited = [await shown_in(house, ticket.id, "Noch eine Frage") for ticket in tickets]

    assert sum(waited) < 60
    assert not house.kontor.board.in_trouble


# Done, but the answer was lost


async def cut_again_and_again(folder: Path, cuts: int, *, lag: float = 0.0) -> None:
    """Answers are lost one by one, so that nobody takes it for an outage; `lag` is how late Slack's reads are."""
    chance = random.Random(cuts)
    async with running(folder, polls=False) as house:
        house.slack.faults.lag(lag)
        tickets = [open_ticket(house, f"Frage {number}") for number in range(max(10, cuts // 12))]
        struck = 0
        while struck < cuts:
            faults = [
                house.slack.faults.cut(chance.choice(["drop", *sorted(AMBIGUOUS)[:2]]), method=method, next=left)
                for method, left in ((POSTS, 1), ("chat.update", 1))
            ]
            planned = sum(fault.left or 0 for fault in faults)
            for ticket in chance.sample(tickets, 6):
                house.market.world.buyer_writes(ticket.id, f"Noch eine {struck}")
            await house.polled()
            struck += planned - sum(fault.left or 0 for fault in faults)
            house.slack.faults.mend()
            house.slack.faults.lag(lag)
        complaints = await checks.settled(house)
        lost = [call for call in house.slack.calls if call.fault == "cut"]

    print(f"\n  {len(lost)} answers of Slack lost, {len(complaints)} complaints")
    assert len(lost) >= cuts
    assert complaints == [], checks.told(complaints)
    assert len(house.cards("support")) == len(tickets)


async def test_sixty_posts_and_updates_whose_answers_are_lost_stand_once(tmp_path: Path) -> None:
    await cut_again_and_again(tmp_path, 60)


async def test_posts_whose_answers_are_lost_are_found_although_slack_reads_late(tmp_path: Path) -> None:
    await cut_again_and_again(tmp_path, 12, lag=0.15)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_a_thousand_posts_and_updates_whose_answers_are_lost_stand_once(tmp_path: Path) -> None:
    await cut_again_and_again(tmp_path, 1000)
