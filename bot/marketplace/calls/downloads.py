"""Fetching a file the marketplace made: a report or an invoice, from hosts we were told to trust and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.marketplace.budget import Urgency, urgency_now
from bot.marketplace.calls.calling import Calls
from bot.marketplace.exchange import Request, Silence
from bot.marketplace.problems import MarketError

LARGEST_DOWNLOAD = 64 * 1024 * 1024
DOWNLOAD_SECONDS = 120.0


@dataclass(frozen=True)
class Download:
    """What was fetched: how many bytes, and what the other side called them."""

    size: int
    mime: str


class DownloadCalls(Calls):
    async def download(
        self, url: str, take: Callable[[bytes], object], *, hosts: Iterable[str], most: int = LARGEST_DOWNLOAD
    ) -> Download:
        """Hand the file at `url` to `take`, piece by piece, `most` bytes at most.

        `hosts` are names that may be asked, a leading dot meaning every name below it. Nothing of ours is sent along:
        the address is the secret. After an error `take` may have got a part. Raises MarketError.
        """
        if not trusted(url, hosts, ours=self._line.base_url):
            raise MarketError("The file lies at an address that is not the marketplace's. It was not fetched.")
        size = 0

        def count(piece: bytes) -> None:
            nonlocal size
            size += len(piece)
            take(piece)

        await self._line.turn(urgency_now(Urgency.LOOK))
        headers = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": self._line.user_agent}
        request = Request("GET", url, headers, most=most, take=count)
        try:
            answer = await self._line.exchange.send(request, seconds=DOWNLOAD_SECONDS)
        except Silence as silence:
            raise MarketError(f"The file could not be fetched: {silence.what}.", systemic=not silence.subject) from None
        if answer.status != 200:
            raise MarketError(
                f"The file could not be fetched (HTTP {answer.status}). It may have expired: ask for it again.",
                status=answer.status,
                systemic=answer.status >= 500 or answer.status == 429,
            )
        return Download(size, answer.headers.get("content-type", "").split(";")[0].strip().lower())


def trusted(url: str, hosts: Iterable[str], *, ours: str) -> bool:
    """Whether `url` is plain enough to be asked and its host is one of `hosts`.

    Always https, except at the very origin our API calls go to (a local marketplace).
    """
    try:
        parts, home = urlsplit(url), urlsplit(ours)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or "\\" in url or any(c <= " " for c in url):
        return False
    if (parts.scheme, host, port) == (home.scheme, home.hostname, home.port):
        return True
    if parts.scheme != "https" or port not in (None, 443):
        return False
    return any(host.endswith(name) if name.startswith(".") else host == name for name in map(str.lower, hosts))
