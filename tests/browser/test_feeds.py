"""What endangers many offers, in the browser: a colleague agrees first, the import is followed, a table taken back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.feedkinds import KINDS, template
from tests.browser.screen import Screens, SlackScreen, expect
from tests.browser.site import Site, open_site
from tests.journeys.house import ROOT
from tests.journeys.papers import rules

STARTED = "/import-files/inventory-feed"
# The proposal names the file too, without the sign before it.
CARD = "· komplett.csv"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A house in which a feed that endangers more than three offers needs a colleague."""
    folder = tmp_path_factory.mktemp("feeds")
    roles = (ROOT / "rules" / "roles.yaml").read_text("utf-8")
    assert "feed.import, count: 50" in roles
    careful = rules(folder / "rules", roles=roles.replace("feed.import, count: 50", "feed.import, count: 3"))
    async with open_site(folder / "data", RULES_DIR=str(careful)) as running:
        yield running


def offers_of(site: Site) -> list[Any]:
    return [offer for offer in site.house.market.world.shop().offers if offer.storefront == "de"]


def ours(site: Site, count: int) -> list[Any]:
    return [offer for offer in offers_of(site) if offer.fulfillment == "fulfilled_by_merchant"][:count]


async def chooses(slack: SlackScreen, name: str) -> None:
    await slack.modal.get_by_role("combobox").first.click()
    await slack.page.get_by_role("option", name=name, exact=True).click()


async def goes_on(site: Site, slack: SlackScreen, card: str, words: str) -> None:
    """Let the marketplace go on, step by step, until the card says `words`."""
    house = site.house
    for _ in range(80):
        if words in await slack.message(card).inner_text():
            return
        await house.pass_time(timedelta(seconds=2))
        await house.kontor.looks.sweep()
        await house.quiet()
    await expect(slack.message(card)).to_contain_text(words)


def whole_feed(offers: list[Any]) -> bytes:
    """An inventory of no other offers."""
    lines = [
        f"{offer.product.eans[0]};100;{offer.listing_price};EUR;{offer.id_offer};{offer.amount};1" for offer in offers
    ]
    return "\r\n".join(["ean;condition;price;currency;id_offer;count;handling_time", *lines, ""]).encode()


async def test_a_feed_that_removes_most_offers_waits_for_a_lead_and_is_followed_to_its_end(
    site: Site, screens: Screens, tmp_path: Path
) -> None:
    file = tmp_path / "komplett.csv"
    file.write_bytes(whole_feed(ours(site, 3)))
    slack = await screens.slack("support")
    await slack.writes("/feed")
    await slack.modal.locator("input[type=file]").set_input_files(file)
    await chooses(slack, "Inventory feed")
    await slack.confirms("Check")
    await expect(slack.message(CARD)).to_contain_text("This feed would remove")
    await slack.presses(CARD, "Import")
    await expect(slack.modal).to_contain_text("This feed would remove")
    await slack.confirms("Import")
    await expect(slack.message(CARD).get_by_text("Import", exact=True)).to_have_count(0)
    assert site.house.market.journal.executed("POST", STARTED) == []

    lead = await screens.slack("support", who="mira")
    await expect(lead.message("Approve")).to_contain_text("would remove")
    await lead.presses("Approve", "Approve")
    await lead.confirms("Approve")
    await site.house.until(lambda: site.house.market.journal.executed("POST", STARTED))
    await expect(slack.message(CARD)).to_contain_text("The file")
    await goes_on(site, slack, CARD, "of 3 lines")
    await goes_on(site, slack, CARD, "is imported")
    await expect(slack.message(CARD)).to_contain_text("100 %")

    assert len(site.house.market.journal.executed("POST", STARTED)) == 1
    assert len([offer for offer in offers_of(site) if offer.fulfillment == "fulfilled_by_merchant"]) == 3


async def test_a_chain_shows_which_of_its_steps_it_is_at(site: Site, screens: Screens, tmp_path: Path) -> None:
    offer = ours(site, 1)[0]
    data, stock = tmp_path / "daten.csv", tmp_path / "nachschub.csv"
    data.write_text(template(KINDS["product-data"]), "utf-8")
    stock.write_text(
        f"UPSERT;{offer.product.eans[0]};100;{offer.listing_price};EUR;;{offer.id_offer};;61;;;;;2\r\n", "utf-8"
    )
    slack = await screens.slack("support")
    await slack.writes("/feed chain")
    inputs = slack.modal.locator("input[type=file]")
    await inputs.nth(0).set_input_files(data)
    await inputs.nth(1).set_input_files(stock)
    await chooses(slack, "Inventory commands")
    await slack.confirms("Check both")
    await expect(slack.message("nachschub.csv").get_by_text("Start", exact=True)).to_be_visible()
    await slack.presses("nachschub.csv", "Start")
    await slack.confirms("Start")
    await goes_on(site, slack, "nachschub.csv", "Waiting for the products to be ready")
    await goes_on(site, slack, "nachschub.csv", "1 line, no errors")

    assert offer.amount == 61


async def test_a_table_changes_offers_and_its_undo_sheet_brings_them_back(
    site: Site, screens: Screens, tmp_path: Path
) -> None:
    offers = ours(site, 2)
    before = [offer.handling_time for offer in offers]
    file, undo = tmp_path / "tage.csv", tmp_path / "undo.csv"
    file.write_text("\n".join(["id_unit;handling_time", *(f"{offer.id};9" for offer in offers), ""]), "utf-8")
    slack = await screens.slack("orders")
    await changes(slack, file, "tage.csv")
    await slack.message("tage.csv").get_by_text("2 replies").click()
    await expect(slack.thread).to_contain_text("undo.csv")
    assert [offer.handling_time for offer in offers] == [9, 9]

    async with slack.page.expect_download() as coming:
        await slack.thread.locator(".file-card").filter(has_text="undo.csv").click()
    await (await coming.value).save_as(undo)
    await changes(slack, undo, "undo.csv")
    assert [offer.handling_time for offer in offers] == before


async def changes(slack: SlackScreen, file: Path, card: str) -> None:
    """Give a table in the window of /stock bulk, and change what it says."""
    await slack.writes("/stock bulk")
    await slack.modal.locator("input[type=file]").set_input_files(file)
    await slack.confirms("Check")
    await expect(slack.message(f"· {card}")).to_contain_text("2 offers would change")
    await slack.presses(f"· {card}", "Change 2 offers")
    await slack.confirms("Change")
    await expect(slack.message(f"· {card}")).to_contain_text("2 offers changed")
