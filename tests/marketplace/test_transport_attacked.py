"""Servers, moments and callers that mean harm: whose answer it is, what is left behind, and for how long."""

from __future__ import annotations

import asyncio
import gc
import logging
import random
import re
import select
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from bot.marketplace import transport as kept
from bot.marketplace.exchange import Exchange, Request, Silence
from bot.marketplace.transport import KeptConnections

from .talking import OK, TLS, Counted, a_server, asked, connections, head_of


@pytest.fixture(autouse=True)
def nothing_left(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is left for the garbage collector or for asyncio to complain about."""
    gc.collect()  # what others left
    caplog.set_level(logging.WARNING, "asyncio")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
        gc.collect()

    assert [record.getMessage() for record in caplog.get_records("call") if record.name == "asyncio"] == []


def server_tls() -> ssl.SSLContext:
    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    return own


def client_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=TLS / "cert.pem")


def places(transport: KeptConnections) -> int:
    """How many are free."""
    return transport._places._value


def told(path: str) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(path), path.encode())


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with an RST."""
    if not writer.is_closing():
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.transport.abort()


async def in_pieces(writer: asyncio.StreamWriter, answer: bytes, chance: random.Random) -> None:
    while answer and not writer.is_closing():
        cut = chance.randint(1, len(answer))
        writer.write(answer[:cut])
        answer = answer[cut:]
        await asyncio.sleep(0)


# Whose answer it is


async def test_an_answer_nobody_asked_for_is_nobodys_even_when_the_loop_was_busy() -> None:
    """It lies in the socket, and the event loop did not look there yet."""
    listening = socket.create_server(("127.0.0.1", 0))
    quiet, spoken, over = threading.Event(), threading.Event(), threading.Event()
    standing = []

    def serve() -> None:
        with suppress(TimeoutError):
            for number in range(2):
                connection, _ = listening.accept()
                standing.append(connection)
                connection.recv(10_000)
                connection.sendall(told(f"/{number}"))
                if number == 0:
                    quiet.wait(10)
                    connection.sendall(told("/nobody"))
                    spoken.set()
            over.wait(10)

    listening.settimeout(5)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        async with connections() as transport, asyncio.timeout(20):
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            assert await asked(transport, url) == (200, b"/0")
            quiet.set()
            spoken.wait(10)  # the loop stands still meanwhile
            second = await asked(transport, url, method="POST")
    finally:
        over.set()
        for connection in standing:
            connection.close()
        await asyncio.to_thread(thread.join)
        listening.close()

    assert second == (200, b"/1")


async def test_fifty_callers_on_five_places_get_their_own_answers_whatever_fails() -> None:
    chance = random.Random(11)
    seen: list[str] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await head_of(reader)
            path = head.split(b" ")[1].decode()
            seen.append(path)
            if length := re.search(rb"(?i)content-length: (\d+)", head):
                await reader.readexactly(int(length[1]))
            trouble = chance.choice(["none"] * 6 + ["reset", "half", "close", "unasked", "slow", "garbage"])
            answer = told(path)
            if trouble == "reset":
                return reset(writer)
            if trouble == "garbage":
                answer = b"\r\n\r\n" + chance.randbytes(40)
            if trouble == "half":
                answer = answer[: chance.randrange(len(answer))]
            if trouble == "unasked":
                # At once: what comes after the next question cannot be told from its answer.
                writer.write(answer + told("/nobody"))
                continue
            if trouble == "slow":
                await asyncio.sleep(0.05)
            await in_pieces(writer, answer, chance)
            if trouble in ("half", "close", "garbage"):
                return None

    outcomes: list[str] = []

    async def caller(number: int, transport: KeptConnections, url: str) -> None:
        for turn in range(20):
            path = f"/{number}-{turn}"
            asking = asyncio.create_task(asked(transport, url + path, method="POST", body=b"x" * chance.randint(0, 99)))
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() * 0.03)
                asking.cancel()
            try:
                status, body = await asking
                outcomes.append("own" if (status, body) == (200, path.encode()) else f"{status} {body!r} for {path}")
            except httpx.TransportError:
                outcomes.append("failed")
            except asyncio.CancelledError:
                outcomes.append("cancelled")

    async with a_server(talk) as url, connections(most=5) as transport, asyncio.timeout(90):
        await asyncio.gather(*(caller(number, transport, url) for number in range(50)))
        assert places(transport) == 5

    assert set(outcomes) == {"own", "failed", "cancelled"}
    assert len(seen) == len(set(seen))  # each went out once at most


