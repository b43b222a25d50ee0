"""rules/routing.yaml as it is now, read again when it changes.

A change that is wrong is not taken: the last good rules stay live, and `problems` says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.domain.conditions import words_asked
from bot.domain.nearest import did_you_mean
from bot.domain.routing import RuleBook
from bot.domain.words import one_line
from bot.replies import ReplyTemplates
from bot.rulebook import RulesFile
from bot.yamlfile import FileProblems, Problem, checked, parse, read

__all__ = ["FileProblems", "Problem", "RuleFile", "check_text"]


class RuleFile:
    """The rules of the file at `path`. Raises `FileProblems` when they are wrong at the start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = ()
        self._seen: bytes | None = read(path)
        self.book: RuleBook = _book(self._seen, path)

    def reload_if_changed(self) -> tuple[Problem, ...] | None:
        """None when the file is as it was; otherwise what is wrong with it now: nothing, when its rules are live.

        The contents are compared, not size and time: those may stay the same over a change, and a file is read in no
        time.
        """
        try:
            raw = read(self.path)
        except FileProblems as error:
            if self._seen is None:
                return None
            self._seen, self.problems = None, error.problems
            return self.problems
        if raw == self._seen:
            return None
        self._seen = raw
        try:
            self.book = _book(raw, self.path)
            self.problems = ()
        except FileProblems as error:
            self.problems = error.problems
        return self.problems


def unfit_templates(book: RuleBook, path: Path, folder: Path) -> tuple[Problem, ...]:
    """Rules of the file at `path` that acknowledge with a template that is not in `folder`, or that asks an agent."""
    acknowledging = [(rule, rule.acknowledge.template) for rule in book.rules if rule.acknowledge]
    if not acknowledging:
        return ()
    found = []
    templates = ReplyTemplates(folder)
    for rule, name in acknowledging:
        template = templates.find(name)
        if template is None:
            near = did_you_mean(name, templates.written) or f" (there is {', '.join(sorted(templates.written))})"
            found.append(Problem(str(path), rule.line, 1, f"there is no reply template '{one_line(name, 60)}'{near}"))
        elif template.inputs:
            asks = ", ".join(wanted.label for wanted in template.inputs)
            said = f"'{name}' asks an agent for {asks}; to acknowledge by itself, name one that asks for nothing"
            found.append(Problem(str(path), rule.line, 1, said))
    return tuple(found)


def unknown_accounts(book: RuleBook, path: Path, accounts: Sequence[str]) -> tuple[Problem, ...]:
    """Rules of the file at `path` that ask for an account nobody has set up: they never match."""
    found = []
    for rule in book.rules:
        for word in words_asked(rule.when, "account"):
            if word not in accounts:
                near = did_you_mean(word, accounts) or f" (there is {', '.join(accounts)})"
                found.append(Problem(str(path), rule.line, 1, f"there is no account '{one_line(word, 60)}'{near}"))
    return tuple(found)


def check_text(path: Path, templates: Path) -> tuple[str, int]:
    """What `kontor rules check` says about the file at `path`, and its exit code. `templates` are the replies'."""
    try:
        book = _book(read(path), path)
        if unfit := unfit_templates(book, path, templates):
            raise FileProblems(unfit)
    except FileProblems as error:
        count = f"{len(error.problems)} problem{'' if len(error.problems) == 1 else 's'}"
        return f"{error}\n\n{count}; a running bot keeps its last good rules.", 1
    lines = [f"{path}: {len(book.rules)} rules, all well."]
    lines += [f"  line {rule.line:>3}  {rule.channel:<20} {one_line(rule.name, 80)}" for rule in book.rules]
    orders = "New orders get a card." if book.shows("order") else "New orders get no card: no rule has order_new on."
    if book.shows("unit"):
        orders += f" Offers get notices; the marketplace is asked to push {', '.join(book.unit_events)}."
    return "\n".join([*lines, f"Fallback channel: {book.fallback}. {orders}"]), 0


def _book(raw: bytes, path: Path) -> RuleBook:
    document = parse(raw, str(path))
    return checked(document, RulesFile).book(document)
