"""Connections that are kept, against servers that say what they please. Real sockets, real TLS."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import struct
from collections.abc import Sequence
from contextlib import suppress

import httpx
import pytest

from bot.marketplace import transport as kept
from bot.marketplace.transport import SENDING

from .talking import OK, TLS, Counted, Talk, a_server, asked, connections, head_of

# Which connection is used


async def test_one_connection_carries_what_comes_one_after_the_other() -> None:
    server = Counted(*[OK] * 5)
    async with a_server(server.talk) as url, connections() as transport:
        for _ in range(5):
            assert await asked(transport, url) == (200, b"{}")

    assert (server.connections, server.requests) == (1, 5)


async def test_a_connection_the_server_closed_meanwhile_is_not_used() -> None:
    server = Counted(OK, close=True)
    async with a_server(server.talk) as url, connections() as transport:
        for _ in range(3):
            assert await asked(transport, url, method="POST") == (200, b"{}")
            await asyncio.sleep(0.02)

    assert (server.connections, server.requests) == (3, 3)


async def test_a_connection_that_was_idle_for_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "KEEP_SECONDS", 0.0)
    server = Counted(OK, OK)
    async with a_server(server.talk) as url, connections() as transport:
        for _ in range(2):
            await asked(transport, url)
            await asyncio.sleep(0.01)

    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",  # an answer nobody asked for
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
async def test_a_connection_that_is_not_fit_for_another_request_gets_none(answer: bytes) -> None:
    server = Counted(answer, answer)
    async with a_server(server.talk) as url, connections() as transport:
        assert await asked(transport, url) == (200, b"{}")
        assert await asked(transport, url) == (200, b"{}")

    assert server.connections == 2


async def test_each_origin_has_connections_of_its_own() -> None:
    one, other = Counted(OK, OK), Counted(OK, OK)
    async with a_server(one.talk) as here, a_server(other.talk) as there, connections() as transport:
        for url in (here, there, here, there):
            await asked(transport, url)

    assert [one.connections, other.connections] == [1, 1]


# What an answer may look like


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", (200, b"abcde")),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK, (200, b"{}")),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", (302, b"")),
    ],
)
@pytest.mark.parametrize("torn", [False, True])
async def test_answers_are_read_however_they_are_framed(answer: bytes, told: tuple[int, bytes], torn: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await head_of(reader)
            for piece in [bytes([byte]) for byte in answer] if torn else [answer]:
                writer.write(piece)
                await asyncio.sleep(0)

    async with a_server(talk) as url, connections() as transport:
        assert [await asked(transport, url) for _ in range(3)] == [told] * 3


async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    server = Counted(b"HTTP/1.1 200 OK\r\n\r\nall of it", close=True)
    async with a_server(server.talk) as url, connections() as transport:
        assert await asked(transport, url) == (200, b"all of it")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n",
        b"\x16\x03\x01 this is no HTTP\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_an_error_and_costs_no_place(answer: bytes) -> None:
    server = Counted(answer, close=True)
    async with a_server(server.talk) as url, connections(most=1) as transport:
        for _ in range(3):
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await asked(transport, url)

    assert server.requests == 3


async def test_a_head_without_end_is_not_listened_to() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            writer.write(b"y" * 10_000)
            await writer.drain()

    async with a_server(talk) as url, connections() as transport, asyncio.timeout(20):
        with pytest.raises(httpx.RemoteProtocolError):
            await asked(transport, url)


async def test_an_answer_without_a_length_whose_connection_breaks_is_not_taken_for_whole() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\na part of it")
        await writer.drain()
        await asyncio.sleep(0.02)
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    async with a_server(talk) as url, connections() as transport:
        with pytest.raises(httpx.ReadError):
            await asked(transport, url)


async def test_whoever_reads_slowly_makes_the_server_wait() -> None:
    written = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 64000000\r\n\r\n")
        while written < 64_000_000:
            writer.write(b"z" * 100_000)
            written += 100_000
            await writer.drain()
        await reader.read()

    async with a_server(talk) as url, connections() as transport:
        response = await transport.handle_async_request(httpx.Request("GET", url))
        before = -1
        while before < written:  # until the server stands still
            before = written
            await asyncio.sleep(0.2)
        waited_at = written
        assert len(await response.aread()) == 64_000_000
        await response.aclose()

    assert waited_at < 32_000_000


async def test_no_rubbish_raises_anything_but_a_transport_error() -> None:
    chance = random.Random(7)
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-A: b\r\n\r\n{  }"

    def damaged() -> bytes:
        raw = bytearray(good)
        for _ in range(chance.randint(0, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        return bytes(raw[: chance.choice([len(raw), chance.randint(1, len(raw))])])

    answers: Sequence[bytes] = [damaged() for _ in range(300)]
    told = iter(answers)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(next(told))
        await writer.drain()

    outcomes: list[int] = []
    async with a_server(talk) as url, connections(most=1) as transport:
        for _ in answers:
            try:
                outcomes.append((await asked(transport, url))[0])
            except httpx.TransportError:
                outcomes.append(0)

    assert len(outcomes) == 300
    assert 0 in outcomes
    assert 200 in outcomes


# What is sent


async def test_a_large_body_arrives_whole_however_slowly_it_is_read() -> None:
    body = random.Random(3).randbytes(6 * 1024 * 1024)
    got = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        while len(got) < len(body):
            got.extend(await reader.read(100_000))
            await asyncio.sleep(0)
        writer.write(OK)
        await writer.drain()

    async with a_server(talk) as url, connections() as transport:
        assert await asked(transport, url, method="POST", body=body) == (200, b"{}")

    assert bytes(got) == body


async def test_a_refusal_that_comes_before_the_body_was_read_is_heard() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        while await reader.read(100_000):
            pass

    async with a_server(talk) as url, connections() as transport:
        assert await asked(transport, url, method="POST", body=b"x" * 3_000_000) == (413, b"")


async def test_a_header_that_cannot_be_sent_is_refused_before_anything_is() -> None:
    server = Counted(OK)
    async with a_server(server.talk) as url, connections() as transport:
        request = httpx.Request("GET", url, headers=[("X-Note", "two\r\nlines")])
        with pytest.raises(httpx.LocalProtocolError):
            await transport.handle_async_request(request)

    assert server.requests == 0


# Cancelling


@pytest.mark.parametrize("answer", [OK, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nnot all"])
async def test_who_cancels_at_any_moment_leaves_the_places_to_others(answer: bytes) -> None:
    standing: set[object] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        standing.add(writer)
        try:
            while True:
                writer.write(OK if b"/well" in await head_of(reader) else answer)
                await writer.drain()
        finally:
            standing.discard(writer)

    async with a_server(talk) as url, connections(most=2) as transport:
        for ticks in range(30):
            callers = [asyncio.create_task(asked(transport, url)) for _ in range(5)]
            for _ in range(ticks):
                await asyncio.sleep(0)
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)
        wells = await asyncio.gather(*(asked(transport, url + "/well") for _ in range(2)))
        async with asyncio.timeout(5):
            while len(standing) > 2:
                await asyncio.sleep(0.01)

    assert wells == [(200, b"{}")] * 2


async def test_an_answer_nobody_reads_to_its_end_costs_its_connection_only() -> None:
    closed = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal closed
        await head_of(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbeginning")
        with suppress(ConnectionError):
            await reader.read()
        closed += 1

    async with a_server(talk) as url, connections(most=1) as transport, asyncio.timeout(5):
        for _ in range(3):
            response = await transport.handle_async_request(httpx.Request("GET", url))
            await response.aclose()
        while closed < 3:
            await asyncio.sleep(0.01)


async def test_it_is_said_when_a_request_leaves_and_not_before() -> None:
    events: list[str] = []
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def trace(event: str, _: object) -> None:
        events.append(event)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.put_nowait(await head_of(reader))
        await reader.read()

    def told(url: str) -> httpx.Request:
        return httpx.Request("GET", url, extensions={"trace": trace, "timeout": {"connect": 5.0, "pool": 0.05}})

    async with a_server(talk) as url, connections(most=1) as transport:
        first = asyncio.create_task(asked(transport, url))
        await arrived.get()
        with pytest.raises(httpx.PoolTimeout):
            await transport.handle_async_request(told(url))
        assert events == []
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(transport.handle_async_request(told(url)))
        await arrived.get()
        assert events == [SENDING]
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


# Whom it speaks with


@pytest.mark.parametrize(("host", "trusted"), [("localhost", True), ("localhost", False), ("127.0.0.1", True)])
async def test_only_whoever_shows_the_right_certificate_hears_anything(host: str, trusted: bool) -> None:
    server = Counted(OK, OK)
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    tls = ssl.create_default_context(cafile=TLS / "cert.pem") if trusted else None
    async with a_server(server.talk, own) as url, connections(tls=tls) as transport:
        wanted = url.replace("localhost", host)
        if trusted and host == "localhost":
            assert [await asked(transport, wanted) for _ in range(2)] == [(200, b"{}")] * 2
        else:
            with pytest.raises(httpx.ConnectError):
                await asked(transport, wanted)

    assert server.requests == (2 if trusted and host == "localhost" else 0)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "ws://127.0.0.1/", "http://nowhere.invalid/", "http://127.0.0.1:1/"]
)
async def test_where_nothing_can_be_reached_nothing_is_sent(url: str) -> None:
    async with connections(most=1) as transport:
        for _ in range(2):
            with pytest.raises((httpx.ConnectError, httpx.UnsupportedProtocol)):
                await asked(transport, url)


async def test_a_host_that_never_takes_the_connection_is_given_up() -> None:
    silent: Talk = lambda reader, _: reader.read()  # noqa: E731
    tls = ssl.create_default_context(cafile=TLS / "cert.pem")
    async with a_server(silent) as url, connections(most=1, tls=tls) as transport:
        request = httpx.Request("GET", url.replace("http:", "https:"), extensions={"timeout": {"connect": 0.1}})
        with pytest.raises(httpx.ConnectTimeout):
            await transport.handle_async_request(request)
