from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clocks import ACCEPTANCE_SECONDS, FIRST_ANSWER_SECONDS
from bot.domain.countdown import Countdown, count_down, reached_any
from bot.domain.ladder import CLAIMER, Clock, Step, StorefrontHours, reached, steps_due
from bot.domain.office import Office, Opening, Quiet

HOUR = 3600
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Office(BERLIN, tuple(Opening(day, 8 * 60, 17 * 60) for day in range(5)), "DE")
NIGHT = Quiet(OFFICE, 20 * 60, 7 * 60)
HALF, MOST, NEARLY, OVERDUE = (
    Step(0.5, (CLAIMER,)),
    Step(0.8, (CLAIMER, "@leads")),
    Step(0.95, ("@leads",), "#ops"),
    Step(1.0, ("@leads",)),
)
LADDER = (HALF, MOST, NEARLY, OVERDUE)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def said(moment: datetime | None) -> str:
    return f"{moment.astimezone(BERLIN):%a %Y-%m-%d %H:%M}" if moment else "never"


def first_answer(created: str = "2026-11-23 09:30", storefront: str = "de") -> Clock:
    return Clock("first_answer", local(created), FIRST_ANSWER_SECONDS, StorefrontHours(storefront), LADDER)


def own(since: str, hours: int = 4) -> Clock:
    return Clock("own", local(since), hours * HOUR, OFFICE, LADDER, deadline=False)


def names(steps: tuple[Step, ...]) -> list[str]:
    return [step.name for step in steps]


# Which steps


@pytest.mark.parametrize(
    ("now", "due", "again"),
    [
        ("2026-11-23 10:00", [], "Tue 2026-11-24 09:30"),
        ("2026-11-24 09:30", ["50%"], "Tue 2026-11-24 23:54"),
        ("2026-11-25 08:00", ["50%", "80%", "95%"], "Wed 2026-11-25 09:30"),
        ("2026-11-25 09:30", ["50%", "80%", "95%", "overdue"], "never"),
    ],
)
def test_steps_are_due_when_so_much_working_time_is_used(now: str, due: list[str], again: str) -> None:
    steps, next_at = steps_due(first_answer(), local(now), ())

    assert (names(steps), said(next_at)) == (due, again)


def test_a_weekend_uses_no_time() -> None:
    clock = first_answer("2026-11-20 16:00")

    assert said(clock.due) == "Tue 2026-11-24 16:00"
    assert said(clock.moment(0.5)) == "Mon 2026-11-23 16:00"
    assert clock.used(local("2026-11-22 12:00")) == pytest.approx(8 / 48)
    assert steps_due(clock, local("2026-11-23 15:59"), ()) == ((), clock.moment(0.5))


def test_the_fuse_of_a_return_burns_over_a_turn_of_the_year() -> None:
    clock = Clock("return", local("2026-12-30 12:00"), ACCEPTANCE_SECONDS, StorefrontHours("fr"), LADDER)

    assert [said(clock.moment(step.share)) for step in LADDER] == [
        *("Fri 2027-01-01 00:00", "Mon 2027-01-04 21:36", "Tue 2027-01-05 08:24", "Tue 2027-01-05 12:00")
    ]


def test_what_was_told_is_not_told_again() -> None:
    clock = first_answer()
    done = {clock.key(HALF), clock.key(MOST)}

    assert names(steps_due(clock, local("2026-11-25 08:00"), done)[0]) == ["95%"]
    assert reached(clock, done) == MOST


def test_a_clock_that_starts_anew_has_all_its_steps_again() -> None:
    before, after = own("2026-11-23 09:00"), own("2026-11-23 11:00")

    assert before.key(HALF) != after.key(HALF)
    assert reached(after, {before.key(step) for step in LADDER}) is None


# Quiet hours


def test_in_the_night_a_step_waits_for_the_morning() -> None:
    steps, next_at = steps_due(first_answer(), local("2026-11-24 23:54"), {first_answer().key(HALF)}, NIGHT)

    assert (steps, said(next_at)) == ((), "Wed 2026-11-25 07:00")


def test_the_marketplaces_deadline_in_the_night_is_told_in_the_night() -> None:
    clock = first_answer("2026-11-23 05:00")

    steps, _ = steps_due(clock, local("2026-11-24 23:00"), {clock.key(HALF)}, NIGHT)

    assert said(clock.due) == "Wed 2026-11-25 05:00"
    assert names(steps) == ["80%"]


def test_our_own_target_is_no_reason_to_wake_anybody() -> None:
    clock = Clock("own", local("2026-11-23 19:00"), 3 * HOUR, StorefrontHours("de"), LADDER, deadline=False)

    assert steps_due(clock, local("2026-11-23 21:00"), (), NIGHT) == ((), local("2026-11-24 07:00"))


# The countdown of a subject


def at(now: str, told: tuple[str, ...] = (), *clocks: Clock, **how: object) -> Countdown:
    return count_down(clocks or (first_answer(),), local(now), told, **how)  # type: ignore[arg-type]


