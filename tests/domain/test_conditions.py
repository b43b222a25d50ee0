from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.conditions import (
    COMPARISONS,
    MOST_PATTERN,
    AgeIs,
    AllOf,
    AmountIs,
    AnyOf,
    Condition,
    NotThis,
    TextContains,
    TextMatches,
    WithinHours,
    WordIs,
)
from bot.domain.facts import TEXT_LIMIT, Facts, read_text
from bot.domain.model import Money

from .builders import NOW, facts

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WithinHours(BERLIN, (0, 1, 2, 3, 4), 8 * 60, 17 * 60, "DE")
HUNDRED = (Money(10_000, "EUR"), Money(250_000, "CZK"))
HOURS = "business hours (mon, tue, wed, thu, fri, 08:00 to 17:00)"
BERLIN_IS = "in Europe/Berlin"


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("condition", "changes", "holds", "sentence"),
    [
        (WordIs("storefront", ("de", "at")), {}, True, "storefront is de"),
        (WordIs("storefront", ("cz", "sk", "pl")), {}, False, "storefront is de, not cz, sk or pl"),
        (WordIs("kind", ("return",)), {}, False, "kind is ticket, not return"),
        (WordIs("topic", ("fraud",)), {"topic": None}, False, "topic is absent, so it is not fraud"),
        (WordIs("reason", ("defect",)), {"reason": ("dislike", "defect")}, True, "reason is defect"),
        (
            WordIs("reason", ("defect",)),
            {"reason": ("dislike", "too_late")},
            False,
            "reason is dislike and too_late, not defect",
        ),
        (WordIs("status", ("sent",)), {"status": ()}, False, "status is absent, so it is not sent"),
        (TextContains(("ANWALT", "paket")), {}, True, "text contains 'paket'"),
        (TextContains(("vrácení",)), {"text": "VRACENI"}, True, "text contains 'vrácení'"),
        (TextContains(("anwalt", "iban")), {}, False, "text does not contain 'anwalt' or 'iban'"),
        (TextContains(("anwalt",)), {"text": ""}, False, "text is absent, so no 'anwalt' in it"),
        (TextMatches(r"(?i)wo\s+ist"), {}, True, r"text matches /(?i)wo\s+ist/"),
        (TextMatches(r"wo\s+ist"), {}, False, r"text does not match /wo\s+ist/"),
        (TextMatches("x"), {"text": ""}, False, "text is absent, so it does not match /x/"),
        (
            AmountIs("at_least", HUNDRED),
            {"amount": Money(10_000, "EUR")},
            True,
            "amount is 100.00 EUR, at least 100.00 EUR",
        ),
        (
            AmountIs("more_than", HUNDRED),
            {"amount": Money(10_000, "EUR")},
            False,
            "amount is 100.00 EUR, not more than 100.00 EUR",
        ),
        (
            AmountIs("at_most", HUNDRED),
            {"amount": Money(250_000, "CZK")},
            True,
            "amount is 2500.00 CZK, at most 2500.00 CZK",
        ),
        (
            AmountIs("less_than", HUNDRED),
            {"amount": Money(9_999, "EUR")},
            True,
            "amount is 99.99 EUR, less than 100.00 EUR",
        ),
        (
            AmountIs("at_least", HUNDRED),
            {"amount": Money(10**9, "PLN")},
            False,
            "amount is 10000000.00 PLN, which is not compared with EUR or CZK",
        ),
        (
            AmountIs("less_than", HUNDRED),
            {"amount": None},
            False,
            "amount is absent, so it is not less than 100.00 EUR or 2500.00 CZK",
        ),
        (AgeIs("at_least", timedelta(hours=3)), {}, True, "age is 3 hours, at least 3 hours"),
        (AgeIs("more_than", timedelta(hours=3)), {}, False, "age is 3 hours, not more than 3 hours"),
        (AgeIs("less_than", timedelta(days=2)), {"age": None}, False, "age is absent, so it is not less than 2 days"),
        (OFFICE, {}, True, f"it is mon 2026-11-23 11:00 {BERLIN_IS}, within {HOURS}"),
        (OFFICE, {"now": at("2026-11-22 11:00")}, False, f"it is sun 2026-11-22 11:00 {BERLIN_IS}, outside {HOURS}"),
        (
            OFFICE,
            {"now": at("2026-12-25 11:00")},
            False,
            f"it is fri 2026-12-25 11:00 {BERLIN_IS}, a public holiday (DE), outside business hours",
        ),
        (NotThis(WordIs("topic", ("fraud",))), {"topic": None}, True, "topic is absent, so it is not fraud"),
        (NotThis(WordIs("storefront", ("de",))), {}, False, "storefront is de, which the rule excludes"),
        (
            AllOf((WordIs("kind", ("ticket",)), WordIs("storefront", ("de",)))),
            {},
            True,
            "kind is ticket; storefront is de",
        ),
        (
            AllOf((WordIs("kind", ("ticket",)), WordIs("storefront", ("at",)), WordIs("topic", ("x",)))),
            {},
            False,
            "storefront is de, not at",
        ),
        (AnyOf((WordIs("topic", ("fraud",)), WordIs("storefront", ("de",)))), {}, True, "storefront is de"),
        (
            AnyOf((WordIs("topic", ("fraud",)), WordIs("storefront", ("at",)))),
            {},
            False,
            "topic is delivery_delayed, not fraud; and storefront is de, not at",
        ),
    ],
)
def test_a_condition_holds_or_not_and_says_why(
    condition: Condition, changes: dict[str, Any], holds: bool, sentence: str
) -> None:
    asked = facts(**changes)

    assert condition.test()(asked) == holds
    assert condition.why(asked).holds == holds
    assert condition.why(asked).sentence == sentence


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        ("2026-11-23 07:59", False),
        ("2026-11-23 08:00", True),
        ("2026-11-23 16:59", True),
        ("2026-11-23 17:00", False),
        ("2026-11-21 12:00", False),
        ("2026-03-30 08:00", True),  # The first Monday of summer time.
        ("2026-10-26 08:00", True),  # The first of winter time.
        ("2026-10-26 07:30", False),
    ],
)
def test_business_hours_are_those_on_the_wall_of_their_zone(moment: str, within: bool) -> None:
    assert OFFICE.test()(facts(now=at(moment))) == within


