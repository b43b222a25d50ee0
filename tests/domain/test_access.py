from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards.rights import rights_card
from bot.domain.access import (
    ADMINS,
    ALLOWED,
    EVERYBODY,
    Ceiling,
    Decision,
    Grant,
    Limits,
    Outcome,
    Person,
    Role,
    RoleBook,
    decide,
    decide_anything,
    decide_approval,
    refusal,
    standing,
)
from bot.domain.deeds import DEEDS, EVERYTHING, LOOK, Deed, Today, at_all
from bot.domain.model import Money

HOME = "T0HOME"
ANA = Person("U0ANA", HOME)
LEAD = Person("U0LEAD", HOME, belongs=frozenset({"@leads"}))
ADMIN = Person("U0ADMIN", HOME, admin=True)
GUEST = Person("U0GUEST", HOME, guest=True, belongs=frozenset({"@leads", "#returns"}))

AGENTS = Role(
    "Agents",
    (EVERYBODY,),
    may=(
        Grant(("view", "ticket.*")),
        Grant(("order.refund",), Limits(each=(Money(5000, "EUR"),), per_day=(Money(20000, "EUR"),))),
        Grant(("unit.price",), Limits(percent=20, count=10)),
        Grant(("order.cancel",), Limits(times_per_day=3), asks=False),
    ),
)
LEADS = Role("Leads", ("@leads", ADMINS), may=(Grant((EVERYTHING,)),), approves=(Grant((EVERYTHING,)),))
BOOK = RoleBook((AGENTS, LEADS))


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (Person("U1", HOME), None),
        (Person("U1", HOME, known=False), "could not find you"),
        (Person("U1", "T0OTHER"), "other organisations"),
        (Person("U1", None), "other organisations"),
        (Person("U1", ""), "other organisations"),
        (Person("U1", HOME, bot=True), "Bots"),
        (Person("U1", HOME, deactivated=True), "deactivated"),
        (Person("U1", "T0OTHER", guest=True, bot=True, deactivated=True, known=False), "could not find you"),
    ],
)
def test_only_people_of_our_own_workspace_are_somebody_here(person: Person, said: str | None) -> None:
    answer = refusal(person, HOME)

    assert answer is None if said is None else answer is not None and said in answer


@pytest.mark.parametrize("team", ["", None, "T0ANY"])
def test_nobody_may_act_before_our_own_workspace_is_known(team: str | None) -> None:
    assert "my own workspace" in decide(BOOK, Person("U1", team), LOOK, "").sentence


STRANGERS = [
    replace(LEAD, known=False),
    replace(LEAD, team_id="T0OTHER"),
    replace(LEAD, team_id=None),
    replace(LEAD, bot=True),
    replace(LEAD, deactivated=True),
    replace(ADMIN, guest=True),
    GUEST,
]


@pytest.mark.parametrize("person", STRANGERS)
@pytest.mark.parametrize("kind", DEEDS)
def test_no_role_opens_the_door_to_strangers(person: Person, kind: str) -> None:
    said = decide(BOOK, person, Deed(kind), HOME)

    assert said.outcome is Outcome.DENIED
    assert "nothing was done" in said.sentence.lower()
    assert decide_anything(BOOK, person, HOME).denied
    assert decide_approval(BOOK, person, Deed(kind), "U0ANA", HOME).denied
    assert standing(BOOK, person, HOME) == ()


def test_a_guest_has_a_role_only_by_their_own_user_id() -> None:
    book = RoleBook((Role("Freelancer", ("U0GUEST",), may=(Grant(("ticket.reply",)),)), LEADS))

    assert decide(book, GUEST, Deed("ticket.reply"), HOME) == ALLOWED
    assert decide(book, GUEST, Deed("order.refund", euros(1)), HOME).denied


