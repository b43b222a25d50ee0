"""Reads JSON bodies field by field and tells everything that is wrong with them at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sandbox.market.problems import bad_request, invalid

INT32 = 2**31 - 1


def read_json(body: bytes) -> Any:
    """Raises Problem (400) for anything that is not strict JSON."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        return json.loads(body, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise bad_request("The request body is not valid JSON") from error


class Form:
    """One object of a body. Getters note what is wrong and go on; `check` raises it all as one Problem (400).

    What a getter returns after a complaint is never used: `check` comes before anything is done.
    """

    def __init__(self, data: Any, *, at: str = "", errors: list[tuple[str, str]] | None = None) -> None:
        self._at = at
        self._errors: list[tuple[str, str]] = [] if errors is None else errors
        self._known: set[str] = set()
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self._errors.append((at.rstrip(".") or "body", "must be an object"))

    def has(self, name: str) -> bool:
        return name in self._data

    def text(self, name: str, *, least: int = 1, most: int = 65535, required: bool = True) -> str:
        value = self._get(name, required)
        if value is None:
            return ""
        if not isinstance(value, str) or not least <= len(value) <= most:
            self.wrong(name, f"must be a text of {least} to {most} characters")
            return ""
        return value

    def optional_text(self, name: str, *, most: int) -> str | None:
        """None when it was not given; the marketplace takes null for nothing only where it says so."""
        return self.text(name, least=0, most=most) if self.has(name) else None

    def whole(self, name: str, *, least: int = 0, most: int = INT32) -> int:
        value = self._get(name, True)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(name, f"must be a whole number from {least} to {most}")
            return least
        return value

    def optional_whole(self, name: str, *, least: int = 0, most: int = INT32, nullable: bool = False) -> int | None:
        if not self.has(name) or (nullable and self._data[name] is None):
            self._known.add(name)
            return None
        return self.whole(name, least=least, most=most)

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        value = self._get(name, default is None)
        if value is None:
            return bool(default)
        if not isinstance(value, bool):
            self.wrong(name, "must be true or false")
        return value is True

    def choice(self, name: str, values: Iterable[str], *, default: str | None = None) -> str:
        allowed = tuple(values)
        value = self._get(name, default is None)
        if value is None:
            return default or allowed[0]
        if value not in allowed:
            self.wrong(name, f"{name} is not valid")
            return allowed[0]
        return str(value)

    def raw(self, name: str, *, required: bool = True) -> Any:
        """Whatever stands there, for what has a form of its own."""
        return self._get(name, required)

    def object(self, name: str) -> Form:
        return Form(self._get(name, True), at=f"{self._at}{name}.", errors=self._errors)

    def objects(self, name: str, *, required: bool = False) -> list[Form]:
        value = self._get(name, required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(name, "must be a list")
            return []
        return [Form(item, at=f"{self._at}{name}.{place}.", errors=self._errors) for place, item in enumerate(value)]

    def wholes(self, name: str, *, least: int = 1) -> list[int]:
        value = self._get(name, True)
        if not isinstance(value, list) or len(value) < least or any(type(item) is not int for item in value):
            self.wrong(name, f"must be a list of at least {least} whole numbers")
            return []
        return value

    def close(self) -> None:
        """Fields nobody asked for are wrong: the documents allow no additional ones."""
        for name in self._data:
            if name not in self._known:
                self.wrong(name, "is not a field of this request")

    def check(self) -> None:
        """Raises Problem (400) when anything was wrong."""
        self.close()
        if self._errors:
            raise invalid(*self._errors)

    def _get(self, name: str, required: bool) -> Any:
        self._known.add(name)
        if name not in self._data or (self._data[name] is None and not required):
            if required:
                self.wrong(name, f"{name} is required")
            return None
        if self._data[name] is None:
            self.wrong(name, f"{name} must not be null")
        return self._data[name]

    def wrong(self, name: str, why: str) -> None:
        """A complaint about a field; the first one about it counts."""
        if all(field != f"{self._at}{name}" for field, _ in self._errors):
            self._errors.append((f"{self._at}{name}", why))


def forms(data: Any, *, least: int = 1) -> list[Form]:
    """The objects of a body that is a list; they share their list of errors. Raises Problem (400)."""
    if not isinstance(data, list) or len(data) < least:
        raise invalid(("body", "must be a list of objects"))
    errors: list[tuple[str, str]] = []
    return [Form(item, at=f"{place}.", errors=errors) for place, item in enumerate(data)]


def check_all(items: list[Form]) -> None:
    """Raises Problem (400) when anything in any of them was wrong."""
    for item in items:
        item.close()
    items[0].check()
