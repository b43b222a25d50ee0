from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.action import Action, in_sight


def an_action(state: str) -> Action:
    return Action(
        "a1",
        "reply:1",
        "ticket.reply",
        "ticket:main:1",
        "main",
        "U1",
        "T1",
        {},
        "opened.1.1",
        state,
        datetime(2026, 11, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("state", "under_way", "needs_human"),
    [
        ("taken", True, False),
        ("claimed", True, False),
        ("sending", True, False),
        ("needs_human", False, True),
        ("done", False, False),
        ("refused", False, False),
        ("something newer", False, False),
    ],
)
def test_an_action_says_how_far_it_has_come(state: str, under_way: bool, needs_human: bool) -> None:
    action = an_action(state)

    assert (action.under_way, action.needs_human) == (under_way, needs_human)


def test_cards_mention_what_is_under_way_or_waits_for_a_person_in_its_order() -> None:
    actions = tuple(map(an_action, ["done", "sending", "refused", "needs_human", "taken"]))

    assert [action.state for action in in_sight(actions)] == ["sending", "needs_human", "taken"]
