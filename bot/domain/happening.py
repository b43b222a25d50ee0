"""What the audit log writes down, and the seal that binds each row to the one before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Happening:
    """What is to be written down.

    `event` is what happened (taken, approved, sending, done, denied, …), `actor` a user id or "kontor", `kind` the
    deed's noun.verb, `action` the id that ties the rows of one action together. `before` and `after` are states or
    versions of the thing, `what` numbers and codes, `result` a sentence.
    """

    at: datetime
    event: str
    actor: str
    team: str = ""
    kind: str = ""
    subject: str = ""
    account: str = ""
    action: str = ""
    before: str = ""
    after: str = ""
    what: Mapping[str, object] = field(default_factory=dict)
    result: str = ""


@dataclass(frozen=True)
class Record:
    """A row of the log; `at` is in UTC. `seal` covers every other field."""

    seq: int
    at: datetime
    event: str
    actor: str
    team: str
    kind: str
    subject: str
    account: str
    action: str
    before: str
    after: str
    what: str
    result: str
    prev: str
    seal: str

    def facts(self) -> dict[str, Any]:
        """The row as plain values, for an export."""
        told = {name: getattr(self, name) for name in Record.__dataclass_fields__}
        return {**told, "at": self.at.isoformat(), "what": json.loads(self.what)}


@dataclass(frozen=True)
class Verdict:
    """What checking the whole log gave: how many rows, the last seal, and what is wrong first (empty: nothing)."""

    rows: int
    seal: str
    trouble: str = ""


def sealed(record: Record) -> str:
    """The seal a row must have (64 hexadecimal digits)."""
    told = [record.seq, record.at.astimezone(UTC).isoformat(timespec="microseconds"), record.event, record.actor]
    told += [record.team, record.kind, record.subject, record.account, record.action, record.before, record.after]
    told += [record.what, record.result, record.prev]
    return hashlib.sha256(json.dumps(told, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def broken(record: Record, expected: int, prev: str) -> str:
    """What is wrong with the row that should be number `expected` and follow the seal `prev`; empty for nothing."""
    if record.seq != expected:
        return f"row {expected} is missing"
    if record.prev != prev:
        return f"row {record.seq} does not follow the row before it"
    if sealed(record) != record.seal:
        return f"row {record.seq} was changed"
    return ""
