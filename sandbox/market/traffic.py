"""What was asked of the marketplace: the journal of writes, which is the truth for fault tests, and counts of calls."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One write. `executed` is true when the world changed, whatever the client heard of it. `told` is the answer."""

    number: int
    at: datetime
    account: str
    method: str
    path: str
    query: str
    body: Any = field(repr=False)
    status: int = 0
    told: Any = None

    @property
    def executed(self) -> bool:
        return self.status < 300


class Journal:
    """Append-only. Refused writes stand in it too, with their status."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(
        self, at: datetime, account: str, method: str, path: str, query: str, body: bytes, *, status: int, told: Any
    ) -> None:
        number = len(self.entries) + 1
        self.entries.append(Entry(number, at, account, method, path, query, _parsed(body), status, told))

    def executed(self, method: str | None = None, path: str = "", account: str | None = None) -> list[Entry]:
        """The writes that changed the world; `path` is a part of the path, like "/refund"."""
        return [
            entry
            for entry in self.entries
            if entry.executed
            and path in entry.path
            and method in (None, entry.method)
            and account in (None, entry.account)
        ]


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


class Traffic:
    """Counts of calls by (method, route, status), and the rate each account is held to. `monotonic` in seconds."""

    def __init__(self, rate_limit: int | None, monotonic: Callable[[], float]) -> None:
        self.calls: Counter[tuple[str, str, int]] = Counter()
        self.rate_limit = rate_limit
        self._monotonic = monotonic
        self._recent: dict[str, deque[float]] = {}

    def count(self, method: str, route: str = "") -> int:
        """How many calls there were of `method` to routes that contain `route`, like "/tickets/{"."""
        return sum(number for (asked, found, _), number in self.calls.items() if asked == method and route in found)

    def too_fast(self, account: str) -> bool:
        """Whether this call is one too many within a second. It counts only if it is not."""
        if self.rate_limit is None:
            return False
        now = self._monotonic()
        recent = self._recent.setdefault(account, deque())
        while recent and recent[0] <= now - 1.0:
            recent.popleft()
        if len(recent) >= self.rate_limit:
            return True
        recent.append(now)
        return False
