"""What becomes of the offers of a bulk change: who is sent, what was answered, what reading back shows. Pure.

Every offer of a batch has a state. `SENT` is a question still: it was, or is about to be, sent and nobody knows more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.action import Action
from bot.domain.bulk import WRITTEN, written
from bot.domain.bulkplan import Planned, moved_away
from bot.domain.inventory import BulkOutcome, Unit
from bot.domain.offers import reached

CHANGED, SAME, REFUSED, MOVED = "changed", "as wanted already", "refused", "moved"
SENT, UNSENT, UNSURE = "sent", "not sent", "unsure"
# From what everybody hopes for to what somebody must look at.
ORDER = (CHANGED, SAME, MOVED, REFUSED, UNSENT, UNSURE)
NOT_ANSWERED = "The marketplace said nothing about this offer."
LOST = "The answer was lost, and the offer is as it was."
LOOK = "Nobody knows what became of it: look at the offer."
COLUMNS = ("line", "id_unit", "id_offer", "storefront", "result", "why", "was", "will_be")


@dataclass(frozen=True)
class Outcome:
    """`words` are a sentence for people, the marketplace's own where it refused; empty when there is nothing to say."""

    state: str
    words: str = ""


Outcomes = Mapping[int, Outcome]


def facts_of(outcomes: Outcomes) -> dict[str, Any]:
    return {str(unit): [outcome.state, outcome.words] for unit, outcome in outcomes.items()}


def read_outcomes(facts: Mapping[str, Any] | None) -> dict[int, Outcome]:
    """What `facts_of` gave; nothing for a batch nobody has looked at."""
    return {int(unit): Outcome(*each) for unit, each in (facts or {}).items()}


def chosen(rows: Iterable[Planned], fresh: Mapping[int, Unit]) -> dict[int, Outcome]:
    """Who is sent: every offer that is still what was seen. `fresh` are the offers as they are, by number."""
    return {row.unit: _chosen(row, fresh.get(row.unit)) for row in rows}


def _chosen(row: Planned, unit: Unit | None) -> Outcome:
    if unit is None:
        return Outcome(MOVED, "It is no offer of ours any more.")
    if reached(unit, row.change):
        return Outcome(SAME)
    if moved := moved_away(row, unit):
        return Outcome(MOVED, f"Changed meanwhile: {', '.join(WRITTEN[name] for name in moved)}. It was not sent.")
    return Outcome(SENT)


def answered(outcomes: Outcomes, answers: Iterable[BulkOutcome]) -> dict[int, Outcome]:
    """What the marketplace said to those that were sent."""
    said = {answer.unit_id: answer for answer in answers}
    return {unit: _answered(said.get(unit)) if outcome.state == SENT else outcome for unit, outcome in outcomes.items()}


def _answered(answer: BulkOutcome | None) -> Outcome:
    if answer is None or not answer.status:
        return Outcome(UNSURE, NOT_ANSWERED)
    return Outcome(CHANGED) if answer.changed else Outcome(REFUSED, answer.reason or "refused")


def read_back(
    rows: Iterable[Planned], outcomes: Outcomes, fresh: Mapping[int, Unit]
) -> tuple[bool | None, dict[int, Outcome]]:
    """After a lost answer: whether the batch was executed, as far as the offers show, and what became of each then.

    None where some offers show it and others do not: it may be under way. It was executed when that stays so.
    """
    found = dict(outcomes)
    sent = [row for row in rows if outcomes.get(row.unit, Outcome(UNSENT)).state == SENT]
    for row in sent:
        unit = fresh.get(row.unit)
        if unit is not None and reached(unit, row.change):
            found[row.unit] = Outcome(CHANGED)
        elif unit is None or moved_away(row, unit):
            found[row.unit] = Outcome(UNSURE, LOOK)
        else:
            found[row.unit] = Outcome(REFUSED, LOST)
    states = {found[row.unit].state for row in sent}
    if states <= {CHANGED}:
        return True, found
    return (False if states == {REFUSED} else None), found


# How it ended


@dataclass(frozen=True)
class Ended:
    row: Planned
    outcome: Outcome


def ended(rows: Sequence[Planned], outcomes: Outcomes, action: Action | None, why: str = "") -> Iterator[Ended]:
    """What became of each offer of a batch whose `action` has ended, or was never taken, because of `why`."""
    for row in rows:
        outcome = outcomes.get(row.unit, Outcome(SENT))
        yield Ended(row, outcome if outcome.state != SENT else _ending(action, why))


def so_far(rows: Sequence[Planned], outcomes: Outcomes, action: Action | None, *, over: bool) -> Iterator[Ended]:
    """As `ended`, at any time: what may be changed yet is unsure. `over`: no batch is sent any more."""
    waits = action.under_way if action else not over
    for row in rows:
        outcome = outcomes.get(row.unit, Outcome(SENT))
        if outcome.state == SENT:
            outcome = Outcome(UNSURE) if waits else _ending(action, "")
        yield Ended(row, outcome)


def _ending(action: Action | None, why: str) -> Outcome:
    """What became of an offer that was sent, or was to be, and of which no answer tells."""
    if action is None:
        return Outcome(UNSENT, why)
    if action.state == "done":
        return Outcome(CHANGED)
    if action.state == "refused":
        return Outcome(REFUSED if action.sent_at else UNSENT, action.sentence or "")
    if action.state == "released":
        return Outcome(REFUSED, LOST)
    return Outcome(UNSURE, LOOK) if action.sent_at else Outcome(UNSENT, action.sentence or "")


def counts(all_ended: Iterable[Ended]) -> dict[str, int]:
    """How many offers ended how, in the order of `ORDER`."""
    found = dict.fromkeys(ORDER, 0)
    for each in all_ended:
        found[each.outcome.state] += 1
    return {state: count for state, count in found.items() if count}


def result_rows(all_ended: Iterable[Ended]) -> Iterator[tuple[str, ...]]:
    """A table for people: every offer, what became of it and why."""
    yield COLUMNS
    for each in all_ended:
        row, outcome = each.row, each.outcome
        was = ", ".join(f"{WRITTEN[name]} {written(name, row.was.get(name)) or 'none'}" for name in row.will)
        will = ", ".join(f"{WRITTEN[name]} {written(name, value)}" for name, value in row.will.items())
        place = (str(row.line), str(row.unit), row.offer, row.storefront)
        yield (*place, outcome.state, outcome.words, was, will)


def undone(all_ended: Iterable[Ended]) -> list[tuple[int, str, Mapping[str, object]]]:
    """What an undo sheet must bring back: those that were changed, and those that may have been."""
    return [
        (each.row.unit, each.row.storefront, each.row.was)
        for each in all_ended
        if each.outcome.state in (CHANGED, UNSURE)
    ]