def test_without_a_country_there_are_no_holidays() -> None:
    assert replace(OFFICE, country=None).test()(facts(now=at("2026-12-25 11:00")))


def test_a_day_may_last_until_midnight() -> None:
    assert WithinHours(BERLIN, (6,), 0, 1440).test()(facts(now=at("2026-11-22 23:59")))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing"),
        ("a{1001}", "repetition"),
        ("(?=x)", "look-around"),
        ("[z-a]", "range"),
        ("x" * (MOST_PATTERN + 1), "longer than"),
        ("(.{0,100}){0,8}x", "too large"),
        ("(?:(?:a{1,30}){1,30}b)", "too large"),
        (r"(\pL{1,50}\pN?){1,9}x", "too large"),
    ],
)
def test_a_pattern_that_is_none_or_too_large_is_refused_in_words(pattern: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TextMatches(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|aa)+$",
        "(.*a){20}b",
        "(.*){100}b",
        "(a|b)*a(a|b){13}c",
        "[ab]{0,400}c",
        "(x+x+)+y",
        "(a?){200}a{200}b",
    ],
)
@pytest.mark.parametrize("piece", ["a", "ab", "é", "aab ", "x"])
def test_a_text_made_to_hurt_costs_a_pattern_next_to_nothing(pattern: str, piece: str) -> None:
    asked = facts(text=read_text([piece * TEXT_LIMIT]))
    matches = TextMatches(pattern).test()

    def timed() -> float:
        start = time.process_time()
        matches(asked)
        return time.process_time() - start

    # Backtracking would take years. The best of three, because the machine may be busy.
    assert min(timed() for _ in range(3)) < 0.05


