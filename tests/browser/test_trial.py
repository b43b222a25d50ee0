"""Somebody who sees Kontor for the first time answers a Czech buyer from a German desk, led by what the page says."""

from __future__ import annotations

import time
from datetime import timedelta

from tests.browser.screen import Screens, expect
from tests.browser.site import Site

LETTER = "Dobrý den, objednávka ještě nedorazila. Kde je můj balík? Děkuji"
A_MINUTE = 60.0


async def test_a_czech_buyer_is_answered_from_a_german_desk_within_a_minute(site: Site, screens: Screens) -> None:
    world = site.house.market.world
    ticket = world.open_ticket(world.units_of(world.place_order("cz")), LETTER, topic="delivery_not_received")
    desk = await screens.slack("support")
    began = time.monotonic()

    # 1 read the card, 2 claim it, 3 open the window
    await expect(desk.message(ticket.id)).to_contain_text(LETTER)
    await desk.presses(ticket.id, "Claim")
    await expect(desk.message(ticket.id)).to_contain_text("Claimed by")
    await desk.presses(ticket.id, "Reply")
    # 4 the list begins with the letter that fits, 5 choose it
    await desk.modal.get_by_role("combobox", name="Template").click()
    fitting = desk.page.get_by_role("option").first
    await expect(fitting).to_contain_text("Parcel not received")
    await fitting.click()
    # 6 fill in what it asks for
    await expect(desk.modal).to_contain_text("Still needed: We answer by.")
    by = world.clock.now() + timedelta(days=3)
    await desk.modal.get_by_label("We answer by").fill(by.date().isoformat())
    await desk.modal.get_by_label("We answer by").press("Tab")
    # 7 read in German what the buyer reads in Czech, and send
    await expect(desk.modal).to_contain_text("Preview · Czech")
    await expect(desk.modal).to_contain_text("Dobrý den")
    await expect(desk.modal).to_contain_text("The same in German, for you to read. It is not sent.")
    await expect(desk.modal).to_contain_text("Guten Tag")
    await desk.confirms("Send")
    # 8 the customer has it
    customer = await screens.market(f"tickets/{ticket.id}")
    await expect(customer.bubbles.last).to_contain_text("Dobrý den")
    await expect(customer.bubbles.last).not_to_contain_text("Guten Tag")
    took = time.monotonic() - began

    print(f"\n  eight steps in {took:.0f} s")
    assert took < A_MINUTE
