"""Beginning with a buyer from our side: a ticket about an order, a return of what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from bot.store import actions as action_rows
from sandbox.slack.person import Person
from tests.journeys.house import House
from tests.journeys.test_approvals import home_known
from tests.journeys.test_orders import Bought, bought

HELLO = "Guten Tag, Ihr Paket ist heute auf dem Weg."


async def opens(house: House, line: str, person: Person | None = None) -> Any:
    """Type `line`; the window that can be filled in, or says why not."""
    who = person or house.ana
    await home_known(house)
    await who.types(line, "support")
    return await house.until(lambda: who.modal if who.modal and who.modal.callback_id != "loading" else None)


async def told(house: House, words: str) -> str:
    return str(
        await house.until(
            lambda: next((m.words for m in house.ana.sees("support") if m.only_for and words in m.words), None)
        )
    )


async def sent(house: House) -> Bought:
    it = await bought(house)
    house.market.world.send_unit(it.units[0].id, ["00340434161234567890"], "DHL")
    return it


async def test_a_ticket_is_opened_to_the_buyer_of_an_order(house: House) -> None:
    it = await bought(house)
    await opens(house, f"/ticket open {it.order.id.lower()}")
    await house.ana.fills({"words": HELLO})

    assert await house.ana.submits() is None
    assert await house.ended(it.key) == ["done"]

    said = await told(house, "was opened")
    id = next(word for word in said.split() if word.isdigit())
    messages = house.market.world.ticket(id)[1].messages
    assert [(message.role, message.text) for message in messages] == [("seller", HELLO)]
    await house.shown(id)
    assert house.slack.complaints == []


async def test_a_lost_answer_opens_no_second_ticket(house: House) -> None:
    it = await bought(house)
    await opens(house, f"/ticket open {it.order.id}")
    await house.ana.fills({"words": HELLO})
    house.market.faults.cut_after_execution(methods=("POST",), path="/tickets", next=1)

    assert await house.ana.submits() is None

    assert await house.ended(it.key) == ["done"]
    assert len(house.market.journal.executed("POST", "/tickets")) == 1


async def test_a_return_is_started_for_what_was_sent(house: House) -> None:
    it = await sent(house)
    await opens(house, f"/return start {it.order.id}")
    await house.ana.fills({"reason": "Wrong size", "words": "Buyer asked by phone"})

    assert await house.ana.submits() is None
    assert await house.ended(it.key) == ["done"]

    id = next(word for word in (await told(house, "was started")).split() if word.isdigit())
    await house.shown(id)
    assert house.slack.complaints == []


@pytest.mark.parametrize(("note", "said"), [("kurz", "4 characters"), ("", "complete this required field")])
async def test_a_note_of_the_wrong_length_is_said_beside_its_field(house: House, note: str, said: str) -> None:
    it = await sent(house)
    await opens(house, f"/return start {it.order.id}")
    await house.ana.fills({"reason": "Wrong size", "words": note})

    errors = await house.ana.submits()

    assert errors
    assert said in errors["words"]
    assert await action_rows.for_subject(it.key) == []


async def test_what_was_not_sent_cannot_come_back(house: House) -> None:
    it = await bought(house)

    view = await opens(house, f"/return start {it.order.id}")

    assert "Nothing of this order can come back" in view.words


async def test_addresses_outside_are_not_written_to_a_buyer(house: House) -> None:
    it = await bought(house)
    await opens(house, f"/ticket open {it.order.id}")
    await house.ana.fills({"words": "Schreiben Sie an hilfe@shop.example"})

    errors = await house.ana.submits()

    assert errors
    assert "forbids" in errors["words"]
    assert house.market.journal.executed("POST", "/tickets") == []


async def test_an_order_nobody_knows_is_said(house: House) -> None:
    view = await opens(house, "/ticket open MZZZZZZ")

    assert "knows no order MZZZZZZ" in view.words
    await house.ana.types("/return start !!", "support")
    assert "no order number" in await told(house, "no order number")
