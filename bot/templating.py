"""Jinja as reply templates may use it: blanks, `if` and `for` over plain data, and nothing that can hurt.

Three fences stand behind each other. What is not on the short list of `refusals` is never compiled: no calls, no
arithmetic, no assignments, no includes, so a template takes no longer than its own length times the lists it names. The
sandbox looks into dicts and lists alone, so no attribute of any object can be reached. And what is rendered runs
against a budget of characters and seconds. Values are never read as templates.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, NoReturn

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from bot.domain.nearest import did_you_mean
from bot.domain.reply import LONGEST_REPLY
from bot.domain.words import one_line
from bot.replycontext import tidy

__all__ = ["FILTERS", "LOOP", "TAGS", "CannotRender", "TemplateSyntaxError", "Wording", "parsed", "refusals"]

FILTERS = ("default", "length", "lower", "upper")
LOOP = ("first", "index", "last", "length")
TAGS = ("if", "elif", "else", "endif", "for", "endfor")
TESTS = ("defined",)
MOST_SECONDS = 2.0
MOST_SOURCE = LONGEST_REPLY

# A line of nothing but tags and comments.
_TAG = r"(?:\{%(?:(?!%\})[^\n])*%\}|\{#(?:(?!#\})[^\n])*#\})"
_TAG_LINE = re.compile(rf"^[ \t]*({_TAG}(?:[ \t]*{_TAG})*)[ \t]*\n", re.MULTILINE)

_ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Getattr, nodes.Getitem),
    *(nodes.Const, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Test),
    *(nodes.Filter, nodes.List, nodes.Tuple),
)
# Names with a meaning of their own in Jinja.
_SPECIAL = ("self", "super", "caller", "varargs", "kwargs")
_CALLED = {
    nodes.Assign: "{% set %}",
    nodes.AssignBlock: "{% set %}",
    nodes.FromImport: "{% from %}",
    nodes.CallBlock: "{% call %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.Call: "calling something, name(...),",
    nodes.Concat: "~ (write one blank after the other)",
    nodes.Slice: "a part of a list, [1:2],",
    nodes.Keyword: "a named option of a filter",
}


class CannotRender(Exception):
    """Why a reply cannot be written. `placeholder` is what is missing, or empty when it is something else."""

    def __init__(self, placeholder: str, sentence: str) -> None:
        self.placeholder = placeholder
        self.sentence = sentence
        super().__init__(sentence)


class Absent(TemplateRuntimeError):
    """A value was used that the context does not have: `name` of `owner`, which is None at the top."""

    def __init__(self, owner: object, name: object) -> None:
        self.owner = None if owner is missing else owner
        self.name = str(name)
        super().__init__(self.name)


class _Undefined(StrictUndefined):
    """As StrictUndefined, and remembers whose value is missing."""

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        def absent(_: str) -> Absent:
            return Absent(obj, name)

        super().__init__(hint, obj, name, exc=absent)  # type: ignore[arg-type]  # It is called, and what it returns raised.


class _Environment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)
    intercepted_unops = frozenset(ImmutableSandboxedEnvironment.default_unop_table)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`order.id`: a key of a dict, or one of the few things a loop knows about itself."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, StrictUndefined):
            obj._fail_with_undefined_error()
        plain = (isinstance(obj, dict) and isinstance(argument, str)) or (
            isinstance(obj, list) and isinstance(argument, int)
        )
        if plain:
            try:
                return obj[argument]
            except LookupError:
                pass
        return self.undefined(obj=obj, name=argument)

    def call(self, *_: Any, **__: Any) -> NoReturn:
        raise SecurityError("nothing can be called")

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> NoReturn:
        raise SecurityError("nothing is computed")

    def call_unop(self, context: Any, operator: str, arg: Any) -> NoReturn:
        raise SecurityError("nothing is computed")


def _fenced() -> _Environment:
    environment = _Environment(undefined=_Undefined, autoescape=False, keep_trailing_newline=True)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    return environment


_ENVIRONMENT = _fenced()


def parsed(source: str) -> nodes.Template:
    """The tree of a template. Raises TemplateSyntaxError with `lineno`.

    A line of nothing but tags leaves no empty line behind: its line break is moved into its last tag, so that the lines
    below keep their numbers.
    """
    try:
        return _ENVIRONMENT.parse(_TAG_LINE.sub(_closed_up, source))
    except RecursionError:
        raise TemplateSyntaxError("nested too deep", 1) from None


def _closed_up(line: re.Match[str]) -> str:
    tags = line[1]
    end = len(tags) - (3 if tags[-3] in "-+" else 2)
    return f"{tags[:end]}\n{tags[end:]}"


def refusals(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    """What reply templates may not do, each with its line."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            yield node.lineno, f"{_called(node)} is no part of reply templates: they have {{{{ blanks }}}}, if and for"
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, f"there is no filter '{node.name}'{_known(node.name, FILTERS)}"
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            yield node.lineno, f"'is {node.name}' cannot be asked: there is 'is defined' and 'is not defined'"
        elif isinstance(node, nodes.Name) and node.name in _SPECIAL:
            yield node.lineno, f"there is no '{node.name}' in reply templates"
        elif isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const | nodes.Slice):
            yield node.lineno, "only a name or a number may stand in [ ]"
        elif isinstance(node, nodes.CondExpr) and node.expr2 is None:
            yield node.lineno, "an 'if' inside of {{ }} needs its 'else'"
        elif isinstance(node, nodes.For) and (node.recursive or any(node.find_all(nodes.For))):
            yield node.lineno, "a 'for' inside of a 'for' is no part of reply templates"


