from __future__ import annotations

import html
import random
import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.words import escaped, one_line, plain

ENTITY = re.compile("&(?:amp|lt|gt);")
HIDDEN = frozenset(
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} and chr(code) not in "\n\t"
) | frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2028\u2029")

PIECES = [
    *["<!channel>", "<@U1>", "&lt;", "&", "<", ">", "<https://evil.example|bank>", "*b* _i_ `c`", "{{ x }}", "%s"],
    *["\u202e", "\u200b", "\ufeff", "\ud800", "\udc00", "\x00", "\x1b[31m", "\U000e0041", "\u2066", "\u00ad", "\u3164"],
    *["\n", "\r\n", "\r", "\x85", "\u2028", "\x0b", "\t", " ", "   ", "\u00a0", "…"],
    *[
        "\u0301" * 9,
        "\u0316\u0301" * 20,
        "e\u0301",
        "\u0344",
        "é",
        "Příliš žluťoučký",
        "中文",
        "👩‍💻",
        "🇩🇪",
        "a" * 30,
        "word",
    ],
]


def assert_harmless(text: str, limit: int) -> None:
    line = one_line(text, limit)
    for shown in (plain(text, limit), line):
        assert len(shown) <= limit
        assert HIDDEN.isdisjoint(shown)
        shown.encode()
    inert = escaped(text, limit)
    assert "\n" not in inert
    assert "<" not in inert
    assert ">" not in inert
    assert html.unescape(inert) == line
    assert inert.count("&") == len(ENTITY.findall(inert))


def test_fifty_thousand_hostile_texts_come_out_harmless() -> None:
    chance = random.Random(6)  # The same texts every time; hypothesis looks for new ones below.
    for _ in range(50_000):
        assert_harmless("".join(chance.choices(PIECES, k=chance.randrange(9))), chance.randrange(40))


@settings(max_examples=400)
@given(text=st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join), limit=st.integers(0, 60))
def test_whatever_somebody_writes_comes_out_harmless(text: str, limit: int) -> None:
    assert_harmless(text, limit)


def test_every_invisible_character_of_unicode_is_taken_out() -> None:
    text = "".join(sorted(HIDDEN - set("\x0b\x0c\r\x85\u2028\u2029")))

    assert plain(f"a{text}b", len(text) + 2) == "ab"


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_break_is_one(line_break: str) -> None:
    assert plain(f"a{line_break}b", 10) == "a\nb"
    assert one_line(f"a {line_break} b", 10) == "a b"


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello!", 5, "hell…"),
        ("hell o world", 6, "hell…"),
        ("  hello  ", 5, "hello"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
        ("abc" + "\u200b" * 100 + "more", 5, "abc…"),  # What was never looked at is told of, too.
    ],
)
def test_what_is_too_long_is_cut_and_says_so(text: str, limit: int, shown: str) -> None:
    assert plain(text, limit) == shown


def test_letters_written_in_two_characters_become_one() -> None:
    assert plain("Z\u030cofie", 20) == "Žofie"


def test_accents_do_not_pile_up_over_the_lines_above() -> None:
    shown = plain("Z" + "\u0336\u0301\u0489" * 500 + "algo", 2000)

    assert shown.endswith("algo")
    assert sum(unicodedata.category(letter).startswith("M") for letter in shown) <= 3


def test_accents_out_of_order_cost_no_time() -> None:
    text = "a" + "\u0301\u0316" * 20_000

    start = time.process_time()
    plain(text, 10_000)

    # Normalising them as they are takes more than a second.
    assert time.process_time() - start < 0.25


def test_an_entity_is_never_cut_in_half() -> None:
    assert escaped("a < b & c", 9) == "a &lt; b &amp; c"
    assert escaped("<<<<<<", 3) == "&lt;&lt;…"
