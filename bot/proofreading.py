"""What is wrong with the text of a reply template, found before anybody uses it.

Each problem has its line and column and, where a word is misspelt, the nearest right one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import re2
from jinja2 import nodes

from bot.domain.nearest import did_you_mean, suggested
from bot.domain.offplatform import forbidden
from bot.domain.placeholders import Code, Flag, Group, Kind, Many, Text, paths, vocabulary
from bot.domain.reply import Input
from bot.domain.words import one_line, plain
from bot.templating import LOOP, MOST_SOURCE, TAGS, TemplateSyntaxError, parsed, refusals
from bot.yamlfile import FileProblems, Problem
from bot.yamltext import MOST_PROBLEMS

# In linear time: a text may hold any number of braces that are never closed.
_TAGS = re2.compile(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_SPACES = frozenset(" \n\t\u00a0\u2009\u202f")
_LOOP = Group({name: Flag() if name in ("first", "last") else Text() for name in LOOP})
_LISTED = ", ".join(TAGS)
_BRACE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}|[{}]")


@dataclass(frozen=True)
class Proof:
    """A text without problems: its tree, the inputs it uses, and its words without the tags."""

    tree: nodes.Template
    used: frozenset[str]
    words: str


def proofread(source: str, file: str, inputs: Sequence[Input] = ()) -> Proof:
    """Check the text of a template whose agent fills in `inputs`. Raises `FileProblems` with everything wrong."""
    lines = source.split("\n")
    if len(source) > MOST_SOURCE:
        said = f"the text is longer than the {MOST_SOURCE:,} characters a message holds"
        raise FileProblems([Problem(file, *_place(source, MOST_SOURCE), said)])
    try:
        tree = parsed(source)
    except TemplateSyntaxError as error:
        at = min(error.lineno, len(lines))
        found = re.search(r"\{[{%#]", lines[at - 1])
        raise FileProblems([Problem(file, at, found.start() + 1 if found else 1, _said(error))]) from None
    complaints = [Complaint(line, sentence, "") for line, sentence in refusals(tree)]
    reader = _Reader(vocabulary(inputs))
    if not complaints:
        reader.read(tree.body, {})
        complaints = reader.complaints
    problems = [complaint.problem(file, lines) for complaint in complaints]
    problems += [Problem(file, *_place(source, start), sentence) for start, sentence in _seen(source)]
    if problems:
        raise FileProblems(sorted(problems)[:MOST_PROBLEMS], max(0, len(problems) - MOST_PROBLEMS))
    return Proof(tree, frozenset(reader.used), _TAGS.sub(" ", source))


@dataclass(frozen=True)
class Complaint:
    """What is wrong in a line; `word` is what to point at in it."""

    line: int
    sentence: str
    word: str

    def problem(self, file: str, lines: Sequence[str]) -> Problem:
        text = lines[self.line - 1] if self.line <= len(lines) else ""
        # Jinja knows the line of what it read, and no column.
        column = text.find(self.word) if self.word else -1
        if column < 0:
            column = max(text.find("{"), 0)
        return Problem(file, self.line, column + 1, self.sentence)


@dataclass
class _Reader:
    """Walks through a text with what is known at each place: the placeholders, and the items of lists."""

    known: Group
    complaints: list[Complaint] = field(default_factory=list)
    used: set[str] = field(default_factory=set)

    def read(self, body: Iterable[nodes.Node], scope: Mapping[str, Kind]) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        self.printed(part, scope)
                case nodes.If():
                    self.asked(node.test, scope)
                    self.read([*node.body, *node.elif_, *node.else_], scope)
                case nodes.For():
                    self.gone_through(node, scope)

    def printed(self, node: nodes.Node, scope: Mapping[str, Kind]) -> None:
        match node:
            case nodes.TemplateData():
                self.braces(node, node.data)
                return
            case nodes.CondExpr():
                self.asked(node.test, scope)
                for part in node.iter_child_nodes(only=("expr1", "expr2")):
                    self.printed(part, scope)
                return
        kind, path = self.kind(node, scope)
        match kind:
            case Group():
                words = ", ".join(f"{path}.{name}" for name in kind.fields)
                self.complain(node, f"{path} is no single value: write one of {words}", path)
            case Many():
                self.complain(node, f"{path} is a list: go through it with {{% for unit in {path} %}}", path)
            case Flag():
                self.complain(node, f"{path} is a yes or no, which no buyer should read: ask {{% if … %}}", path)
            case Code():
                asked = f"{{% if {path} == '{kind.words[0]}' %}}"
                self.complain(node, f"{path} is a choice, whose code no buyer should read: ask {asked}", path)

    def asked(self, node: nodes.Node, scope: Mapping[str, Kind]) -> None:
        """Check the condition of an `if`."""
        match node:
            case nodes.And() | nodes.Or():
                self.asked(node.left, scope)
                self.asked(node.right, scope)
            case nodes.Not():
                self.asked(node.node, scope)
            case nodes.Test():
                self.kind(node.node, scope)
            case nodes.Compare():
                self.compared(node, scope)
            case _:
                kind, path = self.kind(node, scope)
                if isinstance(kind, Text) and not kind.known:
                    self.complain(node, f"{path} may be unknown: ask 'if {path} is defined'", path)
                elif isinstance(kind, Code | Group):
                    self.complain(node, f"{path} is always there: compare one of its values", path)

    def compared(self, node: nodes.Compare, scope: Mapping[str, Kind]) -> None:
        kind, path = self.kind(node.expr, scope)
        for operand in node.ops:
            other, _ = self.kind(operand.expr, scope)
            if not isinstance(kind, Code) or isinstance(other, Code):
                continue
            for word in _constants(operand.expr):
                if word not in kind.words:
                    near = did_you_mean(word, kind.words) or f" (it has {', '.join(kind.words)})"
                    self.complain(operand.expr, f"{path} has no choice '{one_line(word, 60)}'{near}", word)

    def gone_through(self, node: nodes.For, scope: Mapping[str, Kind]) -> None:
        kind, path = self.kind(node.iter, scope)
        item: Kind = Group({})
        if isinstance(kind, Many):
            item = kind.item
        elif kind is not None:
            self.complain(node, f"{path or 'this'} is no list: only a list can be gone through", path)
        if not isinstance(node.target, nodes.Name):
            self.complain(node, "one name must stand between 'for' and 'in'", "")
            return
        if node.target.name in self.known.fields:
            self.complain(node, f"'{node.target.name}' is a placeholder already: use another name", node.target.name)
        inner = {**scope, node.target.name: item, "loop": _LOOP}
        if node.test is not None:
            self.asked(node.test, inner)
        self.read(node.body, inner)
        self.read(node.else_, scope)

    def kind(self, node: nodes.Node, scope: Mapping[str, Kind]) -> tuple[Kind | None, str]:
        """What an expression gives, and its dotted name; None for what was complained about."""
        match node:
            case nodes.Name():
                return self.named(node, scope)
            case nodes.Getattr():
                return self.inside(node, node.node, node.attr, scope)
            case nodes.Getitem(arg=nodes.Const(value=name)):
                return self.inside(node, node.node, name, scope)
            case nodes.Filter():
                return self.filtered(node, scope)
            case nodes.Const():
                self.quoted(node)
            case nodes.List() | nodes.Tuple():
                for item in node.items:
                    self.kind(item, scope)
            case nodes.CondExpr():
                self.asked(node.test, scope)
                for part in node.iter_child_nodes(only=("expr1", "expr2")):
                    self.kind(part, scope)
            case nodes.And() | nodes.Or() | nodes.Not() | nodes.Test() | nodes.Compare():
                self.asked(node, scope)
                return Flag(), "this"
        return Text(), ""

    def filtered(self, node: nodes.Filter, scope: Mapping[str, Kind]) -> tuple[Kind | None, str]:
        for argument in node.args:
            self.kind(argument, scope)
        if node.node is None:
            return Text(), ""
        kind, path = self.kind(node.node, scope)
        if kind is not None and node.name == "length" and not isinstance(kind, Many):
            self.complain(node, f"{path or 'this'} is no list, so it has no length", path)
        elif node.name == "length" or isinstance(kind, Text):
            return Text(), path
        return kind, path

    def named(self, node: nodes.Name, scope: Mapping[str, Kind]) -> tuple[Kind | None, str]:
        kind = scope.get(node.name) or self.known.fields.get(node.name)
        if kind is None:
            words = [*self.known.fields, *scope, *paths(self.known)]
            self.complain(node, f"there is no {node.name}{did_you_mean(node.name, words)}", node.name)
        return kind, node.name

    def inside(
        self, node: nodes.Expr, owner: nodes.Node, name: object, scope: Mapping[str, Kind]
    ) -> tuple[Kind | None, str]:
        kind, path = self.kind(owner, scope)
        if isinstance(kind, Many) and isinstance(name, int):
            return kind.item, f"{path}[{name}]"
        here = f"{path}.{name}"
        if isinstance(kind, Group) and name in kind.fields:
            if path == "inputs":
                self.used.add(str(name))
            return kind.fields[str(name)], here
        if isinstance(kind, Group):
            self.complain(node, self.unknown(kind, path, str(name)), here)
        elif kind is not None:
            self.complain(node, f"{path} has no parts, so there is no {here}", here)
        return None, here

    def unknown(self, group: Group, path: str, name: str) -> str:
        here = one_line(f"{path}.{name}", 80)
        if near := suggested(name, group.fields):
            return f"there is no {here} (did you mean '{path}.{near}'?)"
        if path == "inputs":
            declared = ", ".join(group.fields) or "none"
            return f"no input is called '{one_line(name, 60)}': template.yaml declares {declared}"
        # What was meant may belong to somebody else: `order.name` is a slip for `buyer.name`.
        elsewhere = [other for other in paths(self.known) if other.rpartition(".")[2] == name]
        if len(elsewhere) == 1:
            return f"there is no {here} (did you mean '{elsewhere[0]}'?)"
        return f"there is no {here} (there is {', '.join(group.fields)})"

    def quoted(self, node: nodes.Const) -> None:
        """Text in quotes may be printed, so it is read like the text around it."""
        self.braces(node, str(node.value))
        for item in forbidden(str(node.value)):
            self.complain(node, item.sentence, item.words)

    def braces(self, node: nodes.Node, words: str) -> None:
        """Braces that were read as words reach the buyer as braces."""
        for brace in _BRACE.finditer(words):
            line = node.lineno + words.count("\n", 0, brace.start())
            sentence = f"the buyer would read this '{brace[0]}': placeholders are written {{{{ order.id }}}}"
            self.complaints.append(Complaint(line, sentence, brace[0]))

    def complain(self, node: nodes.Node, sentence: str, word: str) -> None:
        self.complaints.append(Complaint(node.lineno, sentence, word))


def _constants(node: nodes.Expr) -> Iterator[str]:
    """The texts in quotes in an expression."""
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.List | nodes.Tuple):
        for item in node.items:
            yield from _constants(item)


def _seen(source: str) -> Iterator[tuple[int, str]]:
    """What is wrong with the words themselves, as offsets with sentences."""
    # Tags become blanks of their length, so that offsets stay.
    words = _TAGS.sub(lambda tag: re.sub(r"[^\n]", " ", tag[0]), source)
    for item in forbidden(words):
        yield item.start, item.sentence
    for letter in set(source):
        if letter not in _SPACES and not plain(letter, 1):
            yield source.index(letter), f"an invisible character (U+{ord(letter):04X}) stands here: delete it"


def _place(source: str, offset: int) -> tuple[int, int]:
    before = source[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1


def _said(error: TemplateSyntaxError) -> str:
    """What Jinja says, in the words of people who write templates."""
    said = str(error.message or "cannot be read").rstrip(".")
    awaited = re.search(r"innermost block that needs to be closed is '(\w+)'", said)
    waits = f"; an open '{awaited[1]}' waits for {{% end{awaited[1]} %}}" if awaited else ""
    if unknown := re.match(r"Encountered unknown tag '(\w+)'", said):
        if unknown[1] in TAGS:
            return f"no '{'for' if unknown[1] == 'endfor' else 'if'}' is open here for '{unknown[1]}'{waits}"
        return f"there is no tag '{unknown[1]}'{did_you_mean(unknown[1], TAGS) or f' (there is {_LISTED})'}{waits}"
    if awaited:
        return f"the text ends too early{waits}"
    if "end of print statement" in said and "unexpected end" in said:
        return "a '{{' is not closed: write '}}' behind the name"
    return f"this cannot be read: {one_line(said, 200)}"
