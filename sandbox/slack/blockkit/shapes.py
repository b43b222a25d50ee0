"""The few checks every Block Kit rule is made of: strings, numbers, lists and objects, each naming the JSON pointer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any


class Findings(list[str]):
    """What is wrong, as Slack words it: a sentence and where it is, as a JSON pointer."""

    def say(self, words: str, at: str) -> None:
        self.append(f"{words} [json-pointer:{at}]")


Check = Callable[[Any, str, Findings], None]
Rule = Callable[[dict[str, Any], str, Findings], None]


def anything(value: Any, at: str, findings: Findings) -> None:
    """No demand at all: for fields whose inside is nobody's business here."""


def flag(value: Any, at: str, findings: Findings) -> None:
    if not isinstance(value, bool):
        findings.say("must provide a boolean", at)


def string(least: int = 1, most: int | None = None, form: str | None = None) -> Check:
    """A string of `least` to `most` characters that fully matches `form`, a regular expression."""
    pattern = re.compile(form, re.ASCII) if form else None

    def check(value: Any, at: str, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.say("must provide a string", at)
        elif len(value) < least:
            findings.say(f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            findings.say(f"must be less than {most + 1} characters", at)
        elif pattern and not pattern.fullmatch(value):
            findings.say("must match the required format", at)

    return check


def whole(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, at: str, findings: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            findings.say("must provide an integer", at)
        elif least is not None and value < least:
            findings.say(f"must be at least {least}", at)
        elif most is not None and value > most:
            findings.say(f"must be at most {most}", at)

    return check


def number(value: Any, at: str, findings: Findings) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        findings.say("must provide a number", at)


def choice(*allowed: Any) -> Check:
    words = ", ".join(str(value) for value in allowed)

    def check(value: Any, at: str, findings: Findings) -> None:
        if value not in allowed:
            findings.say(f"must be a valid enum value ({words})", at)

    return check


def nullable(inner: Check) -> Check:
    def check(value: Any, at: str, findings: Findings) -> None:
        if value is not None:
            inner(value, at, findings)

    return check


def items(inner: Check, least: int = 1, most: int | None = None) -> Check:
    """A list of `least` to `most` items, each checked by `inner`."""

    def check(value: Any, at: str, findings: Findings) -> None:
        if not isinstance(value, list):
            findings.say("must be an array", at)
            return
        if len(value) < least:
            findings.say(f"no fewer than {least} items allowed", at)
        if most is not None and len(value) > most:
            findings.say(f"no more than {most} items allowed", at)
            return
        for number_, item in enumerate(value):
            inner(item, f"{at}/{number_}", findings)

    return check


def shape(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None, rule: Rule | None = None
) -> Check:
    """An object with exactly these fields (and `type`, which `variant` has looked at); `rule` sees the whole."""
    needed = dict(required or {})
    fields = {"type": anything, **needed, **(optional or {})}

    def check(value: Any, at: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.say("must be an object", at)
            return
        for name in needed:
            if name not in value:
                findings.say(f"missing required field: {name}", at)
        for name, inside in value.items():
            field = fields.get(name)
            if field is None:
                findings.say(f"invalid additional property: {name}", at)
            else:
                field(inside, f"{at}/{name}", findings)
        if rule is not None:
            rule(value, at, findings)

    return check


def variant(kinds: Mapping[str, Check]) -> Check:
    """One of several objects, told apart by `type`."""

    def check(value: Any, at: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.say("must be an object", at)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            findings.say("missing required field: type", at)
            return
        inner = kinds.get(kind)
        if inner is None:
            findings.say(f"unsupported type: {kind}", f"{at}/type")
        else:
            inner(value, at, findings)

    return check


def one_of(*names: str) -> Rule:
    """Exactly one of the fields `names`."""

    def rule(value: dict[str, Any], at: str, findings: Findings) -> None:
        if sum(name in value for name in names) != 1:
            findings.say(f"must define exactly one of: {', '.join(names)}", at)

    return rule


def some_of(*names: str) -> Rule:
    """At least one of the fields `names`."""

    def rule(value: dict[str, Any], at: str, findings: Findings) -> None:
        if not any(name in value for name in names):
            findings.say(f"must define at least one of: {', '.join(names)}", at)

    return rule


def together(*rules: Rule) -> Rule:
    def rule(value: dict[str, Any], at: str, findings: Findings) -> None:
        for each in rules:
            each(value, at, findings)

    return rule
