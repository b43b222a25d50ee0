"""What may stand in rules/schedules.yaml, and how it becomes the schedules reports are asked for by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from bot import fields
from bot.clockbook import When_
from bot.domain.clocks import calendar_of
from bot.domain.period import period
from bot.domain.report import KINDS
from bot.domain.reportschedule import ReportSchedule
from bot.domain.schedule import Schedule
from bot.domain.words import one_line
from bot.fields import Several
from bot.yamlfile import Section, Wrong

MOST_SCHEDULES = 200
SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
BY_CLOCK = tuple(code for code, kind in KINDS.items() if not kind.of_import)


def _kind(text: str) -> str:
    if text not in BY_CLOCK:
        raise Wrong(f"'{one_line(text, 60)}' is no report that can be scheduled", word=text, known=BY_CLOCK)
    return text


def _days(text: str) -> str:
    period(text, date(2026, 1, 1))
    return text


Kind = Annotated[str, AfterValidator(_kind), WithJsonSchema({"enum": list(BY_CLOCK)})]
Days = Annotated[
    str, AfterValidator(_days), WithJsonSchema({"type": "string", "examples": ["last week", "last 30 days"]})
]


class ScheduleSection(Section):
    """One report, asked for again and again."""

    name: str = Field(min_length=1, max_length=80, description="Unique. What was run is remembered under it.")
    report: Kind
    when: When_ = Field(description="Such as 'every monday 08:00' or 'every 1st of the month 06:00'.")
    days: Days | None = Field(default=None, description="Which days it is about, such as 'last week'.")
    channel: fields.Channel
    storefronts: Several[fields.Storefront] | None = Field(default=None, description="All of the account's, if none.")
    account: fields.Account | None = Field(default=None, description="Every account, if none.")
    calendar: fields.Storefront | None = Field(
        default=None, description="Whose clock and holidays count; the first storefront's, if none."
    )
    day_off: Literal["run", "next", "skip"] = Field(
        default="run", description="On a weekend or public holiday: run, on the next working day, or not at all."
    )
    seller_related: fields.Switch = Field(default=False, description="Only cancellations the seller caused.")

    @model_validator(mode="after")
    def _fits_the_report(self) -> Self:
        kind = KINDS[self.report]
        if kind.of_days and self.days is None:
            raise Wrong(f"{self.report} is about some days: write days, such as 'last week'")
        if not kind.of_days and self.days is not None:
            raise Wrong(f"{self.report} is about now, not about some days", at=("days",))
        if self.seller_related and not kind.by_cause:
            raise Wrong("only cancellations have a cause", at=("seller_related",))
        if self._schedule().after(SOME_DAY) is None:
            raise Wrong("this never happens: it only falls on days off, which day_off leaves out", at=("day_off",))
        return self

    def schedule(self) -> ReportSchedule:
        return ReportSchedule(
            name=self.name,
            when=self._schedule(),
            kind=self.report,
            channel=self.channel,
            days=self.days,
            storefronts=tuple(self.storefronts or ()),
            account=self.account,
            seller_related=self.seller_related,
        )

    def _schedule(self) -> Schedule:
        place = self.calendar or (self.storefronts or ["de"])[0]
        return Schedule(self.when, calendar_of(place), self.day_off)


class SchedulesFile(Section):
    """rules/schedules.yaml: reports that come by themselves."""

    schedules: list[ScheduleSection] | None = Field(default=None, max_length=MOST_SCHEDULES)

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Names that stand twice."""
        schedules = data.get("schedules") if isinstance(data, dict) else None
        seen: set[str] = set()
        for number, schedule in enumerate(schedules if isinstance(schedules, list) else ()):
            name = str(schedule.get("name")) if isinstance(schedule, dict) else ""
            if name and name in seen:
                yield ("schedules", number, "name"), f"a schedule above is called '{one_line(name, 60)}' too"
            seen.add(name)

    def book(self) -> tuple[ReportSchedule, ...]:
        return tuple(section.schedule() for section in self.schedules or ())
