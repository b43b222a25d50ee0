"""Spoils answers the way foreign data is spoiled in real life: texts, numbers, dates and fields nobody expects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

IDS = ("id_ticket", "id_return", "id_return_unit", "id_order", "id_order_unit", "id_unit", "id_ticket_message")
HUGE = 10 * 1024 * 1024


def spoil(told: Any, path: str, poison: str, subject: str) -> Any:
    """`told` with everything that is about `subject` spoiled; None when the subject shall be gone.

    A detail is about the subject named in its path; a row of a list, when one of its ids is the subject.
    """
    if not isinstance(told, dict) or "data" not in told:
        return told
    data = told["data"]
    if isinstance(data, list):
        rows = [_spoiled(row, poison) if _is_about(row, subject) else row for row in data]
        return {**told, "data": [row for row in rows if row is not None]}
    if subject in path.split("/") or _is_about(data, subject):
        spoiled = _spoiled(data, poison)
        return None if spoiled is None else {**told, "data": spoiled}
    return told


def _is_about(row: Any, subject: str) -> bool:
    return isinstance(row, dict) and any(str(row.get(name)) == subject for name in IDS)


def _spoiled(row: Any, poison: str) -> Any:
    if poison == "gone":
        return None
    if poison == "extra_field":
        return {**row, "brand_new_field": {"nested": [1, None, "x"]}}
    if poison == "missing_field":
        return {name: value for name, value in row.items() if name not in {"status", "ts_updated_iso"}}
    return _each(row, RULES[poison])


def _each(value: Any, rule: Callable[[str, Any], Any], name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _each(inner, rule, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_each(inner, rule, name) for inner in value]
    return rule(name, value)


def _surrogate(name: str, value: Any) -> Any:
    """Half of a character: legal JSON, no text."""
    return f"{value} \ud800" if name in {"text", "note", "title", "filename", "name"} else value


def _big_id(name: str, value: Any) -> Any:
    return value + 2**64 if name.startswith("id") and isinstance(value, int) else value


def _unknown_enum(name: str, value: Any) -> Any:
    names = {"status", "topic", "open_reason", "reason", "role", "storefront", "fulfillment_type", "currency"}
    return "something_brand_new" if name in names and isinstance(value, str) else value


def _bad_date(name: str, value: Any) -> Any:
    if name.endswith("_iso") and value is not None:
        return float("nan") if name == "ts_updated_iso" else "0000-00-00T25:61:00Z"
    return value


def _naive_date(name: str, value: Any) -> Any:
    return value.rstrip("Z") if name.endswith("_iso") and isinstance(value, str) else value


def _future_date(name: str, value: Any) -> Any:
    return "2199" + value[4:] if name.endswith("_iso") and isinstance(value, str) else value


def _huge_text(name: str, value: Any) -> Any:
    return "ä" * HUGE if name in {"text", "note"} else value


def _short_ticket_id(name: str, value: Any) -> Any:
    """Ticket ids inside messages sometimes come without their leading zeros."""
    return value.lstrip("0") if name == "id_ticket" and isinstance(value, str) else value


RULES: dict[str, Callable[[str, Any], Any]] = {
    "surrogate": _surrogate,
    "big_id": _big_id,
    "unknown_enum": _unknown_enum,
    "bad_date": _bad_date,
    "naive_date": _naive_date,
    "future_date": _future_date,
    "huge_text": _huge_text,
    "short_ticket_id": _short_ticket_id,
}
