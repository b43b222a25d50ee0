"""Waiting for one's turn to speak: in this process by its pace, and among all processes where there are several."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from bot.domain.pace import Pace

# Waits shorter than this are slept through; longer ones give the lane to somebody else.
PATIENCE_SECONDS = 1.5


class NotNow(Exception):
    """Come back in `seconds`: Slack's pace, or a post whose fate is not known yet."""

    def __init__(self, seconds: float, reason: str) -> None:
        self.seconds = seconds
        self.reason = reason
        super().__init__(f"not for another {seconds:.1f} s: {reason}")


class SharedTurns(Protocol):
    """The pace of all processes together."""

    async def take(self, lane: str, gap: float, room: float) -> float:
        """0 gives a turn, which is used up, to the caller; otherwise the seconds until one may be free.

        A turn comes every `gap` seconds; `room` is how many seconds' worth of them may be taken in advance.
        """

    def pause(self, lane: str, seconds: float) -> None:
        """Nobody without room takes a turn in `lane` for so long."""


async def wait_for_turn(
    pace: Pace, lane: str, holder: str, tick: Callable[[], float], *, reserve: int, shared: SharedTurns | None
) -> None:
    """Returns when `holder` may speak in `lane`. Raises `NotNow` when that takes longer than patience."""
    wait = pace.wait(lane, holder, tick(), reserve=reserve)
    if wait > PATIENCE_SECONDS:
        raise NotNow(wait, "Slack's pace")
    while wait > 0:
        await asyncio.sleep(wait)
        wait = pace.wait(lane, holder, tick(), reserve=reserve)
    if shared is None or pace.gap == 0:
        return
    room = max(0, pace.burst - 1 - reserve) * pace.gap
    while (wait := await shared.take(lane, pace.gap, room)) > 0:
        if wait > PATIENCE_SECONDS:
            pace.pause(lane, tick() + wait)
            raise NotNow(wait, "Slack's pace")
        await asyncio.sleep(wait)
