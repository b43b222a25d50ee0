from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import phrases
from bot.domain.model import Money, Product
from bot.domain.placeholders import PLACEHOLDERS
from bot.domain.reply import Shop, Tracking
from bot.replycontext import reply_context, tidy, written
from bot.replysamples import SAMPLE_SHOP, sample_context
from tests.domain.builders import NOW, a_return, a_ticket

from .folders import EVA, a_full_order, a_full_ticket, a_unit

SHOP = Shop("Acme", {"de-DE": "Ihr Kundenservice"}, {"de-DE": "9-17 Uhr"})


def context(ticket: Any = None, order: Any = None, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"locale": "de-DE", "agent": "Kim", "shop": SHOP, "now": NOW, "inputs": {}, **more}
    return reply_context(ticket or a_full_ticket(), order, **given)


def test_a_reply_is_told_all_that_is_known_in_the_words_of_the_storefront() -> None:
    item = a_return(tracking_provider="DHL", tracking_code="JD01")

    assert context(
        order=a_full_order(), item=item, tracking=Tracking("DPD", "0510"), inputs={"d": date(2026, 12, 1)}
    ) == {
        "buyer": {"name": "Eva Adler"},
        "order": {
            "id": "MB7UWLD",
            "date": "23. November 2026",
            "total": "149,70\u00a0€",
            "units": [
                {"title": "Tasse, blau", "count": 2, "price": "49,90\u00a0€"},
                {"title": "Kanne", "count": 1, "price": "49,90\u00a0€"},
            ],
        },
        "ticket": {
            "id": "00112345678",
            "date": "23. November 2026",
            "units": [{"title": "Tasse, blau", "count": 2, "price": "49,90\u00a0€"}],
        },
        "product": {"title": "Tasse, blau", "price": "49,90\u00a0€"},
        "delivery": {"until": "25. November 2026"},
        "tracking": {"carrier": "DPD", "number": "0510"},
        "return": {"id": "7", "date": "21. November 2026", "carrier": "DHL", "code": "JD01"},
        "agent": {"name": "Kim"},
        "shop": {"name": "Acme", "hours": "9-17 Uhr", "signature": "Ihr Kundenservice\nAcme"},
        "today": "23. November 2026",
        "inputs": {"d": "1. Dezember 2026"},
    }


def test_what_is_not_known_is_absent_and_its_group_is_there() -> None:
    assert context(a_ticket(), agent=None, shop=Shop()) == {
        "buyer": {},
        "order": {"units": []},
        "ticket": {"id": "00112345678", "date": "23. November 2026", "units": []},
        "product": {},
        "delivery": {},
        "tracking": {},
        "return": {},
        "agent": {},
        "shop": {},
        "today": "23. November 2026",
        "inputs": {},
    }


def test_without_the_order_its_total_is_not_guessed() -> None:
    known = context()["order"]

    assert known["id"] == "MB7UWLD"
    assert "total" not in known


def test_a_ticket_about_several_products_has_no_single_product() -> None:
    ticket = a_full_ticket(order_units=(a_unit(id=1), a_unit(id=2, product=Product(8, "Kanne"))))

    assert context(ticket)["product"] == {}
    assert len(context(ticket)["ticket"]["units"]) == 2


def test_prices_of_different_currencies_have_no_total() -> None:
    order = a_full_order(units=(a_unit(id=1), a_unit(id=2, price=Money(100, "CZK"))))

    assert "total" not in context(order=order)["order"]


def test_days_are_those_of_the_storefronts_calendar() -> None:
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert context(a_full_ticket(created=late), now=late + timedelta(minutes=1))["ticket"]["date"] == "1. Januar 2027"
    assert context(a_ticket(storefront=None), now=late)["today"] == "31. Dezember 2026"


def test_many_units_are_cut() -> None:
    units = tuple(a_unit(id=number, product=Product(number, f"Tasse {number}")) for number in range(1, 80))

    assert len(context(order=a_full_order(units=units))["order"]["units"]) == 50


def test_names_of_buyers_are_cleaned_of_what_is_not_seen_and_cut() -> None:
    place = replace(EVA, name="Eva\u202e\n  {{ 7*7 }} <!channel>" + "x" * 300)
    name = context(order=a_full_order(billing_address=place))["buyer"]["name"]

    assert name.startswith("Eva {{ 7*7 }} <!channel>xxx")
    assert len(name) == 100


