"""What the Web API's door has to know of a method: its scopes, its tier, which token it takes, what it does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.slack.arguments import Arguments
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace

Answer = dict[str, Any]


@dataclass(frozen=True)
class Method:
    """`scopes`: one of them is needed; empty when none is, or when it depends on the channel. `tier` None: special."""

    name: str
    run: Callable[[Workspace, Arguments], Answer]
    tier: int | None
    scopes: tuple[str, ...] = ()
    token: Literal["bot", "app"] = "bot"


def by_name(methods: Iterable[Method]) -> dict[str, Method]:
    return {method.name: method for method in methods}


def need_scope(slack: Workspace, *any_of: str) -> None:
    """Raises `Refused` missing_scope, with what was needed and what the app has."""
    granted = slack.app.scopes
    if any_of and granted is not None and not granted & set(any_of):
        raise Refused("missing_scope", needed=",".join(any_of), provided=slack.app.granted)


def cursor_to(offset: int) -> str:
    return base64.b64encode(f"next:{offset}".encode()).decode()


def offset_of(cursor: str) -> int:
    """Where a page starts. Raises `Refused` invalid_cursor."""
    if not cursor:
        return 0
    try:
        head, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused("invalid_cursor") from None
    if head != "next" or not number.isdigit():
        raise Refused("invalid_cursor")
    return int(number)
