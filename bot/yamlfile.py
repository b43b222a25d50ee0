"""The one loader for files people edit: from a path to a checked model, or to every problem with its place.

    class Roles(Section):
        agents: list[str]

    roles = load(Path("rules/roles.yaml"), Roles)

`bot.yamltext` says what may stand in such a file at all; the model says what it means.
"""

from __future__ import annotations

import json
import re
import stat
import types
import typing
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from bot.domain.nearest import did_you_mean
from bot.domain.words import one_line
from bot.yamltext import MOST_BYTES, MOST_PROBLEMS, Document, FileProblems, Mark, Problem, Where, parse

__all__ = ["Document", "FileProblems", "Mark", "Problem", "Section", "Wrong", "checked", "load", "parse", "read"]


class Section(BaseModel):
    """A part of a file: unknown keys are problems, and nothing is converted ("1" is no number, 1 is no text)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[Where, str]]:
        """What is wrong with the file as a whole, as places in `data` with sentences. `data` is as it was written."""
        return ()


M = TypeVar("M", bound=Section)


class Wrong(ValueError):
    """What a validator raises: `sentence`, the nearest of `known` to `word`, and what comes `then`.

    The nearest word is looked for only when the sentence is shown. `at` leads from the value to the key to point at.
    """

    def __init__(
        self, sentence: str, *, word: str = "", known: Collection[str] = (), then: str = "", at: Where = ()
    ) -> None:
        self.sentence, self.word, self.known, self.then = sentence, word, known, then
        self.at = at
        super().__init__(sentence)

    def told(self) -> str:
        return self.sentence + did_you_mean(self.word, self.known) + self.then


def load(path: Path, model: type[M]) -> M:
    """The checked contents of the YAML file at `path`. Raises `FileProblems` with everything that is wrong."""
    return checked(parse(read(path), str(path)), model)


def read(path: Path) -> bytes:
    """The bytes of a file of sane size. Raises `FileProblems` when there is none, or it cannot be read."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise FileProblems([Problem(str(path), 1, 1, "this is no file")])
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise FileProblems([Problem(str(path), 1, 1, "there is no such file")]) from None
    except OSError as error:
        said = error.strerror or type(error).__name__
        raise FileProblems([Problem(str(path), 1, 1, f"the file cannot be read: {said}")]) from None


def checked(document: Document, model: type[M]) -> M:
    """`document` as a `model`. Raises `FileProblems` with everything that is wrong with it, at most 50 by name."""
    value, errors = None, []
    try:
        value = model.model_validate(document.data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    # What is empty has been told already; that it is no text either is the same mistake.
    told = {Mark(problem.line, problem.column) for problem in document.problems}
    news = [(mark, error) for error in errors if (mark := _place(document, error)) not in told]
    news.sort(key=lambda found: found[0])
    problems = list(document.problems)
    problems += [
        Problem(document.file, mark.line, mark.column, _sentence(model, error)) for mark, error in news[:MOST_PROBLEMS]
    ]
    for path, sentence in model.complaints(document.data):
        mark = document.key_place(path)
        problems.append(Problem(document.file, mark.line, mark.column, sentence))
    if problems or value is None:
        raise FileProblems(problems, max(0, len(news) - MOST_PROBLEMS))
    return value


def _place(document: Document, error: ErrorDetails) -> Mark:
    path = _path(error)
    if error["type"] == "extra_forbidden" or error["input"] is None:
        return document.key_place(path)
    return document.place(path[:-1] if error["type"] == "missing" else path)


def _path(error: ErrorDetails) -> Where:
    wrong = _raised(error)
    return (*error["loc"], *(wrong.at if isinstance(wrong, Wrong) else ()))


def _raised(error: ErrorDetails) -> Exception | None:
    return error.get("ctx", {}).get("error") if error["type"] == "value_error" else None


def _sentence(model: type[Section], error: ErrorDetails) -> str:
    if raised := _raised(error):
        return raised.told() if isinstance(raised, Wrong) else str(raised)
    kind, loc, value = error["type"], error["loc"], error["input"]
    name = next((f"'{one_line(part, 60)}'" for part in reversed(loc) if isinstance(part, str)), "the file")
    if kind == "extra_forbidden":
        return _unknown_key(str(loc[-1]), sorted(set(_keys(model, loc[:-1]))))
    if kind == "literal_error":
        return _not_one_of(name, value, re.findall(r"'([^']+)'", error.get("ctx", {}).get("expected", "")))
    if kind == "string_type" and isinstance(value, (bool, int, float)):
        return f'{name} must be text: write it in quotes, "{json.dumps(value)}"'
    limits = error.get("ctx", {})
    sentence = _SENTENCES.get(kind)
    return sentence.format(name=name, **limits) if sentence else f"{name}: {error['msg']}"


_SENTENCES = {
    "missing": "{name} is missing",
    "string_type": "{name} must be text",
    "bool_type": "{name} must be true or false",
    "int_type": "{name} must be a whole number",
    "float_type": "{name} must be a number",
    "list_type": "{name} must be a list: [a, b], or lines that begin with '- '",
    "model_type": "{name} must be a mapping: lines of 'key: value'",
    "dict_type": "{name} must be a mapping: lines of 'key: value'",
    "too_short": "{name} must not be empty",
    "too_long": "{name} holds more than {max_length}",
    "string_too_short": "{name} must not be empty",
    "string_too_long": "{name} is longer than {max_length} characters",
    "greater_than_equal": "{name} must be at least {ge}",
    "less_than_equal": "{name} must be at most {le}",
}


def _unknown_key(key: str, known: Collection[str]) -> str:
    near = did_you_mean(key, known) or (f" (known here: {', '.join(known)})" if known else "")
    return f"unknown key '{one_line(key, 60)}'{near}"


def _not_one_of(name: str, value: Any, words: Collection[str]) -> str:
    if not isinstance(value, str):
        return f"{name} must be one of {', '.join(words)}"
    return f"'{one_line(value, 60)}' is not one of {', '.join(words)}{did_you_mean(value, words)}"


def _keys(kind: Any, loc: tuple[str | int, ...]) -> Iterator[str]:
    """The names of keys a model wants at `loc`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        if not loc:
            yield from fields
        elif loc[0] in fields:
            yield from _keys(fields[str(loc[0])], loc[1:])
        return
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        yield from _keys(arguments[0], loc)
    elif origin in (typing.Union, types.UnionType):
        for choice in arguments:
            yield from _keys(choice, loc)
    elif origin in (list, dict) and loc:
        yield from _keys(arguments[-1], loc[1:])
