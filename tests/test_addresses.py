"""Files by their address: only from places an admin allowed, and never from inside by another name."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot import addresses
from bot.addresses import OutsideResolver, complaint, fetch_address
from bot.files import FileTrouble

SHOP = "https://files.shop.test"
MOST = 1_000_000


@pytest.mark.parametrize(
    "address",
    [
        "https://files.shop.test/feed.csv",
        "https://files.shop.test/a/b.csv?token=1",
        "http://10.0.0.7:8080/feed.csv",
        "http://[fd00::7]/feed.csv",
    ],
)
def test_what_an_admin_allowed_may_be_fetched(address: str) -> None:
    assert complaint(address, (SHOP, "http://10.0.0.7:8080", "http://[fd00::7]")) is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://files.shop.test/feed.csv", "not allowed"),
        ("https://files.shop.test:8443/feed.csv", "not allowed"),
        ("https://files.shop.test.evil.test/feed.csv", "not allowed"),
        ("https://evil.test/https://files.shop.test/feed.csv", "not allowed"),
        ("https://files.shop.test@evil.test/feed.csv", "in the open"),
        ("https://user:pass@files.shop.test/feed.csv", "in the open"),
        ("https://127.0.0.1/feed.csv", "not allowed"),
        ("http://169.254.169.254/latest/meta-data", "not allowed"),
        ("http://[::1]/", "not allowed"),
        ("file:///etc/passwd", "begins with https://"),
        ("gopher://files.shop.test/1", "begins with https://"),
        ("https://files.shop.test:99999/", "no address"),
        ("https://files.shop.test/a b", "no address"),
        ("https://files.shop.test/\n", "no address"),
        ("https://" + "a" * 3000, "no address"),
        ("", "begins with https://"),
    ],
)
def test_everything_else_is_refused_in_words(address: str, said: str) -> None:
    assert said in (complaint(address, (SHOP,)) or "")


class Names(AbstractResolver):
    def __init__(self, *found: str) -> None:
        self.found = found
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0) for each in self.found
        ]

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",),
        ("10.1.2.3",),
        ("169.254.169.254",),
        ("192.168.0.1",),
        ("100.64.0.1",),
        ("0.0.0.0",),
        ("::1",),
        ("fe80::1%eth0",),
        ("fd00::1",),
        ("::ffff:127.0.0.1",),
        ("::127.0.0.1",),
        ("64:ff9b::7f00:1",),
        ("64:ff9b::a9fe:a9fe",),
        ("64:ff9b:1::5db8:d70e",),
        ("2002:a9fe:a9fe::1",),
        ("fec0::1",),
        ("93.184.215.14", "127.0.0.1"),
        ("224.0.0.1",),
        (),
    ],
)
async def test_a_name_that_leads_inside_is_refused_and_nothing_is_asked(tmp_path: Path, found: tuple[str, ...]) -> None:
    names = Names(*found)

    with pytest.raises(FileTrouble, match="leads into an internal network"):
        await fetch_address(f"{SHOP}/feed.csv", (SHOP,), tmp_path / "f.csv", most=MOST, resolver=names)

    assert names.asked == 1
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.parametrize(
    "host", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"]
)
async def test_a_public_address_is_one_by_whatever_way_it_is_reached(host: str) -> None:
    assert (await OutsideResolver(Names(host)).resolve("files.shop.test"))[0]["host"] == host


@pytest_asyncio.fixture
async def origin() -> AsyncIterator[str]:
    async def feed(_: web.Request) -> web.Response:
        return web.Response(text="ean;amount\n", content_type="text/csv")

    async def elsewhere(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:9/secret")

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(40):
            await answer.write(b"x" * 65_536)
        return answer

    async def slow(request: web.Request) -> web.StreamResponse:
        """Its length announced, and never a silence long enough to notice."""
        answer = web.StreamResponse(headers={"Content-Length": "100000"})
        await answer.prepare(request)
        while True:
            await answer.write(b"x")
            await asyncio.sleep(0.02)

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>Log in</html>", content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/feed.csv", feed), web.get("/moved", elsewhere)])
    app.add_routes([web.get("/endless", endless), web.get("/page", page), web.get("/slow", slow)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_file_is_fetched_as_it_is(origin: str, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"

    assert await fetch_address(f"{origin}/feed.csv", (origin,), path, most=MOST) == 11
    assert path.read_text() == "ean;amount\n"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/moved", "sends me elsewhere"),
        ("/endless", "too large"),
        ("/page", "a web page and no CSV"),
        ("/nothing", "HTTP 404"),
    ],
)
async def test_what_is_no_file_is_said_and_leaves_nothing(origin: str, tmp_path: Path, path: str, said: str) -> None:
    with pytest.raises(FileTrouble, match=said):
        await fetch_address(f"{origin}{path}", (origin,), tmp_path / "f.csv", most=MOST)

    assert not (tmp_path / "f.csv").exists()


async def test_what_comes_byte_by_byte_is_given_up_when_all_its_time_is_over(
    origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert addresses.FETCH_SECONDS == 300
    monkeypatch.setattr(addresses, "FETCH_SECONDS", 0.6)
    began = time.monotonic()

    with pytest.raises(FileTrouble, match=r"^127\.0\.0\.1 gives the file too slowly: not all of it") as told:
        await fetch_address(f"{origin}/slow", (origin,), tmp_path / "f.csv", most=MOST)

    assert time.monotonic() - began < 5
    assert "Nothing was fetched" in str(told.value)
    assert not (tmp_path / "f.csv").exists()


async def test_a_host_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileTrouble, match="does not give the file"):
        await fetch_address("http://127.0.0.1:9/f.csv", ("http://127.0.0.1:9",), tmp_path / "f.csv", most=MOST)
