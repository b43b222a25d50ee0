from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replycontext import tidy
from bot.templating import CannotRender, TemplateSyntaxError, Wording, parsed, refusals

CONTEXT: dict[str, Any] = {
    "buyer": {"name": "Eva"},
    "order": {"id": "MB7UWLD", "units": [{"title": "Tasse", "count": 2}, {"title": "Kanne", "count": 1}]},
    "inputs": {"note": "wie besprochen", "items": "drei", "get": "abholen"},
}


def render(source: str, context: dict[str, Any] = CONTEXT, **more: Any) -> str:
    return Wording(parsed(source), "de-DE.j2").render(context, lambda path: f"nobody knows {path}", **more)


def refused(source: str) -> list[str]:
    return [sentence for _, sentence in refusals(parsed(source))]


def test_blanks_conditions_and_lists_are_filled_in() -> None:
    source = (
        "Guten Tag{% if buyer.name is defined %} {{ buyer.name }}{% endif %},\n\n"
        "{% for unit in order.units %}\n- {{ unit.count }} x {{ unit['title'] }}\n{% endfor %}\nBis bald"
    )

    assert render(source) == "Guten Tag Eva,\n\n- 2 x Tasse\n- 1 x Kanne\nBis bald"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a\n{% if buyer.name is defined %}\nb\n{% endif %}\nc", "a\nb\nc"),
        ("a\n\n  {% if buyer.name is defined %}  \nb\n{% else %}\nx\n{% endif %}\n\nc", "a\n\nb\n\nc"),
        ("a{% if buyer.name is defined %} b{% endif %}\nc", "a b\nc"),
        ("a\n{# a note #}\nb", "a\nb"),
        ("a\n{# a note #}{% if buyer.name is defined %}\nb{% endif %}", "a\nb"),
        ("a\n{%- if buyer.name is defined -%}\nb{% endif %}", "ab"),
        ("a\n{% if buyer.name is defined %} b {% endif %}\nc", "a\n b\nc"),
        ("a  \n\n\n\n b \n", "a\n\n b"),
    ],
)
def test_a_line_of_nothing_but_tags_leaves_no_line_behind(source: str, text: str) -> None:
    assert render(source) == text


def test_lines_keep_their_numbers() -> None:
    source = "a\n{% if buyer.name is defined %}\nb\n{% endif %}\n{{ broken"

    with pytest.raises(TemplateSyntaxError) as caught:
        parsed(source)

    assert caught.value.lineno == 5


def test_names_of_dict_methods_are_names_like_all_others() -> None:
    assert render("{{ inputs.items }} {{ inputs.get }}") == "drei abholen"


@pytest.mark.parametrize(
    ("source", "placeholder"),
    [
        ("{{ order.total }}", "order.total"),
        ("{{ order.units[0].price }}", "order.units[].price"),
        ("{% for unit in order.units %}{{ unit.price }}{% endfor %}", "order.units[].price"),
        ("{{ inputs.date }}", "inputs.date"),
        ("{{ shop }}", "shop"),
        ("{{ shop.name }}", "shop"),
        ("{{ order['total'] }}", "order.total"),
        ("{{ order.units[9] }}", "order.units.9"),
        ("{% if order.total %}x{% endif %}", "order.total"),
        ("{% if order.total == 'x' %}x{% endif %}", "order.total"),
        ("{% for x in order.lines %}x{% endfor %}", "order.lines"),
        ("{{ order.total | upper }}", "order.total"),
        ("{{ order.total | length }}", "order.total"),
    ],
)
def test_what_is_missing_is_named_with_the_reason(source: str, placeholder: str) -> None:
    with pytest.raises(CannotRender) as caught:
        render(source)

    assert caught.value.placeholder == placeholder
    assert caught.value.sentence == f"{placeholder} is missing: nobody knows {placeholder}."


def test_a_default_stands_in_for_what_is_not_known() -> None:
    assert render("{{ order.total | default('so viel wie vereinbart') }}") == "so viel wie vereinbart"


