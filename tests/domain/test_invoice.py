"""What is no fault of an invoice though it looks like one, what is one though it hides, and how both are told.

That every check finds its fault and weighs what the rules say is `tests/test_invoicechecks.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from bot.domain.invoice import Case, Finding, InvoiceRules, Paper, findings, usual_severities
from bot.domain.model import Address, Invoice, Money, Order
from tests.papers import LOCALES, an_invoice, an_order_of, price

RULES = InvoiceRules(usual_severities())
DIGEST = sha256(b"paper").hexdigest()


def a_paper(lines: list[str], **changes: Any) -> Paper:
    paper = Paper(name="Rechnung 0815.pdf", size=1433, digest=DIGEST, text="\n".join(lines))
    return replace(paper, **changes)


def checks(lines: list[str], order: Order, **case: Any) -> dict[str, str]:
    """The names of the checks that found something, each with its severity."""
    found = findings(Case(a_paper(lines), order, case.pop("rules", RULES), **case))
    return {finding.check: finding.severity for finding in found}


def an_invoice_of(order: Order, name: str = "r.pdf", **changes: Any) -> Invoice:
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return replace(Invoice(7, order.id, order.storefront, name, "application/pdf", at, "https://x.test/"), **changes)


@pytest.mark.parametrize("storefront", LOCALES)
@pytest.mark.parametrize("minor", [123_456, 999, 2_000, 100_000_000, 100_050])
def test_a_clean_invoice_passes_in_every_language(storefront: str, minor: int) -> None:
    order = an_order_of(storefront, minor=minor)

    assert checks(an_invoice(order), order) == {}


AMOUNTS = [
    "1.234,56 €",
    "€ 1.234,56",
    "EUR 1234,56",
    "1 234,56 €",
    "1\u00a0234,56 €",
    "1\u202f234,56 €",
    "1,234.56 €",
    "1'234.56 €",
    "1234.56€",
    "19 1 234,56 €",
]


@pytest.mark.parametrize("written", AMOUNTS)
def test_an_amount_is_known_in_every_way_people_write_it(written: str) -> None:
    order = an_order_of("de")
    right = price(123_456, "EUR", "de")

    assert checks([line.replace(right, written) for line in an_invoice(order)], order) == {}


def test_a_column_before_an_amount_is_no_part_of_it() -> None:
    order = an_order_of("de", minor=23_456)
    right = price(23_456, "EUR", "de")

    assert checks([line.replace(right, "19 234,56 €") for line in an_invoice(order)], order) == {}


@pytest.mark.parametrize("written", ["1.234,57 €", "12.345,60 €", "234,56 €", "11.234,56 €", "1.234,5 €", "1234560 €"])
def test_another_amount_is_not_taken_for_the_right_one(written: str) -> None:
    order = an_order_of("de")
    right = price(123_456, "EUR", "de")

    assert "amount" in checks([line.replace(right, written) for line in an_invoice(order)], order)


def test_a_round_price_is_not_found_in_a_date_or_a_number_of_pieces() -> None:
    order = an_order_of("de", minor=2_000)
    lines = [line.replace(price(2_000, "EUR", "de"), "19,00 €") for line in an_invoice(order)]

    assert "amount" in checks([*lines, "20 Stück, Nr. 20, 20.11.2026"], order)


def test_an_amount_may_include_the_shipping_and_leaves_out_what_is_cancelled() -> None:
    order = an_order_of("de", minor=1_000, pieces=3)
    order = replace(order, units=(*order.units[:2], replace(order.units[2], status="cancelled")))
    lines = [line for line in an_invoice(order) if "Gesamtbetrag" not in line and "Wasserkocher" not in line]

    assert "amount" not in checks([*lines, "Summe 20,00 €"], order)
    assert "amount" not in checks([*lines, "Summe 29,90 €"], order)
    assert "amount" in checks([*lines, "Summe 30,00 €"], order)


def test_units_in_two_currencies_have_no_amount_to_compare() -> None:
    order = an_order_of("de", pieces=2)
    order = replace(order, units=(order.units[0], replace(order.units[1], price=Money(1, "CZK"))))

    assert not {"amount", "currency"} & set(checks(an_invoice(order), order))


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Jürgen Weißmüller", "Herrn WEISSMÜLLER, JÜRGEN"),
        ("Jürgen Weißmüller", "Juergen Weissmueller"),
        ("Jürgen Weißmüller", "J ü r g e n  W e i ß m ü l l e r"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Ana de la Cruz", "Ana De La Cruz"),
    ],
)
def test_a_buyer_is_known_however_the_name_is_set(name: str, written: str) -> None:
    order = an_order_of("de")
    order = replace(order, billing_address=Address(name, "", "", "", "DE"), shipping_address=None)
    lines = [line.replace("Jürgen Weißmüller", written) for line in an_invoice(an_order_of("de"))]

    assert checks(lines, order) == {}


def test_a_company_may_stand_for_the_person_and_the_shipping_address_for_the_billing_one() -> None:
    order = an_order_of("de")
    firm = Address("Eva Ende", "", "", "", "DE", company="Beispiel & Söhne GmbH")
    lines = [line.replace("Jürgen Weißmüller", "Beispiel & Söhne GmbH") for line in an_invoice(order)]

    assert checks(lines, replace(order, billing_address=firm, shipping_address=None)) == {}
    assert checks(lines, replace(order, shipping_address=firm)) == {}
    assert checks(lines, replace(order, billing_address=None, shipping_address=None)) == {}


def test_an_order_number_torn_apart_by_the_pdf_is_read_all_the_same() -> None:
    order = an_order_of("de")

    assert checks([line.replace("MB7UWLD", "M B 7 U W L D") for line in an_invoice(order)], order) == {}


@pytest.mark.parametrize(
    "line",
    [
        "www.kaufland.de/bestellungen",
        "https://www.kauflandglobalmarketplace.com",
        "buyer-123@kaufland-marktplatz.de",
        "http://ec.europa.eu/consumers/odr",
        "USt-IdNr. DE123456789, Steuernummer 27/123/45678",
        "Konto bei Kaufland: siehe dort",
        "Muster s.r.o., Muster Sp. z o.o., Muster S.p.A., Nr.1, z.B. morgen",
        "EAN 4006381333931, Bestellung 61109010140000071219812875",
        "Účtenka 20260011",
    ],
)
def test_what_only_looks_like_a_fault_is_none(line: str) -> None:
    order = an_order_of("de")

    assert checks([*an_invoice(order), line], order) == {}


def test_sites_the_rules_allow_may_be_named() -> None:
    order = an_order_of("de")
    lines = [*an_invoice(order), "www.muster.de und info@mail.muster.de"]

    assert set(checks(lines, order)) == {"shop_address", "mail_address"}
    assert checks(lines, order, rules=replace(RULES, hosts=("muster.de",))) == {}
    assert "shop_address" in checks([*lines, "notmuster.de"], order, rules=replace(RULES, hosts=("muster.de",)))


def test_a_bdo_number_must_be_the_sellers_own_where_the_rules_name_it() -> None:
    order = an_order_of("pl")

    assert checks(an_invoice(order), order, rules=replace(RULES, bdo="000123456")) == {}
    assert set(checks(an_invoice(order), order, rules=replace(RULES, bdo="000999999"))) == {"bdo_number"}


@pytest.mark.parametrize(("percent", "written"), [(5.5, "TVA 5,5 %"), (5.5, "TVA 5.50%"), (20.0, "TVA % 20,00")])
def test_vat_is_due_at_the_rate_of_the_order(percent: float, written: str) -> None:
    order = an_order_of("fr")
    order = replace(order, units=(replace(order.units[0], vat_percent=percent),))
    lines = [line for line in an_invoice(order) if "TVA" not in line]

    assert checks([*lines, written], order) == {}
    assert set(checks(lines, order)) == {"vat"}


@pytest.mark.parametrize("percent", [None, 0.0])
def test_where_an_order_has_no_vat_none_must_be_shown(percent: float | None) -> None:
    order = an_order_of("de")
    lines = [line for line in an_invoice(order) if "MwSt" not in line]

    assert checks(lines, replace(order, units=(replace(order.units[0], vat_percent=percent),))) == {}


def test_a_scanned_page_is_told_and_only_what_needs_no_text_is_asked() -> None:
    order = replace(an_order_of("pl"), deemed_supplier=True)

    assert checks([], order) == {"deemed_supplier": "error", "scan": "warning"}


def test_the_same_file_is_no_second_time_uploaded() -> None:
    order = an_order_of("de")
    paper = a_paper([])
    there = replace(order, invoices=(an_invoice_of(order, paper.upload_name),))
    renamed = replace(order, invoices=(an_invoice_of(order, f"anders_{DIGEST[:12]}.pdf"),))

    assert checks(an_invoice(order), there) == {"duplicate": "error"}
    assert checks(an_invoice(order), renamed) == {"duplicate": "error"}
    assert checks(an_invoice(order), order, elsewhere="MOTHER2") == {"duplicate": "error"}


def test_a_second_invoice_is_a_warning_unless_the_marketplace_issued_the_first() -> None:
    order = an_order_of("de")
    ours = replace(order, invoices=(an_invoice_of(order, "alt.pdf"),))
    theirs = replace(order, invoices=(an_invoice_of(order, "alt.pdf", by_marketplace=True),))

    assert checks(an_invoice(order), ours) == {"second_invoice": "warning"}
    assert checks(an_invoice(order), theirs) == {}


def test_findings_are_sentences_that_quote_no_buyer_and_errors_come_first() -> None:
    order = an_order_of("de")
    found = findings(Case(a_paper(["Petra Geheim MXXXXX9 IBAN DE89370400440532013000 a@shop.de"]), order, RULES))

    assert [finding.severity for finding in found] == sorted(finding.severity for finding in found)
    assert found[0] == Finding("order_number", "error", "It does not name order MB7UWLD. It names MXXXXX9.")
    for finding in found:
        assert finding.sentence.endswith(".")
        assert "Geheim" not in finding.sentence
        assert "Weißmüller" not in finding.sentence
        assert "370400440532" not in finding.sentence


@pytest.mark.parametrize(
    ("name", "uploaded"),
    [
        ("Rechnung Nr. 0815.pdf", "rechnung-nr.-0815"),
        ("../../etc/passwd", "etc-passwd"),
        ("Účet č. 7 – Žižka.PDF", "ucet-c.-7-zizka"),
        ("\u202efdp.exe.pdf", "fdp.exe"),
        ("..pdf", "invoice"),
        ("", "invoice"),
        ("a" * 300 + ".pdf", "a" * 60),
    ],
)
def test_the_name_at_the_marketplace_is_harmless_and_tells_the_file(name: str, uploaded: str) -> None:
    assert a_paper([], name=name).upload_name == f"{uploaded}_{DIGEST[:12]}.pdf"


@pytest.mark.parametrize(
    ("name", "lines", "numbers"),
    [
        ("rechnung_mb7uwld.pdf", [], ("MB7UWLD",)),
        ("0815.pdf", ["MONTAGE von MB7UWLD"], ("MB7UWLD", "MONTAGE")),
        ("MAB23CD.pdf", ["Bestellung MB7UWLD"], ("MAB23CD", "MB7UWLD")),
        ("0815.pdf", ["XMB7UWLD MB7UWLDX mb7uwld"], ()),
    ],
)
def test_an_order_number_is_looked_for_in_the_name_and_then_in_the_text(
    name: str, lines: list[str], numbers: tuple[str, ...]
) -> None:
    assert a_paper(lines, name=name).order_numbers == numbers


def test_a_buyers_words_stay_out_of_what_is_logged() -> None:
    assert "Weißmüller" not in repr(a_paper(["Jürgen Weißmüller"]))
