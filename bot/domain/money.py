"""Amounts people type, read without floats and without guessing; amounts in words; and how much may go back. Pure.

What a person types is either one amount beyond doubt or a sentence about what is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from bot.domain.action import Action
from bot.domain.currency import Money, currency_of
from bot.domain.model import OrderUnit
from bot.domain.words import one_line

LONGEST = 40
# The most an offer may cost is 25 000 000 CZK.
MOST_DIGITS = 8

_SIGNS = {
    **dict.fromkeys(("€", "eur", "euro", "euros"), "EUR"),
    **dict.fromkeys(("kč", "kc", "czk"), "CZK"),
    **dict.fromkeys(("zł", "zl", "pln"), "PLN"),
}
_NAMES = {
    "EUR": ("euro", "euros", "cent", "cents"),
    "CZK": ("koruna", "korunas", "haler", "halers"),
    "PLN": ("zloty", "zlotys", "grosz", "groszy"),
}
# No-break and thin spaces are what people copy from elsewhere.
_SPACE = "[ \u00a0\u2009\u202f]"
_WRITTEN = re.compile(
    rf"([^\W\d_]{{1,5}}|€)?{_SPACE}*([0-9][0-9.,' \u00a0\u2009\u202f]*)([^\W\d_]{{1,5}}|€)?", re.UNICODE
)
_PLAIN = re.compile(r"(0|[1-9][0-9]*)(?:[.,]([0-9]{1,2}))?", re.ASCII)
# Thousands in threes, with another sign before the cents, or with spaces or apostrophes between the groups.
_GROUPED = re.compile(
    rf"([1-9][0-9]{{0,2}}(?:(?:{_SPACE}|')[0-9]{{3}})+)(?:[.,]([0-9]{{1,2}}))?"
    r"|([1-9][0-9]{0,2}(?:\.[0-9]{3})+),([0-9]{1,2})|([1-9][0-9]{0,2}(?:,[0-9]{3})+)\.([0-9]{1,2})",
    re.ASCII,
)
_DOUBTFUL = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*", re.ASCII)
_MINUS = re.compile(r"^\s*[-\u2212\u2013\u2014]")

REFUNDABLE = frozenset({"need_to_be_sent", "sent", "received", "sent_and_autopaid"})


def amount_typed(text: str, currency: str, *, named: bool | None = None) -> Money:
    """The amount a person typed for something sold in `currency`. Raises ValueError with a sentence for them.

    12.50 and 12,50 are the same; 1250 is one thousand two hundred and fifty; 1.250 is refused, because nobody knows.
    `named`: the currency must be typed, too. That is so for every currency but the euro where left out, because the
    marketplace's own words speak of euro cents wherever money goes back.
    """
    text = unicodedata.normalize("NFC", text[: 4 * LONGEST]).strip()
    shown = one_line(text, 30)
    if not text:
        raise ValueError("Type an amount, like 12.50.")
    if len(text) > LONGEST:
        raise ValueError("That is too long for an amount. Type it like 12.50.")
    if _MINUS.match(text):
        raise ValueError("An amount cannot be negative. Type it like 12.50.")
    if any(letter.isnumeric() and letter not in "0123456789" for letter in text):
        raise ValueError(f"'{shown}' has digits of another script. Use 0 to 9.")
    written = _WRITTEN.fullmatch(text)
    if not written or (written[1] and written[3]):
        raise ValueError(f"'{shown}' is no amount. Type it like 12.50.")
    _must_be_in(written[1] or written[3], currency, shown, named=currency != "EUR" if named is None else named)
    minor = _minor(written[2].strip(" \u00a0\u2009\u202f"), shown)
    if minor == 0:
        raise ValueError("That is nothing. The least is 0.01.")
    return Money(minor, currency)


def _must_be_in(sign: str | None, currency: str, shown: str, *, named: bool) -> None:
    if sign is None:
        if named:
            raise ValueError(
                f"Type the currency, too, like 250 {currency}: this was sold in {currency}, and the marketplace speaks "
                "of euro cents here. Nobody should guess."
            )
        return
    meant = _SIGNS.get(sign.lower())
    if meant is None:
        raise ValueError(f"'{shown}' names no currency I know. This was sold in {currency}.")
    if meant != currency:
        raise ValueError(f"This was sold in {currency}, not in {meant}. Type the amount in {currency}.")


def _minor(number: str, shown: str) -> int:
    if plain := _PLAIN.fullmatch(number):
        whole, cents = plain.groups()
    elif grouped := _GROUPED.fullmatch(number):
        spaced, its, dotted, their, commaed, whose = grouped.groups()
        whole, cents = spaced or dotted or commaed, its or their or whose
        whole = re.sub(r"[^0-9]", "", whole)
    elif _DOUBTFUL.fullmatch(number):
        bare = re.sub(r"[^0-9]", "", number)
        raise ValueError(f"'{shown}' may be read in two ways. Type {bare}.00, or two digits after the point.")
    else:
        raise ValueError(f"'{shown}' is no amount. Type it like 12.50.")
    if len(whole) > MOST_DIGITS:
        raise ValueError("That is more than anything costs here. Look at the amount again.")
    return int(whole) * 100 + int((cents or "0").ljust(2, "0"))


# In words


def in_words(amount: Money) -> str:
    """ "twelve euros and fifty cents": what nobody mistakes for another amount. Other currencies keep their code."""
    whole, minor = divmod(abs(amount.minor), 100)
    one, many, one_part, many_parts = _NAMES.get(amount.currency, (amount.currency, amount.currency, "cent", "cents"))
    parts = [f"{number_in_words(whole)} {one if whole == 1 else many}"] if whole or not minor else []
    if minor:
        parts.append(f"{number_in_words(minor)} {one_part if minor == 1 else many_parts}")
    return ("minus " if amount.minor < 0 else "") + " and ".join(parts)


_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_STEPS = ((1_000_000, "million"), (1000, "thousand"), (100, "hundred"))
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def number_in_words(number: int) -> str:
    """A whole number from 0 to 999,999,999 in words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    size, name = next(step for step in _STEPS if number >= step[0])
    count, rest = divmod(number, size)
    return f"{number_in_words(count)} {name}" + (f" {number_in_words(rest)}" if rest else "")


