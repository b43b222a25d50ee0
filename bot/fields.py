"""Types of values in files people edit: each reads what a person wrote, or says what is wrong with it.

Codes of the marketplace are open: a slip of the fingers is caught, and a code newer than this version is written with
`new:` in front (`new:delivery_by_drone`), so that nobody needs to wait for us.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import available_timezones

from holidays.registry import EntityLoader
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from bot.domain import codes, measures
from bot.domain.conditions import LONGEST_WORD, WEEKDAYS, TextMatches
from bot.domain.facts import folded
from bot.domain.model import Money
from bot.domain.words import one_line, plain
from bot.yamlfile import Wrong

NEW = "new:"
T = TypeVar("T")

_WEEKDAYS_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
    "examples": ["mon-fri", ["mon", "wed"]],
}


@dataclass(frozen=True)
class Known:
    """An open code of the marketplace: one of `words`, or `new:` and a word. `noun` is what people call it."""

    noun: str
    words: Collection[str]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"enum": list(self.words)}, {"type": "string", "pattern": "^new:[A-Za-z0-9_]+$"}]}

    def read(self, word: str) -> str:
        if word in self.words:
            return word
        code = word.removeprefix(NEW)
        if code != word and re.fullmatch(r"[A-Za-z0-9_]{1,60}", code, re.ASCII):
            return code.lower()
        shown = one_line(word, 60)
        raise Wrong(
            f"'{shown}' is no {self.noun} I know",
            word=word,
            known=self.words,
            then=f"; where the marketplace has it, write '{NEW}{shown}'",
        )


class OneOrMore:
    """One value, or a list of at least one."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_listed, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        several = handler(schema)
        return {"anyOf": [several["items"], several]}


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _account(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", name, re.ASCII):
        raise Wrong(f"'{one_line(name, 60)}' is no account: write its name as in MARKET_ACCOUNTS, like acme")
    return name


def _channel(text: str) -> str:
    if re.fullmatch(r"#[^\W_][\w-]{0,79}", text) and text == text.lower():
        return text
    if re.fullmatch(r"[CG][A-Z0-9]{6,20}", text, re.ASCII):
        return text
    shown = one_line(text, 60)
    if re.fullmatch(r"#?[\w-]{1,80}", text):
        raise Wrong(
            f"'{shown}' is no channel: write its name as \"#{shown.lstrip('#').lower()}\", or its id like C0123ABCD"
        )
    raise Wrong(f"'{shown}' is no channel: write its name like \"#support\", or its id like C0123ABCD")


def mention(text: str) -> str:
    """A user group as people write it; a person or a whole channel is none. Raises `Wrong`."""
    if text in {"@channel", "@here", "@everyone"}:
        raise Wrong(f'{text} would wake a whole channel: mention a user group like "@support-team"')
    if re.fullmatch(r"@[^\W_][\w.-]{0,79}|S[A-Z0-9]{6,20}", text):
        return text
    shown = one_line(text, 60)
    if re.fullmatch(r"[UW][A-Z0-9]{6,20}", text, re.ASCII):
        raise Wrong(f"'{shown}' is a person: mention a user group like \"@support-team\", or its id like S0123ABCD")
    raise Wrong(f"'{shown}' is no user group: write its handle like \"@support-team\", or its id like S0123ABCD")


def _tag(tag: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,23}", tag, re.ASCII):
        raise Wrong(f"'{one_line(tag, 60)}' is no tag: write up to 24 of a-z, 0-9 and '-', like 'vip'")
    return tag


def _switch(value: Any) -> Any:
    if value in ("on", "off"):
        return value == "on"
    if not isinstance(value, bool):
        shown = one_line(str(value), 60)
        raise Wrong(f"'{shown}' is neither on nor off")
    return value


def _zone(name: str) -> str:
    if name not in _zones():
        raise Wrong(f"'{one_line(name, 60)}' is no time zone", word=name, known=_zones())
    return name


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """Finding them takes 30 ms of walking through folders."""
    return tuple(sorted(available_timezones()))


def _country(code: str) -> str:
    if code.upper() not in EntityLoader.get_country_codes(include_aliases=False):
        raise Wrong(f"'{one_line(code, 60)}' is no country whose holidays I know: write it like 'de'")
    return code.upper()


def _days(value: Any) -> list[int]:
    """Weekdays (0 is Monday) of "mon", "sat" and of ranges like "mon-fri"."""
    found: list[int] = []
    for word in map(str, _listed(value)):
        first, dash, last = word.partition("-")
        for day in (first, last) if dash else (first,):
            if day not in WEEKDAYS:
                raise Wrong(
                    f"'{one_line(day, 60)}' is no day: write mon, tue, ... or mon-fri", word=day, known=WEEKDAYS
                )
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last if dash else first)
        if start > end:
            raise Wrong(f"'{word}' goes backwards: write the days one by one")
        found += range(start, end + 1)
    return sorted(set(found))


