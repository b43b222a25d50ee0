"""Tickets through the pages: they come by themselves, are answered and closed, and the customer sees it."""

from __future__ import annotations

from tests.browser.screen import Screens, expect
from tests.browser.site import Site
from tests.journeys.house import open_ticket

WORDS = "Wo bleibt mein Paket?"


async def test_a_ticket_appears_by_itself(site: Site, screens: Screens) -> None:
    slack = await screens.slack("support")

    ticket = open_ticket(site.house, WORDS)

    card = slack.message(ticket.id)
    await expect(card).to_contain_text(WORDS)
    await expect(card.get_by_text("Reply", exact=True)).to_be_visible()
    await expect(card.locator("img.picture")).to_have_js_property("complete", True)
    assert await card.locator("img.picture").evaluate("(picture) => picture.naturalWidth") > 0


async def test_another_channel_shows_that_something_waits(site: Site, screens: Screens) -> None:
    slack = await screens.slack("support")
    row = slack.page.locator('.sidebar [data-place="support"]')
    await expect(row.locator(".count")).to_have_count(0)
    await slack.goes("general")
    await expect(row.locator(".count")).to_have_count(0)

    ticket = open_ticket(site.house, WORDS)
    await expect(row.locator(".count")).to_have_text("1")
    await slack.goes("support")

    await expect(slack.message(ticket.id)).to_be_visible()
    await expect(row.locator(".count")).to_have_count(0)


