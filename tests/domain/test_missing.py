"""Missing invoices are what the algebra of sets says they are, on a thousand months nobody arranged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from bot.domain.ladder import Step, steps_due
from bot.domain.missing import MOST_CLOCKS, SENT, MissingInvoice, MissingRules, known_since, missing_invoices
from bot.domain.model import Invoice, Money, OrderUnit
from tests.domain.builders import NOW, an_order_unit

STATUSES = ("open", "need_to_be_sent", "cancelled", "something_newer", *sorted(SENT))


def an_invoice(order_id: str, **changes: object) -> Invoice:
    return replace(Invoice(1, order_id, "de", "r.pdf", "application/pdf", NOW, "https://x.test/"), **changes)  # type: ignore[arg-type]


def a_month(chance: Random) -> tuple[list[OrderUnit], list[Invoice]]:
    """Orders of a month with units in any state; some invoiced by us, by the marketplace, by both, or elsewhere."""
    units: list[OrderUnit] = []
    invoices: list[Invoice] = []
    for number in range(chance.randint(0, 30)):
        order_id = f"M{number:06d}"
        deemed = chance.random() < 0.15
        for _ in range(chance.randint(1, 4)):
            unit = an_order_unit(
                id=len(units),
                order_id=order_id,
                status=chance.choice(STATUSES),
                deemed_supplier=deemed,
                created=NOW - timedelta(hours=chance.randint(0, 720)),
            )
            units += [unit] * chance.choice([1, 1, 1, 2])
        if deemed or chance.random() < 0.1:
            invoices.append(an_invoice(order_id, by_marketplace=True))
        if chance.random() < 0.5:
            invoices += [an_invoice(order_id)] * chance.choice([1, 2])
    invoices.append(an_invoice("MELSE01"))
    chance.shuffle(units)
    chance.shuffle(invoices)
    return units, invoices


def test_a_thousand_months_agree_with_the_algebra_of_sets() -> None:
    seen = 0
    for seed in range(1000):
        units, invoices = a_month(Random(seed))
        sent = {unit.order_id for unit in units if unit.status in SENT}
        deemed = {unit.order_id for unit in units if unit.deemed_supplier}
        invoiced = {invoice.order_id for invoice in invoices if not invoice.by_marketplace}

        found = missing_invoices(units, invoices)

        assert {order.order_id for order in found} == sent - deemed - invoiced, seed
        assert len(found) == len({order.order_id for order in found})
        assert [order.created for order in found] == sorted(order.created for order in found)
        seen += len(found)
    assert seen > 1000


def test_an_order_counts_its_sent_units_once_and_says_what_they_cost() -> None:
    units = [
        an_order_unit(id=1, status="sent"),
        an_order_unit(id=1, status="sent"),
        an_order_unit(id=2, status="received", price=Money(10, "EUR"), created=NOW - timedelta(days=9)),
        an_order_unit(id=3, status="cancelled"),
    ]

    (order,) = missing_invoices(units, [])

    assert (order.units, order.total, order.created) == (2, Money(5000, "EUR"), NOW - timedelta(days=9))


def test_an_invoice_of_the_marketplace_is_none_of_ours() -> None:
    units = [an_order_unit(status="sent")]

    assert missing_invoices(units, [an_invoice("MB7UWLD", by_marketplace=True)])
    assert not missing_invoices(units, [an_invoice("MB7UWLD")])


def test_how_long_an_invoice_is_missing_is_counted_from_when_it_was_first_seen_to_be() -> None:
    orders = missing_invoices(
        [an_order_unit(id=1, status="sent"), an_order_unit(id=2, order_id="MOTHER2", status="sent")], []
    )
    before = {"MB7UWLD": (NOW - timedelta(days=2)).isoformat(), "MGONE03": NOW.isoformat()}

    assert known_since(orders, before, NOW) == {"MB7UWLD": NOW - timedelta(days=2), "MOTHER2": NOW}


@pytest.mark.parametrize(
    ("since", "due"),
    [
        # Monday noon and Friday noon in Berlin: two working days later.
        (datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 25, 11, tzinfo=UTC)),
        (datetime(2026, 11, 27, 11, tzinfo=UTC), datetime(2026, 12, 1, 11, tzinfo=UTC)),
    ],
)
def test_a_missing_invoice_runs_on_a_clock_of_the_storefronts_working_days(since: datetime, due: datetime) -> None:
    rules = MissingRules(ladder=(Step(0.5, ("@finance",)), Step(1.0, ("@leads",))))
    clock = rules.clock(since, "de")

    assert clock.due == due
    assert steps_due(clock, since, ())[0] == ()
    assert [step.name for step in steps_due(clock, due, ())[0]] == ["50%", "overdue"]


LADDER = (Step(0.5), Step(1.0))


def an_order_missing(id: str, storefront: str = "de") -> MissingInvoice:
    return MissingInvoice(id, storefront, NOW, 1, None)


def test_of_several_storefronts_the_strictest_clock_counts_for_all_that_were_seen_together() -> None:
    # The sixth of January is a holiday in Austria, not in the Czech Republic.
    since = datetime(2027, 1, 5, 11, tzinfo=UTC)
    orders = [an_order_missing("MCZ", "cz"), an_order_missing("MAT", "at")]

    for shown in (orders, orders[::-1]):
        (clock,) = MissingRules(ladder=LADDER).clocks(shown, {"MCZ": since, "MAT": since}, ())
        assert clock.due == datetime(2027, 1, 7, 11, tzinfo=UTC)


def test_clocks_that_have_told_everything_do_not_keep_newer_ones_from_running() -> None:
    rules = MissingRules(ladder=LADDER)
    orders = [an_order_missing(f"M{number}") for number in range(MOST_CLOCKS + 5)]
    since = {order.order_id: NOW + timedelta(hours=number) for number, order in enumerate(orders)}
    told = {rules.clock(at, "de").key(step) for at in list(since.values())[:-2] for step in LADDER}

    assert [clock.start for clock in rules.clocks(orders, since, told)] == [
        NOW,
        *(NOW + timedelta(hours=MOST_CLOCKS + number) for number in (3, 4)),
    ]
    assert len(rules.clocks(orders, since, ())) == MOST_CLOCKS
    assert rules.clocks((), {}, ()) == ()
