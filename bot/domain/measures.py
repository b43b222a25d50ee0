"""Amounts of money and spans of time, as people write them and as we say them. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.domain.model import Money
from bot.domain.nearest import did_you_mean
from bot.domain.words import one_line

CURRENCIES = ("EUR", "CZK", "PLN", "HUF", "RON", "BGN", "SEK", "DKK", "NOK", "CHF", "GBP")

UNITS = ("minutes", "hours", "days", "weeks")
_SHORT = {"m": 1, "min": 1, "h": 60, "d": 1440, "w": 10080}
_MINUTES = {"minute": 1, "hour": 60, "day": 1440, "week": 10080}
_MINUTES |= {f"{unit}s": minutes for unit, minutes in _MINUTES.items()} | _SHORT

_MONEY = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?\s*([A-Za-z]+)", re.ASCII)
_SPAN = re.compile(r"(\d{1,6})\s*([^\W\d]+)")


def money(text: str) -> Money:
    """The amount a person wrote as "100 EUR" or "99.90 CZK". Raises ValueError with a sentence about what is wrong."""
    text = text.strip()
    written = _MONEY.fullmatch(text)
    if not written:
        if re.fullmatch(r"[\d.,\s]+", text, re.ASCII):
            raise ValueError(f"'{one_line(text, 30)}' has no currency: write it like '99.90 EUR'")
        raise ValueError(f"'{one_line(text, 30)}' is no amount of money: write it like '99.90 EUR'")
    whole, cents, currency = written.groups()
    if currency.upper() not in CURRENCIES:
        raise ValueError(f"'{one_line(currency, 30)}' is no currency I know{did_you_mean(currency, CURRENCIES)}")
    return Money(int(whole) * 100 + int((cents or "0").ljust(2, "0")), currency.upper())


def span(text: str) -> timedelta:
    """The span a person wrote as "30 minutes", "4 hours" or "2d". Raises ValueError with a sentence about it."""
    text = text.strip()
    written = _SPAN.fullmatch(text)
    if not written:
        if text.isdigit():
            raise ValueError(f"'{one_line(text, 30)}' has no unit of time: write it like '{text[:6]} hours'")
        raise ValueError(
            f"'{one_line(text, 30)}' is no span of time: write it like '30 minutes', '4 hours' or '2 days'"
        )
    number, unit = written.groups()
    minutes = _MINUTES.get(unit.lower())
    if minutes is None:
        raise ValueError(f"'{one_line(unit, 30)}' is no unit of time{did_you_mean(unit, UNITS)}")
    return timedelta(minutes=int(number) * minutes)


def said_span(span: timedelta) -> str:
    """`span` in its two largest units, to the minute: "2 days 3 hours", "less than a minute"."""
    minutes = int(span.total_seconds()) // 60
    parts = []
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts[:2]) or "less than a minute"
