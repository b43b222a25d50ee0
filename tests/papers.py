"""Invoices for tests: what they say in seven languages, with at most one fault each, and a small writer of PDFs."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from babel.numbers import format_currency

from bot.domain.currency import Money
from bot.domain.model import Address, Order, OrderUnit

LOCALES = {"de": "de_DE", "at": "de_AT", "cz": "cs_CZ", "sk": "sk_SK", "pl": "pl_PL", "fr": "fr_FR", "it": "it_IT"}
CURRENCIES = {"cz": "CZK", "pl": "PLN"}
BUYERS = {
    "de": "Jürgen Weißmüller",
    "at": "Käthe Öhlböck",
    "cz": "Tomáš Dvořák",
    "sk": "Ľubica Ďuríčková",
    "pl": "Łukasz Żółć",
    "fr": "Hélène Lefèvre-Nuñez",
    "it": "Niccolò D'Amico",
}
# Invoice, order, total, VAT, paid through Kaufland.
WORDS = {
    "de": ("Rechnung", "Bestellnummer", "Gesamtbetrag", "inkl. {rate} % MwSt.", "Bezahlt über Kaufland."),
    "at": ("Rechnung", "Bestellnummer", "Gesamtbetrag", "inkl. {rate} % USt.", "Bezahlt über Kaufland."),
    "cz": ("Faktura", "Číslo objednávky", "Celkem", "včetně DPH {rate} %", "Zaplaceno přes Kaufland."),
    "sk": ("Faktúra", "Číslo objednávky", "Spolu", "vrátane DPH {rate} %", "Uhradené cez Kaufland."),
    "pl": ("Faktura", "Numer zamówienia", "Razem", "w tym VAT {rate}%", "Zapłacono przez Kaufland."),
    "fr": ("Facture", "Numéro de commande", "Total", "dont TVA {rate} %", "Payé via Kaufland."),
    "it": ("Fattura", "Numero d'ordine", "Totale", "inclusa IVA {rate}%", "Pagato tramite Kaufland."),
}
RATES = {"de": 19.0, "at": 20.0, "cz": 21.0, "sk": 23.0, "pl": 23.0, "fr": 20.0, "it": 22.0}

Lines = list[str]


def an_order_of(storefront: str, *, minor: int = 123_456, pieces: int = 1, id: str = "MB7UWLD") -> Order:
    """A sent order of `pieces` units that cost `minor` each."""
    money = Money(minor, CURRENCIES.get(storefront, "EUR"))
    at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    units = tuple(
        OrderUnit(
            id=number + 1,
            order_id=id,
            status="sent",
            price=money,
            storefront=storefront,
            created=at,
            shipping=Money(495, money.currency),
            vat_percent=RATES[storefront],
        )
        for number in range(pieces)
    )
    name = BUYERS[storefront]
    address = Address(name, "Lange Straße 1", "12345", "Musterstadt", storefront.upper())
    return Order(
        id=id,
        storefront=storefront,
        fulfillment="fulfilled_by_merchant",
        created=at,
        units=units,
        billing_address=address,
        shipping_address=replace(address, street="Woanders 2"),
    )


def price(minor: int, currency: str, storefront: str) -> str:
    """As people of the storefront write it: 1.234,56 €, 1 234,56 Kč."""
    return str(format_currency(minor / 100, currency, locale=LOCALES[storefront]))


def an_invoice(order: Order) -> Lines:
    """What a flawless invoice of `order` says, line by line."""
    storefront = order.storefront
    title, number, total, vat, paid = WORDS[storefront]
    assert order.billing_address is not None
    money = Money(sum(unit.price.minor for unit in order.units), order.units[0].price.currency)
    lines = [
        f"{title} 2026-0815",
        "Muster Handel, Hauptplatz 7, 10115 Berlin",
        "USt-IdNr. DE123456789",
        order.billing_address.name,
        order.billing_address.street,
        f"{number}: {order.id}",
        "20.11.2026",
        f"1 x Wasserkocher {price(order.units[0].price.minor, money.currency, storefront)}",
        f"{total}: {price(money.minor, money.currency, storefront)}",
        vat.format(rate=f"{order.units[0].vat_percent:g}"),
        paid,
    ]
    if storefront == "pl":
        lines.append("Nr BDO: 000123456")
    if storefront == "fr":
        lines.append("dont éco-participation : 0,24 €")
    return lines


def without(words: str) -> Callable[[Lines, Order], Lines]:
    return lambda lines, order: [line for line in lines if words not in line]


def with_line(line: str) -> Callable[[Lines, Order], Lines]:
    return lambda lines, order: [*lines, line]


def _other_amount(lines: Lines, order: Order) -> Lines:
    money = order.units[0].price
    right = price(money.minor, money.currency, order.storefront)
    wrong = price(money.minor + 1_000, money.currency, order.storefront)
    return [line.replace(right, wrong) for line in lines]


def _other_currency(lines: Lines, order: Order) -> Lines:
    """In dollars, and no euro sign anywhere else."""
    money = order.units[0].price
    right = price(money.minor, money.currency, order.storefront)
    wrong = price(money.minor, "USD", order.storefront)
    return [line.replace(right, wrong).replace("€", "$") for line in lines]


def _other_buyer(lines: Lines, order: Order) -> Lines:
    assert order.billing_address is not None
    return [line.replace(order.billing_address.name, "Petra Beispiel") for line in lines]


def _without_paid(lines: Lines, order: Order) -> Lines:
    return [line for line in lines if line != WORDS[order.storefront][4]]


def _without_vat(lines: Lines, order: Order) -> Lines:
    return [line for line in lines if f"{RATES[order.storefront]:g}" not in line or "%" not in line]


def _other_rate(lines: Lines, order: Order) -> Lines:
    rate = f"{RATES[order.storefront]:g}"
    return [line.replace(f"{rate} %", "5 %").replace(f"{rate}%", "5%") for line in lines]


# What is wrong -> (how the lines change, the check that must find it, storefronts it matters in; none for all).
FAULTS: dict[str, tuple[Callable[[Lines, Order], Lines], str, tuple[str, ...]]] = {
    "another order": (
        lambda lines, order: [line.replace(order.id, "MXXXXX9") for line in lines],
        "order_number",
        (),
    ),
    "no order number": (without("MB7UWLD"), "order_number", ()),
    "another buyer": (_other_buyer, "buyer", ()),
    "another amount": (_other_amount, "amount", ()),
    "another currency": (_other_currency, "currency", ()),
    "an IBAN": (with_line("IBAN: DE89 3704 0044 0532 0130 00"), "bank_account", ()),
    "a Czech IBAN in one piece": (with_line("CZ6508000000192000145399"), "bank_account", ()),
    "a BIC": (with_line("BIC: COBADEFFXXX"), "bank_account", ()),
    "a Czech account": (with_line("Číslo účtu: 19-2000145399/0800"), "bank_account", ()),
    "a Polish account": (with_line("61 1090 1014 0000 0712 1981 2874"), "bank_account", ()),
    "a German account": (with_line("Konto-Nr. 12345678, BLZ 37040044"), "bank_account", ()),
    "bank words in German": (with_line("Bankverbindung auf Anfrage"), "bank_words", ()),
    "bank words in Polish": (with_line("Numer rachunku: na życzenie"), "bank_words", ()),
    "bank words in French": (with_line("Coordonnées bancaires sur demande"), "bank_words", ()),
    "bank words in Italian": (with_line("Coordinate bancarie su richiesta"), "bank_words", ()),
    "bank words in Slovak": (with_line("Bankové spojenie na vyžiadanie"), "bank_words", ()),
    "a shop": (with_line("Besuchen Sie www.muster-shop.de"), "shop_address", ()),
    "a shop with https": (with_line("https://shop.muster.com/rabatt?code=1"), "shop_address", ()),
    "a shop without www": (with_line("muster-handel.eu"), "shop_address", ()),
    "an e-mail address": (with_line("service@muster-handel.eu"), "mail_address", ()),
    "no BDO number": (without("BDO"), "bdo_number", ("pl",)),
    "a BDO number that is too short": (
        lambda lines, order: [line.replace("000123456", "12345") for line in lines],
        "bdo_number",
        ("pl",),
    ),
    "no eco-participation": (without("éco-participation"), "eco_participation", ("fr",)),
    "no VAT": (_without_vat, "vat", ()),
    "another VAT rate": (_other_rate, "vat", ()),
    "no word of payment": (_without_paid, "payment_note", ()),
}


# PDFs


def pdf(pages: Sequence[Lines], *, catalog: str = "", page: str = "", compress: bool = True) -> bytes:
    """A PDF with these lines of text on its pages: Latin letters, punctuation and signs of currencies.

    `catalog` and `page` are more entries of the catalog and of every page.
    """
    objects: list[bytes] = []

    def add(content: bytes | str) -> int:
        objects.append(content.encode("latin-1") if isinstance(content, str) else content)
        return len(objects)

    catalog_id, pages_id = add(""), add("")
    letters = add(_stream(_TO_UNICODE, compress=False))
    system = "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
    cid = add(f"<</Type/Font/Subtype/CIDFontType2/BaseFont/Test{system}/DW 600>>")
    font = add(
        "<</Type/Font/Subtype/Type0/BaseFont/Test/Encoding/Identity-H"
        f"/DescendantFonts[{cid} 0 R]/ToUnicode {letters} 0 R>>"
    )
    kids = []
    for lines in pages:
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
        content = add(_stream(f"BT /F1 11 Tf 14 TL 50 780 Td\n{shown}ET".encode(), compress=compress))
        kids.append(
            add(
                f"<</Type/Page/Parent {pages_id} 0 R/MediaBox[0 0 595 842]"
                f"/Resources<</Font<</F1 {font} 0 R>>>>/Contents {content} 0 R{page}>>"
            )
        )
    objects[catalog_id - 1] = f"<</Type/Catalog/Pages {pages_id} 0 R{catalog}>>".encode()
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[pages_id - 1] = f"<</Type/Pages/Count {len(kids)}/Kids[{listed}]>>".encode()
    return bound(objects)


def bound(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """The objects (the first is the catalog) as a file with its table and trailer."""
    body, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(body)


def _stream(content: bytes, *, compress: bool) -> bytes:
    packed = zlib.compress(content, 9) if compress else content
    how = b"/Filter/FlateDecode" if compress else b""
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (how, len(packed), packed)


_TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CMapName /Letters def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
2 beginbfrange
<0000> <024F> <0000>
<2000> <20BF> <2000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
