"""Block Kit's limits: what Slack takes, what it refuses and where, and that the SDK's own models agree."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block, BlockElement, Option
from slack_sdk.models.views import View

from sandbox.slack.blockkit import finished, message_problems, parts, text_length, view_problems, words
from sandbox.slack.blockkit.blocks import IN_MESSAGES
from sandbox.slack.blockkit.elements import CHOICES, FIELDS, MENUS, MULTI_MENUS, PICKERS


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": plain("Go"), **more}


def option(value: str = "v", text: str = "Label", **more: Any) -> dict[str, Any]:
    return {"text": plain(text), "value": value, **more}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def entry(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "label": plain("Label"), "element": {"action_id": "v", **element}, **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def inline(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "s", "options": [option()], **more}


CONFIRM = {"title": plain("t" * 100), "text": mrkdwn("t" * 300), "confirm": plain("y" * 30), "deny": plain("n" * 30)}
CELL = {"type": "raw_text", "text": "x"}
IMAGE = {"type": "image", "image_url": "https://a.example/i.png", "alt_text": "A label"}
PIE = {"type": "pie", "segments": [{"label": "Open", "value": 3}]}
BARS = {
    "type": "bar",
    "series": [{"name": "Tickets", "data": [{"label": "Mon", "value": 3.5}]}],
    "axis_config": {"categories": ["Mon"]},
}
TASK = {"type": "task_card", "task_id": "1", "title": "Import", "status": "in_progress"}

GOOD: dict[str, dict[str, Any]] = {
    "section at its longest": section("x" * 3000, block_id="b" * 255, expand=True),
    "section with ten fields": {"type": "section", "fields": [mrkdwn("f" * 2000)] * 10},
    "section with a menu": section(accessory=select()),
    "section with a picture": section(accessory=IMAGE),
    "header": {"type": "header", "text": plain("h" * 150)},
    "divider": {"type": "divider"},
    "image": {**IMAGE, "title": plain("t" * 2000)},
    "image that is in Slack": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A label"},
    "context": {"type": "context", "elements": [mrkdwn("x"), plain("y"), IMAGE]},
    "25 buttons": actions(*(button(action_id=f"a{n}") for n in range(25))),
    "a button with everything": actions(
        button(value="v" * 2000, url="https://a.example", style="danger", confirm=CONFIRM, accessibility_label="l" * 75)
    ),
    "overflow": actions({"type": "overflow", "action_id": "o", "options": [option(url="https://a.example")]}),
    "every menu and picker": actions(
        select(),
        {"type": "external_select", "action_id": "e", "min_query_length": 0, "placeholder": plain("p" * 150)},
        {"type": "users_select", "action_id": "u", "initial_user": "U1"},
        {"type": "conversations_select", "action_id": "c", "filter": {"include": ["public"]}},
        {"type": "channels_select", "action_id": "ch"},
        {"type": "multi_static_select", "action_id": "m", "options": [option()], "max_selected_items": 1},
        {"type": "checkboxes", "action_id": "cb", "options": [option()], "initial_options": [option()]},
        {"type": "radio_buttons", "action_id": "r", "options": [option()], "initial_option": option()},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-25"},
        {"type": "timepicker", "action_id": "t", "initial_time": "23:59"},
        {"type": "datetimepicker", "action_id": "dt", "initial_date_time": 1764000000},
    ),
    "every menu that takes several": actions(
        {"type": "multi_external_select", "action_id": "e", "initial_options": [option()]},
        {"type": "multi_users_select", "action_id": "u", "initial_users": ["U1"]},
        {"type": "multi_conversations_select", "action_id": "c", "default_to_current_conversation": True},
        {"type": "multi_channels_select", "action_id": "ch", "max_selected_items": 3},
    ),
    "grouped options": actions(
        {"type": "static_select", "action_id": "s", "option_groups": [{"label": plain("g"), "options": [option()]}]}
    ),
    "input": entry({"type": "plain_text_input", "multiline": True, "max_length": 3000}, hint=plain("h"), optional=True),
    "e-mail input": entry({"type": "email_text_input"}),
    "url input": entry({"type": "url_text_input", "initial_value": "https://a.example"}),
    "rich text input": entry({"type": "rich_text_input"}),
    "number input": entry({"type": "number_input", "is_decimal_allowed": True, "min_value": "0.5"}),
    "rich text of every kind": rich(
        inline(
            {"type": "text", "text": "hello ", "style": {"bold": True}},
            {"type": "link", "url": "https://a.example", "text": "there"},
            {"type": "user", "user_id": "U1"},
            {"type": "channel", "channel_id": "C1"},
            {"type": "usergroup", "usergroup_id": "S1"},
            {"type": "emoji", "name": "wave"},
            {"type": "broadcast", "range": "here"},
            {"type": "date", "timestamp": 1764000000, "format": "{date}", "fallback": "today"},
        ),
        {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": [inline({"type": "text", "text": "x"})]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}], "border": 1},
    ),
    "markdown": {"type": "markdown", "text": "m" * 12_000},
    "table": {"type": "table", "rows": [[CELL] * 20] * 100, "column_settings": [{"align": "right"}, None]},
    "data table": {"type": "data_table", "caption": "Prices", "page_size": 100, "rows": [[CELL] * 2] * 101},
    "pie": {"type": "data_visualization", "title": "t" * 50, "chart": PIE},
    "bars": {"type": "data_visualization", "title": "Week", "chart": BARS},
    "alert": {"type": "alert", "text": plain("Late"), "level": "warning"},
    "card": {"type": "card", "title": plain("t" * 150), "body": plain("b" * 200), "actions": [button()]},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "body": plain("b")}] * 10},
    "container": {"type": "container", "title": plain("t"), "child_blocks": [section()] * 10, "is_collapsible": True},
    "plan": {"type": "plan", "title": "Import", "tasks": [TASK]},
    "video": {
        "type": "video",
        "title": plain("t"),
        "video_url": "https://a.example/v",
        "thumbnail_url": "https://a.example/t",
        "alt_text": "x",
    },
    "feedback": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("Good"), "value": "g"},
                "negative_button": {"text": plain("Bad"), "value": "b"},
            }
        ],
    },
}

# What is wrong, the block, where Slack points, and whether the SDK's models look at this limit at all.
BAD: list[tuple[str, dict[str, Any], str, bool]] = [
    ("section too long", section("x" * 3001), "/blocks/0/text/text", True),
    ("section empty", section(""), "/blocks/0/text/text", False),
    ("section with nothing", {"type": "section"}, "/blocks/0", True),
    ("eleven fields", {"type": "section", "fields": [mrkdwn("f")] * 11}, "/blocks/0/fields", True),
    ("field too long", {"type": "section", "fields": [mrkdwn("f" * 2001)]}, "/blocks/0/fields/0/text", False),
    ("header too long", {"type": "header", "text": plain("h" * 151)}, "/blocks/0/text/text", True),
    ("header in mrkdwn", {"type": "header", "text": mrkdwn("h")}, "/blocks/0/text/type", False),
    ("emoji on mrkdwn", section() | {"text": {**mrkdwn("x"), "emoji": True}}, "/blocks/0/text", False),
    ("eleven context elements", {"type": "context", "elements": [mrkdwn("x")] * 11}, "/blocks/0/elements", True),
    ("a button in a context", {"type": "context", "elements": [button()]}, "/blocks/0/elements/0/type", False),
    ("26 buttons", actions(*(button(action_id=f"a{n}") for n in range(26))), "/blocks/0/elements", True),
    ("no buttons", actions(), "/blocks/0/elements", False),
    ("button label too long", actions(button(text=plain("x" * 76))), "/blocks/0/elements/0/text/text", True),
    ("button value too long", actions(button(value="v" * 2001)), "/blocks/0/elements/0/value", True),
    ("button url too long", actions(button(url="u" * 3001)), "/blocks/0/elements/0/url", True),
    ("button style unknown", actions(button(style="pink")), "/blocks/0/elements/0/style", True),
    ("action_id too long", actions(button(action_id="a" * 256)), "/blocks/0/elements/0/action_id", True),
    ("block_id too long", section(block_id="b" * 256), "/blocks/0/block_id", True),
    (
        "confirm title too long",
        actions(button(confirm={**CONFIRM, "title": plain("t" * 101)})),
        "/blocks/0/elements/0/confirm/title/text",
        True,
    ),
    (
        "confirm without deny",
        actions(button(confirm={key: CONFIRM[key] for key in ("title", "text", "confirm")})),
        "/blocks/0/elements/0/confirm",
        False,
    ),
    (
        "six overflow items",
        actions({"type": "overflow", "action_id": "o", "options": [option()] * 6}),
        "/blocks/0/elements/0/options",
        True,
    ),
    ("101 options", actions(select(options=[option()] * 101)), "/blocks/0/elements/0/options", True),
    ("no options at all", actions({"type": "static_select", "action_id": "s"}), "/blocks/0/elements/0", True),
    ("option text too long", actions(select(options=[option(text="x" * 76)])), "/options/0/text/text", True),
    ("option value too long", actions(select(options=[option(value="v" * 151)])), "/options/0/value", True),
    ("placeholder too long", actions(select(placeholder=plain("p" * 151))), "/placeholder/text", True),
    ("initial option not offered", actions(select(initial_option=option("other"))), "/initial_option", False),
    (
        "initial options not offered",
        actions({"type": "checkboxes", "options": [option()], "initial_options": [option("other")]}),
        "/initial_options/0",
        False,
    ),
    ("a date nobody can read", actions({"type": "datepicker", "initial_date": "25.11.2026"}), "/initial_date", True),
    ("a time nobody can read", actions({"type": "timepicker", "initial_time": "25:00"}), "/initial_time", False),
    ("input label too long", entry({"type": "plain_text_input"}) | {"label": plain("l" * 2001)}, "/label/text", True),
    ("a button as an input", entry({"type": "button", "text": plain("x")}), "/blocks/0/element/type", True),
    ("file input in a message", entry({"type": "file_input"}), "/blocks/0/element/type", False),
    ("max_length too large", entry({"type": "plain_text_input", "max_length": 3001}), "/element/max_length", False),
    (
        "preset longer than allowed",
        entry({"type": "plain_text_input", "max_length": 1, "initial_value": "ab"}),
        "",
        False,
    ),
    ("image without alt text", {"type": "image", "image_url": "https://a.example"}, "/blocks/0", False),
    ("image from two places", {**IMAGE, "slack_file": {"id": "F1"}}, "/blocks/0", False),
    ("alt text too long", {**IMAGE, "alt_text": "x" * 2001}, "/blocks/0/alt_text", True),
    ("markdown too long", {"type": "markdown", "text": "m" * 12_001}, "/blocks/0/text", True),
    ("rich text with empty text", rich(inline({"type": "text", "text": ""})), "/elements/0/elements/0/text", False),
    ("rich text of unknown kind", rich({"type": "rich_text_poem", "elements": []}), "/elements/0/type", False),
    ("rich text that is no list", {"type": "rich_text", "elements": "x"}, "/blocks/0/elements", False),
    (
        "a list of a list",
        rich({"type": "rich_text_list", "style": "bullet", "elements": [{"type": "text"}]}),
        "",
        False,
    ),
    ("101 rows", {"type": "table", "rows": [[CELL]] * 101}, "/blocks/0/rows", False),
    ("no rows", {"type": "table", "rows": []}, "/blocks/0/rows", True),
    ("21 columns", {"type": "table", "rows": [[CELL] * 21]}, "/blocks/0/rows/0", False),
    ("an empty cell", {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}, "/rows/0/0/text", False),
    ("uneven data table", {"type": "data_table", "caption": "c", "rows": [[CELL], [CELL] * 2]}, "/rows/1", False),
    (
        "seven slices",
        {"type": "data_visualization", "title": "t", "chart": PIE | {"segments": PIE["segments"] * 7}},
        "",
        False,
    ),
    ("alert level unknown", {"type": "alert", "text": plain("x"), "level": "loud"}, "/blocks/0/level", True),
    ("card body too long", {"type": "card", "body": plain("b" * 201)}, "/blocks/0/body/text", True),
    ("card with nothing", {"type": "card", "subtitle": plain("s")}, "/blocks/0", True),
    ("eleven cards", {"type": "carousel", "elements": [{"type": "card", "body": plain("b")}] * 11}, "/elements", True),
    ("container without title", {"type": "container", "child_blocks": [section()]}, "/blocks/0", True),
    ("eleven in a container", {"type": "container", "title": plain("t"), "child_blocks": [section()] * 11}, "", True),
    ("task of unknown status", {"type": "plan", "title": "t", "tasks": [TASK | {"status": "lost"}]}, "/status", False),
    ("a field nobody knows", section(color="red"), "/blocks/0", False),
    ("a type nobody knows", {"type": "marquee"}, "/blocks/0/type", False),
    ("no type", {"text": mrkdwn("x")}, "/blocks/0", False),
]


def sdk_refuses(block: dict[str, Any]) -> bool:
    """Whether slack_sdk's models refuse the block; they look at less than Slack does."""
    parsed = Block.parse(block)
    if parsed is None:
        return False
    try:
        parsed.to_dict()
        for part in parts([block]):
            element = BlockElement.parse(part.element)
            if element is not None:
                element.to_dict()
            for choice in part.element.get("options") or []:
                Option(**choice).to_dict()
    except (SlackObjectFormationError, TypeError):
        return True
    return False