@pytest.mark.parametrize(
    ("shop", "agent", "signature"),
    [
        (Shop(signature={"de-DE": "Ihr Team\n"}), "Kim", "Ihr Team"),
        (Shop(signature={"de-DE": "Ihr Team"}, agent_signs=True), "Kim", "Kim\nIhr Team"),
        (Shop(signature={"de-DE": "Ihr Team"}, agent_signs=True), None, "Ihr Team"),
        (Shop("Acme", {"de-DE": "Ihr Team von Acme"}), "Kim", "Ihr Team von Acme"),
        (Shop("Acme"), "Kim", "Acme"),
        (Shop(signature={"cs-CZ": "Váš tým"}), "Kim", None),
    ],
)
def test_the_signature_is_put_together(shop: Shop, agent: str | None, signature: str | None) -> None:
    assert context(shop=shop, agent=agent)["shop"].get("signature") == signature


def test_austrians_get_the_german_signature_where_there_is_no_other() -> None:
    assert context(locale="de-AT")["shop"]["signature"] == "Ihr Kundenservice\nAcme"


def test_the_context_is_plain_data() -> None:
    known = context(order=a_full_order(), item=a_return())

    assert json.loads(json.dumps(known)) == known


def test_the_sample_knows_every_documented_placeholder() -> None:
    known = sample_context("de-DE", SAMPLE_SHOP)
    for placeholder in PLACEHOLDERS:
        value: Any = known
        for part in placeholder.path.split("."):
            value = value[part.removesuffix("[]")]
            value = value[0] if part.endswith("[]") else value
        assert value, placeholder.path


def test_every_placeholder_that_is_never_absent_is_known_for_the_poorest_ticket() -> None:
    known = context(a_ticket(), agent=None, shop=Shop())
    for placeholder in PLACEHOLDERS:
        if not placeholder.absent and "[]." not in placeholder.path:
            value: Any = known
            for part in placeholder.path.split("."):
                value = value[part.removesuffix("[]")]


def test_the_placeholders_are_all_the_context_has() -> None:
    def told(value: Any, path: str = "") -> set[str]:
        if isinstance(value, dict):
            return set().union(*(told(inner, f"{path}.{name}" if path else name) for name, inner in value.items()))
        if isinstance(value, list):
            return {f"{path}[]"}.union(*(told(inner, f"{path}[]") for inner in value))
        return {path}

    assert told(sample_context("de-DE", SAMPLE_SHOP)) == {placeholder.path for placeholder in PLACEHOLDERS}


@pytest.mark.parametrize(
    ("locale", "day", "money", "number"),
    [
        ("de-DE", "1. Januar 2027", "1.234,50\u00a0€", "1.234,5"),
        ("de-AT", "1. Jänner 2027", "€\u00a01.234,50", "1.234,5"),
        ("cs-CZ", "1. ledna 2027", "1\u00a0234,50\u00a0€", "1\u00a0234,5"),
        ("sk-SK", "1. januára 2027", "1\u00a0234,50\u00a0€", "1\u00a0234,5"),
        ("pl-PL", "1 stycznia 2027", "1\u00a0234,50\u00a0€", "1\u00a0234,5"),
        ("fr-FR", "1er janvier 2027", "1\u202f234,50\u00a0€", "1\u202f234,5"),
        ("it-IT", "1 gennaio 2027", "1.234,50\u00a0€", "1.234,5"),
    ],
)
def test_days_money_and_numbers_are_written_as_people_there_do(locale: str, day: str, money: str, number: str) -> None:
    assert written(date(2027, 1, 1), locale) == day
    assert written(Money(123_450, "EUR"), locale) == money
    assert written(Decimal("1234.5"), locale) == number


def test_each_currency_has_its_sign_at_home() -> None:
    assert phrases.money(Money(123_450, "CZK"), "cs-CZ") == "1\u00a0234,50\u00a0Kč"
    assert phrases.money(Money(123_456, "PLN"), "pl-PL") == "1\u00a0234,56\u00a0zł"
    assert phrases.day(date(2026, 12, 21), "fr-FR") == "21 décembre 2026"
    assert phrases.spoken("de-AT")
    assert not phrases.spoken("xx-XX")
    assert not phrases.spoken("nonsense")


@given(st.text(max_size=200))
def test_tidying_twice_changes_nothing(text: str) -> None:
    once = tidy(text)

    assert tidy(once) == once
    assert "\n\n\n" not in once
    assert once == once.strip()
