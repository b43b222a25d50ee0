"""What a rule asks of the facts: a tree that compiles to one fast function, and that can say why it holds or not. Pure.

`test()` gives the closure that routing runs. `why()` walks the same tree for people; its sentences are plain text, to
be escaped where they are shown as mrkdwn, and they never quote a buyer.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import re2

from bot.domain.clocks import public_holidays
from bot.domain.facts import Facts, folded
from bot.domain.measures import said_span
from bot.domain.model import Money
from bot.domain.words import one_line, plain

Test = Callable[[Facts], bool]

MANY_VALUED = frozenset({"reason", "status"})
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# Larger programs may need more than 10 ms for a text made to hurt; see tests/domain/test_conditions.py.
LONGEST_WORD = 200
MOST_PATTERN = 1000
MOST_PROGRAM = 1000


@dataclass(frozen=True)
class Why:
    """Whether a condition holds, and a sentence with the actual value."""

    holds: bool
    sentence: str


class Condition(Protocol):
    def test(self) -> Test: ...

    def why(self, facts: Facts) -> Why: ...


@dataclass(frozen=True)
class WordIs:
    """A fact that is a word is one of `words`. Of a fact with several values, one is enough."""

    fact: str
    words: tuple[str, ...]

    def test(self) -> Test:
        wanted, read = frozenset(self.words), attrgetter(self.fact)
        if self.fact in MANY_VALUED:
            return lambda facts: not wanted.isdisjoint(read(facts))
        return lambda facts: read(facts) in wanted

    def why(self, facts: Facts) -> Why:
        value = getattr(facts, self.fact)
        values = value if self.fact in MANY_VALUED else (value,) if value else ()
        found = [value for value in values if value in self.words]
        if found:
            return Why(True, f"{self.fact} is {_either(found)}")
        if not values:
            return Why(False, f"{self.fact} is absent, so it is not {_either(self.words)}")
        return Why(False, f"{self.fact} is {_either(values, 'and')}, not {_either(self.words)}")


@dataclass(frozen=True)
class TextContains:
    """The text contains one of `words`; case, accents and line breaks make no difference."""

    words: tuple[str, ...]

    def test(self) -> Test:
        wanted = tuple(folded(plain(word, LONGEST_WORD)) for word in self.words)
        return lambda facts: any(word in facts.folded_text for word in wanted)

    def why(self, facts: Facts) -> Why:
        found = next((word for word in self.words if TextContains((word,)).test()(facts)), None)
        if found is not None:
            return Why(True, f"text contains '{one_line(found, 60)}'")
        words = _either([f"'{one_line(word, 60)}'" for word in self.words])
        return Why(False, f"text does not contain {words}" if facts.text else f"text is absent, so no {words} in it")


@dataclass(frozen=True)
class TextMatches:
    """The text matches a regular expression of RE2, whose time grows only with the length of the text.

    Raises ValueError with a sentence when `pattern` is none, or one that is too large to be quick.
    """

    pattern: str
    _search: Callable[[bytes], object] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_search", _compiled(self.pattern))

    def test(self) -> Test:
        search = self._search
        return lambda facts: search(facts.text_bytes) is not None

    def why(self, facts: Facts) -> Why:
        holds, shown = self.test()(facts), f"/{one_line(self.pattern, 60)}/"
        if not facts.text and not holds:
            return Why(False, f"text is absent, so it does not match {shown}")
        return Why(holds, f"text {'matches' if holds else 'does not match'} {shown}")


@dataclass(frozen=True)
class AmountIs:
    """The amount compares as wanted with the limit of its own currency; other currencies are never converted."""

    comparison: str
    limits: tuple[Money, ...]

    def test(self) -> Test:
        compare = COMPARISONS[self.comparison]
        by_currency = {limit.currency: limit.minor for limit in self.limits}

        def holds(facts: Facts) -> bool:
            if facts.amount is None:
                return False
            limit = by_currency.get(facts.amount.currency)
            return limit is not None and compare(facts.amount.minor, limit)

        return holds

    def why(self, facts: Facts) -> Why:
        comparison, amount = self.comparison.replace("_", " "), facts.amount
        if amount is None:
            limits = _either([str(limit) for limit in self.limits])
            return Why(False, f"amount is absent, so it is not {comparison} {limits}")
        limit = next((limit for limit in self.limits if limit.currency == amount.currency), None)
        if limit is None:
            currencies = _either([limit.currency for limit in self.limits])
            return Why(False, f"amount is {one_line(str(amount), 60)}, which is not compared with {currencies}")
        holds = self.test()(facts)
        return Why(holds, f"amount is {amount}, {'' if holds else 'not '}{comparison} {limit}")


@dataclass(frozen=True)
class AgeIs:
    """The time since the subject was created compares as wanted, at the moment of the look."""

    comparison: str
    limit: timedelta

    def test(self) -> Test:
        compare, limit = COMPARISONS[self.comparison], self.limit
        return lambda facts: facts.age is not None and compare(facts.age, limit)

    def why(self, facts: Facts) -> Why:
        wanted = f"{self.comparison.replace('_', ' ')} {said_span(self.limit)}"
        if facts.age is None:
            return Why(False, f"age is absent, so it is not {wanted}")
        holds = self.test()(facts)
        return Why(holds, f"age is {said_span(facts.age)}, {'' if holds else 'not '}{wanted}")


@dataclass(frozen=True)
class WithinHours:
    """Now is one of `days` (0 is Monday) in `zone`, from minute `start` of the day up to before minute `end`.

    `country` (ISO 3166) names whose nationwide public holidays are not business days; None for those of nobody.
    """

    zone: ZoneInfo
    days: tuple[int, ...]
    start: int
    end: int
    country: str | None = None

    def test(self) -> Test:
        days = frozenset(self.days)

        def holds(facts: Facts) -> bool:
            local = facts.now.astimezone(self.zone)
            if local.weekday() not in days or not self.start <= local.hour * 60 + local.minute < self.end:
                return False
            return self.country is None or local.date() not in public_holidays(self.country, local.year)

        return holds

    def why(self, facts: Facts) -> Why:
        local = facts.now.astimezone(self.zone)
        now = f"it is {WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M} in {self.zone.key}"
        if self.country and local.date() in public_holidays(self.country, local.year):
            return Why(False, f"{now}, a public holiday ({self.country}), outside business hours")
        holds = self.test()(facts)
        days = ", ".join(WEEKDAYS[day] for day in self.days)
        hours = f"{self.start // 60:02d}:{self.start % 60:02d} to {self.end // 60:02d}:{self.end % 60:02d}"
        return Why(holds, f"{now}, {'within' if holds else 'outside'} business hours ({days}, {hours})")


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Condition, ...]

    def test(self) -> Test:
        tests = tuple(part.test() for part in self.parts)
        return tests[0] if len(tests) == 1 else lambda facts: all(test(facts) for test in tests)

    def why(self, facts: Facts) -> Why:
        reasons = [part.why(facts) for part in self.parts]
        failed = next((reason for reason in reasons if not reason.holds), None)
        return failed or Why(True, "; ".join(reason.sentence for reason in reasons))


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def test(self) -> Test:
        tests = tuple(part.test() for part in self.parts)
        return tests[0] if len(tests) == 1 else lambda facts: any(test(facts) for test in tests)

    def why(self, facts: Facts) -> Why:
        reasons = [part.why(facts) for part in self.parts]
        held = next((reason for reason in reasons if reason.holds), None)
        return held or Why(False, "; and ".join(reason.sentence for reason in reasons))


@dataclass(frozen=True)
class NotThis:
    part: Condition

    def test(self) -> Test:
        test = self.part.test()
        return lambda facts: not test(facts)

    def why(self, facts: Facts) -> Why:
        inner = self.part.why(facts)
        return Why(not inner.holds, f"{inner.sentence}, which the rule excludes" if inner.holds else inner.sentence)


def age_limits(condition: Condition | None) -> Iterator[timedelta]:
    """The ages a condition asks about: when a subject passes one, the answer may become another."""
    match condition:
        case AgeIs():
            yield condition.limit
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from age_limits(part)
        case NotThis():
            yield from age_limits(condition.part)


def words_asked(condition: Condition | None, fact: str) -> Iterator[str]:
    """The words a condition compares `fact` with, wherever it does."""
    match condition:
        case WordIs() if condition.fact == fact:
            yield from condition.words
        case AllOf() | AnyOf():
            for part in condition.parts:
                yield from words_asked(part, fact)
        case NotThis():
            yield from words_asked(condition.part, fact)


def _compiled(pattern: str) -> Callable[[bytes], object]:
    if len(pattern) > MOST_PATTERN:
        raise ValueError(f"the regular expression is longer than {MOST_PATTERN} characters")
    try:
        # With little memory RE2 gives up early on what is much too large.
        size = re2.compile(pattern, _options(max_mem=64 * 1024)).programsize
    except re2.error as error:
        said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
        if "too large" not in said:
            raise ValueError(f"this is no regular expression I can use: {said} (RE2 has no look-around)") from None
        size = MOST_PROGRAM + 1
    if size > MOST_PROGRAM:
        raise ValueError("the regular expression is too large to be quick: use smaller counts in {…}")
    search: Callable[[bytes], object] = re2.compile(pattern, _options(max_mem=8 * 1024 * 1024)).search
    return search


def _options(max_mem: int) -> re2.Options:
    options = re2.Options()
    options.max_mem = max_mem
    options.log_errors = False
    # Groups cost the fast path, and nobody reads them.
    options.never_capture = True
    return options


def _either(words: Sequence[str], conjunction: str = "or") -> str:
    """ "cz", "cz or sk", "cz, sk or pl"."""
    shown = [one_line(word, 60) for word in words]
    return f" {conjunction} ".join([part for part in (", ".join(shown[:-1]), shown[-1]) if part])
