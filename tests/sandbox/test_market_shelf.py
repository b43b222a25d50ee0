"""Time and order: the agenda keeps its moments, the shelves keep their order while everything moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.market.clock import Clock, working_days_later
from sandbox.market.shelf import Shelf, Wish

START = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Thing:
    id: int
    created: datetime
    updated: datetime
    hot: bool = False


def test_what_is_due_happens_at_its_own_moment_and_in_order():
    clock = Clock(lambda: START)
    told = []
    clock.after(3 * MINUTE, lambda: told.append(("late", clock.now())))
    clock.after(MINUTE, lambda: told.append(("early", clock.now())))
    clock.after(9 * MINUTE, lambda: told.append(("never", clock.now())))

    clock.advance(5 * MINUTE)

    assert told == [("early", START + MINUTE), ("late", START + 3 * MINUTE)]
    assert clock.now() == START + 5 * MINUTE


def test_what_a_deed_puts_on_the_agenda_is_done_in_the_same_advance():
    clock = Clock(lambda: START)
    told = []
    clock.after(MINUTE, lambda: clock.after(MINUTE, lambda: told.append(clock.now())))

    clock.advance(2 * MINUTE)

    assert told == [START + 2 * MINUTE]


def test_catching_up_does_what_became_due_by_itself():
    now = [START]
    clock = Clock(lambda: now[0])
    told = []
    clock.after(MINUTE, lambda: told.append(1))

    clock.catch_up()
    assert told == []

    now[0] += MINUTE
    clock.catch_up()
    assert told == [1]


def test_listeners_hear_how_far_ahead_the_world_is():
    clock = Clock(lambda: START)
    told = []
    clock.listeners.append(told.append)

    clock.advance(MINUTE)
    clock.advance(2 * MINUTE)

    assert told == [MINUTE, 3 * MINUTE]


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        Clock(lambda: START).advance(-MINUTE)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (datetime(2026, 3, 4, 12, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),  # Wednesday to Monday
        (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 5, 8, tzinfo=UTC)),  # Monday to Thursday
        (datetime(2026, 3, 7, 23, tzinfo=UTC), datetime(2026, 3, 12, 0, tzinfo=UTC)),  # Saturday counts from Monday
    ],
)
def test_working_days_leave_out_the_weekend(start, due):
    assert working_days_later(start, 3) == due


def test_a_page_is_cut_from_the_newest_end():
    shelf = filled(10)

    rows, total = shelf.page(Wish(offset=2, limit=3))

    assert [row.id for row in rows] == [7, 6, 5]
    assert total == 10


def test_since_is_inclusive_and_counts_only_what_it_lets_in():
    shelf = filled(10)

    rows, total = shelf.page(Wish(since=START + 7 * MINUTE))

    assert [row.id for row in rows] == [9, 8, 7]
    assert total == 3


def test_pages_beyond_the_end_are_empty_but_know_the_total():
    assert filled(3).page(Wish(offset=30)) == ([], 3)


def test_a_change_moves_a_thing_to_the_front_of_the_changed_and_nowhere_in_the_created():
    shelf = filled(3)
    thing = shelf.find(0)
    thing.updated = START + timedelta(hours=1)
    shelf.moved(thing)

    assert [row.id for row in shelf.page(Wish(order="updated"))[0]] == [0, 2, 1]
    assert [row.id for row in shelf.page(Wish(order="created"))[0]] == [2, 1, 0]


def test_things_of_the_same_second_keep_the_order_in_which_they_changed():
    shelf = Shelf()
    for id in range(5):
        shelf.put(Thing(id, START, START))

    assert [row.id for row in shelf.page(Wish(order="updated"))[0]] == [4, 3, 2, 1, 0]


def test_a_filtered_page_notices_what_changed_since_the_page_before():
    shelf = filled(6)
    even = Wish(filters="even", keep=lambda thing: thing.id % 2 == 0)
    assert [row.id for row in shelf.page(even)[0]] == [4, 2, 0]

    shelf.remove(shelf.find(2))

    assert [row.id for row in shelf.page(even)[0]] == [4, 0]


def test_what_a_filter_asks_for_may_change():
    shelf = filled(3)
    hot = Wish(filters="hot", keep=lambda thing: thing.hot)
    assert shelf.page(hot) == ([], 0)

    thing = shelf.find(1)
    thing.hot = True
    shelf.moved(thing)
    assert shelf.page(hot) == ([thing], 1)

    thing.hot = False
    shelf.moved(thing)
    assert shelf.page(hot) == ([], 0)


def test_more_lists_than_are_kept_in_order_are_right_all_the_same():
    shelf = filled(30)
    wishes = [Wish(filters=number, keep=lambda thing, n=number: thing.id % 20 == n) for number in range(20)]
    for wish in wishes:
        shelf.page(wish)
    shelf.remove(shelf.find(3))

    assert [[row.id for row in shelf.page(wish)[0]] for wish in wishes[:4]] == [[20, 0], [21, 1], [22, 2], [23]]


CHANGES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.booleans(), st.booleans()), max_size=40)


@given(CHANGES, st.integers(0, 7), st.integers(1, 5))
def test_pages_agree_with_sorting_everything_anew(changes, offset, limit):
    shelf, moment = filled(10), START + timedelta(hours=1)
    hot = {"filters": "hot", "keep": lambda thing: thing.hot}
    order = sorted(shelf, key=lambda thing: thing.updated)
    for id, minutes, is_hot, asked in changes:
        moment += minutes * MINUTE
        thing = shelf.find(id)
        thing.updated, thing.hot = moment, is_hot
        shelf.moved(thing)
        order.remove(thing)
        order.append(thing)
        if asked:
            shelf.page(Wish(order="updated", **hot))

    def page(things):
        return things[offset : offset + limit], len(things)

    wanted = [thing for thing in order[::-1] if thing.hot]
    by_age = sorted(wanted, key=lambda thing: thing.created, reverse=True)
    where = {"offset": offset, "limit": limit}
    assert shelf.page(Wish(order="updated", **where)) == page(order[::-1])
    assert shelf.page(Wish(order="updated", **where, **hot)) == page(wanted)
    assert shelf.page(Wish(order="created", **where, **hot)) == page(by_age)


def filled(count: int) -> Shelf[Thing]:
    shelf: Shelf[Thing] = Shelf()
    ids = list(range(count))
    Random(4).shuffle(ids)
    for id in ids:
        moment = START + id * MINUTE
        shelf.put(Thing(id, moment, moment))
    return shelf
