"""Whole PDFs with one fault each, in the languages of seven storefronts, and every rule off, as usual and an error."""

from __future__ import annotations

import hashlib
from typing import Literal

import pytest

from bot.domain.invoice import CHECKS, Case, InvoiceRules, Paper, findings, usual_severities
from bot.domain.model import Order
from bot.pdfchild import read
from tests.papers import FAULTS, LOCALES, Lines, an_invoice, an_order_of, pdf

Weight = Literal["off", "usual", "error"]


def found(lines: Lines, order: Order, check: str = "", weight: Weight = "usual") -> dict[str, str]:
    """What is found in a PDF with these lines, `check` weighing so much, by the check's name."""
    content = pdf([lines])
    said = read(content)
    paper = Paper("r.pdf", len(content), hashlib.sha256(content).hexdigest(), said["pages"], said["text"])
    severities = {name: severity for name, severity in usual_severities().items() if name != check or weight != "off"}
    if weight == "error":
        severities[check] = "error"
    return {finding.check: finding.severity for finding in findings(Case(paper, order, InvoiceRules(severities)))}


@pytest.mark.parametrize("storefront", LOCALES)
def test_a_clean_pdf_passes(storefront: str) -> None:
    order = an_order_of(storefront)

    assert found(an_invoice(order), order) == {}


@pytest.mark.parametrize("storefront", LOCALES)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_in_a_pdf_is_found_and_weighs_what_the_rules_say(storefront: str, fault: str) -> None:
    change, check, places = FAULTS[fault]
    order = an_order_of(storefront)
    lines = change(an_invoice(order), order)
    matters = not places or storefront in places

    assert found(lines, order, check, "off") == {}
    assert found(lines, order, check, "usual") == ({check: CHECKS[check].usual} if matters else {})
    assert found(lines, order, check, "error") == ({check: "error"} if matters else {})
