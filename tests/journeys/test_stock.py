"""Offers as people work on them: finding, changing in one storefront or all, and never past what they saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.marketplace import MarketError
from bot.store import actions as action_rows
from sandbox.market import Account
from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import ROOT, House, running
from tests.journeys.papers import rules
from tests.journeys.test_approvals import home_known

NOTICES = """  - name: Offers that sell out
    when: {kind: unit, storefront: de}
    channel: "#orders"
    notices: [out_of_stock]

"""


def offer_of(house: House, storefront: str = "de") -> Any:
    """An offer of the first shop that can be found by its EAN."""
    return next(
        offer
        for offer in house.market.world.shop().offers
        if offer.storefront == storefront
        and offer.fulfillment == "fulfilled_by_merchant"
        and offer.status == "AVAILABLE"
    )


async def found(house: House, words: str, person: Person | None = None) -> Message:
    who = person or house.ana
    await home_known(house)
    known = {message.ts for message in who.sees("support")}
    await who.types(f"/stock {words}", "support")
    return await house.until(
        lambda: next((m for m in who.sees("support") if m.only_for and m.ts not in known), None)  # type: ignore[return-value]
    )


async def window(house: House, person: Person, callback: str) -> Any:
    return await house.until(lambda: person.modal if person.modal and person.modal.callback_id == callback else None)


async def edits(house: House, offer: Any, values: dict[str, Any], person: Person | None = None) -> Any:
    """Find the offer, press Edit, fill in `values`, press Go on; the window that follows."""
    who = person or house.ana
    card = await found(house, str(offer.id), who)
    await who.presses("support", card, "Edit", nth=0)
    await window(house, who, "unit.form")
    await who.fills(values)
    errors = await who.submits()
    if errors:
        return errors
    return await house.until(
        lambda: who.modal if who.modal and who.modal.callback_id in {"unit.confirm", "trouble"} else None
    )


async def told(house: House, words: str, person: Person | None = None) -> str:
    who = person or house.ana
    seen = await house.until(
        lambda: next((m.words for m in who.sees("support") if m.only_for and words in m.words), None)
    )
    return str(seen)


def states(actions: Any) -> list[tuple[str, str]]:
    return sorted((action.kind, action.state) for action in actions)


@pytest.mark.parametrize("by", ["ean", "number", "unit", "words"])
async def test_an_offer_is_found_by_what_people_know_of_it(house: House, by: str) -> None:
    offer = offer_of(house)
    product = offer.product
    words = {
        "ean": product.eans[0],
        "number": offer.id_offer,
        "unit": str(offer.id),
        "words": " ".join(product.title("de").split()[:2]).upper(),
    }[by]

    card = await found(house, words)

    assert product.title("de") in card.words
    assert f"unit {offer.id}" in card.words
    assert "Edit" in card.labels
    assert house.slack.complaints == []


async def test_a_price_is_changed_after_was_and_will_be_were_shown(house: House) -> None:
    offer = offer_of(house)
    before = offer.listing_price
    after = before + before // 10

    view = await edits(house, offer, {"listing_price": f"{after / 100:.2f}"})
    assert view.callback_id == "unit.confirm"
    assert "→" in view.words
    assert "+10 %" in view.words
    assert offer.listing_price == before
    assert await house.ana.submits() is None

    assert await house.ended(f"unit:main:de-{offer.id}") == ["done"]
    assert offer.listing_price == after
    assert "price" in await told(house, ":white_check_mark:")
    assert house.slack.complaints == []


async def test_what_somebody_changed_meanwhile_is_not_overwritten(house: House) -> None:
    offer = offer_of(house)
    view = await edits(house, offer, {"amount": str(offer.amount + 5)})
    assert view.callback_id == "unit.confirm"
    house.market.world.change_offer(house.market.world.shop(), offer, {"amount": offer.amount + 1})
    before = offer.amount

    assert await house.ana.submits() is None

    assert await house.ended(f"unit:main:de-{offer.id}") == ["refused"]
    assert "Pieces changed meanwhile" in await told(house, "Nothing was sent")
    assert offer.amount == before


async def test_what_changed_while_the_window_stood_open_is_said_before_anything_is_sent(house: House) -> None:
    offer = offer_of(house)
    card = await found(house, str(offer.id))
    await house.ana.presses("support", card, "Edit", nth=0)
    await window(house, house.ana, "unit.form")
    await house.ana.fills({"amount": str(offer.amount + 20)})
    house.market.world.change_offer(house.market.world.shop(), offer, {"amount": offer.amount + 3})
    before = offer.amount

    assert await house.ana.submits() is None
    view = await window(house, house.ana, "trouble")

    assert "Pieces changed meanwhile" in view.words
    assert offer.amount == before


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("listing_price", "1.234", "no price"),
        ("listing_price", "zwölf", "no price"),
        ("listing_price", "-3", "no price"),
        ("amount", "-1", "whole number"),
        ("amount", "٣", "whole number"),
        ("amount", "1000000", "from 0 to"),
        ("handling_days", "2,5", "whole number"),
    ],
)
async def test_what_is_typed_wrongly_is_said_beside_its_field(house: House, field: str, typed: str, said: str) -> None:
    offer = offer_of(house)

    errors = await edits(house, offer, {field: typed})

    assert said in errors[field]
    assert await action_rows.for_subject(f"unit:main:de-{offer.id}") == []


async def test_a_steep_price_waits_for_a_colleague(house: House) -> None:
    offer = offer_of(house)
    before = offer.listing_price

    view = await edits(house, offer, {"listing_price": f"{before * 2 / 100:.2f}"})
    assert "A colleague is asked first" in view.words
    assert await house.ana.submits() is None
    actions = await house.until(lambda: house.slack.calls.of("chat.postMessage"))

    assert actions
    assert [action.proposed for action in await action_rows.for_subject(f"unit:main:de-{offer.id}")] == [True]
    assert offer.listing_price == before


async def test_all_storefronts_are_changed_at_once(house: House) -> None:
    offer = offer_of(house)
    same = [each for each in house.market.world.shop().offers if each.id_offer == offer.id_offer]
    assert len(same) > 1
    card = await found(house, offer.id_offer)
    await house.ana.presses("support", card, "Edit all", nth=0)
    await window(house, house.ana, "unit.form")
    await house.ana.fills({"amount": "41"})
    assert await house.ana.submits() is None
    await window(house, house.ana, "unit.confirm")
    assert await house.ana.submits() is None

    for each in same:
        assert set(await house.ended(f"unit:main:{each.storefront}-{each.id}")) == {"done"}
    assert {each.amount for each in same} == {41}


async def test_the_buybox_is_told(house: House) -> None:
    card = await found(house, str(offer_of(house).id))

    await house.ana.presses("support", card, "Buybox", nth=0)

    assert "our offer" in (await told(house, "1. ")).lower()


async def test_guests_change_nothing_and_unknown_words_are_answered(house: House) -> None:
    assert "None of our offers" in (await found(house, "Xylophonkonzert")).words
    assert "4006381333931" in (await found(house, "help")).words
    card = await found(house, str(offer_of(house).id))
    assert house.slack.complaints == []
    assert card.labels.count("Edit") == 1


async def test_pieces_and_handling_time_are_changed_in_all_storefronts_though_pieces_are_shared(house: House) -> None:
    offer = offer_of(house)
    same = [each for each in house.market.world.shop().offers if each.id_offer == offer.id_offer]
    assert len(same) > 1
    card = await found(house, offer.id_offer)
    await house.ana.presses("support", card, "Edit all", nth=0)
    await window(house, house.ana, "unit.form")
    await house.ana.fills({"amount": "41", "handling_days": "9"})
    assert await house.ana.submits() is None
    await window(house, house.ana, "unit.confirm")
    assert await house.ana.submits() is None

    for each in same:
        assert set(await house.ended(f"unit:main:{each.storefront}-{each.id}")) == {"done"}
    assert {(each.amount, each.handling_time) for each in same} == {(41, 9)}


async def test_a_price_in_the_currency_of_another_storefront_is_no_price_there(house: House) -> None:
    offer = offer_of(house, "cz")

    errors = await edits(house, offer, {"listing_price": "49,99 €", "minimum_price": "39.99 PLN"})

    assert "CZK" in errors["listing_price"]
    assert "CZK" in errors["minimum_price"]
    view = await edits(house, offer, {"listing_price": f"{offer.listing_price // 100 + 1} Kč"}, house.ben)
    assert view.callback_id == "unit.confirm"


@pytest.mark.parametrize("letter", ["x", "ž", "Ж", '"', "\U0001f60a"])
async def test_a_note_of_the_full_length_is_changed_there_and_back_and_there_again(house: House, letter: str) -> None:
    offer = offer_of(house)
    notes = [letter * (250 // len(letter.encode("utf-16-le")) * 2 - 1) + end for end in "123"]

    for number, note in enumerate([notes[0], notes[1], notes[0], notes[1]], start=1):
        view = await edits(house, offer, {"note": note})
        assert not isinstance(view, dict), view
        assert view.callback_id == "unit.confirm"
        assert await house.ana.submits() is None
        assert await house.ended(f"unit:main:de-{offer.id}") == ["done"] * number
        assert offer.note == note
    assert house.slack.complaints == []


async def test_a_first_minimum_price_far_below_the_price_waits_for_a_colleague(house: House) -> None:
    offer = offer_of(house)
    offer.minimum_price = None

    view = await edits(house, offer, {"minimum_price": "0.01"})

    assert "A colleague is asked first" in view.words
    assert "-100 % from the price" in view.words


async def test_who_was_faster_is_named_so_that_people_can_read_it(house: House) -> None:
    offer = offer_of(house)
    amount = offer.amount
    await edits(house, offer, {"amount": str(amount + 1)})
    await edits(house, offer, {"amount": str(amount + 2)}, house.ben)
    house.kontor.actions.lanes.wake = lambda id, first=False: None  # type: ignore[method-assign, assignment, misc]

    assert await house.ana.submits() is None
    assert await house.ben.submits() is None

    view = await window(house, house.ben, "trouble")
    assert f"<@{house.ana.id}> was faster" in view.words


async def test_an_offer_kaufland_took_over_meanwhile_is_not_tried(house: House) -> None:
    offer = offer_of(house)
    card = await found(house, str(offer.id))
    await house.ana.presses("support", card, "Edit", nth=0)
    await window(house, house.ana, "unit.form")
    offer.fulfillment = "fulfilled_by_kaufland"
    await house.ana.fills({"status": "On hold"})
    assert await house.ana.submits() is None

    assert "Kaufland fulfils this offer" in (await window(house, house.ana, "trouble")).words
    assert await action_rows.for_subject(f"unit:main:de-{offer.id}") == []


async def test_what_is_found_in_one_account_does_not_hide_that_another_could_not_be_asked(tmp_path: Path) -> None:
    accounts = [Account.named("acme", ("de",)), Account.named("globex", ("at",))]
    async with running(tmp_path / "data", accounts=accounts) as house:
        market = house.kontor.desk.market("globex")

        async def in_trouble() -> tuple[str, ...]:
            raise MarketError("The marketplace has a bad day.", status=500)

        market.storefronts = in_trouble  # type: ignore[method-assign]
        card = await found(house, offer_of(house).id_offer)

        assert "Edit" in card.labels
        assert "Not all could be asked: The marketplace has a bad day." in card.words


async def test_the_buybox_is_for_those_who_may_look(tmp_path: Path) -> None:
    roles = """
