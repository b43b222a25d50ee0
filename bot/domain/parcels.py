"""Tracking numbers as people paste them, and what those of well-known carriers look like. Pure.

Looks are hints, never a refusal: carriers change their numbers without telling us.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# With these the marketplace wants no number (https://sellerapi.kaufland.com/?page=order-files).
WITHOUT_NUMBER = frozenset({"Other", "Other Hauler"})
MOST_NUMBERS = 20
LONGEST_NUMBER = 60

_LOOKS = {
    "DHL": (r"\d{10,14}|\d{20}|J[JVD]\w{14,22}", "DHL: 12, 14 or 20 digits, or JJD…"),
    "DHL Express": (r"\d{10}|JD\d{18}", "DHL Express: 10 digits"),
    "Deutsche Post": (r"[A-Z]{2}\d{9}[A-Z]{2}|[A-Z0-9]{10,20}", "Deutsche Post: like RR123456785DE"),
    "DPD": (r"\d{14}[0-9A-Z]?", "DPD: 14 digits"),
    "GLS": (r"\d{11,12}|[A-Z0-9]{8}", "GLS: 11 or 12 digits, or 8 letters and digits"),
    "Hermes": (r"\d{14}|\d{16}|H\d{19}", "Hermes: 14 or 16 digits, or H and 19"),
    "UPS": (r"1Z[0-9A-Z]{16}", "UPS: 1Z and 16 letters and digits"),
    "Fedex": (r"\d{12}|\d{15}|\d{20}", "Fedex: 12, 15 or 20 digits"),
    "PPL": (r"\d{10,14}", "PPL: 10 to 14 digits"),
    "Czech Post": (r"[A-Z]{2}\d{9,10}[A-Z]{1,2}", "Czech Post: like DR1234567890E"),
    "Austrian Post": (r"\d{13,22}|[A-Z]{2}\d{9}[A-Z]{2}", "Austrian Post: 13 to 22 digits"),
}


def numbers_typed(text: str) -> tuple[str, ...]:
    """The tracking numbers in `text`: one a line, or between commas; each once. Raises ValueError with a sentence."""
    found: list[str] = []
    for part in re.split(r"[,;\n\r\t]+", text):
        number = re.sub(r"\s+", "", part)
        if not number:
            continue
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_-]{2,}", number, re.ASCII) or len(number) > LONGEST_NUMBER:
            raise ValueError(f"'{number[:40]}' is no tracking number: letters and digits, one number a line.")
        found.append(number.upper())
    if len(found) > MOST_NUMBERS:
        raise ValueError(f"{MOST_NUMBERS} numbers are the most.")
    return tuple(dict.fromkeys(found))


def odd_number(carrier: str, numbers: Sequence[str]) -> str | None:
    """What is unusual about these numbers for this carrier, as a sentence; None where nothing is."""
    look = _family(carrier)
    if look is None:
        return None
    odd = next((number for number in numbers if not re.fullmatch(look[0], number, re.ASCII)), None)
    return f"{odd} does not look like a number of this carrier ({look[1]})." if odd else None


def hints() -> str:
    """What numbers look like, in one line for below the field."""
    return "One a line. " + " · ".join(_LOOKS[name][1] for name in ("DHL", "DPD", "GLS", "Hermes", "UPS"))


def _family(carrier: str) -> tuple[str, str] | None:
    """The look of a carrier's numbers; a country's branch (DPD Poland) has those of the house."""
    if carrier in _LOOKS:
        return _LOOKS[carrier]
    return next((_LOOKS[name] for name in ("DPD", "GLS") if carrier.startswith(f"{name} ")), None)
