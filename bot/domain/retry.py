"""When to look again after something failed. Pure; the random part is handed in."""

from __future__ import annotations

from dataclasses import dataclass

TRIES_BEFORE_REST = 5
FIRST_SECONDS = 2.0
LONGEST_SECONDS = 300.0


@dataclass(frozen=True)
class NextTry:
    """`seconds` until the next look, or None: rest until a person or a push asks again. `tries` is what to note."""

    seconds: float | None
    tries: int


def after_failure(tries: int, *, systemic: bool, chance: float) -> NextTry:
    """Back off after one more failed look. `tries` is what the last failure noted, 0 after a look that went well.

    A systemic failure (the marketplace or Slack is in trouble) says nothing about this subject: it backs off but
    never rests. Such failures in a row are counted below zero, the subject's own above: after a night of outage a
    subject still has all its own tries. `chance` in [0, 1) spreads the looks of many subjects over the second half of
    the wait.
    """
    count = (max(-tries, 0) if systemic else max(tries, 0)) + 1
    if not systemic and count >= TRIES_BEFORE_REST:
        return NextTry(None, count)
    wait = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(count - 1, 10))
    return NextTry(wait / 2 + wait / 2 * chance, -count if systemic else count)
