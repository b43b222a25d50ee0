"""How far the marketplace is with a file of ours: what its statuses mean, when to look again, when it is stuck. Pure.

The statuses are those of the Seller API 2.27.0. One that nobody knew yesterday counts as work that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.model import ImportFile

WAITING, FETCHING, CHECKING, WORKING, AFTERWORK, DONE, FAILED, STOPPED = (
    *("waiting", "fetching", "checking", "working"),
    *("afterwork", "done", "failed", "stopped"),
)

# Status -> (phase, what it is called by people).
STATUSES = {
    "NEW": (WAITING, "waits to be fetched"),
    "DOWNLOADING": (FETCHING, "is being fetched"),
    "DOWNLOADED": (CHECKING, "was fetched"),
    "DOWNLOADING_FAILED": (FAILED, "could not be fetched"),
    "PENDING_CONVERSION": (CHECKING, "waits to be converted"),
    "CONVERTING": (CHECKING, "is being converted"),
    "CONVERSION_FAILED": (FAILED, "could not be converted"),
    "PREPARING": (CHECKING, "is being prepared"),
    "PREPARED": (CHECKING, "is prepared"),
    "PREPARING_FAILED": (FAILED, "could not be prepared"),
    "CHECKING": (CHECKING, "is being checked"),
    "CHECKED": (CHECKING, "is checked"),
    "CHECKING_FAILED": (FAILED, "did not pass the marketplace's check"),
    "PREPROCESSING": (CHECKING, "is being preprocessed"),
    "PREPROCESSED": (CHECKING, "is preprocessed"),
    "PREPROCESSING_FAILED": (FAILED, "could not be preprocessed"),
    "IMPORTING": (WORKING, "is being imported"),
    "IMPORTED": (DONE, "is imported"),
    "IMPORTING_FAILED": (FAILED, "could not be imported"),
    "IMPORTING_STOPPED": (STOPPED, "was stopped on the way"),
    "ERROR": (FAILED, "ended with an error"),
    "ABORTED": (STOPPED, "was aborted"),
    "DONE": (DONE, "is imported"),
    # Ours: what we write of an import it does not know any more.
    "VANISHED": (STOPPED, "is not known to the marketplace any more, so nobody knows what became of it"),
}
VANISHED = "VANISHED"
ENDED = frozenset({DONE, FAILED, STOPPED})

# The marketplace fetches and works within minutes; what has not moved for so long is worth a person's look.
STUCK_AFTER = {
    WAITING: timedelta(minutes=30),
    FETCHING: timedelta(minutes=30),
    CHECKING: timedelta(hours=1),
    WORKING: timedelta(hours=1),
    AFTERWORK: timedelta(hours=24),
}
SOONEST, LATEST = timedelta(seconds=3), timedelta(minutes=5)
# A look comes after a tenth of the time nothing has moved: quick at first, patient later.
PATIENCE = 0.1
BAR = 12


@dataclass(frozen=True)
class Progress:
    """What is worth remembering between two looks. Times are in UTC.

    `moved_at` is when status or line last changed, `first_line` and `first_at` where the lines were first seen moving,
    from which their speed follows.
    """

    status: str
    line: int = 0
    total: int = 0
    errors: int = 0
    note: str | None = None
    afterwork_done: bool = True
    moved_at: datetime | None = None
    first_line: int = 0
    first_at: datetime | None = None

    @property
    def phase(self) -> str:
        phase, _ = STATUSES.get(self.status, (CHECKING, ""))
        return AFTERWORK if phase == DONE and not self.afterwork_done else phase

    @property
    def words(self) -> str:
        """What goes on after "the file"."""
        if self.phase == AFTERWORK:
            return "is imported, and the marketplace works on its product data"
        known = STATUSES.get(self.status)
        return known[1] if known else f"is in a state I do not know ({self.status[:40].lower().replace('_', ' ')})"

    @property
    def ended(self) -> bool:
        return self.phase in ENDED

    @property
    def downloaded(self) -> bool:
        """Whether the marketplace has its copy, so that ours need not be published any longer."""
        return self.phase not in (WAITING, FETCHING) and not self.unfetched

    @property
    def unfetched(self) -> bool:
        """Whether it ended because the marketplace did not get the file, which says nothing against the file."""
        return self.status == "DOWNLOADING_FAILED"

    @property
    def percent(self) -> int | None:
        """How much of the file is worked through, once lines are counted."""
        if self.phase in (DONE, AFTERWORK):
            return 100
        return min(100, self.line * 100 // self.total) if self.total else None

    def speed(self, now: datetime) -> float | None:
        """Lines per second since they were first seen moving."""
        if self.first_at is None or self.line <= self.first_line:
            return None
        seconds = (now - self.first_at).total_seconds()
        return (self.line - self.first_line) / seconds if seconds > 0 else None

    def left(self, now: datetime) -> timedelta | None:
        """How long it may still take, at the speed so far."""
        speed = self.speed(now)
        if self.phase != WORKING or not speed or self.total <= self.line:
            return None
        return timedelta(seconds=round((self.total - self.line) / speed))

    def bar(self) -> str:
        filled = (self.percent or 0) * BAR // 100
        return "█" * filled + "░" * (BAR - filled)


def seen(before: Progress | None, file: ImportFile, now: datetime) -> Progress:
    """What `file` says now, compared with what was seen `before`."""
    moved = (
        before is None
        or (before.status, before.line, before.errors) != (file.status, file.current_line, file.errors)
        or before.afterwork_done != file.afterwork_done
    )
    begins = file.status == "IMPORTING" and (before is None or before.first_at is None)
    return Progress(
        status=file.status,
        line=file.current_line,
        total=file.total_lines,
        errors=file.errors,
        note=file.note,
        afterwork_done=file.afterwork_done,
        moved_at=now if moved or before is None else before.moved_at,
        first_line=file.current_line if begins or before is None else before.first_line,
        first_at=now if begins else (before.first_at if before else None),
    )


def vanished(before: Progress | None, now: datetime) -> Progress:
    """Of an import the marketplace does not know any more."""
    return replace(before or Progress(VANISHED), status=VANISHED, afterwork_done=True, moved_at=now)


def next_look(progress: Progress, now: datetime) -> datetime | None:
    """When to look again; None once the marketplace has come to an end with the file."""
    if progress.ended:
        return None
    still = now - (progress.moved_at or now)
    return now + min(max(SOONEST, still * PATIENCE), LATEST)


def stuck(progress: Progress, now: datetime) -> bool:
    """Whether nothing has moved for longer than the marketplace usually takes."""
    limit = STUCK_AFTER.get(progress.phase)
    return limit is not None and progress.moved_at is not None and now - progress.moved_at >= limit
