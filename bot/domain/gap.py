"""Stretches of time the notebook knows nothing of, because it was put back from a backup. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Gap:
    """What was done between `since` and `at` (UTC) is not in the notebook."""

    since: datetime
    at: datetime

    @property
    def mark(self) -> str:
        """What a person's yes carries: they knew of this gap."""
        return self.at.isoformat(timespec="seconds")

    @property
    def words(self) -> str:
        """For people who are to give money back."""
        return (
            f"The notebook was restored from a backup: refunds between {self.since:%d %b %Y, %H:%M} and "
            f"{self.at:%d %b %Y, %H:%M} UTC are not known here. Look at the bookings in the seller portal first."
        )


def hiding(gaps: Iterable[Gap], placed: datetime) -> Gap | None:
    """The last gap in which something may have been done about an order placed at `placed` (UTC)."""
    # Nothing the marketplace tells of an order says when it was touched by a refund; so its age alone counts.
    return max((gap for gap in gaps if placed < gap.at), key=lambda gap: gap.at, default=None)
