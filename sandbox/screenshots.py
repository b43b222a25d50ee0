"""Takes the pictures in docs/screenshots: the demo is started on free ports, and Chromium looks at both of its pages.

`python -m sandbox.screenshots` (`make screenshots`). Needs Chromium and playwright; each picture stays below 300 kB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.__main__ import Demo, running_parts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
BINARIES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
LARGEST = 300_000
WIDE, NARROW = (1280, 800), (360, 740)
ZONE = "Europe/Berlin"
# Pictures begin when everything of the past hangs in Slack and nothing moves any more.
SETTLED_MS = 6_000
STEP_MS = 700
# Pictures of products that look well with a crack.
BREAKS = ("kettle.svg", "mug-set.svg", "enamel-pot.svg", "table-lamp.svg", "kitchen-scale.svg", "hand-blender.svg")
LETTER = (
    "Guten Abend,\nder Karton war außen in Ordnung, aber „{product}“ hat einen deutlichen Schaden. So kann ich das "
    "nicht verwenden, ein Foto habe ich angehängt. Ich hätte gern Ersatz, kein Geld zurück.\nViele Grüße\n{name}"
)
ANSWER = (
    "Guten Tag,\n\ndanke für das Foto, das tut uns leid. Wir schicken Ihnen heute kostenlos Ersatz. "
    "Den beschädigten Artikel dürfen Sie behalten.\n\nViele Grüße\nIhr Alvenor-Team"
)
CZECH_LETTER = "Dobrý den, objednávka ještě nedorazila. Kde je můj balík? Děkuji"
# One row is right, one has what spreadsheets and people get wrong, and the rest of the inventory is missing.
FEED = (
    "ean;condition;price;currency;id_offer;count;handling_time\r\n"
    "2091204300018;100;3990;EUR;ALV-003;40;1\r\n"
    "209120430001;100;49,99;EUR;ALV-004;5;1\r\n"
)
# What is answered can be undone for a while; only then the customer gets it.
SENT_MS = 45_000
# The marketplace makes a report in 20 seconds; then Slack must have looked at its chart.
REPORT_MS = 90_000


class Camera:
    """Opens windows of the demo and keeps what they show."""

    def __init__(self, browser: Browser, demo: Demo, folder: Path) -> None:
        self.browser = browser
        self.demo = demo
        self.folder = folder
        self.taken: list[Path] = []

    def window(self, part: str, place: str, *, size: tuple[int, int] = WIDE, theme: str = "light") -> Page:
        """A page of the demo (slack or market) at `place`, once it stands still."""
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id=ZONE,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(f"{self.demo.url(part)}/#{place}")
        page.wait_for_selector(".message, .row, .thing, .home-view, .app-panel")
        page.wait_for_timeout(STEP_MS)
        return page

    def take(self, name: str, page: Page) -> None:
        """Keep what `page` shows. The pointer is put aside first."""
        page.mouse.move(2, 2)
        page.wait_for_timeout(STEP_MS)
        path = self.folder / f"{name}.png"
        page.screenshot(path=path)
        self.taken.append(path)


def story(camera: Camera) -> None:
    """A customer complains, somebody answers, the customer reads it; then everything else there is to see."""
    ticket = complaint(camera.demo)
    slack = camera.window("slack", "ana/support")
    card = slack.locator("main .message").filter(has_text=ticket).last
    card.get_by_text("Reply", exact=True).wait_for()
    card.scroll_into_view_if_needed()
    camera.take("ticket-card", slack)
    card.get_by_text("Reply", exact=True).click()
    slack.get_by_label("Your reply").fill(ANSWER)
    camera.take("reply", slack)
    slack.locator("dialog[open]").get_by_role("button", name="Send", exact=True).click()
    other = camera.window("market", f"tickets/{ticket}")
    other.locator(".bubble.theirs").wait_for(timeout=SENT_MS)
    camera.take("other-side", other)
    for name, theme in (("thread", "light"), ("dark", "dark")):
        page = camera.window("slack", "ana/support", theme=theme)
        page.locator("main .message").filter(has_text=ticket).last.locator(".thread-bar").click()
        page.locator("aside.thread .message").nth(2).wait_for()
        camera.take(name, page)
    trial(camera)
    views(camera)


def trial(camera: Camera) -> None:
    """A German desk answers a Czech buyer: the card, the letters, the preview, the undo, and what the buyer gets."""
    order = play(camera.demo, "/orders", {"account": "zahrada", "storefront": "cz"})
    wanted = {"order_unit": order["units"][0]["id"], "topic": "delivery_not_received", "text": CZECH_LETTER}
    ticket = str(play(camera.demo, "/tickets", wanted)["id"])
    page = camera.window("slack", "ana/support")
    card = page.locator("main .message").filter(has_text=ticket).last
    card.get_by_text("Claim", exact=True).click()
    card.get_by_text("Claimed by").wait_for()
    card.scroll_into_view_if_needed()
    camera.take("trial-1-card", page)
    card.get_by_text("Reply", exact=True).click()
    window = page.locator("dialog[open]")
    window.get_by_role("combobox", name="Template").click()
    page.get_by_role("option").first.wait_for()
    camera.take("trial-2-letters", page)
    page.get_by_role("option").first.click()
    by = window.get_by_label("We answer by")
    by.fill((datetime.now(UTC) + timedelta(days=3)).date().isoformat())
    by.press("Tab")
    window.get_by_text("Preview").scroll_into_view_if_needed()
    camera.take("trial-3-preview", page)
    window.get_by_role("button", name="Send", exact=True).click()
    card.get_by_text("is in the thread").wait_for()
    card.locator(".thread-bar").click()
    page.locator("aside.thread").get_by_role("button", name="Do not send it").wait_for()
    camera.take("trial-4-undo", page)
    other = camera.window("market", f"tickets/{ticket}")
    other.locator(".bubble.theirs").wait_for(timeout=SENT_MS)
    camera.take("trial-5-customer", other)


def views(camera: Camera) -> None:
    """What needs no story."""
    page = camera.window("slack", "ana/returns")
    page.locator("main .message").filter(has=page.get_by_text("Accept", exact=True)).last.scroll_into_view_if_needed()
    camera.take("return-card", page)
    camera.take("home", camera.window("slack", "ana/@app/home"))
    page = camera.window("slack", "ana/support")
    page.locator("main textarea[data-composer]").press_sequentially("/")
    camera.take("commands", page)
    camera.take("narrow", camera.window("slack", "ana/support", size=NARROW))
    camera.take("other-side-returns", camera.window("market", "returns"))
    camera.take("other-side-narrow", camera.window("market", "tickets", size=NARROW))
    offers(camera)


def offers(camera: Camera) -> None:
    """An offer in all storefronts, and a feed that would do more than its author thinks."""
    page = camera.window("slack", "ana/support")
    composer = page.locator("main textarea[data-composer]")
    composer.fill("/stock wasserkocher")
    composer.press("Enter")
    page.locator("main .message.ephemeral").get_by_text("Buybox").first.wait_for()
    camera.take("stock", page)
    composer.fill("/feed")
    composer.press("Enter")
    window = page.locator("dialog[open]")
    window.locator("input[type=file]").set_input_files(
        files={"name": "bestand.csv", "mimeType": "text/csv", "buffer": FEED.encode()}
    )
    window.get_by_role("combobox").first.click()
    page.get_by_role("option", name="Inventory feed").click()
    window.get_by_role("button", name="Check").click()
    page.locator("main .message").get_by_text("Discard", exact=True).last.wait_for()
    camera.take("feed", page)
    report(camera)


def report(camera: Camera) -> None:
    """What was sold in the last days, in all storefronts, with its chart."""
    page = camera.window("slack", "ana/orders")
    composer = page.locator("main textarea[data-composer]")
    composer.fill("/report sales")
    composer.press("Enter")
    window = page.locator("dialog[open]")
    today = datetime.now(UTC).date()
    for label, day in (("First day", today - timedelta(days=6)), ("Last day", today)):
        window.get_by_label(label).fill(day.isoformat())
    window.get_by_role("button", name="Ask for it").click()
    card = page.locator("main .message").filter(has_text="Sales").filter(has_text="Asked for by").last
    card.locator("img[alt^='Bar chart']").wait_for(timeout=REPORT_MS)
    card.scroll_into_view_if_needed()
    camera.take("report", page)
    refund(camera)


def refund(camera: Camera) -> None:
    """Money that is about to go out, said in words."""
    order = play(camera.demo, "/orders", {"account": "hausrat", "storefront": "de"})
    play(camera.demo, f"/order-units/{order['units'][0]['id']}/status", {"status": "sent"})
    page = camera.window("slack", "ana/orders")
    composer = page.locator("main textarea[data-composer]")
    composer.fill(f"/order {order['id']}")
    composer.press("Enter")
    page.locator(".message.ephemeral").last.get_by_text("Refund", exact=True).first.click()
    window = page.locator("dialog[open]")
    window.get_by_label("Amount").fill("4,50")
    window.get_by_role("combobox", name="Why?").click()
    page.get_by_role("option", name="Defective").click()
    window.get_by_role("button", name="Go on").click()
    window.get_by_text("It cannot be taken back").wait_for()
    camera.take("refund", page)


def complaint(demo: Demo) -> str:
    """A customer of the German shop opens a ticket with a photo. Returns its id."""
    order = play(demo, "/orders", {"account": "hausrat", "storefront": "de"})
    while not order["units"][0]["picture"].endswith(BREAKS):
        order = play(demo, "/orders", {"account": "hausrat", "storefront": "de"})
    unit = order["units"][0]
    play(demo, f"/order-units/{unit['id']}/status", {"status": "received"})
    text = LETTER.format(product=unit["title"], name=order["buyer"])
    ticket = str(
        play(demo, "/tickets", {"order_unit": unit["id"], "topic": "order_product_defect", "text": text})["id"]
    )
    play(demo, f"/tickets/{ticket}/photo", {})
    return ticket


def play(demo: Demo, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Let something happen on the marketplace."""
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{demo.url('market')}/play{path}",
        data=json.dumps(wanted).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own address
        told: dict[str, Any] = json.load(answer)
    return told


