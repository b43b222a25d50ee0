"""One page of a list, and where the next one begins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.marketplace.jsontext import Unreadable
from bot.marketplace.parse.values import number


@dataclass(frozen=True)
class Page:
    """`next_offset` is None on the last page."""

    rows: tuple[Any, ...]
    next_offset: int | None


def page(raw: object, *, offset: int, limit: int) -> Page:
    """The rows of an envelope, or of a bare list.

    A list that is read by offsets moves while it is read: a row that leaves it pulls the others forward, across the
    edge of the page. So pages overlap by a tenth, and whoever reads them takes a row that comes twice.
    """
    rows = raw.get("data") if isinstance(raw, Mapping) else raw
    if not isinstance(rows, list):
        raise Unreadable("list: data is not a list")
    reached = offset + len(rows)
    if not rows or reached >= _total(raw, len(rows), limit, reached):
        return Page(tuple(rows), None)
    overlap = min(limit // 10, len(rows) - 1)
    return Page(tuple(rows), reached - overlap)


def _total(raw: object, rows: int, limit: int, reached: int) -> int:
    """How long the whole list is. Where nobody says (or it cannot be true), a full page promises another one."""
    pagination = raw.get("pagination") if isinstance(raw, Mapping) else None
    told = number(pagination.get("total")) if isinstance(pagination, Mapping) else None
    if told is not None and told >= rows:
        return told
    return reached + 1 if rows >= limit else reached
