"""Attach to ticket: what somebody wrote or photographed in Slack becomes a note, or goes into a reply."""

from __future__ import annotations

from typing import Any

from sandbox.slack.channels import Message
from tests.journeys.desk import thread, window, written
from tests.journeys.house import House, open_ticket
from tests.journeys.test_approvals import home_known

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)


async def attaches(house: House, message: Message, channel: str, values: dict[str, Any]) -> dict[str, str] | None:
    await home_known(house)
    await house.ana.uses_shortcut("ticket.attach", channel=channel, message=message)
    await house.until(lambda: house.ana.modal and house.ana.modal.callback_id == "ticket.attach")
    await house.ana.fills(values)
    errors: dict[str, str] | None = await house.ana.submits()
    return errors


async def test_a_message_becomes_a_note_that_stays_inside(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    said = await house.ben.writes("general", "Im Lager liegt noch eins. <!channel> {{ x }}")

    assert await attaches(house, said, "general", {"number": ticket.id}) is None

    note = (await house.until(lambda: len(found := thread(house, card)) > 1 and found))[-1]
    assert "Internal note" in note
    assert "Im Lager liegt noch eins" in note
    assert f"<@{house.ben.id}>" in note
    assert written(house, ticket) == []
    assert house.slack.complaints == []


async def test_in_the_thread_of_a_card_its_number_stands_already(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    said = await house.ben.writes("support", "Ich rufe dort an.", thread=card)

    assert await attaches(house, said, "support", {}) is None
    assert await attaches(house, said, "support", {}) is None

    notes = await house.until(lambda: [words for words in thread(house, card) if "Internal note" in words])
    await house.quiet()
    assert len(notes) == len([words for words in thread(house, card) if "Internal note" in words]) == 1


async def test_its_files_go_into_the_reply_window_and_no_further(house: House) -> None:
    ticket = open_ticket(house)
    await house.shown(ticket.id)
    said = await house.ben.drops("support", {"photo.png": PICTURE})

    assert await attaches(house, said, "support", {"number": ticket.id, "how": "Send it to the buyer"}) is None
    view = await window(house, house.ana, "photo.png")

    assert view.callback_id == "ticket.reply"
    assert written(house, ticket) == []
    assert house.slack.complaints == []


async def test_a_ticket_nobody_knows_is_said_beside_the_field(house: House) -> None:
    said = await house.ben.writes("general", "Hallo")

    errors = await attaches(house, said, "general", {"number": "00999999999"})
    assert errors
    assert "/ticket 00999999999 first" in errors["number"]
    await house.ana.fills({"number": "abc"})
    errors = await house.ana.submits()
    assert errors
    assert "no ticket number" in errors["number"]
