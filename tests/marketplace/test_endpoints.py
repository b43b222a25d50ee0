from __future__ import annotations

import inspect
import json
import re
from typing import Any

import httpx
import pytest

from bot.domain.model import UnitChange
from bot.marketplace import KauflandMarket, MarketError

from . import answers as a
from . import conversations, conversations_stock
from .conversations import Conversation, carried_out
from .conversations_stock import ALL
from .virtual import a_market, answers, in_no_time, ok


@pytest.mark.parametrize("conversation", ALL, ids=lambda c: c.name)
def test_each_question_becomes_the_request_the_marketplace_documents(conversation: Conversation) -> None:
    handler, asked = answers(conversation.answer)
    found = in_no_time(carried_out(conversation, a_market(handler)))

    assert len(asked) == 1
    request = asked[0]
    assert (request.method, request.url.path) == (conversation.method, "/v2" + conversation.path)
    assert dict(request.url.params) == conversation.query
    assert (json.loads(request.content) if request.content else None) == conversation.body
    assert (found is None) == (conversation.answer.status_code == 204 or not _says_something(conversation))


def _says_something(conversation: Conversation) -> bool:
    """Whether the answer is more than a yes."""
    return conversation.name not in {
        "GET /status/ping",
        "PATCH /product-data",
        "POST /tickets/{id_ticket}/messages",
    }


def test_every_method_of_the_client_is_in_the_table() -> None:
    source = inspect.getsource(conversations) + inspect.getsource(conversations_stock)
    asked = set(re.findall(r"\bm\.(\w+)\(", source))
    public = {name for name, _ in inspect.getmembers(KauflandMarket, inspect.isfunction) if not name.startswith("_")}

    assert public - asked == {"download", "close", "share"}


def test_a_return_is_fetched_with_the_order_units_it_came_from() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/v2/returns/"):
            units = [a.a_return_unit(id_return_unit=n) for n in (1, 2, 3)]
            return ok(a.a_return(return_units=units))
        id = int(request.url.path.rsplit("/", 1)[1])
        if id == 2:
            return httpx.Response(404, json={"message": "gone"})
        return ok(a.a_return_unit(id_return_unit=id, order_unit=a.an_order_unit(id_order_unit=id * 10)))

    item = in_no_time(a_market(handler).fetch_return(675849321))

    assert [unit.id for unit in item.units] == [1, 2, 3]
    assert [unit.order_unit.id if unit.order_unit else None for unit in item.units] == [10, None, 30]


def test_units_that_are_already_whole_are_not_asked_for_again() -> None:
    handler, asked = answers(ok(a.a_return(return_units=[a.a_return_unit(order_unit=a.an_order_unit())])))
    in_no_time(a_market(handler).fetch_return(675849321))

    assert len(asked) == 1


def test_a_huge_return_does_not_become_a_hundred_questions() -> None:
    whole = a.a_return(return_units=[a.a_return_unit(id_return_unit=n) for n in range(1, 101)])

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return ok(whole if "/returns/" in request.url.path else a.a_return_unit())

    asked: list[str] = []
    item = in_no_time(a_market(handler).fetch_return(675849321))

    assert len(item.units) == 100
    assert len(asked) <= 9


@pytest.mark.parametrize("minor", [0, -1])
def test_a_refund_of_nothing_is_not_sent(minor: int) -> None:
    handler, asked = answers(httpx.Response(204))

    with pytest.raises(MarketError, match="Nothing was sent"):
        in_no_time(a_market(handler).refund_order_unit(7, minor, "other_refund"))
    assert asked == []


@pytest.mark.parametrize(
    "ask",
    [
        lambda m: m.change_unit(7, "de", UnitChange()),
        lambda m: m.change_units("de", {}),
        lambda m: m.change_units("de", {n: UnitChange(amount=1) for n in range(151)}),
        lambda m: m.start_import("inventory-feed", "https://a.test/x.csv"),
        lambda m: m.request_report("bookings-new", storefront="de"),
        lambda m: m.request_report("account-listing"),
        lambda m: m.request_report("../subscriptions", storefront="de"),
    ],
)
def test_what_the_marketplace_would_refuse_as_a_whole_is_not_sent(ask: Any) -> None:
    handler, asked = answers(httpx.Response(204))

    with pytest.raises(MarketError, match="Nothing was sent") as caught:
        in_no_time(ask(a_market(handler)))
    assert asked == []
    assert (caught.value.sent, caught.value.systemic) == ("no", False)


def test_a_product_nobody_knows_is_none() -> None:
    handler, _ = answers(httpx.Response(404, json={"message": "not found"}))

    assert in_no_time(a_market(handler).find_product("4006381333931", "de")) is None


def test_product_data_that_is_locked_says_what_to_wait_for() -> None:
    handler, _ = answers(httpx.Response(423, json=a.a_problem(None, "Locked")))

    with pytest.raises(MarketError, match="still working on the file before") as caught:
        in_no_time(a_market(handler).start_import("product-data", "https://a.test/x.csv"))
    assert (caught.value.status, caught.value.sent, caught.value.systemic) == (423, "no", False)


def test_only_what_is_given_changes_in_a_subscription() -> None:
    handler, asked = answers(ok(a.a_subscription()))
    in_no_time(a_market(handler).change_subscription(1, active=False))

    assert json.loads(asked[0].content) == {"is_active": False}


def test_a_reply_without_files_mentions_none() -> None:
    handler, asked = answers(httpx.Response(201))
    in_no_time(a_market(handler).send_message("001", "Hallo"))

    assert json.loads(asked[0].content) == {"text": "Hallo", "interim_notice": False}
