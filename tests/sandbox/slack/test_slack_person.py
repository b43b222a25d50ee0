"""A person's hands: pressing, choosing, typing commands, writing, and what they cannot do."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import ScriptedApp, button, words
from starlette.responses import PlainTextResponse

from sandbox.slack import NothingThere, Person, SlackWorkspace, cast
from sandbox.slack.channels import Message

OPTIONS = [{"text": words("Assign"), "value": "assign"}, {"text": words("Close"), "value": "close"}]
CONFIRM = {"title": words("Sure?"), "text": words("12,50 EUR go back"), "confirm": words("Refund"), "deny": words("No")}
BLOCKS: list[dict[str, Any]] = [
    {
        "type": "section",
        "block_id": "s",
        "text": words("Ticket 4711"),
        "accessory": {"type": "overflow", "action_id": "ticket.more", "options": OPTIONS},
    },
    {
        "type": "actions",
        "block_id": "a",
        "elements": [
            button("Reply", "ticket.reply", "4711"),
            button("Refund", "order.refund", "4711", confirm=CONFIRM),
            {"type": "static_select", "action_id": "why", "placeholder": words("Reason"), "options": OPTIONS},
            {"type": "users_select", "action_id": "who", "placeholder": words("Who")},
        ],
    },
]


@pytest.fixture
def ana(slack: SlackWorkspace, app: ScriptedApp) -> Person:
    return slack.person("ana")


@pytest.fixture
def card(slack: SlackWorkspace, app: ScriptedApp) -> Message:
    slack.installation.events = frozenset()
    return slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "Ticket 4711", blocks=BLOCKS)


def actions(app: ScriptedApp) -> list[dict[str, Any]]:
    return [each["actions"][0] for each in app.of("block_actions")]


@pytest.mark.parametrize("name", ["Reply", "ticket.reply"])
async def test_a_button_is_pressed_by_its_label_or_action_id(
    ana: Person, app: ScriptedApp, card: Message, name: str
) -> None:
    answer = await ana.presses("support", card, name)

    assert answer
    assert answer.ok
    assert [(action["action_id"], action["value"]) for action in actions(app)] == [("ticket.reply", "4711")]


async def test_an_overflow_item_is_pressed_by_its_label(ana: Person, app: ScriptedApp, card: Message) -> None:
    await ana.presses("support", card.ts, "Close")

    assert actions(app)[0]["selected_option"] == OPTIONS[1]
    assert actions(app)[0]["type"] == "overflow"


async def test_a_choice_travels_in_the_action_and_stays_in_the_state(
    ana: Person, app: ScriptedApp, card: Message
) -> None:
    await ana.presses("support", card, "Reason", "Assign")
    await ana.presses("support", card, "Who", "ben")
    await ana.presses("support", card, "Reason", None)

    chosen, person, cleared = actions(app)
    assert chosen["selected_option"] == OPTIONS[0]
    assert person["selected_user"] == cast.BEN
    assert cleared["selected_option"] is None
    states = [each["state"]["values"]["a"] for each in app.of("block_actions")]
    assert states[1]["why"]["selected_option"] == OPTIONS[0]
    assert states[2]["who"]["selected_user"] == cast.BEN


async def test_a_choice_is_in_the_state_of_that_person_and_that_card_alone(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, card: Message
) -> None:
    other = slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "4712", blocks=BLOCKS)
    await ana.presses("support", card, "Reason", "Assign")

    await slack.person("ben").presses("support", card, "Reply")
    await ana.presses("support", other, "Reply")
    await ana.presses("support", card, "Reply")

    chosen = [each["state"]["values"]["a"]["why"]["selected_option"] for each in app.of("block_actions")]
    assert chosen == [OPTIONS[0], None, None, OPTIONS[0]]


async def test_a_confirm_dialog_stands_before_the_press(ana: Person, app: ScriptedApp, card: Message) -> None:
    assert await ana.presses("support", card, "Refund", confirm=False) is None
    assert app.received == []

    await ana.presses("support", card, "Refund")

    assert [action["action_id"] for action in actions(app)] == ["order.refund"]
    assert [(asked.text, asked.confirm, asked.answered) for asked in ana.confirms] == [
        ("12,50 EUR go back", "Refund", False),
        ("12,50 EUR go back", "Refund", True),
    ]


async def test_what_is_not_on_the_screen_cannot_be_pressed(slack: SlackWorkspace, ana: Person, card: Message) -> None:
    with pytest.raises(NothingThere, match=r"nothing called 'Delete' to press; there are: .*'Reply', 'Refund'"):
        await ana.presses("support", card, "Delete")
    with pytest.raises(NothingThere, match="sees no message"):
        await ana.presses("support", "1.000001", "Reply")
    with pytest.raises(NothingThere, match="olga is not in #support"):
        await slack.person("olga").presses("support", card, "Reply")
    with pytest.raises(NothingThere, match="dora cannot sign in"):
        await slack.person("dora").presses("support", card, "Reply")


async def test_a_screen_that_was_not_redrawn_is_pressed_as_it_looked(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, card: Message
) -> None:
    seen = copy.deepcopy(card)
    redrawn = [{"type": "actions", "block_id": "a", "elements": [button("Reply", "ticket.reply", "4712")]}]
    slack.state.edit(slack.channels["support"], card, blocks=redrawn)

    await ana.presses("support", seen, "Reply")
    await ana.presses("support", card, "Reply")

    assert [action["value"] for action in actions(app)] == ["4711", "4712"]


async def test_of_several_with_one_label_one_must_be_said(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    rows = [{"type": "section", "text": words(n), "accessory": button("Open", "open", n)} for n in ("1", "2")]
    message = slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "x", blocks=rows)

    with pytest.raises(NothingThere, match="2 things are called 'Open'"):
        await ana.presses("support", message, "Open")
    await ana.presses("support", message, "Open", nth=1)

    assert [action["value"] for action in actions(app)] == ["2"]


async def test_an_ephemeral_message_is_pressed_by_the_one_who_sees_it(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person, app: ScriptedApp
) -> None:
    await client.chat_postEphemeral(channel="C0SUPPORT1", user=ana.id, text="x", blocks=BLOCKS)
    (whispered,) = ana.sees("support")

    with pytest.raises(NothingThere):
        await slack.person("ben").presses("support", whispered, "Reply")
    await ana.presses("support", whispered, "Reply")

    (payload,) = app.of("block_actions")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload


async def test_an_outsider_presses_buttons_but_has_no_commands_or_shortcuts(
    slack: SlackWorkspace, app: ScriptedApp, card: Message
) -> None:
    olga = slack.person("olga")
    slack.joins("olga", "support")

    await olga.presses("support", card, "Reply")

    (payload,) = app.of("block_actions")
    assert payload["user"]["team_id"] == cast.OTHER_TEAM != payload["team"]["id"]
    with pytest.raises(NothingThere, match="of another company"):
        await olga.types("/ticket 1", "support")
    with pytest.raises(NothingThere, match="of another company"):
        await olga.uses_shortcut("ticket.new")


@pytest.mark.parametrize(
    ("answer", "seen"),
    [
        ("Here you are", ["Here you are"]),
        ({"text": "Here you are"}, ["Here you are"]),
        ({"response_type": "ephemeral", "text": "x", "blocks": BLOCKS[:1]}, ["Ticket 4711 Assign Close"]),
        ("", []),
    ],
)
async def test_a_command_is_answered_to_one_person(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, answer: Any, seen: list[str]
) -> None:
    app.answers["/ticket"] = answer

    await ana.types("/ticket  4711 ", "support")

    assert app.of("/ticket")[0]["text"] == "4711"
    assert [message.words for message in ana.sees("support")] == seen
    assert slack.person("ben").sees("support") == []


async def test_a_command_can_be_answered_to_all(slack: SlackWorkspace, ana: Person, app: ScriptedApp) -> None:
    app.answers["/ticket"] = {"response_type": "in_channel", "text": "For all"}

    await ana.types("/ticket", "support")

    assert [message.text for message in slack.person("ben").sees("support")] == ["For all"]


async def test_a_command_answered_with_blocks_nobody_can_show_is_complained_about(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    app.answers["/ticket"] = {"text": "x", "blocks": [{"type": "marquee"}]}

    await ana.types("/ticket", "support")

    assert ana.sees("support") == []
    assert "unsupported type: marquee" in slack.complaints[0]


async def test_channels_are_named_as_slack_names_them(ana: Person, app: ScriptedApp) -> None:
    await ana.types("/ticket", "support")
    await ana.types("/ticket", "kontor-ops")

    assert [each["channel_name"] for each in app.of("/ticket")] == ["support", "privategroup"]


@pytest.mark.parametrize(
    ("failure", "code"), [(500, "dispatch_failed"), (404, "dispatch_failed"), ("slow", "operation_timeout")]
)
async def test_a_command_that_is_not_answered_shows_slacks_banner(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp, failure: Any, code: str
) -> None:
    if failure == "slow":
        app.answers["/ticket"] = Slow()
        slack.outgoing.ack_seconds = 0.1
    else:
        app.answers["/ticket"] = failure

    await ana.types("/ticket 1", "support")

    assert [(banner.where, banner.code) for banner in ana.banners] == [("command", code)]
    assert ana.banners[0].text == f'/ticket failed with the error "{code}"'


class Slow(PlainTextResponse):
    """Answers later than Slack waits in its test."""

    async def __call__(self, *given: Any) -> None:
        await asyncio.sleep(0.5)
        await super().__call__(*given)


async def test_an_app_that_is_away_shows_a_banner(slack: SlackWorkspace, card: Message) -> None:
    ana = slack.person("ana")
    slack.outgoing.url = "http://127.0.0.1:9/slack/events"

    await ana.types("/ticket 1", "support")
    await ana.presses("support", card, "Reply")

    assert [(banner.where, banner.code) for banner in ana.banners] == [
        ("command", "dispatch_failed"),
        ("button", "unreachable"),
    ]


async def test_names_become_mentions_and_the_rest_is_escaped(slack: SlackWorkspace, ana: Person) -> None:
    said = await ana.writes("support", "@ben see #returns & <@kontor>, @support-leads @nobody")

    assert said.text == (
        f"<@{cast.BEN}> see <#C0RETURNS1|returns> &amp; &lt;<@{slack.installation.bot_user_id}>&gt;, "
        "<!subteam^S0LEADS001> @nobody"
    )
    assert said.words == "@ben see #returns & <@kontor>, @support-leads @nobody"


async def test_a_reply_is_seen_in_the_thread(slack: SlackWorkspace, ana: Person, card: Message) -> None:
    await ana.writes("support", "on it", thread=card)

    assert [message.words for message in ana.sees("support", card)][1:] == ["on it"]
    assert ana.sees("support") == [card]


async def test_with_a_manifest_only_what_it_names_exists(app: ScriptedApp) -> None:
    manifest = {
        "features": {
            "slash_commands": [{"command": "/ticket", "should_escape": True}],
            "shortcuts": [{"callback_id": "ticket.new", "type": "global"}],
        },
        "oauth_config": {"scopes": {"bot": ["commands"]}},
    }
    slack = SlackWorkspace(manifest=manifest)
    slack.connect("http://127.0.0.1:9", here="http://127.0.0.1:8")
    ana = slack.person("ana")

    with pytest.raises(NothingThere, match="/order is not a valid command; the app has: /ticket"):
        await ana.types("/order 1", "support")
    with pytest.raises(NothingThere, match=r"no message shortcut 'ticket.new'"):
        await ana.uses_shortcut("ticket.new", "support", "1.000001")
    await ana.types("/ticket assign @ben", "support")
    assert slack.outgoing.sent[0].payload["text"] == f"assign <@{cast.BEN}>"


async def test_many_people_press_at_once(slack: SlackWorkspace, app: ScriptedApp, card: Message) -> None:
    people = [slack.person(name) for name in ("ana", "ben", "mira", "tomas")]

    answers = await asyncio.gather(*(person.presses("support", card, "Reply") for person in people * 5))

    assert all(answer and answer.ok for answer in answers)
    assert len({each["trigger_id"] for each in app.of("block_actions")}) == 20
