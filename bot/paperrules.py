"""rules/invoices.yaml and rules/schedules.yaml as they are now, and what `kontor … check` says about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.domain.invoice import InvoiceBook
from bot.domain.reportschedule import ReportSchedule
from bot.domain.words import one_line
from bot.invoicebook import InvoicesFile
from bot.livefile import LiveFile
from bot.schedulebook import SchedulesFile
from bot.yamlfile import FileProblems, checked, parse, read

T = TypeVar("T")
Schedules = tuple[ReportSchedule, ...]


class OptionalFile(LiveFile[T]):
    """A `LiveFile` that may be missing: then its value is `otherwise`. One that appears later is taken."""

    def __init__(self, path: Path, understand: Callable[[bytes, Path], T], otherwise: T) -> None:
        if path.exists():
            super().__init__(path, understand)
            return
        self.path, self.problems, self.value = path, (), otherwise
        self._understand, self._seen = understand, None


def invoice_file(folder: Path) -> OptionalFile[InvoiceBook]:
    """Raises `FileProblems` when the file is there and wrong."""
    return OptionalFile(folder / "invoices.yaml", invoices_understood, InvoiceBook())


def schedule_file(folder: Path) -> OptionalFile[Schedules]:
    """Raises `FileProblems` when the file is there and wrong."""
    return OptionalFile(folder / "schedules.yaml", schedules_understood, ())


def invoices_understood(raw: bytes, path: Path) -> InvoiceBook:
    return checked(parse(raw, str(path)), InvoicesFile).book()


def schedules_understood(raw: bytes, path: Path) -> Schedules:
    return checked(parse(raw, str(path)), SchedulesFile).book()


def check_invoices(path: Path) -> tuple[str, int]:
    """What `kontor invoices check` says about the file at `path`, and its exit code."""
    if not path.exists():
        return f"{path}: there is none, so every check weighs what it usually does.", 0
    try:
        book = invoices_understood(read(path), path)
    except FileProblems as error:
        return _told(error, "rules"), 1
    lines = [f"  {name:<18} {severity}" for name, severity in book.rules.severities.items()]
    return "\n".join([f"{path}: all well.", *lines]), 0


def check_schedules(path: Path) -> tuple[str, int]:
    """What `kontor schedules check` says about the file at `path`, and its exit code."""
    if not path.exists():
        return f"{path}: there is none, so no report comes by itself.", 0
    try:
        schedules = schedules_understood(read(path), path)
    except FileProblems as error:
        return _told(error, "schedules"), 1
    lines = [f"  {one_line(each.name, 40):<40} {each.kind}, {each.when.when}, to {each.channel}" for each in schedules]
    return "\n".join([f"{path}: {len(schedules)} schedules, all well.", *lines]), 0


def _told(error: FileProblems, what: str) -> str:
    count = f"{len(error.problems)} problem{'' if len(error.problems) == 1 else 's'}"
    return f"{error}\n\n{count}; a running bot keeps its last good {what}."
