"""Files at addresses an admin allowed: fetched from exactly those places, and from nowhere inside by another name.

A name is asked for its addresses here, and one of them that is no public one refuses it: what a name means may change
between two looks, so the check and the connection are one. Whoever means a machine inside writes its number.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.domain.words import one_line
from bot.files import FileTrouble

LONGEST_ADDRESS = 2000
FETCH_SECONDS = 300.0
PIECE = 64 * 1024
INSIDE = "leads into an internal network"
# RFC 6052, RFC 8215, and what RFC 4291 left behind.
_TRANSLATED, _TRANSLATED_HERE = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")


def complaint(address: str, origins: Sequence[str]) -> str | None:
    """Why nothing is fetched from `address`, as a sentence; None when `origins` (https://files.shop.test) allow it."""
    if len(address) > LONGEST_ADDRESS or any(letter.isspace() or not letter.isprintable() for letter in address):
        return "This is no address."
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "This is no address."
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        return "This is no address: it begins with https://."
    if parts.username is not None or parts.password is not None:
        return "An address with a name or password in it is not fetched: it would stand in the open."
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    origin = f"{parts.scheme}://{host}{f':{port}' if port else ''}"
    if origin in origins:
        return None
    allowed = ", ".join(origins)
    return f"{one_line(origin, 100)} is not allowed. An admin allows places in FEED_ORIGINS; now: {allowed or 'none'}."


class OutsideResolver(AbstractResolver):
    """Finds addresses of names, and refuses a name as soon as one of its addresses is no public one."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(_public(each["host"]) for each in found):
            raise OSError(None, f"{host} {INSIDE}")
        return found

    async def close(self) -> None:
        await self._inner.close()


def _public(host: str) -> bool:
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.is_site_local or address in _TRANSLATED_HERE:
            return False
        address = _carried(address) or address
    return address.is_global and not address.is_multicast


def _carried(address: IPv6Address) -> IPv4Address | None:
    """The older address a newer one leads to, where a translator stands on the way; it may be one inside."""
    if address in _TRANSLATED or address in _COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


async def fetch_address(
    address: str, origins: Sequence[str], path: Path, *, most: int, resolver: AbstractResolver | None = None
) -> int:
    """Write what lies at `address` to `path` as it comes; how many bytes it had.

    Raises `FileTrouble` with a sentence for people, and leaves no file.
    """
    if said := complaint(address, origins):
        raise FileTrouble(said)
    connector = aiohttp.TCPConnector(resolver=OutsideResolver(resolver), use_dns_cache=False)
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS, sock_connect=10, sock_read=30)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.get(address, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as answer,
        ):
            return await _written(answer, path, most)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        host = one_line(str(urlsplit(address).hostname), 80)
        raise FileTrouble(f"{host} {_why(error)}. Nothing was fetched.") from error
    except BaseException:
        await asyncio.to_thread(path.unlink, missing_ok=True)
        raise


def _why(error: Exception) -> str:
    """What the host did wrong, as the end of a sentence that begins with its name."""
    if INSIDE in str(error):
        return INSIDE
    if isinstance(error, aiohttp.ServerTimeoutError):
        return "does not answer in time"
    if isinstance(error, TimeoutError):
        return f"gives the file too slowly: not all of it came within {FETCH_SECONDS / 60:.0f} minutes"
    return f"does not give the file ({type(error).__name__})"


async def _written(answer: aiohttp.ClientResponse, path: Path, most: int) -> int:
    host = one_line(str(answer.url.host), 80)
    if 300 <= answer.status < 400:
        raise FileTrouble(f"{host} sends me elsewhere, where I do not go. Give the file's own address.")
    if answer.status != 200:
        raise FileTrouble(f"{host} does not give the file (HTTP {answer.status}).")
    if answer.content_type == "text/html":
        raise FileTrouble(f"{host} gives a web page and no CSV. Is a login in the way?")
    size = 0
    with await asyncio.to_thread(path.open, "wb") as target:
        async for piece in answer.content.iter_chunked(PIECE):
            size += len(piece)
            if size > most:
                raise FileTrouble(f"The file at {host} is too large: at most {most // 1_000_000} MB.")
            await asyncio.to_thread(target.write, piece)
    return size
