"""Real connections to a server that misbehaves in every way it can. Nothing is mocked here."""

from __future__ import annotations

import asyncio
import gzip
import resource
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.marketplace import MarketError
from bot.marketplace.exchange import Exchange, Request, Silence
from bot.marketplace.transport import KeptConnections
from bot.marketplace.wire import sign
from sandbox.serving import Served

from .talking import a_server, head_of
from .virtual import SECRET, a_market


@asynccontextmanager
async def an_exchange(connections: int = 10) -> AsyncIterator[Exchange]:
    transport = KeptConnections(most=connections)
    exchange = Exchange(transport)
    try:
        yield exchange
    finally:
        await exchange.land(5)
        await transport.aclose()


async def silence(exchange: Exchange, url: str, *, seconds: float = 1.0, method: str = "GET") -> tuple[Silence, float]:
    started = time.monotonic()
    with pytest.raises(Silence) as caught:
        await exchange.send(Request(method, url, {"Host": "x"}), seconds=seconds)
    return caught.value, time.monotonic() - started


# Time


async def test_a_body_that_drips_is_cut_at_the_deadline() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with a_server(talk) as url, an_exchange() as exchange:
        trouble, seconds = await silence(exchange, url)

    assert seconds == pytest.approx(1.0, abs=0.8)
    assert (trouble.sent, trouble.subject) == ("maybe", False)


async def test_headers_that_drip_are_cut_at_the_deadline() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with a_server(talk) as url, an_exchange() as exchange:
        trouble, seconds = await silence(exchange, url)

    assert seconds == pytest.approx(1.0, abs=0.8)
    assert trouble.sent == "maybe"


async def test_a_black_hole_is_left_at_the_deadline_and_keeps_nobody_else_waiting() -> None:
    answered = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if b"/hole" in await head_of(reader):
            await answered.wait()
            return
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with a_server(talk) as url, an_exchange(5) as exchange:
        holes = [asyncio.create_task(silence(exchange, url + "/hole")) for _ in range(4)]
        await asyncio.sleep(0.1)
        started = time.monotonic()
        for _ in range(10):
            answer = await exchange.send(Request("GET", url + "/well", {"Host": "x"}), seconds=1)
            assert answer.status == 204
        quick = time.monotonic() - started
        results = await asyncio.gather(*holes)
        answered.set()

    assert quick < 0.9
    assert all(seconds == pytest.approx(1.0, abs=0.8) for _, seconds in results)


async def test_a_full_pool_is_given_up_within_the_deadline_and_recovers() -> None:
    stuck = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            if b"/hole" in await head_of(reader):
                await stuck.wait()
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            await writer.drain()

    async with a_server(talk) as url, an_exchange(1) as exchange:
        hole = asyncio.create_task(exchange.send(Request("GET", url + "/hole", {"Host": "x"}), seconds=5))
        await asyncio.sleep(0.05)
        trouble, seconds = await silence(exchange, url, seconds=0.3, method="PATCH")
        stuck.set()
        assert (await hole).status == 204
        assert (await exchange.send(Request("GET", url, {"Host": "x"}), seconds=1)).status == 204

    assert trouble.sent == "no"
    assert seconds < 2.0


# Cancelling, and what it must not cost


async def test_cancelled_callers_cost_the_pool_no_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await head_of(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()

    async with a_server(talk) as url, an_exchange(2) as exchange:
        request = Request("GET", url, {"Host": "x"})
        for ticks in range(24):
            callers = [asyncio.create_task(exchange.send(request, seconds=5)) for _ in range(6)]
            for _ in range(ticks):
                await asyncio.sleep(0)
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)
        answers = await asyncio.gather(*(exchange.send(request, seconds=2) for _ in range(4)))

    assert [answer.status for answer in answers] == [200] * 4


async def test_deadlines_cost_the_pool_no_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            if b"/hole" in await head_of(reader):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{")
                await asyncio.sleep(60)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()

    async with a_server(talk) as url, an_exchange(3) as exchange:
        for _ in range(20):
            await asyncio.gather(*(silence(exchange, url + "/hole", seconds=0.03) for _ in range(3)))
        answers = await asyncio.gather(
            *(exchange.send(Request("GET", url, {"Host": "x"}), seconds=2) for _ in range(3))
        )

    assert [answer.status for answer in answers] == [200] * 3


async def test_a_write_whose_caller_left_is_still_carried_to_its_end() -> None:
    executed = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await asyncio.sleep(0.1)
        if not reader.at_eof():
            executed.set()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    async with a_server(talk) as url, an_exchange() as exchange:
        caller = asyncio.create_task(exchange.send(Request("PATCH", url, {"Host": "x"}), seconds=5))
        await asyncio.sleep(0.05)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        async with asyncio.timeout(2):
            await executed.wait()


# Size


def bomb(megabytes: int) -> bytes:
    return gzip.compress(b"0" * (megabytes * 1024 * 1024))


@pytest.mark.parametrize("packed", [True, False])
async def test_a_bomb_is_stopped_before_it_fills_the_memory(packed: bool) -> None:
    body = bomb(200) if packed else b"0" * (16 * 1024 * 1024)
    encoding = b"Content-Encoding: gzip\r\n" if packed else b""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n" + encoding + b"Content-Length: %d\r\n\r\n" % len(body))
        writer.write(body)
        await writer.drain()

    async with a_server(talk) as url, an_exchange() as exchange:
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        trouble, _ = await silence(exchange, url, seconds=20)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - rss

    assert trouble.subject
    assert "too large" in trouble.what
    assert peak - before < 32 * 1024 * 1024
    assert grown < 48 * 1024


async def test_a_packed_answer_is_unpacked_and_a_torn_one_refused() -> None:
    body = gzip.compress(b'{"data":1}' * 1000)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent = body[:-6] if b"/torn" in await head_of(reader) else body
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(sent))
        writer.write(sent)
        await writer.drain()

    async with a_server(talk) as url, an_exchange() as exchange:
        answer = await exchange.send(Request("GET", url, {"Host": "x"}), seconds=2)
        trouble, _ = await silence(exchange, url + "/torn")

    assert answer.body == b'{"data":1}' * 1000
    assert "garbled" in trouble.what


