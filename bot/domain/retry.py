"""When to look again after something failed. Pure; the random part is handed in."""

from __future__ import annotations

from dataclasses import dataclass

TRIES_BEFORE_REST = 5
FIRST_SECONDS = 2.0
LONGEST_SECONDS = 300.0


@dataclass(frozen=True)
class NextTry:
    """`seconds` until the next look, or None: rest until a person or a push asks again. `tries` is the new count."""

    seconds: float | None
    tries: int


def after_failure(tries: int, *, systemic: bool, chance: float) -> NextTry:
    """Back off after the failed look number `tries + 1`.

    A systemic failure (the marketplace or Slack is in trouble) says nothing about this subject: it backs off but never
    rests. `chance` in [0, 1) spreads the looks of many subjects over the second half of the wait.
    """
    count = tries + 1
    wait = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(tries, 10))
    wait = wait / 2 + wait / 2 * chance
    if systemic:
        return NextTry(wait, min(count, TRIES_BEFORE_REST - 1))
    if count >= TRIES_BEFORE_REST:
        return NextTry(None, count)
    return NextTry(wait, count)
