from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.pace import FORGET_SECONDS, Pace

LANE = "C1"


@dataclass(frozen=True)
class Caller:
    """Comes at `at`, and comes back `late` after the time they were told, None never, and not before `away`."""

    name: str
    at: float
    late: float | None = 0.0
    reserve: int = 0
    away: float = 0.0


@dataclass
class Turns:
    """Who spoke when, in that order, and what each was told at first."""

    taken: list[tuple[float, str]]
    told: dict[str, float]

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.taken]

    @property
    def order(self) -> list[str]:
        return [name for _, name in self.taken]


def play(pace: Pace, callers: Iterable[Caller]) -> Turns:
    """Let everybody come and come back until nobody waits. Times are quarters, so that sums are exact."""
    turns = Turns([], {})
    coming = [(caller.at, number, caller) for number, caller in enumerate(callers)]
    heapq.heapify(coming)
    asked = 0
    while coming:
        now, number, caller = heapq.heappop(coming)
        asked += 1
        assert asked < 20_000, "somebody waits for ever"
        wait = pace.wait(LANE, caller.name, now, reserve=caller.reserve)
        turns.told.setdefault(caller.name, now + wait)
        if wait == 0:
            turns.taken.append((now, caller.name))
        elif caller.late is not None:
            heapq.heappush(coming, (max(now + wait + caller.late, caller.away), number, caller))
    return turns


def crowd(count: int, *, late: float | None = 0.0, at: float = 0.0) -> list[Caller]:
    return [Caller(f"H{number}", at, late) for number in range(count)]


quarters = st.integers(0, 80).map(lambda quarter: quarter / 4)
callers = st.lists(
    st.builds(
        Caller,
        name=st.uuids().map(str),
        at=quarters,
        late=st.none() | st.just(0.0) | st.sampled_from([0.25, 0.5, 1.0, 1.25, 3.0, 7.75, 30.0]),
        reserve=st.sampled_from([0, 0, 1, 2]),
    ),
    max_size=25,
    unique_by=lambda caller: caller.name,
)


@settings(max_examples=300)
@given(callers=callers, burst=st.integers(1, 5), gap=st.sampled_from([0.25, 1.0, 1.25]))
def test_turns_are_never_closer_than_the_pace_whoever_comes_back_when(
    callers: list[Caller], burst: int, gap: float
) -> None:
    times = play(Pace(gap, burst), callers).times

    for first, start in enumerate(times):
        for last, end in enumerate(times[first:], first):
            assert last - first + 1 <= burst + (end - start) / gap


@settings(max_examples=300)
@given(callers=callers, burst=st.integers(1, 5))
def test_whoever_comes_back_gets_a_turn(callers: list[Caller], burst: int) -> None:
    turns = play(Pace(1.0, burst), callers)

    patient = {caller.name for caller in callers if caller.late is not None}
    assert patient <= set(turns.order)
    assert len(set(turns.order)) == len(turns.order)


@settings(max_examples=300)
@given(callers=callers, burst=st.integers(1, 5))
def test_who_is_on_time_waits_as_told_and_two_gaps_more_at_most_for_each_senior_who_was_late(
    callers: list[Caller], burst: int
) -> None:
    callers = [Caller(caller.name, caller.at, caller.late) for caller in callers]  # Nobody watches.
    turns = play(Pace(1.0, burst), callers)

    arrived = sorted(callers, key=lambda caller: caller.at)
    for number, caller in enumerate(arrived):
        if caller.late == 0.0:
            late = sum(1 for senior in arrived[:number] if senior.late != 0.0)
            equals = sum(1 for other in arrived[number:] if other.at == caller.at and other.late != 0.0)
            spoke = next(at for at, name in turns.taken if name == caller.name)
            # Who comes back a whole gap late, to the moment, was waited for and is let in first all the same.
            assert spoke <= turns.told[caller.name] + 2 * late + equals


