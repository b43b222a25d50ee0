"""What the client makes of every way a call can end. The marketplace is a function here; time is virtual."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from bot.domain.model import ReplyFile
from bot.marketplace import MarketError
from bot.marketplace.wire import sign

from . import answers as a
from .virtual import BASE, CLIENT, NOW, SECRET, a_market, answers, fails, in_no_time, now, ok, running_clock

BROKEN = httpx.ReadError("cut")
UNREACHABLE = httpx.ConnectError("refused")
BUSY = httpx.Response(503, json=a.a_problem("/problems/service-unavailable"))
UNIT = ok(a.a_return_unit())


# What goes out


def test_every_request_is_signed_over_what_goes_out() -> None:
    handler, asked = answers(httpx.Response(201))
    in_no_time(a_market(handler).send_message("00112345678", "Grüße ✓"))

    request = asked[0]
    stamp = str(int(NOW.timestamp()))
    assert request.content == '{"text":"Grüße ✓","interim_notice":false}'.encode()
    assert request.headers["shop-signature"] == sign(SECRET, "POST", str(request.url), request.content, stamp)
    assert request.headers["shop-timestamp"] == stamp
    assert request.headers["shop-client-key"] == CLIENT
    assert request.headers["user-agent"] == "Kontor tests"
    assert request.headers["accept-encoding"] == "gzip"
    assert request.headers["content-type"] == "application/json"
    assert "cookie" not in request.headers


def test_a_default_port_is_signed_as_it_is_sent() -> None:
    handler, asked = answers(ok({"message": "x"}))
    in_no_time(a_market(handler, base_url="https://SellerAPI.example.test:443/v2/").ping())

    assert str(asked[0].url) == "https://sellerapi.example.test/v2/status/ping"
    assert asked[0].headers["shop-signature"] == sign(
        SECRET, "GET", "https://sellerapi.example.test/v2/status/ping", b"", str(int(NOW.timestamp()))
    )


def test_cookies_are_not_kept() -> None:
    handler, asked = answers(httpx.Response(200, json={"data": {}}, headers={"set-cookie": "id=1"}))

    async def story() -> None:
        market = a_market(handler)
        await market.ping()
        await market.ping()

    in_no_time(story())

    assert "cookie" not in asked[1].headers


def test_keys_are_in_no_repr_and_in_no_error() -> None:
    echo = httpx.Response(400, json=a.a_problem(None, f"bad key {CLIENT}", secret=SECRET))
    handler, _ = answers(echo)
    market = a_market(handler)
    error = in_no_time(fails(market))

    for text in (str(error), repr(error), repr(market), repr(market._line), repr(vars(market._line))):
        assert CLIENT not in text
        assert SECRET not in text


@pytest.mark.parametrize("climber", ["../subscriptions/1", "", "1/2", "7?x=1"])
def test_no_id_reaches_another_endpoint(climber: str) -> None:
    handler, asked = answers(UNIT)

    with pytest.raises(MarketError, match="not a number"):
        in_no_time(a_market(handler).fetch_ticket(climber))
    assert asked == []


# Reading is asked again


@pytest.mark.parametrize("failure", [BROKEN, UNREACHABLE, httpx.ReadTimeout("x"), BUSY, httpx.Response(500)])
def test_a_read_is_asked_again_a_few_times(failure: Any) -> None:
    handler, asked = answers(failure, failure, UNIT)

    assert in_no_time(a_market(handler).fetch_return_unit(7)).id == 45456767
    assert len(asked) == 3


@pytest.mark.parametrize("failure", [BROKEN, UNREACHABLE, BUSY])
def test_a_read_gives_up_within_its_deadline(failure: Any) -> None:
    async def story() -> tuple[MarketError, float]:
        handler, asked = answers(failure)
        error = await fails(a_market(handler))
        assert len(asked) == 3
        return error, now()

    error, seconds = in_no_time(story())

    assert (error.systemic, error.sent, error.gone) == (True, "no", False)
    assert seconds < 10


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(403, json=a.a_problem("/problems/forbidden")),
        httpx.Response(404, json={"message": "Return unit not found"}),
        httpx.Response(401, json=a.a_problem("/problems/invalid-credentials")),
        httpx.Response(200, json={"data": {"id_return_unit": "?"}}),
    ],
)
def test_what_another_try_cannot_change_is_asked_once(answer: httpx.Response) -> None:
    handler, asked = answers(answer)
    in_no_time(fails(a_market(handler)))

    assert len(asked) == 1


def test_a_slow_read_is_not_asked_twice() -> None:
    asked = 0

    async def handler(_: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(3600)
        return UNIT

    async def story() -> tuple[MarketError, float]:
        return await fails(a_market(handler)), now()

    error, seconds = in_no_time(story())

    assert asked == 1
    assert "no answer within 10 s" in str(error)
    assert seconds <= 25


# Writing is not


@pytest.mark.parametrize(
    ("failure", "sent"),
    [
        (httpx.ConnectError("x"), "no"),
        (httpx.ConnectTimeout("x"), "no"),
        (httpx.PoolTimeout("x"), "no"),
        (httpx.ReadTimeout("x"), "maybe"),
        (httpx.WriteTimeout("x"), "maybe"),
        (httpx.ReadError("x"), "maybe"),
        (httpx.WriteError("x"), "maybe"),
        (httpx.RemoteProtocolError("x"), "maybe"),
        (httpx.Response(500), "maybe"),
        (httpx.Response(502, text="<html>Bad gateway</html>"), "maybe"),
        (httpx.Response(503, json=a.a_problem("/problems/service-unavailable")), "maybe"),
        (httpx.Response(408), "maybe"),
        (httpx.Response(302, headers={"location": "https://evil.test/"}), "maybe"),
        (httpx.Response(200, text="<html>Welcome to the hotel</html>"), "maybe"),
        (httpx.Response(429), "no"),
        (httpx.Response(401, json=a.a_problem("/problems/corrupted-signature")), "no"),
    ],
)
def test_a_write_is_sent_once_and_says_whether_it_may_have_been_executed(failure: Any, sent: str) -> None:
    handler, asked = answers(failure)
    error = in_no_time(fails(a_market(handler), writing=True))

    assert len(asked) == 1
    assert (error.sent, error.systemic) == (sent, True)


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 423])
def test_a_refused_write_was_certainly_not_executed(status: int) -> None:
    handler, asked = answers(httpx.Response(status, json=a.a_problem("/problems/of-tomorrow", "no")))
    error = in_no_time(fails(a_market(handler), writing=True))

    assert len(asked) == 1
    assert (error.sent, error.systemic, error.status) == ("no", False, status)


def test_a_write_whose_answer_never_comes_may_have_been_executed() -> None:
    async def handler(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        return httpx.Response(204)

    assert in_no_time(fails(a_market(handler), writing=True)).sent == "maybe"


@pytest.mark.parametrize("body", [b'{"data":{"id_ticket":', b'{"data":{}}', b"{}", b""])
def test_a_write_whose_answer_cannot_be_read_may_have_been_executed(body: bytes) -> None:
    handler, asked = answers(httpx.Response(201, content=body))

    async def story() -> MarketError:
        with pytest.raises(MarketError) as caught:
            await a_market(handler).open_ticket([1], "contact_other", "Hallo")
        return caught.value

    error = in_no_time(story())

    assert len(asked) == 1
    assert (error.sent, error.systemic) == ("maybe", False)


def test_an_answer_nobody_needs_is_not_read() -> None:
    handler, _ = answers(httpx.Response(201, content=b"{broken"))

    in_no_time(a_market(handler).send_message("00112345678", "Hallo"))


# Whom a failure concerns


@pytest.mark.parametrize(
    ("answer", "systemic", "says"),
    [
        (httpx.Response(200, json={"data": {"id_return_unit": 1}}), False, "return unit: id_return is missing"),
        (httpx.Response(200, content=b'{"data":' + b"[" * 5000), False, "nested too deeply"),
        (httpx.Response(200, content=b"{" + b'"a":1,' * 10), False, "not JSON"),
        (httpx.Response(200, content=b" " * (8 * 1024 * 1024 + 1)), False, "too large"),
        (httpx.Response(200, content=b"<!doctype html>"), True, "is not the marketplace's API"),
        (httpx.Response(404, content=b"<h1>404</h1>"), True, "is not the marketplace's API"),
        (httpx.Response(403, content=b"<h1>blocked</h1>"), True, "is not the marketplace's API"),
        (httpx.Response(307, headers={"location": "https://x.test/"}), True, "is not the marketplace's API"),
        (httpx.Response(200, content=b"x", headers={"content-encoding": "br"}), True, "garbled"),
        (httpx.Response(200, content=b"x", headers={"content-encoding": "deflate"}), True, "garbled"),
    ],
)
def test_a_bad_answer_is_the_subjects_trouble_or_the_lines(answer: httpx.Response, systemic: bool, says: str) -> None:
    handler, _ = answers(answer)
    error = in_no_time(fails(a_market(handler)))

    assert says in str(error)
    assert error.systemic is systemic
    assert not error.gone


def test_a_subject_the_marketplace_does_not_know_is_gone() -> None:
    for answer in (httpx.Response(404, json={"message": "not found"}), httpx.Response(404)):
        handler, _ = answers(answer)
        assert in_no_time(fails(a_market(handler))).gone


# Asking for less


def test_a_ticket_whose_details_are_refused_is_asked_for_with_less() -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.params["embedded"])
        if "buyer" in asked[-1] or "files" in asked[-1]:
            return httpx.Response(422, json=a.a_problem(None, "cannot be embedded"))
        return ok({**a.a_ticket_row(), "messages": [a.a_message()]})

    ticket = in_no_time(a_market(handler).fetch_ticket("00112345678"))

    assert len(ticket.messages) == 1
    assert asked == ["messages,order_units,files,buyer,product", "messages,order_units,files", "messages"]


def test_a_ticket_is_never_shown_without_its_conversation() -> None:
    handler, asked = answers(httpx.Response(400, json=a.a_problem(None, "no")))
    error = None
    try:
        in_no_time(a_market(handler).fetch_ticket("00112345678"))
    except MarketError as refused:
        error = refused

    assert error is not None
    assert error.status == 400
    assert [request.url.params["embedded"] for request in asked][-1] == "messages"


def test_files_get_more_time() -> None:
    async def handler(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(25)
        return httpx.Response(201, json={"data": a.an_invoice()})

    async def story() -> None:
        market = a_market(handler, now=running_clock)
        await market.upload_invoice("MB7UWLD", "a.pdf", "application/pdf", b"%PDF")
        await market.send_message("001", "x", files=[ReplyFile("a.pdf", "application/pdf", b"%PDF")])
        with pytest.raises(MarketError):
            await market.send_message("001", "x")

    in_no_time(story())


def test_the_base_address_is_named_where_it_is_wrong() -> None:
    handler, _ = answers(httpx.Response(200, text="<html>"))

    assert BASE in str(in_no_time(fails(a_market(handler))))
