from __future__ import annotations

import random
from typing import Any

import pytest

from bot.marketplace import Unreadable
from bot.marketplace.parse import page

from .answers import a_list


@pytest.mark.parametrize(
    ("raw", "offset", "limit", "wanted"),
    [
        (a_list(*range(30), total=200), 0, 30, 27),
        (a_list(*range(30), total=200), 27, 30, 54),
        (a_list(*range(100), total=200), 0, 100, 90),
        (a_list(*range(20), total=200), 180, 30, None),
        (a_list(total=200), 30, 30, None),
        (a_list(*range(30), total=30), 0, 30, None),
        # The marketplace may give less than was asked for: what counts is what came.
        (a_list(*range(30), total=200), 0, 100, 20),
        (a_list(1, total=200), 0, 100, 1),
        # Nobody says how long the list is, or says nonsense.
        ({"data": list(range(30))}, 0, 30, 27),
        ({"data": list(range(29))}, 0, 30, None),
        (list(range(30)), 0, 30, 27),
        (a_list(*range(30), total=0), 0, 30, 27),
        ({"data": [1], "pagination": {"total": "many"}}, 0, 30, None),
        ({"data": [1], "pagination": []}, 0, 30, None),
    ],
)
def test_the_next_page_overlaps_this_one_by_a_tenth(raw: Any, offset: int, limit: int, wanted: int | None) -> None:
    assert page(raw, offset=offset, limit=limit).next_offset == wanted


@pytest.mark.parametrize("raw", [None, {}, {"data": {}}, {"data": None}, "x"])
def test_what_is_no_list_is_unreadable(raw: Any) -> None:
    with pytest.raises(Unreadable):
        page(raw, offset=0, limit=30)


@pytest.mark.parametrize("seed", range(50))
def test_no_row_is_missed_while_others_leave_the_list(seed: int) -> None:
    chance = random.Random(seed)
    rows = list(range(500))
    staying, seen, offset = set(rows), set[int](), 0
    while True:
        found = page(a_list(*rows[offset : offset + 100], total=len(rows)), offset=offset, limit=100)
        seen.update(found.rows)
        if found.next_offset is None:
            break
        offset = found.next_offset
        for row in chance.sample(rows, 5):
            rows.remove(row)
            staying.discard(row)

    assert staying <= seen
