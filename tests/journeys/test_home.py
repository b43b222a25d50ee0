"""App Home: there at once, true while somebody looks, and never blank."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.action import Action
from bot.store import actions, claims, sql, worklist
from bot.store.transaction import shielded
from sandbox.slack.views import View
from tests.journeys.house import House, open_ticket
from tests.journeys.moments import on, started

ROUTING = """\
fallback: "#kontor-ops"
rules:
  - name: legal
    when: {kind: ticket, topic: fraud}
    channel: "#support"
    priority: urgent
    tags: [legal]
  - name: returns
    when: {kind: return}
    channel: "#returns"
  - name: rest
    channel: "#support"
"""


@pytest.fixture
def start(tmp_path: Path) -> Any:
    def opened(**files: str) -> AbstractAsyncContextManager[House]:
        return started(tmp_path, routing=ROUTING, **files)

    return opened


async def looks(house: House, person: Any) -> View:
    """What a person sees who opens their Home."""
    before = len(house.slack.calls.of("views.publish"))
    await person.opens_home()
    await house.until(lambda: len(house.slack.calls.of("views.publish")) > before)
    await house.quiet()
    home = person.home
    assert home is not None
    assert len(home.blocks) <= 100
    assert house.slack.complaints == []
    return home  # type: ignore[no-any-return]


async def chooses(house: House, person: Any, menu: str, option: str) -> View:
    before = len(house.slack.calls.of("views.publish"))
    await person.clicks_home(menu, option)
    await house.until(lambda: len(house.slack.calls.of("views.publish")) > before)
    assert person.home is not None
    return person.home  # type: ignore[no-any-return]


async def with_tickets(house: House, count: int = 1, **how: Any) -> list[Any]:
    """Open tickets, a minute between each, with their cards hanging."""
    found = []
    for number in range(count):
        found.append(open_ticket(house, f"Frage {number}", **how))
        await house.pass_time(timedelta(minutes=1))
    await on(house, timedelta(minutes=1))
    for ticket in found:
        await house.shown(ticket.id)
    return found


async def test_who_looks_for_the_first_time_is_told_what_to_do_once(start: Any) -> None:
    async with start() as house:
        first = await looks(house, house.ana)
        assert "Welcome." in first.words
        assert "Nothing waits. New ones come here by themselves." in first.words
        assert "Updated" in first.words

        await chooses(house, house.ana, "Got it", "")

        assert "Welcome." not in house.ana.home.words  # type: ignore[union-attr]
        assert "Welcome." not in (await looks(house, house.ana)).words
        assert "Welcome." in (await looks(house, house.ben)).words


async def test_home_lists_what_nobody_took_by_due_time_and_what_is_mine_first(start: Any) -> None:
    async with start() as house:
        first, second, third = await with_tickets(house, 3)
        await claims.take(f"ticket:main:{second.id}", house.ana.id, house.market.world.clock.now())
        await claims.take(f"ticket:main:{third.id}", house.ben.id, house.market.world.clock.now())

        words = (await looks(house, house.ana)).words

        assert words.index("Mine* (1)") < words.index(second.id) < words.index("Tickets nobody has taken* (1)")
        assert words.index("nobody has taken") < words.index(first.id)
        assert third.id not in words
        card = house.card(first.id)
        assert card is not None
        assert f"/p{card.ts.replace('.', '')}" in str(house.ana.home.blocks)  # type: ignore[union-attr]
        assert "3 tickets" in words


async def test_a_claim_at_home_is_seen_on_the_card_and_by_the_next_who_wants_it(start: Any) -> None:
    async with start() as house:
        (ticket,) = await with_tickets(house)
        await looks(house, house.ana)
        await looks(house, house.ben)
        stale = house.ben.home

        await chooses(house, house.ana, "Claim", "")
        assert "It is yours now." in house.ana.home.words  # type: ignore[union-attr]
        assert "Mine* (1)" in house.ana.home.words  # type: ignore[union-attr]
        claim = await claims.find(f"ticket:main:{ticket.id}")
        assert claim is not None
        assert claim.user_id == house.ana.id

        assert stale is not None
        if "Claim" in house.ben.home.labels:  # type: ignore[union-attr]
            await chooses(house, house.ben, "Claim", "")
            assert f"<@{house.ana.id}> was faster" in house.ben.home.words  # type: ignore[union-attr]


async def test_filters_choose_and_stay_chosen(start: Any) -> None:
    async with start() as house:
        german, *_ = await with_tickets(house)
        (czech,) = await with_tickets(house, storefront="cz")
        world = house.market.world
        fraud = world.open_ticket(world.units_of(world.place_order("de")), "Betrug!", topic="fraud")
        await on(house, timedelta(minutes=1))
        await claims.take(f"ticket:main:{german.id}", house.ben.id, world.clock.now())
        await looks(house, house.ana)

        words = (await chooses(house, house.ana, "home.storefront", "cz")).words
        assert czech.id in words
        assert fraud.id not in words

        await chooses(house, house.ana, "home.storefront", "any")
        words = (await chooses(house, house.ana, "home.tag", "legal")).words
        assert fraud.id in words
        assert "Urgent" in words
        assert czech.id not in words

        await chooses(house, house.ana, "home.tag", "any")
        words = (await chooses(house, house.ana, "home.whose", "all")).words
        assert f"<@{house.ben.id}>" in words
        assert german.id in (await looks(house, house.ana)).words
        assert german.id not in (await looks(house, house.ben)).words.partition("nobody has taken")[2]


async def test_a_filter_nothing_fits_says_how_to_see_more(start: Any) -> None:
    async with start() as house:
        await with_tickets(house)
        await with_tickets(house, storefront="cz")
        await looks(house, house.ana)

        words = (await chooses(house, house.ana, "home.whose", "mine")).words

        assert "Choose Free to take to see what is" in words.replace("_", "")


async def test_long_lists_have_pages(start: Any) -> None:
    async with start() as house:
        tickets = await with_tickets(house, 26)
        home = await looks(house, house.ana)
        assert "(1–12 of 26)" in home.words
        assert tickets[0].id in home.words
        assert "Later due →" in home.labels
        assert "← Earlier due" not in home.labels

        home = await chooses(house, house.ana, "Later due →", "")
        assert "(13–24 of 26)" in home.words
        home = await chooses(house, house.ana, "Later due →", "")
        assert "(25–26 of 26)" in home.words
        assert "Later due →" not in home.labels
        assert tickets[25].id in home.words

        for ticket in tickets[:20]:
            house.market.world.seller_message(ticket.id, "Erledigt.")
        await on(house, timedelta(minutes=1))
        assert "(6)" in (await looks(house, house.ana)).words


async def test_home_changes_by_itself_while_somebody_looks(start: Any) -> None:
    async with start() as house:
        await looks(house, house.ana)
        before = len(house.slack.calls.of("views.publish"))
        (ticket,) = await with_tickets(house)

        await house.kontor.homes.round()

        assert ticket.id in house.ana.home.words  # type: ignore[union-attr]
        assert len(house.slack.calls.of("views.publish")) > before
        assert house.ben.home is None


async def test_a_hundred_changes_are_one_new_view_and_no_change_is_none(start: Any) -> None:
    async with start() as house:
        await looks(house, house.ana)
        house.kontor.homes.round_seconds = 3600.0
        before = len(house.slack.calls.of("views.publish"))
        await with_tickets(house, 5)

        await house.kontor.homes.round()
        assert len(house.slack.calls.of("views.publish")) <= before + 2
        after = len(house.slack.calls.of("views.publish"))
        for _ in range(3):
            house.kontor.homes.changed()
            await house.kontor.homes.round()

        assert len(house.slack.calls.of("views.publish")) == after


async def test_who_looked_long_ago_costs_nothing(start: Any) -> None:
    async with start() as house:
        await looks(house, house.ana)
        await on(house, timedelta(hours=1))
        before = len(house.slack.calls.of("views.publish"))
        await with_tickets(house)

        await house.kontor.homes.round()

        assert len(house.slack.calls.of("views.publish")) == before


async def test_many_who_look_do_not_use_up_what_slack_allows(start: Any) -> None:
    async with start() as house:
        for person in ("ana", "ben", "mira", "tomas"):
            await looks(house, house.slack.person(person))
        homes = house.kontor.homes
        homes.pace.burst, homes.pace.gap = 2, 60.0
        await with_tickets(house)
        before = len(house.slack.calls.of("views.publish"))

        await homes.round()

        assert len(house.slack.calls.of("views.publish")) - before <= 2
        assert homes._changed


async def test_guests_see_nothing_of_the_shop(start: Any) -> None:
    async with start() as house:
        (ticket,) = await with_tickets(house)

        home = await looks(house, house.slack.person("gust"))

        assert ticket.id not in home.words
        assert "no_entry" in home.words


async def test_when_the_notebook_does_not_answer_home_says_so_and_can_be_tried_again(
    start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as house:
        await with_tickets(house)

        async def broken(*_: object) -> None:
            raise OSError("disk full")

        with monkeypatch.context() as broken_notebook:
            broken_notebook.setattr(worklist, "shares", broken)
            home = await looks(house, house.ana)
        assert "I could not put this page together" in home.words
        assert home.labels == ["Try again"]

        words = (await chooses(house, house.ana, "Try again", "")).words
        assert "1 ticket" in words


async def test_a_home_slack_could_not_show_is_shown_with_the_next_round(start: Any) -> None:
    async with start() as house:
        house.slack.faults.down(method="views.publish", next=1)
        house.kontor.homes._changed = False
        await house.ana.opens_home()
        await house.until(lambda: house.kontor.homes._changed)

        await house.kontor.homes.round()

        assert house.ana.home is not None


async def test_what_only_a_person_can_bring_on_stands_at_the_top(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with start() as house:
        unsure, resting = await with_tickets(house, 2)
        now = house.market.world.clock.now()
        rest = "UPDATE subjects SET resting = TRUE, rest_reason = 'too <odd>' WHERE ref = ?"
        await shielded(lambda: sql.change(rest, resting.id))
        subject = f"ticket:main:{unsure.id}"
        action = Action("a", "k", "ticket.reply", subject, "main", house.ana.id, "T", {}, None, "needs_human", now)

        async def needs_human() -> list[Action]:
            return [action]

        monkeypatch.setattr(actions, "needs_human", needs_human)
        words = (await looks(house, house.ben)).words

        assert "Please look at these* (2)" in words
        assert words.index("Please check") < words.index(unsure.id) < words.index("I stopped looking at this")
        assert f"<@{house.ana.id}>" in words
        assert "too &lt;odd&gt;" in words


async def test_returns_that_wait_stand_below_the_tickets(start: Any) -> None:
    async with start() as house:
        world = house.market.world
        unit = world.units_of(world.place_order("de"))[0]
        world.send_unit(unit.id, ["0034123456789"], "DHL")
        world.parcel_delivered(unit.id)
        item = world.start_return(unit)
        world.parcel_sent(item.id)
        world.parcel_arrives(item.id)
        await on(house, timedelta(minutes=1))
        await house.shown(item.id)

        words = (await looks(house, house.ana)).words
        assert "Returns that wait for a decision* (1)" in words
        assert str(item.id) in words

        words = (await chooses(house, house.ana, "home.show", "ticket")).words
        assert str(item.id) not in words
        words = (await chooses(house, house.ana, "home.show", "return")).words
        assert "Returns nobody has taken* (1)" in words
