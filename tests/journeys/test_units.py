"""Notices about offers: by rule, one card for each, kept true in place, and silence where no rule wants them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.channels import Message
from tests.journeys.house import ROOT, House, running
from tests.journeys.papers import rules
from tests.journeys.test_approvals import home_known
from tests.journeys.test_stock import offer_of, window

LAST = "  - name: Everything else\n"
RULE = """  - name: Offers that sell out
    when: {kind: unit, storefront: [de, cz], fulfillment: fulfilled_by_merchant}
    channel: "#orders"
    notices: [out_of_stock, not_available]
    low_stock: 3
    tags: [stock]

"""


def asking(rule: str = RULE) -> str:
    """The shipped rules, with a rule about offers."""
    text = (ROOT / "rules" / "routing.yaml").read_text("utf-8")
    assert LAST in text
    return text.replace(LAST, rule + LAST)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    """A house whose rules want notices, once the marketplace was asked to push what they take."""
    folder = rules(tmp_path / "rules", routing=asking())
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        await house.until(lambda: len(subscribed(house)) == 5 * 3)
        yield house


def subscribed(house: House) -> list[Any]:
    return [each for each in house.market.world.shop().subscriptions if each.event.startswith("item_unit_")]


def offers_of_de(house: House) -> list[Any]:
    """With more pieces than any rule here takes for few. Pieces are shared, so the one in cz sells out with it."""
    wanted = ("de", "fulfilled_by_merchant", "AVAILABLE")
    every = house.market.world.shop().offers
    found = [offer for offer in every if (offer.storefront, offer.fulfillment, offer.status) == wanted]
    return [offer for offer in found if offer.amount > 5]


def becomes(house: House, offer: Any, **changes: object) -> None:
    house.market.world.change_offer(house.market.world.shop(), offer, changes)


def card_of(house: House, offer: Any) -> Message | None:
    return house.card(f"{offer.storefront}-{offer.id}")


async def says(house: House, offer: Any, words: str) -> Message:
    return await house.shown(f"{offer.storefront}-{offer.id}", words)


async def test_an_offer_that_sells_out_gets_one_card_that_collapses_when_it_is_back(shop: House) -> None:
    offer = offer_of(shop)
    becomes(shop, offer, amount=0)

    card = await says(shop, offer, "Sold out")
    assert card in shop.cards("orders")
    for words in (offer.product.eans[0], offer.id_offer, "sold out", f"unit {offer.id}", "stock"):
        assert words in card.words
    assert card.labels[:2] == ["Edit", "Buybox"]

    becomes(shop, offer, amount=12)
    await says(shop, offer, "all right again: 12 pieces")
    assert card.labels == []

    becomes(shop, offer, amount=0)
    await says(shop, offer, "Sold out")
    thread = await shop.until(lambda: shop.slack.channels["orders"].replies(card.ts))
    assert "once more" in str(thread[-1].wire())
    assert card_of(shop, offer) is card
    assert shop.slack.complaints == []


async def test_few_pieces_and_an_offer_that_cannot_be_bought_are_told_too(shop: House) -> None:
    offer = offer_of(shop)
    becomes(shop, offer, amount=3)
    card = await says(shop, offer, "Only 3 pieces left")

    becomes(shop, offer, status="ONHOLD")
    await says(shop, offer, "Cannot be bought")
    becomes(shop, offer, status="AVAILABLE", amount=4)
    await says(shop, offer, "all right again")

    assert card_of(shop, offer) is card


async def test_a_storefront_the_rule_does_not_name_stays_silent(shop: House) -> None:
    every = list(shop.market.world.shop().offers)
    numbers = {each.id_offer for each in every if each.storefront == "at"}
    offer = next(
        each
        for each in every
        if (each.storefront, each.fulfillment) == ("de", "fulfilled_by_merchant") and each.id_offer in numbers
    )
    sibling = next(each for each in every if (each.storefront, each.id_offer) == ("at", offer.id_offer))
    # Pieces are shared, so both sell out.
    becomes(shop, offer, amount=0)

    await says(shop, offer, "Sold out")
    await shop.quiet()
    assert sibling.amount == 0
    assert card_of(shop, sibling) is None


async def test_edit_on_the_card_gives_it_pieces_again(shop: House) -> None:
    await home_known(shop)
    offer = offer_of(shop)
    becomes(shop, offer, amount=0)
    card = await says(shop, offer, "Sold out")

    await shop.ana.presses("orders", card, "Edit")
    await window(shop, shop.ana, "unit.form")
    await shop.ana.fills({"amount": "25"})
    await shop.ana.submits()
    await window(shop, shop.ana, "unit.confirm")
    await shop.ana.submits()

    await says(shop, offer, "all right again: 25 pieces")
    assert offer.amount == 25


async def test_an_offer_that_is_removed_is_said_to_be(shop: House) -> None:
    offer = offer_of(shop)
    becomes(shop, offer, amount=0)
    await says(shop, offer, "Sold out")

    shop.market.world.delete_offer(shop.market.world.shop(), offer)
    await shop.until(lambda: any(event.name == "item_unit_deleted" for event in shop.market.world.events))
    await shop.quiet()
    await shop.pass_time(timedelta(seconds=30))
    await shop.kontor.looks.sweep()

    assert (await says(shop, offer, "was removed from our offers")).labels == []


async def test_lost_pushes_are_made_up_for_while_a_card_hangs(shop: House) -> None:
    offer = offer_of(shop)
    becomes(shop, offer, amount=0)
    await says(shop, offer, "Sold out")
    shop.market.faults.lose_pushes(1.0)
    becomes(shop, offer, amount=9)
    await shop.quiet()

    await shop.pass_time(timedelta(hours=1, minutes=1))
    await shop.kontor.looks.sweep()

    await says(shop, offer, "all right again")


async def test_a_push_that_was_lost_before_there_was_a_card_still_leads_to_one_notice(tmp_path: Path) -> None:
    folder = rules(tmp_path / "rules", routing=asking())
    async with running(tmp_path / "data", polls=False, RULES_DIR=str(folder)) as house:
        house.market.faults.lose_pushes(1.0)
        offer = offers_of_de(house)[0]
        assert await house.kontor.polls.offers("main") == 0
        becomes(house, offer, amount=0)
        await house.quiet()
        assert card_of(house, offer) is None

        assert await house.kontor.polls.offers("main") == 2
        card = await says(house, offer, "Sold out")
        assert await house.kontor.polls.offers("main") == 0
        await house.quiet()

        assert card_of(house, offer) is card
        assert house.slack.channels["orders"].replies(card.ts) == []
        becomes(house, offer, amount=2)
        assert await house.kontor.polls.offers("main") == 2
        await says(house, offer, "Only 2 pieces left")


async def test_the_first_look_at_an_inventory_and_a_new_rule_tell_of_nothing_that_was_so_before(
    tmp_path: Path,
) -> None:
    folder = rules(tmp_path / "rules", routing=asking())
    async with running(tmp_path / "data", polls=False, RULES_DIR=str(folder)) as house:
        house.market.faults.lose_pushes(1.0)
        first, second, third = offers_of_de(house)[:3]
        becomes(house, first, amount=0)
        becomes(house, second, amount=5)
        assert await house.kontor.polls.offers("main") == 0

        await house.restart()
        path = folder / "routing.yaml"
        path.write_text(asking().replace("low_stock: 3", "low_stock: 5"), "utf-8")
        await house.until(lambda: any(rule.notices.low_stock == 5 for rule in house.kontor.files.rules.book.rules))
        assert await house.kontor.polls.offers("main") == 0
        becomes(house, third, amount=0)
        assert await house.kontor.polls.offers("main") == 2

        await says(house, third, "Sold out")
        assert (card_of(house, first), card_of(house, second)) == (None, None)


async def test_rules_that_want_no_notices_any_more_end_the_pushes(shop: House, tmp_path: Path) -> None:
    path = tmp_path / "rules" / "routing.yaml"
    path.write_text(asking(""), "utf-8")
    await shop.until(lambda: not shop.kontor.files.rules.book.shows("unit"))
    await shop.pass_time(timedelta(minutes=16))

    await shop.until(lambda: subscribed(shop) == [])


async def test_as_shipped_nobody_is_told_of_offers_and_nobody_asks_for_them(house: House) -> None:
    offer = offer_of(house)
    becomes(house, offer, amount=0)
    await house.kontor.looks.mark([f"unit:main:{offer.storefront}-{offer.id}"])
    await house.quiet()

    assert card_of(house, offer) is None
    assert subscribed(house) == []