@pytest.mark.parametrize("name", GOOD)
def test_what_slack_shows_is_taken(name: str) -> None:
    assert message_problems([GOOD[name]]) == []


@pytest.mark.parametrize("name", GOOD)
def test_what_we_take_the_sdk_takes_too(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    assert not sdk_refuses(GOOD[name])


@pytest.mark.parametrize(("block", "where"), [pytest.param(block, where, id=name) for name, block, where, _ in BAD])
def test_what_slack_refuses_is_refused_and_pointed_at(block: dict[str, Any], where: str) -> None:
    problems = message_problems([block])

    assert problems
    assert any(where in problem.partition("[json-pointer:")[2] for problem in problems), problems


@pytest.mark.parametrize("block", [pytest.param(block, id=name) for name, block, _, known in BAD if known])
def test_where_the_sdk_knows_the_limit_it_agrees(block: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)

    assert sdk_refuses(block)


def test_the_tables_cover_every_block_and_element() -> None:
    shown = [block["type"] for block in GOOD.values()]
    used = {part.element["type"] for block in GOOD.values() for part in parts([block])}

    assert set(shown) | {"file", "task_card"} == set(IN_MESSAGES)
    assert {*MENUS, *MULTI_MENUS, *CHOICES, *PICKERS, *FIELDS, "button", "overflow"} - used == {"file_input"}


@pytest.mark.parametrize(
    "junk", [None, 5, "x", {}, [None], [5], ["x"], [[]], [{"type": []}], [{"type": "actions", "elements": 5}]]
)
def test_junk_is_refused_and_never_raises(junk: Any) -> None:
    assert message_problems(junk)
    assert view_problems(junk)
    assert view_problems({"type": "modal", "title": plain("t"), "blocks": junk})


def test_a_message_holds_fifty_blocks_and_a_view_a_hundred() -> None:
    divider = {"type": "divider"}

    assert message_problems([divider] * 50) == []
    assert message_problems([divider] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]
    assert view_problems({"type": "home", "blocks": [divider] * 100}) == []
    assert view_problems({"type": "home", "blocks": [divider] * 101}) == [
        "no more than 100 items allowed [json-pointer:/view/blocks]"
    ]


def test_ids_are_unique_and_one_element_takes_the_focus() -> None:
    twice = [section(block_id="b"), section(block_id="b")]
    same_action = [actions(button(), button())]
    focus = {"type": "plain_text_input", "focus_on_load": True}
    greedy = [entry(focus), entry(focus)]

    assert message_problems(twice) == ["`block_id` b already exists for other block [json-pointer:/blocks/1/block_id]"]
    assert message_problems(same_action) == ["`action_id` a already exists for other element [json-pointer:/blocks]"]
    assert message_problems([actions(button()), actions(button())]) == []
    assert message_problems(greedy) == ["only one element can have `focus_on_load` [json-pointer:/blocks]"]


MODAL = {"type": "modal", "title": plain("t" * 24), "blocks": [section()]}
HOME = {"type": "home", "blocks": [section()]}


@pytest.mark.parametrize(
    ("view", "where"),
    [
        pytest.param({**MODAL, "title": plain("t" * 25)}, "/view/title/text", id="title too long"),
        pytest.param({**MODAL, "submit": plain("t" * 25)}, "/view/submit/text", id="submit too long"),
        pytest.param({**MODAL, "close": plain("t" * 25)}, "/view/close/text", id="close too long"),
        pytest.param({**MODAL, "private_metadata": "x" * 3001}, "/view/private_metadata", id="metadata too long"),
        pytest.param({**MODAL, "callback_id": "x" * 256}, "/view/callback_id", id="callback_id too long"),
        pytest.param({**MODAL, "blocks": [entry({"type": "plain_text_input"})]}, "/view", id="input, no submit"),
        pytest.param({**HOME, "title": plain("t")}, "/view", id="home with a title"),
        pytest.param({**HOME, "submit": plain("t")}, "/view", id="home with submit"),
        pytest.param({"type": "modal", "blocks": []}, "/view", id="no title"),
        pytest.param({**MODAL, "blocks": [{"type": "markdown", "text": "x"}]}, "/view/blocks/0/type", id="markdown"),
        pytest.param({**MODAL, "blocks": [GOOD["table"]]}, "/view/blocks/0/type", id="table"),
        pytest.param({**HOME, "blocks": [entry({"type": "file_input"})]}, "/element/type", id="file input at home"),
        pytest.param({**MODAL, "colour": "red"}, "/view", id="unknown field"),
        pytest.param({"type": "window", "blocks": []}, "/view/type", id="unknown type"),
    ],
)
def test_a_view_slack_would_not_show_is_refused(view: dict[str, Any], where: str) -> None:
    assert any(where in problem for problem in view_problems(view))


@pytest.mark.parametrize("kind", ["modal", "home"])
def test_a_sound_view_is_taken_by_us_and_by_the_sdk(kind: str) -> None:
    view = MODAL | {"submit": plain("s"), "blocks": [entry({"type": "file_input", "max_files": 10})]}
    view = view if kind == "modal" else HOME

    assert view_problems(view, kind) == []
    View(**view).validate_json()


def test_a_view_of_the_other_kind_is_refused() -> None:
    assert view_problems(HOME, "modal") == ["must be a valid enum value (modal) [json-pointer:/view/type]"]


def test_words_and_their_number_are_what_people_read() -> None:
    blocks = [
        {"type": "header", "text": plain("Ticket 4711")},
        section("*Late*", fields=[mrkdwn("Due"), mrkdwn("today")], accessory=button(value="hidden")),
        rich({"type": "rich_text_quote", "elements": [{"type": "text", "text": "Where is\nit?"}]}),
        {"type": "table", "rows": [[CELL, {"type": "raw_number", "value": 3, "text": "3,00"}]]},
    ]

    assert words(blocks) == "Ticket 4711\n*Late* Due today Go\nWhere is it?\nx 3,00"
    assert text_length([section("x" * 10), section("y" * 5)]) == 15


def test_slack_completes_ids_and_leaves_what_was_sent_alone() -> None:
    sent = [section(accessory={"type": "button", "text": plain("Go")})]

    kept = finished(sent, iter(("first", "second")).__next__)

    assert kept[0]["block_id"] == "first"
    assert kept[0]["accessory"]["action_id"] == "second"
    assert kept[0]["accessory"]["text"]["emoji"] is True
    assert sent == [section(accessory={"type": "button", "text": plain("Go")})]
