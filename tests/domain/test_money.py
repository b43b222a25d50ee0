"""Amounts: every string is read as what it says, or refused; never as something else."""

from __future__ import annotations

import ast
import random
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.model import Money
from bot.domain.money import (
    amount_typed,
    in_words,
    most_refundable,
    number_in_words,
    refunded,
    refunds_of,
    why_not_refund,
    why_not_refundable,
)
from tests.domain.builders import an_action, an_order_unit

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("12,50", 1250),
        ("12.50", 1250),
        ("12.5", 1250),
        ("12", 1200),
        ("1250", 125000),
        (" 12.50 ", 1250),
        ("12,50 EUR", 1250),
        ("€ 12.50", 1250),
        ("12.50€", 1250),
        ("EUR 12,50", 1250),
        ("0,01", 1),
        ("1.250,00", 125000),
        ("1,250.00", 125000),
        ("1 250,00", 125000),
        ("1\u202f250.5", 125050),
        ("1'250", 125000),
        ("1.234.567,89", 123456789),
    ],
)
def test_what_people_type_is_read(typed: str, minor: int) -> None:
    assert amount_typed(typed, "EUR") == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type an amount"),
        ("   ", "Type an amount"),
        ("-5", "cannot be negative"),
        ("\u22125", "cannot be negative"),
        ("–5,00", "cannot be negative"),
        ("٣٥", "digits of another script"),
        ("１２.５０", "digits of another script"),
        ("12½", "digits of another script"),
        ("1.250", "may be read in two ways. Type 1250.00"),
        ("12,505", "may be read in two ways"),
        ("1.250.000", "may be read in two ways"),
        ("0.001", "is no amount"),
        ("0", "The least is 0.01"),
        ("-0", "cannot be negative"),
        ("0,00 €", "The least is 0.01"),
        ("1e3", "is no amount"),
        ("+5", "is no amount"),
        (".5", "is no amount"),
        ("12.", "is no amount"),
        ("12..5", "is no amount"),
        ("007", "is no amount"),
        ("12 50", "is no amount"),
        ("NaN", "is no amount"),
        ("12 €€", "is no amount"),
        ("€12€", "is no amount"),
        ("12 USD", "names no currency I know"),
        ("12 CZK", "sold in EUR, not in CZK"),
        ("12,50 zł", "sold in EUR, not in PLN"),
        ("999999999", "more than anything costs here"),
        ("1" * 41, "too long for an amount"),
    ],
)
def test_what_is_no_amount_beyond_doubt_is_refused_with_a_sentence(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        amount_typed(typed, "EUR")


def test_where_the_currency_is_not_the_euro_it_must_be_typed() -> None:
    with pytest.raises(ValueError, match="Type the currency, too, like 250 CZK"):
        amount_typed("250", "CZK")
    with pytest.raises(ValueError, match="sold in CZK, not in EUR"):
        amount_typed("250 EUR", "CZK")
    assert amount_typed("250,50 Kč", "CZK") == Money(25050, "CZK")
    assert amount_typed(unicodedata.normalize("NFD", "250 Kč"), "CZK") == Money(25000, "CZK")
    assert amount_typed("19 ZŁ", "PLN") == Money(1900, "PLN")
    assert amount_typed("19", "PLN", named=False) == Money(1900, "PLN")


# Against a reference: the same rules, written another way

CURRENCY_WORDS = {"€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR"}
SPACES = " \u00a0\u2009\u202f"


def reference(text: str) -> int | None:
    """Cents of an amount in euros, or None. Takes text apart letter by letter; Decimal does the arithmetic."""
    text = unicodedata.normalize("NFC", text[:160]).strip()
    if not text or len(text) > 40:
        return None
    number, signs = _split_off_words(text)
    if number is None or len(signs) > 1 or any(CURRENCY_WORDS.get(sign.lower()) != "EUR" for sign in signs):
        return None
    kinds = [letter for letter in number if letter not in "0123456789"]
    parts = [""]
    for letter in number:
        if letter in "0123456789":
            parts[-1] += letter
        else:
            parts.append("")
    if any(not part for part in parts):
        return None
    cents = ""
    if kinds and kinds[-1] in ".,":
        tail = parts[-1]
        grouped = kinds[:-1]
        if len(tail) > 2 or (grouped and kinds[-1] in grouped):
            return None
        cents, parts, kinds = tail, parts[:-1], grouped
    if kinds and not _thousands(kinds, parts, bool(cents)):
        return None
    if not kinds and len(parts[0]) > 1 and parts[0].startswith("0"):
        return None
    whole = "".join(parts)
    value = Decimal(whole) * 100 + (Decimal("0." + cents) * 100 if cents else 0)
    return int(value) if value > 0 and len(whole) <= 8 else None


def _split_off_words(text: str) -> tuple[str | None, list[str]]:
    """The number in the middle, and the words before and after it."""
    before = ""
    while text and text[0] not in "0123456789":
        before, text = before + text[0], text[1:]
    after = ""
    while text and text[-1] not in "0123456789":
        after, text = text[-1] + after, text[:-1]
    words = [before.rstrip(SPACES), after.lstrip(SPACES)]
    if not text or any(letter not in "0123456789.,'" + SPACES for letter in text):
        return None, []
    # Nothing but one word may stand on either side, and no stray point.
    if any(word and not (word == "€" or word.isalpha()) for word in words):
        return None, []
    return text, [word for word in words if word]


def _thousands(kinds: list[str], parts: list[str], with_cents: bool) -> bool:
    if any(len(part) != 3 for part in parts[1:]) or not 1 <= len(parts[0]) <= 3 or parts[0].startswith("0"):
        return False
    if all(kind in SPACES or kind == "'" for kind in kinds):
        return True
    return len(set(kinds)) == 1 and kinds[0] in ".," and with_cents


def strings(count: int, seed: int) -> list[str]:
    """Strings of every sort: amounts as people write them, amounts with slips, and rubbish of the same letters."""
    chance = random.Random(seed)
    rubbish = "0123456789.,' -+€eEuUrRCZKłčx\u00a0\u202f\u2009\u2212\u0663\uff11½_%\n"
    made = []
    for _ in range(count):
        kind = chance.random()
        whole = str(chance.choice((0, chance.randint(1, 9), chance.randint(10, 9999), chance.randint(1, 10**9))))
        if kind < 0.2:
            text = "".join(chance.choices(rubbish, k=chance.randint(0, 12)))
        else:
            if chance.random() < 0.4:
                sign = chance.choice((".", ",", " ", "'", "\u202f"))
                whole = f"{int(whole):,}".replace(",", sign)
            cents = chance.choice(("", "", ".", ",")) + chance.choice(("", "5", "50", "05", "505"))
            text = whole + cents
            word = chance.choice(("", "", "", "€", "EUR", "eur", "Euro", "CZK", "$"))
            space = chance.choice(("", " ", "\u00a0"))
            text = chance.choice((text + space + word, word + space + text))
        if kind > 0.7 and text:
            place = chance.randrange(len(text) + 1)
            text = text[:place] + chance.choice(rubbish) + text[place + chance.randint(0, 1) :]
        made.append(text)
    return made


def misreadings(count: int, seed: int) -> tuple[list[tuple[str, int | None, int | None]], int]:
    wrong, read = [], 0
    for text in strings(count, seed):
        try:
            ours: int | None = amount_typed(text, "EUR").minor
        except ValueError:
            ours = None
        read += ours is not None
        if ours != reference(text):
            wrong.append((text, ours, reference(text)))
    return wrong[:20], read


def test_thirty_thousand_strings_are_read_as_the_reference_reads_them() -> None:
    wrong, read = misreadings(30_000, 1)

    assert wrong == []
    assert read > 5_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_million_strings_are_read_as_the_reference_reads_them() -> None:
    wrong, read = misreadings(1_000_000, 2)

    assert wrong == []
    assert read > 200_000


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_amount_or_a_sentence(text: str) -> None:
    try:
        minor, said = amount_typed(text, "EUR").minor, "."
    except ValueError as error:
        minor, said = 1, str(error)

    assert 0 < minor < 10**10
    assert said.endswith(".")


@given(st.integers(1, 10**9), st.sampled_from(["EUR", "CZK", "PLN"]))
def test_what_we_write_is_read_back(minor: int, currency: str) -> None:
    assert amount_typed(str(Money(minor, currency)), currency) == Money(minor, currency)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_no_two_amounts_have_the_same_words(a: int, b: int) -> None:
    assert (in_words(Money(a, "EUR")) == in_words(Money(b, "EUR"))) == (a == b)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (Money(1250, "EUR"), "twelve euros and fifty cents"),
        (Money(100, "EUR"), "one euro"),
        (Money(1, "EUR"), "one cent"),
        (Money(125050, "CZK"), "one thousand two hundred fifty korunas and fifty halers"),
        (Money(2101, "PLN"), "twenty-one zlotys and one grosz"),
        (Money(0, "EUR"), "zero euros"),
        (Money(-500, "EUR"), "minus five euros"),
        (Money(500, "HUF"), "five HUF"),
    ],
)
def test_amounts_are_said_in_words(amount: Money, words: str) -> None:
    assert in_words(amount) == words


