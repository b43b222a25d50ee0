"""Several small changes of a price are a large one: from where a person's next change of it counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.action import Action
from bot.domain.feedeffect import percent_change
from bot.domain.offers import PRICE, Step, steepest

DAY = timedelta(hours=24)
TOGETHER = "Your changes of the last 24 hours count together."


def stood(actions: Iterable[Action], user_id: str, now: datetime) -> dict[str, int]:
    """What an offer cost before the person's own changes of a day, by field; `actions` are the offer's, oldest first.

    What a colleague agreed to is settled, so it begins anew.
    """
    found: dict[str, int] = {}
    for action in actions:
        counts = action.state == "done" or action.under_way
        saw = action.payload.get("saw")
        if action.kind != PRICE or not counts or not isinstance(saw, Mapping) or now - action.taken_at > DAY:
            continue
        for name, was in saw.items():
            if action.approved_by:
                found.pop(name, None)
            elif action.user_id == user_id and isinstance(was, int):
                found.setdefault(name, was)
    return found


def furthest(taken: Sequence[Step], before: Mapping[str, int]) -> int:
    """The steepest change of a price among `taken` in percent, counted from where prices stood `before`, too."""
    together = [
        abs(percent_change(before[step.field], step.will_be))
        for step in taken
        if step.field in before and isinstance(step.will_be, int)
    ]
    return max([steepest(tuple(taken)), *together])