# What is left behind


async def test_what_ends_after_closing_is_not_kept_for_ever() -> None:
    going, ended = asyncio.Event(), asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        await going.wait()
        writer.write(OK)
        await reader.read()
        ended.set()

    async with a_server(talk) as url, connections() as transport, asyncio.timeout(10):
        asking = asyncio.create_task(asked(transport, url))
        await asyncio.sleep(0.05)
        await transport.aclose()
        going.set()
        assert await asking == (200, b"{}")
        await ended.wait()


async def test_closing_does_not_wait_for_a_server_that_never_says_goodbye() -> None:
    """TLS would be closed by both sides; the other one may take its time."""
    listening = socket.create_server(("127.0.0.1", 0))
    gone, over = threading.Event(), threading.Event()

    def serve() -> None:
        raw, _ = listening.accept()
        raw.settimeout(5)
        with server_tls().wrap_socket(raw, server_side=True) as connection:
            connection.recv(10_000)
            connection.sendall(OK)
            over.wait(10)
            hung_up = select.poll()
            hung_up.register(connection, select.POLLRDHUP)
            if hung_up.poll(2000):
                gone.set()

    listening.settimeout(5)
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    async with connections(tls=client_tls()) as transport:
        assert await asked(transport, f"https://localhost:{listening.getsockname()[1]}") == (200, b"{}")
    over.set()
    await asyncio.to_thread(thread.join)
    listening.close()

    assert gone.is_set()


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("trouble", ["none", "half", "large", "never"])
async def test_who_cancels_in_any_phase_leaves_nothing_behind(tls: bool, trouble: str) -> None:
    body = b"x" * (2_000_000 if trouble == "large" else 10)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            well = b"/well" in await head_of(reader)
            if well or trouble != "large":
                await reader.readexactly(10)
            elif await reader.read(10_000):
                await asyncio.sleep(10)
            if trouble == "never" and not well:
                await asyncio.sleep(10)
            writer.write(OK[:-1] if trouble == "half" and not well else OK)
            await writer.drain()

    async with (
        a_server(talk, server_tls() if tls else None) as url,
        connections(most=3, tls=client_tls()) as transport,
        asyncio.timeout(90),
    ):
        for ticks in [*range(40), *range(40, 200, 9)]:
            callers = [asyncio.create_task(asked(transport, url, method="PUT", body=body)) for _ in range(4)]
            for _ in range(ticks):
                await asyncio.sleep(0)
            for caller in callers:
                caller.cancel()
            await asyncio.gather(*callers, return_exceptions=True)
            assert places(transport) == 3
        assert await asked(transport, url + "/well", method="PUT", body=b"x" * 10) == (200, b"{}")


