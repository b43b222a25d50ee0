from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field, model_validator

from bot.yamlfile import FileProblems, Problem, Section, Wrong, load
from bot.yamltext import MOST_PROBLEMS


def _fruit(word: str) -> str:
    if word == "rotten":
        raise ValueError("rotten fruit is no fruit")
    if word not in {"apple", "pear"}:
        raise Wrong(f"'{word}' is no fruit", word=word, known=("apple", "pear"), then="; ask the grocer")
    return word


class Box(Section):
    size: Literal["small", "large"] = "small"
    fruit: list[Annotated[str, AfterValidator(_fruit)]] = Field(min_length=1, max_length=3)
    weight: float | None = None
    inner: Box | None = None

    @model_validator(mode="after")
    def _fits(self) -> Box:
        if self.size == "small" and len(self.fruit) > 2:
            raise Wrong("a small box holds two", at=("size",))
        return self


class Shelf(Section):
    owner: str = Field(max_length=20)
    open: bool = False
    count: int = Field(default=1, ge=1, le=9)
    boxes: list[Box]
    labels: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def complaints(cls, data: Any) -> Iterable[tuple[tuple[str | int, ...], str]]:
        if isinstance(data, dict) and data.get("owner") == "nobody":
            yield ("owner",), "somebody must own it"