def test_numbers_in_words_are_right_where_they_are_easily_wrong() -> None:
    said = {n: number_in_words(n) for n in (0, 10, 13, 20, 99, 100, 101, 110, 1000, 1001, 10_000, 999_999, 1_000_000)}

    assert said[13] == "thirteen"
    assert said[99] == "ninety-nine"
    assert said[101] == "one hundred one"
    assert said[1001] == "one thousand one"
    assert said[999_999] == "nine hundred ninety-nine thousand nine hundred ninety-nine"
    assert said[1_000_000] == "one million"
    assert len(set(said.values())) == len(said)


@pytest.mark.parametrize("name", ["bot/domain/money.py", "bot/domain/currency.py"])
def test_money_never_meets_a_float(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text("utf-8"))

    for node in ast.walk(tree):
        assert not (isinstance(node, ast.Name) and node.id in {"float", "Decimal", "round"})
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float))
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))


# How much may go back


def test_refunds_that_may_have_happened_count_and_those_that_came_to_nothing_do_not() -> None:
    states = ["taken", "proposed", "sending", "done", "needs_human", "refused", "released", "withdrawn", "declined"]
    actions = [
        an_action(id=state, kind="order.refund", state=state, payload={"unit": 1}, minor=10**number, currency="EUR")
        for number, state in enumerate(states)
    ]
    other = an_action(kind="order.refund", state="done", payload={"unit": 2}, minor=7, currency="EUR")

    refunds = refunds_of([*actions, other], 1)

    assert [action.state for action in refunds] == states[:5]
    assert refunded(refunds, "EUR") == Money(11111, "EUR")
    assert refunded(refunds, "CZK") == Money(0, "CZK")