@pytest.mark.parametrize("burst", [1, 3])
def test_the_punctual_speak_in_the_order_they_came(burst: int) -> None:
    turns = play(Pace(1.0, burst), crowd(10))

    assert turns.order == [f"H{number}" for number in range(10)]
    assert turns.times == [max(0.0, number - burst + 1.0) for number in range(10)]


def test_sleepers_who_all_come_back_after_an_outage_do_not_speak_at_once() -> None:
    turns = play(Pace(1.0), [Caller(f"H{number}", 0.0, away=100.0) for number in range(30)])

    assert turns.times == [0.0, *(100.0 + number for number in range(29))]


def test_one_who_never_comes_back_holds_nobody_up() -> None:
    gone = [Caller(f"gone{number}", 0.0, None) for number in range(5)]

    turns = play(Pace(1.0), [Caller("first", 0.0), *gone, Caller("last", 0.0), Caller("later", 30.0)])

    assert turns.taken == [(0.0, "first"), (6.0, "last"), (30.0, "later")]


def test_asking_again_before_the_time_keeps_the_place() -> None:
    pace = Pace(1.0)
    for holder in ("A", "B", "C"):
        pace.wait(LANE, holder, 0.0)

    assert [pace.wait(LANE, "B", 0.25) for _ in range(5)] == [0.75] * 5
    assert pace.wait(LANE, "C", 0.25) == 1.75


def test_who_watches_comes_before_background_work_and_finds_turns_left_for_them() -> None:
    pace = Pace(1.0, burst=20)
    background = [pace.wait(LANE, f"H{number}", 0.0, reserve=5) for number in range(40)]

    assert background.count(0.0) == 15
    assert [pace.wait(LANE, f"person{number}", 0.0) for number in range(6)] == [0.0] * 5 + [1.0]
    assert pace.wait(LANE, "H15", 0.0, reserve=5) == 7.0  # Six turns more than it would have been: those of people.


@pytest.mark.parametrize("burst", [1, 20])
def test_in_a_pause_nobody_speaks_and_after_it_nobody_bursts(burst: int) -> None:
    pace = Pace(1.0, burst)
    waits = [pace.wait(LANE, f"H{number}", 0.0) for number in range(burst + 3)]
    waiting = [Caller(f"H{number}", wait) for number, wait in enumerate(waits) if wait]

    pace.pause(LANE, 30.0)
    turns = play(pace, [*waiting, Caller("new", 5.0)])

    assert turns.taken == [(30.0 + place, name) for place, name in enumerate([c.name for c in waiting] + ["new"])]


@pytest.mark.parametrize("burst", [1, 20])
def test_a_pause_holds_for_those_who_come_after_it_began(burst: int) -> None:
    pace = Pace(1.0, burst)
    pace.pause(LANE, 30.0)

    assert [pace.wait(LANE, holder, 0.0) for holder in ("A", "B")] == [30.0, 31.0]


def test_a_pause_does_not_shorten_a_longer_one() -> None:
    pace = Pace(1.0)
    pace.pause(LANE, 30.0)
    pace.pause(LANE, 10.0)

    assert pace.wait(LANE, "A", 0.0) == 30.0


def test_lanes_know_nothing_of_each_other() -> None:
    pace = Pace(1.0)

    assert [pace.wait(lane, "A", 0.0) for lane in ("C1", "C2")] == [0.0, 0.0]
    assert [pace.wait(lane, "B", 0.0) for lane in ("C1", "C2")] == [1.0, 1.0]


def test_no_gap_is_no_wait() -> None:
    pace = Pace(0.0)

    assert {pace.wait(LANE, f"H{number}", 5.0) for number in range(50)} == {0.0}
    pace.pause(LANE, 9.0)
    assert pace.wait(LANE, "A", 5.0) == 4.0


def test_those_who_went_away_are_forgotten() -> None:
    pace = Pace(1.0)
    play(pace, crowd(200, late=None))

    pace.wait(LANE, "A", 200.0 + FORGET_SECONDS)

    assert len(pace._lanes[LANE].waiting) < 5