@pytest.mark.parametrize("patience", [0.05, 5.0])
async def test_who_leaves_while_a_connection_is_made_does_not_leave_it_waiting_for_ever(
    monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    """A server that takes the connection and never shakes hands: TLS itself would wait for a minute."""
    monkeypatch.setattr(kept, "LET_GO_SECONDS", 0.2)
    left = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while await reader.read(10_000):
                pass
        left.set()

    async with a_server(talk) as url, connections(tls=client_tls()) as transport, asyncio.timeout(10):
        request = httpx.Request("GET", url.replace("http:", "https:"), extensions={"timeout": {"connect": patience}})
        asking = asyncio.create_task(transport.handle_async_request(request))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises((asyncio.CancelledError, httpx.ConnectTimeout)):
            await asking
        await left.wait()


# What an answer does to whoever reads it


@pytest.mark.parametrize("head", [b"%x:\r\n" * 14_000 % tuple(range(4096, 18_096)), b"a:\r\n" * 24_000])
async def test_many_headers_do_not_stop_the_loop(head: bytes) -> None:
    server = Counted(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + head + b"\r\n")
    transport = KeptConnections()
    async with a_server(server.talk) as url:
        exchange = Exchange(transport)
        started = time.process_time()
        answer = await exchange.send(Request("GET", url, {"Host": "x"}), seconds=20)
        used = time.process_time() - started
        await transport.aclose()

    assert answer.headers["content-length"] == "0"
    assert used < 1.0


async def test_a_head_is_bounded_also_when_it_comes_at_once() -> None:
    server = Counted(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 400_000 + b"\r\nContent-Length: 2\r\n\r\n{}")
    async with a_server(server.talk) as url, connections() as transport, asyncio.timeout(20):
        with pytest.raises(httpx.RemoteProtocolError):
            await asked(transport, url)


@pytest.mark.parametrize("crumb", [b"HTTP/1.1 100 \r\n\r\n", b"1\r\nx\r\n"])
async def test_an_answer_of_crumbs_lets_others_have_their_turns(crumb: bytes) -> None:
    stop = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        if crumb.startswith(b"1"):
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not stop.is_set():
            writer.write(crumb * 100_000)
            await writer.drain()

    gaps = [0.0]

    async def others() -> None:
        before = time.process_time()
        while True:
            await asyncio.sleep(0)
            now = time.process_time()
            gaps.append(now - before)
            before = now

    transport = KeptConnections()
    async with a_server(talk) as url:
        exchange, other = Exchange(transport), asyncio.create_task(others())
        with pytest.raises(Silence, match="no answer") as silence:
            await exchange.send(Request("PATCH", url, {"Host": "x"}), seconds=1.5)
        other.cancel()
        stop.set()
        await transport.aclose()

    assert silence.value.sent == "maybe"
    assert max(gaps) < 0.2


async def test_a_refusal_is_heard_though_the_rest_of_the_body_is_never_read() -> None:
    standing = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal standing
        standing += 1
        await head_of(reader)
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        await asyncio.sleep(30)

    async with a_server(talk) as url, connections(most=1) as transport, asyncio.timeout(10):
        for _ in range(2):
            assert await asked(transport, url, method="POST", body=b"x" * 20_000_000) == (413, b"")

    assert standing == 2  # what was not sent yet stands before another request


@pytest.mark.parametrize("tls", [False, True])
async def test_whatever_comes_in_whatever_pieces_is_an_answer_or_a_transport_error(tls: bool) -> None:
    chance = random.Random(5)
    parts = [
        b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 100 \r\n\r\n", b"HTTP/1.1 101 \r\n\r\n",
        b"HTTP/1.1 204 \r\n", b"HTTP/1.1 304 \r\n", b"HTTP/1.1 000 \r\n", b"HTTP/9.9 999 \xff\r\n",
        b"Content-Length: 3\r\n", b"Content-Length: 3, 3\r\n", b"Content-Length: 4\r\n", b"Content-Length: -1\r\n",
        b"Content-Length: " + b"9" * 5000 + b"\r\n", b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n", b"Connection: close\r\n", b"Upgrade: h2c\r\n", b" folded\r\n",
        b"X: \xe4\x00\r\n", b": \r\n", b"\r\n", b"\r\n", b"\r\n", b"3\r\nabc\r\n", b"0\r\n\r\n", b"0\r\nT: x\r\n\r\n",
        b"ffffffffffffffffffff\r\n", b"3;" + b"e" * 3000 + b"\r\nabc\r\n", b"\n", b"\x00",
    ]  # fmt: skip

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await head_of(reader)
            answer = (
                parts[0] + b"".join(chance.choices(parts, k=chance.randint(0, 6))) + chance.choice([b"", b"\r\n\r\n"])
            )
            if chance.random() < 0.1:
                answer = answer[len(parts[0]) :]
            await in_pieces(writer, answer, chance)
            end = chance.choice(["close"] * 4 + ["eof"] * 3 + ["reset"] * 2 + ["stay"])
            if end == "close":
                return None
            if end == "reset":
                return reset(writer)
            if end == "eof" and writer.can_write_eof():
                with suppress(OSError):
                    writer.write_eof()
                await reader.read()
                return None

    heard = 0
    async with (
        a_server(talk, server_tls() if tls else None) as url,
        connections(most=2, tls=client_tls()) as transport,
    ):
        for _ in range(400):
            with suppress(httpx.TransportError, TimeoutError):
                async with asyncio.timeout(0.1):
                    await asked(transport, url, method="PATCH", body=b"x")
                    heard += 1
        assert places(transport) == 2

    assert heard > 20
