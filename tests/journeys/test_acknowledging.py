"""A rule tells buyers of new tickets that their message arrived: once, and only before anybody of us has written."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import audit
from tests.journeys.desk import thread, writes_reply, written
from tests.journeys.house import ROOT, House, open_ticket, running
from tests.journeys.moments import started

RULES = """\
fallback: "#kontor-ops"
rules:
  - name: New from everybody
    channel: "#support"
    acknowledge: {{template: message-received, approved_by: "{approved_by}", within: 2 hours}}
"""
APPROVED_BY = "Mira Lang, in November"
ARRIVED = "Sie ist bei uns angekommen"
LOST = (0.05, 0.3, 2.0)


def rules(folder: Path, approved_by: str = APPROVED_BY) -> str:
    """A folder of rules by which every new ticket is acknowledged."""
    path = folder / "rules"
    shutil.copytree(ROOT / "rules", path)
    (path / "routing.yaml").write_text(RULES.format(approved_by=approved_by))
    return str(path)


@pytest.fixture
async def greeting(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "data", polls=False, RULES_DIR=rules(tmp_path)) as house:
        yield house


async def test_a_new_ticket_is_acknowledged_once_in_the_buyers_language_and_stays_our_turn(greeting: House) -> None:
    german, czech = open_ticket(greeting), open_ticket(greeting, "Kde je můj balík?", storefront="cz")
    await greeting.polled()
    await greeting.until(lambda: written(greeting, german) and written(greeting, czech))
    for _ in range(3):
        await greeting.polled()

    assert [ARRIVED in text for text in written(greeting, german)] == [True]
    assert "Dobrý den" in written(greeting, czech)[0]
    world = greeting.market.world.ticket(german.id)[1]
    assert world.seller_responsible
    assert [message.interim for message in world.messages] == [False, True]
    card = await greeting.shown(german.id, "Your turn")
    assert "First answer due" in card.words
    await greeting.until(lambda: len(thread(greeting, card)) == 2)
    assert f"Acknowledged by the rule “New from everybody”, approved by {APPROVED_BY}" in thread(greeting, card)[1]


async def test_the_log_names_the_rule_and_who_approved_it(greeting: House) -> None:
    ticket = open_ticket(greeting)
    await greeting.polled()
    await greeting.until(lambda: written(greeting, ticket))
    assert await greeting.ended(f"ticket:main:{ticket.id}") == ["done"]

    records = await audit.of_subject(f"ticket:main:{ticket.id}")

    assert {(record.actor, record.kind) for record in records} == {("rules", "ticket.acknowledge")}
    assert any("New from everybody" in str(record) and APPROVED_BY in str(record) for record in records)


async def test_nothing_is_acknowledged_where_no_rule_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, polls=False) as house:
        ticket = open_ticket(house)
        await house.polled()
        await house.shown(ticket.id)

    assert written(house, ticket) == []


async def test_an_old_ticket_and_one_somebody_answered_are_not_acknowledged(tmp_path: Path) -> None:
    async with started(tmp_path, routing=RULES.format(approved_by=APPROVED_BY)) as house:
        old = open_ticket(house)
        await house.pass_time(timedelta(hours=3))
        answered, closed, kaufland = (open_ticket(house) for _ in range(3))
        house.market.world.seller_message(answered.id, "Guten Tag!")
        house.market.world.seller_closes(closed.id)
        house.market.world.ticket(kaufland.id)[1].fulfillment = "fulfilled_by_kaufland"
        new = open_ticket(house)
        await house.polled()
        await house.until(lambda: written(house, new))
        for ticket in (old, answered, kaufland):
            await house.shown(ticket.id)

    assert [written(house, ticket) for ticket in (old, answered, closed, kaufland)] == [[], ["Guten Tag!"], [], []]


async def test_what_was_written_between_the_look_and_the_sending_stops_it(greeting: House) -> None:
    """The marketplace is slow to the first look only: a colleague answers in the portal meanwhile."""
    ticket = open_ticket(greeting)
    take = greeting.kontor.actions.take

    async def answered_first(wish: object) -> str:
        greeting.market.world.seller_message(ticket.id, "Schon beantwortet.")
        return await take(wish)  # type: ignore[arg-type]

    greeting.kontor.actions.take = answered_first  # type: ignore[method-assign,assignment]
    await greeting.polled()

    assert await greeting.ended(f"ticket:main:{ticket.id}") == ["refused"]
    await greeting.polled()
    assert written(greeting, ticket) == ["Schon beantwortet."]


async def test_a_lost_answer_is_settled_by_reading_and_a_restart_sends_no_second_one(greeting: House) -> None:
    greeting.kontor.actions.read_back_seconds = LOST
    greeting.market.faults.cut_after_execution(path="/messages")
    ticket = open_ticket(greeting)
    await greeting.polled()
    await greeting.until(lambda: written(greeting, ticket))
    await greeting.restart()
    greeting.market.faults.switch_off()

    assert await greeting.ended(f"ticket:main:{ticket.id}") == ["done"]
    for _ in range(2):
        await greeting.polled()
    assert len(written(greeting, ticket)) == 1


async def test_while_a_reply_waits_to_be_sent_the_buyer_gets_the_reply_alone(tmp_path: Path) -> None:
    """The rule begins to hold when a colleague has pressed Send already."""
    folder = rules(tmp_path)
    path = Path(folder) / "routing.yaml"
    with_rule = path.read_text()
    path.write_text(with_rule.split("    acknowledge")[0])
    async with running(tmp_path / "data", polls=False, RULES_DIR=folder, UNDO_SECONDS="20") as house:
        ticket = open_ticket(house)
        await house.polled()
        card = await house.shown(ticket.id)
        assert await writes_reply(house, card, "Kommt morgen.") is None
        path.write_text(with_rule)
        await house.until(lambda: house.kontor.files.rules.book.rules[0].acknowledge, seconds=30)
        await house.kontor.looks.mark([f"ticket:main:{ticket.id}"])
        await house.polled()
        assert written(house, ticket) == []
        actions = await house.kontor.actions.of(f"ticket:main:{ticket.id}")
        assert [action.kind for action in actions] == ["ticket.reply"]
        await house.pass_time(timedelta(seconds=21))
        await house.until(lambda: written(house, ticket))
        await house.polled()

    assert written(house, ticket) == ["Kommt morgen."]


async def test_who_approved_it_is_words_and_calls_nobody(tmp_path: Path) -> None:
    async with running(tmp_path / "data", polls=False, RULES_DIR=rules(tmp_path, "<@U01MIRA> <!here>")) as house:
        ticket = open_ticket(house)
        await house.polled()
        card = await house.shown(ticket.id)
        await house.until(lambda: len(thread(house, card)) == 2)

        assert "&lt;@U01MIRA&gt; &lt;!here&gt;" in thread(house, card)[1]
