"""Bad luck by a switch on the other side, and how everything comes back."""

from __future__ import annotations

from tests.browser.screen import Screens, expect
from tests.browser.site import Site
from tests.journeys.house import open_ticket


async def test_slack_goes_down_and_comes_back_with_one_card_for_each_ticket(site: Site, screens: Screens) -> None:
    other = await screens.market()
    slack = await screens.slack("support")

    await other.fault("Down", of="slack").click()
    await expect(other.fault("Down", of="slack")).to_be_checked()
    before = len(site.house.slack.calls)
    ticket = open_ticket(site.house)
    await site.house.until(lambda: any(call.status == 0 for call in site.house.slack.calls.since(before)))
    await expect(slack.page.locator("main .message").filter(has_text=ticket.id)).to_have_count(0)
    await other.fault("Down", of="slack").click()

    await expect(slack.message(ticket.id)).to_be_visible(timeout=30_000)
    await site.house.quiet()
    await expect(slack.page.locator("main .message").filter(has_text=ticket.id)).to_have_count(1)
    assert site.house.slack.complaints == []


async def test_the_marketplace_goes_down_and_the_person_is_told(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house)
    slack = await screens.slack("support")
    other = await screens.market()
    await expect(slack.message(ticket.id)).to_be_visible()

    await other.fault("Down", of="market").click()
    await expect(other.fault("Down", of="market")).to_be_checked()
    await slack.presses(ticket.id, "Reply")
    await expect(slack.modal).to_contain_text("⚠", timeout=30_000)
    await slack.modal.get_by_role("button", name="Close").last.click()
    await other.page.get_by_role("button", name="Mend everything").click()
    await expect(other.fault("Down", of="market")).not_to_be_checked()

    assert not site.house.market.faults.active


async def test_faults_of_slack_are_switched_one_by_one(site: Site, screens: Screens) -> None:
    other = await screens.market("controls")
    faults = site.house.slack.faults

    await other.fault("Slow (2 s)", of="slack").click()
    await expect(other.fault("Slow (2 s)", of="slack")).to_be_checked()
    await other.fault("Answers to posts are lost", of="slack").click()
    await expect(other.fault("Answers to posts are lost", of="slack")).to_be_checked()
    await other.fault("Slow (2 s)", of="slack").click()
    await expect(other.fault("Slow (2 s)", of="slack")).not_to_be_checked()

    assert [fault.kind for fault in faults.active] == ["cut"]
    await other.page.get_by_role("button", name="Mend everything").click()
    await site.house.until(lambda: not faults.active)
