"""Chains on their way: both files checked, one click, the wait for the products, the inventory; stops and restarts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.feedkinds import KINDS, template
from bot.store import actions as action_rows
from sandbox.market import imports as market_imports
from sandbox.slack.cast import MIRA
from sandbox.slack.channels import Message
from tests.journeys.house import ROOT, House, running
from tests.journeys.papers import rules
from tests.journeys.test_approvals import home_known
from tests.journeys.test_feeds import answered, commands, follows, offers_of

PRODUCTS = template(KINDS["product-data"]).encode()
KEPT = "ean;condition;price;currency;id_offer;count;handling_time"


def feed_of(offers: list[Any], count: int = 5) -> bytes:
    """A whole inventory of these offers."""
    lines = [
        f"{offer.product.eans[0]};100;{offer.listing_price};EUR;{offer.id_offer};{count};1"
        for offer in offers
        if offer.fulfillment == "fulfilled_by_merchant"
    ]
    return "\r\n".join([KEPT, *lines, ""]).encode()


async def gives(
    house: House, second: bytes, kind: str = "Inventory commands", first: bytes = PRODUCTS, words: str = "Start"
) -> Message:
    """Give both files in the window of /feed chain; the card, once both were checked and it offers `words`."""
    await home_known(house)
    await house.ana.types("/feed chain", "support")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "chain.give")
    fields = {"data": [("daten.csv", first)], "stock": [("bestand.csv", second)], "kind": kind, "place": "Germany"}
    await house.ana.fills(fields)
    assert await house.ana.submits() is None

    def checked() -> Message | None:
        return next((card for card in house.cards("support") if words in card.labels), None)

    return await house.until(checked, seconds=30)  # type: ignore[return-value]


async def products_awaited(house: House, card: Message) -> None:
    """Let time pass until the lines are read and the products are not ready yet."""
    for _ in range(40):
        if "Waiting for the products" in card.words:
            return
        await house.pass_time(timedelta(seconds=5))
        await house.kontor.looks.sweep()
        await house.quiet()
    raise AssertionError(card.words)


def begun(house: House) -> list[str]:
    """The kinds of the imports the marketplace was asked for, in their order."""
    return [file.kind for file in sorted(house.market.world.shop().imports, key=lambda file: file.id)]


def chain_of(card: Message) -> str:
    return str((card.metadata or {})["event_payload"]["subject"])


async def test_one_click_imports_the_products_waits_for_them_and_then_the_inventory(house: House) -> None:
    card = await gives(house, commands(house, 51))
    assert "2 product texts" in card.words
    assert "2 changed" in card.words
    assert begun(house) == []

    await house.ana.presses("support", card, "Start")
    await products_awaited(house, card)
    assert begun(house) == [market_imports.PRODUCTS]
    assert {offer.amount for offer in offers_of(house)[:2]} != {51}
    await follows(house, card, ":white_check_mark: *3.")

    assert begun(house) == [market_imports.PRODUCTS, market_imports.COMMAND]
    assert {offer.amount for offer in offers_of(house)[:2]} == {51}
    assert card.labels == []
    assert [action.state for action in await action_rows.for_subject(chain_of(card))] == ["done", "done"]
    assert len([each for each in house.cards("support") if "Given by" in each.words]) == 1
    assert house.slack.complaints == []


async def test_a_chain_is_found_by_its_number_and_so_are_its_files(house: House) -> None:
    card = await gives(house, commands(house, 52))
    number = chain_of(card).rpartition(":")[2]

    assert "its card" in (await answered(house, f"/feed {number}")).words
    assert "bestand.csv" in (await answered(house, f"/feed {number}-2")).words


async def test_nothing_starts_when_one_of_the_files_cannot_be_imported(house: House) -> None:
    card = await gives(house, b"PK\x03\x04rest", words="Discard")
    await house.until(lambda: "Excel workbook" in card.words)

    assert card.labels == ["Discard"]
    await house.ana.presses("support", card, "Discard")
    await house.until(lambda: "Discarded" in card.words)
    assert card.labels == []
    assert begun(house) == []


async def test_two_who_press_start_one_chain(house: House) -> None:
    card = await gives(house, commands(house, 53))

    for person in (house.ana, house.ben):
        await person.presses("support", card, "Start") if "Start" in card.labels else None
    await follows(house, card, ":white_check_mark: *3.")

    assert begun(house) == [market_imports.PRODUCTS, market_imports.COMMAND]


@pytest.mark.parametrize("moment", ["about to be fetched", "while the products are made ready", "right before the end"])
async def test_a_restart_anywhere_starts_nothing_twice_and_forgets_nothing(house: House, moment: str) -> None:
    card = await gives(house, commands(house, 54))
    await house.ana.presses("support", card, "Start")
    await house.ended(chain_of(card))
    if moment != "about to be fetched":
        await products_awaited(house, card)
    else:
        (file,) = house.market.world.shop().imports
        await house.until(lambda: file.status not in {"NEW", "DOWNLOADING"})
    if moment == "right before the end":
        await house.kontor.stop()
        await house.pass_time(timedelta(minutes=5))
    await house.restart()

    await follows(house, card, ":white_check_mark: *3.")

    assert begun(house) == [market_imports.PRODUCTS, market_imports.COMMAND]
    assert {offer.amount for offer in offers_of(house)[:2]} == {54}


async def test_lost_answers_start_no_step_twice(house: House) -> None:
    card = await gives(house, commands(house, 55))
    house.market.faults.cut_after_execution(methods=("POST",), path="/import-files", next=1)
    await house.ana.presses("support", card, "Start")
    await products_awaited(house, card)
    house.market.faults.cut_after_execution(methods=("POST",), path="/import-files", next=1)

    await follows(house, card, ":white_check_mark: *3.")

    assert begun(house) == [market_imports.PRODUCTS, market_imports.COMMAND]


async def test_a_failed_step_is_tried_again_at_a_click_and_the_chain_goes_on(house: House) -> None:
    world = house.market.world
    fetch = world.fetch
    world.fetch = lambda url, done, failed: failed("The file could not be downloaded (ConnectError)")
    card = await gives(house, commands(house, 56))
    await house.ana.presses("support", card, "Start")
    await follows(house, card, "could not be fetched")
    assert card.labels == ["Try this step again", "Discard"]
    world.fetch = fetch

    await house.ben.presses("support", card, "Try this step again")
    await house.until(lambda: "Start" in card.labels, seconds=30)
    await house.ben.presses("support", card, "Start")
    await products_awaited(house, card)
    world.fetch = lambda url, done, failed: failed("The file could not be downloaded (ConnectError)")
    await follows(house, card, "could not be fetched")
    world.fetch = fetch
    await house.ana.presses("support", card, "Try this step again")
    await house.until(lambda: "Go on" in card.labels, seconds=30)
    await house.ana.presses("support", card, "Go on")
    await follows(house, card, ":white_check_mark: *3.")

    assert begun(house) == [market_imports.PRODUCTS] * 2 + [market_imports.COMMAND] * 2
    assert {offer.amount for offer in offers_of(house)[:2]} == {56}
    assert house.slack.complaints == []


def sets(house: House, amount: int) -> None:
    """Give the first two offers so many pieces."""
    world = house.market.world
    for offer in offers_of(house)[:2]:
        world.change_offer(world.shop(), offer, {"amount": amount})


async def test_an_inventory_that_would_do_more_than_was_confirmed_asks_again(house: House) -> None:
    sets(house, 0)
    card = await gives(house, commands(house, 0))
    await house.ana.presses("support", card, "Start")
    await products_awaited(house, card)
    sets(house, 7)

    await follows(house, card, "more now than was confirmed")

    assert "2 offers would be sold out" in card.words
    assert card.labels == ["Go on", "Discard"]
    assert begun(house) == [market_imports.PRODUCTS]
    await house.ben.presses("support", card, "Go on")
    await follows(house, card, ":white_check_mark: *3.")
    assert begun(house) == [market_imports.PRODUCTS, market_imports.COMMAND]
    assert {offer.amount for offer in offers_of(house)[:2]} == {0}


async def test_one_yes_of_a_colleague_covers_both_steps(tmp_path: Path) -> None:
    text = (ROOT / "rules" / "roles.yaml").read_text("utf-8").replace("feed.import, count: 50", "feed.import, count: 1")
    async with running(tmp_path / "data", RULES_DIR=str(rules(tmp_path / "rules", roles=text))) as house:
        card = await gives(house, feed_of(offers_of(house)[:-3]), "Inventory feed")
        await house.ana.presses("support", card, "Start")
        await house.until(lambda: "Start" not in card.labels)
        (action,) = await action_rows.for_subject(chain_of(card))
        assert action.proposed
        assert begun(house) == []
        assert await house.kontor.actions.approve(action.id, MIRA) == ""
        await follows(house, card, ":white_check_mark: *3.")

        _, second = await action_rows.for_subject(chain_of(card))
        assert (second.state, second.approved_by) == ("done", MIRA)
        assert begun(house) == [market_imports.PRODUCTS, market_imports.FEED]
