"""Who may speak when: turns for callers of a limited channel. Pure: the time is handed in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Pace:
    """Gives turns `gap` seconds apart in each lane, after a burst of `burst` turns at once.

    Who must wait gets a turn of their own and keeps it: asking again does not send them to the end of the queue.
    """

    gap: float
    burst: int = 1
    _next: dict[str, float] = field(default_factory=dict)
    _held: dict[str, dict[str, float]] = field(default_factory=dict)

    def wait(self, lane: str, holder: str, now: float, *, reserve: int = 0) -> float:
        """Seconds until `holder` may speak in `lane`; 0 means now, and the turn is used up.

        `reserve` turns of the burst are left to others (people who are watching).
        """
        held = self._held.setdefault(lane, {})
        at = held.get(holder)
        if at is None:
            room = max(0, self.burst - 1 - reserve) * self.gap
            at = max(now, self._next.get(lane, 0.0) - room)
            self._next[lane] = max(now, self._next.get(lane, 0.0)) + self.gap
            self._forget(held, now)
            held[holder] = at
        if at > now:
            return at - now
        del held[holder]
        return 0.0

    def pause(self, lane: str, until: float) -> None:
        """Nobody speaks in `lane` before `until`; turns already given move by the same span, in the same order."""
        held = self._held.setdefault(lane, {})
        first = min(held.values(), default=until)
        shift = max(0.0, until - first)
        for holder in held:
            held[holder] += shift
        self._next[lane] = max(self._next.get(lane, 0.0) + (shift if held else 0.0), until)

    def _forget(self, held: dict[str, float], now: float) -> None:
        """Turns nobody came back for (a restart, a subject that went away) must not pile up."""
        if len(held) > 1000:
            for holder in [holder for holder, at in held.items() if at < now - 60]:
                del held[holder]
