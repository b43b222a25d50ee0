"""Looking through other eyes, those of a stranger among them."""

from __future__ import annotations

from tests.browser.screen import Screens, expect


async def test_one_looks_through_other_eyes_without_losing_the_place(screens: Screens) -> None:
    slack = await screens.slack("returns")

    await slack.page.get_by_role("button", name="You are Ana Bauer").click()
    await slack.page.get_by_role("menuitemradio", name="Ben Novák").click()
    await expect(slack.page.get_by_role("button", name="You are Ben Novák")).to_be_visible()
    await slack.goes("returns")
    await slack.page.get_by_role("button", name="You are Ben Novák").click()
    await slack.page.get_by_role("menuitemradio", name="Olga Petrova").click()

    await expect(slack.page.get_by_role("heading", name="Olga Petrova is in no channel")).to_be_visible()
    await slack.page.get_by_role("button", name="Let them into #support").click()
    await expect(slack.page.get_by_text("Shared with another company")).to_be_visible()
