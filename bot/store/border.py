"""What may cross into the notebook, and in which shape. Pure.

Buyers' words may hold anything: half a surrogate pair, a NUL, ten megabytes. SQLite and PostgreSQL choke on different
ones of these, some only after a transaction began. So every value is looked at here, before a statement is sent.
Words are mended, because they are only shown; keys and numbers are refused, because a mended key is another key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.store.errors import Unstorable

LONGEST_WORDS = 256 * 1024
# The longest reply has 65,535 characters, and JSON writes some of them with twelve.
LONGEST_JSON = 1024 * 1024
LONGEST_KEY = 255
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = ("\\u0000", "\\ud", "\\uD")


def key(text: str, most: int = LONGEST_KEY) -> str:
    """`text` as it is. Raises `Unstorable` when it is empty, longer than `most` characters or not plain."""
    if not 0 < len(text) <= most:
        raise Unstorable(f"a key has 1 to {most} characters, not {len(text)}: {text[:40]!a}")
    if not (text.isascii() and "\x00" not in text) and _UNSTORABLE.search(text):
        raise Unstorable(f"a key cannot hold such characters: {text[:40]!a}")
    return text


def words(text: str) -> str:
    """`text`, characters no database keeps replaced by U+FFFD. Raises `Unstorable` when it is too long."""
    if len(text) > LONGEST_WORDS:
        raise Unstorable(f"{len(text)} characters are too many for the notebook, {LONGEST_WORDS} are the most")
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def whole(number: int) -> int:
    """`number` as it is. Raises `Unstorable` when it does not fit into 64 bits."""
    if not -(2**63) <= number < 2**63:
        raise Unstorable("a number of more than 64 bits")
    return number


def instant(moment: datetime) -> datetime:
    """`moment` in UTC. Raises `Unstorable` when nobody knows which zone it is in."""
    if moment.tzinfo is None:
        raise Unstorable(f"a time without a zone: {moment.isoformat()}")
    return moment.astimezone(UTC)


def json_text(value: object) -> str:
    """`value` as JSON both databases take. Raises `Unstorable` for what JSON cannot say, and for too much of it."""
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
        if any(sign in text for sign in _SUSPECT):
            text = json.dumps(_mended(value), allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise Unstorable(f"no JSON: {error}") from error
    if len(text) > LONGEST_JSON:
        raise Unstorable(f"{len(text)} characters of JSON are too many for the notebook, {LONGEST_JSON} are the most")
    return text


def bound(value: object) -> Any:
    """`value` as a statement's parameter. Raises `Unstorable`."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, str):
        return words(value)
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Mapping):
        return json_text(value)
    raise Unstorable(f"the notebook takes no {type(value).__name__}")


def read_instant(stored: datetime | str | None) -> datetime | None:
    """A time as a driver gives it back: PostgreSQL's as a value, SQLite's as text."""
    return datetime.fromisoformat(stored) if isinstance(stored, str) else stored


def _mended(value: object) -> object:
    if isinstance(value, str):
        return words(value)
    if isinstance(value, Mapping):
        return {_mended(name): _mended(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    return value
