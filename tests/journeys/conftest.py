from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from tests.journeys.house import House, running


@pytest.fixture(autouse=True, scope="session")
def quiet_log() -> None:
    """Journeys break things on purpose; only what the bot itself calls an error is worth reading in their output."""
    # Tracebacks with every local drawn in a box take seconds, and the event loop stands still meanwhile.
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[plain], wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "data") as open_house:
        yield open_house
