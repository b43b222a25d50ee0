"""What people write and bring along: messages, commands, files, reactions."""

from __future__ import annotations

from pathlib import Path

from tests.browser.screen import Screens, expect
from tests.browser.site import Site
from tests.journeys.house import open_ticket

HOSTILE = '<img src=x onerror="window.hurt = 1"> <script>window.hurt = 1</script> [x](javascript:alert(1)) *bold*'


async def test_a_command_is_completed_and_its_answer_is_for_one_person(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")

    await slack.composer.press_sequentially("/kon")
    await expect(slack.page.get_by_role("option", name="/kontor")).to_contain_text("[help | status")
    await slack.composer.press("Enter")
    await expect(slack.composer).to_have_value("/kontor ")
    await slack.composer.press_sequentially("help")
    await slack.composer.press("Enter")

    said = slack.page.locator(".message.ephemeral").last
    await expect(said).to_contain_text("Only visible to you")
    await expect(said).to_contain_text("/ticket")
    await expect(slack.composer).to_have_value("")


async def test_slack_says_when_there_is_no_such_command_or_the_app_is_silent(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")

    await slack.writes("/nonsense")
    await expect(slack.message("/nonsense is not a valid command")).to_be_visible()
    site.silence_app()
    await slack.writes("/kontor help")

    await expect(slack.message('/kontor failed with the error "dispatch_failed"')).to_be_visible()


async def test_a_button_whose_app_is_silent_says_so(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house)
    slack = await screens.slack("support")
    await expect(slack.message(ticket.id)).to_be_visible()
    site.silence_app()

    await slack.presses(ticket.id, "Reply")

    await expect(slack.message(ticket.id).get_by_role("alert")).to_contain_text("Something went wrong with this app")


async def test_a_file_is_uploaded_by_button_and_by_drop(site: Site, screens: Screens, tmp_path: Path) -> None:
    slack = await screens.slack("support")
    prices = tmp_path / "prices.csv"
    prices.write_text("sku;price\n1;9.99\n")

    await slack.page.locator("main .composer input[type=file]").set_input_files(prices)
    await expect(slack.page.locator("main .tray")).to_contain_text("prices.csv")
    await slack.composer.fill("the new prices")
    await slack.page.get_by_role("button", name="Send now").click()
    card = slack.message("the new prices")
    await expect(card.locator(".file-card")).to_contain_text("prices.csv")
    await slack.page.evaluate(
        """() => {
            const files = new DataTransfer();
            files.items.add(new File(["x"], "dropped.pdf", { type: "application/pdf" }));
            const drop = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
            document.querySelector("main .composer").dispatchEvent(drop);
        }"""
    )
    await expect(slack.page.locator("main .tray")).to_contain_text("dropped.pdf")
    await slack.composer.press("Enter")

    await expect(slack.page.locator("main .file-card").last).to_contain_text("dropped.pdf")
    assert {file.name for file in site.house.slack.state.files.values()} >= {"prices.csv", "dropped.pdf"}
    async with slack.page.context.expect_page() as opened:
        await card.locator(".file-card").evaluate("(link) => { link.removeAttribute('download'); link.click(); }")
    assert "sku;price" in await (await opened.value).inner_text("body")


async def test_what_people_write_is_words_and_never_runs(site: Site, screens: Screens) -> None:
    ticket = open_ticket(site.house, HOSTILE)
    slack = await screens.slack("support")
    customer = await screens.market(f"tickets/{ticket.id}")

    await expect(slack.message(ticket.id)).to_contain_text("<script>window.hurt = 1</script>")
    await expect(customer.bubbles.first).to_contain_text('<img src=x onerror="window.hurt = 1">')
    await slack.writes(HOSTILE)
    mine = slack.page.locator("main .message").last
    await expect(mine).to_contain_text("<script>window.hurt = 1</script>")

    await expect(mine.locator("strong").filter(has_text="bold")).to_be_visible()
    for page in (slack.page, customer.page):
        assert await page.evaluate("() => window.hurt") is None
        assert await page.locator("a[href^='javascript']").count() == 0


async def test_names_are_completed_and_shown_as_mentions(site: Site, screens: Screens) -> None:
    slack = await screens.slack("support")
    ben = await screens.slack("returns", who="ben")

    await slack.composer.press_sequentially("hello @be")
    await slack.composer.press("Tab")
    await slack.composer.press_sequentially("see #ret")
    await slack.composer.press("Enter")
    await slack.composer.press_sequentially(":tada")
    await slack.composer.press("Enter")
    await slack.composer.press("Enter")

    message = slack.message("hello @Ben Novák see #returns")
    await expect(message.locator(".mention")).to_have_text(["@Ben Novák", "#returns"])
    await expect(message).to_contain_text("🎉")
    await expect(ben.page.locator('.sidebar [data-place="support"] .mentions')).to_have_text("1")


async def test_a_long_channel_begins_at_its_end_and_goes_back_on_demand(site: Site, screens: Screens) -> None:
    slack = site.house.slack
    for number in range(100):
        slack.state.post(slack.channels["orders"], slack.users["ben"].id, f"line {number}")
    screen = await screens.slack("orders")
    rows = screen.page.locator("main .message")

    await expect(rows).to_have_count(60)
    await expect(rows.last).to_contain_text("line 99")
    await expect(rows.last).to_be_in_viewport()
    await screen.page.get_by_role("button", name="Show older messages").click()

    await expect(rows).to_have_count(100)
    await expect(screen.page.get_by_role("button", name="Show older messages")).to_have_count(0)


async def test_a_message_is_reacted_to(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")
    await slack.writes("done?")

    await slack.message("done?").hover()
    await slack.message("done?").get_by_role("button", name="React with white check mark").click()

    await expect(slack.message("done?").locator(".reaction")).to_contain_text("1")


async def test_the_app_has_a_place_of_its_own(site: Site, screens: Screens) -> None:
    slack = await screens.slack("general")

    await slack.goes("@app")
    await slack.page.get_by_role("tab", name="About").click()

    await expect(slack.page.get_by_role("tabpanel")).to_contain_text("/ticket")
    sent = site.house.slack.outgoing.sent
    await site.house.until(lambda: any(each.payload.get("event", {}).get("tab") == "home" for each in sent))


async def test_the_page_says_when_the_workspace_is_gone_and_finds_it_again(site: Site, screens: Screens) -> None:
    screens.expected += ["ERR_", "Failed to load"]
    slack = await screens.slack("support")

    await slack.page.context.set_offline(True)
    await slack.page.evaluate("() => 0")
    ticket = open_ticket(site.house)
    await site.house.shown(ticket.id)
    await slack.page.context.set_offline(False)

    await expect(slack.message(ticket.id)).to_be_visible()
