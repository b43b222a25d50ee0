from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.placeholders import PLACEHOLDERS
from bot.domain.reply import Input
from bot.proofreading import proofread
from bot.yamlfile import FileProblems

INPUTS = (
    Input("new_date", "New date", "date"),
    Input("solution", "What we do", "choice", choices=(("refund", "Refund"), ("replacement", "Replacement"))),
    Input("note", "Note", optional=True),
)


def problems(source: str) -> list[str]:
    try:
        proofread(source, "f", INPUTS)
    except FileProblems as error:
        return [str(problem).removeprefix("f:") for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("x {{ order.totla }}", "1:6: there is no order.totla (did you mean 'order.total'?)"),
        ("a\n\n  {{ ordr.total }}", "3:6: there is no ordr (did you mean 'order'?)"),
        ("{{ buyer_name }}", "1:4: there is no buyer_name (did you mean 'buyer.name'?)"),
        ("{{ order.nmae }}", "1:4: there is no order.nmae (there is id, date, total, units)"),
        ("{{ order.title }}", "1:4: there is no order.title (did you mean 'product.title'?)"),
        ("{{ inputs.new_dat }}", "1:4: there is no inputs.new_dat (did you mean 'inputs.new_date'?)"),
        (
            "{{ inputs.date_of_birth }}",
            "1:4: no input is called 'date_of_birth': template.yaml declares new_date, solution, note",
        ),
        (
            "{{ order }}",
            "1:4: order is no single value: write one of order.id, order.date, order.total, order.units",
        ),
        (
            "a {{ order.units }}",
            "1:6: order.units is a list: go through it with {% for unit in order.units %}",
        ),
        ("{{ order.id.short }}", "1:4: order.id has no parts, so there is no order.id.short"),
        ("{{ order.units[0].titel }}", "1:4: there is no order.units[0].titel (did you mean 'order.units[0].title'?)"),
        (
            "{% for unit in order.units %}\n{{ unit.titel }}\n{% endfor %}",
            "2:4: there is no unit.titel (did you mean 'unit.title'?)",
        ),
        (
            "{% for unit in order.units %}{{ loop.indx }}{% endfor %}",
            "1:33: there is no loop.indx (did you mean 'loop.index'?)",
        ),
        ("{% for unit in order.id %}x{% endfor %}", "1:16: order.id is no list: only a list can be gone through"),
        ("{% for a, b in order.units %}x{% endfor %}", "1:1: one name must stand between 'for' and 'in'"),
        (
            "{% for order in order.units %}x{% endfor %}",
            "1:8: 'order' is a placeholder already: use another name",
        ),
        ("{{ unit.title }}", "1:4: there is no unit"),
        (
            "{{ inputs.solution }}",
            "1:4: inputs.solution is a choice, whose code no buyer should read: "
            "ask {% if inputs.solution == 'refund' %}",
        ),
        (
            "{% if inputs.solution == 'refnd' %}a{% endif %}",
            "1:27: inputs.solution has no choice 'refnd' (did you mean 'refund'?)",
        ),
        (
            "{% if inputs.solution in ('refund', 'gift') %}a{% endif %}",
            "1:38: inputs.solution has no choice 'gift' (it has refund, replacement)",
        ),
        (
            "{% if inputs.solution %}a{% endif %}",
            "1:7: inputs.solution is always there: compare one of its values",
        ),
        ("{% if buyer.name %}x{% endif %}", "1:7: buyer.name may be unknown: ask 'if buyer.name is defined'"),
        ("{{ 'a' if inputs.note else 'b' }}", "1:11: inputs.note may be unknown: ask 'if inputs.note is defined'"),
        ("{% if not buyer.name %}x{% endif %}", "1:11: buyer.name may be unknown: ask 'if buyer.name is defined'"),
        ("{% if buyer.nam is defined %}x{% endif %}", "1:7: there is no buyer.nam (did you mean 'buyer.name'?)"),
        ("{% for unit in order.units %}{{ loop.last }}{% endfor %}", "1:33: loop.last is a yes or no"),
        ("a {{ buyer.name is defined }}", "1:3: this is a yes or no, which no buyer should read"),
        ("{{ order.id == 'x' }}", "1:1: this is a yes or no"),
        ("{% if order.id in (ordr.id, 'x') %}x{% endif %}", "1:20: there is no ordr (did you mean 'order'?)"),
        ("{{ 'a' if order.idd == 'x' else 'b' }}", "1:11: there is no order.idd (did you mean 'order.id'?)"),
        ("{{ ('a' if order.idd == 'x' else 'b') | upper }}", "1:12: there is no order.idd (did you mean 'order.id'?)"),
        ("{{ order.id if order.id is defined else ordr }}", "1:41: there is no ordr (did you mean 'order'?)"),
        ("{{ 'a' if order.units }}", "1:1: an 'if' inside of {{ }} needs its 'else'"),
        ("{{ buyer.name is string }}", "1:1: 'is string' cannot be asked: there is 'is defined' and 'is not defined'"),
        ("{{ order.id | uper }}", "1:1: there is no filter 'uper' (did you mean 'upper'?)"),
        ("{{ order.id | length }}", "1:4: order.id is no list, so it has no length"),
        ("{{ buyer.name | default(shop.nam) }}", "1:25: there is no shop.nam (did you mean 'shop.name'?)"),
        ("a\n{% fi x %}", "2:1: there is no tag 'fi' (did you mean 'if'?)"),
        ("{% if x %}a{% endfi %}", "1:1: there is no tag 'endfi' (did you mean 'endif'?)"),
        ("{% endif %}", "1:1: no 'if' is open here for 'endif'"),
        ("{% endfor %}", "1:1: no 'for' is open here for 'endfor'"),
        ("a\n{% if order.id is defined %}\nb", "the text ends too early; an open 'if' waits for {% endif %}"),
        ("a {{ order.id", "1:3: a '{{' is not closed: write '}}' behind the name"),
        ("{{ order.id }", "1:1: this cannot be read: unexpected '}'"),
        ("{% set x = 1 %}", "1:1: {% set %} is no part of reply templates: they have {{ blanks }}, if and for"),
        ("{{ order.id.upper() }}", "1:1: calling something, name(...), is no part of reply templates"),
        ("a {buyer.name}", "1:3: the buyer would read this '{': placeholders are written {{ order.id }}"),
        ("a\nb { order.id }}", "2:14: the buyer would read this '}}': placeholders are written {{ order.id }}"),
        ("{% raw %}{{ x }}{% endraw %}", "1:10: the buyer would read this '{{'"),
        ("{{ '{{' }}", "1:1: the buyer would read this '{{'"),
        ("Mail: a.b@shop.de", "1:7: 'a.b@shop.de' is an e-mail address"),
        ("{{ buyer.name | default('http://shop.de/x') }}", "1:26: 'http://shop.de' leads away from the marketplace"),
        ("a\u200bb", "1:2: an invisible character (U+200B) stands here: delete it"),
        ("a\u2028b", "1:2: an invisible character (U+2028) stands here: delete it"),
        ("x" * 65_600, "1:65536: the text is longer than the 65,535 characters a message holds"),
    ],
)
def test_each_fault_is_found_at_its_place_with_the_nearest_right_word(source: str, told: str) -> None:
    found = problems(source)

    assert any(told in problem for problem in found), found


