"""More on the cards of tickets and returns: the order behind them, and what else the buyer asked and bought."""

from __future__ import annotations

from typing import Any

from sandbox.slack.channels import Message
from sandbox.slack.person import Person
from tests.journeys.house import House
from tests.journeys.test_promises import arrived_return


async def more_of(house: House, channel: str, card: Message, who: Person | None = None) -> Person:
    person = who or house.ana
    await person.presses(channel, card, "More")
    await house.until(lambda: person.modal and person.modal.callback_id == "order.page")
    return person


async def asked_twice(house: House) -> tuple[Any, Any, Any, Any]:
    """One buyer with two orders and a ticket about each: the first order and ticket, then the second."""
    world = house.market.world
    first = world.place_order("de")
    second = world.place_order("de", buyer=first.buyer)
    earlier = world.open_ticket(world.units_of(first), "Wo ist die Rechnung?")
    world.seller_closes(earlier.id)
    later = world.open_ticket(world.units_of(second), "Und wo ist mein Paket?")
    return first, earlier, second, later


async def test_more_on_a_ticket_shows_its_order_and_what_the_buyer_asked_before(house: House) -> None:
    first, earlier, second, later = await asked_twice(house)
    stranger = house.market.world.place_order("de")
    other = house.market.world.open_ticket(house.market.world.units_of(stranger), "Hallo?")
    card = await house.shown(later.id, "paket".capitalize())

    person = await more_of(house, "support", card)
    words = person.modal.words

    assert f"Order {second.id}" in words
    assert f"Ticket {earlier.id}" in words
    assert f"Ticket {later.id}" in words
    assert first.id in words[words.index("Other orders") :]
    assert other.id not in words
    assert second.buyer.address.last_name not in words
    assert house.slack.complaints == []


async def test_the_buyer_is_revealed_from_a_tickets_more_too(house: House) -> None:
    _, earlier, second, later = await asked_twice(house)
    person = await more_of(house, "support", await house.shown(later.id))

    await person.clicks("Reveal")
    await house.until(lambda: second.buyer.address.street in person.modal.words)

    assert f"Ticket {earlier.id}" in person.modal.words


async def test_more_on_a_return_shows_its_order(house: House) -> None:
    item = await arrived_return(house)
    card = await house.shown(item.id, "Reason")

    person = await more_of(house, "returns", card)

    assert f"Order {item.order_id}" in person.modal.words
    assert f"return {item.id}" in person.modal.words
    assert house.slack.complaints == []


async def test_when_the_buyers_tickets_cannot_be_read_the_order_is_shown_and_it_is_said(house: House) -> None:
    _, _, second, later = await asked_twice(house)
    card = await house.shown(later.id)
    house.market.faults.error(403, methods=("GET",), path=r"/tickets$")

    person = await more_of(house, "support", card)

    assert f"Order {second.id}" in person.modal.words
    assert "tickets cannot be read" in person.modal.words
