"""From Send to sent: an Undo in the thread, one answer to each message, and nothing past a message nobody has read."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.store import actions as action_rows
from bot.store import drafts
from sandbox.slack import Person
from sandbox.slack.channels import Message
from tests.journeys.desk import WINDOW, opens_reply, reply_of, thread, whispers, window, writes_reply, written
from tests.journeys.house import House, open_ticket, running

OWN = "Guten Tag, Ihr Paket kommt morgen."


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "data") as open_house:
        yield open_house
        assert open_house.slack.complaints == []


@pytest_asyncio.fixture
async def patient(tmp_path: Path) -> AsyncIterator[House]:
    """A house where a reply can be taken back for twenty seconds of the world's time."""
    async with running(tmp_path / "data", UNDO_SECONDS="20") as open_house:
        yield open_house
        assert open_house.slack.complaints == []


async def slip_in(house: House, card: Message) -> Message:
    """What hangs in the thread while a reply can still be taken back."""

    def there() -> Message | None:
        replies = house.slack.channels["support"].replies(card.ts)
        return next((message for message in replies if "Undo" in message.labels), None)

    return await house.until(there)  # type: ignore[return-value]


# The undo window


async def test_the_thread_says_who_will_send_what_and_after_that_only_the_reply(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    long = f"{OWN}\n\n" + "Zeile mit Inhalt.\n" * 300

    assert await writes_reply(patient, card, OWN) is None
    slip = await slip_in(patient, card)

    assert OWN in slip.words
    assert f"<@{patient.ana.id}> sends this to the buyer in 20 s" in slip.words
    assert written(patient, ticket) == []
    assert "Reply" not in (await patient.shown(ticket.id, "is being sent. *Undo* is in the thread")).labels

    await patient.pass_time(timedelta(seconds=21))
    await patient.until(lambda: written(patient, ticket))
    await patient.until(lambda: not any("sends this" in words for words in thread(patient, card)))
    await patient.until(lambda: len(thread(patient, card)) == 2)

    assert written(patient, ticket) == [OWN]
    assert f"Reply by <@{patient.ana.id}>" in thread(patient, card)[1]
    assert len(long) > 3000


async def test_undo_sends_nothing_and_brings_the_draft_back(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    await opens_reply(patient, card)
    await patient.ana.fills({"reply": OWN, "And then": ["Keep me responsible"]})
    assert await patient.ana.submits() is None
    slip = await slip_in(patient, card)

    await patient.ana.presses("support", slip, "Undo")
    view = await window(patient, patient.ana, "is back")

    assert reply_of(view) == OWN
    option = next(part for part in view.parts() if part.action_id == "options")
    assert [each["value"] for each in view.entry(option)["selected_options"]] == ["interim"]
    await patient.until(lambda: len(thread(patient, card)) == 1)
    await patient.pass_time(timedelta(seconds=60))
    await patient.quiet()
    assert written(patient, ticket) == []
    assert [action.state for action in await action_rows.for_subject(f"ticket:main:{ticket.id}")] == ["withdrawn"]

    await patient.ana.fills({"reply": f"{OWN} Versprochen."})
    assert await patient.ana.submits() is None
    await slip_in(patient, card)
    await patient.pass_time(timedelta(seconds=21))
    await patient.until(lambda: written(patient, ticket))
    assert written(patient, ticket) == [f"{OWN} Versprochen."]


async def test_undo_after_it_was_sent_says_that_it_is_too_late(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    assert await writes_reply(patient, card, OWN) is None
    slip = await slip_in(patient, card)
    blocks = list(slip.blocks)
    await patient.pass_time(timedelta(seconds=21))
    await patient.until(lambda: written(patient, ticket))
    action = (await action_rows.for_subject(f"ticket:main:{ticket.id}"))[0]

    said = await patient.kontor.desk.actions.withdraw(action.id, patient.ana.id)

    assert "too late" in said
    assert blocks


async def test_a_colleague_can_stop_a_mistake_and_its_author_keeps_the_draft(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    assert await writes_reply(patient, card, OWN) is None
    slip = await slip_in(patient, card)

    await patient.ben.presses("support", slip, "Undo")
    await patient.until(lambda: len(thread(patient, card)) == 1)

    assert patient.ben.modal is None
    assert "has the draft" in (await patient.until(lambda: whispers(patient.ben, card)))[-1].words
    view = await opens_reply(patient, await patient.shown(ticket.id), patient.ana)
    assert reply_of(view) == OWN


async def test_without_an_undo_window_nothing_hangs_in_the_thread_but_the_conversation(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    assert await writes_reply(house, card, OWN) is None
    await house.until(lambda: len(thread(house, card)) == 2)
    await house.quiet()

    posted = [call for call in house.slack.calls.of("chat.postMessage") if "sends this" in str(call.wire())]
    assert posted == []
    assert list(house.slack.calls.of("chat.delete")) == []


async def test_a_slip_whose_post_lost_its_answer_is_taken_down_all_the_same(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    await patient.until(lambda: thread(patient, card))
    await patient.quiet()
    patient.slack.faults.cut(method="chat.postMessage", next=1)

    assert await writes_reply(patient, card, OWN) is None
    await slip_in(patient, card)
    await patient.pass_time(timedelta(seconds=21))
    await patient.until(lambda: written(patient, ticket))

    await patient.until(
        lambda: [f"Reply by <@{patient.ana.id}>" in words for words in thread(patient, card)] == [False, True]
    )


# Nobody answers past what they have not read


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("buyer", "The buyer wrote meanwhile"),
        ("portal", "A colleague wrote meanwhile"),
        ("service", "Customer service"),
    ],
)
async def test_what_was_written_meanwhile_is_shown_before_anything_is_sent(house: House, who: str, said: str) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    world = house.market.world
    write = {"buyer": world.buyer_writes, "portal": world.seller_message, "service": world.customer_service_writes}
    write[who](ticket.id, "Neuer Stand: {{ x }} <!here>")
    before = written(house, ticket)

    assert await house.ana.submits() is None
    told = (await house.until(lambda: whispers(house.ana, card)))[-1]

    assert said in told.words
    assert "Neuer Stand: {{ x }} <!here>" in told.words
    assert OWN in told.words
    assert told.labels == ["Send anyway", "Edit"]
    assert written(house, ticket) == before

    await house.ana.presses("support", told, "Send anyway")
    await house.until(lambda: len(written(house, ticket)) > len(before))
    assert written(house, ticket)[-1] == OWN


async def test_edit_shows_the_new_message_and_the_draft(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    house.market.world.buyer_writes(ticket.id, "Es ist da, danke!")
    assert await house.ana.submits() is None
    told = (await house.until(lambda: whispers(house.ana, card)))[-1]

    await house.ana.presses("support", told, "Edit")
    view = await window(house, house.ana, "Es ist da, danke!")

    assert reply_of(view) == OWN
    await house.ana.fills({"reply": "Das freut uns."})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert written(house, ticket) == ["Das freut uns."]


async def test_send_anyway_does_not_go_past_yet_another_message(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    house.market.world.buyer_writes(ticket.id, "Noch etwas")
    assert await house.ana.submits() is None
    told = (await house.until(lambda: whispers(house.ana, card)))[-1]
    house.market.world.buyer_writes(ticket.id, "Und noch etwas")

    await house.ana.presses("support", told, "Send anyway")
    again = (await house.until(lambda: len(found := whispers(house.ana, card)) > 1 and found))[-1]

    assert "Und noch etwas" in again.words
    assert "Noch etwas" not in again.words.replace("Und noch etwas", "")
    assert written(house, ticket) == []


async def test_who_was_slower_reads_the_answer_of_the_faster_before_sending_theirs(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card, house.ana)
    await opens_reply(house, card, house.ben)
    await house.ana.fills({"reply": "Antwort von Ana"})
    await house.ben.fills({"reply": "Antwort von Ben"})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))

    assert await house.ben.submits() is None
    view = await window(house, house.ben, "Somebody answered meanwhile")

    assert written(house, ticket) == ["Antwort von Ana"]
    assert "Antwort von Ana" in view.words
    assert reply_of(view) == "Antwort von Ben"
    assert await house.ben.submits() is None
    await house.until(lambda: len(written(house, ticket)) == 2)


async def test_while_a_reply_waits_to_be_sent_nobody_else_can_begin_one(patient: House) -> None:
    ticket = open_ticket(patient)
    card = await patient.shown(ticket.id)
    seen = copy.deepcopy(card)
    assert await writes_reply(patient, card, OWN) is None
    await slip_in(patient, card)

    await patient.ben.presses("support", seen, "Reply")
    told = await patient.until(
        lambda: patient.ben.modal and patient.ben.modal.callback_id == "trouble" and patient.ben.modal
    )

    assert "A reply by a colleague is on its way" in told.words


async def test_a_marketplace_that_takes_nothing_keeps_the_reply_waiting_and_undo_still_works(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    busy = house.market.faults.too_many(path="/messages")

    assert await house.ana.submits() is None
    slip = await slip_in(house, card)
    assert "as soon as the marketplace answers" in slip.words
    await house.ana.presses("support", slip, "Undo")
    await window(house, house.ana, "is back")
    house.market.faults.switch_off(busy)
    await house.quiet()

    assert written(house, ticket) == []


async def test_a_sent_reply_leaves_no_draft_behind(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    assert await writes_reply(house, card, OWN) is None
    await house.ended(f"ticket:main:{ticket.id}")

    assert await drafts.find(f"ticket:main:{ticket.id}", house.ana.id) is None


# Two agents


async def answers(house: House, card: Message, person: Person, text: str, pauses: list[float]) -> None:
    """Open, write and send, with pauses between; unless the window is refused, or shows that somebody answered."""
    await asyncio.sleep(pauses[0])
    await person.presses("support", card, "Reply")
    view = await house.until(lambda: person.modal if person.modal and person.modal.callback_id != "loading" else None)
    if view.callback_id != WINDOW or "*We*" in view.words:
        return
    await asyncio.sleep(pauses[1])
    await person.fills({"reply": text})
    await asyncio.sleep(pauses[2])
    await person.submits()


@pytest.mark.parametrize("seed", range(5))
async def test_two_agents_who_answer_at_the_same_time_send_one_answer(house: House, seed: int) -> None:
    """Ten schedules a seed: fifty interleavings of two agents, the marketplace now quick, now slow."""
    chance = random.Random(f"two agents {seed}")
    for number in range(10):
        ticket: Any = open_ticket(house, f"Frage {number}")
        seen = copy.deepcopy(await house.shown(ticket.id))
        slow = house.market.faults.slow(chance.choice([0.0, 0.02, 0.08]), path="/tickets/")
        pauses = [[chance.choice([0.0, 0.005, 0.02, 0.06]) for _ in range(3)] for _ in range(2)]

        await asyncio.gather(
            answers(house, seen, house.ana, f"Ana {number}", pauses[0]),
            answers(house, seen, house.ben, f"Ben {number}", pauses[1]),
        )
        states = await house.ended(f"ticket:main:{ticket.id}")
        house.market.faults.switch_off(slow)
        for person in (house.ana, house.ben):
            if person.modal:
                await person.closes_all()

        assert len(written(house, ticket)) == 1, (seed, number, pauses, states)
        assert states.count("done") == 1
