"""The seals of the audit log, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.happening import Record, broken, sealed

TEXTS = ("event", "actor", "team", "kind", "subject", "account", "action", "before", "after", "what", "result", "prev")


def other(old: object) -> object:
    """Something one letter, or a microsecond, away."""
    if isinstance(old, datetime):
        return old + timedelta(microseconds=1)
    text = str(old)
    return text[:-1] + chr(ord(text[-1]) ^ 1) if text else "x"


def test_of_ten_thousand_rows_each_is_sealed_against_any_edit() -> None:
    """Exhaustive and without a database: each row, each field, one letter changed."""
    prev, now = "", datetime.fromisoformat("2026-11-23T09:30:00+00:00")
    for number in range(1, 10_001):
        record = Record(number, now, "done", f"U{number}", "T1", "k", "s", "main", "a", "b", "c", "{}", "r", prev, "")
        record = replace(record, seal=sealed(record))
        name = (*TEXTS, "at")[number % (len(TEXTS) + 1)]
        edited = replace(record, **{name: other(getattr(record, name))})  # type: ignore[arg-type]
        assert broken(record, number, prev) == ""
        assert broken(edited, number, prev) != ""
        assert broken(record, number + 1, prev) != ""
        prev = record.seal
