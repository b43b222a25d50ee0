"""Rate limits: off, lenient (bursts are forgiven) or strict (the documented pace and not much more).

https://docs.slack.dev/apis/web-api/rate-limits: tiers are calls a minute; chat.postMessage is one a second and channel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

from sandbox.slack.refusals import LimitReached

Mode = Literal["off", "lenient", "strict"]

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
# Bursts Slack tolerates are not documented; these are ours.
CHANNEL_BURST = {"lenient": 30.0, "strict": 4.0}
WORKSPACE_PER_SECOND = {"lenient": 20.0, "strict": 5.0}
WORKSPACE_BURST = {"lenient": 200.0, "strict": 30.0}
TIER_BURST = {"lenient": 5.0, "strict": 1.0}
TIER_PACE = {"lenient": 2.0, "strict": 1.0}


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class Limits:
    """Token buckets per method, and per channel for chat.postMessage. `tick` is a monotonic clock in seconds."""

    tick: Callable[[], float]
    mode: Mode = "off"
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def switch(self, mode: Mode) -> None:
        self.mode = mode
        self._buckets.clear()

    def spend(self, method: str, tier: int | None, channel: str | None) -> None:
        """Count one call. Raises `LimitReached` when it is too many; such a call costs nothing."""
        if self.mode == "off":
            return
        if method == "chat.postMessage":
            self._take(f"{method}/{channel}", 1.0, CHANNEL_BURST[self.mode])
            self._take(method, WORKSPACE_PER_SECOND[self.mode], WORKSPACE_BURST[self.mode])
        elif tier is not None:
            a_minute = TIERS[tier]
            self._take(method, a_minute / 60 * TIER_PACE[self.mode], max(1.0, a_minute * TIER_BURST[self.mode]))

    def _take(self, name: str, per_second: float, burst: float) -> None:
        now = self.tick()
        bucket = self._buckets.setdefault(name, _Bucket(burst, now))
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.tokens < 1.0:
            raise LimitReached(max(1, ceil((1.0 - bucket.tokens) / per_second)))
        bucket.tokens -= 1.0