def problems(path: Path, text: str) -> list[str]:
    path.write_text(text, "utf-8")
    with pytest.raises(FileProblems) as caught:
        load(path, Shelf)
    return [f"{problem.line}:{problem.column}: {problem.sentence}" for problem in caught.value.problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shelf.yaml"


def test_a_good_file_is_its_model(path: Path) -> None:
    path.write_text("owner: Eva\nopen: true\nboxes:\n  - {fruit: [apple], inner: {fruit: [pear]}}\n")

    shelf = load(path, Shelf)

    assert shelf == Shelf(owner="Eva", open=True, boxes=[Box(fruit=["apple"], inner=Box(fruit=["pear"]))])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ownr: Eva\nboxes: []", "1:1: unknown key 'ownr' (did you mean 'owner'?)"),
        (
            "colour: x\nowner: Eva\nboxes: []",
            "1:1: unknown key 'colour' (known here: boxes, count, labels, open, owner)",
        ),
        ("boxes: []", "1:1: 'owner' is missing"),
        ("owner: 12\nboxes: []", "1:8: 'owner' must be text: write it in quotes, \"12\""),
        ("owner: true\nboxes: []", "1:8: 'owner' must be text: write it in quotes, \"true\""),
        ("owner: [x]\nboxes: []", "1:8: 'owner' must be text"),
        ("owner: an unusually long name\nboxes: []", "1:8: 'owner' is longer than 20 characters"),
        ("owner: Eva\nopen: yes\nboxes: []", "2:7: 'open' must be true or false"),
        ("owner: Eva\ncount: 1.5\nboxes: []", "2:8: 'count' must be a whole number"),
        ("owner: Eva\ncount: '1'\nboxes: []", "2:8: 'count' must be a whole number"),
        ("owner: Eva\ncount: 0\nboxes: []", "2:8: 'count' must be at least 1"),
        ("owner: Eva\ncount: 10\nboxes: []", "2:8: 'count' must be at most 9"),
        ("owner: Eva\nboxes: {}", "2:8: 'boxes' must be a list: [a, b], or lines that begin with '- '"),
        ("owner: Eva\nboxes: [x]", "2:9: 'boxes' must be a mapping: lines of 'key: value'"),
        ("owner: Eva\nlabels: []\nboxes: []", "2:9: 'labels' must be a mapping: lines of 'key: value'"),
        ("owner: Eva\nboxes:\n  - fruit: []", "3:12: 'fruit' must not be empty"),
        ("owner: Eva\nboxes:\n  - fruit: [pear, pear, pear, pear]", "3:12: 'fruit' holds more than 3"),
        (
            "owner: Eva\nboxes:\n  - size: smal\n    fruit: [pear]",
            "3:11: 'smal' is not one of small, large (did you mean 'small'?)",
        ),
        ("owner: Eva\nboxes:\n  - size: [x]\n    fruit: [pear]", "3:11: 'size' must be one of small, large"),
        (
            "owner: Eva\nboxes:\n  - fruit: [apple, paer]",
            "3:20: 'paer' is no fruit (did you mean 'pear'?); ask the grocer",
        ),
        ("owner: Eva\nboxes:\n  - fruit: [stone]", "3:13: 'stone' is no fruit; ask the grocer"),
        ("owner: Eva\nboxes:\n  - fruit: [rotten]", "3:13: rotten fruit is no fruit"),
        ("owner: Eva\nboxes:\n  - size: small\n    fruit: [pear, pear, pear]", "3:11: a small box holds two"),
        (
            "owner: Eva\nboxes:\n  - fruit: [pear]\n    inner:\n      frut: [pear]",
            "5:7: unknown key 'frut' (did you mean 'fruit'?)",
        ),
        ("owner: Eva\nboxes:\n  - fruit: [pear]\n    weight: heavy", "4:13: 'weight' must be a number"),
        ("owner: nobody\nboxes: []", "1:1: somebody must own it"),
        ("- a", "1:1: the file must be a mapping: lines of 'key: value'"),
        ("12:30", "1:1: the file must be a mapping: lines of 'key: value'"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(path: Path, text: str, told: str) -> None:
    assert told in problems(path, text)


def test_everything_wrong_is_told_at_once_and_in_order(path: Path) -> None:
    text = "ownr: nobody\nopen: on\nowner: nobody\nopen: 1\nboxes:\n  - fruit: [aple]\n    szie: small\n    weight:\n"

    places = [problem.split(": ")[0] for problem in problems(path, text)]

    assert places == ["1:1", "3:1", "4:1", "4:7", "6:13", "7:5", "8:5"]


def test_what_is_empty_is_one_problem_not_two(path: Path) -> None:
    assert problems(path, "owner:\nboxes: #three\n") == [
        "1:1: 'owner' is empty",
        "2:1: 'boxes' is empty: # begins a comment, so write \"#three\" in quotes",
    ]


def test_of_very_many_problems_the_first_are_told_and_the_others_counted(path: Path) -> None:
    path.write_text("owner: Eva\nboxes: []\n" + "".join(f"key{number}: 1\n" for number in range(120)))

    with pytest.raises(FileProblems) as caught:
        load(path, Shelf)

    assert len(caught.value.problems) == MOST_PROBLEMS
    assert str(caught.value).endswith(f"... and {120 - MOST_PROBLEMS} more")


def test_a_problem_reads_like_those_of_compilers() -> None:
    assert str(Problem("rules/x.yaml", 12, 9, "unknown key 'a'")) == "rules/x.yaml:12:9: unknown key 'a'"


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for name, said in [("none.yaml", "there is no such file"), (".", "this is no file"), ("pipe", "this is no file")]:
        with pytest.raises(FileProblems, match=said):
            load(tmp_path / name, Shelf)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_we_may_not_read_is_a_problem(path: Path) -> None:
    path.write_text("owner: Eva\nboxes: []")
    path.chmod(0)

    with pytest.raises(FileProblems, match="cannot be read"):
        load(path, Shelf)


def test_words_of_the_file_cannot_play_tricks_in_a_message(path: Path) -> None:
    found = problems(path, 'owner: Eva\nboxes: []\n"a\\u202e\\n\\e[31mb": 1\n')

    assert found == ["3:1: unknown key 'a [31mb' (known here: boxes, count, labels, open, owner)"]


def test_nowhere_in_the_bot_yaml_is_loaded_in_another_way() -> None:
    loads = {"load", "load_all", "safe_load", "safe_load_all", "full_load", "unsafe_load", "compose", "scan"}
    found = [
        f"{path}:{node.lineno}"
        for path in (Path(__file__).parent.parent / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in loads
        if isinstance(node.value, ast.Name) and node.value.id == "yaml"
    ]

    assert found == []
