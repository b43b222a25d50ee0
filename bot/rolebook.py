"""What may stand in rules/roles.yaml, and how it becomes the roles that `bot.domain.access` asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from bot import fields
from bot.domain.access import ADMINS, EVERYBODY, Approvals, Ceiling, Grant, Limits, Role, RoleBook
from bot.domain.deeds import DEEDS, EVERYTHING
from bot.domain.words import one_line
from bot.fields import Several
from bot.yamlfile import Document, Section, Wrong

MOST_ROLES = 100
MOST_LINES = 100
LIMITS = ("each", "per_day", "times_per_day", "count", "percent")
_NOUNS = sorted({f"{kind.partition('.')[0]}.*" for kind in DEEDS if "." in kind})
PATTERNS = (EVERYTHING, *DEEDS, *_NOUNS)


def _pattern(text: str) -> str:
    if text in PATTERNS:
        return text
    raise Wrong(f"'{one_line(text, 60)}' is nothing people can do here", word=text, known=PATTERNS)


def _user(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]{6,20}", text, re.ASCII):
        raise Wrong(f"'{one_line(text, 60)}' is no user id: write it like U0123ABCD (in a profile: ⋮ > Copy member ID)")
    return text


def _who(text: str) -> str:
    if text in (EVERYBODY, ADMINS) or re.fullmatch(r"[UW][A-Z0-9]{6,20}", text, re.ASCII):
        return text
    if re.fullmatch(r"@[^\W_][\w.-]{0,79}|S[A-Z0-9]{6,20}", text):
        if text in {"@channel", "@here", "@everyone"}:
            raise Wrong(f"{text} is nobody in particular: write '{EVERYBODY}' for all members of the workspace")
        return text
    if re.fullmatch(r"#[^\W_][\w-]{0,79}|[CG][A-Z0-9]{6,20}", text):
        return text
    raise Wrong(
        f"'{one_line(text, 60)}' is nobody I can find: write a user id like U0123ABCD, a user group like "
        f"\"@support-leads\", a channel like \"#returns\" for its members, '{ADMINS}' or '{EVERYBODY}'",
        word=text,
        known=(EVERYBODY, ADMINS),
    )


class _Shorthand:
    """A line of words alone is a right without limits."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.spelled_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(PATTERNS)}, handler(schema)]}

    @staticmethod
    def spelled_out(value: Any) -> Any:
        return {"do": [value]} if isinstance(value, str) else value


Kind = Annotated[str, AfterValidator(_pattern), WithJsonSchema({"enum": list(PATTERNS)})]
Who = Annotated[str, AfterValidator(_who), WithJsonSchema({"type": "string", "examples": ["@support-leads"]})]
User = Annotated[str, AfterValidator(_user), WithJsonSchema({"type": "string", "examples": ["U0123ABCD"]})]


class LimitedSection(Section):
    """What may be done, and how far. Without limits it may be done without end."""

    do: Several[Kind]
    each: Several[fields.Amount] | None = Field(default=None, description="Money in one deed, one amount per currency.")
    per_day: Several[fields.Amount] | None = Field(default=None, description="Money of one person in a day.")
    times_per_day: Annotated[int, Field(ge=1, le=100_000)] | None = None
    count: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="Things changed in one deed, like the rows of an import."
    )
    percent: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        default=None, description="How far a price may jump up or down."
    )

    @model_validator(mode="after")
    def _one_limit_per_currency(self) -> Self:
        for name in ("each", "per_day"):
            _each_currency_once(getattr(self, name) or [], name)
        return self

    def limits(self) -> Limits:
        return Limits(tuple(self.each or ()), tuple(self.per_day or ()), self.times_per_day, self.count, self.percent)


class GrantSection(LimitedSection):
    beyond: Literal["approval", "denied"] | None = Field(
        default=None, description="What happens beyond the limits: a colleague is asked (approval), or nothing."
    )

    @model_validator(mode="after")
    def _beyond_something(self) -> Self:
        if self.beyond and not self.limits() != Limits():
            raise Wrong(f"there is no limit to go beyond: write {', '.join(LIMITS)}", at=("beyond",))
        return self

    def grant(self) -> Grant:
        return Grant(tuple(self.do), self.limits(), asks=self.beyond != "denied")


GrantLine = Annotated[GrantSection, _Shorthand()]
ApproveLine = Annotated[LimitedSection, _Shorthand()]


