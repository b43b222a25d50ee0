"""A file people edit while the bot runs: read again when it changes, the last good version staying live."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from bot.yamlfile import FileProblems, Problem, read

T = TypeVar("T")


class LiveFile(Generic[T]):
    """What `understand(bytes, path)` makes of the file at `path`. Raises `FileProblems` when it is wrong at the start.

    A change that is wrong is not taken: `value` stays what it was, and `problems` says why.
    """

    def __init__(self, path: Path, understand: Callable[[bytes, Path], T]) -> None:
        self.path = path
        self.problems: tuple[Problem, ...] = ()
        self._understand = understand
        self._seen: bytes | None = read(path)
        self.value: T = understand(self._seen, path)

    def reload_if_changed(self) -> tuple[Problem, ...] | None:
        """None when the file is as it was; otherwise what is wrong with it now: nothing, when it is live.

        The contents are compared, not size and time: those may stay the same over a change.
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
            self.value = self._understand(raw, self.path)
            self.problems = ()
        except FileProblems as error:
            self.problems = error.problems
        return self.problems
