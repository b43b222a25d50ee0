"""Small steps of a price: what counts together, whose, for how long, and from where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.action import Action
from bot.domain.bulkplan import Planned
from bot.domain.bulkresult import CHANGED, MOVED, REFUSED, SAME, UNSENT, UNSURE, Ended, Outcome
from bot.domain.offers import Step
from bot.domain.pricesteps import Change, change_by, change_within, furthest, stood, together

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OFFER = "unit:main:de-7"


def an_action(kind: str = "unit.price", *, state: str = "done", yes: str | None = None, **payload: object) -> Action:
    return Action(
        id="a1",
        key="k",
        kind=kind,
        subject=OFFER,
        account="main",
        user_id="U0ANA",
        team_id="T0",
        payload=payload or {"change": {"listing_price": 900}, "saw": {"listing_price": 1000}},
        seen_version=None,
        state=state,
        taken_at=NOW,
        approved_by=yes,
    )


def a_change(
    was: int, *, user: str = "U0ANA", hours: float = 1, yes: bool = False, sure: bool = True, offer: str = OFFER
) -> Change:
    return Change(offer, NOW - timedelta(hours=hours), user, {"listing_price": was}, yes, sure)


@pytest.mark.parametrize(
    ("changes", "price"),
    [
        ((), None),
        ((a_change(1000, hours=2), a_change(1200)), 1000),
        ((a_change(1200), a_change(1000, hours=2)), 1000),
        ((a_change(1000, hours=24), a_change(1200)), 1000),
        ((a_change(1000, hours=24.01), a_change(1200)), 1200),
        ((a_change(1000, hours=2, user="U0BEN"), a_change(1200)), 1200),
        ((a_change(1000, hours=2, sure=False), a_change(1200)), 1000),
        ((a_change(1000, hours=2, offer="unit:main:at-7"), a_change(1200)), 1200),
        ((a_change(1000, hours=2), a_change(1200, yes=True)), None),
        ((a_change(1000, hours=2), a_change(1200, yes=True, sure=False)), 1000),
        ((a_change(1200, yes=True, sure=False),), None),
        ((a_change(1000, hours=3), a_change(1200, hours=2, user="U0BEN", yes=True), a_change(1500)), 1500),
    ],
)
def test_a_price_counts_from_before_the_persons_own_changes_of_a_day(
    changes: tuple[Change, ...], price: int | None
) -> None:
    assert stood(changes, "U0ANA", NOW).get(OFFER, {}) == ({"listing_price": price} if price else {})


def test_what_was_approved_of_one_price_settles_nothing_of_the_other() -> None:
    both = replace(a_change(1000, hours=2), was={"listing_price": 1000, "minimum_price": 800})

    assert stood([both, a_change(910, yes=True)], "U0ANA", NOW) == {OFFER: {"minimum_price": 800}}


@pytest.mark.parametrize(
    ("state", "counted", "sure"),
    [
        ("taken", True, False),
        ("claimed", True, False),
        ("sending", True, False),
        ("needs_human", True, False),
        ("done", True, True),
        ("proposed", False, False),
        ("refused", False, False),
        ("released", False, False),
        ("declined", False, False),
        ("withdrawn", False, False),
        ("expired", False, False),
    ],
)
def test_a_change_by_hand_counts_unless_it_came_to_nothing(state: str, counted: bool, sure: bool) -> None:
    expected = Change(OFFER, NOW, "U0ANA", {"listing_price": 1000}, sure=sure)

    assert change_by(an_action(state=state)) == (expected if counted else None)


def test_only_prices_are_changes_of_prices() -> None:
    assert change_by(an_action("unit.stock", change={"amount": 3}, saw={"amount": 4})) is None
    assert change_by(an_action("unit.bulk", units=3)) is None


@pytest.mark.parametrize(
    ("change", "saw", "was"),
    [
        ({"minimum_price": 900}, {"minimum_price": 950}, {"minimum_price": 950}),
        ({"minimum_price": 900}, {"minimum_price": None, "listing_price": 1000}, {"minimum_price": 1000}),
        ({"minimum_price": 900}, {"minimum_price": None}, {}),
        (
            {"minimum_price": 900, "listing_price": 950},
            {"minimum_price": None, "listing_price": 1000},
            {"minimum_price": 1000, "listing_price": 1000},
        ),
    ],
)
def test_a_first_minimum_price_counts_from_what_the_offer_cost(
    change: dict[str, int], saw: dict[str, int | None], was: dict[str, int]
) -> None:
    by_hand = change_by(an_action(change=change, saw=saw))
    row = Planned(2, 7, "de", "SKU", {name: saw[name] for name in change}, change, price=saw.get("listing_price"))
    within = change_within(an_action("unit.bulk", units=1), OFFER, Ended(row, Outcome(CHANGED)))

    assert by_hand is not None
    assert by_hand.was == was
    assert (within.was if within else {}) == was


@pytest.mark.parametrize(
    ("state", "sure"), [(CHANGED, True), (UNSURE, False), (REFUSED, None), (MOVED, None), (SAME, None), (UNSENT, None)]
)
def test_of_a_table_count_the_offers_that_were_changed_and_those_that_may_have_been(
    state: str, sure: bool | None
) -> None:
    row = Planned(2, 7, "de", "SKU", {"listing_price": 1000, "amount": 1}, {"listing_price": 900, "amount": 2})
    table = an_action("unit.bulk", yes="U0MIRA", units=1)
    expected = Change(OFFER, NOW, "U0ANA", {"listing_price": 1000}, approved=True, sure=bool(sure))

    assert change_within(table, OFFER, Ended(row, Outcome(state))) == (None if sure is None else expected)


def test_pieces_from_a_table_are_no_price() -> None:
    row = Planned(2, 7, "de", "SKU", {"amount": 1}, {"amount": 2})

    assert change_within(an_action("unit.bulk", units=1), OFFER, Ended(row, Outcome(CHANGED))) is None


@pytest.mark.parametrize(("was", "will_be", "percent"), [(1190, 1416, 42), (1190, 1000, 16), (990, 1010, 3)])
def test_the_steeper_of_this_step_and_all_together_counts(was: int, will_be: int, percent: int) -> None:
    step = Step("listing_price", was, will_be, "EUR")

    assert furthest([step], {"listing_price": 1000}) == percent


@pytest.mark.parametrize(
    ("before", "percent"),
    [({}, 9), ({"listing_price": 1000}, 18), ({"listing_price": 1000, "minimum_price": 850}, 9)],
)
def test_a_first_minimum_price_counts_together_with_the_steps_of_the_price(
    before: dict[str, int], percent: int
) -> None:
    step = Step("minimum_price", None, 828, "EUR", price=909)

    assert furthest([step], before) == percent


def test_what_counts_for_more_than_it_is_is_said() -> None:
    assert together(18, 9) == " (with the last 24 hours 18 %)"
    assert together(9, 9) == ""