codes = st.sampled_from(["de", "at", "fraud", "defect", "opened", "ticket", "return", "nonsense"])
words = st.lists(codes, min_size=1, max_size=3).map(tuple)
moneys = st.builds(Money, st.integers(0, 300), st.sampled_from(["EUR", "CZK"]))
spans = st.integers(0, 50).map(lambda minutes: timedelta(minutes=minutes))
comparisons = st.sampled_from(sorted(COMPARISONS))
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(WordIs, st.sampled_from(["kind", "storefront", "topic", "reason", "status"]), words),
    st.builds(TextContains, st.lists(st.sampled_from(["paket", "wo", "ä", "zzz"]), min_size=1, max_size=2).map(tuple)),
    st.builds(TextMatches, st.sampled_from(["a", "^W", "(?i)PAKET", "[0-9]", ""])),
    st.builds(
        AmountIs, comparisons, st.lists(moneys, min_size=1, max_size=2, unique_by=lambda m: m.currency).map(tuple)
    ),
    st.builds(AgeIs, comparisons, spans),
    st.builds(
        WithinHours, st.just(BERLIN), st.just((0, 1, 2)), st.just(480), st.just(1020), st.sampled_from([None, "DE"])
    ),
)
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(NotThis, inner),
    ),
    max_leaves=8,
)
some_facts = st.builds(
    Facts,
    kind=codes,
    account=st.just("main"),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    storefront=st.none() | codes,
    topic=st.none() | codes,
    reason=st.lists(codes, max_size=2).map(tuple),
    status=st.lists(codes, max_size=2).map(tuple),
    amount=st.none() | moneys,
    age=st.none() | spans,
    text=st.sampled_from(["", "Wo ist mein Paket?", "Ä", "7"]),
)


@settings(max_examples=300)
@given(tree=trees, asked=some_facts)
def test_the_explanation_never_tells_another_story_than_the_decision(tree: Condition, asked: Facts) -> None:
    assert tree.why(asked).holds == tree.test()(asked)
    assert tree.why(asked).sentence


@given(tree=trees, other=trees, asked=some_facts)
def test_all_any_and_not_are_those_of_logic(tree: Condition, other: Condition, asked: Facts) -> None:
    one, two = tree.test()(asked), other.test()(asked)

    assert AllOf((tree, other)).test()(asked) == (one and two)
    assert AnyOf((tree, other)).test()(asked) == (one or two)
    assert NotThis(tree).test()(asked) == (not one)


@given(leaf=leaves)
def test_a_condition_on_an_absent_fact_does_not_hold_and_not_of_it_does(leaf: Condition) -> None:
    nothing = Facts(kind="", account="", now=NOW + timedelta(hours=12))  # Late at night: no business hours.
    if isinstance(leaf, TextMatches) and not leaf.pattern:
        return  # An empty pattern is in every text, even in none; files cannot hold it.

    assert not leaf.test()(nothing)
    assert NotThis(leaf).test()(nothing)


def test_explanations_never_quote_the_buyer_and_hold_no_hidden_characters() -> None:
    asked = facts(text="my secret", topic="x\u202e\n<!channel>", storefront="y" * 500)
    said = [
        WordIs("topic", ("fraud",)).why(asked).sentence,
        WordIs("storefront", ("de",)).why(asked).sentence,
        TextContains(("anwalt",)).why(asked).sentence,
        TextMatches("secret").why(asked).sentence,
    ]

    assert not any("my secret" in sentence for sentence in said)
    assert not any("\u202e" in sentence or "\n" in sentence for sentence in said)
    assert all(len(sentence) < 150 for sentence in said)
