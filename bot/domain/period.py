"""Spans of whole days as people say them: "last week", "yesterday", "last 30 days". Pure: `today` is handed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.nearest import did_you_mean
from bot.domain.words import one_line

MOST_DAYS = 366
WORDS = ("today", "yesterday", "this week", "last week", "this month", "last month")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both days included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first:%-d %b %Y}"
        if self.first.year != self.last.year:
            return f"{self.first:%-d %b %Y} - {self.last:%-d %b %Y}"
        if self.first.month != self.last.month:
            return f"{self.first:%-d %b} - {self.last:%-d %b %Y}"
        return f"{self.first.day} - {self.last:%-d %b %Y}"


def period(words: str, today: date) -> Period:
    """The days `words` mean on `today`; weeks begin on Monday. Raises ValueError with a sentence."""
    said = " ".join(words.lower().split())
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    yesterday = today - timedelta(days=1)
    known = {
        "today": Period(today, today),
        "yesterday": Period(yesterday, yesterday),
        "this week": Period(monday, today),
        "last week": Period(monday - timedelta(days=7), monday - timedelta(days=1)),
        "this month": Period(month, today),
        "last month": Period((month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)),
    }
    if found := known.get(said):
        return found
    counted = re.fullmatch(r"last (\d{1,3}) days", said)
    if counted and 1 <= int(counted[1]) <= MOST_DAYS:
        return Period(today - timedelta(days=int(counted[1])), yesterday)
    near = did_you_mean(said, WORDS)
    raise ValueError(f"'{one_line(words, 40)}' is no span of days{near}: write it like 'last week' or 'last 30 days'")