def take_all(folder: Path) -> int:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("playwright is not installed: make browser installs it", file=sys.stderr)  # noqa: T201
        return 1
    path = next((found for name in BINARIES if (found := shutil.which(name))), None)
    if path is None:
        print(f"There is no Chromium here (looked for {', '.join(BINARIES)}).", file=sys.stderr)  # noqa: T201
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kontor-pictures-") as fresh:
        demo = Demo(Path(fresh), 0, free_ports())
        with running_parts(demo), sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            camera = Camera(browser, demo, folder)
            browser.new_page().wait_for_timeout(SETTLED_MS)
            story(camera)
            browser.close()
    return _weigh(camera.taken)


def free_ports() -> dict[str, int]:
    ports: dict[str, int] = {}
    for part in ("slack", "market", "bot"):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            ports[part] = taken.getsockname()[1]
    return ports


def _weigh(taken: list[Path]) -> int:
    for path in taken:
        size = path.stat().st_size
        print(f"{path.name:<24} {size // 1000:>4} kB{'  too large' if size > LARGEST else ''}")  # noqa: T201
    return int(any(path.stat().st_size > LARGEST for path in taken))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go (default: docs/screenshots)")
    arguments = parser.parse_args()
    return take_all(arguments.folder)


if __name__ == "__main__":
    sys.exit(main())
