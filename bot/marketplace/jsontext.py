"""How JSON that others wrote is read: bounded, and never into a value that a database, a log or Slack chokes on.

Two readers, because they answer different questions. What knocks at our door is read strictly: whoever sends two
meanings of one document is refused. What answers our own question is read tolerantly, because one odd row must not hide
the rows beside it: the odd value becomes None and whoever needs it complains about that one subject.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

DEEPEST = 64
LARGEST = 8 * 1024 * 1024
# The marketplace's ids are 64-bit; what is larger raises in a database, and a million digits stall a parser.
MOST_DIGITS = 18
# No database stores NUL in text, and a surrogate without its other half cannot be written as UTF-8 at all.
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")


class Unreadable(ValueError):
    """What came is not what it should be. `str()` names the place and never repeats the value."""


def loads(raw: bytes, *, most: int = LARGEST) -> Any:
    """`raw` as JSON, strictly. Raises `Unreadable` for anything but one well-formed document of UTF-8.

    Refused: more than `most` bytes, more than 64 levels, a key twice in one object, NaN and infinities, and integers
    of more than 18 digits. Unwritable characters inside strings are replaced.
    """
    return _checked(_parsed(raw, most, "strict", _pairs_once, _whole, _fraction, _refuse_constant))


def loads_tolerantly(raw: bytes, *, most: int = LARGEST) -> Any:
    """`raw` as JSON, with None in place of numbers nobody can store, and U+FFFD in place of unwritable characters.

    Raises `Unreadable` when it is no JSON at all, too large or too deep.
    """
    return _checked(_parsed(raw, most, "replace", dict, _whole_or_none, _fraction_or_none, _none))


def written(text: str) -> str:
    """`text` with U+FFFD in place of what cannot be stored."""
    return _UNWRITABLE.sub("\ufffd", text)


def _parsed(
    raw: bytes,
    most: int,
    errors: str,
    pairs: Callable[[list[tuple[str, Any]]], dict[str, Any]],
    whole: Callable[[str], int | None],
    fraction: Callable[[str], float | None],
    constant: Callable[[str], Any],
) -> Any:
    if len(raw) > most:
        raise Unreadable(f"larger than {most} bytes")
    try:
        text = raw.decode("utf-8", errors)
        return json.loads(text, object_pairs_hook=pairs, parse_int=whole, parse_float=fraction, parse_constant=constant)
    except Unreadable:
        raise
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError:
        # The message of a JSON error quotes nothing, but says less than the caller knows anyway.
        raise Unreadable("not JSON") from None


def _checked(value: Any, depth: int = 0) -> Any:
    """`value` with storable strings. Raises when it is deeper than we ever need, which is far above Python's limit."""
    if isinstance(value, str):
        return written(value)
    if depth > DEEPEST:
        raise Unreadable("nested too deeply")
    if isinstance(value, dict):
        return {written(key): _checked(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_checked(inner, depth + 1) for inner in value]
    return value


def _pairs_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Unreadable("a key stands twice in one object")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS + digits.startswith("-"):
        raise Unreadable("a number is too large")
    return int(digits)


def _whole_or_none(digits: str) -> int | None:
    return None if len(digits) > MOST_DIGITS + digits.startswith("-") else int(digits)


def _fraction(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Unreadable("a number is too large")
    return value


def _fraction_or_none(text: str) -> float | None:
    value = float(text)
    return value if math.isfinite(value) else None


def _refuse_constant(name: str) -> Any:
    raise Unreadable(f"{name} is no number")


def _none(_: str) -> None:
    return None
