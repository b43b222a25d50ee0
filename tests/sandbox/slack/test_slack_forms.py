"""Filling in a modal: what each field keeps, what Slack asks itself, and what the answer to a submission does."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import ScriptedApp, modal, text_field, words
from starlette.responses import PlainTextResponse

from sandbox.slack import CannotFill, NothingThere, Person, SlackWorkspace, cast
from sandbox.slack.form import FAILED


@pytest.fixture
def ana(slack: SlackWorkspace, app: ScriptedApp) -> Person:
    return slack.person("ana")


def opened(slack: SlackWorkspace, *blocks: dict[str, Any], **more: Any) -> None:
    slack.state.views.open(cast.ANA, modal(*blocks, **more))


async def test_a_preset_value_counts_until_it_is_changed(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    opened(slack, text_field("body", element={"initial_value": "Dear buyer"}))

    await ana.submits()

    assert app.of("view_submission")[0]["view"]["state"]["values"]["body"]["v"]["value"] == "Dear buyer"


@pytest.mark.parametrize(
    ("field", "given", "words_"),
    [
        (text_field("f"), None, "Please complete this required field."),
        (text_field("f", element={"min_length": 5}), "Hey", "Please enter at least 5 characters."),
        (text_field("f", element={"type": "email_text_input"}), "ana", "Please enter a valid e-mail address."),
        (text_field("f", element={"type": "url_text_input"}), "a.example", "Please enter a valid URL."),
        (
            text_field("f", element={"type": "number_input", "is_decimal_allowed": False}),
            "1.5",
            "Please enter a whole number.",
        ),
        (
            text_field("f", element={"type": "number_input", "is_decimal_allowed": True, "max_value": "10"}),
            "12.50",
            "Please enter at most 10.",
        ),
    ],
)
async def test_slacks_own_window_asks_before_the_app_does(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, field: dict[str, Any], given: str | None, words_: str
) -> None:
    opened(slack, field)
    await ana.fills({"f": given})

    assert await ana.submits() == {"f": words_}
    assert app.of("view_submission") == []


async def test_an_optional_field_may_stay_empty(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    opened(slack, text_field("body", optional=True))

    assert await ana.submits() is None
    assert app.of("view_submission")[0]["view"]["state"]["values"]["body"]["v"]["value"] is None


async def test_a_field_takes_no_more_than_it_says(slack: SlackWorkspace, ana: Person) -> None:
    opened(slack, text_field("body", element={"max_length": 10}))

    with pytest.raises(CannotFill, match="11 characters, the field takes 10"):
        await ana.fills({"body": "x" * 11})


async def test_an_empty_answer_closes_the_view_and_the_one_below_shows(slack: SlackWorkspace, ana: Person) -> None:
    opened(slack, title=words("Below"))
    slack.state.views.push(ana.id, modal(title=words("Above")))

    assert await ana.submits() is None

    assert ana.modal
    assert ana.modal.title == "Below"


async def test_errors_stand_beside_their_fields(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"body": "Too short"}}
    opened(slack, text_field("body"))
    await ana.fills({"body": "x"})

    assert await ana.submits() == {"body": "Too short"}
    assert ana.modal
    assert ana.modal.errors == {"body": "Too short"}
    assert slack.complaints == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"response_action": "errors", "errors": {"other": "x"}}, "'other', which is no input block"),
        ({"response_action": "errors", "errors": {"s": "x"}}, "'s', which is no input block"),
        ({"response_action": "errors", "errors": {}}, "errors must name fields"),
        ({"response_action": "errors"}, "errors must name fields"),
        ({"response_action": "update", "view": {"type": "modal"}}, "a view Slack refuses"),
        ({"response_action": "push"}, "a view Slack refuses"),
        ({"response_action": "sing"}, "unknown response_action 'sing'"),
        (PlainTextResponse("thanks"), "no JSON object"),
    ],
)
async def test_an_answer_slack_cannot_use_keeps_the_form_and_is_complained_about(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, answer: Any, complaint: str
) -> None:
    app.answers["view_submission"] = answer
    opened(slack, text_field("body"), {"type": "section", "block_id": "s", "text": words("x")})
    await ana.fills({"body": "x"})

    assert await ana.submits() == {"": FAILED}

    assert ana.modal
    assert ana.modal.state()["values"]["body"]["v"]["value"] == "x"
    assert complaint in slack.complaints[0]
    assert ana.banners[-1].where == "modal"


async def test_an_app_that_fails_leaves_the_form_to_be_sent_again_with_the_same_hash(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    app.answers["view_submission"] = 500
    opened(slack, text_field("body"))
    await ana.fills({"body": "x"})

    assert await ana.submits() == {"": FAILED}
    app.answers.clear()
    assert await ana.submits() is None

    first, second = app.of("view_submission")
    assert (first["view"]["id"], first["view"]["hash"]) == (second["view"]["id"], second["view"]["hash"])
    assert first["trigger_id"] != second["trigger_id"]
    assert slack.complaints == []


async def test_the_answer_can_change_push_and_clear(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    opened(slack)
    app.answers["view_submission"] = {"response_action": "update", "view": modal(title=words("Sending"))}
    await ana.submits()
    assert ana.modal
    assert ana.modal.title == "Sending"

    app.answers["view_submission"] = {"response_action": "push", "view": modal(title=words("Sure?"))}
    await ana.submits()
    assert ana.modal.title == "Sure?"
    assert ana.modal.previous_id is not None

    app.answers["view_submission"] = {"response_action": "clear"}
    await ana.submits()
    assert ana.modal is None


async def test_cancel_is_told_only_where_the_view_wants_it(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    opened(slack)
    await ana.closes()
    assert app.received == []

    opened(slack, notify_on_close=True)
    await ana.closes()

    (closed,) = app.of("view_closed")
    assert closed["is_cleared"] is False


async def test_the_cross_closes_everything_and_is_told_once_of_the_root(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    opened(slack, notify_on_close=True, title=words("Root"))
    slack.state.views.push(ana.id, modal(notify_on_close=True, title=words("Above")))

    await ana.closes_all()

    (closed,) = app.of("view_closed")
    assert (closed["is_cleared"], closed["view"]["title"]["text"]) == (True, "Root")
    assert ana.modal is None


async def test_external_options_are_asked_for_and_checked(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    menu = {"type": "external_select", "action_id": "pick", "min_query_length": 2}
    opened(slack, {"type": "input", "block_id": "t", "label": words("Template"), "element": menu})
    app.answers["block_suggestion"] = {"options": [{"text": words("Late parcel"), "value": "late"}]}

    assert await ana.searches("t", "l") == []
    assert await ana.searches("t", "la") == [{"text": words("Late parcel"), "value": "late"}]
    assert [each["value"] for each in app.of("block_suggestion")] == ["la"]

    app.answers["block_suggestion"] = {"options": [{"text": words("x" * 76), "value": "late"}]}
    assert await ana.searches("t", "la") == []
    assert "must be less than 76 characters" in slack.complaints[0]


async def test_grouped_options_are_understood(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    menu = {"type": "external_select", "action_id": "pick"}
    opened(slack, {"type": "input", "block_id": "t", "label": words("Template"), "element": menu})
    option = {"text": words("Late parcel"), "value": "late"}
    app.answers["block_suggestion"] = {"option_groups": [{"label": words("German"), "options": [option]}]}

    await ana.fills({"t": "late"})

    assert ana.modal
    assert ana.modal.state()["values"]["t"]["pick"]["selected_option"] == option


@pytest.mark.parametrize(
    ("element", "told"),
    [
        ({"type": "static_select", "options": [{"text": words("Late"), "value": "late"}]}, True),
        ({"type": "plain_text_input"}, True),
        ({"type": "plain_text_input", "multiline": True}, False),
        (
            {
                "type": "plain_text_input",
                "multiline": True,
                "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
            },
            True,
        ),
    ],
)
async def test_a_dispatching_field_tells_the_app_when_slack_would(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, element: dict[str, Any], told: bool
) -> None:
    field = {"type": "input", "block_id": "f", "label": words("F"), "dispatch_action": True}
    opened(slack, {**field, "element": {"action_id": "pick", **element}})

    await ana.fills({"f": "late"})

    assert [each["actions"][0]["action_id"] for each in app.of("block_actions")] == ["pick"] * told


async def test_every_kind_of_field_keeps_its_value_where_slack_keeps_it(slack: SlackWorkspace, ana: Person) -> None:
    option = {"text": {**words("Late"), "emoji": True}, "value": "late"}
    other = {"text": {**words("Lost"), "emoji": True}, "value": "lost"}
    elements = {
        "static_select": ({"options": [option, other]}, "Lost", {"selected_option": other}),
        "multi_static_select": ({"options": [option, other]}, ["late", "lost"], {"selected_options": [option, other]}),
        "radio_buttons": ({"options": [option]}, "late", {"selected_option": option}),
        "checkboxes": ({"options": [option]}, ["late"], {"selected_options": [option]}),
        "users_select": ({}, "ben", {"selected_user": cast.BEN}),
        "multi_users_select": ({}, ["ben", cast.MIRA], {"selected_users": [cast.BEN, cast.MIRA]}),
        "conversations_select": ({}, "support", {"selected_conversation": "C0SUPPORT1"}),
        "channels_select": ({}, "#returns", {"selected_channel": "C0RETURNS1"}),
        "datepicker": ({}, "2026-11-30", {"selected_date": "2026-11-30"}),
        "timepicker": ({}, "08:15", {"selected_time": "08:15"}),
        "datetimepicker": ({}, 1_795_600_000, {"selected_date_time": 1_795_600_000}),
        "number_input": ({"is_decimal_allowed": True}, "12.50", {"value": "12.50"}),
    }
    blocks = [
        {"type": "input", "block_id": kind, "label": words(kind), "element": {"type": kind, "action_id": "v", **more}}
        for kind, (more, _, _) in elements.items()
    ]
    opened(slack, *blocks)

    await ana.fills({kind: given for kind, (_, given, _) in elements.items()})

    assert ana.modal
    values = ana.modal.state()["values"]
    assert {kind: values[kind]["v"] for kind in elements} == {
        kind: {"type": kind, **kept} for kind, (_, _, kept) in elements.items()
    }


async def test_a_file_picked_in_a_form_can_be_read_by_the_app(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person, app: ScriptedApp
) -> None:
    picker = {"type": "file_input", "action_id": "v", "max_files": 1}
    opened(slack, {"type": "input", "block_id": "invoice", "label": words("Invoice"), "element": picker})
    with pytest.raises(CannotFill, match="at most 1"):
        await ana.fills({"invoice": [("a.pdf", b"1"), ("b.pdf", b"2")]})
    await ana.fills({"invoice": ("a.pdf", b"%PDF-1.4")})
    await ana.submits()

    (file,) = app.of("view_submission")[0]["view"]["state"]["values"]["invoice"]["v"]["files"]
    told = (await client.files_info(file=file["id"]))["file"]

    assert (told["name"], told["mimetype"], told["size"]) == ("a.pdf", "application/pdf", 8)


async def test_a_channel_menu_that_asks_for_it_comes_with_a_response_url(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    menu = {"type": "conversations_select", "action_id": "c", "response_url_enabled": True}
    opened(slack, {"type": "input", "block_id": "where", "label": words("Where"), "element": menu})
    await ana.fills({"where": "support"})

    await ana.submits()

    (url,) = app.of("view_submission")[0]["response_urls"]
    assert (url["block_id"], url["action_id"], url["channel_id"]) == ("where", "c", "C0SUPPORT1")


async def test_what_is_not_there_cannot_be_used(slack: SlackWorkspace, ana: Person) -> None:
    with pytest.raises(NothingThere, match="no modal is open before ana"):
        await ana.submits()
    opened(slack, text_field("body"))
    with pytest.raises(NothingThere, match=r"0 fields called 'subject'.*body \(Answer\)"):
        await ana.fills({"subject": "x"})
    without = {key: value for key, value in modal().items() if key != "submit"}
    slack.state.views.open(ana.id, without)
    with pytest.raises(NothingThere, match="no submit button"):
        await ana.submits()