@pytest.mark.parametrize(
    ("person", "deed", "outcome"),
    [
        (ANA, LOOK, Outcome.ALLOWED),
        (ANA, Deed("ticket.close"), Outcome.ALLOWED),
        (ANA, Deed("ticket.something_newer"), Outcome.ALLOWED),
        (ANA, Deed("ticketing.close"), Outcome.DENIED),
        (ANA, Deed("feed.import", count=1), Outcome.DENIED),
        (ANA, Deed("order.refund", euros(5000)), Outcome.ALLOWED),
        (ANA, Deed("order.refund", euros(5001)), Outcome.APPROVAL),
        (ANA, Deed("order.refund", Money(1, "CZK")), Outcome.APPROVAL),
        (ANA, Deed("order.refund"), Outcome.APPROVAL),
        (ANA, Deed("order.refund", euros(5000), today=Today(3, 15000)), Outcome.ALLOWED),
        (ANA, Deed("order.refund", euros(5000), today=Today(3, 15001)), Outcome.APPROVAL),
        (ANA, Deed("order.refund", euros(1), second="again"), Outcome.APPROVAL),
        (LEAD, Deed("order.refund", euros(1), second="again"), Outcome.APPROVAL),
        (LEAD, Deed("order.refund", euros(500000)), Outcome.ALLOWED),
        (ADMIN, Deed("feed.import", count=9999), Outcome.ALLOWED),
        (ANA, Deed("unit.price", percent=20, count=10), Outcome.ALLOWED),
        (ANA, Deed("unit.price", percent=21, count=10), Outcome.APPROVAL),
        (ANA, Deed("unit.price", percent=20, count=11), Outcome.APPROVAL),
        (ANA, Deed("unit.price", percent=20), Outcome.APPROVAL),
        (ANA, at_all("unit.price"), Outcome.ALLOWED),
        (ANA, at_all("feed.import"), Outcome.DENIED),
        (ANA, Deed("order.cancel", today=Today(times=2)), Outcome.ALLOWED),
        (ANA, Deed("order.cancel", today=Today(times=3)), Outcome.DENIED),
    ],
)
def test_the_roles_decide(person: Person, deed: Deed, outcome: Outcome) -> None:
    said = decide(BOOK, person, deed, HOME)

    assert said.outcome is outcome
    assert bool(said.sentence) == (outcome is not Outcome.ALLOWED)


def test_within_a_role_the_most_exact_line_counts() -> None:
    strict = Role(
        "Leads", ("@leads",), may=(Grant((EVERYTHING,)), Grant(("order.refund",), Limits(each=(euros(100),))))
    )

    assert decide(RoleBook((strict,)), LEAD, Deed("order.refund", euros(101)), HOME).needs_approval
    assert decide(RoleBook((strict,)), LEAD, Deed("order.cancel"), HOME) == ALLOWED


def test_a_second_role_may_give_more_than_the_first() -> None:
    assert decide(BOOK, ANA, Deed("order.refund", euros(9000)), HOME).needs_approval
    assert decide(BOOK, replace(ANA, admin=True), Deed("order.refund", euros(9000)), HOME) == ALLOWED


def test_nobody_goes_above_the_ceiling_whoever_agrees() -> None:
    book = replace(BOOK, ceilings=(Ceiling(("order.refund",), (euros(100_000),)),))
    below = Deed("order.refund", euros(1000), today=Today(all_minor=99_000))
    above = replace(below, amount=euros(1001))

    assert decide(book, LEAD, below, HOME) == ALLOWED
    assert decide(book, LEAD, above, HOME).denied
    assert decide_approval(book, LEAD, above, "U0ANA", HOME).denied
    assert "All of us together" in decide(book, LEAD, above, HOME).sentence


def test_a_proposal_is_decided_by_somebody_else_who_may() -> None:
    deed = Deed("order.refund", euros(9000))
    book = replace(BOOK, same=(frozenset({"U0LEAD", "U0LEAD2"}),))

    assert decide_approval(book, LEAD, deed, "U0ANA", HOME) == ALLOWED
    assert decide_approval(book, ANA, deed, "U0OTHER", HOME).denied
    assert "yourself" in decide_approval(book, LEAD, deed, "U0LEAD", HOME).sentence
    assert "yourself" in decide_approval(book, replace(LEAD, id="U0LEAD2"), deed, "U0LEAD", HOME).sentence


def test_who_approves_has_limits_too() -> None:
    small = Role("Shift lead", ("U0ANA",), may=(), approves=(Grant(("order.refund",), Limits(each=(euros(9000),))),))
    book = RoleBook((small,))

    assert decide_approval(book, ANA, Deed("order.refund", euros(9000)), "U0BEN", HOME) == ALLOWED
    assert decide_approval(book, ANA, Deed("order.refund", euros(9001)), "U0BEN", HOME).denied


# Generated: the decisions equal a policy table that is written down another way

LIMITS = {"none": Limits(), "low": Limits(each=(euros(100),)), "high": Limits(each=(euros(1000),))}
PEOPLE = {
    "member": Person("U1", HOME),
    "lead": Person("U2", HOME, belongs=frozenset({"@leads"})),
    "warehouse": Person("U3", HOME, belongs=frozenset({"#returns"})),
    "admin": Person("U4", HOME, admin=True),
    "named": Person("U5", HOME),
    "named guest": Person("U5", HOME, guest=True),
    "guest": Person("U6", HOME, guest=True, belongs=frozenset({"@leads", "#returns"}), admin=True),
    "outsider": Person("U5", "T0OTHER", belongs=frozenset({"@leads"})),
    "stranger": Person("U5", HOME, known=False),
    "bot": Person("U5", HOME, bot=True),
    "gone": Person("U5", HOME, deactivated=True),
}
# Which selectors cover whom, written down by hand.
COVERED = {
    EVERYBODY: {"member", "lead", "warehouse", "admin", "named"},
    ADMINS: {"admin"},
    "@leads": {"lead"},
    "#returns": {"warehouse"},
    "U5": {"named", "named guest"},
}


