"""Small steps of a price, by hand and by table: they count together for a day, until a colleague has agreed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import actions as action_rows
from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import ROOT, House, running
from tests.journeys.papers import rules
from tests.journeys.test_bulk import files, gives, key_of, offers_of, presses_change, states, table
from tests.journeys.test_stock import edits

ASKED = [("unit.bulk", "proposed")]


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[House]:
    """A house where fifteen percent are what a person may do alone."""
    roles = (ROOT / "rules" / "roles.yaml").read_text("utf-8").replace("percent: 20", "percent: 15")
    async with running(tmp_path / "data", RULES_DIR=str(rules(tmp_path / "rules", roles=roles))) as house:
        for offer in house.market.world.shop().offers:
            offer.minimum_price = 1
        yield house


def lower(offer: Any) -> int:
    """Nine percent less."""
    return int(offer.listing_price * 0.91) + 1


async def tables(house: House, *offers: Any, person: Person | None = None, column: str = "price", **to: int) -> Message:
    """Give a table that lowers the offers by nine percent, or makes the first cost `to`, and press its button."""
    rows = [f"{offer.id};{to.get('to', lower(offer)) / 100:.2f}" for offer in offers]
    card = await gives(house, table(f"id_unit;{column}", *rows), person)
    await presses_change(house, card, person)
    return card


async def changed(house: House, card: Message, count: int = 1) -> None:
    await house.until(lambda: f"{count} offer{'s' if count > 1 else ''} changed" in card.words)


async def by_hand(house: House, offer: Any, price: int) -> str:
    """Change the price in the windows of /stock; what the second one said."""
    view = await edits(house, offer, {"listing_price": f"{price / 100:.2f}"})
    said = str(view.words)
    assert await house.ana.submits() is None
    return said


async def proposal(house: House) -> Message:
    found = await house.until(lambda: next((m for m in house.cards("support") if "Approve" in m.labels), None))
    assert found is not None
    return found


async def test_the_second_table_of_small_steps_waits_for_a_colleague(strict: House) -> None:
    first, second = offers_of(strict)[:2]
    await changed(strict, await tables(strict, first, second), 2)
    before = first.listing_price

    card = await tables(strict, first)

    assert "prices by up to 9 % (with the last 24 hours 18 %)" in (await proposal(strict)).words
    assert await states(card) == ASKED
    assert first.listing_price == before
    await strict.until(lambda: "with the last 24 hours 18 %" in card.words)
    assert strict.slack.complaints == []


async def test_a_table_that_touches_other_offers_is_judged_by_itself(strict: House) -> None:
    first, second = offers_of(strict)[:2]
    await changed(strict, await tables(strict, first))

    await changed(strict, await tables(strict, second))


async def test_a_change_by_hand_counts_for_the_table_after_it(strict: House) -> None:
    offer = offers_of(strict)[0]
    await by_hand(strict, offer, lower(offer))
    assert await strict.ended(f"unit:main:de-{offer.id}") == ["done"]

    card = await tables(strict, offer)

    assert "with the last 24 hours 18 %" in (await proposal(strict)).words
    assert await states(card) == ASKED


async def test_a_table_counts_for_the_change_by_hand_after_it(strict: House) -> None:
    offer = offers_of(strict)[0]
    await changed(strict, await tables(strict, offer))

    said = await by_hand(strict, offer, lower(offer))

    assert "Your changes of the last 24 hours count together. A colleague is asked first" in said
    assert "with the last 24 hours 18 %" in (await proposal(strict)).words
    (action,) = await action_rows.for_subject(f"unit:main:de-{offer.id}")
    assert (action.state, action.percent) == ("proposed", 18)


async def test_an_offer_that_was_refused_or_left_alone_does_not_count(strict: House) -> None:
    first, second, third = offers_of(strict)[:3]
    before = [second.listing_price, third.listing_price]
    market = strict.kontor.desk.market("main")
    change_units = market.change_units

    async def and_kaufland_has_one(storefront: str, changes: Any) -> Any:
        second.fulfillment = "fulfilled_by_kaufland"
        answer = await change_units(storefront, changes)
        second.fulfillment = "fulfilled_by_merchant"
        return answer

    market.change_units = and_kaufland_has_one  # type: ignore[method-assign]
    rows = [f"{offer.id};{lower(offer) / 100:.2f}" for offer in (first, second, third)]
    card = await gives(strict, table("id_unit;price", *rows))
    strict.market.world.change_offer(strict.market.world.shop(), third, {"listing_price": before[1] - 1})
    await presses_change(strict, card)
    await changed(strict, card)
    found = {row[1]: row[4] for row in (await files(strict, card, "result.csv"))[1:]}
    assert found == {str(first.id): "changed", str(second.id): "refused", str(third.id): "moved"}
    market.change_units = change_units  # type: ignore[method-assign]

    # Twice a step of nine percent, seen from where the table would have brought them.
    for offer, was in ((second, before[0]), (third, before[1])):
        strict.market.world.change_offer(strict.market.world.shop(), offer, {"listing_price": int(was * 0.91)})
    await changed(strict, await tables(strict, second, third), 2)

    assert await states(await tables(strict, first)) == ASKED


async def test_an_offer_nobody_is_sure_of_counts(strict: House) -> None:
    offer = offers_of(strict)[0]
    before = offer.listing_price
    market = strict.kontor.desk.market("main")
    change_units = market.change_units

    async def and_it_moves_on(storefront: str, changes: Any) -> Any:
        try:
            return await change_units(storefront, changes)
        finally:
            strict.market.world.change_offer(strict.market.world.shop(), offer, {"listing_price": before * 90 // 100})

    market.change_units = and_it_moves_on  # type: ignore[method-assign]
    strict.market.faults.cut_after_execution(methods=("POST",), path="/units/bulk", next=1)
    card = await tables(strict, offer)
    await strict.until(lambda: "Please check" in card.words)
    assert await states(card) == [("unit.bulk", "done"), ("unit.part", "needs_human")]
    market.change_units = change_units  # type: ignore[method-assign]

    assert await states(await tables(strict, offer)) == ASKED


async def test_what_is_being_sent_counts_already(strict: House) -> None:
    offer = offers_of(strict)[0]
    strict.kontor.actions.read_back_seconds = (600.0,)
    strict.market.faults.cut_after_execution(methods=("POST",), path="/units/bulk", next=1)
    before = offer.listing_price
    first = await tables(strict, offer)
    await strict.until(lambda: offer.listing_price != before)
    assert await states(first) == [("unit.bulk", "done"), ("unit.part", "sending")]

    assert await states(await tables(strict, offer)) == ASKED


async def test_after_a_colleagues_yes_it_begins_anew(strict: House) -> None:
    offer = offers_of(strict)[0]
    await changed(strict, await tables(strict, offer))
    card = await tables(strict, offer)
    asked = await proposal(strict)
    # What waits for a yes has changed nothing, so it does not count; nor does it settle anything.
    assert await states(await tables(strict, offer)) == ASKED

    await strict.slack.person("mira").presses("support", asked, "Approve")
    await changed(strict, card)

    await changed(strict, await tables(strict, offer))
    assert await states(await tables(strict, offer)) == ASKED


async def test_what_others_changed_does_not_count(strict: House) -> None:
    offer = offers_of(strict)[0]
    await changed(strict, await tables(strict, offer, person=strict.ben))

    await changed(strict, await tables(strict, offer))

    assert await states(await tables(strict, offer, person=strict.ben)) == ASKED


async def test_who_presses_the_button_counts_and_not_who_gave_the_table(strict: House) -> None:
    offer = offers_of(strict)[0]
    await changed(strict, await tables(strict, offer))
    card = await gives(strict, table("id_unit;price", f"{offer.id};{lower(offer) / 100:.2f}"))

    await presses_change(strict, card, strict.ben)

    await changed(strict, card)


async def test_after_a_day_it_begins_anew(strict: House) -> None:
    offer = offers_of(strict)[0]
    await changed(strict, await tables(strict, offer))
    await strict.pass_time(timedelta(hours=23))
    assert await states(await tables(strict, offer)) == ASKED

    await strict.pass_time(timedelta(hours=2))

    await changed(strict, await tables(strict, offer))


async def test_the_undo_sheet_of_a_small_step_needs_no_colleague(strict: House) -> None:
    offer = offers_of(strict)[0]
    before = offer.listing_price
    card = await tables(strict, offer)
    await changed(strict, card)
    undo = await files(strict, card, "undo.csv")

    again = await gives(strict, "\r\n".join(";".join(row) for row in undo).encode(), name="undo.csv")
    await presses_change(strict, again)
    await changed(strict, again)

    assert offer.listing_price == before


async def test_a_minimum_price_is_counted_by_itself(strict: House) -> None:
    offer = offers_of(strict)[0]
    offer.minimum_price = None
    price = offer.listing_price
    await changed(strict, await tables(strict, offer, column="minimum_price", to=price * 91 // 100))
    await changed(strict, await tables(strict, offer))

    card = await tables(strict, offer, column="minimum_price", to=price * 84 // 100)

    assert await states(card) == ASKED
    assert "minimum price, prices by up to 8 % (with the last 24 hours 17 %)" in (await proposal(strict)).words


async def test_a_first_minimum_price_by_hand_counts_for_the_next(strict: House) -> None:
    offer = offers_of(strict)[0]
    offer.minimum_price = None
    price = offer.listing_price
    await edits(strict, offer, {"minimum_price": f"{price * 91 // 100 / 100:.2f}"})
    assert await strict.ana.submits() is None
    assert await strict.ended(f"unit:main:de-{offer.id}") == ["done"]

    view = await edits(strict, offer, {"minimum_price": f"{price * 84 // 100 / 100:.2f}"})

    assert "count together. A colleague is asked first" in view.words


async def test_where_nobody_may_agree_the_refusal_says_that_the_day_counts(tmp_path: Path) -> None:
    roles = """
roles:
  - name: All
    who: everybody
    may: [view, {do: [unit.price, unit.bulk], percent: 15, beyond: denied}]
"""
    async with running(tmp_path / "data", RULES_DIR=str(rules(tmp_path / "rules", roles=roles))) as house:
        offer = offers_of(house)[0]
        offer.minimum_price = 1
        await changed(house, await tables(house, offer))
        card = await tables(house, offer)

        said = "up to 15 % up or down. Nothing was done. Your changes of the last 24 hours count together."
        await house.until(lambda: [m for m in house.ana.sees("support", card) if said in m.words])
        assert await action_rows.for_subject(key_of(card)) == []
        view = await edits(house, offer, {"listing_price": f"{lower(offer) / 100:.2f}"})
        assert said in view.words