# How much may go back


def refunds_of(actions: Iterable[Action], unit: int) -> tuple[Action, ...]:
    """Our refunds of an order unit that were, are or may be executed, the oldest first."""
    return tuple(
        action
        for action in actions
        if action.kind == "order.refund" and action.live and action.payload.get("unit") == unit
    )


def refunded(refunds: Iterable[Action], currency: str) -> Money:
    """What they come to. Those whose outcome nobody knows count."""
    amounts = [action.amount for action in refunds if action.amount]
    return Money(sum(amount.minor for amount in amounts if amount.currency == currency), currency)


def most_refundable(price: Money, before: Money, *, partial_only: bool) -> Money:
    """The most that may still go back for a unit of `price` after `before` did; nothing when it is not above zero."""
    most = price.minor - (1 if partial_only else 0) - before.minor
    return Money(max(0, most), price.currency)


def why_not_refundable(unit: OrderUnit) -> str | None:
    """Why nothing at all may go back for this unit, as a sentence for people; None when something may."""
    if unit.fulfilled_by_kaufland:
        return "This order is fulfilled by Kaufland, which refunds it. Ask customer service in the ticket."
    if unit.status not in REFUNDABLE:
        return f"A unit that is {unit.status.replace('_', ' ')} cannot be refunded."
    if unit.price.currency != currency_of(unit.storefront):
        return (
            f"The marketplace says {unit.price.currency} for a unit of {unit.storefront.upper()}. "
            "That contradicts itself, so nothing is refunded from here: use the seller portal."
        )
    return None


def why_not_refund(unit: OrderUnit, amount: Money, before: Money, *, partial_only: bool) -> str | None:
    """Why `amount` must not go back for `unit` after `before` did; None when it may."""
    if said := why_not_refundable(unit):
        return said
    if amount.currency != unit.price.currency:
        return f"This unit was sold in {unit.price.currency}, not in {amount.currency}."
    most = most_refundable(unit.price, before, partial_only=partial_only)
    if amount.minor < 1:
        return "The least that can be refunded is 0.01."
    if amount.minor > most.minor:
        return f"At most {most} can go back.{_because(unit, before, partial_only=partial_only)}"
    return None


def _because(unit: OrderUnit, before: Money, *, partial_only: bool) -> str:
    parts = f" The price was {unit.price}"
    parts += f", {before} went back before." if before.minor else "."
    if partial_only:
        parts += " The whole price goes back by cancelling, or by accepting a return."
    return parts
