"""Who may speak when: turns for callers of a limited channel. Pure: the time is handed in.

Two promises, whoever comes back when: turns really taken are never closer than the pace allows (at most `burst` at
once, then one every `gap`), and who waits is overtaken only by those who watch. They are kept apart: the pace is
counted from turns taken, so that sleepers who all come back late do not speak all at once; the order is a queue in
which those who miss their time are waited for no longer than a gap, so that one who never comes back holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Longer than the longest back-off of a look: who stays away longer went away (a restart, a subject that is gone).
FORGET_SECONDS = 600.0


@dataclass(slots=True)
class _Turn:
    """A place in the queue. Who leaves more turns (`reserve`) to others comes later; `at` is what was promised."""

    reserve: int
    at: float


@dataclass(slots=True)
class _Lane:
    """`full_at` is when the whole burst is available again if nobody speaks. `waiting` is in the order of arrival."""

    full_at: float = float("-inf")
    waiting: dict[str, _Turn] = field(default_factory=dict)


@dataclass
class Pace:
    """Gives turns `gap` seconds apart in each lane, after a burst of `burst` turns at once.

    Who must wait gets a place in the queue and keeps it: asking again does not send them to its end.
    """

    gap: float
    burst: int = 1
    _lanes: dict[str, _Lane] = field(default_factory=dict)

    def wait(self, lane: str, holder: str, now: float, *, reserve: int = 0) -> float:
        """Seconds until `holder` may speak in `lane`; 0 means now, and the turn is used up.

        `reserve` turns of the burst are left to others (people who are watching), who also come first.
        """
        queue = self._lanes.setdefault(lane, _Lane())
        at = queue.full_at - self._room(reserve) + self._ahead(queue, holder, reserve, now) * self.gap
        if at <= now:
            queue.waiting.pop(holder, None)
            queue.full_at = max(queue.full_at, now) + self.gap
            return 0.0
        turn = queue.waiting.setdefault(holder, _Turn(reserve, at))
        turn.reserve, turn.at = reserve, at
        return at - now

    def pause(self, lane: str, until: float) -> None:
        """Nobody speaks in `lane` before `until`, and the burst is used up then; those who wait keep their order."""
        queue = self._lanes.setdefault(lane, _Lane())
        queue.full_at = max(queue.full_at, until + self._room(0))

    def _room(self, reserve: int) -> float:
        return max(0, self.burst - 1 - reserve) * self.gap

    def _ahead(self, queue: _Lane, holder: str, reserve: int, now: float) -> int:
        """How many come before `holder`: earlier in the queue or watching, and not late for their own turn."""
        count = 0
        arrived_later = False
        gone = []
        for other, turn in queue.waiting.items():
            if other == holder:
                arrived_later = True
            elif turn.at + FORGET_SECONDS < now:
                gone.append(other)
            elif turn.at + self.gap >= now and (
                turn.reserve < reserve or (turn.reserve == reserve and not arrived_later)
            ):
                count += 1
        for other in gone:
            del queue.waiting[other]
        return count
