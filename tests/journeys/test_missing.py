"""Missing invoices: reminded of step by step, each once, until the invoice comes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.journeys.house import House
from tests.journeys.moments import on, started, to, week
from tests.journeys.papers import sent_order

RULES = """\
channel: "#orders"
missing:
  within_days: 2
  reminders:
    - {at: 50%, mention: "@returns-team"}
    - {at: overdue, mention: "@support-leads"}
"""


def calls(house: House) -> list[str]:
    """What was said in the thread of the list, oldest first."""
    card = next(card for card in house.cards("orders") if "invoice" in card.words and "Good morning" not in card.text)
    return [entry.words for entry in house.slack.channels["orders"].replies(card.ts)]


async def test_each_step_calls_its_people_once(tmp_path: Path) -> None:
    async with started(tmp_path, invoices=RULES) as house:
        sent_order(house)
        # The list is looked at every hour.
        await on(house, timedelta(minutes=61))
        await house.until(lambda: any("without an invoice" in card.words for card in house.cards("orders")))
        assert calls(house) == []

        await to(house, week(house, day=1, hour=11))
        await house.until(lambda: len(calls(house)) == 1)
        await on(house, timedelta(hours=2))
        assert len(calls(house)) == 1
        assert "S0RETURNS1" in calls(house)[0]
        assert "S0LEADS001" not in calls(house)[0]

        await to(house, week(house, day=2, hour=11))
        await house.until(lambda: len(calls(house)) == 2)
        await on(house, timedelta(hours=2))
        assert len(calls(house)) == 2
        assert "S0LEADS001" in calls(house)[1]
        assert "Invoices are overdue" in calls(house)[1]
        assert house.slack.complaints == []


async def test_an_invoice_that_comes_in_time_is_no_reason_to_call_anybody(tmp_path: Path) -> None:
    async with started(tmp_path, invoices=RULES) as house:
        order, world = sent_order(house), house.market.world
        # The list is looked at every hour.
        await on(house, timedelta(minutes=61))
        await house.until(lambda: any("without an invoice" in card.words for card in house.cards("orders")))
        world.upload_invoice(world.home("orders", order.id), order, "r.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")

        await on(house, timedelta(hours=2))
        await house.until(lambda: any("has its invoice" in card.words for card in house.cards("orders")))
        await to(house, week(house, day=2, hour=12))

        assert calls(house) == []
