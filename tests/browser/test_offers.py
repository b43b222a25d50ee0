"""Offers and feeds as people work on them: found, changed, a file checked, imported and followed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.browser.screen import Screens, expect
from tests.browser.site import Site


def offer_of(site: Site) -> Any:
    return next(
        offer
        for offer in site.house.market.world.shop().offers
        if offer.storefront == "de" and offer.fulfillment == "fulfilled_by_merchant" and offer.status == "AVAILABLE"
    )


async def test_an_offer_is_found_and_its_pieces_changed(site: Site, screens: Screens) -> None:
    offer = offer_of(site)
    wanted = offer.amount + 7
    slack = await screens.slack("support")
    await slack.writes(f"/stock {offer.id}")
    await expect(slack.message(f"unit {offer.id}")).to_be_visible()

    await slack.presses(f"unit {offer.id}", "Edit")
    await slack.modal.get_by_label("Pieces").fill(str(wanted))
    await slack.confirms("Go on")
    await expect(slack.modal).to_contain_text(f"→ {wanted}")
    await slack.confirms("Change")

    await expect(slack.page.locator("dialog[open]")).to_have_count(0)
    await site.house.until(lambda: offer.amount == wanted)
    await expect(slack.page.locator(".message.ephemeral").last).to_contain_text("pieces")


async def test_a_price_that_is_none_is_said_beside_its_field(site: Site, screens: Screens) -> None:
    offer = offer_of(site)
    slack = await screens.slack("support")
    await slack.writes(f"/stock {offer.id}")
    await slack.presses(f"unit {offer.id}", "Edit")

    await slack.modal.get_by_label("Price", exact=False).first.fill("1.234")
    await slack.confirms("Go on")

    await expect(slack.modal.get_by_role("alert")).to_contain_text("no price I am sure of")


async def test_a_feed_is_checked_imported_and_followed(site: Site, screens: Screens, tmp_path: Path) -> None:
    offer = offer_of(site)
    file = tmp_path / "bestand.csv"
    good = f"UPSERT;{offer.product.eans[0]};100;{offer.listing_price};EUR;;{offer.id_offer};;33;;;;;2"
    file.write_text(f"{good}\r\nUPSERT;4,00638E+12;100;4999;EUR;;SKU-1;;7;;;;;2\r\n")
    slack = await screens.slack("support")
    await slack.writes("/feed")
    await slack.modal.locator("input[type=file]").set_input_files(file)
    await slack.modal.get_by_role("combobox").first.click()
    await slack.page.get_by_role("option", name="Inventory commands").click()
    await slack.confirms("Check")

    await expect(slack.message("bestand.csv")).to_contain_text("line 2")
    await slack.message("bestand.csv").get_by_text("1 reply").click()
    await expect(slack.thread).to_contain_text("Every line with a problem")
    await slack.presses("bestand.csv", "Import")
    await slack.confirms("Import")

    await site.house.until(lambda: site.house.market.journal.executed("POST", "/import-files"))
    await expect(slack.message("bestand.csv")).to_contain_text("The file")