def expected(who: str, pattern: str, limit: str, asks: bool, person: str, deed: Deed) -> Outcome:
    if person not in COVERED[who]:
        return Outcome.DENIED
    noun = deed.kind.split(".")[0]
    if pattern not in {deed.kind, EVERYTHING} and not (pattern == f"{noun}.*" and "." in deed.kind):
        return Outcome.DENIED
    if limit != "none" and (deed.amount is None or deed.amount.minor > {"low": 100, "high": 1000}[limit]):
        return Outcome.APPROVAL if asks else Outcome.DENIED
    return Outcome.ALLOWED


def test_the_decisions_equal_the_policy_table_for_every_role_action_and_person() -> None:
    amounts = (None, euros(100), euros(101), euros(1001))
    cases = 0
    for who, limit, asks, person in product(COVERED, LIMITS, (True, False), PEOPLE):
        for pattern, kind, amount in product(("view", "order.*", "order.refund", EVERYTHING), DEEDS, amounts):
            book = RoleBook((Role("r", (who,), may=(Grant((pattern,), LIMITS[limit], asks),)),))
            deed = Deed(kind, amount)
            cases += 1
            assert decide(book, PEOPLE[person], deed, HOME).outcome is expected(who, pattern, limit, asks, person, deed)
    assert cases > 100_000


def test_the_limit_of_a_feed_says_what_it_counts() -> None:
    """Not feeds: a person may import one after the other, and a long one that keeps every offer is harmless."""
    feeds = Role("Feeds", (EVERYBODY,), (Grant(("feed.import",), Limits(count=3)),))
    prices = Role("Prices", (EVERYBODY,), (Grant(("unit.price",), Limits(count=3, percent=20)),))
    book = replace(BOOK, roles=(feeds, prices))

    assert "up to 3 offers or order units at risk" in decide(book, ANA, Deed("feed.import", count=4), HOME).sentence
    assert "up to 3 at once" in decide(book, ANA, Deed("unit.price", count=4, percent=1), HOME).sentence
    assert "3 offers or order units at risk, then with approval" in str(rights_card((feeds,), None).blocks)
    assert "3 at once, 20 % up or down" in str(rights_card((prices,), None).blocks)


grants = st.builds(
    Grant,
    st.sampled_from([("view",), ("order.*",), ("order.refund",), ("ticket.reply", "order.cancel"), (EVERYTHING,)]),
    st.builds(
        Limits,
        each=st.sampled_from([(), (euros(100),), (euros(1000), Money(100, "CZK"))]),
        per_day=st.sampled_from([(), (euros(500),)]),
        times_per_day=st.sampled_from([None, 2]),
        count=st.sampled_from([None, 5]),
        percent=st.sampled_from([None, 10]),
    ),
    st.booleans(),
)
roles = st.builds(
    Role,
    st.text("abc", min_size=1, max_size=3),
    st.lists(st.sampled_from(list(COVERED)), min_size=1, max_size=2).map(tuple),
    st.lists(grants, max_size=3).map(tuple),
    st.lists(grants, max_size=2).map(tuple),
)
deeds = st.builds(
    Deed,
    st.sampled_from(["view", "order.refund", "order.cancel", "ticket.reply", "feed.import"]),
    st.sampled_from([None, euros(50), euros(500), euros(5000), Money(50, "CZK")]),
    st.sampled_from([None, 1, 50]),
    st.sampled_from([None, 5, 50]),
    st.sampled_from([None, "again"]),
    st.builds(Today, st.integers(0, 4), st.integers(0, 600), st.integers(0, 600)),
)
people = st.sampled_from(list(PEOPLE.values()))
RANK = {Outcome.DENIED: 0, Outcome.APPROVAL: 1, Outcome.ALLOWED: 2}


@settings(max_examples=400, deadline=None)
@given(st.lists(roles, max_size=3), roles, people, deeds)
def test_a_role_more_never_takes_a_right_away(some: list[Role], more: Role, person: Person, deed: Deed) -> None:
    def rank(decision: Decision) -> int:
        return RANK[decision.outcome]

    less, all_ = RoleBook(tuple(some)), RoleBook((*some, more))

    assert rank(decide(less, person, deed, HOME)) <= rank(decide(all_, person, deed, HOME))
    assert rank(decide_approval(less, person, deed, "U9", HOME)) <= rank(
        decide_approval(all_, person, deed, "U9", HOME)
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(roles, min_size=1, max_size=3), people, deeds)
def test_nobody_ever_decides_what_they_proposed(some: list[Role], person: Person, deed: Deed) -> None:
    assert decide_approval(RoleBook(tuple(some)), person, deed, person.id, HOME).denied
