from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest

from bot.marketplace import MarketError
from bot.marketplace.calls.downloads import trusted

from .virtual import a_market, answers, in_no_time

HOSTS = ("www.kaufland.de", ".files.kaufland.example")
URL = "https://www.kaufland.de/report_files/21527778/?access_token=s3cr3t"
OURS = "https://sellerapi.kaufland.com/v2"


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "https://WWW.Kaufland.DE/x",
        "https://www.kaufland.de:443/x",
        "https://www.kaufland.de./x",
        "https://a.files.kaufland.example/x",
        "https://a.b.files.kaufland.example/x",
        "https://sellerapi.kaufland.com/files/1",
    ],
)
def test_addresses_of_the_marketplace_are_trusted(url: str) -> None:
    assert trusted(url, HOSTS, ours=OURS)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.kaufland.de/x",
        "https://evil.test/x",
        "https://www.kaufland.de.evil.test/x",
        "https://evilwww.kaufland.de/x",
        "https://files.kaufland.example/x",
        "https://evilfiles.kaufland.example/x",
        "https://www.kaufland.de@evil.test/x",
        "https://evil.test\\@www.kaufland.de/x",
        "https://user:pw@www.kaufland.de/x",
        "https://www.kaufland.de:8443/x",
        "https://www.kaufland.de:99999/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest",
        "//www.kaufland.de/x",
        "file:///etc/passwd",
        "https:www.kaufland.de",
        "https://www.kaufland.de/x\r\nHost: evil.test",
        " https://www.kaufland.de/x",
        "https://[bad/x",
        "http://sellerapi.kaufland.com/v2",
        "",
    ],
)
def test_every_other_address_is_not(url: str) -> None:
    assert not trusted(url, HOSTS, ours=OURS)


def test_a_local_marketplace_may_hand_out_its_own_files() -> None:
    assert trusted("http://127.0.0.1:4000/files/1", (), ours="http://127.0.0.1:4000/v2")
    assert not trusted("http://127.0.0.1:4001/files/1", (), ours="http://127.0.0.1:4000/v2")


def test_a_file_comes_piece_by_piece_and_takes_nothing_of_ours_along() -> None:
    packed = gzip.compress(b"a;b\n" * 100_000)
    handler, asked = answers(
        httpx.Response(200, content=packed, headers={"content-encoding": "gzip", "content-type": "text/CSV; x=y"})
    )
    pieces: list[bytes] = []
    found = in_no_time(a_market(handler).download(URL, pieces.append, hosts=HOSTS))

    assert b"".join(pieces) == b"a;b\n" * 100_000
    assert len(pieces) > 3
    assert (found.size, found.mime) == (400_000, "text/csv")
    assert str(asked[0].url) == URL
    assert not [name for name in asked[0].headers if name.startswith("shop-")]


def test_an_untrusted_address_is_never_asked() -> None:
    handler, asked = answers(httpx.Response(200))

    with pytest.raises(MarketError, match="not the marketplace's"):
        in_no_time(a_market(handler).download("https://evil.test/x", lambda _: None, hosts=HOSTS))
    assert asked == []


def test_a_file_that_is_too_large_is_cut_off() -> None:
    handler, _ = answers(httpx.Response(200, content=b"x" * 1000))
    taken: list[bytes] = []

    with pytest.raises(MarketError, match="too large") as caught:
        in_no_time(a_market(handler).download(URL, taken.append, hosts=HOSTS, most=999))
    assert not caught.value.systemic
    assert sum(map(len, taken)) <= 999


@pytest.mark.parametrize(("status", "systemic"), [(302, False), (403, False), (404, False), (429, True), (503, True)])
def test_a_file_that_is_not_there_is_told_without_its_address(status: int, systemic: bool) -> None:
    handler, _ = answers(
        httpx.Response(status, content=b"<html>", headers={"location": "https://evil.test/"} if status == 302 else {})
    )
    taken: list[bytes] = []

    with pytest.raises(MarketError) as caught:
        in_no_time(a_market(handler).download(URL, taken.append, hosts=HOSTS))
    assert caught.value.systemic is systemic
    assert "s3cr3t" not in str(caught.value)
    assert taken == []


def test_a_download_that_stalls_ends() -> None:
    async def handler(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(86400)
        return httpx.Response(200)

    async def story() -> float:
        with pytest.raises(MarketError, match="no answer within 120 s"):
            await a_market(handler).download(URL, lambda _: None, hosts=HOSTS)
        return asyncio.get_running_loop().time()

    assert in_no_time(story()) <= 140