async def test_rubbish_that_calls_itself_gzip_is_refused() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")
        await writer.drain()

    async with a_server(talk) as url, an_exchange() as exchange:
        trouble, _ = await silence(exchange, url)

    assert trouble.what == "the answer is garbled"


# Lost answers


@pytest.mark.parametrize(
    ("told", "executed"),
    [
        (b"", 1),
        (b"HTTP/1.1 204", 1),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{", 1),
        (b"\x00\xff\x00 nonsense\r\n\r\n", 1),
    ],
)
async def test_an_answer_lost_after_execution_may_have_been_executed(told: bytes, executed: int) -> None:
    count = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        await head_of(reader)
        count += 1
        writer.write(told)
        await writer.drain()

    async with a_server(talk) as url, an_exchange() as exchange:
        trouble, _ = await silence(exchange, url, method="PATCH")
        await asyncio.sleep(0.05)

    assert trouble.sent == "maybe"
    assert count == executed


async def test_a_connection_that_is_closed_at_once_may_have_been_executed() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with a_server(talk) as url, an_exchange() as exchange:
        trouble, _ = await silence(exchange, url, method="PATCH")

    assert trouble.sent == "maybe"


async def test_where_nobody_listens_nothing_was_sent() -> None:
    async with a_server(lambda _, __: asyncio.sleep(0)) as url:
        nobody = url
    async with an_exchange() as exchange:
        refused, _ = await silence(exchange, nobody, method="PATCH")
        unknown, _ = await silence(exchange, "http://nowhere.invalid/", method="PATCH")

    assert (refused.sent, unknown.sent) == ("no", "no")


# Through the whole client


def by_real_time() -> datetime:
    return datetime.now(UTC)


async def test_what_the_marketplace_gets_is_what_was_signed() -> None:
    seen: list[tuple[str, str]] = []

    async def check(asked: Asked) -> Response:
        raw = asked.scope["raw_path"].decode()
        query = asked.scope["query_string"].decode()
        url = f"http://{asked.headers['host']}{raw}{'?' + query if query else ''}"
        stamp = asked.headers["shop-timestamp"]
        wanted = sign(SECRET, asked.method, url, await asked.body(), stamp)
        seen.append((asked.headers["shop-signature"], wanted))
        return JSONResponse({"data": [], "pagination": {"offset": 0, "limit": 1, "total": 0}})

    app = Starlette(routes=[Route("/{path:path}", check, methods=["GET", "POST", "PATCH"])])
    async with Served(app) as served:
        transport = KeptConnections()
        market = a_market(lambda _: None, transport=transport, base_url=served.url + "/v2/", now=by_real_time)
        at = datetime(2026, 1, 1, tzinfo=UTC)
        _ = [row async for row in market.list_tickets(updated_from=at, status=("opened", "x y+&/?#ž"))]
        _ = [unit async for unit in market.list_units("de", offer_id="A/B c%2F,+ü~")]
        await market.send_message("00112345678", "Grüße, 你好 \ud800 & <b>")
        await market.close_ticket("00112345678")
        await transport.aclose()

    assert len(seen) == 4
    assert all(given == wanted for given, wanted in seen)


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def elsewhere(request: Asked) -> Response:
        asked.append(request.url.path)
        return RedirectResponse("/v2/trap", status_code=308)

    async with Served(Starlette(routes=[Route("/{path:path}", elsewhere, methods=["GET", "PATCH"])])) as served:
        transport = KeptConnections()
        market = a_market(lambda _: None, transport=transport, base_url=served.url + "/v2", now=by_real_time)
        for call in (market.fetch_return_unit(7), market.accept_return_unit(7)):
            with pytest.raises(MarketError, match="not the marketplace's API"):
                await call
        await transport.aclose()

    assert "/v2/trap" not in asked
    assert len(asked) == 2


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async def pong(_: Asked) -> Response:
        return JSONResponse({"data": {"message": "hello"}})

    async with Served(Starlette(routes=[Route("/v2/status/ping", pong)])) as served:
        transport = KeptConnections()
        await a_market(lambda _: None, transport=transport, base_url=served.url + "/v2", now=by_real_time).ping()
        await transport.aclose()


def test_deflate_is_not_gzip() -> None:
    """The decoder is told by its header, so that no second format is ever guessed."""
    with pytest.raises(zlib.error):
        zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(zlib.compress(b"x"))
