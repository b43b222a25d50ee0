"""Which rule takes a subject, and why. Pure: the rules were read before, `now` is one of the facts.

Rules are asked in their order, the first that matches wins, and the last one matches everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import IntEnum

from bot.domain.conditions import Condition, Test, age_limits
from bot.domain.facts import Facts, order_facts, return_facts, ticket_facts, unit_facts
from bot.domain.notices import NOTHING, Notices, events

__all__ = [
    "Acknowledge",
    "Explanation",
    "Facts",
    "Priority",
    "Route",
    "Rule",
    "RuleBook",
    "Verdict",
    "explain",
    "next_age",
    "order_facts",
    "return_facts",
    "route",
    "route_now",
    "ticket_facts",
    "unit_facts",
]


class Priority(IntEnum):
    """What is looked at first when much is due: smaller first."""

    URGENT = 0
    NORMAL = 1
    LOW = 2


@dataclass(frozen=True)
class Acknowledge:
    """A rule's wish that new tickets it takes are acknowledged: once, with the reply template `template`.

    `approved_by` is who answers for it, as written in the file. A ticket older than `within` is not new any more.
    """

    template: str
    approved_by: str
    within: timedelta


@dataclass(frozen=True)
class Route:
    """Where a subject's card hangs. `channel` is `#name` or an id, `mention` an `@handle` or a user group's id.

    `shown` is False when the rules want no card: new orders where `order_new` is off. `tags` are words to find it by.
    `again_at` (UTC) is when its age may make another rule take it, None when it cannot. `late_to_send` is how long
    before the end of its delivery time an order that is still to be sent gets a card whatever `shown` says.
    `acknowledge` says how a new ticket is acknowledged without anybody's click, None when it is not. `notices` are what
    is told of an offer.
    """

    rule: str
    channel: str
    mention: str | None = None
    priority: Priority = Priority.NORMAL
    shown: bool = True
    tags: tuple[str, ...] = ()
    again_at: datetime | None = None
    late_to_send: timedelta | None = None
    acknowledge: Acknowledge | None = None
    notices: Notices = NOTHING


@dataclass(frozen=True)
class Rule:
    """One rule, ready to be asked. `when` None matches everything; `line` is where it stands in its file."""

    name: str
    channel: str
    when: Condition | None = None
    mention: str | None = None
    priority: Priority = Priority.NORMAL
    order_new: bool = False
    line: int = 0
    tags: tuple[str, ...] = ()
    late_to_send: timedelta | None = None
    acknowledge: Acknowledge | None = None
    notices: Notices = NOTHING
    matches: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", self.when.test() if self.when else _everything)

    def route(self, facts: Facts) -> Route:
        """Where this rule sends what it took."""
        shown = {"order": self.order_new, "unit": self.notices.any}.get(facts.kind, True)
        late = self.late_to_send if facts.kind == "order" else None
        return Route(
            self.name,
            self.channel,
            self.mention,
            self.priority,
            shown,
            self.tags,
            late_to_send=late,
            acknowledge=self.acknowledge if facts.kind == "ticket" else None,
            notices=self.notices if facts.kind == "unit" else NOTHING,
        )


@dataclass(frozen=True)
class RuleBook:
    """All rules of a file, and the `fallback` channel: for trouble, and for cards whose own channel is closed to us."""

    rules: tuple[Rule, ...]
    fallback: str
    ages: tuple[timedelta, ...] = field(init=False, repr=False, compare=False)
    # Those that want notices of offers, by name: what each wants and of which. Another limit is another rule.
    unit_rules: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits = {limit for rule in self.rules for limit in age_limits(rule.when)}
        object.__setattr__(self, "ages", tuple(sorted(limits)))
        wanting = {rule.name: _digest(rule) for rule in self.rules if rule.notices.any}
        object.__setattr__(self, "unit_rules", wanting)

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel a rule names, once, in the order of the file."""
        return tuple(dict.fromkeys(rule.channel for rule in self.rules))

    def shows(self, kind: str) -> bool:
        """Whether a subject of this kind can get a card at all; where not, nobody needs to ask for them."""
        if kind == "unit":
            return any(rule.notices.any for rule in self.rules)
        return kind != "order" or any(rule.order_new or rule.late_to_send is not None for rule in self.rules)

    @property
    def unit_events(self) -> tuple[str, ...]:
        """The pushes about offers that some rule needs; none where no rule wants notices."""
        return events(rule.notices for rule in self.rules)


def _digest(rule: Rule) -> str:
    """Equal for rules that want the same notices of the same offers, in every process."""
    wanted = repr((rule.name, rule.when, sorted(rule.notices.wanted), rule.notices.low_stock))
    return hashlib.blake2b(wanted.encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What one rule said: whether it took the subject, and the sentence that decided it."""

    rule: Rule
    matched: bool
    sentence: str


@dataclass(frozen=True)
class Explanation:
    """Why a subject goes where it goes: each earlier rule with its reason, and the one that took it."""

    passed: tuple[Verdict, ...]
    taken: Verdict
    route: Route
    kind: str


def route(rules: Sequence[Rule], facts: Facts) -> Route:
    """Where the first rule that matches sends it. LookupError when none does, which no checked file causes."""
    for rule in rules:
        if rule.matches(facts):
            return rule.route(facts)
    raise LookupError("the last rule must match everything")


def route_now(book: RuleBook, facts: Facts) -> Route:
    """As `route`, and when to ask again because the subject has grown older."""
    found = route(book.rules, facts)
    again_at = next_age(book.ages, facts)
    return replace(found, again_at=again_at) if again_at else found


def next_age(limits: Sequence[timedelta], facts: Facts) -> datetime | None:
    """When the subject is older than the next of `limits` (ascending): one second after it has reached that age."""
    if facts.age is None:
        return None
    coming = next((limit for limit in limits if limit >= facts.age), None)
    return facts.now + (coming - facts.age) + timedelta(seconds=1) if coming is not None else None


def explain(rules: Sequence[Rule], facts: Facts) -> Explanation:
    """The same decision as `route`, with its reasons. Raises LookupError like it."""
    passed: list[Verdict] = []
    for rule in rules:
        verdict = _verdict(rule, facts)
        if verdict.matched:
            return Explanation(tuple(passed), verdict, rule.route(facts), facts.kind)
        passed.append(verdict)
    raise LookupError("the last rule must match everything")


def _verdict(rule: Rule, facts: Facts) -> Verdict:
    if rule.when is None:
        return Verdict(rule, True, "it matches everything")
    why = rule.when.why(facts)
    return Verdict(rule, why.holds, why.sentence)


def _everything(_: Facts) -> bool:
    return True
