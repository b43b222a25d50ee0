"""The pages on narrow screens, in the dark, and for people who do not see or point."""

from __future__ import annotations

import pytest

from tests.browser import gallery
from tests.browser.accessibility import findings, focus_findings
from tests.browser.screen import NARROW, Screens, Theme, expect, overflow
from tests.browser.site import Site
from tests.browser.test_blocks import open_modal, post_everything
from tests.journeys.house import open_ticket


async def test_a_ticket_is_answered_on_a_narrow_screen(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, "Wo bleibt mein Paket? " * 12)
    slack = await screens.slack("general", size=NARROW)

    await expect(slack.page.locator(".sidebar")).not_to_be_visible()
    await slack.page.get_by_role("button", name="Channels").click()
    await slack.goes("support")
    await expect(slack.message(ticket.id)).to_be_visible()
    assert await overflow(slack.page) == []
    await slack.message(ticket.id).get_by_text("1 reply").click()
    await expect(slack.thread).to_be_visible()
    await expect(slack.page.locator("main")).not_to_be_visible()
    assert await overflow(slack.page) == []
    await slack.thread.get_by_role("button", name="Close thread").click()
    await slack.presses(ticket.id, "Reply")
    await slack.modal.get_by_label("Your reply").fill("Morgen.")
    assert await overflow(slack.page) == []
    await slack.confirms("Send")

    await site.house.until(lambda: len(site.house.market.world.ticket(ticket.id)[1].messages) == 2)


async def test_the_other_side_fits_a_narrow_screen(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house)
    other = await screens.market(size=NARROW)

    for place in ("Orders", "Returns", "Controls", "Tickets"):
        await other.page.get_by_role("link", name=place).click()
        assert await overflow(other.page) == []
    await other.page.locator(".row").first.click()
    await expect(other.bubbles.first).to_be_visible()
    assert await overflow(other.page) == []
    await other.page.get_by_role("button", name="Back to the tickets").click()
    await expect(other.page.get_by_text(ticket.buyer.name).first).to_be_visible()


async def test_the_dark_is_chosen_kept_and_follows_the_machine(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general", theme="dark")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = await slack.page.evaluate(ground)

    await slack.page.get_by_role("button", name="Use light colours").click()
    light = await slack.page.evaluate(ground)
    await slack.page.reload()
    await expect(slack.page.get_by_role("button", name="Use dark colours")).to_be_visible()

    assert (dark, light) == ("rgb(26, 29, 33)", "rgb(255, 255, 255)")
    assert await slack.page.evaluate(ground) == light


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_everybody_can_use_the_workspace(site: Site, screens: Screens, theme: Theme) -> None:
    ticket = open_ticket(site.house)
    await site.house.shown(ticket.id)
    post_everything(site, "support")
    slack = await screens.slack("support", theme=theme)
    await expect(slack.message("Everything")).to_be_visible()

    assert await findings(slack.page) == []
    await slack.message(ticket.id).get_by_text("1 reply").click()
    await expect(slack.thread.locator(".message").nth(1)).to_be_visible()
    assert await findings(slack.page) == []
    await slack.composer.press_sequentially("/")
    await expect(slack.page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    assert await findings(slack.page) == []
    await slack.composer.fill("")
    open_modal(site, gallery.modal())
    await slack.modal.get_by_role("button", name="Send", exact=True).click()
    await expect(slack.modal.locator(".error").first).to_be_visible()
    assert await findings(slack.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_everybody_can_use_the_other_side(site: Site, screens: Screens, theme: Theme) -> None:
    world = site.house.market.world
    ticket = open_ticket(site.house)
    world.seller_message(ticket.id, "Morgen.")
    world.parcel_arrives(world.start_return(world.units_of(world.place_order("de"))[0]))
    other = await screens.market(f"tickets/{ticket.id}", theme=theme)
    await expect(other.bubbles.nth(1)).to_be_visible()

    assert await findings(other.page) == []
    for place in ("Orders", "Returns"):
        await other.page.get_by_role("link", name=place).click()
        await expect(other.page.locator(".thing").first).to_be_visible()
        assert await findings(other.page) == []


async def test_the_focus_goes_everywhere_and_is_seen(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house)
    slack = await screens.slack("support")
    await expect(slack.message(ticket.id)).to_be_visible()
    other = await screens.market(f"tickets/{ticket.id}")
    await expect(other.bubbles.first).to_be_visible()

    assert await focus_findings(slack.page) == []
    assert await focus_findings(other.page) == []


async def test_home_and_about_can_be_used_by_everybody(site: Site, screens: Screens) -> None:
    state = site.house.slack.state
    state.views.publish(state.users["ana"].id, gallery.home())
    slack = await screens.slack("@app/home")
    await expect(slack.page.get_by_text("wait for you")).to_be_visible()

    assert await findings(slack.page) == []
    await slack.page.get_by_role("tab", name="Home").press("ArrowRight")
    await expect(slack.page.get_by_role("tab", name="Messages")).to_be_focused()
    await slack.page.keyboard.press("ArrowRight")
    await expect(slack.page.get_by_role("tab", name="About")).to_be_focused()
    assert await findings(slack.page) == []
