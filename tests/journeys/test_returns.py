"""Returns between the warehouse and the buyer: photos are kept with the decision, the ticket it opens is linked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import actions as action_rows
from bot.store import audit
from sandbox.slack.channels import Message
from tests.journeys.house import House, running
from tests.journeys.test_approvals import home_known
from tests.journeys.test_promises import arrived_return

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PHOTOS = {"kratzer.png": PNG, "karton.png": PNG}


async def hung(house: House) -> tuple[Any, Message]:
    """A return that waits for our decision, and its card."""
    item = await arrived_return(house)
    await house.polled()
    return item, await house.shown(item.id, "Reason")


async def rejects(house: House, card: Message, why: str) -> None:
    await house.ana.presses("returns", card, "Reject")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "return.reject")
    await house.ana.fills({"message": why})
    assert await house.ana.submits() is None


async def test_photos_dropped_into_the_thread_are_kept_with_the_decision(house: House) -> None:
    item, card = await hung(house)

    await house.ben.drops("returns", PHOTOS, thread=card)
    shown = await house.shown(item.id, "2 photos")
    await rejects(house, shown, "Der Artikel ist zerkratzt.")

    assert "kratzer.png" in shown.words
    assert await house.ended(f"return:main:{item.id}") == ["done"]
    (action,) = await house.kontor.actions.of(f"return:main:{item.id}")
    assert action.payload["photos"] == ["kratzer.png", "karton.png"]
    records = await audit.of_subject(f"return:main:{item.id}")
    assert any(record.event == "photographed" and record.actor == house.ben.id for record in records)
    assert any("kratzer.png" in str(record.facts()) for record in records if record.kind == "return.reject")
    assert "2 photos" in (await house.shown(item.id)).words
    assert house.slack.complaints == []


async def test_a_photo_after_the_decision_joins_the_closed_card(house: House) -> None:
    item, card = await hung(house)
    await house.ana.presses("returns", card, "Accept")
    await house.shown(item.id, "~")

    await house.ben.drops("returns", {"beleg.png": PNG}, thread=card)

    assert "beleg.png" in (await house.shown(item.id, "1 photo")).words


async def test_the_same_message_is_kept_once_and_more_photos_join(house: House) -> None:
    item, card = await hung(house)

    await house.ben.drops("returns", {"eins.png": PNG}, thread=card)
    await house.ana.drops("returns", {"zwei.png": PNG}, thread=card)

    assert "eins.png" in (await house.shown(item.id, "2 photos")).words
    await house.restart()
    await house.kontor.looks.mark([f"return:main:{item.id}"])
    await house.polled()
    assert "2 photos" in (await house.shown(item.id)).words


@pytest.mark.parametrize("how", ["no picture", "no thread", "another thread"])
async def test_what_is_none_of_the_warehouses_photos_is_left_alone(house: House, how: str) -> None:
    item, card = await hung(house)
    files = {"liste.csv": b"a;b\n"} if how == "no picture" else {"bild.png": PNG}
    other = await house.ben.writes("returns", "Wer war das?") if how == "another thread" else card

    await house.ben.drops("returns", files, thread=None if how == "no thread" else other)
    await house.quiet()

    assert "photo" not in (await house.shown(item.id)).words
    assert not any(record.event == "photographed" for record in await audit.of_subject(f"return:main:{item.id}"))


async def test_the_ticket_a_decision_opens_is_looked_at_now_and_linked(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        item, card = await hung(house)

        await rejects(house, card, "Der Artikel ist zerkratzt.")
        await house.until(lambda: house.market.journal.executed("PATCH", "/reject"))
        tickets = house.market.world.shop().tickets
        (ticket,) = [ticket for ticket in tickets if ticket.open_reason == "product_return"]
        hanging = await house.shown(ticket.id)
        link = hanging.ts.replace(".", "")
        for _ in range(20):
            await house.pass_time(timedelta(seconds=30))
            await house.polled()
            if link in (await house.shown(item.id)).words:
                break

        shown = await house.shown(item.id, link)
        assert ticket.id in shown.words
        assert house.slack.complaints == []


# Deciding


async def two_units(house: House) -> tuple[Any, Message]:
    """A return of two units that both wait for our decision, and its card."""
    world = house.market.world
    units = world.units_of(world.place_order("de", pieces=2))
    for unit in units:
        world.send_unit(unit.id, ["0034123456789"], "DHL")
        world.parcel_delivered(unit.id)
    item = world.start_return(units)
    world.parcel_sent(item.id)
    world.parcel_arrives(item.id)
    await house.polled()
    return item, await house.shown(item.id, "Reason")


def states(house: House, item: Any) -> list[str]:
    return [unit.status for unit in house.market.world.units_of_return(item.id)]


async def test_each_unit_of_a_return_is_decided_by_itself(house: House) -> None:
    item, card = await two_units(house)

    await house.ana.presses("returns", card, "Accept", nth=1)
    await house.until(lambda: "return_accepted" in states(house, item))
    await house.shown(item.id, "accepted")

    assert sorted(states(house, item)) == ["return_accepted", "return_arrived"]
    assert house.card(item.id).labels.count("Accept") == 1
    assert house.slack.complaints == []


async def test_a_unit_goes_to_repair_and_is_decided_after_it(house: House) -> None:
    item, card = await hung(house)

    await house.ana.presses("returns", card, "Repair")
    await house.until(lambda: states(house, item) == ["return_in_repair"])
    repaired = await house.until(lambda: (c := house.card(item.id)) and "Repair" not in c.labels and c)
    await house.until(lambda: "Accept" in house.card(item.id).labels)
    await house.ana.presses("returns", house.card(item.id), "Accept")
    await house.until(lambda: states(house, item) == ["return_accepted"])

    assert repaired
    assert len(house.market.journal.executed("PATCH", "/accept")) == 1


async def test_the_customer_is_asked_in_exactly_these_words(house: House) -> None:
    item, card = await hung(house)

    await house.ana.presses("returns", card, "Ask the customer")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "return.clarify")
    await house.ana.fills({"message": "Fehlt das Netzteil {{ buyer }} <!channel>?"})
    assert await house.ana.submits() is None
    await house.until(lambda: states(house, item) == ["return_in_clarification"])

    (ticket,) = [t for t in house.market.world.shop().tickets if t.open_reason == "product_return"]
    assert ticket.messages[-1].text == "Fehlt das Netzteil {{ buyer }} <!channel>?"
    await house.until(lambda: "Ask the customer" not in house.card(item.id).labels)


async def test_a_unit_that_was_asked_about_and_went_back_to_repair_is_put_before_a_person(house: House) -> None:
    """It looks as it did before the click, and yet the customer was asked."""
    item, card = await hung(house)
    await house.ana.presses("returns", card, "Repair")
    await house.until(lambda: states(house, item) == ["return_in_repair"])
    again = await house.until(lambda: (c := house.card(item.id)) and "Ask the customer" in c.labels and c)
    house.market.faults.cut_after_execution(path="/clarify", next=1)
    await house.ana.presses("returns", again, "Ask the customer")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "return.clarify")
    await house.ana.fills({"message": "Fehlt das Netzteil?"})
    house.kontor.actions.read_back_seconds = (0.5,)
    assert await house.ana.submits() is None
    await house.until(lambda: states(house, item) == ["return_in_clarification"])
    house.market.world.repair(house.market.world.units_of_return(item.id)[0])

    asked = await house.shown(item.id, "may or may not have reached the customer")

    assert "It was done" in asked.labels
    assert [action.state for action in await action_rows.needs_human()] == ["needs_human"]


async def test_a_decision_window_that_is_too_old_sends_nothing(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        item, card = await hung(house)
        await house.ana.presses("returns", card, "Reject")
        await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "return.reject")
        await house.ana.fills({"message": "Zerkratzt."})
        await house.pass_time(timedelta(minutes=16))

        assert "too old" in (await house.ana.submits() or {})["message"]
        assert await action_rows.for_subject(f"return:main:{item.id}") == []


async def test_somebody_elses_decision_window_sends_nothing(house: House) -> None:
    item, card = await hung(house)
    await house.ana.presses("returns", card, "Reject")
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "return.reject")
    body = house.ana.modal.body
    body["private_metadata"] = body["private_metadata"].replace(house.ana.id, house.ben.id)
    await house.ana.fills({"message": "Zerkratzt."})

    assert "too old" in (await house.ana.submits() or {})["message"]
    assert await action_rows.for_subject(f"return:main:{item.id}") == []


async def test_what_kaufland_fulfils_is_not_ours_to_decide(house: House) -> None:
    world = house.market.world
    bought = world.units_of(world.place_order("de"))[0]
    world.send_unit(bought.id, ["0034123456789"], "DHL")
    world.parcel_delivered(bought.id)
    item = world.start_return(bought)
    for thing in (item, bought, *world.units_of_return(item.id)):
        thing.fulfillment = "fulfilled_by_kaufland"
    world.parcel_sent(item.id)
    world.parcel_arrives(item.id)
    await home_known(house)
    await house.ana.types(f"/return {item.id}", "returns")

    card = await house.until(
        lambda: next((m for m in house.ana.sees("returns") if m.only_for and "Kaufland decides" in m.words), None)
    )

    assert card.labels == ["More"]


async def test_the_ticket_of_a_decision_names_and_links_its_return(house: House) -> None:
    item, card = await hung(house)

    await rejects(house, card, "Der Artikel ist zerkratzt.")
    await house.until(lambda: states(house, item) == ["return_rejected"])
    (ticket,) = [t for t in house.market.world.shop().tickets if t.open_reason == "product_return"]

    shown = await house.shown(ticket.id, f"Return {item.id}")
    assert card.ts.replace(".", "") in str(shown.blocks)
