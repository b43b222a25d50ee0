from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.facts import TEXT_LIMIT, folded, order_facts, read_text, return_facts, ticket_facts
from bot.domain.model import Money

from .builders import NOW, a_message, a_return, a_return_unit, a_ticket, an_order, an_order_unit


def test_a_ticket_tells_its_facts() -> None:
    ticket = a_ticket(
        storefront="CZ",
        order_unit_ids=(1, 2),
        order_units=(an_order_unit(price=Money(1000, "CZK")), an_order_unit(id=2, price=Money(2550, "CZK"))),
        messages=(
            a_message("Where is it?", id=1),
            a_message("On its way.", role="seller", id=2),
            a_message("Still\u200b nothing!", id=3),
        ),
    )

    facts = ticket_facts(ticket, "acme", NOW)

    assert (facts.kind, facts.account, facts.now, facts.storefront) == ("ticket", "acme", NOW, "cz")
    assert (facts.topic, facts.open_reason, facts.status) == ("delivery_delayed", "product_not_delivered", ("opened",))
    assert facts.fulfillment == "fulfilled_by_merchant"
    assert facts.amount == Money(3550, "CZK")
    assert facts.age == timedelta(hours=3)
    assert facts.text == "Still nothing!\nWhere is it?"
    assert facts.reason == ()


def test_a_return_tells_the_reasons_and_statuses_of_all_its_units() -> None:
    first = a_return_unit(order_unit=an_order_unit(), note="Broken")
    second = a_return_unit(id=12, reason="wrong_size", status="return_accepted", order_unit=an_order_unit(id=2))

    facts = return_facts(a_return(units=(first, second)), "main", NOW)

    assert facts.reason == ("defect", "wrong_size")
    assert facts.status == ("package_received", "return_arrived", "return_accepted")
    assert facts.amount == Money(9980, "EUR")
    assert facts.text == "Broken"
    assert (facts.topic, facts.open_reason) == (None, None)


def test_an_order_tells_the_statuses_of_its_units_once_each() -> None:
    units = (an_order_unit(), an_order_unit(id=2), an_order_unit(id=3, status="sent", note="Ring twice"))

    facts = order_facts(an_order(units=units), "main", NOW)

    assert facts.status == ("need_to_be_sent", "sent")
    assert facts.amount == Money(14970, "EUR")
    assert facts.text == "Ring twice"


def test_an_amount_that_would_be_a_guess_is_absent() -> None:
    mixed = (an_order_unit(), an_order_unit(id=2, price=Money(100, "CZK")))

    assert order_facts(an_order(units=()), "main", NOW).amount is None
    assert order_facts(an_order(units=mixed), "main", NOW).amount is None
    assert ticket_facts(a_ticket(order_unit_ids=(1, 2), order_units=mixed[:1]), "main", NOW).amount is None
    partly = (a_return_unit(order_unit=an_order_unit()), a_return_unit(id=12))
    assert return_facts(a_return(units=partly), "main", NOW).amount is None


def test_what_the_marketplace_left_empty_is_absent() -> None:
    facts = ticket_facts(a_ticket(storefront=None, topic="", open_reason=" ", status=""), "main", NOW)

    assert (facts.storefront, facts.topic, facts.open_reason, facts.status, facts.text) == (None, None, None, (), "")


def test_nothing_is_younger_than_new() -> None:
    assert ticket_facts(a_ticket(created=NOW + timedelta(minutes=5)), "main", NOW).age == timedelta(0)


def test_the_newest_words_are_read_first_and_not_for_ever() -> None:
    messages = tuple(a_message(f"{number} " + "x" * 3000, id=number) for number in range(1000))

    text = ticket_facts(a_ticket(messages=messages), "main", NOW).text

    assert len(text) == TEXT_LIMIT
    assert text.startswith("999 x")
    assert "995" not in text


@pytest.mark.parametrize(
    ("written", "looked_for"),
    [
        ("VRÁCENÍ zboží", "vraceni zbozi"),
        ("Rückgabe", "ruckgabe"),
        ("Straße", "STRASSE"),
        ("Paczka DOTARŁA", "dotarla"),
        ("not\n  received", "Not received"),
        ("œuvre", "OEUVRE"),
        ("e\u0301te\u0301", "été"),
        ("ﬁnal", "final"),
    ],
)
def test_case_accents_and_line_breaks_make_no_difference(written: str, looked_for: str) -> None:
    assert folded(looked_for) in folded(written)


@given(st.lists(st.text(max_size=30), max_size=5))
def test_words_read_are_of_one_size_and_can_be_encoded(texts: list[str]) -> None:
    text = read_text(texts)

    assert len(text) <= TEXT_LIMIT
    text.encode()
    assert folded(folded(text)) == folded(text) or "İ" in text
