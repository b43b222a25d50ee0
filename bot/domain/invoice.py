"""What is wrong with an invoice before the buyer gets it: the text of a PDF and its order, in; findings in words, out.

The duties are the marketplace's (seller university, "customer invoices"): the seller invoices the buyer unless the
marketplace is the deemed supplier, names the order, shows no bank account and no shop of its own, in Poland the BDO
number, in France the eco-participation. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.domain import papertext
from bot.domain.currency import Money
from bot.domain.facts import folded
from bot.domain.missing import MissingRules
from bot.domain.model import Address, Order, OrderUnit
from bot.domain.words import one_line

Severity = Literal["error", "warning"]

# How many characters of a file's digest make its name at the marketplace unique.
DIGEST_LETTERS = 12
# The marketplace's own sites, and the one the law makes sellers name (online dispute resolution).
MARKETPLACE_HOSTS = (
    *("kaufland.de", "kaufland.at", "kaufland.cz", "kaufland.sk", "kaufland.pl", "kaufland.fr", "kaufland.it"),
    *("kaufland.es", "kaufland.nl", "kaufland.com", "kauflandglobalmarketplace.com", "kaufland-marktplatz.de"),
    *("europa.eu",),
)
PAID_WORDS = (
    *("bezahlt", "beglichen", "paid", "zaplaceno", "uhrazeno", "zaplatene", "uhradene", "zaplacono", "oplacono"),
    *("oplacone", "paye", "payee", "payes", "reglee", "regle", "acquittee", "acquitte", "pagato", "pagata", "saldata"),
    *("saldato", "pagado", "pagada", "betaald"),
)
VAT_WORDS = (
    *("mwst", "mehrwertsteuer", "ust", "umsatzsteuer", "dph", "vat", "ptu", "tva", "iva", "btw"),
    *("podatek vat", "podatek"),
)
ECO_WORDS = (
    *("eco-participation", "eco participation", "ecoparticipation", "eco-contribution", "eco contribution"),
    *("ecocontribution", "eco-part", "deee", "contribution environnementale"),
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF that was read: `name` as somebody called it, `digest` the SHA-256 of its bytes in hexadecimal.

    `text` is what it says (a buyer's data: kept out of `repr`), empty for a picture of a page. `active` is true when it
    carries scripts or opens something by itself.
    """

    name: str
    size: int
    digest: str
    pages: int = 1
    text: str = field(default="", repr=False)
    active: bool = False

    @property
    def upload_name(self) -> str:
        """What the file is called at the marketplace: the person's name for it, and what makes it ours and unique."""
        stem = re.sub(r"[^a-z0-9._-]+", "-", folded(self.name).removesuffix(".pdf")).strip("-._")[:60]
        return f"{stem or 'invoice'}_{self.digest[:DIGEST_LETTERS]}.pdf"

    @property
    def order_numbers(self) -> tuple[str, ...]:
        """Candidates in its name, then in its text, most likely first."""
        named = papertext.order_numbers(re.sub(r"[^A-Z0-9]+", " ", self.name.upper()))
        return tuple(dict.fromkeys((*named, *papertext.order_numbers(self.text))))


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `sentence` is plain text for people; an error keeps the invoice from being uploaded."""

    check: str
    severity: Severity
    sentence: str


@dataclass(frozen=True)
class InvoiceRules:
    """`severities` of the checks that are on. `hosts` are sites and mail hosts that may be named besides the
    marketplace's; `bdo` is the seller's own number, where it must be that one.
    """

    severities: Mapping[str, Severity]
    hosts: tuple[str, ...] = ()
    bdo: str | None = None


@dataclass(frozen=True)
class InvoiceBook:
    """rules/invoices.yaml. `channel` is where results hang that have no place of their own, None for the fallback.

    `most_bytes` is how large a PDF may be. `missing` is how missing invoices are looked for, None for not at all;
    `folder_owner` the Slack user who answers for what the watched folder uploads.
    """

    channel: str | None = None
    rules: InvoiceRules = field(default_factory=lambda: InvoiceRules(usual_severities()))
    most_bytes: int = 10 * 1024 * 1024
    missing: MissingRules | None = field(default_factory=MissingRules)
    folder_owner: str | None = None


@dataclass(frozen=True)
class Case:
    """What one invoice is checked against. `elsewhere` is another order the same file was uploaded to."""

    paper: Paper
    order: Order
    rules: InvoiceRules
    elsewhere: str | None = None

    @property
    def units(self) -> tuple[OrderUnit, ...]:
        return tuple(unit for unit in self.order.units if unit.status != "cancelled")


def findings(case: Case) -> tuple[Finding, ...]:
    """Everything wrong with an invoice, errors first. Of a scanned page only what needs no text is asked."""
    found = []
    for name, check in CHECKS.items():
        severity = case.rules.severities.get(name)
        if severity and (case.paper.text or not check.reads_text):
            found += [Finding(name, severity, sentence) for sentence in check.ask(case)]
    return tuple(sorted(found, key=lambda finding: finding.severity))


# What is asked. Each yields the sentences that are true of the case.


def _marketplace_invoices(case: Case) -> Iterator[str]:
    if case.order.deemed_supplier or any(unit.deemed_supplier for unit in case.order.units):
        yield "The marketplace itself invoices this order, so it takes no invoice of yours."


def _all_cancelled(case: Case) -> Iterator[str]:
    if case.order.units and not case.units:
        yield "Every unit of this order is cancelled."


def _not_sent_yet(case: Case) -> Iterator[str]:
    if case.units and all(unit.status in {"open", "need_to_be_sent"} for unit in case.units):
        yield "Nothing of this order is sent yet."


def _duplicate(case: Case) -> Iterator[str]:
    ours = [invoice for invoice in case.order.invoices if not invoice.by_marketplace]
    if any(invoice.name == case.paper.upload_name or _same_file(invoice.name, case.paper) for invoice in ours):
        yield "This very file is uploaded to this order already."
    elif case.elsewhere:
        yield f"This very file was uploaded to order {case.elsewhere}."


def _same_file(name: str, paper: Paper) -> bool:
    return name.endswith(f"_{paper.digest[:DIGEST_LETTERS]}.pdf")


def _second_invoice(case: Case) -> Iterator[str]:
    ours = [invoice for invoice in case.order.invoices if not invoice.by_marketplace]
    if ours and not any(_duplicate(case)):
        names = ", ".join(one_line(invoice.name, 60) for invoice in ours[:3])
        yield f"This order has an invoice already ({names}). The buyer would see both."


def _no_text(case: Case) -> Iterator[str]:
    if not case.paper.text:
        yield "It is a picture without text, so nothing in it could be checked."


def _order_number(case: Case) -> Iterator[str]:
    if papertext.holds(case.paper.text, case.order.id):
        return
    others = [number for number in papertext.order_numbers(case.paper.text) if not number.isalpha()]
    named = f" It names {', '.join(others[:3])}." if others else ""
    yield f"It does not name order {case.order.id}.{named}"


def _buyer(case: Case) -> Iterator[str]:
    known = [address for address in (case.order.billing_address, case.order.shipping_address) if address]
    if known and not any(_names(case.paper.text, name) for address in known for name in _names_of(address)):
        yield "It does not name the buyer as the order does."


def _names_of(address: Address) -> Iterator[str]:
    yield address.name
    if address.company:
        yield address.company


_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def _names(text: str, name: str) -> bool:
    """Whether every word of `name` is in the text, in any order, or the name in one piece torn apart by spaces."""
    for spelling in (name, name.translate(_SPELLED_OUT)):
        parts = [part for part in folded(spelling).split() if len(part) > 1]
        if parts and all(papertext.says(text, [part]) for part in parts):
            return True
        if len(papertext.squeezed(spelling)) >= 6 and papertext.holds(text, spelling):
            return True
    return False


def totals(units: tuple[OrderUnit, ...]) -> tuple[Money, ...]:
    """What an invoice over `units` may come to: their prices, without and with shipping. Empty when it is not known."""
    currencies = {unit.price.currency for unit in units}
    if len(currencies) != 1:
        return ()
    currency = currencies.pop()
    goods = sum(unit.price.minor for unit in units)
    shipping = sum(unit.shipping.minor for unit in units if unit.shipping and unit.shipping.currency == currency)
    return tuple(Money(minor, currency) for minor in dict.fromkeys((goods, goods + shipping)))


def _amount(case: Case) -> Iterator[str]:
    expected = totals(case.units) or totals(case.order.units)
    found = papertext.amounts(case.paper.text)
    if expected and not any(money.minor in found for money in expected):
        wanted = " or ".join(map(str, expected))
        yield f"It does not show the order's amount ({wanted})."


def _currency(case: Case) -> Iterator[str]:
    expected = totals(case.order.units)
    named = papertext.currencies(case.paper.text)
    if expected and expected[0].currency not in named:
        instead = f" but {', '.join(sorted(named))}" if named else ""
        yield f"It does not name the currency {expected[0].currency}{instead}."


def _bank_account(case: Case) -> Iterator[str]:
    if accounts := papertext.bank_accounts(case.paper.text):
        yield f"It shows a bank account ({', '.join(accounts[:3])}): buyers must not pay you directly."


def _bank_words(case: Case) -> Iterator[str]:
    words = papertext.bank_words(case.paper.text)
    if words and not papertext.bank_accounts(case.paper.text):
        yield f"It speaks of a bank account ({', '.join(words[:3])})."


def _shop_address(case: Case) -> Iterator[str]:
    strange = [host for host in papertext.hosts(case.paper.text) if not _allowed(host, case)]
    if strange:
        yield f"It names a web site that is not the marketplace's: {', '.join(strange[:3])}."


def _mail_address(case: Case) -> Iterator[str]:
    strange = [host for host in papertext.mail_hosts(case.paper.text) if not _allowed(host, case)]
    if strange:
        yield f"It names an e-mail address that is not the marketplace's: …@{', …@'.join(strange[:3])}."


def _allowed(host: str, case: Case) -> bool:
    return papertext.below(host, (*MARKETPLACE_HOSTS, *case.rules.hosts))


def _bdo_number(case: Case) -> Iterator[str]:
    if case.order.storefront != "pl":
        return
    numbers = papertext.bdo_numbers(case.paper.text)
    if not numbers:
        yield "Invoices in Poland need the BDO number (the word BDO and nine digits)."
    elif case.rules.bdo and case.rules.bdo not in numbers:
        yield f"It shows the BDO number {numbers[0]}; yours is {case.rules.bdo}."


def _eco_participation(case: Case) -> Iterator[str]:
    if case.order.storefront == "fr" and not papertext.says(case.paper.text, ECO_WORDS):
        yield "Invoices in France need the line of the eco-participation."


def _vat(case: Case) -> Iterator[str]:
    rates = sorted({unit.vat_percent for unit in case.units if unit.vat_percent})
    if not rates:
        return
    missing = [rate for rate in rates if not _shows_rate(case.paper.text, rate)]
    if missing or not papertext.says(case.paper.text, VAT_WORDS):
        yield f"It does not show the VAT of {' and '.join(f'{rate:g} %' for rate in missing or rates)}."


def _shows_rate(text: str, rate: float) -> bool:
    whole, _, part = f"{rate:g}".partition(".")
    decimals = rf"[.,]{part}0*" if part else r"(?:[.,]0+)?"
    return bool(re.search(rf"(?<![\d.,]){whole}{decimals}(?![\d]|[.,]\d)", text))


def _payment_note(case: Case) -> Iterator[str]:
    if not papertext.says(case.paper.text, PAID_WORDS):
        yield "It does not say that the order is paid (through the marketplace)."


def _active_content(case: Case) -> Iterator[str]:
    if case.paper.active:
        yield "The PDF carries a script or opens something by itself."


@dataclass(frozen=True)
class Check:
    """One question. `usual` is how much it weighs where no rule says otherwise, `what` describes it in the file of
    rules.
    """

    ask: Callable[[Case], Iterator[str]]
    usual: Severity | Literal["off"]
    what: str
    reads_text: bool = True


CHECKS: Mapping[str, Check] = {
    "deemed_supplier": Check(
        _marketplace_invoices, "error", "The marketplace does not invoice the order itself.", reads_text=False
    ),
    "duplicate": Check(_duplicate, "error", "The same file is not uploaded already.", reads_text=False),
    "second_invoice": Check(_second_invoice, "warning", "The order has no other invoice yet.", reads_text=False),
    "cancelled": Check(_all_cancelled, "warning", "Not every unit is cancelled.", reads_text=False),
    "not_sent": Check(_not_sent_yet, "off", "Something of the order is sent.", reads_text=False),
    "scan": Check(_no_text, "warning", "It has text that can be checked.", reads_text=False),
    "active_content": Check(
        _active_content, "error", "It carries no scripts and opens nothing by itself.", reads_text=False
    ),
    "order_number": Check(_order_number, "error", "It names this order."),
    "buyer": Check(_buyer, "warning", "It names the buyer or their company."),
    "amount": Check(_amount, "error", "It shows what the order costs, with or without shipping."),
    "currency": Check(_currency, "error", "It names the storefront's currency."),
    "bank_account": Check(_bank_account, "error", "It shows no bank account (IBAN, BIC, national number)."),
    "bank_words": Check(_bank_words, "warning", "It does not speak of one either."),
    "shop_address": Check(_shop_address, "error", "It names no web site but the marketplace's."),
    "mail_address": Check(_mail_address, "warning", "It names no e-mail address but the marketplace's."),
    "bdo_number": Check(_bdo_number, "error", "In Poland: it shows the BDO number."),
    "eco_participation": Check(_eco_participation, "warning", "In France: it has the eco-participation."),
    "vat": Check(_vat, "warning", "It shows the VAT and its rate, where the order has VAT."),
    "payment_note": Check(_payment_note, "warning", "It says that it is paid."),
}


def usual_severities() -> dict[str, Severity]:
    """What is checked where no rule says otherwise."""
    return {name: check.usual for name, check in CHECKS.items() if check.usual != "off"}