def test_all_faults_of_a_text_are_told_at_once_in_its_order() -> None:
    source = "{{ order.totla }}\nRufen Sie an: +49 30 1234567\n{{ inputs.solution }}\n"

    assert [problem.split(": ")[0] for problem in problems(source)] == ["1:4", "2:15", "3:4"]


@pytest.mark.parametrize(
    "source",
    [
        "{% if order.units | length > 1 %}{{ order.units | length }}{% endif %}",
        "{{ 'a' if inputs.solution == 'refund' else 'b' }}",
        "{{ buyer.name | default('Kundin oder Kunde') }} {{ order.id | upper }}",
        "{% if order.units %}{% for unit in order.units %}{{ unit.title if unit.title is defined else '?' }}"
        "{{ '' if loop.last else ', ' }}{% else %}nichts{% endfor %}{% endif %}",
        "{% if buyer.name is defined and order.id is not defined %}{{ buyer['name'] }}{% endif %}",
        "{% for unit in order.units if unit.count > 1 %}{{ unit.count }}{% endfor %}",
        "Ihr Konto: https://www.kaufland.de/kundenkonto/ – {{ return.code }}",
        "Preis: 100 % {# Hinweis für uns: a@b.de steht nur hier #}",
    ],
)
def test_what_is_right_is_let_through(source: str) -> None:
    assert problems(source) == []


def test_the_inputs_a_text_uses_are_known() -> None:
    source = "{{ inputs.new_date }}{% if inputs.note is defined and inputs.solution == 'refund' %}x{% endif %}"

    assert proofread(source, "f", INPUTS).used == {"new_date", "note", "solution"}


@pytest.mark.parametrize("placeholder", [item for item in PLACEHOLDERS if "[]" not in item.path])
def test_each_documented_placeholder_may_be_written(placeholder: object) -> None:
    path = placeholder.path  # type: ignore[attr-defined]

    assert problems(f"{{{{ {path} }}}}") == []
    assert problems(f"{{% if {path} is defined %}}x{{% endif %}}") == []


MOST = 65_000


@pytest.mark.parametrize(
    "source",
    [
        "x" * MOST,
        "a." * (MOST // 2),
        "a@" * (MOST // 2),
        "0" * MOST,
        "01 23" + "-" * MOST,
        "+1" * (MOST // 2),
        "AB12 " * (MOST // 5),
        "http://" * (MOST // 7),
        "čísl" * (MOST // 4),
        " " * MOST,
        "\n" * MOST,
        "{" * MOST,
        "{{" * (MOST // 2),
        "{#" * (MOST // 2),
        "{% raw %}" + "{{" * (MOST // 2 - 20) + "{% endraw %}",
        "{{ order.id }}" * (MOST // 14),
        " {% if order.id is defined %}\n{% endif %}\n" * 1_500,
    ],
    ids=lambda source: source[:12],
)
def test_no_text_takes_long_to_read(source: str) -> None:
    started = time.process_time()

    assert len(problems(source)) <= 50
    assert time.process_time() - started < 5.0


@given(st.text(alphabet="ab{}%#|.()[]'\"=~-+ \n<>{{}}ifelsndorbuyer", max_size=60))
def test_whatever_is_written_is_a_text_or_a_list_of_problems(source: str) -> None:
    for problem in problems(source):
        line, column, sentence = problem.split(":", 2)
        assert 1 <= int(line) <= source.count("\n") + 1
        assert int(column) >= 1
        assert sentence.strip()
