"""What leads a buyer away from the marketplace: addresses, telephone numbers, bank details. Pure.

The marketplace forbids sellers to reach buyers outside of it, to advertise their own shop and to ask for money on their
own account (seller university, "customer enquiries" and "customer invoices"). This reads what people write into
templates; it is too strict for words of buyers and for tracking numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.words import one_line

_TLD = "com|net|org|info|eu|shop|store|online|biz|app|io|me|de|at|ch|cz|sk|pl|fr|it|es|nl|be|hu|ro|bg|uk"
_HOUSE = re.compile(
    r"(?:[\w-]+\.)*(?:kaufland\.(?:de|at|cz|sk|pl|fr|it|es|nl|com)|kauflandglobalmarketplace\.com)\.?", re.ASCII | re.I
)
_ADDRESS = re.compile(
    r"(?:https?|ftp)://(?P<full>[^\s/?#]+)"
    r"|(?<![\w@.-])(?P<bare>www\.[\w.-]*\w|(?:[a-z0-9][a-z0-9-]*\.)+(?:" + _TLD + r")(?![\w-]))",
    re.ASCII,
)
_FORBIDDEN = (
    (
        re.compile(r"(?<![\w.+-])[\w.+-]{1,64}(?:@|\s?[\[(]\s?(?:at|ät|@)\s?[\])]\s?)[\w-]+(?:\.[\w-]+)+"),
        "is an e-mail address: buyers are written to through the marketplace alone",
    ),
    (
        re.compile(r"\b[A-Z]{2}\d{2}(?:[ \u00a0]?[A-Z0-9]{4}){2,7}(?:[ \u00a0]?[A-Z0-9]{1,3})?\b", re.ASCII),
        "is a bank account: money goes through the marketplace alone",
    ),
    (
        re.compile(
            r"\b(?:IBAN|BIC|SWIFT|RIB|Kontonummer|Bankverbindung|Kontoverbindung|Bankleitzahl|čísl\w+ účtu"
            r"|bankov\w+ (?:účet|účtu|účte|spoj\w+)|numer\w* (?:konta|rachunku)|rachun\w+ bankow\w+"
            r"|coordonnées bancaires|compte bancaire|coordinate bancarie|conto (?:corrente|bancario))\b",
            re.IGNORECASE,
        ),
        "speaks of a bank account: money goes through the marketplace alone",
    ),
    (
        re.compile(
            r"(?<!\w)(?!\d{2}[./]\d{2}[./]\d{2})(?:(?:\+|00)[1-9]\d{0,2}(?:[ ()/.\u00a0-]*\d){6,}"
            r"|0\d{1,5}[ /-]\d{2}[\d /-]{2,}\d|\d{3}[ \u00a0-]\d{3}[ \u00a0-]\d{3}(?!\w))",
            re.ASCII,
        ),
        "is a telephone number: buyers are spoken to through the marketplace alone",
    ),
    (
        re.compile(r"\b(?:WhatsApp|Telegram|Viber|Messenger|Facebook|Instagram|TikTok)\b", re.IGNORECASE),
        "is another service: buyers are spoken to through the marketplace alone",
    ),
    (re.compile(r"xox[a-z]-|xapp-"), "begins a Slack token: a secret must not stand here"),
)
_AWAY = "leads away from the marketplace: only addresses of Kaufland may stand here"


@dataclass(frozen=True)
class Forbidden:
    """Where in a text something forbidden stands, what it is there, and a sentence without a full stop."""

    start: int
    words: str
    sentence: str


def forbidden(text: str) -> Iterator[Forbidden]:
    """What must not stand in a text to a buyer, in the order of the text; of what overlaps the first alone."""
    found = [
        Forbidden(match.start(), match[0], f"'{one_line(match[0], 60)}' {what}")
        for pattern, what in _FORBIDDEN
        for match in pattern.finditer(text)
    ]
    for match in _ADDRESS.finditer(text):
        host = re.sub(r":\d*$", "", match["full"] or match["bare"])
        if not _HOUSE.fullmatch(host):
            found.append(Forbidden(match.start(), match[0], f"'{one_line(match[0], 60)}' {_AWAY}"))
    end = 0
    for item in sorted(found, key=lambda item: (item.start, -len(item.words))):
        if item.start >= end:
            end = item.start + len(item.words)
            yield item
