"""What may stand in rules/clocks.yaml, and how it becomes the clocks and ladders of `bot.domain.targets`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from bot import fields
from bot.domain.ladder import CLAIMER, OVERDUE, Step
from bot.domain.office import Office, Opening, Quiet
from bot.domain.schedule import Recurrence, Schedule, read_recurrence
from bot.domain.targets import FIRST_ANSWER, OWN, RETURN, ClockBook, Target
from bot.domain.words import one_line
from bot.fields import Several
from bot.rulebook import When
from bot.yamlfile import Section, Wrong

LADDERS = (OWN, FIRST_ANSWER, RETURN)
MOST_TARGETS = 100
MOST_STEPS = 12
MOST_HOURS = 28
MOST_CLOSED = 100


def _share(value: Any) -> float:
    written = re.fullmatch(r"([1-9]\d?) ?%", str(value), re.ASCII)
    if written:
        return int(written[1]) / 100
    if value == "overdue":
        return OVERDUE
    raise Wrong(f"'{one_line(str(value), 40)}' is no step: write how much of the time is used, like 80%, or overdue")


def _whom(text: str) -> str:
    return text if text == CLAIMER else fields.mention(text)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Wrong(f"'{one_line(str(value), 40)}' is no day: write it like \"2026-12-24\"") from None


def _recurrence(value: Any) -> Recurrence:
    return read_recurrence(str(value))


Share = Annotated[float, BeforeValidator(_share), WithJsonSchema({"type": "string", "examples": ["80%", "overdue"]})]
Whom = Annotated[
    str, AfterValidator(_whom), WithJsonSchema({"type": "string", "examples": [CLAIMER, "@support-leads"]})
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
When_ = Annotated[
    Recurrence,
    BeforeValidator(_recurrence),
    WithJsonSchema({"type": "string", "examples": ["every working day 08:00"]}),
]


class OpeningSection(Section):
    """From when to when somebody is in the office on these days."""

    days: fields.Weekdays
    start: fields.MinuteOfDay = Field(alias="from")
    end: fields.MinuteOfDay = Field(alias="to")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.start >= self.end:
            raise Wrong("'to' must be later than 'from'", at=("to",))
        return self

    def openings(self) -> Iterator[Opening]:
        for day in self.days:
            yield Opening(day, self.start, self.end)


class OfficeSection(Section):
    """When somebody works here. Our own targets count this time only."""

    zone: fields.Zone
    hours: list[OpeningSection] = Field(min_length=1, max_length=MOST_HOURS)
    holidays: fields.Country | None = Field(default=None, description="Whose nationwide public holidays you keep.")
    closed: list[Day] | None = Field(
        default=None, min_length=1, max_length=MOST_CLOSED, description="Days of your own."
    )

    @model_validator(mode="after")
    def _hours_do_not_overlap(self) -> Self:
        found = sorted(opening for hours in self.hours for opening in hours.openings())
        for one, next_one in pairwise(found):
            if one.weekday == next_one.weekday and next_one.start < one.end:
                raise Wrong("two of these overlap: write each hour of a day once", at=("hours",))
        return self

    def office(self) -> Office:
        openings = tuple(sorted(opening for hours in self.hours for opening in hours.openings()))
        return Office(ZoneInfo(self.zone), openings, self.holidays, frozenset(self.closed or ()))


class QuietSection(Section):
    """When nobody is mentioned. Days on which the office is closed are quiet as a whole."""

    start: fields.MinuteOfDay = Field(alias="from")
    end: fields.MinuteOfDay = Field(alias="to")

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if self.start % 1440 == self.end % 1440:
            raise Wrong("this leaves no time in which people may be told", at=("to",))
        return self


class TargetSection(Section):
    """How soon the tickets it fits are to be answered, in office time. The first that fits counts."""

    name: str = Field(min_length=1, max_length=80)
    when: When | None = None
    answer_within: fields.Span

    @model_validator(mode="after")
    def _is_some_time(self) -> Self:
        if not self.answer_within:
            raise Wrong("nobody answers in no time at all", at=("answer_within",))
        return self

    def target(self) -> Target:
        seconds = int(self.answer_within.total_seconds())
        return Target(self.name, seconds, self.when.condition() if self.when else None)


class StepSection(Section):
    """A step: when so much of the time is used, these people are told in the card's thread."""

    at: Share
    mention: Several[Whom] | None = Field(
        default=None, description="claimer is who took it, or the rule's user group where nobody did."
    )
    channel: fields.Channel | None = Field(default=None, description="Told there too, with a link to the card.")

    @model_validator(mode="after")
    def _tells_somebody(self) -> Self:
        if self.mention is None and self.channel is None:
            raise Wrong("this step tells nobody: write mention or channel")
        return self

    def step(self) -> Step:
        return Step(self.at, tuple(dict.fromkeys(self.mention or ())), self.channel)


Steps = Annotated[list[StepSection], Field(min_length=1, max_length=MOST_STEPS)]


class LaddersSection(Section):
    """Who is told while a clock runs down, lowest step first. Each step is told once."""

    own: Steps | None = Field(default=None, description="Of our own targets for answers.")
    first_answer: Steps | None = Field(default=None, description="Of the marketplace's 48 working hours.")
    return_: Steps | None = Field(default=None, alias="return", description="Of the 3 working days of a return.")

    @model_validator(mode="after")
    def _climb(self) -> Self:
        for name in LADDERS:
            shares = [step.at for step in self.steps(name)]
            for number, (one, next_one) in enumerate(pairwise(shares), start=1):
                if next_one <= one:
                    raise Wrong("a step must come later than the one above it", at=(name, number, "at"))
        return self

    def steps(self, name: str) -> list[StepSection]:
        return getattr(self, "return_" if name == RETURN else name) or []


class ClocksFile(Section):
    """rules/clocks.yaml: when the office is open, how soon we want to answer, and who is told when time runs out."""

    office: OfficeSection | None = None
    quiet: QuietSection | None = None
    digest: When_ | None = Field(default=None, description="When each channel gets the list of what is open.")
    targets: list[TargetSection] | None = Field(default=None, min_length=1, max_length=MOST_TARGETS)
    ladders: LaddersSection | None = None

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Parts that need an office where there is none, and targets that can never count."""
        if not isinstance(data, dict):
            return
        for part in ("quiet", "digest", "targets"):
            if part in data and "office" not in data:
                yield (part,), f"'{part}' needs to know the office's zone and hours: write 'office' first"
        targets = data.get("targets")
        if isinstance(targets, list) and all(isinstance(target, dict) for target in targets):
            everything = next((number for number, target in enumerate(targets) if "when" not in target), None)
            if everything is not None and everything < len(targets) - 1:
                taker = one_line(str(targets[everything].get("name")), 60)
                yield ("targets", everything + 1), f"nothing gets here: '{taker}' above has no 'when' and fits all"

    def book(self) -> ClockBook:
        office = self.office.office() if self.office else None
        return ClockBook(
            office=office,
            quiet=Quiet(office, self.quiet.start % 1440, self.quiet.end % 1440) if office and self.quiet else None,
            targets=tuple(target.target() for target in self.targets or ()),
            ladders={name: tuple(step.step() for step in self.ladders.steps(name)) for name in LADDERS if self.ladders},
            digest=Schedule(self.digest, office) if office and self.digest else None,
        )
