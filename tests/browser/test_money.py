"""Money and parcels in the browser: said in words first, agreed to by a second person, with what it costs."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator

from tests.browser.screen import Screens, SlackScreen, expect
from tests.browser.site import Site

TRACKING = "00340434161234567890"


def bought(site: Site, *, sent: bool) -> Any:
    """An order of one piece, and its unit."""
    world = site.house.market.world
    order = world.place_order("de")
    (unit,) = world.units_of(order)
    if sent:
        world.send_unit(unit.id, [TRACKING], "DHL")
    return order, unit


async def order_card(slack: SlackScreen, order: Any) -> Locator:
    await slack.writes(f"/order {order.id}")
    card = slack.page.locator(".message.ephemeral").filter(has_text=order.id).last
    await expect(card).to_be_visible()
    return card


async def presses(card: Locator, label: str) -> None:
    await card.get_by_text(label, exact=True).click()


async def test_a_refund_is_said_in_words_before_it_goes_out(site: Site, screens: Screens) -> None:
    order, unit = bought(site, sent=True)
    slack = await screens.slack("orders")
    await presses(await order_card(slack, order), "Refund")

    await slack.modal.get_by_label("Amount").fill("12,345")
    await slack.modal.get_by_role("combobox", name="Why?").click()
    await slack.page.get_by_role("option", name="Defective").click()
    await slack.confirms("Go on")
    await expect(slack.modal.get_by_role("alert")).to_be_visible()
    await slack.modal.get_by_label("Amount").fill("4,50")
    await slack.confirms("Go on")
    await expect(slack.modal).to_contain_text("Four euros and fifty cents")
    await expect(slack.modal).to_contain_text("It cannot be taken back")
    await slack.confirms("Refund 4.50 EUR")

    await site.house.until(lambda: [refund.amount for refund in unit.refunds] == [450])
    await expect(slack.page.locator("dialog[open]")).to_have_count(0)


async def test_a_second_refund_waits_for_a_colleague_who_sees_what_it_is(site: Site, screens: Screens) -> None:
    order, unit = bought(site, sent=True)
    site.house.market.world.order_unit(unit.id)
    slack = await screens.slack("orders")
    for number, amount in enumerate(("2,00", "3,00")):
        await presses(await order_card(slack, order), "Refund")
        await slack.modal.get_by_label("Amount").fill(amount)
        await slack.modal.get_by_role("combobox", name="Why?").click()
        await slack.page.get_by_role("option", name="Defective").click()
        if number:
            await slack.modal.get_by_label("Is it an additional refund?").fill("additional refund")
        await slack.confirms("Go on")
        await slack.confirms("Ask a colleague" if number else "Refund 2.00 EUR")
        if not number:
            await site.house.until(lambda: len(unit.refunds) == 1)
            await site.house.ended(f"order:main:{order.id}")
    proposal = slack.message("Refund 3.00 EUR")
    await expect(proposal).to_contain_text("Three euros", ignore_case=True)
    assert len(unit.refunds) == 1

    lead = await screens.slack("orders", who="mira")
    await lead.presses("Refund 3.00 EUR", "Approve")
    if await lead.page.locator("dialog[open]").count():
        await lead.confirms("Approve")

    await site.house.until(lambda: [refund.amount for refund in unit.refunds] == [200, 300])
    await expect(slack.message("Refund 3.00 EUR")).to_contain_text("done")


async def test_a_unit_is_marked_as_sent_with_its_parcel(site: Site, screens: Screens) -> None:
    order, unit = bought(site, sent=False)
    slack = await screens.slack("orders")
    await presses(await order_card(slack, order), "Mark as sent")

    await slack.modal.get_by_role("combobox", name="Carrier").click()
    await slack.modal.get_by_role("combobox", name="Carrier").fill("DHL")
    await slack.page.get_by_role("option", name="DHL", exact=True).click()
    await slack.modal.get_by_label("Tracking number", exact=False).first.fill(TRACKING)
    await slack.confirms("Mark as sent")

    await site.house.until(lambda: unit.status == "sent")


async def test_cancelling_says_what_it_costs(site: Site, screens: Screens) -> None:
    order, unit = bought(site, sent=False)
    slack = await screens.slack("orders")
    await presses(await order_card(slack, order), "Cancel")

    await expect(slack.modal).to_contain_text("gets the whole price back")
    await expect(slack.modal).to_contain_text("ancellation rate")
    await slack.modal.get_by_role("combobox").last.click()
    await slack.page.get_by_role("option", name="Out of stock").click()
    await slack.confirms("Cancel units")

    await site.house.until(lambda: unit.status == "cancelled")


async def test_photos_in_the_thread_stand_on_the_returns_card(site: Site, screens: Screens) -> None:
    world = site.house.market.world
    _, unit = bought(site, sent=True)
    world.parcel_delivered(unit.id)
    item = world.start_return(unit)
    world.parcel_sent(item.id)
    world.parcel_arrives(item.id)
    card = await site.house.shown(item.id, "Reason")
    slack = await screens.slack("returns")

    await site.house.ben.drops("returns", {"kratzer.png": b"\x89PNG\r\n\x1a\n"}, thread=card)

    await expect(slack.message(f"Return {item.id}")).to_contain_text("1 photo from us: kratzer.png")
