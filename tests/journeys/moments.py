"""Moments of a quiet week in the office, and letting time pass to them: for journeys about clocks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.domain.clocks import calendar_of
from tests.journeys.house import ROOT, House, running

BERLIN = ZoneInfo("Europe/Berlin")
Start = Callable[..., AbstractAsyncContextManager[House]]


@asynccontextmanager
async def started(folder: Path, **files: str) -> AsyncIterator[House]:
    """A house without polls, on a Monday at 09:00 in the office. `files` take the place of shipped rules (clocks=…)."""
    rules = folder / "rules"
    rules.mkdir()
    for path in (ROOT / "rules").iterdir():
        (rules / path.name).write_bytes(path.read_bytes())
    for name, text in files.items():
        (rules / f"{name}.yaml").write_text(text)
    # Without an address for pushes nobody asks the marketplace in the very moment in which time jumps.
    async with running(folder / "data", polls=False, RULES_DIR=str(rules), PUBLIC_URL="") as house:
        await to(house, monday(house))
        yield house


def monday(house: House) -> datetime:
    """09:00 in the office on the next Monday that begins two weeks without a public holiday."""
    at = house.market.world.clock.now().astimezone(BERLIN).replace(hour=9, minute=0, second=0, microsecond=0)
    at += timedelta(days=7 - at.weekday())
    calendar = calendar_of("de")
    while not all(calendar.works_on((at + timedelta(days=day)).date()) for day in range(12) if day % 7 < 5):
        at += timedelta(days=7)
    return at.astimezone(UTC)


def week(house: House, *, day: int = 0, hour: int, minute: int = 0) -> datetime:
    """That hour of the office's week we are in; day 0 is Monday."""
    now = house.market.world.clock.now().astimezone(BERLIN)
    start = (now - timedelta(days=now.weekday())).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (start + timedelta(days=day)).astimezone(UTC)


async def to(house: House, moment: datetime) -> None:
    """Let time pass until `moment`, and everybody do what is due then."""
    await house.quiet()
    await house.pass_time(moment - house.market.world.clock.now())
    await house.polled()
    await swept(house)


async def on(house: House, by: timedelta) -> None:
    await to(house, house.market.world.clock.now() + by)


async def swept(house: House) -> None:
    for _ in range(3):
        await house.kontor.looks.sweep()
        await house.quiet()
