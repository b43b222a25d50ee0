"""Answering a buyer: from a good template, in their language, and never at the cost of what somebody typed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.composing import Composing
from bot.store import drafts
from tests.journeys.desk import opens_reply, reply_of, settled, thread, whispers, window, writes_reply, written
from tests.journeys.house import House, open_ticket, running

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PDF = b"%PDF-1.7\n" + b"x" * 64
OWN = "Guten Tag, ich habe selbst nachgesehen."
CLOSING = "All solved, we close this"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "data") as open_house:
        yield open_house
        assert open_house.slack.complaints == []


# The window


async def test_the_window_opens_before_the_marketplace_has_answered_and_then_tells_what_it_is_about(
    house: House,
) -> None:
    ticket = open_ticket(house, "Erste Frage")
    house.market.world.buyer_writes(ticket.id, "Zweite Frage")
    card = await house.shown(ticket.id, "Zweite Frage")
    house.market.faults.slow(0.3, path="/tickets/")

    await house.ana.presses("support", card, "Reply")
    at_once = await house.until(lambda: house.ana.modal)
    assert "Asking the marketplace" in at_once.words
    view = await window(house, house.ana)

    order = house.market.world.order_unit(ticket.order_unit_ids[0])[1].order_id
    assert ticket.id in view.words
    assert order in view.words
    assert "Erste Frage" in view.words
    assert "Zweite Frage" in view.words
    assert ticket.buyer.name in view.words


async def test_templates_that_fit_come_first_and_words_find_them_whatever_their_accents(house: House) -> None:
    world = house.market.world
    ticket = world.open_ticket(world.units_of(world.place_order("cz")), "Kde je balík?", topic="delivery_delayed")
    await opens_reply(house, await house.shown(ticket.id))

    offered = await house.ana.searches("Template", "")
    found = await house.ana.searches("Template", "cislo baliku")

    titles = [option["text"]["text"] for option in offered]
    assert titles[0] == "Parcel is late, with a new date"
    assert len(titles) == 21
    assert 0 < len(found) < 20


async def test_a_template_is_filled_in_in_the_buyers_language_and_sent_exactly_as_it_stands(house: House) -> None:
    world = house.market.world
    ticket = world.open_ticket(world.units_of(world.place_order("cz")), "Kde je balík?", topic="delivery_delayed")
    card = await house.shown(ticket.id)
    await opens_reply(house, card)

    await house.ana.fills({"Template": "Parcel is late, with a new date"})
    asked = await window(house, house.ana, "Still needed: New delivery date")
    assert reply_of(asked) == ""
    await house.ana.fills({"New delivery date": "2026-12-04"})
    shown = await window(house, house.ana, "4. prosince 2026")
    text = reply_of(shown)

    assert "Preview" in shown.words
    assert "Czech" in shown.words
    assert "The same in German, for you to read" in shown.words
    assert "4. Dezember 2026" in shown.words
    assert "4. prosince 2026" in text
    assert "Dezember" not in text
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert written(house, ticket) == [text]


async def test_another_answer_to_a_template_changes_its_text_while_nobody_has_touched_it(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"Template": "We are on it, an answer follows"})
    await window(house, house.ana, "Still needed")

    await house.ana.fills({"We answer by": "2026-12-04"})
    await window(house, house.ana, "4. Dezember 2026")
    await house.ana.fills({"We answer by": "2026-12-11"})
    await window(house, house.ana, "11. Dezember 2026")

    assert house.ana.modal is not None
    assert "11. Dezember 2026" in reply_of(house.ana.modal)


# What was typed is never eaten


async def test_a_template_does_not_take_the_place_of_typed_words_without_asking(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": OWN})

    await house.ana.fills({"Template": CLOSING})
    asked = await window(house, house.ana, "Whose text shall it be?")
    assert reply_of(asked) == OWN
    assert [label for label in asked.labels if "my text" in label] == ["Replace my text", "Keep my text"]

    await house.ana.clicks("Keep my text")
    await house.until(lambda: house.ana.modal and "Whose text" not in house.ana.modal.words)
    assert house.ana.modal is not None
    assert reply_of(house.ana.modal) == OWN

    await house.ana.clicks("Replace my text")
    await house.until(lambda: house.ana.modal and reply_of(house.ana.modal) != OWN)
    assert house.ana.modal is not None
    assert "Replace my text" not in house.ana.modal.labels
    assert reply_of(house.ana.modal).startswith("Guten Tag")


async def test_an_edited_template_stays_edited_when_a_field_of_it_changes(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"Template": "We are on it, an answer follows"})
    await window(house, house.ana, "Still needed")
    await house.ana.fills({"We answer by": "2026-12-04"})
    edited = reply_of(await window(house, house.ana, "4. Dezember 2026")) + "\n\nPS: Danke für Ihre Geduld."

    await house.ana.fills({"reply": edited})
    await house.ana.fills({"We answer by": "2026-12-11"})
    asked = await window(house, house.ana, "11. Dezember 2026")

    assert reply_of(asked) == edited
    assert "Whose text shall it be?" in asked.words


async def test_a_draft_survives_the_window_and_comes_back_with_template_fields_and_files(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"Template": "We are on it, an answer follows"})
    await window(house, house.ana, "Still needed")
    await house.ana.fills({"We answer by": "2026-12-04"})
    text = reply_of(await window(house, house.ana, "4. Dezember 2026")) + "\n\nPS."
    await house.ana.fills({"Attach files": [("label.pdf", PDF)]})
    await house.ana.fills({"reply": text})

    await house.ana.closes()
    told = await house.until(lambda: whispers(house.ana, card))
    assert "Your draft is kept" in told[-1].words
    await house.ana.presses("support", told[-1], "Go on writing")
    view = await window(house, house.ana, "is back")

    assert reply_of(view) == text
    assert "label.pdf" in str(view.blocks)
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert written(house, ticket) == [text]
    assert [file.name for file in house.market.world.ticket(ticket.id)[1].files] == ["label.pdf"]


async def test_a_draft_can_be_thrown_away(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    await house.ana.closes()
    await opens_reply(house, card)
    await window(house, house.ana, "is back")

    await house.ana.clicks("Start afresh")
    view = await settled(house, house.ana, "")

    assert "is back" not in view.words
    await house.ana.fills({"reply": "Neu"})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert written(house, ticket) == ["Neu"]


async def test_a_draft_belongs_to_its_author_alone(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    await house.ana.closes()

    view = await opens_reply(house, card, house.ben)

    assert reply_of(view) == ""


async def test_a_window_that_was_open_over_a_restart_goes_on_where_it_was(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": OWN})
    await house.quiet()
    house.kontor.desk.composing = Composing(house.kontor.desk.composing.tick)

    await house.ana.fills({"Template": CLOSING})
    asked = await window(house, house.ana, "Whose text shall it be?")
    assert reply_of(asked) == OWN
    house.kontor.desk.composing = Composing(house.kontor.desk.composing.tick)

    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert written(house, ticket) == [OWN]


# Files, and what happens besides


async def test_files_reach_the_buyer_told_by_what_is_in_them(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": OWN, "Attach files": [("foto.png", PNG), ("label.pdf", PDF)]})

    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))

    files = house.market.world.ticket(ticket.id)[1].files
    assert [(file.name, file.mime, file.content) for file in files] == [
        ("foto.png", "image/png", PNG),
        ("label.pdf", "application/pdf", PDF),
    ]


async def test_a_file_that_is_not_what_it_is_called_stops_the_reply_and_the_draft_is_kept(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN, "Attach files": [("label.pdf", b"MZ" + b"\x00" * 64)]})

    assert await house.ana.submits() is None
    told = await house.until(lambda: whispers(house.ana, card))

    assert "label.pdf is called like a PDF and is something else" in told[-1].words
    assert written(house, ticket) == []
    await house.ana.presses("support", told[-1], "Edit and send")
    assert reply_of(await window(house, house.ana)) == OWN


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("setup.exe", b"MZ", "the marketplace takes PDF"), ("leer.pdf", b"", "is empty")],
)
async def test_a_file_that_cannot_be_sent_is_told_beside_its_field(
    house: House, name: str, content: bytes, words: str
) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": OWN, "Attach files": [(name, content)]})

    errors = await house.ana.submits()

    assert errors is not None
    assert words in errors["files"]
    assert written(house, ticket) == []


async def test_a_file_the_marketplace_refuses_is_told_in_its_words_and_the_draft_is_kept(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    house.market.faults.error(400, problem="tickets/attachments-upload-failure", path="/messages", next=1)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN, "Attach files": [("foto.png", PNG)]})

    assert await house.ana.submits() is None
    told = await house.until(lambda: whispers(house.ana, card))

    assert "did not take an attached file" in told[-1].words
    assert written(house, ticket) == []
    row = await drafts.find(f"ticket:main:{ticket.id}", house.ana.id)
    assert row is not None
    assert row.text == OWN


async def test_an_interim_notice_leaves_the_ticket_with_us(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN, "And then": ["Keep me responsible"]})

    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))

    assert house.market.world.ticket(ticket.id)[1].seller_responsible
    assert "Your turn" in (await house.shown(ticket.id, "Your turn")).words


async def test_the_defaults_of_a_template_are_ticked_and_a_ticket_is_closed_after_its_last_reply(
    house: House,
) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"Template": CLOSING})
    await window(house, house.ana, "Preview")

    assert await house.ana.submits() is None
    closed = await house.shown(ticket.id, "closed by us")

    assert len(written(house, ticket)) == 1
    assert closed.labels == []
    assert len(house.market.journal.executed("PATCH", "/close")) == 1


async def test_a_ticket_is_not_closed_when_the_buyer_wrote_between_reply_and_close(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    market = house.kontor.desk.market("main")
    send = market.send_message

    async def and_the_buyer_answers(*args: object, **more: object) -> None:
        await send(*args, **more)  # type: ignore[arg-type]
        house.market.world.buyer_writes(ticket.id, "Moment, es fehlt noch etwas!")

    monkeypatch.setattr(market, "send_message", and_the_buyer_answers)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN, "And then": ["Close after sending"]})

    assert await house.ana.submits() is None
    told = await house.until(lambda: whispers(house.ana, card))

    assert "It stays open" in told[-1].words
    assert house.market.journal.executed("PATCH", "/close") == []
    assert house.market.world.ticket(ticket.id)[1].status == "opened"


async def test_responsible_and_closed_at_once_is_refused(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": OWN, "And then": ["Keep me responsible", "Close after sending"]})

    errors = await house.ana.submits()

    assert errors is not None
    assert "Tick one of the two" in next(iter(errors.values()))


# What must not be written, and how much


async def test_words_that_lead_away_from_the_marketplace_are_sent_only_when_somebody_insists(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": "Schreiben Sie an ana@laden.example"})

    assert await house.ana.submits() is None
    warned = await window(house, house.ana, "Not sent yet")
    assert "ana@laden.example" in warned.words
    assert written(house, ticket) == []

    await house.ana.fills({"If you are sure": ["Send it all the same"]})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert house.ana.modal is None


async def test_a_corrected_text_is_not_warned_about_any_more(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": "Besuchen Sie www.laden.example.com"})
    assert await house.ana.submits() is None
    await window(house, house.ana, "Not sent yet")

    await house.ana.fills({"reply": OWN})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))

    assert written(house, ticket) == [OWN]


async def test_a_long_text_gets_more_fields_and_seventy_thousand_characters_are_told_before_sending(
    house: House,
) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    page = "x" * 2998
    for number in range(24):
        fields = await house.until(
            lambda number=number: (
                found
                if len(found := [part for part in house.ana.modal.parts() if part.action_id == "reply"]) > number
                else None
            )
        )
        await house.ana.fills({fields[number].block_id: page})

    errors = await house.ana.submits()
    assert errors is not None
    said = next(iter(errors.values()))
    assert "The marketplace takes 65,535 characters and this is 71,998" in said
    assert written(house, ticket) == []

    for part in fields[21:]:
        await house.ana.fills({part.block_id: ""})
    await house.ana.fills({fields[21].block_id: "x" * (65_535 - 21 * 3000)})
    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert [len(text) for text in written(house, ticket)] == [65_535]


async def test_an_empty_reply_is_not_sent(house: House) -> None:
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"reply": "   \n  "})

    errors = await house.ana.submits()

    assert errors is not None
    assert "empty message" in errors["reply"]


async def test_an_answer_given_right_before_send_is_read_once_more(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last change of a field may be submitted before the window could show what it makes of the text."""
    ticket = open_ticket(house)
    await opens_reply(house, await house.shown(ticket.id))
    await house.ana.fills({"Template": "We are on it, an answer follows"})
    await window(house, house.ana, "Still needed")
    await house.ana.fills({"We answer by": "2026-12-04"})
    before = reply_of(await window(house, house.ana, "4. Dezember 2026"))

    async def never(*_: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr("bot.features.replies._take_up", never)
    await house.ana.fills({"We answer by": "2026-12-11"})
    assert await house.ana.submits() is None
    again = await window(house, house.ana, "Read it once more")
    assert reply_of(again) == before.replace("4. Dezember", "11. Dezember")
    assert written(house, ticket) == []

    assert await house.ana.submits() is None
    await house.until(lambda: written(house, ticket))
    assert "11. Dezember 2026" in written(house, ticket)[0]


# When it cannot be sent


async def test_a_template_that_cannot_be_filled_in_says_what_is_missing_and_why(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "replies" / "numbered"
    folder.mkdir(parents=True)
    (folder / "template.yaml").write_text("title: With a number\nlocales: [de-DE]\n", "utf-8")
    (folder / "de-DE.j2").write_text("Ihre Sendungsnummer: {{ tracking.number }}\n", "utf-8")
    async with running(tmp_path / "data", TEMPLATES_DIR=str(tmp_path / "templates")) as house:
        ticket = open_ticket(house)
        await opens_reply(house, await house.shown(ticket.id))

        await house.ana.fills({"Template": "With a number"})
        view = await window(house, house.ana, "tracking.number is missing: nobody told us a tracking number")

        assert reply_of(view) == ""
        assert await house.ana.submits() == {"reply": "Please complete this required field."}
        assert written(house, ticket) == []


async def test_a_reply_to_an_order_fulfilled_by_kaufland_is_not_even_begun(house: House) -> None:
    world = house.market.world
    ticket = world.open_ticket(world.units_of(world.place_order("de", fulfillment="fulfilled_by_kaufland")), "Hallo?")
    # Lists leave such tickets out; somebody asked for it by its number.
    await house.kontor.looks.mark([f"ticket:main:{ticket.id}"])
    card = await house.shown(ticket.id, "Fulfilled by Kaufland")

    assert card.labels == ["More"]


async def test_a_ticket_closed_for_good_while_somebody_writes_keeps_their_draft_and_says_so(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await opens_reply(house, card)
    await house.ana.fills({"reply": OWN})
    house.market.world.customer_service_closes(ticket.id)

    assert await house.ana.submits() is None
    told = await house.until(lambda: whispers(house.ana, card))
    closed = await house.shown(ticket.id, "closed for good")

    assert "closed this ticket for good" in told[-1].words
    assert closed.labels == []
    row = await drafts.find(f"ticket:main:{ticket.id}", house.ana.id)
    assert row is not None
    assert row.text == OWN


async def test_what_the_buyer_wrote_is_shown_as_it_is_in_the_window(house: House) -> None:
    hostile = "{{ config }} {% raw %} <!channel> *fett* <https://evil.test|Klick>"
    ticket = open_ticket(house, hostile)

    view = await opens_reply(house, await house.shown(ticket.id))

    quoted = [block for block in view.blocks if block["type"] == "rich_text"]
    assert hostile in str(quoted)
    assert all("evil" not in str(block) for block in view.blocks if block["type"] != "rich_text")


# Internal by default


async def test_nothing_typed_in_slack_reaches_a_buyer_but_by_send(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)
    await house.ana.writes("support", "Der Kunde nervt, ich antworte später.", thread=card)
    await house.ana.writes("support", f"/ticket {ticket.id} antworte ihm")
    await house.ana.uploads("support", "intern.png", PNG, thread=card)
    await house.ana.reacts("support", card, "white_check_mark")
    await opens_reply(house, card)
    await house.ana.fills({"reply": "Noch nicht fertig", "Attach files": [("foto.png", PNG)]})
    await house.ana.closes_all()
    await house.quiet()

    asked = [entry for entry in house.market.journal.entries if entry.method in {"POST", "PATCH", "PUT", "DELETE"}]
    assert [entry.path for entry in asked if "ticket" in entry.path] == []
    assert written(house, ticket) == []


async def test_a_reply_says_in_the_thread_who_sent_it(house: House) -> None:
    ticket = open_ticket(house)
    card = await house.shown(ticket.id)

    assert await writes_reply(house, card, OWN) is None
    await house.until(lambda: len(thread(house, card)) == 2)

    assert house.ana.id in thread(house, card)[1]
