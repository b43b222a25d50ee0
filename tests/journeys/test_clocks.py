"""Clocks that run down: both due times on the card, and people told in time, each step once."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.store import claims, steps, subjects
from sandbox.slack.channels import Message
from tests.journeys.house import House, open_ticket
from tests.journeys.moments import Start, on, started, to, week

CLOCKS = """\
office:
  zone: Europe/Berlin
  hours:
    - {days: mon-fri, from: "08:00", to: "17:00"}
quiet: {from: "20:00", to: "07:00"}
targets:
  - {name: all, answer_within: 4 hours}
ladders:
  own:
    - {at: 50%, mention: claimer}
    - {at: overdue, mention: [claimer, "@support-leads"]}
  first_answer:
    - {at: 50%, mention: [claimer, "@support-leads"]}
    - {at: 95%, mention: "@support-leads", channel: "#kontor-ops"}
  return:
    - {at: 50%, mention: "@returns-team"}
    - {at: overdue, mention: "@returns-team"}
"""


@pytest.fixture
def start(tmp_path: Path) -> Start:
    def opened(clocks: str = CLOCKS, **files: str) -> AbstractAsyncContextManager[House]:
        return started(tmp_path, clocks=clocks, **files)

    return opened


def told(house: House, card: Message, channel: str = "support") -> list[str]:
    """The steps told in the card's thread, oldest first."""
    return [reply.text for reply in house.slack.channels[channel].replies(card.ts) if "rotating_light" in reply.words]


async def taken_by(house: House, ticket: Any, person: Any) -> None:
    await claims.take(f"ticket:main:{ticket.id}", person.id, house.market.world.clock.now())


async def test_a_card_shows_our_own_due_time_and_the_marketplaces(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))

        card = await house.shown(ticket.id, "Your turn")

        assert "Our answer due" in card.words
        assert "First answer due" in card.words
        assert "Wed" in card.words
        assert "in Germany" in card.words
        assert house.slack.complaints == []


async def test_each_step_calls_who_took_the_ticket_once_and_the_card_says_how_far_it_is(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)
        await taken_by(house, ticket, house.ana)

        await on(house, timedelta(hours=2))
        assert len(told(house, card)) == 1
        assert f"<@{house.ana.id}> *Half of our time is used.*" in told(house, card)[0]
        await house.shown(ticket.id, "Our answer: 50% of the time is used")

        await house.kontor.looks.mark([f"ticket:main:{ticket.id}"])
        await on(house, timedelta(minutes=10))
        assert len(told(house, card)) == 1

        await on(house, timedelta(hours=3))
        assert len(told(house, card)) == 2
        assert "S0LEADS001" in told(house, card)[1]
        assert "Our answer is overdue" in told(house, card)[1]
        assert "overdue since" in (await house.shown(ticket.id, "Our answer: overdue")).words
        assert len(house.cards("support")) == 1
        assert house.slack.complaints == []


async def test_where_nobody_took_it_the_reply_says_so(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)

        await on(house, timedelta(hours=2))

        assert "Nobody has taken it yet." in told(house, card)[0]
        assert "<@" not in told(house, card)[0]


async def test_the_last_steps_are_told_in_another_channel_with_a_link_to_the_card(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)

        await on(house, timedelta(hours=46))

        assert "95% of the marketplace's 48 hours" in told(house, card)[-1]
        (elsewhere,) = house.cards("kontor-ops")
        assert ticket.id in elsewhere.words
        assert f"/archives/{house.slack.channels['support'].id}/p{card.ts.replace('.', '')}" in elsewhere.text + str(
            elsewhere.blocks
        )
        await on(house, timedelta(hours=1))
        assert len(house.cards("kontor-ops")) == 1


async def test_while_it_is_the_buyers_turn_nothing_runs(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)
        house.market.world.seller_message(ticket.id, "Guten Tag, es kommt morgen.")

        await on(house, timedelta(days=9))

        assert told(house, card) == []
        shown = await house.shown(ticket.id, "The buyer's turn")
        assert "due" not in shown.words

        house.market.world.buyer_writes(ticket.id, "Es kam nicht.")
        await on(house, timedelta(minutes=1))
        assert "Our answer due" in (await house.shown(ticket.id, "Your turn")).words
        assert "First answer" not in house.card(ticket.id).words  # type: ignore[union-attr]


