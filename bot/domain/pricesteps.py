"""Several small changes of a price are a large one: from where a person's next change of it counts. Pure.

Whether a change was made by hand or by a table makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.action import Action
from bot.domain.bulkresult import CHANGED, UNSURE, Ended
from bot.domain.feedeffect import percent_change
from bot.domain.offers import PRICE, PRICES, Step, Values, steepest

DAY = timedelta(hours=24)
TOGETHER = "Your changes of the last 24 hours count together."


@dataclass(frozen=True)
class Change:
    """Prices of one offer that were changed, or may have been where that is not `sure`; asked for `at` (UTC).

    `offer` is its subject, `was` what the prices were, by field. `approved`: a colleague agreed.
    """

    offer: str
    at: datetime
    user_id: str
    was: Mapping[str, int]
    approved: bool = False
    sure: bool = True


def counts(action: Action) -> bool:
    """Whether what was asked for has happened, is under way, or may have happened."""
    return action.live and not action.proposed


def change_by(action: Action) -> Change | None:
    """What a change of one offer did to its prices; None for what came to nothing, and for everything else."""
    saw, change = action.payload.get("saw"), action.payload.get("change")
    if action.kind != PRICE or not counts(action) or not isinstance(saw, Mapping) or not isinstance(change, Mapping):
        return None
    return _change(action, action.subject, _before(saw, change), sure=action.state == "done")


def change_within(table: Action, offer: str, became: Ended) -> Change | None:
    """What a table did to the prices of one of its offers; None where it did nothing to them."""
    row = became.row
    was = _before({"listing_price": row.price, **row.was}, row.will)
    if not was or became.outcome.state not in (CHANGED, UNSURE):
        return None
    return _change(table, offer, was, sure=became.outcome.state == CHANGED)


def _change(action: Action, offer: str, was: Mapping[str, int], *, sure: bool) -> Change:
    return Change(offer, action.taken_at, action.user_id, was, bool(action.approved_by), sure)


def _before(was: Values, will: Mapping[str, object]) -> dict[str, int]:
    """From where the prices that change count: a first minimum price from what the offer cost."""
    found = {}
    for name in PRICES:
        price = was.get(name)
        if price is None and name == "minimum_price":
            price = was.get("listing_price")
        if will.get(name) is not None and isinstance(price, int):
            found[name] = price
    return found


def stood(changes: Iterable[Change], user_id: str, now: datetime) -> dict[str, dict[str, int]]:
    """What offers cost before the person's own changes of a day, by offer and field.

    What a colleague agreed to is settled when it was done, so it begins anew.
    """
    found: dict[str, dict[str, int]] = {}
    for change in sorted(changes, key=lambda change: change.at):
        if now - change.at > DAY:
            continue
        before = found.setdefault(change.offer, {})
        for name, was in change.was.items():
            if not change.approved and change.user_id == user_id:
                before.setdefault(name, was)
            elif change.approved and change.sure:
                before.pop(name, None)
    return {offer: before for offer, before in found.items() if before}


def furthest(taken: Sequence[Step], before: Mapping[str, int]) -> int:
    """The steepest change of a price among `taken` in percent, counted from where prices stood `before`, too."""
    together = [
        abs(percent_change(was, step.will_be))
        for step in taken
        if (was := _from(step, before)) is not None and isinstance(step.will_be, int)
    ]
    return max([steepest(tuple(taken)), *together])


def _from(step: Step, before: Mapping[str, int]) -> int | None:
    if step.first_minimum and step.field not in before:
        return before.get("listing_price")
    return before.get(step.field)


def together(percent: int, alone: int) -> str:
    """What is said behind a change of `alone` percent that counts as one of `percent`; empty where that is the same."""
    return f" (with the last 24 hours {percent} %)" if percent > alone else ""
