"""How far the sandbox's clock is ahead of this machine's, kept in a file, so that all processes of a demo agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clockface:
    """Reading costs one look at the file's time; only a change is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: int | None = None
        self._ahead = timedelta(0)

    def show(self, ahead: timedelta) -> None:
        """Let every process be `ahead` of the machine's clock from now on."""
        beside = self._path.with_suffix(".new")
        beside.write_text(f"{ahead.total_seconds():.3f}", "utf-8")
        beside.replace(self._path)

    def now(self) -> datetime:
        """The time in the sandbox (UTC)."""
        try:
            changed = self._path.stat().st_mtime_ns
            if changed != self._seen:
                self._ahead = timedelta(seconds=float(self._path.read_text("utf-8")))
                self._seen = changed
        except (OSError, ValueError):
            # Nobody has moved the clock yet.
            self._ahead = timedelta(0)
        return datetime.now(UTC) + self._ahead