# What people wrote to break out of Jinja's sandbox, or to keep a machine busy. None of it is even compiled.
CORPUS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__.__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ '{0.__class__.__init__.__globals__}'.format(order) }}",
    "{{ '{0.__class__}'.format_map({'0': order}) }}",
    "{{ ('%s' % order.__class__) }}",
    "{{ order|attr('__class__') }}",
    "{{ order|map(attribute='__class__')|list }}",
    "{{ ['{0.__class__}']|map('format', order)|list }}",
    "{% set x = order.__class__ %}{{ x }}",
    "{% macro x() %}{{ caller() }}{% endmacro %}{{ x() }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import popen %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 'a' * 10 ** 9 }}",
    "{{ 'x'|center(10 ** 9) }}",
    "{{ '%0999999999d'|format(1) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ lipsum(n=100000) }}",
    "{{ order.units.append(1) }}",
    "{{ order.pop('id') }}",
    "{{ order.id.upper() }}",
    "{{ (order.id ~ order.id) ~ (order.id ~ order.id) }}",
    "{{ order.id[0:1] }}",
    "{{ 1 + 1 }}",
    "{{ -1 }}",
    "{{ order.units|join(attribute='__class__') }}",
    "{{ order[order.id] }}",
    "{% for unit in order.units %}{% for other in order.units %}x{% endfor %}{% endfor %}",
    "{% for unit in order.units recursive %}{{ loop(order.units) }}{% endfor %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with x = 1 %}{% endwith %}",
    "{% autoescape true %}{% endautoescape %}",
    "{% call order() %}{% endcall %}",
    "{{ order is mapping }}",
    "{{ super() }}",
    "{{ varargs }}",
]


@pytest.mark.parametrize("source", CORPUS)
def test_nothing_that_could_break_out_is_compiled(source: str) -> None:
    try:
        tree = parsed(source)
    except TemplateSyntaxError:
        return
    assert list(refusals(tree))
    with pytest.raises(TemplateSyntaxError):
        Wording(tree, "de-DE.j2")


class Secret:
    token = "xoxb-1"

    def leak(self) -> str:
        return self.token


@pytest.mark.parametrize(
    "source",
    [
        "{{ thing.token }}",
        "{{ thing['token'] }}",
        "{{ thing.leak }}",
        "{{ order.id.upper }}",
        "{{ order.keys }}",
        "{{ order['__class__'] }}",
        "{{ order.__class__ }}",
        "{{ order.units.append }}",
        "{{ order.id['__class__'] }}",
        "{% for unit in order.units %}{{ loop.changed }}{% endfor %}",
        "{% for unit in order.units %}{{ loop._iterable }}{% endfor %}",
    ],
)
def test_no_attribute_of_any_object_can_be_reached(source: str) -> None:
    with pytest.raises(CannotRender):
        render(source, {**CONTEXT, "thing": Secret()})


def test_a_text_stops_at_the_length_of_a_message() -> None:
    many = {"order": {"units": [{"title": "x"}] * 50}}

    with pytest.raises(CannotRender, match="longer than the 65,535 characters"):
        render("{% for unit in order.units %}" + "x" * 2_000 + "{% endfor %}", many)


def test_a_text_stops_when_its_time_is_over() -> None:
    def clock() -> Iterator[float]:
        yield from (0.0, 1.0, 3.0)

    ticks = clock()

    with pytest.raises(CannotRender, match="too long"):
        render("{{ order.id }}{{ order.id }}", clock=lambda: next(ticks))


def test_the_worst_text_that_can_be_written_is_quick() -> None:
    many = {"order": {"units": [{"title": "x"} for _ in range(50)]}}
    source = "{% for unit in order.units %}" + "{% if unit.title == 'y' %}x{% endif %}" * 1_500 + "{% endfor %}."
    wording = Wording(parsed(source), "de-DE.j2")

    started = time.process_time()
    text = wording.render(many, str)

    assert text == "."
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    "source", ["{{" + "(" * 5_000 + "1" + ")" * 5_000 + "}}", "{% if a %}" * 150 + "{% endif %}" * 150]
)
def test_what_is_nested_too_deep_is_told_and_crashes_nothing(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="nested too deep"):
        Wording(parsed(source), "de-DE.j2")


def test_an_empty_text_is_not_sent() -> None:
    with pytest.raises(CannotRender, match="The text is empty"):
        render("{% if buyer.name is not defined %}x{% endif %}\n")


HOSTILE = [
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# hidden #}",
    "{{ inputs.note }}",
    "<!channel> <@U123> <https://x.test|Kaufland>",
    "*bold* _it_ `code` &amp; & < >",
    "%s %(x)s {0} ${x}",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_words_of_buyers_are_shown_as_they_are(words: str) -> None:
    assert render("Guten Tag {{ buyer.name }},", {"buyer": {"name": words}}) == f"Guten Tag {words},"


@given(st.text(min_size=1, max_size=300))
def test_what_the_agent_fills_in_stands_in_the_text_unchanged(words: str) -> None:
    words = tidy(words)
    text = render("Vorher\n\n{{ inputs.note }}\n\n. Danach", {"inputs": {"note": words}})

    assert words in text
    assert text.startswith("Vorher\n\n")
    assert text.endswith(". Danach")
    assert tidy(text) == text
    assert "\n\n\n" not in text
