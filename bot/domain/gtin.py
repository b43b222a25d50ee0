"""EANs and other GTINs: whether one can be right, and what happened to one that is not. Pure.

The last digit is a check digit over all before it: https://www.gs1.org/services/how-calculate-check-digit-manually
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Excel shows a long number like this, and saves it like this.
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d{1,2}", re.ASCII)
_DIGIT = bytes(max(byte - 48, 0) for byte in range(256))
_LAST_DIGIT = bytes(byte % 10 for byte in range(256))

EMPTY = "is empty"
SCIENTIFIC = "was turned into a rounded number by the spreadsheet, its digits are lost: format the column as text"
NO_DIGITS = "is no EAN: only digits belong here"
SHORT = "is too short: leading zeros may have been lost"
LENGTH = "is no EAN: it must have 13 or 14 digits"
CHECK_DIGIT = "is no EAN: its check digit does not fit, so a digit is wrong"


def check_digit(digits: str) -> int:
    """The digit that makes a GTIN of `digits`, all digits but the last."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def complaint(text: str) -> str | None:
    """What is wrong with `text` as an EAN of 13 or 14 digits, or None. The marketplace takes both."""
    if not text:
        return EMPTY
    if not (text.isascii() and text.isdigit()):
        return SCIENTIFIC if _SCIENTIFIC.fullmatch(text) else NO_DIGITS
    if len(text) not in (13, 14):
        # A number of 8 or 12 digits is one of the shorter kinds, or an EAN whose zeros a spreadsheet took away.
        return SHORT if 8 <= len(text) < 13 else LENGTH
    return None if check_digit(text[:-1]) == int(text[-1]) else CHECK_DIGIT


def all_right(texts: Sequence[str]) -> bool:
    """Whether every one of `texts` is a right EAN of 13 digits. Made for thousands at a time.

    Their digits are laid under each other, one place after the other, each place as one large number whose bytes are
    the digits. A dozen additions of large numbers then make all check sums at once; none exceeds 7 * 9 + 3 * 6 * 9, so
    no byte runs over into the next.
    """
    count = len(texts)
    joined = ";".join(texts)
    if len(joined) != 14 * count - 1 or not joined.isascii():
        return False
    lines = joined.encode("ascii")
    digits = lines.replace(b";", b"")
    if lines[13::14] != b";" * (count - 1) or len(digits) != 13 * count or not digits.isdigit():
        return False
    values = digits.translate(_DIGIT)
    places = [int.from_bytes(values[place::13], "little") for place in range(13)]
    sums = sum(places[::2]) + 3 * sum(places[1::2])
    return sums.to_bytes(count, "little").translate(_LAST_DIGIT) == bytes(count)
