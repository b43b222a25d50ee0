"""Answers bent at random: whatever comes, a reader gives a value that can be stored, or says what it missed."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.marketplace import MarketError, Unreadable, parse

from . import answers as a
from .virtual import a_market, in_no_time

READERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "ticket": (partial(parse.ticket, id="00112345678"), a.a_ticket()),
    "ticket row": (parse.ticket_row, a.a_ticket_row()),
    "order": (parse.order, a.an_order()),
    "order row": (parse.order_row, a.an_order_row()),
    "order unit": (
        parse.order_unit,
        a.an_order_unit(tickets=[a.a_ticket_row()], return_unit=a.a_return_unit()),
    ),
    "return": (parse.return_, a.a_return()),
    "return row": (parse.return_row, a.a_return_row()),
    "return unit": (parse.return_unit, a.a_return_unit(order_unit=a.an_order_unit())),
    "unit": (parse.unit, a.a_unit(product=a.a_product())),
    "bulk": (parse.bulk_outcomes, [{"id_unit": 1, "status_code": 200, "unit": a.a_unit()}]),
    "shipping group": (parse.shipping_group, a.a_shipping_group()),
    "warehouse": (parse.warehouse, a.a_warehouse()),
    "buybox": (parse.buybox, a.a_buybox()),
    "product status": (parse.product_status, a.a_product_status()),
    "invoice": (parse.invoice, a.an_invoice()),
    "import": (partial(parse.import_file, kind="inventory-feed"), a.an_import()),
    "product import": (partial(parse.import_file, kind="product-data"), a.a_product_import()),
    "report": (parse.report, a.a_report()),
    "subscription": (parse.subscription, a.a_subscription()),
    "carriers": (parse.carriers, {"carriers": [{"name": "DHL", "isHauler": False}]}),
    "page": (partial(parse.page, offset=0, limit=30), a.a_list(1, 2, 3)),
}

JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from(["", "\ud800", "a\x00b", "2026-13-45T99:99:99Z", "9" * 40, 2**63, -1, 1e308, [], {}, [[]], [{}]]),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))


def bent(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    found = copy.deepcopy(value)
    holder = found
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = junk
    return found


def storable(value: Any) -> bool:
    """Whether a database takes it: text as UTF-8 without NUL, numbers in 64 bits, times with a zone."""
    if isinstance(value, str):
        return "\x00" not in value and value.encode("utf-8") is not None
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, datetime):
        return value.utcoffset() is not None
    if dataclasses.is_dataclass(value):
        return all(storable(getattr(value, field.name)) for field in dataclasses.fields(value))
    if isinstance(value, tuple | list):
        return all(storable(item) for item in value)
    return isinstance(value, float | dict)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_bent_answer_is_read_or_complained_about(name: str, data: st.DataObject) -> None:
    read, raw = READERS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        raw = bent(raw, data.draw(st.sampled_from(sorted(places(raw), key=repr))), data.draw(JUNK))
    try:
        found = read(raw)
    except Unreadable as reason:
        found = str(reason)[:120]
    assert name == "page" or storable(found)


TICKET = json.dumps({"data": a.a_ticket()}).encode()


@settings(max_examples=300, deadline=None)
@given(
    at=st.integers(0, len(TICKET)),
    cut=st.integers(0, 40),
    junk=st.binary(max_size=12),
    status=st.sampled_from([200, 200, 200, 204, 301, 400, 401, 404, 429, 500]),
    kind=st.sampled_from(["application/json", "text/html", ""]),
)
def test_a_garbled_body_ends_as_a_market_error_or_a_ticket(
    at: int, cut: int, junk: bytes, status: int, kind: str
) -> None:
    body = TICKET[:at] + junk + TICKET[at + cut :]

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=body, headers={"content-type": kind} if kind else {})

    async def look() -> None:
        try:
            found: Any = await a_market(handler).fetch_ticket("00112345678")
        except MarketError as error:
            found = str(error)
        assert storable(found)

    in_no_time(look())
