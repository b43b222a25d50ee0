from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.conditions import AgeIs, WordIs
from bot.domain.ladder import Step
from bot.domain.model import Message, Ticket
from bot.domain.office import Office, Opening
from bot.domain.routing import Priority, Rule, RuleBook, route_now, ticket_facts
from bot.domain.targets import ClockBook, Target, return_clocks, ticket_clocks, turn_since

from .builders import NOW, a_message, a_ticket, facts

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Office(BERLIN, tuple(Opening(day, 8 * 60, 17 * 60) for day in range(5)), "DE")
BOOK = ClockBook(
    office=OFFICE,
    targets=(Target("fraud", 3600, WordIs("topic", ("fraud",))), Target("all", 4 * 3600)),
    ladders={"own": (Step(0.8, ("claimer",)),), "return": (Step(0.5, ("claimer",)),)},
)


def said(role: str, hour: int, text: str = "…") -> Message:
    """Somebody's message at that hour (UTC) of the Monday."""
    return replace(a_message(text, role=role, id=hour), at=datetime(2026, 11, 23, hour, tzinfo=NOW.tzinfo))


def talk(*messages: Message, **changes: object) -> Ticket:
    return a_ticket(**{"messages": messages, "created": messages[0].at, **changes})


@pytest.mark.parametrize(
    ("messages", "hour"),
    [
        ([said("buyer", 7)], 7),
        # Who waits does not wait less for having asked again.
        ([said("buyer", 7), said("buyer", 8)], 7),
        ([said("buyer", 7), said("seller", 8), said("buyer", 9)], 9),
        # What we wrote last was no answer, as it is still our turn.
        ([said("buyer", 7), said("seller", 8)], 7),
        ([said("buyer", 7), said("seller", 8, "interim"), said("buyer", 9)], 7),
        ([said("buyer", 7), said("seller", 8), said("buyer", 9), said("seller", 10, "interim")], 9),
        ([said("system", 6), said("buyer", 7), said("system", 8)], 7),
        ([said("buyer", 7), said("seller", 8), said("customer_service", 9)], 9),
        ([said("seller", 7)], 7),
    ],
)
def test_our_turn_begins_with_the_first_message_we_have_not_answered(messages: list[Message], hour: int) -> None:
    since = turn_since(talk(*messages), lambda message: message.text == "interim")

    assert since is not None
    assert since.hour == hour


@pytest.mark.parametrize(
    "changes",
    [{"seller_responsible": False}, {"status": "buyer_closed"}, {"fulfillment": "fulfilled_by_kaufland"}],
)
def test_nothing_runs_while_it_is_not_our_turn(changes: dict[str, object]) -> None:
    ticket = talk(said("buyer", 7), **changes)

    assert turn_since(ticket) is None
    assert ticket_clocks(BOOK, ticket, ticket_facts(ticket, "main", NOW)) == ()


def test_what_only_says_that_an_answer_follows_does_not_stop_the_first_answers_clock() -> None:
    ticket = talk(said("buyer", 7), said("seller", 8, "interim"))
    clocks = ticket_clocks(BOOK, ticket, facts(), lambda message: message.text == "interim")
    answered = ticket_clocks(BOOK, ticket, facts())

    assert [clock.name for clock in clocks] == ["own", "first_answer"]
    assert [clock.name for clock in answered] == ["own"]


def test_a_new_ticket_runs_on_our_own_clock_and_on_the_marketplaces() -> None:
    ticket = talk(said("buyer", 8))

    own, first = ticket_clocks(BOOK, ticket, ticket_facts(ticket, "main", NOW))

    assert (own.name, own.deadline, own.due.isoformat()) == ("own", False, "2026-11-23T12:00:00+00:00")
    assert (first.name, first.deadline, first.due.isoformat()) == ("first_answer", True, "2026-11-25T08:00:00+00:00")
    assert [step.name for step in own.ladder] == ["80%"]
    assert first.ladder == ()


def test_once_answered_only_our_own_clock_runs_from_when_the_buyer_wrote_again() -> None:
    ticket = talk(said("buyer", 7), said("seller", 8), said("buyer", 9))

    (own,) = ticket_clocks(BOOK, ticket, ticket_facts(ticket, "main", NOW))

    assert (own.start.hour, own.due.hour) == (9, 13)


def test_the_first_target_that_fits_counts() -> None:
    fraud = talk(said("buyer", 8), topic="fraud")

    assert ticket_clocks(BOOK, fraud, ticket_facts(fraud, "main", NOW))[0].seconds == 3600


def test_without_a_file_the_marketplaces_clock_runs_alone() -> None:
    ticket = talk(said("buyer", 8))

    assert [clock.name for clock in ticket_clocks(ClockBook(), ticket, facts())] == ["first_answer"]
    assert [clock.name for clock in return_clocks(ClockBook(), NOW, "de")] == ["return"]
    assert return_clocks(ClockBook(), None, "de") == ()


# What changes with age


def test_a_rule_about_age_is_asked_again_when_the_subject_is_so_old() -> None:
    old = Rule("old", "#old", AgeIs("more_than", timedelta(days=2)), priority=Priority.URGENT)
    older = Rule("older", "#older", AgeIs("at_least", timedelta(days=5)))
    book = RuleBook((older, old, Rule("rest", "#support")), "#ops")
    created = NOW

    def taken(age: timedelta) -> tuple[str, timedelta | None]:
        route = route_now(book, facts(age=age, now=created + age))
        return route.rule, route.again_at - created if route.again_at else None

    second = timedelta(seconds=1)
    assert taken(timedelta(hours=3)) == ("rest", timedelta(days=2) + second)
    assert taken(timedelta(days=2)) == ("rest", timedelta(days=2) + second)
    assert taken(timedelta(days=2) + second) == ("old", timedelta(days=5) + second)
    assert taken(timedelta(days=5) + second) == ("older", None)
    assert route_now(book, facts(age=None)).again_at is None


def test_targets_may_ask_for_the_age_too() -> None:
    book = ClockBook(office=OFFICE, targets=(Target("old", 60, AgeIs("more_than", timedelta(days=1))),))

    assert book.ages == (timedelta(days=1),)
