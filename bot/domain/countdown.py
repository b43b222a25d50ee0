"""What the clocks of a subject say at one moment: what is due when, whom to tell now, and when to look again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.ladder import CLAIMER, Clock, Step, earliest, next_of, reached, steps_due
from bot.domain.office import Quiet


@dataclass(frozen=True)
class Reminder:
    """One step to tell, and the lower ones it stands for (`passed`, by their keys).

    `mention` holds user ids and user groups. `at` is when the step was reached (UTC). `claimed` says whether somebody
    has taken the subject.
    """

    key: str
    clock: Clock
    step: Step
    at: datetime
    mention: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    claimed: bool = False


@dataclass(frozen=True)
class Countdown:
    """`clocks` run now, none while it is somebody else's turn. `reached` are the steps told, by their clock's name.

    `reminders` are to be told with this look, `passed` are keys of steps nobody needs to be told of any more.
    `next_look` (UTC) is when one of all this changes by itself.
    """

    clocks: tuple[Clock, ...] = ()
    reached: tuple[tuple[Clock, Step], ...] = ()
    reminders: tuple[Reminder, ...] = ()
    passed: tuple[str, ...] = ()
    next_look: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When the first of its clocks runs out (UTC)."""
        clock = earliest(self.clocks)
        return clock.due if clock else None

    def clock(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name), None)


STILL = Countdown()


def reached_any(clocks: Iterable[Clock], now: datetime) -> bool:
    """Whether any step's moment has passed; where none has, nobody needs to ask which were told."""
    return any(clock.ladder and clock.moment(min(step.share for step in clock.ladder)) <= now for clock in clocks)


def count_down(
    clocks: tuple[Clock, ...],
    now: datetime,
    told: Collection[str],
    *,
    quiet: Quiet | None = None,
    claimer: str | None = None,
    group: str | None = None,
    fresh: bool = False,
    others: Iterable[datetime | None] = (),
) -> Countdown:
    """The countdown of a subject whose steps `told` were told.

    `claimer` (a user id) has taken it; where nobody has, `group` is told in their place. A `fresh` subject gets its
    card with this look, which is news enough: steps it has passed already are not told. `others` are moments at which
    it must be looked at whatever its clocks say.
    """
    reminders: list[Reminder] = []
    passed: list[str] = []
    moments = [*others, *(clock.due for clock in clocks)]
    for clock in clocks:
        due, again = steps_due(clock, now, told, quiet if not fresh else None)
        moments.append(again)
        if fresh:
            passed += [clock.key(step) for step in due]
        elif due:
            *lower, step = due
            reminders.append(
                Reminder(
                    clock.key(step),
                    clock,
                    step,
                    at=clock.moment(step.share),
                    mention=_whom(step, claimer, group),
                    passed=tuple(clock.key(each) for each in lower),
                    claimed=claimer is not None,
                )
            )
    known = {*told, *(reminder.key for reminder in reminders)}
    steps = [(clock, highest) for clock in clocks if (highest := reached(clock, known))]
    return Countdown(clocks, tuple(steps), tuple(reminders), tuple(passed), next_of(moments, now))


def _whom(step: Step, claimer: str | None, group: str | None) -> tuple[str, ...]:
    """Each once: who took it may be meant twice."""
    found = [(claimer or group) if each == CLAIMER else each for each in step.mention]
    return tuple(dict.fromkeys(each for each in found if each))
