"""rules/clocks.yaml as it is now, and what `kontor clocks check` says about it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clockbook import ClocksFile
from bot.domain.measures import said_span
from bot.domain.targets import ClockBook
from bot.domain.words import one_line
from bot.livefile import LiveFile
from bot.yamlfile import FileProblems, checked, parse, read


class ClockFile(LiveFile[ClockBook]):
    """The clocks of the file at `path`. Raises `FileProblems` when they are wrong at the start.

    The file may be missing: then the marketplace's clocks run, and nobody is told. One that appears later is taken.
    """

    def __init__(self, path: Path) -> None:
        if path.exists():
            super().__init__(path, understood)
            return
        self.path, self.problems, self.value = path, (), ClockBook()
        self._understand, self._seen = understood, None


def understood(raw: bytes, path: Path) -> ClockBook:
    return checked(parse(raw, str(path)), ClocksFile).book()


def check_text(path: Path) -> tuple[str, int]:
    """What `kontor clocks check` says about the file at `path`, and its exit code."""
    if not path.exists():
        return f"{path}: there is none, so only the marketplace's own clocks run, and nobody is told.", 0
    try:
        book = understood(read(path), path)
    except FileProblems as error:
        count = f"{len(error.problems)} problem{'' if len(error.problems) == 1 else 's'}"
        return f"{error}\n\n{count}; a running bot keeps its last good clocks.", 1
    return "\n".join([f"{path}: all well.", *_told(book)]), 0


def _told(book: ClockBook) -> list[str]:
    lines = [
        f"  target  {_span(target.seconds)} of office time: {one_line(target.name, 80)}" for target in book.targets
    ]
    for name, steps in book.ladders.items():
        for step in steps:
            whom = ", ".join([*step.mention, *([step.channel] if step.channel else [])])
            lines.append(f"  ladder  {name:<12} {step.name:<8} {whom}")
    lines.append(f"  digest  {book.digest.when if book.digest else 'none'}")
    return lines


def _span(seconds: int) -> str:
    return said_span(timedelta(seconds=seconds))
