"""Dates, numbers and money as people of a storefront write them. Nothing but Babel is asked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from bot.domain.model import Money


def day(value: date, locale: str) -> str:
    """ "1. Dezember 2026": the long form, which needs no knowledge of who writes the month first."""
    written = format_date(value, "long", _known(locale))
    # The first of a month is the one day the French count; Babel writes "1 décembre".
    return "1er" + written[1:] if value.day == 1 and locale.startswith("fr") else written


def money(amount: Money, locale: str) -> str:
    """ "1.234,50 €". Its spaces do not break the line, so they are not the ones of a keyboard."""
    return format_currency(Decimal(amount.minor) / 100, amount.currency, locale=_known(locale))


def number(value: Decimal, locale: str) -> str:
    return format_decimal(value, locale=_known(locale))


def spoken(locale: str) -> bool:
    """Whether `locale` is one we can write dates and money in."""
    try:
        _known(locale)
    except (UnknownLocaleError, ValueError):
        return False
    return True


@lru_cache(maxsize=32)
def _known(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")
