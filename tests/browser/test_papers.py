"""The paper side in the browser: invoices given and dropped, what is missing, a report with its chart."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.browser.screen import Screens, expect
from tests.browser.site import Site
from tests.journeys.papers import invoice_of, sent_order, uploaded

SETTLING = 40
A_WHILE = timedelta(minutes=2)


async def test_an_invoice_with_another_amount_is_told_and_the_right_one_uploaded(
    site: Site, screens: Screens, tmp_path: Path
) -> None:
    order = sent_order(site.house)
    wrong, right = tmp_path / "falsch.pdf", tmp_path / "richtig.pdf"
    wrong.write_bytes(await invoice_of(site.house, order, "another amount"))
    right.write_bytes(await invoice_of(site.house, order))
    slack = await screens.slack("orders")

    await slack.writes(f"/invoice {order.id}")
    await slack.modal.locator("input[type=file]").set_input_files([wrong])
    await slack.confirms("Upload")
    await expect(slack.message("falsch.pdf")).to_contain_text("amount")
    assert uploaded(site.house, order) == []
    await expect(slack.modal).to_contain_text("being checked")
    await slack.page.keyboard.press("Escape")
    await slack.writes(f"/invoice {order.id}")
    await slack.modal.locator("input[type=file]").set_input_files([right])
    await slack.confirms("Upload")

    await expect(slack.message(f"order {order.id}")).to_contain_text("1 uploaded")
    assert len(uploaded(site.house, order)) == 1


async def test_a_dropped_pdf_is_recognised_and_offered_with_one_click(
    site: Site, screens: Screens, tmp_path: Path
) -> None:
    order = sent_order(site.house)
    scan = tmp_path / "scan-0815.pdf"
    scan.write_bytes(await invoice_of(site.house, order))
    slack = await screens.slack("orders")

    await slack.page.locator("main .composer input[type=file]").set_input_files(scan)
    await expect(slack.page.locator("main .tray")).to_contain_text("scan-0815.pdf")
    await slack.composer.press("Enter")
    await slack.presses(f"Invoice for order {order.id}", "Upload")

    await expect(slack.message(order.id)).to_contain_text("1 uploaded")
    assert len(uploaded(site.house, order)) == 1


async def test_orders_without_an_invoice_are_listed_for_who_asks(site: Site, screens: Screens) -> None:
    order = sent_order(site.house)
    slack = await screens.slack("general")

    await slack.writes("/invoice missing")

    answer = slack.page.locator(".message.ephemeral").last
    await expect(answer).to_contain_text(order.id)
    await expect(answer).to_contain_text("without an invoice")


async def test_a_report_is_asked_for_and_comes_with_its_chart(site: Site, screens: Screens) -> None:
    for _ in range(5):
        sent_order(site.house)
    slack = await screens.slack("support")
    today = site.house.market.world.clock.now().date().isoformat()

    await slack.writes("/report sales")
    await slack.modal.get_by_label("First day").fill(today)
    await slack.modal.get_by_label("Last day").fill(today)
    await slack.confirms("Ask for it")
    await expect(slack.message("Sales")).to_contain_text("Asked for by")
    for _ in range(SETTLING):
        await site.house.pass_time(A_WHILE)
        await site.house.quiet()
        if await slack.message("Sales").locator("img").count():
            break

    picture = slack.message("Sales per day").locator("img").last
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("(picture) => picture.naturalWidth") > 0
