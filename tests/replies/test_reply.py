from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conditions import AllOf, AnyOf, Condition, NotThis, TextContains, WordIs
from bot.domain.facts import folded
from bot.domain.locales import LOCALES, closest, locale_named, locale_of, storefront_of
from bot.domain.model import Money
from bot.domain.reply import Input, ReplyTemplate, offers, prefilled, ranked, read_inputs, searched, specificity
from tests.domain.builders import facts

DELAYED = WordIs("topic", ("delivery_delayed",))


def a_template(
    name: str, when: Condition | None = None, locales: tuple[str, ...] = ("de-DE",), text: str = ""
) -> ReplyTemplate:
    title = name.replace("-", " ").capitalize()
    return ReplyTemplate(name, title, locales, when, words=folded(f"{name} {title} {text}"))


LATE = a_template("late", DELAYED)
LOST = a_template("lost", WordIs("topic", ("delivery_delayed", "delivery_not_received")))
UNDELIVERED = a_template("undelivered", WordIs("open_reason", ("product_not_delivered",)))
GERMAN = a_template("german", WordIs("storefront", ("de",)))
BROKEN = a_template("broken", WordIs("topic", ("order_product_defect",)))
ANY = a_template("any")
ALL = (ANY, BROKEN, GERMAN, LOST, UNDELIVERED, LATE)


def names(found: object) -> list[str]:
    return [offer.template.name for offer in found]  # type: ignore[attr-defined]


def test_what_fits_comes_first_and_the_more_specific_before_the_less() -> None:
    found = offers(ranked(ALL), facts())

    assert names(found) == ["late", "lost", "undelivered", "german", "any", "broken"]
    assert [offer.fits for offer in found] == [True] * 5 + [False]


def test_equals_stand_in_the_order_of_their_titles() -> None:
    twins = (a_template("żaba"), a_template("bear"), a_template("árbol"))

    assert [template.name for template in ranked(twins)] == ["árbol", "bear", "żaba"]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (DELAYED, WordIs("topic", ("delivery_delayed", "order_cancel"))),
        (DELAYED, WordIs("open_reason", ("product_defect",))),
        (DELAYED, AllOf((WordIs("storefront", ("de",)), TextContains(("x",)), WordIs("status", ("opened",))))),
        (AllOf((DELAYED, WordIs("storefront", ("de",)))), DELAYED),
        (DELAYED, AnyOf((DELAYED, WordIs("open_reason", ("product_not_delivered",))))),
        (WordIs("open_reason", ("product_defect",)), NotThis(DELAYED)),
        (WordIs("kind", ("ticket",)), None),
    ],
)
def test_the_more_a_condition_asks_for_the_more_specific_it_is(more: Condition, less: Condition | None) -> None:
    assert specificity(more) > specificity(less)


def test_only_templates_in_the_buyers_language_are_offered() -> None:
    czech, both = a_template("czech", locales=("cs-CZ",)), a_template("both", locales=("cs-CZ", "de-DE"))

    assert names(offers((czech, both), facts(storefront="de"))) == ["both"]
    assert [offer.locale for offer in offers((both,), facts(storefront="at"))] == ["de-DE"]
    assert [offer.locale for offer in offers((both,), facts(storefront="CZ"))] == ["cs-CZ"]
    assert offers((czech, both), facts(storefront="xx")) == ()
    assert offers((czech, both), facts(storefront=None)) == ()


def test_a_search_knows_neither_case_nor_accents_and_wants_every_word() -> None:
    found = offers(
        (
            a_template("one", text="Vrácení peněz do 14 dnů"),
            a_template("vraceni", text="x"),
            a_template("two", text="Vrácení"),
        ),
        facts(),
    )

    assert names(searched(found, "VRACENI")) == ["vraceni", "one", "two"]
    assert names(searched(found, "vrácení penez")) == ["one"]
    assert names(searched(found, "  ")) == ["one", "vraceni", "two"]
    assert names(searched(found, "nothing")) == []


TEXT = Input("text", "Text")
INPUTS = (
    TEXT,
    Input("day", "Day", "date"),
    Input("count", "Count", "number"),
    Input("amount", "Amount", "money"),
    Input("way", "Way", "choice", choices=(("refund", "Refund"), ("keep", "Keep"))),
    Input("note", "Note", optional=True),
)
GIVEN: dict[str, str | None] = {
    "text": " abc \n", "day": "2026-12-04", "count": "2,5", "amount": "12.5", "way": "keep", "note": "",
}  # fmt: skip


def test_inputs_are_read_as_what_they_are() -> None:
    assert read_inputs(INPUTS, GIVEN, "CZK") == (
        {"text": "abc", "day": date(2026, 12, 4), "count": Decimal("2.5"), "amount": Money(1250, "CZK"), "way": "keep"},
        {},
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("text", None, "Fill this in"),
        ("text", " \n ", "Fill this in"),
        ("text", "x" * 3_001, "longer than 3,000 characters"),
        ("day", "4.12.2026", "This is no date: write it like 2026-12-04."),
        ("day", "2026-02-30", "This is no date"),
        ("count", "many", "This is no number: write it like 12.5."),
        ("count", "1e9", "This is no number"),
        ("count", "١٢", "This is no number"),
        ("amount", "-1", "This is no number: write it like 12.50."),
        ("amount", "12.345", "This is no number"),
        ("amount", "0", "An amount of nothing"),
        ("way", "gift", "Choose one of the list."),
    ],
)
def test_what_is_wrong_with_an_input_is_said_beside_it(name: str, value: str | None, sentence: str) -> None:
    values, errors = read_inputs(INPUTS, {**GIVEN, name: value}, "EUR")

    assert list(errors) == [name]
    assert sentence in errors[name]
    assert name not in values


def test_an_amount_needs_a_storefront_whose_currency_is_known() -> None:
    assert "currency" in read_inputs(INPUTS, GIVEN, None)[1]["amount"]


@given(st.integers(min_value=1, max_value=99_999_999_999))
def test_amounts_are_read_to_the_cent(minor: int) -> None:
    written = f"{minor // 100}.{minor % 100:02d}"

    values, errors = read_inputs([Input("amount", "A", "money")], {"amount": written}, "EUR")

    assert (values, errors) == ({"amount": Money(minor, "EUR")}, {})


def test_fields_start_with_what_is_known() -> None:
    inputs = (Input("a", "A", default="tracking.number"), Input("b", "B", default="tracking.carrier"), TEXT)

    assert prefilled(inputs, {"tracking": {"number": "0034"}, "text": "x"}) == {"a": "0034"}
    assert prefilled(inputs, {}) == {}


@pytest.mark.parametrize(
    ("word", "locale"),
    [
        ("de", "de-DE"),
        ("AT", "de-AT"),
        ("cz", "cs-CZ"),
        ("cs", "cs-CZ"),
        ("de_at", "de-AT"),
        ("sk-sk", "sk-SK"),
        ("en", None),
        ("", None),
    ],
)
def test_a_language_is_found_by_what_people_call_it(word: str, locale: str | None) -> None:
    assert locale_named(word) == locale


def test_storefronts_have_their_locales() -> None:
    assert locale_of("CZ") == "cs-CZ"
    assert locale_of(None) is None
    assert [storefront_of(locale) for locale in LOCALES.values()] == list(LOCALES)
    assert closest("de-AT", ["cs-CZ", "de-DE"]) == "de-DE"
    assert closest("de-AT", ["de-DE", "de-AT"]) == "de-AT"
    assert closest("fr-FR", ["de-DE"]) is None
    assert closest(None, ["de-DE"]) is None
