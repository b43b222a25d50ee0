"""Returns through the pages: the parcel comes back, somebody decides, and the customer sees what was decided."""

from __future__ import annotations

from tests.browser.screen import Screens, expect
from tests.browser.site import Site


async def test_a_return_is_accepted_and_the_customer_gets_the_money(site: Site, screens: Screens) -> None:
    world = site.house.market.world
    order = world.place_order("de")
    unit = world.units_of(order)[0]
    world.send_unit(unit, ["00340434161094"], "DHL")
    world.parcel_delivered(unit)
    customer = await screens.market("orders")
    slack = await screens.slack("returns")

    await customer.thing(order.id).get_by_role("button", name="Send it back").click()
    await customer.page.get_by_role("menuitem", name="defective").click()
    await customer.thing(order.id).get_by_role("button", name="Let it arrive").click()
    await expect(customer.thing(order.id)).to_contain_text("waits for the seller's decision")
    await slack.presses(order.id, "Accept")
    await expect(slack.modal).to_contain_text("refunds")
    await slack.confirms("Accept")

    await expect(customer.thing(order.id)).to_contain_text("accepted, money back")
    await expect(customer.page.locator(".journal")).to_contain_text("accept")
    await expect(slack.message(order.id).get_by_text("Accept", exact=True)).to_have_count(0)


async def test_a_rejected_return_is_explained_to_the_customer_in_a_ticket(site: Site, screens: Screens) -> None:
    world = site.house.market.world
    item = world.start_return(world.units_of(world.place_order("de"))[0], reason="dislike")
    world.parcel_arrives(item)
    slack = await screens.slack("returns")
    customer = await screens.market("returns")

    await slack.presses(str(item.id), "Reject")
    await slack.modal.locator("textarea").fill("Der Artikel war benutzt.")
    await slack.modal.locator(".modal-foot button").last.click()
    await expect(customer.thing(str(item.id))).to_contain_text("rejected")
    await customer.thing(str(item.id)).get_by_role("link", name="The seller wrote").click()

    await expect(customer.bubbles.last).to_contain_text("Der Artikel war benutzt.")
