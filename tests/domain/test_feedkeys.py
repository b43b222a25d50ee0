"""Keys that stand twice are found, in whatever order they come and however they are cut into blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.feedkeys import Keys

words = st.text("ab0129-", min_size=1, max_size=4)


def twice(keys: list[str]) -> list[int]:
    seen: set[str] = set()
    places = []
    for place, key in enumerate(keys):
        if key in seen:
            places.append(place)
        seen.add(key)
    return places


def found(keys: list[str], size: int) -> list[int]:
    kept = Keys()
    places = []
    for start in range(0, len(keys), size):
        places += [start + place for place in kept.repeated(keys[start : start + size])]
    return places


@given(st.lists(words, max_size=60), st.integers(1, 20))
def test_every_repetition_is_found_and_no_other(keys: list[str], size: int) -> None:
    assert found(keys, size) == twice(keys)


@given(st.sets(words, min_size=1, max_size=60), st.integers(1, 20), st.data())
def test_repetitions_are_found_in_files_that_are_in_order_but_for_them(
    keys: set[str], size: int, data: st.DataObject
) -> None:
    ordered = sorted(keys, key=(lambda key: (len(key), key)) if data.draw(st.booleans()) else None)
    for _ in range(data.draw(st.integers(0, 3))):
        ordered.insert(data.draw(st.integers(0, len(ordered))), data.draw(st.sampled_from(ordered)))

    assert found(ordered, size) == twice(ordered)


@pytest.mark.parametrize("form", ["SKU-{}", "{:07}"])
def test_a_file_in_order_needs_no_memory_of_each_key(form: str) -> None:
    kept = Keys()
    for start in range(0, 3000, 100):
        assert kept.repeated([form.format(number) for number in range(start, start + 100)]) == ()

    assert not kept._marks
    assert kept.repeated([form.format(7)]) == [0]
