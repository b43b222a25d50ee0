"""A product's data from Slack: whether it can be sold, why not, and one attribute at a time told to the marketplace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.store import audit
from sandbox.slack.channels import Message
from tests.journeys.house import House
from tests.journeys.test_approvals import home_known

EAN = "4006381333931"
WHOLE = {
    "title": ["Textmarker gelb"],
    "description": ["Leuchtet"],
    "category": ["Stifte"],
    "picture": ["https://img.example.test/a.jpg"],
}
KEY = f"product:main:de-DE-{EAN}"


def tell(house: House, **attributes: Any) -> None:
    world = house.market.world
    world.tell_product(world.shop(), EAN, "de-DE", {**WHOLE, **attributes}, replace=True)


def held(house: House, name: str) -> object:
    return house.market.world.shop().product_data[EAN, "de-DE"].attributes.get(name)


async def answered(house: House, words: str = EAN) -> Message:
    await home_known(house)
    known = {message.ts for message in house.ana.sees("support")}
    await house.ana.types(f"/stock product {words}", "support")
    found = await house.until(
        lambda: next((m for m in house.ana.sees("support") if m.only_for and m.ts not in known), None)
    )
    assert found is not None
    return found


async def sets(house: House, name: str, value: str, person: Any = None) -> dict[str, str] | None:
    """Press Set an attribute for Germany, fill in the window, press Go on. The errors beside the fields, or None."""
    who = person or house.slack.person("mira")
    await home_known(house)
    known = {message.ts for message in who.sees("support")}
    await who.types(f"/stock product {EAN}", "support")
    card = await house.until(lambda: next((m for m in who.sees("support") if m.only_for and m.ts not in known), None))
    await who.presses("support", card, "Set an attribute", nth=0)
    await house.until(lambda: who.modal and who.modal.callback_id == "product.change")
    await who.fills({"name": name, "values": value})
    errors: dict[str, str] | None = await who.submits()
    return errors


async def sure(house: House, words: str) -> Any:
    mira = house.slack.person("mira")
    await house.until(lambda: mira.modal and words in mira.modal.words)
    return mira


async def test_a_product_says_in_words_why_it_cannot_be_sold(house: House) -> None:
    tell(house)
    await house.pass_time(timedelta(minutes=3))

    card = await answered(house)

    assert "*not ready*" in card.words
    assert "Because: missing attributes" in card.words
    assert "Missing: manufacturer" in card.words
    assert "cs-CZ" in card.words
    assert "nothing was told" in card.words
    # Germany and Austria are one language, Czechia another.
    assert card.labels == ["Set an attribute", "Set an attribute"]
    assert house.slack.complaints == []


async def test_an_attribute_is_set_after_was_and_will_be(house: House) -> None:
    tell(house)

    assert await sets(house, "manufacturer", "Schreiber\nSchreiber GmbH") is None
    mira = await sure(house, "Will be")
    assert "nothing" in mira.modal.words
    assert held(house, "manufacturer") is None
    assert await mira.submits() is None
    assert await house.ended(KEY) == ["done"]

    assert held(house, "manufacturer") == ["Schreiber", "Schreiber GmbH"]
    assert held(house, "title") == ["Textmarker gelb"]
    await house.pass_time(timedelta(minutes=3))
    assert "ready to be sold" in (await answered(house)).words
    records = await audit.of_subject(KEY)
    assert [record.event for record in records] == ["taken", "sending", "done"]
    assert len(house.market.journal.executed("PATCH", "/product-data")) == 1
    assert house.slack.complaints == []


async def test_what_was_changed_meanwhile_is_not_overwritten(house: House) -> None:
    tell(house)
    assert await sets(house, "title", "Neuer Titel") is None
    mira = await sure(house, "Will be")
    tell(house, title=["Anderer Titel"])

    await mira.submits()

    assert await house.ended(KEY) == ["refused"]
    assert held(house, "title") == ["Anderer Titel"]


async def test_a_lost_answer_is_settled_by_reading(house: House) -> None:
    tell(house)
    house.market.faults.cut_after_execution(path="/product-data", next=1)
    assert await sets(house, "title", "Neuer Titel") is None
    mira = await sure(house, "Will be")
    await mira.submits()

    assert await house.ended(KEY) == ["done"]
    assert len(house.market.journal.executed("PATCH", "/product-data")) == 1


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("Title!", "x", "name"), ("größe", "x", "name"), ("title", "\n".join("x" * 21), "values")],
)
async def test_what_is_no_attribute_is_said_beside_its_field(house: House, name: str, value: str, field: str) -> None:
    tell(house)

    errors = await sets(house, name, value)

    assert errors
    assert list(errors) == [field]
    assert house.market.journal.executed("PATCH", "/product-data") == []


async def test_what_stands_there_already_is_not_sent(house: House) -> None:
    tell(house)

    assert await sets(house, "title", "Textmarker gelb") is None

    await sure(house, "says already")
    assert house.market.journal.executed("PATCH", "/product-data") == []


async def test_who_may_not_is_told_and_gets_no_window(house: House) -> None:
    tell(house)
    card = await answered(house)

    await house.ana.presses("support", card, "Set an attribute", nth=0)

    await house.until(
        lambda: any("change product data" in m.words for m in house.ana.sees("support") if m.only_for and m is not card)
    )
    assert house.ana.modal is None


@pytest.mark.parametrize("words", ["", "4,00638E+12", "4006381333932", "<!channel>"])
async def test_what_is_no_ean_is_said_with_an_example(house: House, words: str) -> None:
    said = (await answered(house, words)).words

    assert "/stock product 4006381333931" in said
    assert "<!channel>" not in said
