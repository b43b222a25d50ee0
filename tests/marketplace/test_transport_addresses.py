"""Addresses that lead nowhere, and names that Python and HTTP write differently."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from bot.marketplace.exchange import Exchange, Request, Silence
from bot.marketplace.transport import KeptConnections

from .talking import asked, connections


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/", "https:///x", "http:///x"])
async def test_an_impossible_address_is_a_transport_error(url: str) -> None:
    async with connections(most=1) as transport:
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                await asked(transport, url)


@pytest.mark.parametrize(
    "url", ["https://f.test/\x7f", "https://-ä.test/", "https://f.test/\ud800", "https://xn--a.test/", "https:///x"]
)
async def test_an_address_that_is_none_is_a_silence(url: str) -> None:
    transport = KeptConnections()
    with pytest.raises(Silence) as silence:
        await Exchange(transport).send(Request("GET", url, {}), seconds=1)

    assert silence.value.sent == "no"


async def test_a_host_is_asked_for_by_the_name_that_is_sent_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own way to write ß in a host name leads to another host."""
    resolved: list[object] = []

    async def getaddrinfo(host: object, *_: object, **__: object) -> list[object]:
        resolved.append(host)
        raise OSError

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with connections() as transport:
        with pytest.raises(httpx.ConnectError):
            await asked(transport, "https://straße.test/")

    assert resolved == ["xn--strae-oqa.test"]
