"""What the workspace sends, judged by others: the SDK's signature verifier, and Bolt, which must know every payload."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import SECRET, TOKEN, Clock, ScriptedApp, button, modal, text_field, words
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.serving import Served
from sandbox.slack import SlackWorkspace
from sandbox.slack.outgoing import signature

# Slack's published example: docs.slack.dev/authentication/verifying-requests-from-slack
VECTOR_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
VECTOR = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_the_signature_is_that_of_slacks_published_example() -> None:
    assert signature(SECRET, "1531420618", VECTOR_BODY) == VECTOR


async def test_every_request_carries_a_signature_the_sdk_accepts(slack: SlackWorkspace, app: ScriptedApp) -> None:
    ana = slack.person("ana")

    await ana.types("/ticket 4711 Größe", "support")
    await ana.writes("support", "hello")
    await ana.uses_shortcut("ticket.new")

    verifier = SignatureVerifier(SECRET)
    assert [each.kind for each in app.received] == ["/ticket", "message", "shortcut"]
    for each in app.received:
        assert verifier.is_valid_request(each.raw, each.headers)
        assert not verifier.is_valid_request(each.raw + b" ", each.headers)


@dataclass
class Ears:
    """Bolt, listening to everything; `heard` is which listener took what, and whom Bolt thinks it came from."""

    heard: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def listen(self, app: AsyncApp) -> None:
        app.command("/ticket")(self._ear("command"))
        app.action("ticket.reply")(self._ear("action"))
        app.view("ticket.reply")(self._ear("submission"))
        app.view_closed("ticket.reply")(self._ear("closed"))
        app.options("tmpl.pick")(self._options)
        app.shortcut("ticket.new")(self._ear("global shortcut"))
        app.shortcut("ticket.from_message")(self._ear("message shortcut"))
        for name in EVENTS:
            app.event(name)(self._ear(name))

    def _ear(self, name: str) -> Any:
        async def hear(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
            self.heard.append((name, context.user_id, context.channel_id))
            self.bodies.append(body)
            await ack()

        return hear

    async def _options(self, ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
        self.heard.append(("options", context.user_id, context.channel_id))
        self.bodies.append(body)
        await ack(options=[{"text": words("Late parcel"), "value": "late"}])


EVENTS = (
    "message",
    "app_mention",
    "app_home_opened",
    "file_shared",
    "member_joined_channel",
    "member_left_channel",
    "channel_archive",
    "channel_unarchive",
    "channel_rename",
    "group_archive",
    "reaction_added",
    "tokens_revoked",
)


@pytest.fixture
async def ears(slack: SlackWorkspace, client: AsyncWebClient) -> AsyncIterator[Ears]:
    bolt = AsyncApp(client=client, signing_secret=SECRET)
    ears = Ears()
    ears.listen(bolt)
    handler = AsyncSlackRequestHandler(bolt)

    async def handle(request: Request) -> Response:
        return await handler.handle(request)

    async with Served(Starlette(routes=[Route("/slack/events", handle, methods=["POST"])])) as served:
        slack.connect(served.url)
        yield ears


CARD = [
    {"type": "section", "block_id": "s", "text": words("Ticket 4711")},
    {"type": "actions", "block_id": "t:4711", "elements": [button("Reply", "ticket.reply", "4711")]},
]
PICK = {
    "type": "input",
    "block_id": "tmpl",
    "optional": True,
    "label": words("Template"),
    "element": {"type": "external_select", "action_id": "tmpl.pick", "min_query_length": 1},
}


async def test_bolt_takes_every_interaction_to_its_listener(slack: SlackWorkspace, ears: Ears) -> None:
    ana, support = slack.person("ana"), slack.channels["support"]
    card = slack.state.post(support, slack.installation.bot_user_id, "Ticket 4711", blocks=CARD)
    await slack.deliveries.settled()
    ears.heard.clear()

    await ana.types("/ticket 4711", "support")
    await ana.presses("support", card, "Reply")
    view = slack.state.views.open(ana.id, modal(PICK, text_field("body"), notify_on_close=True))
    await ana.fills({"body": "Hello", "tmpl": "Late parcel"})
    await ana.submits()
    slack.state.views.open(ana.id, {**view.body, "blocks": CARD})
    await ana.clicks("Reply")
    await ana.closes()
    slack.state.views.publish(ana.id, {"type": "home", "blocks": CARD})
    await ana.clicks_home("Reply")
    await ana.uses_shortcut("ticket.new")
    await ana.uses_shortcut("ticket.from_message", "support", card)

    assert ears.heard == [
        ("command", ana.id, support.id),
        ("action", ana.id, support.id),
        ("options", ana.id, None),
        ("submission", ana.id, None),
        ("action", ana.id, None),
        ("closed", ana.id, None),
        ("action", ana.id, None),
        ("global shortcut", ana.id, None),
        ("message shortcut", ana.id, support.id),
    ]
    assert ana.banners == []
    assert slack.complaints == []


async def test_bolt_takes_every_event_to_its_listener(slack: SlackWorkspace, ears: Ears) -> None:
    ana, support, ops = slack.person("ana"), slack.channels["support"], slack.channels["kontor-ops"]

    await ana.opens_home()
    root = await ana.writes("support", "hello @kontor")
    await ana.writes("support", "and again", thread=root)
    await ana.uploads("support", "label.pdf", b"%PDF-1.4")
    await ana.reacts("support", root, "eyes")
    slack.joins("olga", "support")
    slack.state.leave(support, slack.users["olga"].id)
    slack.state.rename(support, "help")
    slack.faults.archive("help")
    slack.faults.unarchive("help")
    slack.state.archive(ops)
    slack.faults.revoke_token()
    await slack.deliveries.settled()

    names = [name for name, _, _ in ears.heard]
    assert sorted(names) == sorted(["message"] * 3 + list(EVENTS[1:]))
    assert all(sent.answer.ok for sent in slack.outgoing.sent)
    assert ("message", ana.id, support.id) in ears.heard
    assert len({body["event_id"] for body in ears.bodies}) == len(ears.bodies)


async def test_bolt_answers_the_challenge(slack: SlackWorkspace, ears: Ears) -> None:
    assert await slack.deliveries.verify_url()
    slack.outgoing.signing_secret = "another"
    assert not await slack.deliveries.verify_url()


# The keys Slack sends, as its reference pages and the Java SDK's recorded samples have them.
VIEW = (
    "id team_id type blocks private_metadata callback_id state.values hash title clear_on_close notify_on_close close "
    "submit previous_view_id root_view_id app_id external_id app_installed_team_id bot_id"
)
HEAD = "type token api_app_id team.id team.domain user.id user.username user.name user.team_id enterprise "
HEAD += "is_enterprise_install"
KEYS = {
    "/ticket": "token team_id team_domain channel_id channel_name user_id user_name command text api_app_id "
    "is_enterprise_install response_url trigger_id",
    "block_actions": f"{HEAD} container.type container.message_ts container.channel_id container.is_ephemeral "
    "trigger_id channel.id channel.name message.type message.user message.bot_id message.app_id message.ts "
    "message.text message.team message.blocks state.values response_url actions",
    "view_submission": f"{HEAD} trigger_id response_urls {' '.join('view.' + key for key in VIEW.split())}",
    "view_closed": f"{HEAD} is_cleared {' '.join('view.' + key for key in VIEW.split())}",
    "block_suggestion": f"{HEAD} container.type container.view_id action_id block_id value view.id view.state.values",
    "shortcut": "type token action_ts team.id team.domain user.id user.username user.team_id callback_id trigger_id "
    "is_enterprise_install enterprise",
    "message_action": "type token action_ts team.id user.id user.name channel.id channel.name callback_id trigger_id "
    "response_url message_ts message.type message.ts message.text message.team",
    "message": "type channel channel_type user text ts event_ts team client_msg_id blocks",
    "app_mention": "type channel user text ts event_ts team client_msg_id blocks",
    "app_home_opened": "type user channel tab event_ts",
    "file_shared": "type file_id user_id file.id channel_id event_ts",
}
ABSENT = {
    "view_closed": "trigger_id response_url",
    "block_suggestion": "trigger_id response_url",
    "shortcut": "channel response_url",
    "app_mention": "channel_type subtype",
    "app_home_opened": "view",
}


def has(payload: dict[str, Any], path: str) -> bool:
    found: Any = payload
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True


@pytest.fixture
async def told(slack: SlackWorkspace, app: ScriptedApp) -> ScriptedApp:
    """The app after ana has done everything once."""
    ana, support = slack.person("ana"), slack.channels["support"]
    app.answers["block_suggestion"] = {"options": [{"text": words("Late parcel"), "value": "late"}]}
    card = slack.state.post(support, slack.installation.bot_user_id, "Ticket 4711", blocks=CARD)
    await slack.deliveries.settled()
    app.received.clear()
    await ana.types("/ticket 4711", "support")
    await ana.presses("support", card, "Reply")
    form = modal(PICK, text_field("body"), notify_on_close=True)
    slack.state.views.open(ana.id, form)
    await ana.fills({"body": "Hello", "tmpl": "Late parcel"})
    await ana.submits()
    slack.state.views.open(ana.id, form)
    await ana.closes()
    await ana.uses_shortcut("ticket.new")
    await ana.uses_shortcut("ticket.from_message", "support", card)
    await ana.opens_home()
    await ana.writes("support", "hello @kontor")
    await ana.uploads("support", "label.pdf", b"%PDF-1.4")
    return app


@pytest.mark.parametrize("kind", KEYS)
async def test_payloads_have_the_keys_slack_sends(told: ScriptedApp, kind: str) -> None:
    payload = told.of(kind)[0]
    payload = payload.get("event", payload)

    assert [key for key in KEYS[kind].split() if not has(payload, key)] == []
    assert [key for key in ABSENT.get(kind, "").split() if has(payload, key)] == []


async def test_events_come_in_an_envelope(told: ScriptedApp, slack: SlackWorkspace) -> None:
    envelope = told.of("message")[0]

    wanted = "token team_id context_team_id context_enterprise_id api_app_id type event_id event_time authorizations"
    assert [key for key in f"{wanted} is_ext_shared_channel event_context".split() if key not in envelope] == []
    assert envelope["type"] == "event_callback"
    assert envelope["authorizations"][0]["user_id"] == slack.installation.bot_user_id


async def test_what_was_filled_in_stands_in_the_state(told: ScriptedApp) -> None:
    values = told.of("view_submission")[0]["view"]["state"]["values"]

    assert values["body"]["v"] == {"type": "plain_text_input", "value": "Hello"}
    assert values["tmpl"]["tmpl.pick"] == {
        "type": "external_select",
        "selected_option": {"text": words("Late parcel"), "value": "late"},
    }


async def test_a_press_tells_the_button_and_where_it_was(told: ScriptedApp, slack: SlackWorkspace) -> None:
    payload = told.of("block_actions")[0]
    (action,) = payload["actions"]

    assert {key: action[key] for key in ("type", "action_id", "block_id", "value")} == {
        "type": "button",
        "action_id": "ticket.reply",
        "block_id": "t:4711",
        "value": "4711",
    }
    assert re.fullmatch(r"\d+\.\d{6}", action["action_ts"])
    assert payload["message"]["bot_id"] == slack.installation.bot_id
    assert payload["team"]["id"] == payload["user"]["team_id"] == slack.installation.team_id


async def test_ids_of_two_runs_differ(clock: Clock) -> None:
    first = SlackWorkspace(bot_token=TOKEN, now=clock.now)
    clock.passes(1)
    second = SlackWorkspace(bot_token=TOKEN, now=clock.now)

    assert first.state.new_id("Ev") != second.state.new_id("Ev")
