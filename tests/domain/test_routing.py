from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conditions import Condition, WordIs
from bot.domain.notices import Notices
from bot.domain.routing import Priority, Route, Rule, RuleBook, explain, order_facts, return_facts, route, ticket_facts

from .builders import NOW, a_return, a_ticket, an_order, an_order_unit, facts

CZECH = WordIs("storefront", ("cz",))
LATE = WordIs("topic", ("delivery_delayed",))


def a_rule(name: str, when: Condition | None = None, **more: object) -> Rule:
    return Rule(name=name, channel=f"#{name}", when=when, **more)  # type: ignore[arg-type]


EVERYTHING = a_rule("rest")


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({"storefront": "cz"}, "czech"),
        ({"storefront": "cz", "topic": "fraud"}, "czech"),
        ({"storefront": "de"}, "late"),
        ({"storefront": "de", "topic": None}, "rest"),
    ],
)
def test_the_first_rule_that_matches_wins_and_the_last_takes_everything(changes: dict[str, object], taken: str) -> None:
    rules = (a_rule("czech", CZECH), a_rule("late", LATE), EVERYTHING)

    assert route(rules, facts(**changes)).rule == taken


def test_a_route_tells_all_that_its_rule_says() -> None:
    rule = a_rule("late", LATE, mention="@team", priority=Priority.URGENT)

    assert route((rule, EVERYTHING), facts()) == Route("late", "#late", "@team", Priority.URGENT, shown=True)


def test_a_rule_about_offers_is_another_when_it_wants_other_notices_or_other_offers() -> None:
    soon = Notices(("out_of_stock",), low_stock=3)
    rules = (
        a_rule("offers", CZECH, notices=soon),
        a_rule("offers", LATE, notices=soon),
        a_rule("offers", CZECH, notices=replace(soon, low_stock=5)),
        a_rule("offers", CZECH, notices=replace(soon, wanted=("not_available",))),
    )

    digests = [RuleBook((rule, EVERYTHING), "#rest").unit_rules["offers"] for rule in rules]

    assert len(set(digests)) == len(rules)
    assert RuleBook((replace(rules[0], line=9, channel="#other"),), "#rest").unit_rules["offers"] == digests[0]


@pytest.mark.parametrize(
    ("kind", "order_new", "shown"),
    [("order", False, False), ("order", True, True), ("ticket", False, True), ("return", False, True)],
)
def test_only_orders_need_a_rule_that_shows_them(kind: str, order_new: bool, shown: bool) -> None:
    assert route((a_rule("rest", order_new=order_new),), facts(kind=kind)).shown == shown


@pytest.mark.parametrize(("order_new", "shows"), [(False, False), (True, True)])
def test_a_book_shows_orders_when_one_of_its_rules_does(order_new: bool, shows: bool) -> None:
    book = RuleBook((a_rule("orders", WordIs("kind", ("order",)), order_new=order_new), EVERYTHING), "#ops")

    assert book.shows("order") == shows
    assert book.shows("ticket")
    assert book.shows("return")


def test_a_book_names_each_channel_once() -> None:
    book = RuleBook((a_rule("b", CZECH), a_rule("a", LATE), a_rule("b")), "#ops")

    assert book.channels == ("#b", "#a")


def test_an_explanation_says_why_not_the_earlier_rules_and_why_this_one() -> None:
    told = explain((a_rule("czech", CZECH), a_rule("late", LATE), EVERYTHING), facts())

    assert [(verdict.rule.name, verdict.matched, verdict.sentence) for verdict in told.passed] == [
        ("czech", False, "storefront is de, not cz")
    ]
    assert (told.taken.rule.name, told.taken.sentence) == ("late", "topic is delivery_delayed")
    assert told.route == route((a_rule("late", LATE),), facts())


def test_the_last_rule_is_taken_because_it_matches_everything() -> None:
    assert explain((EVERYTHING,), facts()).taken.sentence == "it matches everything"


def test_rules_without_an_end_are_a_mistake_that_is_told() -> None:
    for ask in (route, explain):
        with pytest.raises(LookupError, match="last rule"):
            ask((a_rule("czech", CZECH),), facts())


conditions = st.builds(
    WordIs,
    st.sampled_from(["storefront", "topic", "kind"]),
    st.lists(st.sampled_from(["de", "cz", "ticket", "fraud"]), min_size=1, max_size=2).map(tuple),
)


@given(
    st.lists(conditions, max_size=8), st.sampled_from(["de", "cz", None]), st.sampled_from(["ticket", "fraud", None])
)
def test_explaining_and_deciding_are_one(when: list[Condition], storefront: str | None, topic: str | None) -> None:
    rules = [*(a_rule(str(number), condition) for number, condition in enumerate(when)), EVERYTHING]
    asked = facts(storefront=storefront, topic=topic)

    told = explain(rules, asked)

    assert told.route == route(rules, asked)
    assert [verdict.rule for verdict in told.passed] == rules[: len(told.passed)]
    assert not any(verdict.rule.matches(asked) for verdict in told.passed)


def test_facts_are_made_of_each_kind_of_subject() -> None:
    made = [
        ticket_facts(a_ticket(), "main", NOW),
        return_facts(a_return(), "main", NOW),
        order_facts(an_order(units=(an_order_unit(),)), "main", NOW),
    ]

    assert [fact.kind for fact in made] == ["ticket", "return", "order"]
