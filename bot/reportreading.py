"""A report's file: fetched from the marketplace's own hosts, read leniently, summed up, and drawn."""

from __future__ import annotations

import asyncio
import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass

from bot.charts import picture
from bot.desk import Market
from bot.domain.chart import BarChart
from bot.domain.reportsummary import Summary, summarise
from bot.domain.reporttable import TableTrouble, read_table
from bot.marketplace import MarketError

LONGEST_LINE = 1024 * 1024
_CENTRAL_EUROPE = frozenset({"cz", "sk", "pl"})
_FOREIGN = "If this is the marketplace's, add its host to MARKET_FILE_HOSTS."


@dataclass(frozen=True)
class ReadReport:
    """What a file comes to, and its bytes as they came."""

    summary: Summary
    content: bytes


async def fetch(market: Market, url: str, *, kind: str, storefront: str, hosts: tuple[str, ...]) -> ReadReport:
    """Fetch a report and read it. Raises `MarketError` and `TableTrouble`."""
    content = bytearray()
    await market.download(url, content.extend, hosts=hosts)
    return await asyncio.to_thread(read, bytes(content), kind, storefront)


def read(content: bytes, kind: str, storefront: str) -> ReadReport:
    """Read a report's bytes. Raises `TableTrouble`. It takes seconds for a large one: not for the event loop."""
    return ReadReport(summarise(kind, storefront, read_table(lines_of(content, storefront))), content)


def lines_of(content: bytes, storefront: str) -> Iterator[str]:
    """The lines of a file, whatever its encoding. Raises `TableTrouble` for a line that never ends."""
    file = io.TextIOWrapper(io.BytesIO(content), encoding_of(content, storefront), errors="replace", newline="")
    while line := file.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise TableTrouble("A line of the report has more than a million characters: it is no table.")
        yield line


def encoding_of(content: bytes, storefront: str) -> str:
    """A byte order mark decides; else it is UTF-8 if all of it is; else what spreadsheets of the country write."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    try:
        for start in range(0, len(view), LONGEST_LINE):
            decoder.decode(view[start : start + LONGEST_LINE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1250" if storefront in _CENTRAL_EUROPE else "cp1252"
    return "utf-8"


def why_not(error: MarketError | TableTrouble) -> str:
    """Why there is no summary, as a sentence for people."""
    said = str(error)
    return f"{said} {_FOREIGN}" if "not the marketplace's" in said else said


async def drawn(chart: BarChart) -> bytes:
    """The chart as a PNG."""
    return await asyncio.to_thread(picture, chart)
