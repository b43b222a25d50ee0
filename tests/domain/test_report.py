"""Which reports there are, what they are asked with, and what they come to."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.period import Period
from bot.domain.report import GIVEN_UP, KINDS, LONGEST_GAP, ReportWish, next_gap, read_wish, trouble
from bot.domain.reportsummary import (
    ALONE,
    BookingMonth,
    booking_kind,
    booking_months,
    position,
    read_summary,
    summarise,
)
from bot.domain.reporttable import read_table
from bot.marketplace.calls.files import OF_A_STOREFRONT, OF_A_TIME

TODAY = date(2026, 11, 23)
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))


def summary_of(kind: str, text: str, storefront: str = "de") -> Any:
    return summarise(kind, storefront, read_table(text.splitlines(keepends=True)))


# Asking


def test_every_report_the_marketplace_can_make_can_be_asked_for() -> None:
    by_import = {kind.code for kind in KINDS.values() if kind.of_import}

    assert set(KINDS) == OF_A_STOREFRONT | OF_A_TIME | by_import
    assert {kind.code for kind in KINDS.values() if kind.of_days} == OF_A_TIME


@pytest.mark.parametrize(
    "wish",
    [
        ReportWish("sales-new", ("de", "at"), WEEK),
        ReportWish("cancellations", ("de",), seller_related=True),
        ReportWish("product-data-import-file-errors", import_id=88412),
    ],
)
def test_a_wish_survives_the_notebook(wish: ReportWish) -> None:
    assert read_wish(json.loads(json.dumps(wish.payload()))) == wish


@pytest.mark.parametrize("payload", [{}, {"kind": 3, "storefronts": []}, {"kind": "x", "storefronts": "de"}])
def test_what_is_no_wish_is_none(payload: dict[str, object]) -> None:
    assert read_wish(payload) is None


def test_equal_wishes_have_equal_names_and_others_have_others() -> None:
    wishes = [
        ReportWish("sales-new", ("de",), WEEK),
        ReportWish("sales-new", ("de", "at"), WEEK),
        ReportWish("sales-new", ("de",), Period(WEEK.first, WEEK.first)),
        ReportWish("cancellations", ("de",)),
        ReportWish("cancellations", ("de",), seller_related=True),
        ReportWish("product-data-import-file-errors", import_id=1),
    ]

    assert len({wish.slug for wish in wishes}) == len(wishes)
    assert wishes[0].slug == "sales-new.de.2026-11-16.2026-11-22"
    assert ReportWish("product-data-import-file-errors", import_id=1).parts == ("",)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (ReportWish("sales-new", ("de",), WEEK), None),
        (ReportWish("sales-new", ("de",), Period(TODAY, TODAY)), None),
        (ReportWish("account-listing", ("de", "cz")), None),
        (ReportWish("product-data-import-file-errors", import_id=7), None),
        (ReportWish("gossip", ("de",)), "kind"),
        (ReportWish("sales-new", (), WEEK), "storefronts"),
        (ReportWish("sales-new", ("../x",), WEEK), "storefronts"),
        (ReportWish("sales-new", ("de",)), "first"),
        (ReportWish("sales-new", ("de",), Period(WEEK.last, WEEK.first)), "last"),
        (ReportWish("bookings-new", ("de",), Period(WEEK.first, TODAY + timedelta(days=1))), "last"),
        (ReportWish("sales-new", ("de",), Period(date(2024, 1, 1), WEEK.last)), "first"),
        (ReportWish("product-data-import-file-errors"), "import_id"),
        (ReportWish("product-data-import-file-errors", import_id=0), "import_id"),
        (ReportWish("product-data-import-file-errors", import_id=2**63), "import_id"),
    ],
)
def test_what_a_report_lacks_is_told_beside_its_field(wish: ReportWish, field: str | None) -> None:
    told = trouble(wish, TODAY)

    assert (told[0] if told else None) == field


def test_looks_grow_rarer_and_end() -> None:
    gaps = [next_gap(timedelta(seconds=age)) for age in (0, 5, 60, 600, 3600, 80_000)]

    assert gaps == [timedelta(seconds=3)] * 2 + [timedelta(seconds=20), timedelta(seconds=200)] + [LONGEST_GAP] * 2
    assert next_gap(GIVEN_UP) is None
    looks, age = 0, timedelta(0)
    while (gap := next_gap(age)) is not None:
        looks, age = looks + 1, age + gap
    assert looks < 200


# Reading


def test_sales_are_counted_by_day_and_order() -> None:
    summary = summary_of(
        "sales-new",
        "order_date;order_number;id_order_unit;ean;price_gross;brand_new_column\n"
        "2026-11-16;MAAAAA1;1;400;12,50;x\n"
        "2026-11-16;MAAAAA1;2;400;1.000,00;x\n"
        "2026-11-18;MBBBBB2;3;400;7;x\n",
    )

    assert (summary.rows, summary.orders, summary.sums, summary.notes) == (3, 2, {"revenue": 101_950}, [])
    assert summary.days == {"2026-11-16": (2, 101_250), "2026-11-18": (1, 700)}
    assert read_summary(json.loads(json.dumps(summary.facts()))) == summary


def test_german_headers_count_the_reasons_of_cancellations() -> None:
    summary = summary_of(
        "cancellations",
        "Datum der Stornierung;Datum der Order;Grund der Stornierung;EAN des Artikels\n"
        "01.11.2026;30.10.2026;NoInventory;400\n"
        "01.11.2026;30.10.2026;;400\n"
        "01.11.2026;30.10.2026;NoInventory;400\n",
    )

    assert summary.counts == {"NoInventory": 2, "without a reason": 1}


BOOKINGS = """booking_date;booking_text;order_number;amount;fee_variable;fee_fixed;unknown
2026-10-03;Freigabe;MAAAAA1;100,00;-12,00;0,99;?
2026-10-04;Erstattung;MAAAAA1;-10,00;;;?
2026-10-15;Auszahlung;;-77,01;;;?
2026-10-31;Grundgebühr;;-39,95;;;?
2026-11-02;Storno;MBBBBB2;-5,00;;;?
2026-11-02;Zinsen;;0,01;;;?
;Freigabe;;1,00;;;?
"""


def test_bookings_come_to_payouts_fees_and_refunds_for_each_month() -> None:
    summary = summary_of("bookings-new", BOOKINGS)

    assert booking_months(summary) == (
        BookingMonth("2026-10", payouts=-7701, releases=10_000, refunds=-1000, fees=-3995, fees_within=-1299),
        BookingMonth("2026-11", cancellations=-500, other=1),
        BookingMonth("undated", releases=100),
    )
    assert (summary.rows, summary.notes) == (7, [])


def test_bookings_with_nothing_known_in_them_are_counted_and_noted() -> None:
    summary = summary_of("bookings-new", "alpha;beta\n1;2\n3;4\n")

    assert summary.rows == 2
    assert [note.split(",")[0] for note in summary.notes] == [
        "The report has no column I know for amounts",
        "The report has no column I know for booking texts",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Auszahlung 47/2026", "payouts"),
        ("PAYOUT", "payouts"),
        ("Verkaufsgebühr", "fees"),
        ("Rückzahlung", "refunds"),
        ("Zinsen", "Zinsen"),
        ("", "without a text"),
    ],
)
def test_a_bookings_text_tells_its_kind(text: str, kind: str) -> None:
    assert booking_kind(text) == kind


@pytest.mark.parametrize(
    ("ours", "best", "where"),
    [
        (1000, 1000, "cheapest"),
        (900, 1000, "cheapest"),
        (1050, 1000, "up to 5 % above"),
        (1051, 1000, "5 to 15 % above"),
        (2000, 1000, "more than 15 % above"),
        (1000, None, ALONE),
        (1000, 0, ALONE),
        (None, 1000, ALONE),
    ],
)
def test_a_price_has_a_position_beside_the_best_other_one(ours: int | None, best: int | None, where: str) -> None:
    assert position(ours, best) == where


def test_both_reports_about_prices_are_understood() -> None:
    german = "EAN;Günstigster Preis neu;Günstigster Preis gebraucht;Ihr Preis\n1;10,00;;10,00\n2;;8,00;10,00\n3;;;10\n"
    english = (
        "Storefront;EAN;Sales price;Competitive external price;Buybox price\nde;1;10,00;10,00;9\nde;2;10,40;10;9\n"
    )

    assert summary_of("competitors-comparer", german).counts == {
        "cheapest": 1,
        "more than 15 % above": 1,
        ALONE: 1,
    }
    assert summary_of("price-competitiveness", english).counts == {"cheapest": 1, "up to 5 % above": 1}


def test_the_list_of_offers_counts_conditions_and_stock() -> None:
    summary = summary_of("account-listing", "ean;condition;price;count\n1;NEW;1999;5\n2;NEW;1999;0\n3;;1999;x\n")

    assert summary.counts == {"NEW": 2, "without a condition": 1}
    assert summary.sums == {"pieces": 5, "sold out": 1}


def test_words_nobody_limits_are_kept_to_the_most_frequent() -> None:
    rows = "".join(f"{number};Reason {number}\n" * (2 if number < 5 else 1) for number in range(5000))

    summary = summary_of("eans-not-found", "ean;reason\n" + rows)

    assert len(summary.counts) == 201
    assert sum(summary.counts.values()) == summary.rows == 5005