def _minute_of_day(value: Any) -> int:
    text = str(value)
    written = re.fullmatch(r"([01]?\d|2[0-4]):([0-5]\d)", text, re.ASCII)
    minute = int(written[1]) * 60 + int(written[2]) if written else 1441
    if minute > 1440:
        raise Wrong(f"'{one_line(text, 60)}' is no time of day: write it like 08:30, up to 24:00")
    return minute


def _phrase(text: str) -> str:
    if not folded(plain(text, LONGEST_WORD)):
        raise Wrong("an empty word would be found in every text")
    return text


def _pattern(value: Any) -> TextMatches:
    if not isinstance(value, str) or not value:
        raise Wrong("write a regular expression in quotes here, like '(?i)\\biban\\b'")
    return TextMatches(value)


def _money(value: Any) -> Money:
    return measures.money(str(value))


def _span(value: Any) -> timedelta:
    return measures.span(str(value))


Several = Annotated[list[T], Field(min_length=1), OneOrMore()]

Kind = Literal["ticket", "return", "order", "unit"]
Account = Annotated[str, AfterValidator(_account)]
Storefront = Annotated[str, Known("storefront", codes.STOREFRONTS)]
Topic = Annotated[str, Known("topic", codes.TOPICS)]
OpenReason = Annotated[str, Known("open_reason", codes.OPEN_REASONS)]
ReturnReason = Annotated[str, Known("reason", codes.RETURN_REASONS)]
Status = Annotated[str, Known("status", codes.ALL_STATUSES)]
Fulfillment = Annotated[str, Known("fulfillment", codes.FULFILLMENTS)]

Amount = Annotated[Money, BeforeValidator(_money), WithJsonSchema({"type": "string", "examples": ["100 EUR"]})]
Span = Annotated[timedelta, BeforeValidator(_span), WithJsonSchema({"type": "string", "examples": ["4 hours"]})]
Zone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})]
Country = Annotated[str, AfterValidator(_country), WithJsonSchema({"type": "string", "examples": ["de"]})]
MinuteOfDay = Annotated[int, BeforeValidator(_minute_of_day), WithJsonSchema({"type": "string", "examples": ["08:30"]})]
Weekdays = Annotated[list[int], BeforeValidator(_days), WithJsonSchema(_WEEKDAYS_SCHEMA)]
Phrase = Annotated[str, Field(max_length=LONGEST_WORD), AfterValidator(_phrase)]
Pattern = Annotated[TextMatches, PlainValidator(_pattern), WithJsonSchema({"type": "string"})]

Tag = Annotated[str, AfterValidator(_tag), WithJsonSchema({"type": "string", "examples": ["vip"]})]
Channel = Annotated[str, AfterValidator(_channel), WithJsonSchema({"type": "string", "examples": ["#support"]})]
Mention = Annotated[str, AfterValidator(mention), WithJsonSchema({"type": "string", "examples": ["@support-team"]})]
Switch = Annotated[bool, BeforeValidator(_switch), WithJsonSchema({"enum": ["on", "off", True, False]})]
