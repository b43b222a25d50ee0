"""Block Kit on the page: everything is drawn, and every field hands over what people put into it."""

from __future__ import annotations

from typing import Any

from sandbox.slack.blockkit import finished
from tests.browser import gallery
from tests.browser.screen import Screens, expect
from tests.browser.site import Site


def post_everything(site: Site, channel: str = "general") -> None:
    slack = site.house.slack
    whole = finished(gallery.message(f"{site.market}/pictures/kettle.svg"), lambda: slack.state.new_id("b"))
    slack.state.post(slack.channels[channel], slack.installation.bot_user_id, "gallery", blocks=whole)


def open_modal(site: Site, body: dict[str, Any]) -> None:
    state = site.house.slack.state
    view = state.views.open(state.users["ana"].id, body)
    state.feed.publish("modal.opened", user=view.user_id, view=view.id)


def last(site: Site, kind: str) -> dict[str, Any]:
    """The newest payload of a kind that went to the app; empty when there was none."""
    sent = reversed(site.house.slack.outgoing.sent)
    return next((each.payload for each in sent if each.payload.get("type") == kind), {})


def pressed(site: Site) -> dict[str, Any]:
    """The newest action the app was told of."""
    found: list[dict[str, Any]] = last(site, "block_actions").get("actions", [{}])
    return found[0]


async def test_every_block_is_drawn_and_an_unknown_one_is_named(site: Site, screens: Screens) -> None:
    post_everything(site)
    slack = await screens.slack("general")
    card = slack.message("Everything")

    for kind in {block["type"] for block in gallery.message()} - {"plan"}:
        await expect(card.locator(f".block-{kind}").first).to_be_visible()
    await expect(card.locator(".not-drawn")).to_have_text("Not drawn here: plan", use_inner_text=True)
    await expect(card.get_by_role("heading", name="Everything")).to_be_visible()
    await expect(card.locator("strong", has_text="bold").first).to_be_visible()
    assert await card.get_by_role("img", name="a kettle").evaluate("(picture) => picture.decode().then(() => true)")
    await expect(card.get_by_role("table").last).to_contain_text("39.90 €")
    # Noon in London is one o'clock in Ana's zone.
    await expect(card.locator("time", has_text="2026-11-25 13:00").first).to_be_visible()
    await expect(card).to_contain_text("5 < 7 & 8")
    await expect(card).to_contain_text("not*bold*here 2*3*4")


async def test_a_picture_that_does_not_come_leaves_its_words(site: Site, screens: Screens) -> None:
    screens.expected.append("404")
    slack = site.house.slack
    missing = {"type": "image", "image_url": "http://127.0.0.1:9/none.png", "alt_text": "a broken kettle"}
    orders = slack.channels["orders"]
    posted = slack.state.post(orders, slack.installation.bot_user_id, "gallery", blocks=[missing])
    page = (await screens.slack("orders")).page

    await expect(page.get_by_role("img", name="a broken kettle")).to_have_text("a broken kettle")
    orders.drop(posted.ts)


async def test_addresses_nobody_may_follow_are_no_links(site: Site, screens: Screens) -> None:
    slack = site.house.slack
    evil = "javascript:alert(1)"
    link = {"type": "link", "url": evil, "text": "rich"}
    blocks = [
        {"type": "section", "text": gallery.mrkdwn(f"<{evil}|marked> <https://example.com|good>")},
        {"type": "markdown", "text": f"[down]({evil})"},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]},
        {"type": "actions", "elements": [gallery.button("Press", "evil", url=evil)]},
    ]
    slack.state.post(slack.channels["orders"], slack.installation.bot_user_id, "links", blocks=blocks)
    page = (await screens.slack("orders")).page

    await expect(page.get_by_text("marked")).to_be_visible()
    links = await page.locator("main .body a").evaluate_all("(links) => links.map((link) => link.href)")
    assert links == ["https://example.com/"]


async def test_menus_of_a_message_tell_the_app_what_was_chosen(site: Site, screens: Screens) -> None:
    post_everything(site)
    slack = await screens.slack("general")
    card = slack.message("Everything")

    await card.get_by_role("combobox", name="One of a list").click()
    await slack.page.get_by_role("option", name="Damage").click()
    await site.house.until(lambda: pressed(site).get("action_id") == "static")
    assert pressed(site)["selected_option"]["value"] == "damage"
    await card.get_by_role("combobox", name="A person").fill("mir")
    await slack.page.keyboard.press("Enter")
    await site.house.until(lambda: pressed(site).get("action_id") == "users")
    assert pressed(site)["selected_user"] == site.house.slack.users["mira"].id
    await card.get_by_role("button", name="More actions").first.click()
    await slack.page.get_by_role("menuitem", name="Late parcel").click()
    await site.house.until(lambda: pressed(site).get("action_id") == "more")

    await card.get_by_role("button", name="Danger").click()
    await expect(slack.modal).to_contain_text("It cannot be undone.")
    await slack.page.keyboard.press("Escape")
    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    assert pressed(site).get("action_id") == "more"


