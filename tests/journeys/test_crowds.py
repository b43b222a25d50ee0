"""Very many offers in trouble at once: some cards, one note for all the others, and no flood."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.features import units
from bot.marketplace import MarketError
from tests.journeys.house import House, running
from tests.journeys.papers import rules
from tests.journeys.test_units import asking, becomes, offers_of_de, says

RULE = """  - name: Offers that sell out
    when: {kind: unit, storefront: de}
    channel: "#orders"
    notices: [out_of_stock]

"""


def cards_of_offers(house: House) -> list[Any]:
    return [card for card in house.cards("orders") if "Sold out" in card.words]


async def test_a_feed_that_empties_the_shop_is_some_cards_and_one_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "MOST_CARDS", 3)
    folder = rules(tmp_path / "rules", routing=asking(RULE))
    async with running(tmp_path / "data", polls=False, RULES_DIR=str(folder)) as house:
        house.market.faults.lose_pushes(1.0)
        assert await house.kontor.polls.offers("main") == 0
        emptied = offers_of_de(house)[:9]
        for offer in emptied:
            becomes(house, offer, amount=0)
        assert await house.kontor.polls.offers("main") == 9

        note = await house.shown("offers", "more offers")
        await house.quiet()
        await house.pass_time(timedelta(minutes=2))
        await house.shown("offers", "6 more offers")
        assert "6 sold out" in note.words
        assert len(cards_of_offers(house)) == 3
        assert note in house.cards("orders")

        for offer in emptied:
            becomes(house, offer, amount=9)
        await house.pass_time(timedelta(hours=1, minutes=5))
        await house.kontor.looks.sweep()
        await house.quiet()
        await house.pass_time(timedelta(minutes=2))
        await house.shown("offers", "All of them are well again", seconds=30)
        assert cards_of_offers(house) == []
        assert house.slack.complaints == []
        assert sum("all right again" in card.words for card in house.cards("orders")) == 3

        # An old note that changes is seen by nobody, so the next time is told in its thread.
        await house.quiet()
        assert await house.kontor.polls.offers("main") == 0
        for offer in emptied:
            becomes(house, offer, amount=0)
        assert await house.kontor.polls.offers("main") == 9
        await house.shown("offers", "more offers")
        assert len(await house.until(lambda: house.slack.channels["orders"].replies(note.ts))) == 1


async def test_a_storefront_that_fails_keeps_no_other_from_being_compared(tmp_path: Path) -> None:
    folder = rules(tmp_path / "rules", routing=asking())
    async with running(tmp_path / "data", polls=False, RULES_DIR=str(folder)) as house:
        house.market.faults.lose_pushes(1.0)
        assert await house.kontor.polls.offers("main") == 0
        czech = next(
            offer
            for offer in house.market.world.shop().offers
            if (offer.storefront, offer.fulfillment) == ("cz", "fulfilled_by_merchant") and offer.amount > 5
        )
        becomes(house, czech, amount=0)
        market = house.kontor.polls.markets["main"]
        listed = market.list_units

        def in_trouble(storefront: str, **more: Any) -> Any:
            if storefront == "de":
                raise MarketError("The marketplace has a bad day in de.", status=500)
            return listed(storefront, **more)

        market.list_units = in_trouble  # type: ignore[assignment, method-assign]
        with pytest.raises(MarketError, match="bad day in de"):
            await house.kontor.polls.offers("main")

        market.list_units = listed  # type: ignore[method-assign]
        await says(house, czech, "Sold out")
