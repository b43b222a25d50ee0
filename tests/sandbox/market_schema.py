"""Checks JSON against the schemas of an OpenAPI 3.0 document: the keywords it uses, and a complaint for any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

# Words that say nothing about a value.
SILENT = {"description", "example", "default", "title", "deprecated", "format", "nullable"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


class Schemas:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def answer(self, method: str, path: str, status: int) -> dict[str, Any] | None:
        """The schema an operation declares for a status; None for an empty body. Raises KeyError when undeclared."""
        operation = self._document["paths"][path][method.lower()]
        content = operation["responses"][str(status)].get("content")
        return next(iter(content.values()))["schema"] if content else None

    def operations(self) -> set[tuple[str, str]]:
        return {(method.upper(), path) for path, found in self._document["paths"].items() for method in found}

    def complaints(self, value: Any, schema: dict[str, Any], at: str = "$") -> Iterator[str]:
        """Everything about `value` that `schema` does not allow."""
        if "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if value is None:
            if not schema.get("nullable") and schema != {} and "type" in schema:
                yield f"{at} is null"
            return
        for keyword, wanted in schema.items():
            if keyword not in SILENT:
                yield from getattr(self, f"_{keyword}")(value, wanted, schema, at)
        if schema.get("format") == "date-time" and isinstance(value, str):
            yield from _moment(value, at)

    def _type(self, value: Any, wanted: str, _: Any, at: str) -> Iterator[str]:
        if not isinstance(value, TYPES[wanted]) or (isinstance(value, bool) and wanted != "boolean"):
            yield f"{at} is {type(value).__name__}, not {wanted}"

    def _properties(self, value: Any, wanted: dict[str, Any], _: Any, at: str) -> Iterator[str]:
        for name, schema in wanted.items():
            if isinstance(value, dict) and name in value:
                yield from self.complaints(value[name], schema, f"{at}.{name}")

    def _required(self, value: Any, wanted: list[str], _: Any, at: str) -> Iterator[str]:
        yield from (f"{at}.{name} is missing" for name in wanted if isinstance(value, dict) and name not in value)

    def _additionalProperties(self, value: Any, wanted: Any, schema: Any, at: str) -> Iterator[str]:
        if wanted is False and isinstance(value, dict):
            yield from (f"{at}.{name} is not declared" for name in value if name not in schema.get("properties", {}))

    def _items(self, value: Any, wanted: dict[str, Any], _: Any, at: str) -> Iterator[str]:
        for place, item in enumerate(value if isinstance(value, list) else ()):
            yield from self.complaints(item, wanted, f"{at}[{place}]")

    def _enum(self, value: Any, wanted: list[Any], _: Any, at: str) -> Iterator[str]:
        if value not in wanted:
            yield f"{at} is {value!r}, not one of the enum"

    def _allOf(self, value: Any, wanted: list[Any], _: Any, at: str) -> Iterator[str]:
        for schema in wanted:
            yield from self.complaints(value, schema, at)

    def _anyOf(self, value: Any, wanted: list[Any], _: Any, at: str) -> Iterator[str]:
        every = [list(self.complaints(value, schema, at)) for schema in wanted]
        if all(every):
            yield from min(every, key=len)

    def _minimum(self, value: Any, wanted: float, _: Any, at: str) -> Iterator[str]:
        if isinstance(value, int | float) and value < wanted:
            yield f"{at} is below {wanted}"

    def _maximum(self, value: Any, wanted: float, _: Any, at: str) -> Iterator[str]:
        if isinstance(value, int | float) and value > wanted:
            yield f"{at} is above {wanted}"

    def _minLength(self, value: Any, wanted: int, _: Any, at: str) -> Iterator[str]:
        if len(value) < wanted:
            yield f"{at} is too short"

    def _maxLength(self, value: Any, wanted: int, _: Any, at: str) -> Iterator[str]:
        if len(value) > wanted:
            yield f"{at} is too long"

    def _pattern(self, value: Any, wanted: str, _: Any, at: str) -> Iterator[str]:
        if not re.search(wanted, value):
            yield f"{at} does not look like {wanted}"


def _moment(value: str, at: str) -> Iterator[str]:
    try:
        naive = datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        naive = True
    if naive:
        yield f"{at} is no time with a zone"