def test_of_several_steps_the_highest_is_told_and_stands_for_the_others() -> None:
    found = at("2026-11-25 08:00", claimer="U1")

    (reminder,) = found.reminders
    assert (reminder.step, reminder.mention, reminder.claimed) == (NEARLY, ("@leads",), True)
    assert reminder.passed == (first_answer().key(HALF), first_answer().key(MOST))
    assert found.reached == ((first_answer(), NEARLY),)


@pytest.mark.parametrize(
    ("claimer", "group", "mention"),
    [
        ("U1", "@support", ("U1", "@leads")),
        (None, "@support", ("@support", "@leads")),
        (None, "@leads", ("@leads",)),
        (None, None, ("@leads",)),
    ],
)
def test_who_took_it_is_meant_and_where_nobody_did_the_group_of_its_rule(
    claimer: str | None, group: str | None, mention: tuple[str, ...]
) -> None:
    (reminder,) = at("2026-11-25 01:00", claimer=claimer, group=group).reminders

    assert (reminder.step, reminder.mention) == (MOST, mention)


def test_what_a_subject_had_passed_before_its_card_hung_is_not_told_but_noted() -> None:
    found = at("2026-11-25 08:00", fresh=True, quiet=NIGHT)

    assert found.reminders == ()
    assert found.passed == tuple(first_answer().key(step) for step in (HALF, MOST, NEARLY))
    assert found.reached == ()
    assert said(found.next_look) == "Wed 2026-11-25 09:30"


def test_the_next_look_is_when_anything_changes_by_itself() -> None:
    clocks = (own("2026-11-23 09:30"), first_answer())

    def next_look(now: str, *others: datetime) -> str:
        return said(at(now, (), *clocks, others=others).next_look)

    assert next_look("2026-11-23 10:00") == "Mon 2026-11-23 11:30"
    assert next_look("2026-11-23 14:00") == "Tue 2026-11-24 09:30"
    assert next_look("2026-11-23 10:00", local("2026-11-23 10:05")) == "Mon 2026-11-23 10:05"
    assert said(at("2026-11-23 10:00", (), *clocks).due) == "Mon 2026-11-23 13:30"


def test_without_clocks_nothing_is_due() -> None:
    assert count_down((), local("2026-11-23 10:00"), ()) == Countdown()
    assert not reached_any((), local("2026-11-23 10:00"))
    assert not reached_any((first_answer(),), local("2026-11-24 09:29"))
    assert reached_any((first_answer(),), local("2026-11-24 09:30"))


# Whatever happens, each step is told once, or passed over for a higher one


@given(
    created=st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC)),
    kind=st.sampled_from(["own", "first_answer", "return"]),
    storefront=st.sampled_from(["de", "at", "cz", "pl", "it"]),
    quiet=st.booleans(),
    late=st.lists(st.integers(0, 40 * HOUR), min_size=12, max_size=12),
)
def test_looking_when_told_to_tells_every_step_once_and_in_loud_time(
    created: datetime, kind: str, storefront: str, quiet: bool, late: list[int]
) -> None:
    clock = {
        "own": Clock("own", created, 4 * HOUR, OFFICE, LADDER, deadline=False),
        "first_answer": Clock("first_answer", created, FIRST_ANSWER_SECONDS, StorefrontHours(storefront), LADDER),
        "return": Clock("return", created, ACCEPTANCE_SECONDS, StorefrontHours(storefront), LADDER),
    }[kind]
    now, told, passed = created, [], set()
    for delay in late:
        found = count_down((clock,), now, {*told, *passed}, quiet=NIGHT if quiet else None)
        for reminder in found.reminders:
            assert reminder.at <= now
            if quiet and (span := NIGHT.span(now)):
                assert clock.deadline
                assert span[0] <= clock.due < span[1]
            told.append(reminder.key)
            passed.update(reminder.passed)
        if found.next_look is None:
            break
        now = found.next_look + timedelta(seconds=delay)

    assert found.next_look is None
    assert len(told) == len(set(told))
    assert told[-1] == clock.key(OVERDUE)
    assert {*told, *passed} == {clock.key(step) for step in LADDER}


def test_ten_thousand_ladders_agree_with_adding_up_the_time_that_was_used() -> None:
    """The other way round: not when a step is reached, but how much of the time has been used at a moment."""
    chance = random.Random(95)
    for _ in range(10_000):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(500 * 24 * HOUR))
        storefront = chance.choice(["de", "at", "cz", "sk", "pl", "fr", "it"])
        clock = Clock("first_answer", start, FIRST_ANSWER_SECONDS, StorefrontHours(storefront), LADDER)
        now = start + timedelta(seconds=chance.randrange(12 * 24 * HOUR))

        steps, again = steps_due(clock, now, ())

        used = clock.used(now)
        assert [step for step in LADDER if used >= step.share - 1e-9] == list(steps), (start, now, storefront)
        if again:
            assert again > now
            assert clock.used(again) >= LADDER[len(steps)].share - 1e-9
            assert clock.used(again - timedelta(seconds=1)) < LADDER[len(steps)].share
