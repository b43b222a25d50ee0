"""Whether everybody can use a page: names, roles, headings, contrast, the way of the focus.

Names and roles are asked of Chromium's own accessibility tree. Where axe-core is installed (axe-playwright-python), its
findings count too.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Page

# Roles that say nothing without a name.
NAMED = frozenset(
    {
        *("button", "checkbox", "combobox", "dialog", "heading", "image", "link", "listbox", "menu", "menuitem"),
        *(
            "menuitemradio",
            "navigation",
            "option",
            "radio",
            "radiogroup",
            "region",
            "searchbox",
            "slider",
            "spinbutton",
        ),
        *("switch", "tab", "table", "tablist", "tabpanel", "textbox", "complementary"),
    }
)
SERIOUS = frozenset({"serious", "critical"})
# A page of ours has no more stops than this before the focus must have come round.
MOST_STOPS = 400

LOOK = (Path(__file__).parent / "look.js").read_text("utf-8")
STOP = (Path(__file__).parent / "stop.js").read_text("utf-8")


@dataclass(frozen=True)
class Stop:
    """One place the focus comes to."""

    path: str
    name: str
    ring: bool
    inside: bool


async def findings(page: Page) -> list[str]:
    """What is wrong with the page as it is now; empty when nothing is."""
    looked: list[str] = await page.evaluate(LOOK)
    return [*looked, *await _unnamed(page), *await _axe(page)]


async def focus_findings(page: Page) -> list[str]:
    """What is wrong with the way of the focus: stops nobody sees, and a way that never comes round."""
    stops = await focus_stops(page)
    found = [f"{stop.name}: the focus is not shown" for stop in stops if not stop.ring]
    found += [f"{stop.name}: the focus is on something nobody sees" for stop in stops if not stop.inside]
    if len(stops) >= MOST_STOPS:
        found.append("the focus never comes round")
    return found


async def focus_stops(page: Page) -> list[Stop]:
    """Every stop of the Tab key, from the start of the page until it comes round."""
    await page.evaluate("() => document.activeElement?.blur()")
    stops: list[Stop] = []
    while len(stops) < MOST_STOPS:
        await page.keyboard.press("Tab")
        told = await page.evaluate(STOP)
        if told is None or (stops and told["path"] == stops[0].path):
            break
        stops.append(Stop(**told))
    return stops


async def _unnamed(page: Page) -> list[str]:
    """Things of Chromium's accessibility tree that have a role but no name."""
    session = await page.context.new_cdp_session(page)
    try:
        tree = (await session.send("Accessibility.getFullAXTree"))["nodes"]
    finally:
        await session.detach()
    return [f"a {role} has no name ({about})" for role, about in _nameless(tree)]


def _nameless(tree: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for node in tree:
        role = node.get("role", {}).get("value", "")
        if node.get("ignored") or role not in NAMED or node.get("name", {}).get("value"):
            continue
        about = {each["name"]: each["value"].get("value") for each in node.get("properties", [])}
        yield role, json.dumps(about)[:120]


async def _axe(page: Page) -> list[str]:
    """The serious findings of axe-core, when it is installed."""
    if importlib.util.find_spec("axe_playwright_python") is None:
        return []
    axe = importlib.import_module("axe_playwright_python.async_playwright").Axe()
    results = await axe.run(page)
    return [
        f"axe {each['id']} ({each['impact']}): {each['help']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in results.response["violations"]
        if each["impact"] in SERIOUS
    ]