async def test_in_the_night_nobody_is_called_until_the_morning(start: Start) -> None:
    async with start() as house:
        # Half of the 48 hours are used on Tuesday at 22:00.
        await to(house, week(house, hour=22))
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)

        await to(house, week(house, day=1, hour=22, minute=5))
        ours = [text for text in told(house, card) if "48 hours" in text]
        assert ours == []

        await to(house, week(house, day=2, hour=7, minute=1))
        ours = [text for text in told(house, card) if "48 hours" in text]
        assert len(ours) == 1


async def test_a_deadline_in_the_night_is_told_in_the_night(start: Start) -> None:
    async with start() as house:
        await to(house, week(house, hour=1) + timedelta(days=1))
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)

        # 95 % of the 48 hours are used on Wednesday at 22:36, and they end at 01:00.
        await to(house, week(house, day=2, hour=22, minute=40))

        assert any("95%" in text for text in told(house, card))


async def test_a_step_whose_answer_was_lost_is_not_told_twice(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)
        house.slack.faults.cut(method="chat.postMessage")

        await on(house, timedelta(hours=2))
        await house.until(lambda: told(house, card))
        for _ in range(8):
            await on(house, timedelta(seconds=5))

        assert len(told(house, card)) == 1
        row = await steps.of(f"ticket:main:{ticket.id}")
        assert all(step.done for step in row.values())


async def test_a_night_of_slack_downtime_ends_with_one_step_not_with_all(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)
        house.slack.faults.down()
        await on(house, timedelta(hours=5))
        house.slack.faults.mend()
        house.kontor.board._down_until = 0.0

        for _ in range(6):
            await on(house, timedelta(seconds=40))

        assert len(told(house, card)) == 1
        assert "overdue" in told(house, card)[0]


async def test_what_was_overdue_before_its_card_hung_wakes_nobody(start: Start) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        await house.pass_time(timedelta(days=6))

        await on(house, timedelta(minutes=1))

        card = await house.shown(ticket.id, "overdue since")
        assert told(house, card) == []
        assert house.cards("kontor-ops") == []


async def test_a_closed_channel_of_a_ladder_costs_no_ticket_its_looks(start: Start) -> None:
    async with start(CLOCKS.replace("#kontor-ops", "#orders")) as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)
        house.slack.faults.remove_bot("orders")

        await on(house, timedelta(hours=46))

        assert any("95%" in text for text in told(house, card))
        row = await subjects.find(f"ticket:main:{ticket.id}")
        assert row is not None
        assert (row.rest_reason, row.tries) == (None, 0)
        assert any("rules/clocks.yaml" in message.text for message in house.cards("kontor-ops"))


async def test_a_return_that_waits_burns_down_until_somebody_decides(start: Start) -> None:
    async with start() as house:
        world = house.market.world
        unit = world.units_of(world.place_order("de"))[0]
        world.send_unit(unit.id, ["0034123456789"], "DHL")
        world.parcel_delivered(unit.id)
        item = world.start_return(unit)
        world.parcel_sent(item.id)
        world.parcel_arrives(item.id)
        await on(house, timedelta(minutes=1))
        card = await house.shown(item.id, "Decision due")
        assert "Thu" in card.words

        await to(house, week(house, day=2, hour=7, minute=30))

        assert "Half of the time for this decision is used" in told(house, card, "returns")[0]
        assert "S0RETURNS1" in told(house, card, "returns")[0]


async def test_a_change_of_the_file_is_taken_and_a_wrong_one_is_not(start: Start) -> None:
    async with start() as house:
        path = house.kontor.settings.rules_dir / "clocks.yaml"
        path.write_text(CLOCKS.replace("4 hours", "2 hours"))
        assert house.kontor.files.clocks.reload_if_changed() == ()
        path.write_text("targets: soon")
        assert house.kontor.files.clocks.reload_if_changed()
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id)

        await on(house, timedelta(hours=1))

        assert len(told(house, card)) == 1


ROUTING = """\
fallback: "#kontor-ops"
rules:
  - name: old
    when: {kind: ticket, age: {more_than: 3 hours}}
    channel: "#support"
    priority: urgent
    tags: [old]
  - name: rest
    channel: "#support"
    tags: [fresh]
"""


async def test_a_rule_about_age_reaches_the_card_when_the_ticket_is_so_old(start: Start) -> None:
    async with start(routing=ROUTING) as house:
        ticket = open_ticket(house)
        await on(house, timedelta(minutes=1))
        card = await house.shown(ticket.id, "fresh")
        assert "Urgent" not in card.words

        await on(house, timedelta(hours=3))

        await house.shown(ticket.id, "Urgent")
        row = await subjects.find(f"ticket:main:{ticket.id}")
        assert row is not None
        assert (row.priority, row.tags) == (subjects.URGENT, ("old",))
