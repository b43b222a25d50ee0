"""The marketplace's wire, without touching it: what is signed, how requests are written, whose push it is. Pure.

Rules of signing: https://sellerapi.kaufland.com/?page=rest-api. Its prose says base64, its samples and every published
vector say lower-case hex; hex is what works.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import quote

from bot.marketplace.jsontext import written

Value = str | int | datetime | Iterable[str] | None

_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_SEGMENT = re.compile(r"[0-9A-Za-z_-]{1,80}")
LONGEST_RETRY_AFTER = 300.0


# Signing


def canonical(method: str, url: str, body: bytes, stamp: str) -> bytes:
    """What is signed: method, full URL exactly as sent, body byte for byte, Unix seconds; a line each."""
    return b"\n".join((method.upper().encode(), url.encode(), body, stamp.encode()))


def sign(secret: str, method: str, url: str, body: bytes, stamp: str) -> str:
    """Lower-case hex HMAC-SHA256 with the secret key as the plain text it is (64 hex letters, not decoded)."""
    return hmac.new(secret.encode(), canonical(method, url, body, stamp), sha256).hexdigest()


def verify_push(secret: str, url: str, body: bytes, stamp: str, given: str) -> bool:
    """Whether `given` signs a push to `url` with our secret. Never raises, whatever a stranger sends.

    Says nothing about the age of `stamp` (Unix seconds): an honest retry may be hours old. A True promises that `stamp`
    is a short row of digits.
    """
    if not secret or not _STAMP.fullmatch(stamp) or not _SIGNATURE.fullmatch(given):
        return False
    try:
        wanted = sign(secret, "POST", url, body, stamp)
    except UnicodeEncodeError:
        # A lone surrogate in our own secret or URL: nothing can have been signed with it.
        return False
    return hmac.compare_digest(wanted.encode(), given.encode())


def headers(
    *, client_key: str, secret_key: str, user_agent: str, method: str, url: str, body: bytes, now: datetime
) -> dict[str, str]:
    """All headers of a signed request. `url` must be the one that goes out, to the letter."""
    stamp = str(int(now.timestamp()))
    found = {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "User-Agent": user_agent,
        "Shop-Client-Key": client_key,
        "Shop-Timestamp": stamp,
        "Shop-Signature": sign(secret_key, method, url, body, stamp),
    }
    if body:
        found["Content-Type"] = "application/json"
    return found


# Writing requests


def query(values: Mapping[str, Value]) -> str:
    """`values` as a query string, `?` included; what is None or empty is left out.

    A list is one comma-separated value, as the marketplace's own samples write it, and everything that could be
    rewritten on its way is percent-encoded: the string that is signed is the string that arrives.
    """
    pairs = [f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in _texts(values)]
    return "?" + "&".join(pairs) if pairs else ""


def _texts(values: Mapping[str, Value]) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        text = _text(value)
        if text:
            yield name, written(text)


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, str | int):
        return str(value)
    return ",".join(value)


def instant(at: datetime) -> str:
    """`at` as the marketplace writes times: 2026-01-31T08:05:00Z, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def segment(value: str | int) -> str:
    """An id as one segment of a path. Raises ValueError for what could climb out of it."""
    text = str(value)
    if not _SEGMENT.fullmatch(text):
        raise ValueError("not an id of the marketplace")
    return text


def written_body(value: object) -> bytes:
    """`value` as compact JSON: these very bytes are signed and sent."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace")


# Reading answers


def retry_after(given: str | None, now: datetime) -> float | None:
    """A `Retry-After` header as seconds, at most five minutes; None when it is missing or junk."""
    if given is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", given.strip()):
        return min(LONGEST_RETRY_AFTER, float(given.strip()))
    date = http_date(given)
    return min(LONGEST_RETRY_AFTER, max(0.0, (date - now).total_seconds())) if date else None


def http_date(given: str | None) -> datetime | None:
    """A `Date` header as an aware time, or None."""
    try:
        found = parsedate_to_datetime(given or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
