"""What becomes of every offer of a batch, whatever was answered, lost or changed by somebody else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain import bulk, bulkresult
from bot.domain.action import Action
from bot.domain.bulkplan import Planned
from bot.domain.bulkresult import CHANGED, MOVED, REFUSED, SAME, SENT, UNSENT, UNSURE, Outcome
from bot.domain.inventory import BulkOutcome, Unit

from .builders import NOW
from .test_bulkplan import a_unit

ROWS = tuple(Planned(n + 1, n, "de", f"SKU-{n}", {"amount": 7}, {"amount": 9}) for n in (1, 2, 3))


def units(**amounts: int) -> dict[int, Unit]:
    """Offers by number, u1=9 being the first with nine pieces."""
    return {int(name[1:]): a_unit(int(name[1:]), amount=amount) for name, amount in amounts.items()}


def states(outcomes: dict[int, Outcome]) -> list[str]:
    return [outcome.state for _, outcome in sorted(outcomes.items())]


def test_only_offers_that_are_as_they_were_seen_are_sent() -> None:
    found = bulkresult.chosen(ROWS, units(u1=7, u2=9, u3=8))

    assert states(found) == [SENT, SAME, MOVED]
    assert "amount" in found[3].words
    assert states(bulkresult.chosen(ROWS, units(u1=7, u2=7))) == [SENT, SENT, MOVED]


def test_a_value_that_is_reached_already_does_not_hold_up_the_others_of_its_offer() -> None:
    row = replace(ROWS[0], was={"amount": 7, "handling_days": 2}, will={"amount": 9, "handling_days": 3})

    assert states(bulkresult.chosen([row], units(u1=9))) == [SENT]


def test_each_offer_is_told_what_the_marketplace_said_to_it() -> None:
    sent = {1: Outcome(SENT), 2: Outcome(SENT), 3: Outcome(MOVED, "x"), 4: Outcome(SENT)}

    found = bulkresult.answered(sent, [BulkOutcome(1, 200), BulkOutcome(2, 400, reason="amount: too many")])

    assert states(found) == [CHANGED, REFUSED, MOVED, UNSURE]
    assert found[2].words == "amount: too many"


@pytest.mark.parametrize(
    ("fresh", "executed", "expected"),
    [
        (units(u1=9, u2=9, u3=9), True, [CHANGED, CHANGED, CHANGED]),
        (units(u1=7, u2=7, u3=7), False, [REFUSED, REFUSED, REFUSED]),
        (units(u1=9, u2=7, u3=9), None, [CHANGED, REFUSED, CHANGED]),
        (units(u1=9, u2=8, u3=9), None, [CHANGED, UNSURE, CHANGED]),
        (units(u1=7, u2=8, u3=7), None, [REFUSED, UNSURE, REFUSED]),
        (units(u1=9, u2=9), None, [CHANGED, CHANGED, UNSURE]),
    ],
)
def test_a_lost_answer_is_read_from_the_offers(
    fresh: dict[int, Unit], executed: bool | None, expected: list[str]
) -> None:
    verdict, found = bulkresult.read_back(ROWS, dict.fromkeys((1, 2, 3), Outcome(SENT)), fresh)

    assert (verdict, states(found)) == (executed, expected)


def test_what_was_not_sent_is_no_evidence_when_reading_back() -> None:
    outcomes = {1: Outcome(SENT), 2: Outcome(MOVED), 3: Outcome(SAME)}

    verdict, found = bulkresult.read_back(ROWS, outcomes, units(u1=7, u2=9, u3=9))

    assert (verdict, states(found)) == (False, [REFUSED, MOVED, SAME])


def an_action(state: str, **fields: Any) -> Action:
    return Action("a", "k", "unit.part", "bulk:main:1", "main", "U1", "T1", {}, None, state, NOW, **fields)


@pytest.mark.parametrize(
    ("action", "state"),
    [
        (an_action("done", sent_at=NOW), CHANGED),
        (an_action("refused", sentence="No."), UNSENT),
        (an_action("refused", sent_at=NOW, sentence="No."), REFUSED),
        (an_action("released", sent_at=NOW), REFUSED),
        (an_action("expired"), UNSENT),
        (an_action("needs_human", sent_at=NOW), UNSURE),
        (None, UNSENT),
    ],
)
def test_an_offer_nothing_more_is_known_of_ends_as_its_batch_does(action: Action | None, state: str) -> None:
    found = list(bulkresult.ended(ROWS, {1: Outcome(MOVED, "x")}, action, "why"))

    assert [each.outcome.state for each in found] == [MOVED, state, state]


@pytest.mark.parametrize(
    ("action", "over", "state"),
    [
        (None, False, UNSURE),
        (None, True, UNSENT),
        (an_action("taken"), False, UNSURE),
        (an_action("claimed"), False, UNSURE),
        (an_action("sending", sent_at=NOW), True, UNSURE),
        (an_action("needs_human", sent_at=NOW), True, UNSURE),
        (an_action("done", sent_at=NOW), False, CHANGED),
        (an_action("refused", sent_at=NOW), False, REFUSED),
        (an_action("expired"), False, UNSENT),
    ],
)
def test_before_the_last_batch_has_ended_nobody_is_sure_of_what_may_be_changed_yet(
    action: Action | None, over: bool, state: str
) -> None:
    found = list(bulkresult.so_far(ROWS, {1: Outcome(MOVED, "x")}, action, over=over))

    assert [each.outcome.state for each in found] == [MOVED, state, state]


def test_the_undo_sheet_holds_what_changed_and_what_may_have_and_can_be_given_again() -> None:
    outcomes = {1: Outcome(CHANGED), 2: Outcome(REFUSED, "no"), 3: Outcome(UNSURE)}
    ended = list(bulkresult.ended(ROWS, outcomes, an_action("done")))

    sheet = bulk.read_table(bulk.undo_rows(bulkresult.undone(ended)))

    assert [(row.ref, row.change.amount) for row in sheet.rows] == [("1", 7), ("3", 7)]
    assert bulkresult.counts(ended) == {CHANGED: 1, REFUSED: 1, UNSURE: 1}
    assert list(bulkresult.result_rows(ended))[2] == (("3", "2", "SKU-2", "de", REFUSED, "no", "amount 7", "amount 9"))


def test_outcomes_survive_the_notebook() -> None:
    outcomes = {1: Outcome(CHANGED), 2: Outcome(REFUSED, "no")}

    assert bulkresult.read_outcomes(bulkresult.facts_of(outcomes)) == outcomes
    assert bulkresult.read_outcomes(None) == {}
