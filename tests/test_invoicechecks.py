"""Every check of an invoice, provoked by one fault in a whole PDF or its order, and weighing what the rules say.

What is no fault, and what only looks like one, stands in `tests/domain/test_invoice.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.invoice import CHECKS, Case, Paper, findings
from bot.domain.invoicebatch import Found, State, item
from bot.domain.model import Invoice, Order
from bot.invoicebook import InvoicesFile
from bot.pdfchild import read
from tests.papers import FAULTS, LOCALES, Lines, an_invoice, an_order_of, pdf


@dataclass(frozen=True)
class Given:
    """An invoice as somebody gives it: its lines, what stands in the PDF besides, its order, who has it already."""

    lines: Lines
    order: Order
    catalog: str = ""
    elsewhere: str | None = None

    @property
    def content(self) -> bytes:
        return pdf([self.lines], catalog=self.catalog)


Fault = Callable[[Given], Given]


def in_the_text(change: Callable[[Lines, Order], Lines]) -> Fault:
    return lambda given: replace(given, lines=change(given.lines, given.order))


def in_the_order(**fields: Any) -> Fault:
    return lambda given: replace(given, order=replace(given.order, **fields))


def in_the_units(**fields: Any) -> Fault:
    def change(given: Given) -> Given:
        units = tuple(replace(unit, **fields) for unit in given.order.units)
        return replace(given, order=replace(given.order, units=units))

    return change


def uploaded_before(name: str) -> Fault:
    """The order has an invoice of this name; `{digest}` stands for the beginning of this file's own."""

    def change(given: Given) -> Given:
        digest = hashlib.sha256(given.content).hexdigest()[:12]
        at = datetime(2026, 11, 20, 12, tzinfo=UTC)
        order, called = given.order, name.format(digest=digest)
        there = Invoice(7, order.id, order.storefront, called, "application/pdf", at, "https://x.test/")
        return replace(given, order=replace(order, invoices=(there,)))

    return change


# What is wrong -> (how the invoice changes, the check that must find it, storefronts it matters in; none for all).
ROWS: dict[str, tuple[Fault, str, tuple[str, ...]]] = {
    "the marketplace invoices the order": (in_the_order(deemed_supplier=True), "deemed_supplier", ()),
    "the marketplace invoices the units": (in_the_units(deemed_supplier=True), "deemed_supplier", ()),
    "uploaded to this order": (uploaded_before("r_{digest}.pdf"), "duplicate", ()),
    "uploaded to another order": (lambda given: replace(given, elsewhere="MOTHER2"), "duplicate", ()),
    "another invoice is there": (uploaded_before("alt.pdf"), "second_invoice", ()),
    "every unit is cancelled": (in_the_units(status="cancelled"), "cancelled", ()),
    "nothing is sent": (in_the_units(status="need_to_be_sent"), "not_sent", ()),
    "a picture": (in_the_text(lambda lines, order: []), "scan", ()),
    "a script": (
        lambda given: replace(given, catalog="/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"),
        "active_content",
        (),
    ),
    **{name: (in_the_text(change), check, places) for name, (change, check, places) in FAULTS.items()},
}


def found(given: Given, **checks: str) -> Found:
    """What is found in the PDF by rules in which `checks` weigh so much."""
    said = read(given.content)
    digest = hashlib.sha256(given.content).hexdigest()
    paper = Paper("r.pdf", len(given.content), digest, said["pages"], said["text"], said["active"])
    rules = InvoicesFile.model_validate({"checks": checks or None}).book().rules
    return Found(findings(Case(paper, given.order, rules, given.elsewhere)))


def weights(what: Found) -> dict[str, str]:
    return {finding.check: finding.severity for finding in what.findings}


def verdict(what: Found) -> State:
    """What becomes of the file."""
    told = item(1, "r.pdf", order_id="M", found=what, action=None, uploaded=False, dismissed=False, in_folder=False)
    return told.state


def test_every_check_there_is_has_a_row() -> None:
    assert {check for _, check, _ in ROWS.values()} == set(CHECKS)


@pytest.mark.parametrize("storefront", LOCALES)
def test_a_clean_pdf_passes_with_every_check_an_error(storefront: str) -> None:
    order = an_order_of(storefront)
    what = found(Given(an_invoice(order), order), **dict.fromkeys(CHECKS, "error"))

    assert weights(what) == {}
    assert verdict(what) is State.READY


@pytest.mark.parametrize("storefront", LOCALES)
@pytest.mark.parametrize("fault", ROWS)
def test_one_fault_is_found_alone_and_weighs_what_the_rules_say(storefront: str, fault: str) -> None:
    change, check, places = ROWS[fault]
    order = an_order_of(storefront)
    given = change(Given(an_invoice(order), order))
    matters = not places or storefront in places
    usual = CHECKS[check].usual

    for weight, severity, state in (
        ("off", None, State.READY),
        ("warning", "warning", State.WARNING),
        ("error", "error", State.ERROR),
    ):
        what = found(given, **{check: weight})
        assert weights(what) == ({check: severity} if severity and matters else {}), weight
        assert verdict(what) is (state if matters else State.READY), weight
    assert weights(found(given)) == ({check: usual} if matters and usual != "off" else {})
