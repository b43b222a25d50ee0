from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.yamltext import MOST_BYTES, MOST_DEPTH, MOST_NODES, MOST_PROBLEMS, FileProblems, Mark, parse

FILE = "rules/x.yaml"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + chr(ord(name) - 1)] * 9)}]\n" for name in "bcdefg"
)


def problems(text: str | bytes) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        return [str(problem) for problem in parse(raw, FILE).problems]
    except FileProblems as error:
        return [str(problem) for problem in error.problems]


def data(text: str) -> object:
    document = parse(text.encode(), FILE)
    assert not document.problems
    return document.data


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("+", "+"),
        ("=", "="),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1e999", "1e999"),
        ("9" * 50, "9" * 50),
        ("00112345678", "00112345678"),
        ("C0123ABCD", "C0123ABCD"),
        ("new:thing", "new:thing"),
        ("'true'", "true"),
        ('"12"', "12"),
        ("true", True),
        ("FALSE", False),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        ("ůnicode ☂", "ůnicode ☂"),
    ],
)
def test_a_plain_word_means_what_people_mean(written: str, meant: object) -> None:
    value = data(f"key: {written}")

    assert value == {"key": meant}
    assert isinstance(value, dict)
    assert type(value["key"]) is type(meant)


def test_keys_are_words_too() -> None:
    assert data("on: 1\nno: 2\n12:30: 3\n1: 4\ntrue: 5\n<<: 6\n") == {
        "on": 1,
        "no": 2,
        "12:30": 3,
        "1": 4,
        "true": 5,
        "<<": 6,
    }


@pytest.mark.parametrize(
    "text", ["a: [b, {c: d}]\n", "a:\n- b\n- c: d\n", '{"a": ["b", {"c": "d"}]}', "---\na: [b, {c: d}]"]
)
def test_every_style_gives_the_same_data(text: str) -> None:
    assert data(text) == {"a": ["b", {"c": "d"}]}


@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_editors_of_all_systems_are_understood(start: str, line_end: str) -> None:
    assert data(f"{start}a: 1{line_end}b: |{line_end}  text{line_end}") == {"a": 1, "b": "text\n"}