async def test_an_answer_reaches_the_customer(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    customer = await screens.market(f"tickets/{ticket.id}")
    await expect(customer.bubbles).to_contain_text([WORDS])
    slack = await screens.slack("support")

    await slack.presses(ticket.id, "Reply")
    await slack.modal.get_by_label("Your reply").fill("Guten Tag, es kommt morgen.")
    await slack.confirms("Send")

    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    await expect(customer.bubbles.last).to_contain_text("Guten Tag, es kommt morgen.")
    await expect(customer.page.locator(".talk-head")).to_contain_text("the seller has answered")
    await expect(customer.page.locator(".journal")).to_contain_text(f"answered ticket {ticket.id}")
    await expect(slack.message(ticket.id)).to_contain_text("The buyer's turn")


async def test_an_empty_answer_is_refused_beside_its_field(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    slack = await screens.slack("support")

    await slack.presses(ticket.id, "Reply")
    await expect(slack.modal.get_by_label("Your reply")).to_be_focused()
    await slack.confirms("Send")

    await expect(slack.modal.get_by_role("alert")).to_contain_text("complete this required field")
    await expect(slack.modal.get_by_label("Your reply")).to_be_focused()


async def test_what_was_typed_survives_a_change_of_the_modal(site: Site, screens: Screens) -> None:
    """The app may draw a modal anew while somebody types into it."""
    ticket = open_ticket(site.house, WORDS)
    slack = await screens.slack("support")
    await slack.presses(ticket.id, "Reply")
    await slack.modal.get_by_label("Your reply").fill("half a sent")

    state = site.house.slack.state
    view = state.views.top(state.users["ana"].id)
    assert view is not None
    body = {**view.body, "title": {"type": "plain_text", "text": "Another title"}}
    state.views.update(view, body)
    state.feed.publish("modal.changed", user=view.user_id, view=view.id)

    await expect(slack.modal.get_by_role("heading")).to_have_text("Another title")
    await expect(slack.modal.get_by_label("Your reply")).to_have_value("half a sent")
    await expect(slack.modal.get_by_label("Your reply")).to_be_focused()


async def test_closing_asks_first_and_a_no_does_nothing(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    slack = await screens.slack("support")

    await slack.presses(ticket.id, "Close")
    await expect(slack.modal).to_contain_text("Close this ticket?")
    await slack.confirms("Cancel")
    await expect(slack.message(ticket.id).get_by_text("Close", exact=True)).to_be_visible()
    assert site.house.market.world.ticket(ticket.id)[1].status == "opened"

    await slack.presses(ticket.id, "Close")
    await slack.confirms("Close it")

    await expect(slack.message(ticket.id).get_by_text("Close", exact=True)).to_have_count(0)
    assert site.house.market.world.ticket(ticket.id)[1].status == "seller_closed"


async def test_the_thread_carries_the_talk_and_what_is_written_there_stays_inside(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    slack = await screens.slack("support")
    customer = await screens.market(f"tickets/{ticket.id}")
    sent = len(site.house.market.journal.executed("POST", "/messages"))

    await slack.message(ticket.id).get_by_text("1 reply").click()
    await expect(slack.thread.locator(".message").last).to_contain_text(WORDS)
    await slack.thread.get_by_label("Reply…").fill("who takes this?")
    await slack.thread.get_by_label("Reply…").press("Enter")
    await expect(slack.thread.locator(".message").last).to_contain_text("who takes this?")
    await customer.writes("Hallo?")

    await expect(slack.thread.locator(".message").last).to_contain_text("Hallo?")
    await expect(slack.message(ticket.id)).to_contain_text("3 replies")
    assert len(site.house.market.journal.executed("POST", "/messages")) == sent
    await slack.page.keyboard.press("Escape")
    await expect(slack.thread).to_have_count(0)


async def test_a_guest_is_told_no_and_nobody_else_sees_it(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    guest = await screens.slack("support", who="gust")
    colleague = await screens.slack("support", who="ben")

    # Slack shows a whisper in a thread only to who has that thread open.
    await guest.message(ticket.id).get_by_text("1 reply").click()
    await guest.presses(ticket.id, "Close")
    await guest.confirms("Close it")

    said = guest.page.locator(".message.ephemeral")
    await expect(said).to_contain_text("Only visible to you")
    await expect(said).to_contain_text("Guests")
    await expect(colleague.message(ticket.id)).to_be_visible()
    await expect(colleague.page.locator(".message.ephemeral")).to_have_count(0)
    assert site.house.market.world.ticket(ticket.id)[1].status == "opened"


async def test_a_ticket_is_answered_with_the_keyboard_alone(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, WORDS)
    slack = await screens.slack("general")
    keys = slack.page.keyboard

    await keys.press("Control+k")
    await keys.type("supp")
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await expect(slack.message(ticket.id)).to_be_visible()
    focused = slack.page.locator(":focus")
    for _ in range(60):
        await keys.press("Shift+Tab")
        if await focused.get_attribute("aria-label") == f"Reply to the buyer of ticket {ticket.id}":
            break
    await keys.press("Enter")
    await expect(slack.modal.get_by_label("Your reply")).to_be_focused()
    await keys.type("Mit der Tastatur.")
    for _ in range(5):
        await keys.press("Tab")
        if await focused.inner_text() == "Send":
            break
    await keys.press("Enter")

    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    await site.house.until(lambda: len(site.house.market.world.ticket(ticket.id)[1].messages) == 2)
    await expect(slack.message(ticket.id)).to_contain_text("The buyer's turn")
    await expect(slack.page.locator("main :focus")).to_have_count(1)


async def test_more_shows_the_order_and_what_the_buyer_asked_before(site: Site, screens: Screens) -> None:
    world = site.house.market.world
    first = world.place_order("de")
    second = world.place_order("de", buyer=first.buyer)
    earlier = world.open_ticket(world.units_of(first), "Wo ist die Rechnung?")
    world.seller_closes(earlier.id)
    later = world.open_ticket(world.units_of(second), "Und wo ist mein Paket?")
    slack = await screens.slack("support")

    await slack.presses(later.id, "More")

    await expect(slack.modal).to_contain_text(f"Order {second.id}")
    await expect(slack.modal).to_contain_text(f"Ticket {earlier.id}")
    await expect(slack.modal).to_contain_text("Other orders they asked about")
    await expect(slack.modal).not_to_contain_text(second.buyer.address.last_name)
