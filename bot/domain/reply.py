"""Reply templates as values: which fit a ticket, in which order, and what the agent must still fill in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.domain.conditions import AllOf, AnyOf, Condition, Test, TextContains, TextMatches, WordIs
from bot.domain.currency import Money
from bot.domain.facts import Facts, folded
from bot.domain.locales import closest, locale_of

# The longest message the marketplace takes, and what Slack's text field holds.
LONGEST_REPLY = 65_535
LONGEST_INPUT = 3_000

Value = str | date | Decimal | Money

_NUMBER = re.compile(r"(-?\d{1,12})(?:[.,](\d{1,4}))?", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)


@dataclass(frozen=True)
class Input:
    """What a template asks from the agent. `choices` are (code, label); `default` is a placeholder to start from."""

    name: str
    label: str
    kind: str = "text"
    optional: bool = False
    hint: str | None = None
    choices: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    long: bool = False


@dataclass(frozen=True)
class ReplyTemplate:
    """A template without its texts. `when` None fits everything; `locales` are those it is written in.

    `interim` and `closes` are what the modal starts from: stay responsible after sending, close after sending.
    `words` is what a search reads: name, title and texts, folded.
    """

    name: str
    title: str
    locales: tuple[str, ...]
    when: Condition | None = None
    inputs: tuple[Input, ...] = ()
    interim: bool = False
    closes: bool = False
    words: str = field(default="", repr=False)
    matches: Test = field(init=False, repr=False, compare=False)
    weight: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", self.when.test() if self.when else lambda facts: True)
        object.__setattr__(self, "weight", specificity(self.when))


@dataclass(frozen=True)
class Offer:
    """A template in the buyer's language. `fits` is False for those offered below the others."""

    template: ReplyTemplate
    locale: str
    fits: bool


@dataclass(frozen=True)
class Tracking:
    """How a parcel can be followed, where somebody told us."""

    carrier: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Shop:
    """Who answers. `signature` and `hours` are kept by locale; `agent_signs` puts the agent's name above them."""

    name: str | None = None
    signature: Mapping[str, str] = field(default_factory=dict)
    hours: Mapping[str, str] = field(default_factory=dict)
    agent_signs: bool = False


def ranked(templates: Iterable[ReplyTemplate]) -> tuple[ReplyTemplate, ...]:
    """Templates in the order they are offered in: those that ask for more first, then by title."""
    return tuple(sorted(templates, key=lambda template: (-template.weight, folded(template.title), template.name)))


def offers(templates: Sequence[ReplyTemplate], facts: Facts) -> tuple[Offer, ...]:
    """What is offered for a ticket: of `ranked` templates those that fit it, then the others.

    Only those written in the language of its storefront, so nothing for a storefront whose language nobody told us.
    """
    wanted = locale_of(facts.storefront)
    found = [
        Offer(template, locale, template.matches(facts))
        for template in templates
        if (locale := closest(wanted, template.locales))
    ]
    return tuple(sorted(found, key=lambda offer: not offer.fits))


def searched(offered: Sequence[Offer], words: str) -> tuple[Offer, ...]:
    """Those of `offered` that have all of `words` in name, title or text; case and accents make no difference.

    Those with all of them in the title come first.
    """
    wanted = folded(words).split()
    found = [offer for offer in offered if all(word in offer.template.words for word in wanted)]
    return tuple(sorted(found, key=lambda offer: not all(word in folded(offer.template.title) for word in wanted)))


def specificity(condition: Condition | None) -> int:
    """How much a condition asks for: a topic outweighs all that is not about what the buyer wants, a short list a long
    one. Of alternatives the least demanding counts.
    """
    match condition:
        case None:
            return 0
        case WordIs():
            return _WEIGHTS.get(condition.fact, 100) - min(len(condition.words), 50)
        case TextContains() | TextMatches():
            return 400
        case AllOf():
            return sum(map(specificity, condition.parts))
        case AnyOf():
            return min(map(specificity, condition.parts))
        case _:
            return 100


_WEIGHTS = {"topic": 2000, "open_reason": 1000, "reason": 1000}


def read_inputs(
    inputs: Iterable[Input], given: Mapping[str, str | None], currency: str | None = None
) -> tuple[dict[str, Value], dict[str, str]]:
    """What the agent filled in, by name, and a sentence for each field that is wrong or missing.

    Dates are given as 2026-12-04, numbers and amounts as 12.5 or 12,5 (amounts in `currency`), choices as their codes.
    """
    values: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for wanted in inputs:
        text = (given.get(wanted.name) or "").strip()
        try:
            if text:
                values[wanted.name] = _read(wanted, text, currency)
            elif not wanted.optional:
                errors[wanted.name] = "Fill this in: the text needs it."
        except ValueError as error:
            errors[wanted.name] = str(error)
    return values, errors


def prefilled(inputs: Iterable[Input], context: Mapping[str, object]) -> dict[str, str]:
    """What fields start with: of inputs with a `default` whose placeholder is known in `context`."""
    found = {wanted.name: _at(context, wanted.default) for wanted in inputs if wanted.default}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _at(context: Mapping[str, object], path: str) -> object:
    value: object = context
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _read(wanted: Input, text: str, currency: str | None) -> Value:
    match wanted.kind:
        case "date":
            return _date(text)
        case "number":
            return Decimal(_written(_NUMBER, text, "12.5"))
        case "money":
            return _money(text, currency)
        case "choice":
            if text not in dict(wanted.choices):
                raise ValueError("Choose one of the list.")
            return text
        case _:
            if len(text) > LONGEST_INPUT:
                raise ValueError(f"This is longer than {LONGEST_INPUT:,} characters.")
            return text


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("This is no date: write it like 2026-12-04.") from None


def _money(text: str, currency: str | None) -> Money:
    amount = Decimal(_written(_AMOUNT, text, "12.50"))
    if currency is None:
        raise ValueError("Nobody told me the currency of this storefront.")
    if not amount:
        raise ValueError("An amount of nothing says nothing.")
    return Money(int(amount * 100), currency)


def _written(form: re.Pattern[str], text: str, example: str) -> str:
    """A number in the one way Python reads it."""
    found = form.fullmatch(text)
    if not found:
        raise ValueError(f"This is no number: write it like {example}.")
    return f"{found[1]}.{found[2] or 0}"
