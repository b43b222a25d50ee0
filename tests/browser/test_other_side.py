"""The other side: being a buyer, a parcel, time itself."""

from __future__ import annotations

from datetime import timedelta

from tests.browser.screen import Screens, expect
from tests.browser.site import Site
from tests.journeys.house import open_ticket


async def test_a_buyer_writes_sends_a_photo_and_closes(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, "Kaputt angekommen.")
    other = await screens.market(f"tickets/{ticket.id}")

    await other.writes("Hier das Foto:")
    await expect(other.bubbles.last).to_contain_text("Hier das Foto:")
    await other.page.get_by_role("button", name="Send a photo").click()
    await expect(other.page.get_by_role("img", name="Photo")).to_be_visible()
    await other.page.get_by_label("Write as").select_option("seller")
    await other.writes("Wir ersetzen es.")
    await expect(other.page.locator('.bubble[data-role="seller"]')).to_contain_text("Wir ersetzen es.")
    await other.page.get_by_role("button", name="Close …").click()
    await other.page.get_by_role("menuitem", name="As the buyer").click()

    await expect(other.page.locator(".talk-head")).to_contain_text("closed by the buyer")
    await site.house.until(lambda: site.house.market.world.ticket(ticket.id)[1].status == "buyer_closed")


async def test_an_order_is_placed_asked_about_and_its_card_comes_to_slack(site: Site, screens: Screens) -> None:
    other = await screens.market("orders")
    slack = await screens.slack("support")

    await other.page.get_by_role("button", name="Order in 🇩🇪 DE").click()
    await other.page.get_by_role("button", name="Ask about it").first.click()
    await expect(other.page.locator(".talk-head")).to_contain_text("waits for the seller")
    id = other.page.url.rsplit("/", 1)[1]

    await expect(slack.message(id)).to_be_visible()


async def test_a_new_ticket_begins_with_words_of_its_country(site: Site, screens: Screens) -> None:
    other = await screens.market()

    await other.page.get_by_role("button", name="New ticket").click()
    await other.page.get_by_role("menuitem", name="About anything, 🇨🇿 CZ").click()

    await expect(other.bubbles.first).to_be_visible()
    _, ticket = site.house.market.world.ticket(other.page.url.rsplit("/", 1)[1])
    assert ticket.storefront == "cz"


async def test_time_passes_by_a_button_and_the_world_lives_by_a_slider(site: Site, screens: Screens) -> None:
    other = await screens.market()
    before = site.house.market.world.clock.now()
    orders = len(site.house.market.world.shop().orders)

    await other.page.get_by_role("button", name="+1 day").click()
    await expect(other.page.get_by_text("h ahead of your own clock")).to_be_visible()
    assert site.house.market.world.clock.now() - before >= timedelta(days=1)
    await other.page.get_by_label("Pace").fill("9")
    await site.house.until(lambda: site.house.market.pace == 0.5)
    await site.house.until(lambda: len(site.house.market.world.shop().orders) > orders)
    await other.page.get_by_label("Pace").fill("0")
    await site.house.until(lambda: site.house.market.pace == 0)
    await expect(other.page.get_by_text("nothing happens by itself")).to_be_visible()


async def test_a_word_the_marketplace_refuses_is_told(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house)
    site.house.market.world.customer_service_closes(ticket.id)
    other = await screens.market(f"tickets/{ticket.id}")
    screens.expected.append("400")
    await expect(other.page.locator(".talk-head")).to_contain_text("closed for good")

    await other.page.evaluate("() => (document.querySelector('.talk-form').inert = false)")
    await other.writes("noch etwas")

    await expect(other.page.get_by_text("finally closed")).to_be_visible()
