"""Missing invoices: reminded of step by step, each once, until the invoice comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.house import House
from tests.journeys.moments import on, started, to, week
from tests.journeys.papers import invoice_of, sent_order, uploaded

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


async def seen_missing(house: House) -> Any:
    """An order that was sent and has no invoice, and stands in the list. The list is looked at every hour."""
    order = sent_order(house)
    await on(house, timedelta(minutes=61))
    await house.until(lambda: any("without an invoice" in card.words for card in house.cards("orders")))
    return order


@asynccontextmanager
async def half_told(folder: Path) -> AsyncIterator[tuple[House, Any]]:
    """The first of two steps was told, the second is still to come; and the order that is missing its invoice."""
    async with started(folder, invoices=RULES) as house:
        order = await seen_missing(house)
        await to(house, week(house, day=1, hour=11))
        await house.until(lambda: len(calls(house)) == 1)
        yield house, order


async def test_each_step_calls_its_people_once(tmp_path: Path) -> None:
    async with started(tmp_path, invoices=RULES) as house:
        await seen_missing(house)
        assert calls(house) == []

        await to(house, week(house, day=1, hour=11))
        await house.until(lambda: len(calls(house)) == 1)
        await on(house, timedelta(hours=2))
        assert len(calls(house)) == 1
        assert "S0RETURNS1" in calls(house)[0]
        assert "S0LEADS001" not in calls(house)[0]
        # Nobody can take the list.
        assert "has taken it" not in calls(house)[0]

        await to(house, week(house, day=2, hour=11))
        await house.until(lambda: len(calls(house)) == 2)
        await on(house, timedelta(hours=2))
        assert len(calls(house)) == 2
        assert "S0LEADS001" in calls(house)[1]
        assert "Invoices are overdue" in calls(house)[1]
        assert house.slack.complaints == []


async def test_a_restart_between_two_steps_tells_neither_twice(tmp_path: Path) -> None:
    async with half_told(tmp_path) as (house, _):
        await house.restart()
        await on(house, timedelta(hours=2))
        assert len(calls(house)) == 1

        await to(house, week(house, day=2, hour=11))
        await house.until(lambda: len(calls(house)) == 2)
        await house.restart()
        await on(house, timedelta(hours=2))
        assert ["overdue" in call for call in calls(house)] == [False, True]
        assert house.slack.complaints == []


async def through_kontor(house: House, order: Any) -> None:
    content = await invoice_of(house, order)
    await house.ana.uses_shortcut("invoice.upload")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "invoice.give")
    await house.ana.fills({"files": [("r.pdf", content)]})
    assert await house.ana.submits() is None
    await house.until(lambda: uploaded(house, order))


async def in_the_portal(house: House, order: Any) -> None:
    world = house.market.world
    world.upload_invoice(world.home("orders", order.id), order, "r.pdf", "application/pdf", b"%PDF-1.4\n%%EOF")


@pytest.mark.parametrize("upload", [through_kontor, in_the_portal])
async def test_an_invoice_between_two_steps_ends_the_calling(tmp_path: Path, upload: Callable[..., Any]) -> None:
    async with half_told(tmp_path) as (house, order):
        await upload(house, order)

        # Before the second step nobody looks but the hour.
        await to(house, week(house, day=2, hour=11))
        await house.until(lambda: any("has its invoice" in card.words for card in house.cards("orders")))
        await to(house, week(house, day=4, hour=11))
        assert len(calls(house)) == 1
        assert house.slack.complaints == []


async def test_what_is_invoiced_through_kontor_leaves_the_list_at_once(tmp_path: Path) -> None:
    async with half_told(tmp_path) as (house, order):
        await through_kontor(house, order)

        await house.until(lambda: any("has its invoice" in card.words for card in house.cards("orders")))


async def test_a_list_that_somebody_deleted_hangs_again_and_calls_nobody_again(tmp_path: Path) -> None:
    async with half_told(tmp_path) as (house, _):
        (card,) = (card for card in house.cards("orders") if "without an invoice" in card.text)
        house.slack.channels["orders"].drop(card.ts)
        sent_order(house)

        await on(house, timedelta(minutes=61))
        await house.until(lambda: any("2 sent orders" in card.words for card in house.cards("orders")))
        await on(house, timedelta(hours=1))
        assert calls(house) == []
        await to(house, week(house, day=2, hour=11))
        assert ["overdue" in call for call in calls(house)] == [True]


async def test_of_two_steps_that_were_reached_while_nobody_looked_the_higher_says_it_all(tmp_path: Path) -> None:
    async with started(tmp_path, invoices=RULES) as house:
        await seen_missing(house)

        await to(house, week(house, day=3, hour=11))
        await house.until(lambda: calls(house))
        for _ in range(3):
            await on(house, timedelta(hours=1))
        assert ["overdue" in call for call in calls(house)] == [True]


async def test_an_invoice_that_comes_in_time_is_no_reason_to_call_anybody(tmp_path: Path) -> None:
    async with started(tmp_path, invoices=RULES) as house:
        await in_the_portal(house, await seen_missing(house))

        await on(house, timedelta(hours=2))
        await house.until(lambda: any("has its invoice" in card.words for card in house.cards("orders")))
        await to(house, week(house, day=2, hour=12))

        assert calls(house) == []
