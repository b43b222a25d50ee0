"""Lists read page by page, whatever their rows are like."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from bot.marketplace import MarketError

from . import answers as a
from .virtual import NOW, a_market, answers, in_no_time


def test_a_list_is_read_to_its_end_and_names_each_row_once() -> None:
    rows = [a.a_ticket_row(id_ticket=f"0011{number:05}") for number in range(95)]
    asked: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        assert limit <= 30
        page = rows[offset : offset + limit]
        return httpx.Response(200, json=a.a_list(*page, offset=offset, limit=limit, total=len(rows)))

    async def story() -> list[str]:
        return [row.id async for row in a_market(handler).list_tickets(updated_from=NOW - timedelta(hours=1))]

    found = in_no_time(story())

    assert found == [row["id_ticket"] for row in rows]
    assert asked[0].url.params["sort"] == "ts_updated_iso:desc"
    assert asked[0].url.params["ts_updated_from_iso"] == "2026-02-01T08:00:00Z"
    assert len(asked) == 4


def test_an_unreadable_row_does_not_hide_its_neighbours() -> None:
    page = a.a_list(a.a_ticket_row(id_ticket="001"), {"id_ticket": None}, "junk", a.a_ticket_row(id_ticket="002"))
    handler, _ = answers(httpx.Response(200, json=page))

    async def story() -> list[str]:
        return [row.id async for row in a_market(handler).list_tickets(updated_from=NOW)]

    assert in_no_time(story()) == ["001", "002"]


def test_a_poisoned_row_does_not_hide_its_neighbours() -> None:
    body = (
        b'{"data":[{"id_ticket":"001","topic":"\\ud800","ts_updated_iso":"2026-02-01T09:00:00Z","id_buyer":'
        + b"9" * 400
        + b'},{"id_ticket":"002","ts_updated_iso":NaN,"status":"\xff\\u0000"}],"pagination":{"total":2}}'
    )
    handler, _ = answers(httpx.Response(200, content=body))

    async def story() -> list[str]:
        return [row.id async for row in a_market(handler).list_tickets(updated_from=NOW)]

    assert in_no_time(story()) == ["001", "002"]


@pytest.mark.parametrize("spoiled", [{0}, {57}, {119}, {3, 4, 60}])
@pytest.mark.parametrize("spoil", [b"x" * (9 * 1024 * 1024), b"not json"])
def test_a_row_that_spoils_its_whole_page_is_left_out_alone(spoiled: set[int], spoil: bytes) -> None:
    asked: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        offset, limit = int(request.url.params["offset"]), int(request.url.params["limit"])
        asked.append(limit)
        numbers = range(offset, min(120, offset + limit))
        if spoiled & set(numbers):
            return httpx.Response(200, content=b"{" + spoil)
        units = [a.a_return_unit(id_return_unit=number + 1) for number in numbers]
        return httpx.Response(200, json=a.a_list(*units, total=120))

    async def story() -> set[int]:
        return {unit.id - 1 async for unit in a_market(handler).list_return_units(status=["return_arrived"])}

    assert in_no_time(story()) == set(range(120)) - spoiled
    assert len(asked) < 25 * (1 + len(spoiled))


def test_a_list_that_is_spoiled_throughout_is_given_up() -> None:
    handler, asked = answers(httpx.Response(200, json={"data": "nothing"}))

    async def story() -> MarketError:
        rows = a_market(handler).list_return_units(status=["return_arrived"])
        with pytest.raises(MarketError) as caught:
            await anext(rows)
        return caught.value

    assert "data is not a list" in str(in_no_time(story()))
    assert len(asked) < 20


def test_a_list_that_breaks_off_says_so() -> None:
    full = a.a_list(*(a.a_ticket_row(id_ticket=f"001{n}") for n in range(30)), total=60)
    handler, _ = answers(httpx.Response(200, json=full), httpx.Response(403, json={"message": "no"}))

    async def story() -> int:
        rows = a_market(handler).list_tickets(updated_from=NOW)
        for count in range(31):
            try:
                await anext(rows)
            except MarketError:
                return count
        raise AssertionError("the list went on")

    assert in_no_time(story()) == 30
