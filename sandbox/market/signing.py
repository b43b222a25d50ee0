"""The marketplace's signatures: written from its documents alone, so that it can judge how the bot signs.

https://sellerapi.kaufland.com/?page=rest-api. The prose there says base64; its own samples are lower-case hex.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sandbox.market.model import Account
from sandbox.market.problems import Problem

MOST_SKEW_SECONDS = 300
HEADERS = ("shop-client-key", "shop-timestamp", "shop-signature")


def sign(secret: str, method: str, url: str, body: bytes, timestamp: int | str) -> str:
    """The signature in hex. `url` is the full address exactly as it is sent, with its query."""
    signed = f"{method}\n{url}\n".encode() + body + f"\n{timestamp}".encode()
    return hmac.new(secret.encode(), signed, sha256).hexdigest()


def account_of(
    accounts: Mapping[str, Account],
    headers: Mapping[str, str],
    method: str,
    url: str,
    body: bytes,
    now: datetime,
    earliest: datetime,
) -> Account:
    """Who sent this. `accounts` by client key, `headers` in lower case. Raises Problem (401, or 400 for other headers).

    A timestamp that is off counts as a signature that cannot be right; `earliest` is what the clock of somebody may
    still read.
    """
    for name in HEADERS:
        if not headers.get(name):
            raise Problem(401, "/problems/missing-or-invalid-request-header", f"The header {name} is missing")
    _check_manners(headers, body)
    account = accounts.get(headers["shop-client-key"])
    if account is None:
        raise Problem(401, "/problems/invalid-credentials", "The client key is not known")
    stamp = headers["shop-timestamp"]
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise Problem(401, "/problems/missing-or-invalid-request-header", "The header shop-timestamp is not valid")
    if not earliest.timestamp() - MOST_SKEW_SECONDS <= int(stamp) <= now.timestamp() + MOST_SKEW_SECONDS:
        raise Problem(401, "/problems/corrupted-signature", "The timestamp is more than five minutes off")
    expected = sign(account.secret_key, method, url, body, stamp)
    if not hmac.compare_digest(expected.encode(), headers["shop-signature"].encode()):
        raise Problem(401, "/problems/corrupted-signature", "The signature does not match the request")
    if not account.active:
        raise Problem(401, "/problems/inactive-account", "The account is not active")
    return account


def _check_manners(headers: Mapping[str, str], body: bytes) -> None:
    """What every client must say about itself besides who it is."""

    def complain(name: str) -> Problem:
        return Problem(400, "/problems/missing-or-invalid-request-header", f"The header {name} is missing or not valid")

    if not headers.get("user-agent"):
        raise complain("user-agent")
    if "application/json" not in headers.get("accept", ""):
        raise complain("accept")
    if body and headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise complain("content-type")
