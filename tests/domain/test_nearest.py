from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.codes import OPEN_REASONS, RETURN_REASONS, STOREFRONTS, TOPICS
from bot.domain.nearest import did_you_mean, nearest, suggested


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("topik", "topic"),
        ("Topic", "topic"),
        (" topic ", "topic"),
        ("tpoic", "topic"),
        ("topi", "topic"),
        ("storefornt", "storefront"),
        ("channle", "channel"),
        ("chanel", "channel"),
        ("color", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_slip_of_the_fingers_finds_its_word(word: str, meant: str | None) -> None:
    assert nearest(word, ["topic", "storefront", "channel", "mention"]) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [("ed", "de"), ("DE", "de"), ("zc", "cz"), ("dk", None), ("ct", None), ("d", None), ("deu", "de"), ("uk", None)],
)
def test_two_letters_are_near_only_swapped_or_in_the_wrong_case(word: str, meant: str | None) -> None:
    assert nearest(word, STOREFRONTS) == meant


def test_two_letters_swapped_are_one_slip() -> None:
    assert nearest("opne", ["open"]) == "open"
    assert nearest("opnx", ["open"]) is None


def test_the_nearest_of_several_wins_and_the_first_of_equals() -> None:
    assert nearest("returned", ["returnee", "returned_paid", "returned"]) == "returned"
    assert nearest("sand", ["send", "sent", "hand"]) == "send"


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("topics", "topic"),
        ("contains", "contains_any"),
        ("delivery", None),  # Several topics contain it.
        ("any", None),  # Too short to tell.
    ],
)
def test_a_word_within_exactly_one_other_is_suggested(word: str, meant: str | None) -> None:
    assert suggested(word, ["topic", "contains_any", "delivery_delayed", "delivery_to_store"]) == meant


def test_the_suggestion_ends_a_sentence_or_is_nothing() -> None:
    assert did_you_mean("topik", ["topic"]) == " (did you mean 'topic'?)"
    assert did_you_mean("banana", ["topic"]) == ""
    assert did_you_mean("banana", []) == ""


@given(st.sampled_from(TOPICS + OPEN_REASONS + RETURN_REASONS), st.data())
def test_one_letter_dropped_doubled_changed_or_swapped_is_always_found(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    slips = {
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at:],
        word[:at] + "#" + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }

    known = TOPICS + OPEN_REASONS + RETURN_REASONS
    found = {slip: nearest(slip, known) for slip in slips if slip not in known}

    assert all(_slips_apart(slip, meant) <= _slips_apart(slip, word) for slip, meant in found.items())


@given(st.text(max_size=12), st.text(max_size=12))
def test_what_is_found_near_is_near_by_the_plain_definition(word: str, other: str) -> None:
    wanted, candidate = word.strip().casefold(), other.casefold()
    limit = 0 if len(wanted) < 3 else 1 if len(wanted) < 5 else 2 if len(wanted) < 9 else 3
    swapped = len(wanted) == 2 and wanted[::-1] == candidate

    assert (nearest(word, [other]) is not None) == (swapped or _slips_apart(wanted, candidate) <= limit)


def _slips_apart(a: str, b: str | None) -> int:
    """Optimal string alignment by its recursive definition, from shorter beginnings to longer ones."""
    assert b is not None
    cost: dict[tuple[int, int], int] = {}
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if not i or not j:
                cost[i, j] = i + j
                continue
            changed = cost[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            cost[i, j] = min(cost[i - 1, j] + 1, cost[i, j - 1] + 1, changed)
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost[i, j] = min(cost[i, j], cost[i - 2, j - 2] + 1)
    return cost[len(a), len(b)]
