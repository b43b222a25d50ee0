"""Reads query strings: every parameter an operation knows, its form, its default. Anything else is an error.

Lists are taken as comma lists and as repeated keys, because clients of both kinds exist. Refusing names nobody knows is
our strictness: it tells a client about a misspelled filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.market.ground import STOREFRONTS
from sandbox.market.problems import invalid

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Param:
    """`read` turns the text into a value or raises ValueError. With `many` the value is a tuple."""

    name: str
    read: Callable[[str], Any]
    default: Any = None
    required: bool = False
    many: bool = False


def text(name: str, *, required: bool = False) -> Param:
    return Param(name, str, required=required)


def whole(
    name: str, *, least: int = 0, most: int = 2**63 - 1, default: int | None = None, required: bool = False
) -> Param:
    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit()) or not least <= (number := int(value[:20])) <= most:
            raise ValueError
        return number

    return Param(name, read, default, required)


def limit(default: int, most: int, *, least: int = 0) -> Param:
    return whole("limit", least=least, most=most, default=default)


OFFSET = whole("offset", most=2**31 - 1, default=0)


def choice(name: str, values: Iterable[str], *, default: str | None = None, required: bool = False) -> Param:
    return Param(name, _one_of(values), default, required)


def choices(name: str, values: Iterable[str], *, default: tuple[str, ...] = ()) -> Param:
    return Param(name, _one_of(values), default, many=True)


def moment(name: str) -> Param:
    """A time like 2026-01-02T03:04:05Z; other offsets are understood, a time without one is not."""

    def read(value: str) -> datetime:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None or "T" not in value:
            raise ValueError
        return found.astimezone(UTC)

    return Param(name, read)


def storefront(*, required: bool = False, many: bool = False) -> Param:
    return Param("storefront", _storefront, () if many else None, required, many)


def _one_of(values: Iterable[str]) -> Callable[[str], str]:
    allowed = frozenset(values)

    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return read


def _storefront(value: str) -> str:
    """The documents write storefronts in both cases."""
    if value.lower() not in STOREFRONTS:
        raise ValueError
    return value.lower()


FULFILLMENT = choices(
    "fulfillment_type", ("fulfilled_by_kaufland", "fulfilled_by_merchant"), default=("fulfilled_by_merchant",)
)


def read_query(params: Sequence[Param], query: Query) -> dict[str, Any]:
    """Every parameter's value by name. Raises Problem (400) that names every wrong one."""
    known = {param.name: param for param in params}
    errors = [(name, f"{name} is not a parameter of this operation") for name, _ in query if name not in known]
    found: dict[str, Any] = {}
    for param in params:
        given = [value for name, value in query if name == param.name]
        try:
            found[param.name] = _value(param, given)
        except ValueError:
            errors.append((param.name, f"{param.name} is not valid" if given else f"{param.name} is required"))
    if errors:
        raise invalid(*errors)
    return found


def _value(param: Param, given: list[str]) -> Any:
    if not given:
        if param.required:
            raise ValueError
        return param.default
    if not param.many:
        if len(given) > 1:
            raise ValueError
        return param.read(given[0])
    values = [part for value in given for part in value.split(",") if part]
    return tuple(param.read(value) for value in values) or param.default
