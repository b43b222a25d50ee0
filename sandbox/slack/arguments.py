"""The arguments of one call, however they came: JSON, form or query string, as slack_sdk sends all three."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from sandbox.slack.refusals import Refused, with_messages

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Arguments:
    """Raw values by name; the readers below turn them into what a method wants, or raise `Refused`."""

    raw: dict[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """A string. A number is refused: Slack loses the last digits of a ts that was sent as a float."""
        value = self.raw.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise with_messages("invalid_arguments", [f"must provide a string [json-pointer:/{name}]"])
        return value

    def needed(self, name: str, code: str = "invalid_arguments") -> str:
        value = self.text(name)
        if not value:
            raise with_messages(code, [f"missing required field: {name}"])
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.raw.get(name)
        if value is None or value == "":
            return default
        if value in (True, "1", "true", "True", 1):
            return True
        if value in (False, "0", "false", "False", 0):
            return False
        raise with_messages("invalid_arguments", [f"must provide a boolean [json-pointer:/{name}]"])

    def number(self, name: str, default: int, *, least: int = 1, most: int) -> int:
        value = self.raw.get(name)
        if value is None or value == "":
            return default
        try:
            found = int(value)
        except (TypeError, ValueError):
            raise with_messages("invalid_arguments", [f"must provide an integer [json-pointer:/{name}]"]) from None
        if not least <= found <= most:
            raise with_messages("invalid_arguments", [f"must be between {least} and {most} [json-pointer:/{name}]"])
        return found

    def structure(self, name: str, code: str) -> Any:
        """A list or object; in forms and queries it comes as JSON text. None when absent."""
        value = self.raw.get(name)
        if isinstance(value, str):
            if not value:
                return None
            try:
                return json.loads(value)
            except ValueError:
                raise Refused(code) from None
        return value

    def listed(self, name: str) -> list[str]:
        """Several words: a JSON list, or one string with commas."""
        value = self.raw.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]


async def read_arguments(request: Request) -> Arguments:
    """Query and body together; the body wins. Raises `Refused` for a body that is not what its type says."""
    found: dict[str, Any] = dict(request.query_params)
    if request.method == "POST":
        body = await request.body()
        if body:
            found |= _body(body, request.headers.get("content-type", ""))
    return Arguments({name: value for name, value in found.items() if value is not None})


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            data = json.loads(body)
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(data, dict):
            raise Refused("json_not_object")
        return data
    if kind == FORM:
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            raise Refused("invalid_charset") from None
    raise Refused("invalid_post_type" if kind else "missing_post_type")