def test_every_key_and_value_has_its_place() -> None:
    document = parse("ä: ö\nlist:\n  - name: x\n    when: {kind: order}\n".encode(), FILE)

    assert document.keys[("ä",)] == Mark(1, 1)
    assert document.values[("ä",)] == Mark(1, 4)
    assert document.values[("list", 0)] == Mark(3, 5)
    assert document.keys[("list", 0, "when", "kind")] == Mark(4, 12)
    assert document.values[("list", 0, "when", "kind")] == Mark(4, 18)
    assert document.place(("list", 0, "when", "nowhere", 3)) == document.values[("list", 0, "when")]
    assert document.key_place(("list", 0, "when", 7)) == document.keys[("list", 0, "when")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "1:1: the file is empty"),
        ("# only a comment\n", "1:1: the file is empty"),
        ("---\n", "1:1: the file is empty"),
        ("a: b: c", "1:5: a ':' is not expected here"),
        ("a: [1,\n", "2:1: the file ends inside [ ] or { }"),
        ("a: [1 2\nb: 3", "a list in [ ] is not closed"),
        ('a: "b', "the file ends inside quotes"),
        ("a:\n\t- b\n", "2:1: a tab stands here: indent with spaces"),
        ("a:\n  b: 1\n \tc: 2\n", "a tab stands here"),
        ("m: @team\n", '1:4: a value cannot begin with @: write it in quotes, "@team"'),
        ("m: `x`\n", "1:4: a value cannot begin with `"),
        ("m: %x\n", "1:4: a value cannot begin with %"),
        ("channel: #support\n", "1:1: 'channel' is empty: # begins a comment, so write \"#support\" in quotes"),
        ("- #support\n", "1:2: this item is empty: # begins a comment"),
        ("when:\n", "1:1: 'when' is empty"),
        ("when: ~\n", "1:1: 'when' is empty"),
        ("when: null\n", "1:1: 'when' is empty"),
        ("{a, b: 1}\n", "1:2: 'a' is empty"),
        ("a: 1\nb: 2\na: 3\n", "3:1: 'a' stands here a second time (first on line 1)"),
        ("x:\n  - a: 1\n    a: 2\n", "3:5: 'a' stands here a second time (first on line 2)"),
        ("a: &x 1\n", "1:4: anchors (&name) are not allowed"),
        ("a: *x\n", "1:4: aliases (*name) are not allowed"),
        ("*x : 1\n", "1:1: aliases (*name) are not allowed"),
        ("a: !!python/object/apply:os.system ['id']\n", "1:4: tags (!name) are not allowed"),
        ("a: !!str 1\n", "1:4: tags (!name) are not allowed"),
        ("a: ! b\n", "1:4: tags (!name) are not allowed"),
        ("? [a]\n: b\n", "1:3: a key must be a plain word"),
        ("{{a}}\n", "a key must be a plain word"),
        ("a: 1\n---\nb: 2\n", "2:1: a second document begins here"),
        ("a: b\x00\n", "1:5: an invisible character (U+0000) stands here"),
        ("a: 1\nb: \x1b[31m\n", "2:4: an invisible character (U+001B) stands here"),
        ("a: x\u2028b: 1\n", "1:5: an invisible character (U+2028)"),
        ("a: x\u202ey\n", "1:5: an invisible character (U+202E)"),
        ("a:\n \u00a0b: 1\n", "2:2: an invisible character (U+00A0)"),
        ("a: ä\n".encode("latin-1"), "1:4: byte 0xE4 is not UTF-8: save the file as UTF-8"),
        ("ok: ü\na: 1\n".encode() + b"b: \xff\n", "3:4: byte 0xFF is not UTF-8"),
        ("a: 1\n".encode("utf-16"), "1:1: byte 0xFF is not UTF-8"),
        (b"a: \xed\xa0\x80", "1:4: byte 0xED is not UTF-8"),
        ("#" * (300 * 1024), "1:1: the file is larger than 256 KiB"),
        ("[" * 5000, f"1:{MOST_DEPTH + 1}: nested more than {MOST_DEPTH} deep"),
        ("[" + "a," * MOST_NODES + "]", f"the file has more than {MOST_NODES} keys and values"),
        (BOMB, "anchors (&name) are not allowed"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str | bytes, told: str) -> None:
    found = problems(text)

    assert any(told in problem for problem in found), found
    assert all(problem.startswith(f"{FILE}:") for problem in found)


def test_everything_wrong_with_the_writing_is_told_at_once() -> None:
    found = problems("a: &x 1\nb: *x\nc: !t 2\nd: 1\nd: 2\ne:\n")

    assert [problem.split(":")[1] for problem in found] == ["1", "2", "3", "5", "6"]


def test_the_list_of_problems_ends() -> None:
    assert len(problems("a: 1\n" * 5000)) == MOST_PROBLEMS
    assert len(problems("- *x\n" * 5000)) == MOST_PROBLEMS


PIECES = [
    *[
        "[",
        "{",
        "]",
        "{a: ",
        "[{",
        "- ",
        "? ",
        "a: ",
        ": ",
        "a,",
        "'",
        '"',
        "\\",
        "#",
        "# ",
        " ",
        " \n",
        "\n",
        "\r",
        "\ufeff",
    ],
    *["&a ", "*a ", "! ", "!!a ", "|\n", ">\n", "- |\n", "%a\n", "---\n", "...\n", "a\n", "ä: ü\n", "a: b\n", "- a\n"],
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("start", ["", "a: ", "a: [", "a: {", "a:\n  - ", 'a: "', "a: |\n  "])
def test_any_piece_repeated_to_the_limit_is_answered_at_once(start: str, piece: str) -> None:
    room = MOST_BYTES - len(start.encode())
    raw = (start + piece * (room // len(piece.encode()))).encode()

    begun = time.process_time()
    problems(raw)

    # libyaml alone takes minutes for 256 KiB of brackets.
    assert time.process_time() - begun < 1


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80) | st.text("ab:#-?[]{}&*!|>'\"%@` \n\t\x00é,~0", max_size=80).map(str.encode))
def test_any_bytes_are_data_or_problems(raw: bytes) -> None:
    try:
        document = parse(raw, FILE)
    except FileProblems as error:
        told = error.problems
        document = None

    if document is None:
        assert told
    else:
        assert document.data is not None
        assert () in document.values
