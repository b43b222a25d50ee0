"""What may stand in rules/routing.yaml, and how it becomes the rules that `bot.domain.routing` asks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from bot import fields
from bot.domain import conditions
from bot.domain.codes import STATUSES
from bot.domain.conditions import COMPARISONS, Condition
from bot.domain.notices import Notices
from bot.domain.routing import Acknowledge, Priority, Rule, RuleBook
from bot.domain.words import one_line
from bot.fields import Several
from bot.yamlfile import Document, Section, Wrong

WORD_FACTS = ("kind", "storefront", "account", "topic", "open_reason", "reason", "status", "fulfillment")
FACTS_OF_ONE_KIND = {"topic": "ticket", "open_reason": "ticket", "reason": "return"}
PRIORITIES = {"urgent": Priority.URGENT, "normal": Priority.NORMAL, "low": Priority.LOW}
MOST_RULES = 500
MOST_PARTS = 200
MOST_PATTERNS = 200
MOST_TAGS = 5
NEW_FOR = timedelta(hours=2)

S = TypeVar("S", bound=Section)


class AmountSection(Section):
    """Limits for the amount. With several currencies each is compared with the limit of its own."""

    at_least: Several[fields.Amount] | None = None
    more_than: Several[fields.Amount] | None = None
    at_most: Several[fields.Amount] | None = None
    less_than: Several[fields.Amount] | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        return _limited(self)

    def conditions(self) -> Iterator[Condition]:
        for comparison in COMPARISONS:
            if limits := getattr(self, comparison):
                yield conditions.AmountIs(comparison, tuple(limits))


class AgeSection(Section):
    """Limits for the time since the marketplace created it, at the moment of the look."""

    at_least: fields.Span | None = None
    more_than: fields.Span | None = None
    at_most: fields.Span | None = None
    less_than: fields.Span | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        return _limited(self)

    def conditions(self) -> Iterator[Condition]:
        for comparison in COMPARISONS:
            if (limit := getattr(self, comparison)) is not None:
                yield conditions.AgeIs(comparison, limit)


class TextSection(Section):
    """What the buyer wrote. `contains_any` ignores case and accents; `matches` is a regular expression of RE2."""

    contains_any: Several[fields.Phrase] | None = None
    matches: fields.Pattern | None = None

    @model_validator(mode="after")
    def _asks(self) -> Self:
        if self.contains_any is None and self.matches is None:
            raise Wrong("nothing is asked here: write contains_any or matches")
        return self

    def conditions(self) -> Iterator[Condition]:
        if self.contains_any is not None:
            yield conditions.TextContains(tuple(self.contains_any))
        if self.matches is not None:
            yield self.matches


class HoursSection(Section):
    """Holds while it is a business hour: on `days`, `from` up to before `to`, and no public holiday of `holidays`."""

    zone: fields.Zone
    days: fields.Weekdays = Field(default_factory=lambda: [0, 1, 2, 3, 4], description="mon-fri where left out.")
    start: fields.MinuteOfDay = Field(alias="from")
    end: fields.MinuteOfDay = Field(alias="to")
    holidays: fields.Country | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.start >= self.end:
            raise Wrong("'to' must be later than 'from'; for the night write not: {business_hours: ...}", at=("to",))
        return self

    def condition(self) -> Condition:
        return conditions.WithinHours(ZoneInfo(self.zone), tuple(self.days), self.start, self.end, self.holidays)


class When(Section):
    """Conditions; all of them must hold. A condition on a fact that is absent does not hold, and `not` of it does."""

    kind: Several[fields.Kind] | None = None
    storefront: Several[fields.Storefront] | None = None
    account: Several[fields.Account] | None = None
    topic: Several[fields.Topic] | None = Field(default=None, description="Of a ticket.")
    open_reason: Several[fields.OpenReason] | None = Field(default=None, description="Of a ticket.")
    reason: Several[fields.ReturnReason] | None = Field(default=None, description="Of any unit of a return.")
    status: Several[fields.Status] | None = Field(default=None, description="Its own, or that of any of its units.")
    fulfillment: Several[fields.Fulfillment] | None = None
    amount: AmountSection | None = None
    age: AgeSection | None = None
    text: TextSection | None = None
    business_hours: HoursSection | None = None
    all_: list[When] | None = Field(default=None, alias="all", min_length=1, max_length=MOST_PARTS)
    any_: list[When] | None = Field(default=None, alias="any", min_length=1, max_length=MOST_PARTS)
    not_: When | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.model_fields_set:
            raise Wrong("no condition stands here; the last rule has no 'when' at all")
        for fact, kind in FACTS_OF_ONE_KIND.items():
            if self.kind and getattr(self, fact) and kind not in self.kind:
                raise Wrong(f"only a {kind} has a {fact}, so with this kind it never holds", at=(fact,))
        for number, status in enumerate(self.status or ()):
            if self.kind and not any(_may_be(kind, status) for kind in self.kind):
                raise Wrong(f"no {' or '.join(self.kind)} ever has the status {status}", at=("status", number))
        return self

    def condition(self) -> Condition:
        parts: list[Condition] = [
            conditions.WordIs(fact, tuple(words)) for fact in WORD_FACTS if (words := getattr(self, fact))
        ]
        for section in (self.amount, self.age, self.text):
            parts += section.conditions() if section else ()
        if self.business_hours:
            parts.append(self.business_hours.condition())
        if self.all_:
            parts += [part.condition() for part in self.all_]
        if self.any_:
            parts.append(conditions.AnyOf(tuple(part.condition() for part in self.any_)))
        if self.not_:
            parts.append(conditions.NotThis(self.not_.condition()))
        return parts[0] if len(parts) == 1 else conditions.AllOf(tuple(parts))


class AcknowledgeSection(Section):
    """A new ticket is acknowledged by itself: once, as an interim notice, before anybody of us has written.

    The buyer reads it without anybody having pressed Send, so the rule names who approved it.
    """

    template: str = Field(min_length=1, max_length=80, description="A reply template that asks the agent for nothing.")
    approved_by: str = Field(
        min_length=1, max_length=80, description="The person who answers for it, and when: a name."
    )
    within: fields.Span = Field(
        default=NEW_FOR, description="A ticket older than that is not new. 2 hours if left out."
    )

    @model_validator(mode="after")
    def _answered_for(self) -> Self:
        if not self.approved_by.strip():
            raise Wrong("write the name of the person who approved this rule", at=("approved_by",))
        return self

    def acknowledge(self) -> Acknowledge:
        return Acknowledge(self.template, one_line(self.approved_by, 80), self.within)


class RuleSection(Section):
    """One rule: what it takes (`when`; left out it takes everything), and where to."""

    name: str = Field(min_length=1, max_length=80, description="What `kontor rules explain` calls it.")
    when: When | None = None
    channel: fields.Channel = Field(description="A name like #support, or an id.")
    mention: fields.Mention | None = Field(default=None, description="A user group told once, when the card is posted.")
    priority: Literal["urgent", "normal", "low"] = "normal"
    order_new: fields.Switch = Field(
        default=False, description="Whether orders this rule takes get a card. Off by default."
    )
    late_to_send: fields.Span | None = Field(
        default=None,
        description="Orders that are still to be sent get a card this long before their delivery time runs out.",
    )
    acknowledge: AcknowledgeSection | None = Field(
        default=None, description="Tell buyers of new tickets that we got their message. Off where left out."
    )
    notices: Several[Literal["out_of_stock", "not_available"]] | None = Field(
        default=None,
        description="What of the offers it takes gets a card: sold out, not to be bought. Off if left out.",
    )
    low_stock: int | None = Field(
        default=None, ge=1, le=99_999, description="Offers with so many pieces or fewer get a card. Off if left out."
    )
    tags: Several[fields.Tag] | None = Field(
        default=None, max_length=MOST_TAGS, description="Words shown on the card, to filter and search by."
    )

    @model_validator(mode="after")
    def _has_effect(self) -> Self:
        no_orders = self.when and self.when.kind and "order" not in self.when.kind
        for name in ("order_new", "late_to_send"):
            if getattr(self, name) and no_orders:
                raise Wrong(f"{name} has no effect here: this rule takes no orders", at=(name,))
        no_units = self.when and self.when.kind and "unit" not in self.when.kind
        for name in ("notices", "low_stock"):
            if getattr(self, name) is not None and no_units:
                raise Wrong(f"{name} has no effect here: this rule takes no units", at=(name,))
        if self.acknowledge and self.when and self.when.kind and "ticket" not in self.when.kind:
            raise Wrong("acknowledge has no effect here: this rule takes no tickets", at=("acknowledge",))
        return self

    def rule(self, line: int) -> Rule:
        return Rule(
            name=self.name,
            channel=self.channel,
            when=self.when.condition() if self.when else None,
            mention=self.mention,
            priority=PRIORITIES[self.priority],
            order_new=self.order_new,
            line=line,
            tags=tuple(dict.fromkeys(self.tags or ())),
            late_to_send=self.late_to_send,
            acknowledge=self.acknowledge.acknowledge() if self.acknowledge else None,
            notices=Notices(tuple(dict.fromkeys(self.notices or ())), self.low_stock),
        )


class RulesFile(Section):
    """rules/routing.yaml: the first rule that matches decides where a card hangs. The last one matches everything."""

    fallback: fields.Channel = Field(description="For trouble, and for cards whose own channel is closed to the bot.")
    rules: list[RuleSection] = Field(min_length=1, max_length=MOST_RULES)

    @model_validator(mode="before")
    @classmethod
    def _few_patterns(cls, data: Any) -> Any:
        """Compiling costs time at each reload, and every pattern may come to hold some megabytes."""
        if _count("matches", data) > MOST_PATTERNS:
            raise Wrong(f"the file has more than {MOST_PATTERNS} regular expressions")
        return data

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Names that stand twice, rules that can never match, and a last rule that does not take everything."""
        rules = data.get("rules") if isinstance(data, dict) else None
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            return
        yield from _repeated(rules)
        everything = next((number for number, rule in enumerate(rules) if "when" not in rule), None)
        if everything is None and rules:
            yield ("rules", len(rules) - 1), "the last rule must match everything: add one without 'when' after it"
        elif everything is not None and everything < len(rules) - 1:
            taker = one_line(str(rules[everything].get("name")), 60)
            yield ("rules", everything + 1), f"nothing gets here: '{taker}' above has no 'when' and takes everything"

    def book(self, document: Document) -> RuleBook:
        lines = [document.place(("rules", number)).line for number in range(len(self.rules))]
        rules = tuple(rule.rule(line) for rule, line in zip(self.rules, lines, strict=True))
        return RuleBook(rules, self.fallback)


