"""Returns between the warehouse and the buyer: photos are kept with the decision, the ticket it opens is linked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import audit
from sandbox.slack.channels import Message
from tests.journeys.house import House, running
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
