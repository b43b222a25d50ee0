"""The lists of the morning, once each and quiet when nothing waits; the same lists and searches on demand."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import build
from bot.store import claims, subjects
from sandbox.slack.channels import Message
from tests.journeys.house import House, hurry, open_ticket
from tests.journeys.moments import on, started, to, week
from tests.journeys.papers import sent_order


@pytest.fixture
def start(tmp_path: Path) -> Any:
    def opened(**files: str) -> AbstractAsyncContextManager[House]:
        return started(tmp_path, **files)

    return opened


def digests(house: House, channel: str = "support") -> list[Message]:
    return [message for message in house.cards(channel) if message.text.startswith("Good morning.")]


async def with_tickets(house: House, count: int = 1, **how: Any) -> list[Any]:
    found = [open_ticket(house, f"Frage {number}", **how) for number in range(count)]
    await on(house, timedelta(minutes=1))
    for ticket in found:
        await house.shown(ticket.id)
    return found


async def answered(house: House, person: Any, line: str, channel: str = "support") -> str:
    """What the command answers to the one who typed it."""
    before = len(person.sees(channel))
    await person.types(line, channel)
    seen = await house.until(lambda: person.sees(channel)[before:])
    assert house.slack.complaints == []
    return str(seen[-1].words + seen[-1].text)


# In the morning


async def test_the_morning_says_which_orders_have_no_invoice_where_their_list_hangs(start: Any) -> None:
    async with start() as house:
        for _ in range(2):
            sent_order(house)
        await with_tickets(house)
        # The list is looked at every hour.
        await on(house, timedelta(minutes=61))
        await house.until(lambda: any("without an invoice" in card.words for card in house.cards("orders")))

        await to(house, week(house, day=1, hour=8, minute=1))

        (digest,) = digests(house, "orders")
        assert "2 sent orders without an invoice" in digest.words
        assert "/invoice missing" in digest.words
        assert not any("without an invoice" in each.words for each in digests(house))
        assert house.slack.complaints == []


async def test_each_channel_gets_one_list_in_the_morning_in_three_parts(start: Any) -> None:
    async with start() as house:
        late, *_ = await with_tickets(house)
        await to(house, week(house, day=1, hour=8, minute=1))
        await to(house, week(house, day=1, hour=16))
        (soon,) = await with_tickets(house)
        await to(house, week(house, day=2, hour=7, minute=59))
        assert len(digests(house)) == 1  # Tuesday's.

        await to(house, week(house, day=2, hour=8, minute=1))

        first, second = digests(house)
        assert late.id in first.words
        assert second.words.index("Overdue") < second.words.index(late.id)
        assert second.words.index("Due today") < second.words.index(soon.id)
        assert "2 tickets wait here" in second.text
        assert "<@" not in second.text + str(second.blocks)
        assert house.slack.complaints == []
        assert digests(house, "returns") == []


async def test_a_list_is_not_posted_again_by_a_restart(start: Any) -> None:
    async with start() as house:
        await with_tickets(house)
        await to(house, week(house, day=1, hour=8, minute=1))
        assert len(digests(house)) == 1
        await house.kontor.stop()
        settings, now = house.kontor.settings, house.market.world.clock.now
        house.kontor = await build(settings, now=now)
        hurry(house.kontor)
        await house.kontor.start(polls=False)

        await on(house, timedelta(minutes=5))

        assert len(digests(house)) == 1


async def test_a_bot_that_was_down_in_the_morning_makes_up_for_it_but_not_in_the_afternoon(start: Any) -> None:
    async with start() as house:
        await with_tickets(house)
        house.kontor.looks.by_kind = {**house.kontor.looks.by_kind}
        digest = house.kontor.looks.by_kind.pop("digest")
        await to(house, week(house, day=1, hour=10))
        house.kontor.looks.by_kind["digest"] = digest
        await house.kontor.looks.mark(["digest:all:morning"])
        await on(house, timedelta(minutes=1))
        assert len(digests(house)) == 1

        house.kontor.looks.by_kind.pop("digest")
        await to(house, week(house, day=2, hour=13))
        house.kontor.looks.by_kind["digest"] = digest
        await house.kontor.looks.mark(["digest:all:morning"])
        await on(house, timedelta(minutes=1))
        assert len(digests(house)) == 1


async def test_an_answer_that_was_lost_posts_no_second_list(start: Any) -> None:
    async with start() as house:
        await with_tickets(house)
        house.slack.faults.cut(method="chat.postMessage")

        await to(house, week(house, day=1, hour=8, minute=1))
        for _ in range(6):
            await on(house, timedelta(seconds=30))

        assert len(digests(house)) == 1


async def test_nothing_is_posted_on_quiet_days_and_days_off(start: Any) -> None:
    async with start() as house:
        await to(house, week(house, day=1, hour=8, minute=1))
        assert digests(house) == []

        (ticket,) = await with_tickets(house)
        await to(house, week(house, day=4, hour=12))
        before = len(digests(house))
        house.market.world.seller_message(ticket.id, "Kommt morgen.")
        await to(house, week(house, day=6, hour=12))
        await to(house, week(house, day=0, hour=12) + timedelta(days=7))

        assert len(digests(house)) == before


async def test_a_list_that_is_too_long_says_where_the_rest_is(start: Any) -> None:
    async with start() as house:
        await house.ana.opens_home()
        await with_tickets(house, 12)

        await to(house, week(house, day=1, hour=8, minute=1))

        (digest,) = digests(house)
        assert "… and 4 more: see" in digest.words
        assert "tab=home" in str(digest.blocks)
        assert len(digest.text) < 3900


async def test_without_a_schedule_nothing_comes(start: Any) -> None:
    async with start(
        clocks='office:\n  zone: Europe/Berlin\n  hours: [{days: mon-fri, from: "08:00", to: "17:00"}]\n'
    ) as house:
        await with_tickets(house)

        await to(house, week(house, day=1, hour=12))

        assert digests(house) == []
        row = await subjects.find("digest:all:morning")
        assert row is not None
        assert row.look_at is None


# On demand


async def test_a_list_on_demand_is_of_this_channel_or_of_all(start: Any) -> None:
    async with start() as house:
        (ticket,) = await with_tickets(house)

        here = await answered(house, house.ana, "/ticket list")
        elsewhere = await answered(house, house.ana, "/ticket list", "orders")
        empty = await answered(house, house.ana, "/ticket list here", "orders")

        assert "1 ticket waits in this channel" in here
        assert ticket.id in here
        assert "1 ticket waits in all channels" in elsewhere
        assert "No tickets wait in this channel" in empty


async def test_words_choose_what_is_listed(start: Any) -> None:
    async with start() as house:
        german, other = await with_tickets(house, 2)
        (czech,) = await with_tickets(house, storefront="cz")
        await claims.take(f"ticket:main:{german.id}", house.ana.id, house.market.world.clock.now())

        mine = await answered(house, house.ana, "/ticket list mine")
        assert german.id in mine
        assert other.id not in mine
        assert czech.id in await answered(house, house.ana, "/ticket list cz")
        free = await answered(house, house.ana, "/ticket list free de")
        assert other.id in free
        assert czech.id not in free
        assert "I do not know `mien`" in await answered(house, house.ana, "/ticket list mien")
        assert "did you mean 'mine'" in await answered(house, house.ana, "/ticket list mien")


async def test_returns_have_the_same_list(start: Any) -> None:
    async with start() as house:
        assert "No returns wait in all channels" in await answered(house, house.ana, "/return list")


async def test_a_search_finds_by_number_order_and_product_whatever_the_case(start: Any) -> None:
    async with start() as house:
        (ticket,) = await with_tickets(house)
        order = ticket.order_unit_ids
        unit = next(unit for unit in house.market.world.shop().order_units if unit.id == order[0])
        word = unit.product.title("de").split()[0]

        for line in (ticket.id[4:], unit.order_id.lower(), word.upper(), f"{word} {unit.order_id}"):
            assert ticket.id in await answered(house, house.ana, f"/ticket find {line}"), line
        house.market.world.seller_closes(ticket.id)
        await on(house, timedelta(minutes=1))
        assert "closed" in await answered(house, house.ana, f"/ticket find {ticket.id}")
        nothing = await answered(house, house.ana, "/ticket find <!channel> *nothing*")
        assert "No ticket here has all of" in nothing
        assert "<!channel>" not in nothing
        assert "buyers are not kept here" in nothing
        assert "find MB7UWLD" in await answered(house, house.ana, "/ticket find")


async def test_a_buyers_words_and_name_are_not_searched(start: Any) -> None:
    async with start() as house:
        ticket = open_ticket(house, "Xylophonkonzert")
        await on(house, timedelta(minutes=1))
        await house.shown(ticket.id)

        assert "No ticket here" in await answered(house, house.ana, "/ticket find Xylophonkonzert")
        name = house.market.world.ticket(ticket.id)[1].buyer.name.split()[0]
        assert "No ticket here" in await answered(house, house.ana, f"/ticket find {name}")


async def test_an_order_the_notebook_never_saw_is_asked_of_the_marketplace(start: Any) -> None:
    async with start() as house:
        ticket = open_ticket(house)
        unit = next(unit for unit in house.market.world.shop().order_units if unit.id == ticket.order_unit_ids[0])

        assert ticket.id in await answered(house, house.ana, f"/ticket find {unit.order_id}")
        await house.shown(ticket.id)


async def test_guests_get_no_lists(start: Any) -> None:
    async with start() as house:
        (ticket,) = await with_tickets(house)
        gust = house.slack.person("gust")

        assert ticket.id not in await answered(house, gust, "/ticket list")
        assert ticket.id not in await answered(house, gust, f"/ticket find {ticket.id}")
