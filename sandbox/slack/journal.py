"""Every Web API call the app made, in order: what the tests count and the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Call:
    """One call. `error` is the code we answered or None; `status` the HTTP status, 0 when the connection was dropped.

    `executed` tells whether the call took effect, also when its answer was lost; tokens are never kept.
    """

    number: int
    at: datetime
    method: str
    arguments: dict[str, Any]
    status: int
    error: str | None
    executed: bool
    fault: str | None = None

    @property
    def ok(self) -> bool:
        return self.error is None and self.status == 200

    def wire(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "method": self.method,
            "arguments": self.arguments,
            "status": self.status,
            "ok": self.ok,
            "error": self.error,
            "executed": self.executed,
            "fault": self.fault,
        }


class Journal:
    """Append-only. Iterating gives the calls, oldest first."""

    def __init__(self) -> None:
        self._calls: list[Call] = []

    def __iter__(self) -> Iterator[Call]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, number: int) -> Call:
        return self._calls[number]

    def add(
        self,
        method: str,
        arguments: dict[str, Any],
        at: datetime,
        *,
        status: int = 200,
        error: str | None = None,
        executed: bool = True,
        fault: str | None = None,
    ) -> Call:
        call = Call(len(self._calls) + 1, at, method, arguments, status, error, executed, fault)
        self._calls.append(call)
        return call

    def of(self, method: str) -> list[Call]:
        """The calls of one method; `chat.*` takes a family."""
        return [call for call in self._calls if fnmatchcase(call.method, method)]

    def since(self, number: int) -> list[Call]:
        return self._calls[max(0, number) :]
