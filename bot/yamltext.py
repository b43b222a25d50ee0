"""YAML as people mean it, with the place of every key and value.

`on`, `no` and `12:30` are words; only `true`, `false` and plain decimal numbers are more. Nothing that can surprise
or hurt is let in: no anchors, aliases, tags, duplicate keys, empty values or invisible characters, and there are
limits on size, depth and count. They are checked while the text is read, event by event: nothing is built first and
judged later.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml
from yaml import events as seen

from bot.domain.words import one_line

MOST_BYTES = 256 * 1024
MOST_NODES = 8_000
MOST_DEPTH = 32
MOST_PROBLEMS = 50

# From the top of the data to a value: keys and numbers of items.
Where = tuple[str | int, ...]

# libyaml is some ten times faster; wheels without it are rare but exist.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

_NULL = re.compile(r"~|null|Null|NULL|")
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# Controls, line breaks no editor counts, marks that hide or reorder what follows, and no-break spaces that indent.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
    "|(?m:^)[ ]*\u00a0"
)

# What libyaml says and what a person can do about it.
_SAYINGS = {
    "mapping values are not allowed in this context": "a ':' is not expected here: is the indentation right, or is a "
    "text with ': ' in it without quotes?",
    "did not find expected key": "a 'key: value' is expected here: is the indentation right, or a quote not closed?",
    "did not find expected '-' indicator": "a '- ' is expected here: is the indentation right?",
    "found unexpected end of stream": "the file ends inside quotes: one is not closed",
    "did not find expected ',' or ']'": "a list in [ ] is not closed, or a comma is missing",
    "did not find expected ',' or '}'": "a mapping in { } is not closed, or a comma is missing",
    "did not find expected node content": "the file ends inside [ ] or { }, or a value is missing",
    "could not find expected ':'": "a 'key: value' needs its ':'",
}


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong with a file, where, and as a sentence without a full stop."""

    file: str
    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        # What a sentence quotes of the file must not play tricks on a terminal or a log.
        return f"{self.file}:{self.line}:{self.column}: {one_line(self.sentence, 500)}"


class FileProblems(Exception):
    """What is wrong with a file, in its order, and how many more there are; `str()` has one problem a line."""

    def __init__(self, problems: Iterable[Problem], more: int = 0) -> None:
        self.problems = tuple(sorted(set(problems)))
        lines = [*map(str, self.problems), *([f"... and {more} more"] if more else [])]
        super().__init__("\n".join(lines))