class RoleSection(Section):
    """Who has this role, what they may do, and what they may approve for others."""

    name: str = Field(min_length=1, max_length=60)
    who: Several[Who]
    may: list[GrantLine] = Field(default_factory=list, max_length=MOST_LINES)
    approves: list[ApproveLine] = Field(default_factory=list, max_length=MOST_LINES)

    @model_validator(mode="after")
    def _gives_something(self) -> Self:
        if not self.may and not self.approves:
            raise Wrong("this role gives nothing: write what its people may do under 'may'")
        return self

    def role(self, line: int) -> Role:
        may = tuple(part.grant() for part in self.may)
        approves = tuple(Grant(tuple(part.do), part.limits()) for part in self.approves)
        return Role(self.name, tuple(self.who), may, approves, line)


class CeilingSection(Section):
    """What everybody together may do in a day, whoever approves."""

    do: Several[Kind]
    per_day: Several[fields.Amount]

    @model_validator(mode="after")
    def _one_limit_per_currency(self) -> Self:
        _each_currency_once(self.per_day, "per_day")
        return self


class ApprovalsSection(Section):
    """Where a proposal hangs, the user group told of it, and how long it lives."""

    channel: fields.Channel | None = Field(default=None, description="Left out: where the button was pressed.")
    mention: fields.Mention | None = None
    expire_after: fields.Span | None = Field(default=None, description="30 minutes where left out.")

    @model_validator(mode="after")
    def _lives(self) -> Self:
        if self.expire_after and not 60 <= self.expire_after.total_seconds() <= 86_400:
            raise Wrong("a proposal lives from a minute to a day", at=("expire_after",))
        return self

    def approvals(self) -> Approvals:
        usual = Approvals()
        seconds = self.expire_after.total_seconds() if self.expire_after else usual.seconds
        return Approvals(self.channel, self.mention, seconds)


class RolesFile(Section):
    """rules/roles.yaml: who may do what. What no role gives, nobody may."""

    roles: list[RoleSection] = Field(min_length=1, max_length=MOST_ROLES)
    ceilings: list[CeilingSection] = Field(default_factory=list, max_length=MOST_LINES)
    same_person: list[Annotated[list[User], Field(min_length=2)]] = Field(
        default_factory=list, description="Accounts of one person, who cannot approve their own proposals with another."
    )
    approvals: ApprovalsSection = Field(default_factory=ApprovalsSection)
    partial_refunds_only: fields.Switch = Field(
        default=True, description="A refund stays below the price; the whole price goes back by cancelling or a return."
    )
    day_begins_in: fields.Zone = Field(default="Europe/Berlin", description="The zone whose midnight begins a day.")

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[tuple[str | int, ...], str]]:
        """Roles with one name, and limits whose approval nobody could give."""
        roles = data.get("roles") if isinstance(data, dict) else None
        if not isinstance(roles, list) or not all(isinstance(role, dict) for role in roles):
            return
        names: set[str] = set()
        for number, role in enumerate(roles):
            name = one_line(str(role.get("name")), 60)
            if "name" in role and name in names:
                yield ("roles", number, "name"), f"a role above is called '{name}' too"
            names.add(name)
        yield from _unanswerable(roles)

    def book(self, document: Document) -> RoleBook:
        lines = [document.place(("roles", number)).line for number in range(len(self.roles))]
        return RoleBook(
            roles=tuple(role.role(line) for role, line in zip(self.roles, lines, strict=True)),
            ceilings=tuple(Ceiling(tuple(part.do), tuple(part.per_day)) for part in self.ceilings),
            same=tuple(frozenset(ids) for ids in self.same_person),
            approvals=self.approvals.approvals(),
            zone=ZoneInfo(self.day_begins_in),
            partial_only=self.partial_refunds_only,
        )


def _each_currency_once(amounts: list[Any], name: str) -> None:
    currencies = [amount.currency for amount in amounts]
    if len(set(currencies)) < len(currencies):
        raise Wrong("a currency stands here twice", at=(name,))


def _unanswerable(roles: list[dict[str, Any]]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Lines beyond whose limits a colleague is asked, though no role approves such a thing."""
    approved = [kind for role in roles for line in _lines(role, "approves") for kind in _kinds(line)]
    for number, role in enumerate(roles):
        for place, line in enumerate(_lines(role, "may")):
            if not isinstance(line, dict) or line.get("beyond") == "denied" or not set(LIMITS) & set(line):
                continue
            for kind in _kinds(line):
                if kind in PATTERNS and not any(_covers(wide, kind) for wide in approved):
                    yield ("roles", number, "may", place, "do"), f"no role approves {kind}, so nobody could go beyond"


def _lines(role: dict[str, Any], key: str) -> list[Any]:
    lines = role.get(key)
    return lines if isinstance(lines, list) else []


def _kinds(line: Any) -> list[str]:
    if isinstance(line, dict):
        line = line.get("do")
    return [str(kind) for kind in (line if isinstance(line, list) else [line])]


def _covers(wide: str, kind: str) -> bool:
    return wide in (EVERYTHING, kind) or (wide.endswith(".*") and kind.startswith(wide[:-1]))
