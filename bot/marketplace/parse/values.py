"""One object of theirs, read field by field. Complaints name the field and never repeat what stood in it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.currency import Money, currency_of
from bot.marketplace.jsontext import Unreadable, written

# What a 64-bit column holds. The marketplace's ids and amounts are never larger.
LARGEST = 2**63 - 1
# A time in a list that cannot be read: old enough to move no high-water mark, and still a time.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d{1,9})?)? ?(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE
)


def instant(value: object) -> datetime | None:
    """A time of theirs as an aware time in UTC, or None when it is none.

    The documents promise `2026-01-31T08:05:00Z`; their samples also show milliseconds, a blank for the T, and no zone
    at all, which then is UTC.
    """
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    text = f"{day}T{clock or '00:00'}{(fraction or '')[:7]}{(zone or 'Z').upper()}"
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(value: object) -> int | None:
    """A whole number, also when it came as text or as 11011.0; None for anything else and beyond 64 bits."""
    found: int | None = None
    if isinstance(value, str):
        found = int(value) if re.fullmatch(r"-?[0-9]{1,19}", value.strip(), re.ASCII) else None
    elif isinstance(value, float):
        found = int(value) if value.is_integer() else None
    elif isinstance(value, int) and not isinstance(value, bool):
        found = value
    return found if found is not None and abs(found) <= LARGEST else None


class Fields:
    """A JSON object of the marketplace. `what` names it in complaints: "ticket", "return unit".

    `storefront` and `currency` are what stands around it, for objects that do not carry their own.
    """

    def __init__(self, raw: object, what: str) -> None:
        if not isinstance(raw, Mapping):
            raise Unreadable(f"{what}: not an object")
        self._raw: Mapping[str, Any] = raw
        self.what = what

    def __contains__(self, name: str) -> bool:
        return self._raw.get(name) is not None

    def unreadable(self, name: str, why: str = "is missing or unreadable") -> Unreadable:
        return Unreadable(f"{self.what}: {name} {why}")

    # Needed: raise Unreadable

    def id(self, name: str) -> int:
        found = self.id_or_none(name)
        if found is None:
            raise self.unreadable(name)
        return found

    def word(self, name: str) -> str:
        """A value of an open enumeration, or a name: text that is not empty."""
        found = self.text(name)
        if not found:
            raise self.unreadable(name)
        return found

    def at(self, *names: str) -> datetime:
        """The first of `names` that holds a time."""
        for name in names:
            if found := self.at_or_none(name):
                return found
        raise self.unreadable(" or ".join(names))

    def whole(self, name: str) -> int:
        found = self.whole_or_none(name)
        if found is None:
            raise self.unreadable(name)
        return found

    def money(self, name: str, currency: str) -> Money:
        return Money(self.whole(name), currency)

    def storefront(self, name: str = "storefront") -> str:
        return self.word(name).lower()

    def currency(self) -> str:
        """The currency given here, else the storefront's. Raises when neither is known: money is never guessed."""
        given = (self.text("currency") or "").upper()
        if re.fullmatch(r"[A-Z]{3}", given):
            return given
        known = currency_of(self.text("storefront") or "")
        if known is None:
            raise self.unreadable("currency")
        return known

    # Wished for: None

    def id_or_none(self, name: str) -> int | None:
        found = number(self._raw.get(name))
        return found if found and found > 0 else None

    def text(self, name: str) -> str | None:
        """Text as it came, without what cannot be stored. Numbers become their digits."""
        value = self._raw.get(name)
        if isinstance(value, str):
            return written(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return None

    def at_or_none(self, name: str) -> datetime | None:
        return instant(self._raw.get(name))

    def whole_or_none(self, name: str) -> int | None:
        return number(self._raw.get(name))

    def fraction_or_none(self, name: str) -> float | None:
        value = self._raw.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def money_or_none(self, name: str, currency: str) -> Money | None:
        found = self.whole_or_none(name)
        return None if found is None else Money(found, currency)

    def days(self, shortest: str, longest: str) -> tuple[int, int] | None:
        first, last = self.whole_or_none(shortest), self.whole_or_none(longest)
        return None if first is None or last is None else (first, last)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes or no, also as 1, 0 or the words; `default` for anything else."""
        value = self._raw.get(name)
        if isinstance(value, str):
            return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower(), default)
        return bool(value) if isinstance(value, int | float) else default

    def address(self, name: str) -> str | None:
        """A web address, or None for what only claims to be one."""
        found = (self.text(name) or "").strip()
        return found if re.fullmatch(r"https?://[^\s<>\"\\|^`{}]{1,2900}", found) else None

    # Inside

    def inner(self, name: str, what: str) -> Fields | None:
        value = self._raw.get(name)
        return Fields(value, what) if isinstance(value, Mapping) else None

    def each(self, name: str, what: str) -> list[Fields]:
        """The objects of a list; a missing list is an empty one. Raises when it is no list of objects."""
        value = self._raw.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.unreadable(name, "is not a list")
        return [Fields(item, what) for item in value]

    def texts(self, name: str) -> tuple[str, ...]:
        value = self._raw.get(name)
        items = value if isinstance(value, list) else []
        return tuple(written(item) for item in items if isinstance(item, str))

    def raw(self, name: str) -> Any:
        """A value handed on as it came."""
        return self._raw.get(name)
