"""What all endpoints share: paths from ids, lists page by page, and asking for less when much is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from bot.marketplace import parse, wire
from bot.marketplace.budget import Urgency
from bot.marketplace.jsontext import Unreadable
from bot.marketplace.line import Line, Query, Read
from bot.marketplace.problems import MarketError

log = structlog.get_logger(__name__)

T = TypeVar("T")

# No list of ours is a tenth as long; a list that never ends must not keep a poll for ever.
MOST_PAGES = 10_000
# More spoiled rows than this in one list are no accident of single rows.
MOST_LEFT_OUT = 5


class Calls:
    """Endpoints that talk over one line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def _rows(self, path: str, read: Read[T], query: Query, *, limit: int) -> AsyncIterator[T]:
        """The rows of a list, page by page, as they arrive. One that changed meanwhile comes again."""
        offset: int | None = 0
        size, left_out = limit, 0
        before: set[T] = set()
        for _ in range(MOST_PAGES):
            if offset is None:
                return
            try:
                page = await self._page(path, query, offset, size)
            except MarketError as error:
                if error.systemic or error.status is not None or left_out >= MOST_LEFT_OUT:
                    raise
                # One row spoils the whole page (a note of ten megabytes): find it with smaller pages, go on behind it.
                if size > 1:
                    size = max(1, size // 10)
                    continue
                log.warning("a row of a list is left out", path=path, offset=offset, reason=str(error))
                offset, size, left_out = offset + 1, limit, left_out + 1
                continue
            rows = _readable(page.rows, read, path)
            for row in rows:
                if row not in before:
                    yield row
            # Pages overlap, so that no row slips through between them.
            before = set(rows)
            offset = page.next_offset
        raise MarketError(f"The marketplace's list {path} does not end.")

    async def _page(self, path: str, query: Query, offset: int, size: int) -> parse.Page:
        asked = {**query, "limit": size, "offset": offset}
        cut = partial(parse.page, offset=offset, limit=size)
        return await self._line.get(path, cut, asked, usual=Urgency.POLL, whole=True)

    async def _richest(self, path: str, read: Read[T], *embeddings: Sequence[str]) -> T:
        """`path` with the first of `embeddings` the marketplace accepts, the richest first.

        Some details are refused with 400 or 422 as soon as one of the embedded things cannot be built.
        """
        for embedded in embeddings[:-1]:
            try:
                return await self._line.get(path, read, {"embedded": embedded})
            except MarketError as error:
                if error.status not in {400, 422}:
                    raise
                log.info("asking for less", path=path, embedded=",".join(embedded), reason=str(error))
        return await self._line.get(path, read, {"embedded": embeddings[-1]})


def _readable(rows: Iterable[object], read: Read[T], path: str) -> list[T]:
    """What can be read of `rows`. A row that cannot even be named is told in the log: it must not hide the others."""
    found = []
    for raw in rows:
        try:
            found.append(read(raw))
        except Unreadable as reason:
            log.warning("a row of a list cannot be read", path=path, reason=str(reason))
    return found


def path(template: str, *ids: str | int) -> str:
    """`template` with an id for each `{}`. Raises MarketError for what cannot be an id, so nothing climbs out of it."""
    try:
        return template.format(*(wire.segment(id) for id in ids))
    except ValueError:
        raise MarketError("That is not a number the marketplace could know. Check it and ask again.") from None