@dataclass
class Document:
    """The data of a file, and where each key and value stands. `problems` do not keep it from being checked further."""

    file: str
    data: Any = None
    lines: tuple[str, ...] = ()
    keys: dict[Where, Mark] = field(default_factory=dict)
    values: dict[Where, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Where) -> Mark:
        """Where the value at `path` stands, or the nearest thing around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Mark(1, 1))

    def key_place(self, path: Where) -> Mark:
        """Where the key of `path` stands; for an item of a list, where the item does."""
        while path and path not in self.values:
            path = path[:-1]
        return self.keys.get(path) or self.place(path)

    def line(self, mark: Mark) -> str:
        return self.lines[mark.line - 1] if mark.line <= len(self.lines) else ""


def parse(raw: bytes, file: str) -> Document:
    """The document in `raw`. Raises `FileProblems` when it cannot be read on, or holds what is not let in."""
    text = _decoded(raw, file)
    reader = _Reader(Document(file, lines=tuple(text.split("\n"))))
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(at.line + 1, at.column + 1) if at else Mark(1, 1)
        raise FileProblems([*reader.document.problems, _told(error, mark, reader.document)]) from None
    except yaml.YAMLError as error:
        raise FileProblems([Problem(file, 1, 1, f"YAML: {str(error).splitlines()[0][:200]}")]) from None
    if reader.forbidden:
        raise FileProblems(reader.document.problems)
    if reader.document.data is None:
        raise FileProblems([Problem(file, 1, 1, "the file is empty")])
    return reader.document


@dataclass
class _Open:
    """A list or mapping that is being read. `key` waits for its value."""

    path: Where
    value: list[Any] | dict[str, Any]
    key: str | None = None


class _Reader:
    """Builds the data of a document from events, and stops at once where a limit is passed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.forbidden = False
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        start = event.start_mark
        mark = Mark(start.line + 1, start.column + 1) if start else Mark(1, 1)
        if isinstance(event, seen.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(mark, "a second document begins here: '---' may stand at the top alone")
        elif isinstance(event, seen.AliasEvent):
            self._forbid(mark, "aliases (*name) are not allowed: write it out, or put a text with * in front in quotes")
            self._skip(mark)
        elif isinstance(event, seen.NodeEvent):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                self._stop(mark, f"the file has more than {MOST_NODES} keys and values")
            self._take_node(event, mark)
        elif isinstance(event, seen.CollectionEndEvent):
            self._open.pop()

    def _take_node(self, event: seen.NodeEvent, mark: Mark) -> None:
        if event.anchor is not None:
            self._forbid(mark, "anchors (&name) are not allowed: write it out, or put a text with & in front in quotes")
        if getattr(event, "tag", None) is not None:
            self._forbid(mark, "tags (!name) are not allowed: put a text with ! in front in quotes")
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            self._take_key(top, event, mark)
        elif isinstance(event, seen.ScalarEvent):
            self._put(_meant(event), mark)
        elif isinstance(event, seen.CollectionStartEvent):
            value: list[Any] | dict[str, Any] = [] if isinstance(event, seen.SequenceStartEvent) else {}
            path = self._put(value, mark)
            self._open.append(_Open(path, value))
            if len(self._open) > MOST_DEPTH:
                self._stop(mark, f"nested more than {MOST_DEPTH} deep")

    def _take_key(self, top: _Open, event: yaml.Event, mark: Mark) -> None:
        if not isinstance(event, seen.ScalarEvent):
            self._stop(mark, "a key must be a plain word")
        top.key = event.value
        path = (*top.path, event.value)
        if first := self.document.keys.get(path):
            self._complain(
                mark, f"'{one_line(event.value, 60)}' stands here a second time (first on line {first.line})"
            )
        else:
            self.document.keys[path] = mark

    def _put(self, value: Any, mark: Mark) -> Where:
        if not self._open:
            self.document.data = value
            self.document.values[()] = mark
            return ()
        top = self._open[-1]
        if isinstance(top.value, list):
            path: Where = (*top.path, len(top.value))
            top.value.append(value)
        else:
            assert top.key is not None
            path = (*top.path, top.key)
            top.value[top.key] = value
            top.key = None
        self.document.values[path] = mark
        if value is None:
            self._complain(self.document.keys.get(path, mark), _empty(self.document, path, mark))
        return path

    def _skip(self, mark: Mark) -> None:
        """Keep keys and values in step after an alias, which has no value of its own."""
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            top.key = ""
        else:
            self._put("", mark)

    def _forbid(self, mark: Mark, sentence: str) -> None:
        self.forbidden = True
        self._complain(mark, sentence)

    def _complain(self, mark: Mark, sentence: str) -> None:
        self.document.problems.append(Problem(self.document.file, mark.line, mark.column, sentence))
        if len(self.document.problems) >= MOST_PROBLEMS:
            raise FileProblems(self.document.problems)

    def _stop(self, mark: Mark, sentence: str) -> NoReturn:
        problem = Problem(self.document.file, mark.line, mark.column, sentence)
        raise FileProblems([*self.document.problems, problem])


def _decoded(raw: bytes, file: str) -> str:
    if len(raw) > MOST_BYTES:
        raise FileProblems([Problem(file, 1, 1, f"the file is larger than {MOST_BYTES // 1024} KiB")])
    try:
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        mark = _mark_after(before.removeprefix("\ufeff"))
        said = f"byte 0x{raw[error.start]:02X} is not UTF-8: save the file as UTF-8"
        raise FileProblems([Problem(file, mark.line, mark.column, said)]) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if hidden := _UNSEEN.search(text):
        mark = _mark_after(text[: hidden.end() - 1])
        said = f"an invisible character (U+{ord(hidden[0][-1]):04X}) stands here: delete it"
        raise FileProblems([Problem(file, mark.line, mark.column, said)])
    return text


def _meant(event: seen.ScalarEvent) -> Any:
    """The value a person means by a scalar: quoted it is text, plain it may be nothing, true, false or a number."""
    text: str = event.value
    if event.style or len(text) > 40:
        return text
    if _NULL.fullmatch(text):
        return None
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return _BOOLS.get(text, text)


def _empty(document: Document, path: Where, mark: Mark) -> str:
    name = f"'{one_line(str(path[-1]), 60)}'" if path and isinstance(path[-1], str) else "this item"
    line = document.line(document.keys.get(path, mark))
    if comment := re.search(r"[:-]\s+#(\S+)", line):
        return f'{name} is empty: # begins a comment, so write "#{one_line(comment[1], 60)}" in quotes'
    return f"{name} is empty"


def _told(error: yaml.MarkedYAMLError, mark: Mark, document: Document) -> Problem:
    said = str(error.problem or error.context or "cannot be read")
    at = document.line(mark)[mark.column - 1 : mark.column]
    if at == "\t":
        sentence = "a tab stands here: indent with spaces"
    elif "cannot start any token" in said and at:
        word = document.line(mark)[mark.column - 1 :].split()[0]
        sentence = f'a value cannot begin with {at}: write it in quotes, "{one_line(word, 60)}"'
    elif "tab character" in said:
        sentence = "a tab stands here: indent with spaces"
    else:
        sentence = _SAYINGS.get(said, f"YAML: {said}")
    return Problem(document.file, mark.line, mark.column, sentence)


def _mark_after(text: str) -> Mark:
    return Mark(text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1)
