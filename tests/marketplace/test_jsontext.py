from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.marketplace import Unreadable, loads
from bot.marketplace.jsontext import DEEPEST, loads_tolerantly

DEEP = b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} x", "not JSON"),
        (b"<html>", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":NaN}', "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b"[" + b"9" * 19 + b"]", "too large"),
        (b"[" + b"9" * 5000 + b"]", "too large"),
        (DEEP, "too deeply"),
        (b"[" * 200_000, "too deeply"),
        (b'{"a":' * 100_000, "too deeply"),
        (b" " * 101, "larger than"),
    ],
)
def test_what_knocks_at_our_door_is_read_strictly(raw: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        loads(raw, most=100 if raw.isspace() else 10**6)


def test_what_cannot_be_stored_is_replaced_in_keys_and_values() -> None:
    assert loads(rb'{"a\u0000":"\ud800x\ud83d\ude00"}') == {"a\ufffd": "\ufffdx😀"}


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b'[{"id":1,"x":NaN},{"id":2}]', [{"id": 1, "x": None}, {"id": 2}]),
        (b'[{"id":' + b"9" * 30 + b'},{"id":2}]', [{"id": None}, {"id": 2}]),
        (b'[1e999,"\xff",-5]', [None, "\ufffd", -5]),
        (b'{"a":1,"a":2}', {"a": 2}),
        (rb'["\u0000\udfff"]', ["\ufffd\ufffd"]),
    ],
)
def test_an_odd_value_of_an_answer_does_not_hide_its_neighbours(raw: bytes, wanted: Any) -> None:
    assert loads_tolerantly(raw) == wanted


@pytest.mark.parametrize("raw", [b"", b"{", b"<html>", DEEP, b"[" * 200_000])
def test_an_answer_that_is_no_json_is_unreadable(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        loads_tolerantly(raw)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_unreadable(raw: bytes) -> None:
    for read in (loads, loads_tolerantly):
        try:
            value = read(raw)
        except Unreadable:
            continue
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(), st.lists, max_leaves=20))
def test_ordinary_json_is_read_as_everybody_reads_it(value: Any) -> None:
    raw = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        raw.decode()
    except UnicodeDecodeError:
        return
    wanted = json.loads(raw.replace(b"\\u0000", "\ufffd".encode()))

    assert loads(raw) == wanted
    assert loads_tolerantly(raw) == wanted