def _called(node: nodes.Node) -> str:
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr) and type(node) not in _CALLED:
        return "arithmetic"
    return _CALLED.get(type(node), f"{{% {type(node).__name__.lower()} %}}")


def _known(word: str, words: tuple[str, ...]) -> str:
    return did_you_mean(word, words) or f" (there is {', '.join(words)})"


class Wording:
    """The text of a template in one language, ready to be filled in."""

    def __init__(self, tree: nodes.Template, file: str) -> None:
        """Raises TemplateSyntaxError for a tree that `refusals` has words about, or that is nested too deep."""
        for line, sentence in refusals(tree):
            raise TemplateSyntaxError(sentence, line, filename=file)
        try:
            code: CodeType = _ENVIRONMENT.compile(tree, filename=file)
        except (RecursionError, SyntaxError, MemoryError):
            raise TemplateSyntaxError("nested too deep", 1, filename=file) from None
        self._template = Template.from_code(_ENVIRONMENT, code, {})

    def render(
        self,
        context: Mapping[str, Any],
        why: Callable[[str], str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> str:
        """The text for `context`. `why` says why a placeholder is not known. Raises CannotRender."""
        pieces: list[str] = []
        length, until = 0, clock() + MOST_SECONDS
        try:
            for piece in self._template.generate(context):
                length += len(piece)
                if length > LONGEST_REPLY:
                    raise CannotRender("", f"The text is longer than the {LONGEST_REPLY:,} characters a message holds.")
                if clock() > until:
                    raise CannotRender("", "Filling in the text takes too long.")
                pieces.append(piece)
        except Absent as absent:
            path = _path(absent, context)
            raise CannotRender(path, f"{path} is missing: {why(path)}.") from None
        except CannotRender:
            raise
        except Exception as error:  # A template that does not fit its data may raise anything; none of it may get out.
            raise CannotRender("", f"The text cannot be filled in: {one_line(str(error), 200)}.") from error
        text = tidy("".join(pieces))
        if not text:
            raise CannotRender("", "The text is empty.")
        return text


def _path(absent: Absent, context: Mapping[str, Any]) -> str:
    """The dotted name of what was missing."""
    owner = next((path for path, value in _values(context) if value is absent.owner), "")
    return f"{owner}.{absent.name}" if owner else absent.name


def _values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every dict and list of a context with its dotted name; items of lists have `[]` for their number."""
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            yield from _values(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        yield path, value
        for inner in value:
            yield from _values(inner, f"{path}[]")
