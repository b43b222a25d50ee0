"""What may stand in rules/invoices.yaml, and how it becomes the rules invoices are checked by."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot import fields
from bot.clockbook import StepSection
from bot.domain.clocks import DAY_SECONDS
from bot.domain.invoice import CHECKS, InvoiceBook, InvoiceRules, Severity
from bot.domain.missing import MissingRules
from bot.domain.words import one_line
from bot.rolebook import User
from bot.yamlfile import Section, Wrong

MOST_SITES = 200
MEGABYTE = 1024 * 1024


def _site(text: str) -> str:
    name = text.lower().removeprefix("www.")
    if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}", name, re.ASCII):
        raise Wrong(f"'{one_line(text, 60)}' is no site: write its name alone, like muster.de")
    return name


def _bdo(text: str) -> str:
    if not re.fullmatch(r"\d{9}", text, re.ASCII):
        raise Wrong(f"'{one_line(text, 30)}' is no BDO number: it has nine digits and stands in quotes")
    return text


Site = Annotated[str, AfterValidator(_site)]
Bdo = Annotated[str, AfterValidator(_bdo)]
Weight = Literal["on", "off", "warning", "error"]
MOST_STEPS = 12


class ChecksSection(Section):
    """What is asked of an invoice. An error keeps it here, a warning lets a person decide, on is as usual.

    `bot.domain.invoice.CHECKS` says what each asks.
    """

    deemed_supplier: Weight | None = None
    duplicate: Weight | None = None
    second_invoice: Weight | None = None
    cancelled: Weight | None = None
    not_sent: Weight | None = None
    scan: Weight | None = None
    active_content: Weight | None = None
    order_number: Weight | None = None
    buyer: Weight | None = None
    amount: Weight | None = None
    currency: Weight | None = None
    bank_account: Weight | None = None
    bank_words: Weight | None = None
    shop_address: Weight | None = None
    mail_address: Weight | None = None
    bdo_number: Weight | None = None
    eco_participation: Weight | None = None
    vat: Weight | None = None
    payment_note: Weight | None = None


class MissingSection(Section):
    """How orders are found that were sent and have no invoice, and who is told."""

    look_back_days: int = Field(default=30, ge=1, le=365, description="How old orders are that are looked at.")
    within_days: int = Field(default=2, ge=1, le=60, description="Working days of the storefront until it is overdue.")
    reminders: list[StepSection] | None = Field(default=None, min_length=1, max_length=MOST_STEPS)

    @model_validator(mode="after")
    def _climb(self) -> Self:
        for number, (one, next_one) in enumerate(pairwise(self.reminders or ()), start=1):
            if next_one.at <= one.at:
                raise Wrong("a step must come later than the one above it", at=("reminders", number, "at"))
        return self

    def rules(self) -> MissingRules:
        ladder = tuple(step.step() for step in self.reminders or ())
        return MissingRules(self.look_back_days, self.within_days * DAY_SECONDS, ladder)


class FolderSection(Section):
    """Who answers for what the watched folder (INVOICE_DIR) uploads."""

    owner: User = Field(description="A user id. Their rights count, and when they leave the folder stands still.")


class InvoicesFile(Section):
    """rules/invoices.yaml: what is asked of an invoice before the buyer gets it, and how missing ones are chased."""

    channel: fields.Channel | None = Field(default=None, description="Where results and the missing list hang.")
    megabytes: int = Field(default=10, ge=1, le=50, description="How large a PDF may be.")
    checks: ChecksSection | None = None
    sites: list[Site] | None = Field(
        default=None, min_length=1, max_length=MOST_SITES, description="Sites and mail hosts an invoice may name."
    )
    bdo: Bdo | None = Field(default=None, description="Your own BDO number, where it must be that one.")
    chase_missing: fields.Switch = Field(default=True, description="Whether missing invoices are looked for at all.")
    missing: MissingSection | None = None
    folder: FolderSection | None = None

    @model_validator(mode="after")
    def _chases(self) -> Self:
        if self.missing and not self.chase_missing:
            raise Wrong("chase_missing is off, so nothing here counts", at=("missing",))
        return self

    def book(self) -> InvoiceBook:
        return InvoiceBook(
            channel=self.channel,
            rules=InvoiceRules(self._severities(), tuple(self.sites or ()), self.bdo),
            most_bytes=self.megabytes * MEGABYTE,
            missing=(self.missing or MissingSection()).rules() if self.chase_missing else None,
            folder_owner=self.folder.owner if self.folder else None,
        )

    def _severities(self) -> dict[str, Severity]:
        """What each check weighs: as written, else as usual. `on` makes one that is usually off a warning."""
        found: dict[str, Severity] = {}
        for name, check in CHECKS.items():
            written: Weight | None = getattr(self.checks, name, None)
            usual: Severity = "warning" if check.usual == "off" else check.usual
            if written in ("warning", "error"):
                found[name] = written
            elif written == "on" or (written is None and check.usual != "off"):
                found[name] = usual
        return found
