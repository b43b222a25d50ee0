"""`/readyz` and `/kontor status`: each thing we depend on, and why it is not well."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.journeys.house import House, running


async def told(house: House) -> tuple[int, dict[str, str]]:
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{house.url}/readyz")
    return answer.status_code, answer.json()["checks"]


async def test_a_house_that_is_well_says_so(house: House) -> None:
    await house.until(lambda: house.kontor.polls.last_ok and house.kontor.health.slack_error is None)

    status, checks = await told(house)

    assert status == 200
    assert {name: text for name, text in checks.items() if not text.startswith("ok")} == {}
    assert "clocks" in checks


async def test_a_marketplace_that_is_left_alone_is_named_with_its_reason(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        await house.polled()
        house.market.faults.down()
        for _ in range(6):
            await asyncio.gather(house.kontor.polls.tickets("main"), return_exceptions=True)
        trouble = house.kontor.desk.market("main").trouble
        status, checks = await told(house)

        assert status == 503
        assert trouble
        assert checks["marketplace"] == f"main: {trouble}"
        assert trouble in await house.kontor.health.status_text()


async def test_a_clock_that_is_wrong_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, polls=False, PUBLIC_URL="") as house:
        await house.polled()
        line = house.kontor.desk.market("main")._line  # type: ignore[attr-defined]
        monkeypatch.setattr(line, "clock_skew", 300.0)

        _, checks = await told(house)

        assert checks["clocks"] == "main: This machine's clock is 300 s ahead of the marketplace's: set it right."
