"""Notices about offers: what is told of which offer, and which pushes that takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.currency import Money
from bot.domain.inventory import Unit
from bot.domain.notices import NOTHING, Notices, events
from bot.domain.routing import Rule, RuleBook, unit_facts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PRICE = Money(4999, "EUR")
UNIT = Unit(7, "de", "AVAILABLE", "NEW", PRICE, PRICE, 9, 2, NOW, NOW, offer_id="SKU-1")
BOTH = Notices(("out_of_stock", "not_available"))


@pytest.mark.parametrize(
    ("notices", "amount", "status", "told"),
    [
        (NOTHING, 0, "ONHOLD", None),
        (BOTH, 9, "AVAILABLE", None),
        (BOTH, 0, "AVAILABLE", "out_of_stock"),
        (BOTH, 0, "ONHOLD", "out_of_stock"),
        (BOTH, 9, "ONHOLD", "not_available"),
        (BOTH, 9, "onhold", "not_available"),
        (Notices(("out_of_stock",)), 9, "ONHOLD", None),
        (Notices(("not_available",)), 0, "AVAILABLE", None),
        (Notices(low_stock=5), 6, "AVAILABLE", None),
        (Notices(low_stock=5), 5, "AVAILABLE", "low_stock"),
        (Notices(low_stock=5), 0, "AVAILABLE", "out_of_stock"),
        (Notices(low_stock=5), 5, "ONHOLD", "low_stock"),
        (Notices(("not_available",), 5), 5, "ONHOLD", "not_available"),
    ],
)
def test_what_is_told_of_an_offer(notices: Notices, amount: int, status: str, told: str | None) -> None:
    assert notices.of(replace(UNIT, amount=amount, status=status)) == told


def test_each_notice_hears_when_it_begins_and_when_it_is_over() -> None:
    assert Notices(("out_of_stock",)).events == {"item_unit_out_of_stock", "item_unit_available", "item_unit_deleted"}
    assert "item_unit_changed" in Notices(low_stock=5).events
    assert "item_unit_changed" not in BOTH.events
    assert events([NOTHING, NOTHING]) == ()


def test_only_a_rule_with_notices_shows_an_offer() -> None:
    facts = unit_facts(UNIT, "main", NOW)
    quiet, loud = Rule("quiet", "#a"), Rule("loud", "#a", notices=BOTH)

    assert [rule.route(facts).shown for rule in (quiet, loud)] == [False, True]
    assert [RuleBook((rule,), "#a").shows("unit") for rule in (quiet, loud)] == [False, True]
    assert RuleBook((quiet,), "#a").unit_events == ()
    assert (facts.kind, facts.storefront, facts.status, facts.amount) == ("unit", "de", ("available",), PRICE)
