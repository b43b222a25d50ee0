"""What stands in the text of a paper: amounts, currencies, bank accounts, addresses of shops, order numbers. Pure.

The text comes out of a PDF, so words may be torn apart, columns run into each other, and any space may be of any kind.
Every pattern here takes time linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.domain.facts import folded

MOST_NUMBERS = 20_000

_SPACES = " \u00a0\u202f\u2009"
# Thousands are set apart by a dot (de, it), a comma (en), an apostrophe, or a space of some kind (cs, sk, pl, fr).
_AMOUNT = re.compile(
    rf"(?<![\d.,])(?:(?P<groups>\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}}){{1,4}})|(?P<whole>\d{{1,9}}))"
    r"(?:[.,](?P<cents>\d{2}|-{1,2}|–))?(?!\d|[.,]\d)"
)
_SIGNS = {
    "EUR": ("€", "eur", "euro"),
    "CZK": ("kč", "czk"),
    "PLN": ("zł", "pln"),
    "HUF": ("ft", "huf"),
    "CHF": ("chf",),
    "GBP": ("£", "gbp"),
    "USD": ("$", "usd"),
}


def _any_of(signs: Iterable[str]) -> str:
    """A pattern for one of `signs`; those of letters are words of their own."""
    return "|".join(rf"(?<![^\W\d_]){sign}(?![^\W\d_])" if sign.isalpha() else re.escape(sign) for sign in signs)


_CURRENCY = {currency: re.compile(_any_of(signs), re.IGNORECASE) for currency, signs in _SIGNS.items()}
_ANY_SIGN = _any_of(sign for signs in _SIGNS.values() for sign in signs)
_PRICED_BEFORE = re.compile(rf"(?:{_ANY_SIGN})\s?$", re.IGNORECASE)
_PRICED_AFTER = re.compile(rf"\s?(?:{_ANY_SIGN})", re.IGNORECASE)

# How long an IBAN is in each country (ISO 13616).
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: ("NO",),
        16: ("BE",),
        18: ("NL", "DK", "FI"),
        19: ("SI",),
        20: ("AT", "LU", "LT", "EE"),
        21: ("CH", "LI", "LV", "HR"),
        22: ("DE", "IE", "GB", "BG"),
        24: ("CZ", "SK", "ES", "RO", "SE"),
        25: ("PT",),
        27: ("FR", "IT", "GR", "SM", "MC"),
        28: ("PL", "HU", "CY"),
        31: ("MT",),
    }.items()
    for country in countries
}
_IBAN = re.compile(rf"(?<![A-Z0-9])([A-Z]{{2}}\d{{2}})((?:[{_SPACES}-]?[A-Z0-9]){{11,30}})")
_BIC = re.compile(r"(?i:\b(?:BIC|SWIFT)\b)[^A-Za-z0-9]{0,12}([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b")
_PL_ACCOUNT = re.compile(rf"(?<!\d)\d{{2}}(?:[{_SPACES}-]?\d{{4}}){{6}}(?!\d)")
_NUMBERED_ACCOUNT = re.compile(
    r"\b(?:konto(?:nummer|-? ?nr\.?)|kto\.?(?:-? ?nr\.?)?|blz|uctu|ucet|account (?:number|no\.?)) ?:? ?"
    r"(?:\d{1,6}-)?\d{5,10}(?: ?/ ?\d{4})?\b"
)
BANK_WORDS = (
    *("iban", "swift", "bankverbindung", "kontoverbindung", "bankdaten", "kontoinhaber", "kontonummer"),
    *("bankovni spojeni", "cislo uctu", "bankove spojenie", "numer konta", "nr konta", "rachunek bankowy"),
    *("numer rachunku", "nr rachunku", "coordonnees bancaires", "releve d'identite bancaire", "domiciliation bancaire"),
    *("coordinate bancarie", "conto corrente", "bonifico su", "bank details", "bank account", "account number"),
)

# Endings of shops in the countries we sell to; a longer list would take more words of a text for addresses.
_ENDINGS = "de|at|cz|sk|pl|fr|it|es|nl|ch|com|net|org|eu|shop|store|online|info|biz|io"
_ADDRESS = re.compile(
    r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}" + rf"(?:{_ENDINGS}))(?![\w.-]*@|\w)",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,4}[a-z]{2,24})(?!\w)", re.IGNORECASE)
_BDO = re.compile(r"\bBDO\b\D{0,30}?(?<!\d)(\d{9})(?!\d)", re.IGNORECASE)
_ORDER = re.compile(r"(?<![A-Z0-9])M[A-Z0-9]{6}(?![A-Z0-9])")


def amounts(text: str) -> frozenset[int]:
    """Every amount of the text in minor units, in every way it can be read: "1.234,56" is 123456, "1 234,56" is also
    23456, because a column may stand before it. Without cents only what stands beside a currency counts.
    """
    found: set[int] = set()
    for number, match in enumerate(_AMOUNT.finditer(text)):
        if number >= MOST_NUMBERS:
            break
        if match["cents"] or _priced(text, match):
            cents = int(match["cents"]) if (match["cents"] or "").isdigit() else 0
            found.update(whole * 100 + cents for whole in _readings(match["whole"] or match["groups"]))
    return frozenset(found)


def _priced(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 6) : match.start()], text[match.end() : match.end() + 6]
    return bool(_PRICED_AFTER.match(after) or _PRICED_BEFORE.search(before))


def _readings(number: str) -> Iterator[int]:
    """The number as it stands; and, where plain spaces part it, without what may be the column before it."""
    parts = number.split(" ")
    return (int(re.sub(r"\D", "", "".join(parts[start:]))) for start in range(len(parts)))


def currencies(text: str) -> frozenset[str]:
    """The currencies the text names by sign or code (ISO 4217)."""
    return frozenset(currency for currency, sign in _CURRENCY.items() if sign.search(text))


def bank_accounts(text: str) -> tuple[str, ...]:
    """Bank accounts somebody could pay to, shortened so that they can be shown: IBANs, BICs, national numbers."""
    found = [f"IBAN {iban[:4]}…{iban[-4:]}" for iban in _ibans(text)]
    found += [f"BIC {match[1]}" for match in _BIC.finditer(text)]
    for match in _PL_ACCOUNT.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if _sums_up("PL" + digits):
            found.append(f"account {digits[:4]}…{digits[-4:]}")
    found += [f"account number …{match[0][-4:]}" for match in _NUMBERED_ACCOUNT.finditer(folded(text))]
    return tuple(dict.fromkeys(found))


def bank_words(text: str) -> tuple[str, ...]:
    """Words that announce a bank account, as they stand in `BANK_WORDS`."""
    return tuple(dict.fromkeys(match[0] for match in _words_of(BANK_WORDS).finditer(folded(text))))


def _ibans(text: str) -> Iterator[str]:
    for match in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(match[1][:2])
        written = re.sub(r"[^A-Z0-9]", "", match[0])
        if length and len(written) >= length and _sums_up(written[:length]):
            yield written[:length]


def _sums_up(iban: str) -> bool:
    """Whether the check digits are right (ISO 13616, modulo 97)."""
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


def hosts(text: str) -> tuple[str, ...]:
    """Names of web sites the text mentions, lower case, without those of e-mail addresses."""
    return tuple(dict.fromkeys(match[1].lower() for match in _ADDRESS.finditer(text)))


def mail_hosts(text: str) -> tuple[str, ...]:
    """The hosts of the e-mail addresses the text mentions, lower case."""
    return tuple(dict.fromkeys(match[1].lower() for match in _EMAIL.finditer(text)))


def below(host: str, allowed: Iterable[str]) -> bool:
    """Whether `host` is one of `allowed` or lies below one of them."""
    return any(host == name or host.endswith("." + name) for name in allowed)


def bdo_numbers(text: str) -> tuple[str, ...]:
    """Numbers of the Polish waste register the text names: the word BDO and nine digits."""
    return tuple(match[1] for match in _BDO.finditer(text))


def order_numbers(text: str) -> tuple[str, ...]:
    """What looks like a number of an order, in its order: seven capitals and digits that begin with M. Those with a
    digit come first, because many a word in capitals looks the same.
    """
    found = dict.fromkeys(match[0] for match in _ORDER.finditer(text))
    return tuple(sorted(found, key=lambda number: number.isalpha()))


def says(text: str, words: Iterable[str]) -> bool:
    """Whether one of `words` (folded already) is a word of the text, whatever its case and accents."""
    return bool(_words_of(tuple(words)).search(folded(text)))


@lru_cache(maxsize=64)
def _words_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in words)})(?!\w)")


def holds(text: str, word: str) -> bool:
    """Whether `word` stands in the text, even torn apart by spaces as letters of a PDF may be."""
    return squeezed(word) in squeezed(text)


def squeezed(text: str) -> str:
    """`text` folded and without any white space and punctuation."""
    return re.sub(r"[\W_]+", "", folded(text))
