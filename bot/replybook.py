"""What may stand in a template.yaml and in shop.yaml, and how it becomes the templates that agents are offered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot import fields, phrases
from bot.domain.locales import LOCALES, locale_named
from bot.domain.nearest import did_you_mean
from bot.domain.offplatform import forbidden
from bot.domain.placeholders import Text, paths, vocabulary
from bot.domain.reply import Input, ReplyTemplate, Shop
from bot.domain.words import one_line
from bot.rulebook import When
from bot.yamlfile import Section, Wrong

# What Slack's menus and modals hold.
LONGEST_TITLE = 75
LONGEST_LABEL = 75
MOST_INPUTS = 10
MOST_CHOICES = 50

Place = tuple[str | int, ...]
Complaint = tuple[Place, str]


def _locale(tag: str) -> str:
    if re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", tag, re.ASCII) and phrases.spoken(tag):
        return tag
    meant = locale_named(tag)
    near = f" (did you mean '{meant}'?)" if meant else did_you_mean(tag, LOCALES.values())
    raise Wrong(f"'{one_line(tag, 40)}' is no locale like de-AT{near}")


def _input_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name, re.ASCII):
        raise Wrong(f"'{one_line(name, 60)}' is no name for an input: use small letters, digits and _")
    return name


Locale = Annotated[str, AfterValidator(_locale)]
Label = Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL)]


class InputSection(Section):
    """One thing asked from the agent; in the text it is `inputs.<name>`."""

    label: Label = Field(description="What the agent reads above the field.")
    type: Literal["text", "date", "number", "money", "choice"] = Field(
        default="text", description="Dates, numbers and amounts are written as the storefront's people do."
    )
    hint: str | None = Field(default=None, min_length=1, max_length=150)
    choices: dict[str, Label] | None = Field(
        default=None, max_length=MOST_CHOICES, description="Of type choice: codes for the text, labels for the agent."
    )
    optional: fields.Switch = Field(default=False, description="Whether it may be left empty.")
    default: str | None = Field(default=None, description="A placeholder the field starts with, like tracking.number.")
    long: fields.Switch = Field(default=False, description="Whether the field has several lines.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.type == "choice" and len(self.choices or ()) < 2:
            raise Wrong("a choice needs at least two 'choices'")
        if self.type != "choice" and self.choices is not None:
            raise Wrong("only an input of type choice has choices", at=("choices",))
        if self.type != "text" and self.default is not None:
            raise Wrong("only an input of type text has a default", at=("default",))
        if self.type != "text" and self.long:
            raise Wrong("only an input of type text can be long", at=("long",))
        if self.default is not None and self.default not in _values():
            raise Wrong(f"'{one_line(self.default, 60)}' is no placeholder", word=self.default, known=_values())
        return self

    def input(self, name: str) -> Input:
        return Input(
            name=name,
            label=self.label,
            kind=self.type,
            optional=self.optional,
            hint=self.hint,
            choices=tuple((self.choices or {}).items()),
            default=self.default,
            long=self.long,
        )


class TemplateFile(Section):
    """template.yaml: when a reply template is offered, and what it asks from the agent."""

    title: str = Field(min_length=1, max_length=LONGEST_TITLE, description="What agents choose it by.")
    when: When | None = Field(default=None, description="As in rules; left out, it is offered for every ticket.")
    inputs: dict[str, InputSection] = Field(default_factory=dict, max_length=MOST_INPUTS)
    interim: fields.Switch = Field(default=False, description="Whether we stay responsible after sending.")
    closes: fields.Switch = Field(default=False, description="Whether the ticket is closed after sending.")
    locales: list[Locale] | None = Field(
        default=None, min_length=1, description="The languages it is written in, where they are not all of shop.yaml."
    )

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.interim and self.closes:
            raise Wrong("a reply that closes the ticket leaves nothing to be responsible for", at=("closes",))
        return self

    @classmethod
    def complaints(cls, data: Any) -> Iterable[Complaint]:
        """Inputs and choices with names that no text could use."""
        inputs = _mapping(data, "inputs")
        yield from _misnamed(inputs, ("inputs",), _input_name)
        for name, section in inputs.items():
            yield from _misnamed(_mapping(section, "choices"), ("inputs", name, "choices"), _input_name)

    def template(self, name: str, locales: tuple[str, ...], words: str) -> ReplyTemplate:
        return ReplyTemplate(
            name=name,
            title=self.title,
            locales=locales,
            when=self.when.condition() if self.when else None,
            inputs=self.asked(),
            interim=self.interim,
            closes=self.closes,
            words=words,
        )

    def asked(self) -> tuple[Input, ...]:
        return tuple(section.input(name) for name, section in self.inputs.items())


class SignedSection(Section):
    """Who answers."""

    name: str | None = Field(default=None, min_length=1, max_length=80, description="The shop's name.")
    signature: dict[str, str] = Field(default_factory=dict, description="The last lines of a reply, by language.")
    hours: dict[str, str] = Field(default_factory=dict, description="When you answer, by language.")
    agent_signs: fields.Switch | None = Field(
        default=None, description="Whether the agent's name stands above the signature."
    )

    def shop(self, otherwise: Shop) -> Shop:
        """This shop; what it leaves out is that of `otherwise`."""
        return Shop(
            name=self.name or otherwise.name,
            signature={**otherwise.signature, **self.signature},
            hours={**otherwise.hours, **self.hours},
            agent_signs=otherwise.agent_signs if self.agent_signs is None else self.agent_signs,
        )


class ShopFile(SignedSection):
    """shop.yaml: who answers, and the languages every template is written in."""

    locales: list[Locale] = Field(min_length=1, description="The languages of the storefronts you sell in.")
    accounts: dict[fields.Account, SignedSection] = Field(
        default_factory=dict, description="What is different for an account of MARKET_ACCOUNTS."
    )

    @classmethod
    def complaints(cls, data: Any) -> Iterable[Complaint]:
        """What is said in no language, and what must not be told to buyers."""
        accounts = [(("accounts", name), section) for name, section in _mapping(data, "accounts").items()]
        for path, section in [((), data), *accounts]:
            for name in ("signature", "hours"):
                yield from _misnamed(_mapping(section, name), (*path, name), _locale)
        for place, words in _texts(data, ()):
            for item in forbidden(words):
                yield place, item.sentence


def _mapping(data: Any, key: str) -> dict[str, Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _misnamed(mapping: dict[str, Any], path: Place, read: Callable[[str], str]) -> Iterator[Complaint]:
    """Keys that `read` has something against, each at its own place."""
    for key in mapping:
        try:
            read(key)
        except Wrong as wrong:
            yield (*path, key), wrong.told()


def _texts(data: Any, path: Place) -> Iterator[Complaint]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict | list):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _texts(value, (*path, key))


def _values() -> tuple[str, ...]:
    """The placeholders a field may start with: single values that no input gives."""
    tree = vocabulary()
    return tuple(path for path in paths(tree) if isinstance(_kind(tree, path), Text))


def _kind(tree: Any, path: str) -> Any:
    for part in path.split("."):
        tree = tree.fields[part]
    return tree
