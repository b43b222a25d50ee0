from __future__ import annotations

import pytest

from bot.domain.offplatform import forbidden


def found(text: str) -> list[str]:
    return [item.words for item in forbidden(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Schreiben Sie an hilfe@mein-shop.de.", "hilfe@mein-shop.de"),
        ("hilfe (at) mein-shop.de", "hilfe (at) mein-shop.de"),
        ("Mehr auf https://mein-shop.de/angebot", "https://mein-shop.de"),
        ("Mehr auf www.mein-shop.de!", "www.mein-shop.de"),
        ("Besuchen Sie mein-shop.com", "mein-shop.com"),
        ("https://kaufland.de.evil.com/x", "https://kaufland.de.evil.com"),
        ("https://kaufland.de@evil.com/x", "https://kaufland.de@evil.com"),
        ("https://evilkaufland.de", "https://evilkaufland.de"),
        ("http://10.0.0.7:3000/x", "http://10.0.0.7:3000"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN"),
        ("bitte auf DE89370400440532013000 überweisen", "DE89370400440532013000"),
        ("unsere Bankverbindung", "Bankverbindung"),
        ("na číslo účtu", "číslo účtu"),
        ("na bankovní účet", "bankovní účet"),
        ("na numer konta", "numer konta"),
        ("vos coordonnées bancaires", "coordonnées bancaires"),
        ("le coordinate bancarie", "coordinate bancarie"),
        ("Tel. +49 30 1234567", "+49 30 1234567"),
        ("Tel. 030/1234567 oder 030 123 45 67", "030 123 45 67"),
        ("tel. 777 123 456", "777 123 456"),
        ("tél. 01 23 45 67 89", "01 23 45 67 89"),
        ("per WhatsApp", "WhatsApp"),
        ("xoxb-123-abc", "xoxb-"),
    ],
)
def test_ways_out_of_the_marketplace_are_found(text: str, words: str) -> None:
    assert words in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ihr Konto auf www.kaufland.de und https://kaufland.cz/ucet?x=1",
        "https://www.kauflandglobalmarketplace.com/de/",
        "bis zum 01.12.2026 oder 01/12/2026",
        "z. B. 3,50 € und 1.234,50 €",
        "innerhalb von 14 Tagen, 3 x 100 g, 12 500 Kč",
        "Kaufland.cz erstattet den Betrag über Ihre Zahlungsart",
        "Wir freuen uns.Bis bald",
    ],
)
def test_honest_words_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_of_what_overlaps_the_first_is_told_alone_and_in_order() -> None:
    items = list(forbidden("a@b.de, www.x.de und IBAN DE89 3704 0044 0532 0130 00"))

    assert [item.words for item in items] == ["a@b.de", "www.x.de", "IBAN", "DE89 3704 0044 0532 0130 00"]
    assert [item.start for item in items] == sorted(item.start for item in items)
    assert items[0].sentence.startswith("'a@b.de' is an e-mail address")
