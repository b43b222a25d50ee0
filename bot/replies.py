"""The reply templates of a folder as they are now, read again when they change.

A template that is wrong is not taken: its last good version stays live and the others are not touched. `problems` says
what is wrong and where.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from bot.domain.facts import Facts, folded
from bot.domain.locales import closest
from bot.domain.reply import Offer, ReplyTemplate, Shop, offers, ranked, searched
from bot.replycontext import Context, reply_context
from bot.replysamples import SAMPLE_SHOP
from bot.templatefolder import SETTINGS, House, Written, read_house, read_template
from bot.templating import CannotRender
from bot.yamlfile import FileProblems, Problem

__all__ = ["CannotRender", "FileProblems", "Problem", "ReplyTemplates", "check_templates_text", "reply_context"]

FOLDER = "replies"
SHOP = "shop.yaml"

# Name, file number, size, time of change and of the change of status: a copy that keeps the time of an older file still
# has a new one of these. Reading a hundred files every few seconds would take longer than a look may wait.
Seen = tuple[tuple[str, int, int, int, int], ...]


class ReplyTemplates:
    """The templates under `folder` (TEMPLATES_DIR). Raises nothing: what is wrong stands in `problems`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = House(Shop(), {})
        self.written: dict[str, Written] = {}
        self.ranked: tuple[ReplyTemplate, ...] = ()
        self._wrong: dict[str, tuple[Problem, ...]] = {}
        self._seen: dict[str, Seen] | None = None
        self.reload_if_changed()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(problem for _, problems in sorted(self._wrong.items()) for problem in problems)

    def reload_if_changed(self) -> tuple[Problem, ...] | None:
        """None when all is as it was; otherwise what is wrong now: nothing, when everything is live."""
        seen = _look(self.folder)
        if seen == self._seen:
            return None
        before, self._seen = self._seen or {}, seen
        changed = {name for name in seen.keys() | before.keys() if seen.get(name) != before.get(name)}
        if SHOP in changed:
            self._take_house()
            changed |= seen.keys()
        self._wrong.pop(FOLDER, None)
        if FOLDER not in seen:
            # A folder that is not there any more says nothing about its templates: they stay live.
            self._wrong[FOLDER] = (Problem(str(self.folder / FOLDER), 1, 1, "there is no such folder"),)
            return self.problems
        for key in sorted(changed - {SHOP, FOLDER}):
            self._take(key, gone=key not in seen)
        self._tell_twins()
        self.ranked = ranked(written.template for written in self.written.values())
        return self.problems

    def for_ticket(self, facts: Facts) -> tuple[Offer, ...]:
        """What is offered for a ticket: those that fit it first, the more specific before the less."""
        return offers(self.ranked, facts)

    def search(self, words: str, facts: Facts) -> tuple[Offer, ...]:
        """Those of `for_ticket` that have all `words` in title or text; case and accents make no difference."""
        return searched(self.for_ticket(facts), words)

    def find(self, name: str) -> ReplyTemplate | None:
        written = self.written.get(name)
        return written.template if written else None

    def shop(self, account: str) -> Shop:
        """Who answers for `account`."""
        return self.house.of(account)

    def render(self, name: str, locale: str, context: Context) -> str:
        """The text of a template in `locale` for a context of `reply_context`, at most 65,535 characters.

        Raises CannotRender, which names the placeholder that is missing and says why.
        """
        written = self.written.get(name)
        if written is None:
            raise CannotRender("", "This template is gone. Choose another one.")
        return written.render(closest(locale, written.wordings) or locale, context)

    def _take_house(self) -> None:
        try:
            self.house = read_house(self.folder / SHOP)
            self._wrong.pop(SHOP, None)
        except FileProblems as error:
            self._wrong[SHOP] = error.problems
            if not self.written:
                # No template is to blame for what shop.yaml does not say.
                self.house = House(Shop(), {}, trial=SAMPLE_SHOP)

    def _take(self, key: str, *, gone: bool) -> None:
        name = key.rpartition("/")[2]
        self._wrong.pop(key, None)
        if gone:
            self.written.pop(name, None)
            return
        try:
            self.written[name] = read_template(self.folder / key, self.house)
        except FileProblems as error:
            self._wrong[key] = error.problems

    def _tell_twins(self) -> None:
        """Agents cannot tell two templates with one title apart. Both stay live."""
        self._wrong.pop("", None)
        titles: dict[str, str] = {}
        for name, written in sorted(self.written.items()):
            first = titles.setdefault(folded(written.template.title), name)
            if first != name:
                path = self.folder / FOLDER / name / SETTINGS
                twin = Problem(str(path), 1, 1, f"the template '{first}' has the same title")
                self._wrong[""] = (*self._wrong.get("", ()), twin)


def check_templates_text(path: Path) -> tuple[str, int]:
    """What `kontor templates check` says about the templates under `path`, and its exit code."""
    templates = ReplyTemplates(path)
    if problems := templates.problems:
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        told = "\n".join(map(str, problems))
        return f"{told}\n\n{count}; a running bot keeps the last good version of these templates.", 1
    lines = [f"{path}: {len(templates.written)} reply templates, all well."]
    for template in sorted(templates.ranked, key=lambda template: template.name):
        lines.append(f"  {template.name:<20} {' '.join(template.locales)}  {template.title}")
    return "\n".join(lines), 0


def _look(folder: Path) -> dict[str, Seen]:
    """What the files under `folder` are like, by their folder. One that begins with _ or . is a draft, left alone."""
    seen = {SHOP: _files(folder, only=SHOP)}
    try:
        inside = [entry.name for entry in os.scandir(folder / FOLDER) if entry.is_dir() and entry.name[0] not in "._"]
    except OSError:
        return seen
    return seen | {FOLDER: ()} | {f"{FOLDER}/{name}": _files(folder / FOLDER / name) for name in sorted(inside)}


def _files(folder: Path, only: str | None = None) -> Seen:
    return tuple(sorted(_states(folder, only)))


def _states(folder: Path, only: str | None) -> Iterator[tuple[str, int, int, int, int]]:
    try:
        for entry in os.scandir(folder):
            if only is None or entry.name == only:
                state = entry.stat()
                yield entry.name, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
    except OSError:
        return
