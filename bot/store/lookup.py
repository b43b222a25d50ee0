"""What every look asks about its subject: answered at once where that can be, else in one query for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from bot.store import border, sql
from bot.store.batches import Batches
from bot.store.transaction import admit, unit

T = TypeVar("T")
Read = Callable[[Sequence[str], Sequence[sql.Row]], list[T]]


class Lookup(Generic[T]):
    """A SELECT by the keys of subjects, through an index.

    `text` gets so many placeholders in brackets for `{}`, `times` over; `read` makes an answer for each key, in their
    order, of the rows.
    """

    def __init__(self, text: str, read: Read[T], *, times: int = 1) -> None:
        self._text = text
        self._times = times
        self._read = read
        self._one = self._for(1)
        self._together: Batches[str, T] = Batches(unit(self._many))

    async def of(self, subject: str) -> T:
        """Raises `NotebookError` while the notebook must not be used."""
        key = border.key(subject)
        admit()
        rows = sql.at_once(self._one, *[key] * self._times)
        if rows is None:
            return await self._together.add(key)
        return self._read([key], rows)[0]

    async def _many(self, keys: Sequence[str]) -> list[T]:
        wanted = list(dict.fromkeys(keys))
        rows = await sql.fetch(self._for(len(wanted)), *wanted * self._times)
        found = dict(zip(wanted, self._read(wanted, rows), strict=True))
        return [found[key] for key in keys]

    def _for(self, count: int) -> str:
        return self._text.replace("{}", f"({sql.slots(count)})")


def known_among(keys: Sequence[str], rows: Sequence[sql.Row]) -> list[bool]:
    """For a SELECT of nothing but keys: which of `keys` it found."""
    found = {key for (key,) in rows}
    return [key in found for key in keys]
