"""The real bot between the local marketplace and the local Slack, and Chromium in front of their pages.

Run by `make browser`. Everything happens in one event loop and on free ports; one Chromium serves the whole run.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from tests.browser.screen import Screens, Windows
    from tests.browser.site import Site

MARKER = "browser: needs Chromium and playwright; run by make browser, skipped with the reason when one is missing"
BINARIES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# The wrapper of a browser test is its page: nothing else of this folder may be collected without playwright.
HERE = Path(__file__).parent
# Without playwright nothing here can even be read; `make browser` brings it.
collect_ignore_glob = [] if importlib.util.find_spec("playwright") else ["test_*.py"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests share the loop Chromium is driven in, and run only when they are asked for."""
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        item.add_marker(pytest.mark.browser)
    if "browser" not in (config.option.markexpr or ""):
        items[:] = [item for item in items if item not in ours]
        config.hook.pytest_deselected(items=ours)


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    return next((found for name in BINARIES if (found := shutil.which(name))), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows() -> AsyncIterator[Windows]:
    """Chromium's windows, for the whole run."""
    api = pytest.importorskip("playwright.async_api", reason="playwright is not installed: make browser installs it")
    path = chromium()
    if path is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(BINARIES)})")
    from tests.browser.screen import Windows

    async with api.async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield Windows(running)
        await running.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """One house for the tests of a module: each speaks only of tickets of its own."""
    from tests.browser.site import open_site

    async with open_site(tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def screens(windows: Windows, site: Site) -> AsyncIterator[Screens]:
    """Opens windows; at the end none of them may have complained, or asked anybody outside of this machine."""
    from tests.browser.screen import Screens

    opened = Screens(windows, site)
    yield opened
    await opened.close()
    site.tidy()
    assert opened.complaints == []