def _limited(section: S) -> S:
    """`section`, when it asks for something that can be."""
    limits = {name: _by_currency(name, value) for name in COMPARISONS if (value := getattr(section, name)) is not None}
    if not limits:
        raise Wrong(f"nothing is asked here: write {', '.join(COMPARISONS)}")
    for low, high in product(("at_least", "more_than"), ("at_most", "less_than")):
        for currency, least in limits.get(low, {}).items():
            most = limits.get(high, {}).get(currency)
            strict = (low, high) != ("at_least", "at_most")
            if most is not None and (least > most or (strict and least == most)):
                raise Wrong(f"nothing is both {low} and {high} of these limits", at=(high,))
    return section


def _by_currency(name: str, value: Any) -> dict[str, Any]:
    """A limit per currency; a span of time is its own only one."""
    if not isinstance(value, list):
        return {"": value}
    limits = {amount.currency: amount.minor for amount in value}
    if len(limits) < len(value):
        raise Wrong("a currency stands here twice", at=(name,))
    return limits


def _count(key: str, data: Any) -> int:
    """How often `key` stands anywhere in `data`."""
    if isinstance(data, dict):
        return int(key in data) + sum(_count(key, value) for value in data.values())
    return sum(_count(key, item) for item in data) if isinstance(data, list) else 0


def _may_be(kind: str, status: str) -> bool:
    """Whether a `kind` may have `status`; one we do not know it may."""
    return status in STATUSES[kind] or not any(status in statuses for statuses in STATUSES.values())


def _repeated(rules: list[dict[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Rules with the name or the conditions of an earlier one."""
    names: set[str] = set()
    asked: dict[str, str] = {}
    for number, rule in enumerate(rules):
        name = one_line(str(rule.get("name")), 60)
        if "name" in rule and name in names:
            yield ("rules", number, "name"), f"a rule above is called '{name}' too"
        names.add(name)
        if "when" not in rule:
            continue
        when = json.dumps(rule["when"], sort_keys=True)
        if when in asked:
            yield ("rules", number, "when"), f"nothing gets here: '{asked[when]}' above has the same conditions"
        asked.setdefault(when, name)