@pytest.mark.parametrize(
    ("status", "refundable"),
    [
        ("open", False),
        ("need_to_be_sent", True),
        ("sent", True),
        ("received", True),
        ("sent_and_autopaid", True),
        ("returned", False),
        ("returned_paid", False),
        ("cancelled", False),
        ("something_newer", False),
    ],
)
def test_only_paid_units_that_were_not_given_back_are_refunded(status: str, refundable: bool) -> None:
    assert (why_not_refundable(an_order_unit(status=status)) is None) == refundable


def test_what_kaufland_fulfils_and_what_contradicts_itself_is_not_refunded() -> None:
    sent = an_order_unit(status="sent")

    assert "fulfilled by Kaufland" in (
        why_not_refundable(an_order_unit(status="sent", fulfillment="fulfilled_by_kaufland")) or ""
    )
    assert "contradicts itself" in (
        why_not_refundable(an_order_unit(status="sent", storefront="cz", price=Money(4990, "EUR"))) or ""
    )
    assert "contradicts itself" in (why_not_refundable(an_order_unit(status="sent", storefront="xx")) or "")
    assert why_not_refund(sent, Money(1, "CZK"), Money(0, "EUR"), partial_only=False) is not None


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(-5, 20_000), st.booleans())
def test_never_more_than_the_price_goes_back(price: int, before: int, wanted: int, partial: bool) -> None:
    unit = an_order_unit(status="sent", price=Money(price, "EUR"))

    said = why_not_refund(unit, Money(wanted, "EUR"), Money(before, "EUR"), partial_only=partial)

    most = price - before - (1 if partial else 0)
    assert (said is None) == (1 <= wanted <= most)
    assert most_refundable(unit.price, Money(before, "EUR"), partial_only=partial).minor == max(0, most)
