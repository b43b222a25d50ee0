"""One folder of templates/replies, read and checked: a template.yaml and a <locale>.j2 for each language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bot.domain.facts import folded
from bot.domain.locales import locale_named
from bot.domain.placeholders import why_absent
from bot.domain.reply import Input, ReplyTemplate, Shop
from bot.phrases import spoken
from bot.proofreading import Proof, proofread
from bot.replybook import ShopFile, TemplateFile
from bot.replycontext import Context, filled_in
from bot.replysamples import sample_context, sample_inputs
from bot.templating import CannotRender, TemplateSyntaxError, Wording
from bot.yamlfile import FileProblems, Problem, load, read

SETTINGS = "template.yaml"
ENDING = ".j2"


@dataclass(frozen=True)
class House:
    """shop.yaml in our words: who answers for each account, and the languages every template must have.

    Templates are tried with `trial` where it stands for a shop nobody could read.
    """

    shop: Shop
    accounts: Mapping[str, Shop]
    locales: tuple[str, ...] = ()
    trial: Shop | None = None
    _samples: dict[str, Context] = field(default_factory=dict, repr=False, compare=False)

    def sample(self, locale: str) -> Context:
        """The context of the sample ticket in `locale`, without inputs. Making one takes longer than filling it in."""
        if locale not in self._samples:
            self._samples[locale] = sample_context(locale, self.trial or self.shop)
        return self._samples[locale]

    def of(self, account: str) -> Shop:
        return self.accounts.get(account, self.shop)


@dataclass(frozen=True)
class Written:
    """A template with its texts."""

    template: ReplyTemplate
    wordings: Mapping[str, Wording]

    def render(self, locale: str, context: Context) -> str:
        """The text in `locale`. Raises CannotRender, also when there is none."""
        wording = self.wordings.get(locale)
        if wording is None:
            raise CannotRender("", f"'{self.template.title}' is not written in {locale}.")
        return wording.render(context, partial(why_absent, inputs=self.template.inputs))


def read_house(path: Path) -> House:
    """What shop.yaml says; nothing when there is no such file. Raises `FileProblems`."""
    if not path.exists():
        return House(Shop(), {})
    written = load(path, ShopFile)
    shop = written.shop(Shop())
    accounts = {name: section.shop(shop) for name, section in written.accounts.items()}
    return House(shop, accounts, tuple(dict.fromkeys(written.locales)))


def read_template(folder: Path, house: House) -> Written:
    """The template in `folder`. Raises `FileProblems` with everything that is wrong with any of its files."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", folder.name, re.ASCII):
        raise FileProblems([Problem(str(folder), 1, 1, "a template's name has small letters, digits and - alone")])
    settings = load(folder / SETTINGS, TemplateFile)
    files = {path.stem: path for path in sorted(folder.glob(f"*{ENDING}")) if not path.name.startswith(".")}
    required = tuple(settings.locales) if settings.locales else house.locales
    problems = [*_misnamed(files.values()), *_missing(folder, required, files)]
    asked = settings.asked()
    texts: dict[str, str] = {}
    words: list[str] = [folder.name, settings.title]
    wordings: dict[str, Wording] = {}
    for locale in [locale for locale in files if spoken(locale)]:
        try:
            texts[locale] = _text(files[locale])
            proof = proofread(texts[locale], str(files[locale]), asked)
            wordings[locale] = Wording(proof.tree, str(files[locale]))
            words.append(proof.words)
            problems += _unused(files[locale], proof, asked)
        except FileProblems as error:
            problems += error.problems
        except TemplateSyntaxError as error:
            problems.append(Problem(str(files[locale]), error.lineno, 1, str(error.message)))
    template = settings.template(folder.name, tuple(sorted(wordings)), folded(" ".join(words)))
    written = Written(template, wordings)
    problems += problems or _tried(written, files, texts, house)
    if problems:
        raise FileProblems(problems)
    return written


def _text(path: Path) -> str:
    """The text of a file. Raises `FileProblems` when it is no UTF-8 or empty."""
    raw = read(path)
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = f"byte 0x{raw[error.start]:02X} is not UTF-8: save the file as UTF-8"
        raise FileProblems([Problem(str(path), line, 1, said)]) from None
    if not text.strip():
        raise FileProblems([Problem(str(path), 1, 1, "the file is empty")])
    return text


def _misnamed(paths: Iterable[Path]) -> Iterable[Problem]:
    for path in paths:
        if not spoken(path.stem) or not re.fullmatch(r"[a-z]{2,3}-[A-Z]{2}", path.stem, re.ASCII):
            meant = locale_named(path.stem)
            near = f" (did you mean '{meant}{ENDING}'?)" if meant else ""
            yield Problem(str(path), 1, 1, f"'{path.stem}' is no locale like de-AT{near}")


def _missing(folder: Path, required: Sequence[str], files: Mapping[str, Path]) -> Iterable[Problem]:
    for locale in required:
        if locale not in files:
            sentence = f"there is no {locale}{ENDING}: write it, or list the languages it has under 'locales'"
            yield Problem(str(folder / SETTINGS), 1, 1, sentence)
    if not required and not files:
        yield Problem(str(folder / SETTINGS), 1, 1, "there is no text beside this file, like de-DE.j2")


def _unused(path: Path, proof: Proof, asked: Sequence[Input]) -> Iterable[Problem]:
    for wanted in asked:
        if wanted.name not in proof.used:
            sentence = f"inputs.{wanted.name} is asked from the agent and does not stand in this text"
            yield Problem(str(path), 1, 1, sentence)


def _tried(written: Written, files: Mapping[str, Path], texts: Mapping[str, str], house: House) -> Iterable[Problem]:
    """What goes wrong when each text is filled in for a ticket about which everything is known."""
    told: set[tuple[str, str]] = set()
    for locale in written.wordings:
        for inputs in sample_inputs(written.template.inputs, locale):
            try:
                written.render(locale, {**house.sample(locale), "inputs": filled_in(inputs, locale)})
            except CannotRender as error:
                if (locale, error.sentence) not in told:
                    told.add((locale, error.sentence))
                    yield Problem(str(files[locale]), *_where(texts[locale], error.placeholder), _ask(error))


def _ask(error: CannotRender) -> str:
    sentence = error.sentence.rstrip(".")
    if error.placeholder.startswith("inputs."):
        return f"{sentence}; it may stay empty, so ask 'if {error.placeholder} is defined'"
    return sentence


def _where(text: str, placeholder: str) -> tuple[int, int]:
    """The line and column where `placeholder` stands first."""
    offset = max(text.find(placeholder), 0) if placeholder else 0
    before = text[:offset]
    return before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1