roles:
  - name: Nobody else
    who: [U0BEN00001]
    may: [everything]
"""
    routing, last = (ROOT / "rules" / "routing.yaml").read_text("utf-8"), "  - name: Everything else\n"
    folder = rules(tmp_path / "rules", routing=routing.replace(last, NOTICES + last), roles=roles)
    async with running(tmp_path / "data", RULES_DIR=str(folder)) as house:
        await home_known(house)
        offer = offer_of(house)
        asked = len(house.market.journal.executed("GET", "/buybox"))
        house.market.world.change_offer(house.market.world.shop(), offer, {"amount": 0})
        await house.kontor.desk.marks.mark([f"unit:main:de-{offer.id}"])
        card = await house.shown(f"de-{offer.id}", "Sold out")

        await house.ana.presses("orders", card, "Buybox", nth=0)

        await house.until(lambda: [m for m in house.ana.sees("orders", card) if "None of your roles" in m.words])
        assert len(house.market.journal.executed("GET", "/buybox")) == asked


async def test_small_steps_of_a_price_count_together_until_a_colleague_agrees(house: House) -> None:
    offer = offer_of(house)
    offer.minimum_price = 1

    view = await edits(house, offer, {"listing_price": f"{offer.listing_price * 119 // 100 / 100:.2f}"})
    assert "A colleague is asked first" not in view.words
    assert await house.ana.submits() is None
    assert await house.ended(f"unit:main:de-{offer.id}") == ["done"]
    higher = offer.listing_price * 119 // 100

    view = await edits(house, offer, {"listing_price": f"{higher / 100:.2f}"})
    assert "count together. A colleague is asked first" in view.words
    assert await house.ana.submits() is None
    proposal = await house.until(lambda: next((m for m in house.cards("support") if "Approve" in m.labels), None))
    assert proposal is not None
    assert "with the last 24 hours 42 %" in proposal.words
    await house.slack.person("mira").presses("support", proposal, "Approve")
    await house.until(lambda: offer.listing_price == higher)

    await house.ended(f"unit:main:de-{offer.id}")
    view = await edits(house, offer, {"listing_price": f"{higher * 119 // 100 / 100:.2f}"})
    assert view.callback_id == "unit.confirm"
    assert "A colleague is asked first" not in view.words
    assert house.slack.complaints == []
