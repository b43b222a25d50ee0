"""Small steps of a price: what counts together, whose, for how long, and from where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.action import Action
from bot.domain.offers import Step
from bot.domain.pricesteps import furthest, stood

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def a_change(was: int, *, user: str = "U0ANA", state: str = "done", hours: float = 1, yes: str | None = None) -> Action:
    return Action(
        id=f"a{was}",
        key="k",
        kind="unit.price",
        subject="unit:main:de-7",
        account="main",
        user_id=user,
        team_id="T0",
        payload={"change": {"listing_price": was + 1}, "saw": {"listing_price": was, "minimum_price": None}},
        seen_version=None,
        state=state,
        taken_at=NOW - timedelta(hours=hours),
        approved_by=yes,
    )


@pytest.mark.parametrize(
    ("actions", "price"),
    [
        ((), None),
        ((a_change(1000), a_change(1200)), 1000),
        ((a_change(1000, hours=25), a_change(1200)), 1200),
        ((a_change(1000, user="U0BEN"), a_change(1200)), 1200),
        ((a_change(1000, state="refused"), a_change(1200)), 1200),
        ((a_change(1000), a_change(1200, yes="U0MIRA")), None),
        ((a_change(1000), a_change(1200, user="U0BEN", yes="U0MIRA"), a_change(1500)), 1500),
    ],
)
def test_a_price_counts_from_before_the_persons_own_changes_of_a_day(
    actions: tuple[Action, ...], price: int | None
) -> None:
    assert stood(actions, "U0ANA", NOW) == ({"listing_price": price} if price else {})


@pytest.mark.parametrize(("was", "will_be", "percent"), [(1190, 1416, 42), (1190, 1000, 16), (990, 1010, 3)])
def test_the_steeper_of_this_step_and_all_together_counts(was: int, will_be: int, percent: int) -> None:
    step = Step("listing_price", was, will_be, "EUR")

    assert furthest([step], {"listing_price": 1000}) == percent