async def test_every_field_of_a_modal_hands_over_its_value(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")
    open_modal(site, gallery.modal())
    modal, page = slack.modal, slack.page

    await modal.get_by_role("textbox", name="A line").fill("words")
    await modal.get_by_role("textbox", name="Many lines").fill("one\ntwo")
    await modal.get_by_role("textbox", name="A number").fill("7")
    await modal.get_by_role("textbox", name="E-mail").fill("a@b.de")
    await modal.get_by_role("textbox", name="Address").fill("https://example.com")
    await modal.get_by_role("combobox", name="From a list").click()
    await page.get_by_role("option", name="Late parcel").click()
    await modal.get_by_role("combobox", name="People").fill("ben")
    await page.keyboard.press("Enter")
    await modal.get_by_role("combobox", name="People").fill("mir")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await modal.get_by_role("combobox", name="Channel").click()
    await page.get_by_role("option", name="returns").click()
    await modal.locator("input[type=date]").fill("2026-12-24")
    await modal.locator("input[type=time]").fill("18:30")
    await modal.locator("input[type=datetime-local]").fill("2026-12-24T18:30")
    await modal.get_by_label("Damage").first.check()
    await modal.get_by_label("Late parcel").last.check()
    await modal.locator("input[type=file]").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": b"a"})
    await expect(modal.locator(".file-list")).to_contain_text("a.csv")
    await modal.get_by_role("textbox", name="Rich").fill("rich words")
    await modal.get_by_role("button", name="Preview").click()
    await site.house.until(lambda: pressed(site).get("action_id") == "preview")
    await modal.get_by_role("textbox", name="A line").fill("other words")
    await modal.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("dialog[open]")).to_have_count(0)

    values = last(site, "view_submission")["view"]["state"]["values"]
    got = {block_id: entry["v"] for block_id, entry in values.items()}
    assert (got["line"]["value"], got["lines"]["value"], got["number"]["value"]) == ("other words", "one\ntwo", "7")
    assert (got["mail"]["value"], got["url"]["value"]) == ("a@b.de", "https://example.com")
    assert got["static"]["selected_option"]["value"] == "late"
    assert got["people"]["selected_users"] == [site.house.slack.users[name].id for name in ("ben", "mira")]
    assert got["channel"]["selected_channel"] == site.house.slack.channels["returns"].id
    assert (got["date"]["selected_date"], got["time"]["selected_time"]) == ("2026-12-24", "18:30")
    assert got["moment"]["selected_date_time"] == 1_798_133_400
    assert [option["value"] for option in got["boxes"]["selected_options"]] == ["damage"]
    assert got["radio"]["selected_option"]["value"] == "late"
    assert [file["name"] for file in got["file"]["files"]] == ["a.csv"]
    assert "rich words" in str(got["rich"]["rich_text_value"])


async def test_a_form_says_beside_each_field_what_is_wrong(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")
    open_modal(site, gallery.modal())

    await slack.modal.get_by_role("textbox", name="A number").fill("12")
    await slack.modal.get_by_role("textbox", name="Address").fill("nowhere")
    await slack.modal.get_by_role("button", name="Send", exact=True).click()

    wrong = slack.modal.locator(".error")
    await expect(wrong).to_have_text(
        [
            "Please complete this required field.",
            "Please enter at most 9.",
            "Please enter a valid URL.",
            "Please complete this required field.",
        ]
    )
    await expect(slack.modal.get_by_role("textbox", name="A line")).to_be_focused()
    await expect(slack.modal.get_by_role("textbox", name="A number")).to_have_value("12")


async def test_an_external_menu_asks_the_app_once_one_has_typed(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")
    open_modal(site, gallery.modal())
    field = slack.modal.get_by_role("combobox", name="Asked for")
    before = len(site.house.slack.outgoing.sent)

    await field.click()
    await expect(slack.page.get_by_text("Type 2 letters or more to search")).to_be_visible()
    await field.press_sequentially("late")
    await expect(slack.page.get_by_text("No results")).to_be_visible()

    asked = [sent.payload["value"] for sent in site.house.slack.outgoing.sent[before:] if sent.kind == "options"]
    assert asked[-1] == "late"
    assert len(asked) <= 2


async def test_cancel_goes_one_modal_back_and_the_cross_closes_all(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")
    ana = site.house.slack.users["ana"]
    views = site.house.slack.state.views

    def stack() -> None:
        open_modal(site, {**gallery.modal(), "title": gallery.plain("First")})
        view = views.push(ana.id, {**gallery.modal(), "title": gallery.plain("Second")})
        site.house.slack.feed.publish("modal.opened", user=ana.id, view=view.id)

    stack()
    await expect(slack.modal.get_by_role("heading", name="Second")).to_be_visible()
    await slack.modal.get_by_role("button", name="Cancel").click()
    await expect(slack.modal.get_by_role("heading", name="First")).to_be_visible()
    await slack.page.keyboard.press("Escape")
    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    assert last(site, "view_closed")["is_cleared"] is False

    stack()
    await expect(slack.modal.get_by_role("heading", name="Second")).to_be_visible()
    await slack.modal.get_by_role("button", name="Close", exact=True).click()
    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    await site.house.until(lambda: last(site, "view_closed").get("is_cleared"))


async def test_home_shows_what_the_app_published_and_tells_it_what_is_pressed(site: Site, screens: Screens) -> None:
    state = site.house.slack.state
    ana = state.users["ana"]
    slack = await screens.slack("@app/home")

    # Kontor draws the home of whoever opens it; after that it leaves it alone until something changes.
    await expect(slack.page.get_by_role("tabpanel")).to_contain_text("Welcome")

    view = state.views.publish(ana.id, gallery.home())
    state.feed.publish("home.changed", user=ana.id, view=view.id)
    await expect(slack.page.get_by_role("tabpanel")).to_contain_text("3 wait for you")
    await slack.page.get_by_role("button", name="Refresh").click()

    await site.house.until(lambda: pressed(site).get("action_id") == "home.refresh")
    assert last(site, "block_actions")["view"]["type"] == "home"
