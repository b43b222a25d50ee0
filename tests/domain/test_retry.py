from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.retry import LONGEST_SECONDS, TRIES_BEFORE_REST, NextTry, after_failure

chances = st.floats(min_value=0, max_value=1, exclude_max=True)


def failures(count: int, *, systemic: bool, chance: float = 0.5) -> list[NextTry]:
    found, tries = [], 0
    for _ in range(count):
        found.append(after_failure(tries, systemic=systemic, chance=chance))
        tries = found[-1].tries
    return found


def test_a_failing_subject_backs_off_and_rests_at_the_fifth_failure() -> None:
    assert [again.seconds for again in failures(5, systemic=False)] == [1.5, 3.0, 6.0, 12.0, None]


def test_an_outage_never_sends_a_subject_to_rest_and_is_asked_ever_more_rarely() -> None:
    waits = [again.seconds for again in failures(30, systemic=True)]

    assert None not in waits
    assert waits == sorted(waits, key=lambda wait: wait or 0)
    assert waits[-1] == LONGEST_SECONDS * 0.75


def test_after_an_outage_a_subject_has_all_its_own_tries() -> None:
    tries = failures(40, systemic=True)[-1].tries

    again = [after_failure(tries, systemic=False, chance=0)]
    while again[-1].seconds is not None:
        again.append(after_failure(again[-1].tries, systemic=False, chance=0))

    assert len(again) == TRIES_BEFORE_REST


@given(tries=st.integers(-(10**6), 10**6), systemic=st.booleans(), chance=chances)
def test_a_wait_is_never_shorter_than_half_its_step_nor_longer_than_five_minutes(
    tries: int, systemic: bool, chance: float
) -> None:
    again = after_failure(tries, systemic=systemic, chance=chance)

    assert again.seconds is None or 1.0 <= again.seconds <= LONGEST_SECONDS
    assert (again.seconds is None) == (not systemic and tries + 1 >= TRIES_BEFORE_REST)


@given(chance=chances, other=chances)
def test_chance_spreads_looks_that_failed_together(chance: float, other: float) -> None:
    waits = [after_failure(3, systemic=True, chance=one).seconds or 0 for one in (chance, other)]

    assert (waits[0] < waits[1]) == (chance < other) or abs(chance - other) < 1e-9
