"""What a person sees and does on the pages, in the words the tests use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect

from tests.browser.site import Site

Theme = Literal["light", "dark"]
PATIENCE_MS = 10_000
expect.set_options(timeout=PATIENCE_MS)
WIDE, NARROW = (1280, 800), (360, 740)


@dataclass
class Windows:
    """Windows that are used again: a new one costs Chromium two processes, which is more than most tests take."""

    browser: Browser
    _free: dict[tuple[tuple[int, int], Theme], list[Page]] = field(default_factory=dict)

    async def take(self, size: tuple[int, int], theme: Theme) -> Page:
        free = self._free.setdefault((size, theme), [])
        return free.pop() if free else await self._new(size, theme)

    async def give_back(self, page: Page, size: tuple[int, int], theme: Theme) -> None:
        """Leave the page for an empty one, and forget what it kept."""
        await page.evaluate("() => localStorage.clear()")
        await page.goto("about:blank")
        self._free[size, theme].append(page)

    async def _new(self, size: tuple[int, int], theme: Theme) -> Page:
        context = await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        return await context.new_page()


@dataclass
class Screens:
    """Every window of one test. `complaints` are errors in consoles, and requests that would leave the machine."""

    windows: Windows
    site: Site
    complaints: list[str] = field(default_factory=list)
    # Parts of complaints a test brings about on purpose.
    expected: list[str] = field(default_factory=list)
    _open: list[tuple[Page, tuple[int, int], Theme]] = field(default_factory=list)

    async def slack(
        self, place: str = "support", *, who: str = "ana", size: tuple[int, int] = WIDE, theme: Theme = "light"
    ) -> SlackScreen:
        """The workspace as `who` sees it, at `place`: a channel, or @app/home."""
        page = await self._page(f"{self.site.slack}/#{who}/{place}", size, theme)
        await page.wait_for_selector(".conversation")
        return SlackScreen(page)

    async def market(
        self, place: str = "tickets", *, size: tuple[int, int] = WIDE, theme: Theme = "light"
    ) -> MarketScreen:
        """The other side, at `place`."""
        page = await self._page(f"{self.site.market}/#{place}", size, theme)
        await page.wait_for_selector(".market")
        return MarketScreen(page)

    async def close(self) -> None:
        for page, size, theme in self._open:
            page.remove_listener("console", self._heard)
            page.remove_listener("pageerror", self._failed)
            page.remove_listener("request", self._asked)
            await self.windows.give_back(page, size, theme)

    async def _page(self, url: str, size: tuple[int, int], theme: Theme) -> Page:
        page = await self.windows.take(size, theme)
        self._open.append((page, size, theme))
        page.on("console", self._heard)
        page.on("pageerror", self._failed)
        page.on("request", self._asked)
        await page.goto(url)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"console: {message.text} ({message.location.get('url', '')})")

    def _failed(self, error: Error) -> None:
        self._complain(f"error: {error}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            self._complain(f"asked elsewhere: {request.url}")

    def _complain(self, words: str) -> None:
        if not any(part in words for part in self.expected):
            self.complaints.append(words)


@dataclass
class SlackScreen:
    page: Page

    def message(self, words: str) -> Locator:
        """The message in the channel (not in the thread beside it) that says `words`; the newest of several."""
        return self.page.locator("main .message").filter(has_text=words).last

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def modal(self) -> Locator:
        return self.page.locator("dialog[open]").last

    @property
    def composer(self) -> Locator:
        return self.page.locator("main textarea[data-composer]")

    async def presses(self, words: str, button: str) -> None:
        """Press a button of the message that says `words`."""
        await self.message(words).get_by_text(button, exact=True).click()

    async def confirms(self, button: str) -> None:
        await self.modal.get_by_role("button", name=button, exact=True).click()

    async def writes(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def goes(self, name: str) -> None:
        await self.page.locator(f'.sidebar [data-place="{name}"]').click()


@dataclass
class MarketScreen:
    page: Page

    @property
    def bubbles(self) -> Locator:
        return self.page.locator(".bubble")

    def thing(self, id: str) -> Locator:
        """The order or return that speaks of `id`."""
        return self.page.locator(".thing").filter(has_text=id)

    def fault(self, words: str, *, of: Literal["market", "slack"]) -> Locator:
        """A switch: the marketplace's come first, Slack's after them."""
        found = self.page.get_by_role("switch", name=words, exact=True)
        return found.first if of == "market" else found.last

    async def writes(self, text: str) -> None:
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.get_by_role("button", name="Send", exact=True).click()


async def overflow(page: Page) -> list[Any]:
    """What sticks out of the window to the right: a page that is as wide as its window has nothing there."""
    found: list[Any] = await page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((node) => node.checkVisibility({ visibilityProperty: true }))
            .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
            .filter((node) => !node.closest(".table-frame, pre, .carousel, .sr-only, .toasts"))
            .map((node) => `${node.tagName}.${node.className} ${Math.round(node.getBoundingClientRect().right)}`)"""
    )
    return found


__all__ = ["NARROW", "PATIENCE_MS", "WIDE", "MarketScreen", "Screens", "SlackScreen", "Windows", "expect", "overflow"]
