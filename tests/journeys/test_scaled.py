"""`kontor serve` with the lanes several processes share: the same house, and nobody sees a difference."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.faults import checks
from tests.halls import notebook_schema
from tests.journeys.house import open_ticket, running

pytestmark = pytest.mark.postgres


async def test_a_ticket_is_shown_answered_and_closed_over_shared_lanes(tmp_path: Path) -> None:
    async with (
        notebook_schema() as database,
        running(tmp_path, database=database, KONTOR_LANES="postgres", SLACK_PACE_SECONDS="0.05") as house,
    ):
        tickets = [open_ticket(house, f"Frage {number}") for number in range(5)]
        for ticket in tickets:
            await house.shown(ticket.id, seconds=30)
        card = await house.shown(tickets[0].id)
        await house.ana.presses("support", card, "Close")
        assert await house.ended(f"ticket:main:{tickets[0].id}", seconds=30) == ["done"]
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{house.url}/readyz")
        complaints = await checks.settled(house)

    assert complaints == [], checks.told(complaints)
    assert answer.status_code == 200, answer.text
