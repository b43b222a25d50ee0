"""What may stand in one column of a feed. Pure.

There are three ways to ask, from the quickest to the one that knows why. A `pattern` says how a value looks that is
fine for sure, so that one regular expression can pass thousands of rows. `all_fine` says it of a column. `complaint`
asks for one value and answers with a sentence that goes on after it: "12.50 is no whole number".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

import re2

from bot.domain import gtin
from bot.domain.feedkinds import CONDITION_NUMBERS, CONDITIONS, condition
from bot.domain.nearest import nearest

EMPTY = "is empty, and the marketplace needs it"
FORMULA_SAID = "begins like a formula, and spreadsheets execute it"
# What spreadsheets take for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
_FORMULA_SIGNS = frozenset(FORMULA)

MOST_REMEMBERED = 2000
# A column in which so many blocks brought something new has too many different values to remember them.
MOST_NEWS = 40

# Patterns are of RE2, over the bytes of UTF-8, and never pass what needs quotation marks.
_ANY = r'[^;"\r\n]'
# No space, nor the first byte of a character that Unicode counts as one.
_SOLID = r'[^;"\x00-\x20\xc2\xe1-\xe3]'
_SOLID_PROSE = r'[^;"\x00-\x20\xc2\xe1-\xe3=+\-@]'
_PROSE = r'[^;"\x00\t\r\n=+\-@]'
# RE2 counts no further; a longer text is passed by a pattern only while the whole piece is shorter.
MOST_COUNTED = 1000


class Check(Protocol):
    """`complaint` is what is wrong with one value, None for nothing. The two others never say yes where it says no.

    `pattern` is None where no pattern can say it. `decisive`: a value that matches needs no other look.
    """

    @property
    def pattern(self) -> str | None: ...

    @property
    def decisive(self) -> bool: ...

    def all_fine(self, values: Sequence[str]) -> bool: ...

    def complaint(self, value: str) -> str | None: ...


def complaints(check: Check, column: Sequence[str], start: int = 0) -> Iterator[tuple[int, str]]:
    """Places of wrong values and what is wrong with them, found by halving: most of a column is fine."""
    if check.all_fine(column):
        return
    if len(column) > 8:
        half = len(column) // 2
        yield from complaints(check, column[:half], start)
        yield from complaints(check, column[half:], start + half)
        return
    for place, value in enumerate(column, start):
        if said := check.complaint(value):
            yield place, said


@dataclass(frozen=True)
class Ean:
    """An EAN of 13 or 14 digits. No pattern can add up its check digit."""

    pattern = "[0-9]{13}"
    decisive = False

    def all_fine(self, values: Sequence[str]) -> bool:
        return gtin.all_right(values)

    def complaint(self, value: str) -> str | None:
        return gtin.complaint(value)


@dataclass(frozen=True)
class Whole:
    """A whole number without sign, from `least` (0 or 1) to `most`. Empty is fine unless `required`."""

    least: int = 0
    most: int = 2**63 - 1
    required: bool = False
    decisive = True

    @property
    def pattern(self) -> str:
        digits = len(str(self.most)) - 1
        number = f"[1-9][0-9]{{0,{digits - 1}}}" if self.least else f"[0-9]{{1,{digits}}}"
        return number if self.required else f"(?:{number})?"

    def all_fine(self, values: Sequence[str]) -> bool:
        joined = "".join(values)
        if not joined:
            return not self.required
        if not (joined.isascii() and joined.isdigit()):
            return False
        lengths = set(map(len, values))
        if max(lengths) >= len(str(self.most)) or (self.required and 0 in lengths):
            return False
        return not self.least or (joined[0] != "0" and ";0" not in ";".join(values))

    def complaint(self, value: str) -> str | None:
        if not value:
            return EMPTY if self.required else None
        if not (value.isascii() and value.isdigit()):
            return _no_whole_number(value)
        if len(value) > 30 or not self.least <= int(value) <= self.most:
            return f"must be from {self.least} to {self.most}"
        return None


def _no_whole_number(value: str) -> str:
    if re.fullmatch(r"\d+[.,]\d{1,2}", value, re.ASCII):
        return "is no whole number: cents belong here, 49.99 is 4999"
    if value.strip() != value:
        return "has spaces around it"
    return "is negative" if value.startswith("-") else "is no whole number"


@dataclass(frozen=True)
class DecimalComma:
    """An amount like 49,99, `most` minor units at most. Empty is fine unless `required`."""

    most: int
    required: bool = False
    decisive = True

    @property
    def pattern(self) -> str:
        digits = len(str(self.most)) - 3
        amount = rf"[1-9][0-9]{{0,{digits - 1}}}(?:,[0-9]{{1,2}})?"
        return amount if self.required else f"(?:{amount})?"

    def all_fine(self, values: Sequence[str]) -> bool:
        return not self.required and not any(values)

    def complaint(self, value: str) -> str | None:
        if not value:
            return EMPTY if self.required else None
        minor = minor_of(value)
        if minor is None:
            if re.fullmatch(r"\d+\.\d{1,2}", value, re.ASCII):
                return "has a decimal point: this column takes a comma, 49,99"
            return "is no amount: write it like 49,99"
        return None if 1 <= minor <= self.most else f"must be from 0,01 to {self.most // 100},{self.most % 100:02d}"


def minor_of(text: str) -> int | None:
    """Minor units of an amount with a decimal comma, None when it is none."""
    written = re.fullmatch(r"(\d{1,9})(?:,(\d{1,2}))?", text, re.ASCII)
    return int(written[1]) * 100 + int(f"{written[2] or '':0<2}") if written else None


@dataclass(frozen=True)
class Text:
    """Words, at most `most` characters; `required` ones are more than spaces. `prose` must not look like a formula."""

    most: int
    required: bool = False
    prose: bool = False
    decisive = True

    @property
    def pattern(self) -> str:
        # Bytes are counted here, of which no text has fewer than characters.
        more = f"{{0,{self.most - 1}}}" if self.most <= MOST_COUNTED else "*"
        if self.required:
            return f"{_SOLID_PROSE if self.prose else _SOLID}{_ANY}{more}"
        return f"(?:{_PROSE if self.prose else _ANY}{_ANY}{more})?"

    def all_fine(self, values: Sequence[str]) -> bool:
        lengths = set(map(len, values))
        return max(lengths) <= self.most and not (self.required and (0 in lengths or any(map(str.isspace, values))))

    def complaint(self, value: str) -> str | None:
        if self.required and not value.strip():
            return EMPTY
        return f"has {len(value)} characters, {self.most} are the most" if len(value) > self.most else None


@dataclass(frozen=True)
class Single:
    """A check that can only be asked value by value."""

    complain: Callable[[str], str | None]
    pattern: str | None = None
    decisive = True

    def all_fine(self, values: Sequence[str]) -> bool:
        return not any(map(self.complain, set(values)))

    def complaint(self, value: str) -> str | None:
        return self.complain(value)


@dataclass
class Remembered:
    """A check that remembers what was fine: for columns with few different values, such as conditions."""

    check: Check
    _fine: set[str] = field(default_factory=set)
    _news: int = 0

    @property
    def pattern(self) -> str | None:
        return self.check.pattern

    @property
    def decisive(self) -> bool:
        return self.check.decisive

    def all_fine(self, values: Sequence[str]) -> bool:
        if self._news > MOST_NEWS:
            return self.check.all_fine(values)
        if self._fine.issuperset(values):
            return True
        self._news += 1
        if not self.check.all_fine(values):
            return False
        if len(self._fine) < MOST_REMEMBERED:
            self._fine.update(values)
        return True

    def complaint(self, value: str) -> str | None:
        return self.check.complaint(value)


def a_condition() -> Check:
    spoken = [word.replace("___", " - ").replace("_", " ").lower() for word in CONDITIONS]
    return Remembered(Single(_condition_complaint, _either([*CONDITION_NUMBERS, *CONDITIONS, *spoken])))


def _condition_complaint(value: str) -> str | None:
    if not value:
        return EMPTY
    if condition(value):
        return None
    near = nearest(value.strip().upper().replace(" - ", "___").replace(" ", "_"), CONDITIONS)
    return "is no condition" + (f": did you mean {near}?" if near else ": write 100, 200, 300, 400, 500 or new")


def one_of(noun: str, words: Collection[str], *, required: bool = True) -> Check:
    """Exactly one of `words`, with a hint at the nearest one."""
    known = frozenset(words)

    def complaint(value: str) -> str | None:
        if value in known or (not value and not required):
            return None
        if not value:
            return EMPTY
        near = nearest(value, sorted(known))
        return f"is no {noun}" + (f": did you mean {near}?" if near else "")

    return Remembered(Single(complaint, _either(known if required else [*known, ""])))


def a_currency(wanted: str, storefront: str) -> Check:
    def complaint(value: str) -> str | None:
        if value == wanted:
            return None
        return f"is not the currency of {storefront.upper()}, which is {wanted}" if value else EMPTY

    return Remembered(Single(complaint, _either([wanted])))


def an_address() -> Check:
    """http(s) or nothing."""

    def complaint(value: str) -> str | None:
        if not value or re.fullmatch(r"https?://[^\s/]+\.[^\s/]+(/\S*)?", value):
            return None
        return "is no address of a picture: it must begin with https://"

    return Single(complaint, r"(?:https?://[!#-.0-:<-~]+[.][!#-.0-:<-~]+(?:/[!#-:<-~]*)?)?")


def _either(words: Collection[str]) -> str | None:
    """A pattern of exactly these words; None where there are too many, or one of them may need quotation marks."""
    if len(words) > MOST_COUNTED or any(re.search(r'[;"\r\n]', word) for word in words):
        return None
    return f"(?:{'|'.join(map(re2.escape, sorted(words, reverse=True)))})"


def formula_like(values: Sequence[str]) -> bool:
    """Whether a spreadsheet would take one of `values` for a formula."""
    return not _FORMULA_SIGNS.isdisjoint(map(itemgetter(0), filter(None, values)))


def defused(value: str) -> str:
    """`value` for a file that people open in a spreadsheet: what looks like a formula is shown, not executed."""
    return f"'{value}" if value.startswith(FORMULA) else value
