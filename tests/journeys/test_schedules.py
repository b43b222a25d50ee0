"""Reports that come by themselves: at their time, once, whatever the bot was doing then; and the money of a month."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import notes
from tests.journeys.house import House
from tests.journeys.moments import on, started, to, week
from tests.journeys.papers import sent_order
from tests.journeys.test_reports import card_of, files_below, made

WEEKLY = """\
schedules:
  - name: Sales of last week
    report: sales-new
    when: every monday 10:00
    days: last week
    storefronts: [de]
    channel: "#support"
"""
MONTHLY = """\
schedules:
  - name: Money of the month
    report: bookings-new
    when: every friday 10:00
    days: last 30 days
    storefronts: [de]
    channel: "#support"
"""


def asked(house: House) -> int:
    return len(house.market.journal.executed("POST", "/reports/"))


async def rounds(house: House) -> None:
    """The round for papers, run until it has nothing to do."""
    for _ in range(2):
        await house.kontor.paper_round.schedules()
        await house.quiet()


async def test_a_report_is_asked_for_at_its_time_once_also_over_restarts(tmp_path: Path) -> None:
    async with started(tmp_path, schedules=WEEKLY) as house:
        for _ in range(3):
            sent_order(house)
        await rounds(house)
        await to(house, week(house, hour=9, minute=59))
        await rounds(house)
        before = asked(house)

        await to(house, week(house, hour=10, minute=1))
        await rounds(house)
        await house.until(lambda: asked(house) == before + 1)
        await house.restart()
        await rounds(house)
        await to(house, week(house, day=6, hour=12))
        await rounds(house)

        assert asked(house) == before + 1
        card = await card_of(house, "Sales")
        assert "By `rules/schedules.yaml`" in card.words
        assert house.slack.complaints == []


async def test_what_was_missed_while_the_bot_was_down_is_made_up_for_once(tmp_path: Path) -> None:
    async with started(tmp_path, schedules=WEEKLY) as house:
        await rounds(house)
        before = asked(house)
        await house.kontor.stop()
        # Two Mondays go by.
        await house.pass_time(timedelta(days=9))
        await house.restart()
        await rounds(house)
        await house.until(lambda: asked(house) == before + 1)
        await on(house, timedelta(hours=2))
        await rounds(house)

        assert asked(house) == before + 1


async def test_a_death_between_asking_and_noting_it_asks_no_second_time(tmp_path: Path) -> None:
    """The note that this time is done is lost with the process: asking again for the same time is the same report."""
    async with started(tmp_path, schedules=WEEKLY) as house:
        await rounds(house)
        before, note = asked(house), await notes.get("schedule:main:Sales of last week")
        assert note is not None
        await to(house, week(house, hour=10, minute=1))
        await rounds(house)
        await house.until(lambda: asked(house) == before + 1)
        await notes.put("schedule:main:Sales of last week", note, house.kontor.desk.now())
        await house.restart()
        await rounds(house)

        assert asked(house) == before + 1


@pytest.mark.parametrize("fault", [None, "moved_columns"])
async def test_the_money_of_a_month_is_one_card_with_payouts_fees_and_refunds(
    tmp_path: Path, fault: str | None
) -> None:
    """Also when the columns are in another order, with one among them that nobody knows."""
    async with started(tmp_path, schedules=MONTHLY) as house:
        if fault:
            house.market.faults.spoil_report(fault)
        world = house.market.world
        orders = [sent_order(house) for _ in range(4)]
        unit = world.units_of(orders[0])[0]
        world.refund_unit(unit.id, 500, "Kratzer")
        await rounds(house)
        await to(house, week(house, day=4, hour=10, minute=1))
        await rounds(house)
        await card_of(house, "Bookings")
        # The first one is of the days before the bot knew the schedule's orders.
        cards = [card for card in house.cards("support") if "Bookings" in card.words]
        await made(house, cards[-1], lambda: any(".csv" in file for file in files_below(house, cards[-1])))

        assert "Refunds" in cards[-1].words
        assert "5.00 €" in cards[-1].words
        assert house.slack.complaints == []
