"""Everything that can go wrong on purpose. A fault strikes calls it matches until it is used up or switched off."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from random import Random
from typing import Any

from sandbox.market.ground import Rearview
from sandbox.market.model import Event

# Struck before the operation runs, and in this order.
BEFORE = ("down", "slow", "too_many", "error")
# Struck after it ran.
AFTER = (
    *("cut_after_execution", "hang_after_execution", "error_after_execution", "poison", "drip", "html"),
    *("truncated", "not_json", "wrong_shape", "empty", "gzip_bomb"),
)
DOWNLOADS = ("never_downloaded", "downloaded_twice")
REPORTS = (
    *("foreign_report", "endless_report", "failed_report", "huge_report"),
    *("strange_columns", "moved_columns", "strange_encoding"),
)
PUSHES = ("lost_pushes", "duplicate_pushes", "shuffled_pushes", "old_push_stamps", "forged_pushes")
POISONS = (
    *("surrogate", "big_id", "unknown_enum", "missing_field", "bad_date", "huge_text", "gone", "short_ticket_id"),
    *("extra_field", "naive_date", "future_date"),
)
KINDS = (*BEFORE, *AFTER, *PUSHES, *DOWNLOADS, *REPORTS, "stale")
WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass
class Fault:
    """`path` is a regular expression searched in the path below /v2; for pushes in "event_name resource", for
    downloads in the address, for reports in their kind.

    `next` strikes are left, None means any number. `seconds` are real ones, except for `stale`: those of the world.
    """

    id: int
    kind: str
    path: str = ""
    methods: tuple[str, ...] = ()
    account: str | None = None
    next: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    status: int = 503
    problem: str = ""
    poison: str = ""
    subject: str = ""
    copies: int = 1
    megabytes: int = 64
    struck: int = 0

    def told(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    def __init__(self, rearview: Rearview, *, seed: int = 1) -> None:
        self.active: list[Fault] = []
        self._random = Random(f"faults:{seed}")
        self._ids = itertools.count(1)
        self._rearview = rearview

    def switch_on(self, kind: str, **fields: Any) -> Fault:
        """Any fault by name and fields of `Fault`. Raises ValueError for a name or a field nobody knows."""
        if kind not in KINDS:
            raise ValueError(f"{kind} is not a fault; there are {', '.join(KINDS)}")
        try:
            fault = Fault(next(self._ids), kind, **fields)
            re.compile(fault.path)
        except (TypeError, re.error) as error:
            raise ValueError(str(error)) from error
        if kind == "poison" and fault.poison not in POISONS:
            raise ValueError(f"{fault.poison} is not a poison; there are {', '.join(POISONS)}")
        fault.methods = tuple(fault.methods)
        self.active.append(fault)
        self._set_lag()
        return fault

    def switch_off(self, fault: Fault | int | None = None) -> None:
        """One fault, or all."""
        id = fault.id if isinstance(fault, Fault) else fault
        self.active = [] if id is None else [each for each in self.active if each.id != id]
        self._set_lag()

    def _set_lag(self) -> None:
        lags = [fault.seconds for fault in self.active if fault.kind == "stale"]
        self._rearview.lag = timedelta(seconds=max(lags, default=0.0))

    # The faults by name, for those who read them in tests

    def down(self, **fields: Any) -> Fault:
        """Connections are dropped before anything is done."""
        return self.switch_on("down", **fields)

    def slow(self, seconds: float, **fields: Any) -> Fault:
        return self.switch_on("slow", seconds=seconds, **fields)

    def drip(self, seconds: float = 1.0, **fields: Any) -> Fault:
        """The body comes one byte at a time."""
        return self.switch_on("drip", seconds=seconds, **fields)

    def too_many(self, **fields: Any) -> Fault:
        return self.switch_on("too_many", **fields)

    def error(self, status: int = 503, *, executes: bool = False, **fields: Any) -> Fault:
        """Any status, before or after the work was done; `problem` is its type, like "invalid-credentials"."""
        return self.switch_on("error_after_execution" if executes else "error", status=status, **fields)

    def cut_after_execution(self, **fields: Any) -> Fault:
        """Writes are executed and never answered: the connection is dropped."""
        return self.switch_on("cut_after_execution", **{"methods": WRITES, **fields})

    def hang_after_execution(self, seconds: float = 60.0, **fields: Any) -> Fault:
        """Writes are executed, the connection stays open in silence."""
        return self.switch_on("hang_after_execution", seconds=seconds, **{"methods": WRITES, **fields})

    def stale(self, seconds: float) -> Fault:
        """Reads show the world as it was; what changes from now on is seen late."""
        return self.switch_on("stale", seconds=seconds)

    def poison(self, poison: str, subject: str | int, **fields: Any) -> Fault:
        """Answers about one subject (its id) are spoiled, in its details and in lists."""
        return self.switch_on("poison", poison=poison, subject=str(subject), **fields)

    def garble(self, kind: str, **fields: Any) -> Fault:
        """`kind` is html, truncated, not_json, wrong_shape, empty or gzip_bomb."""
        return self.switch_on(kind, **fields)

    def lose_pushes(self, probability: float = 1.0, **fields: Any) -> Fault:
        return self.switch_on("lost_pushes", probability=probability, **fields)

    def duplicate_pushes(self, copies: int = 1, **fields: Any) -> Fault:
        return self.switch_on("duplicate_pushes", copies=copies, **fields)

    def shuffle_pushes(self, **fields: Any) -> Fault:
        """Each push waits for up to two seconds of the world's clock."""
        return self.switch_on("shuffled_pushes", **fields)

    def spoil_report(self, kind: str, **fields: Any) -> Fault:
        """`kind` is one of `REPORTS`: what is asked for from now on comes so, or not at all."""
        return self.switch_on(kind, **fields)

    # Who is struck

    def strike(
        self, kinds: Iterable[str], method: str, path: str, account: str | None = None, *, executed: bool = True
    ) -> list[Fault]:
        """The faults of `kinds` that strike this call, in the order of `kinds`; each such strike is used up."""
        struck: list[Fault] = []
        for kind in kinds if self.active else ():
            for fault in list(self.active):
                if fault.kind == kind and self._matches(fault, method, path, account, executed):
                    self._use(fault)
                    struck.append(fault)
        return struck

    def strikes_push(self, kind: str, event: Event) -> Fault | None:
        found = self.strike([kind], "", f"{event.name} {event.resource}", event.account)
        return found[0] if found else None

    def strikes_report(self, kind: str) -> str | None:
        """How a report of this kind is spoiled, None when it is not."""
        found = self.strike(REPORTS, "", kind)
        return found[0].kind if found else None

    def _matches(self, fault: Fault, method: str, path: str, account: str | None, executed: bool) -> bool:
        return (
            (not fault.methods or not method or method in fault.methods)
            and fault.account in (None, account)
            and (executed or fault.kind not in {"cut_after_execution", "hang_after_execution"})
            and re.search(fault.path, path) is not None
            and (fault.probability >= 1.0 or self._random.random() < fault.probability)
        )

    def _use(self, fault: Fault) -> None:
        fault.struck += 1
        if fault.next is not None:
            fault.next -= 1
            if fault.next <= 0:
                self.active.remove(fault)
