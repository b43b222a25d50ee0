"""Events: who is told what, and how often Slack tries again."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import Clock, ScriptedApp
from starlette.responses import Response

from sandbox.slack import SlackWorkspace

SUPPORT = "C0SUPPORT1"


def tries(app: ScriptedApp) -> list[str | None]:
    return [each.headers.get("x-slack-retry-num") for each in app.received]


async def test_an_event_is_tried_again_at_once_after_a_minute_and_after_five(
    slack: SlackWorkspace, app: ScriptedApp, clock: Clock
) -> None:
    app.answers["message"] = 500
    await slack.person("ana").writes("support", "hello")
    assert tries(app) == [None, "1"]

    clock.passes(59)
    await slack.pass_time()
    assert tries(app) == [None, "1"]
    clock.passes(1)
    await slack.pass_time()
    assert tries(app) == [None, "1", "2"]
    clock.passes(300)
    await slack.pass_time()

    assert tries(app) == [None, "1", "2", "3"]
    assert [each.headers.get("x-slack-retry-reason") for each in app.received[1:]] == ["http_error"] * 3
    assert len({each.payload["event_id"] for each in app.received}) == 1
    assert (len(slack.deliveries.given_up), slack.deliveries.waiting) == (1, [])


async def test_a_demo_keeps_its_own_time(slack: SlackWorkspace, app: ScriptedApp, clock: Clock) -> None:
    app.answers["message"] = 500
    await slack.person("ana").writes("support", "hello")
    app.answers.clear()
    clock.passes(60)

    keeper = asyncio.create_task(slack.keep_time(every=0.001))
    await slack.until(lambda: tries(app) == [None, "1", "2"])
    keeper.cancel()

    assert slack.deliveries.waiting == []


async def test_a_retry_that_is_answered_is_the_last(slack: SlackWorkspace, app: ScriptedApp, clock: Clock) -> None:
    app.answers["message"] = 500
    await slack.person("ana").writes("support", "hello")
    app.answers.clear()
    clock.passes(60)
    await slack.pass_time()
    clock.passes(600)
    await slack.pass_time()

    assert tries(app) == [None, "1", "2"]


async def test_an_app_can_ask_not_to_be_told_again(slack: SlackWorkspace, app: ScriptedApp) -> None:
    app.answers["message"] = Response(status_code=500, headers={"x-slack-no-retry": "1"})

    await slack.person("ana").writes("support", "hello")

    assert tries(app) == [None]
    assert slack.deliveries.waiting == []


async def test_an_app_that_is_away_is_told_why_it_is_told_again(slack: SlackWorkspace, clock: Clock) -> None:
    slack.connect("http://127.0.0.1:9")
    await slack.person("ana").writes("support", "hello")

    (waiting,) = slack.deliveries.waiting
    assert (waiting.tries, waiting.reason) == (2, "connection_failed")


async def test_only_subscribed_events_are_sent(slack: SlackWorkspace, app: ScriptedApp) -> None:
    slack.installation.events = frozenset({"message.groups", "app_mention"})

    await slack.person("ana").writes("support", "hello")
    await slack.person("ana").writes("support", "hello @kontor")
    await slack.person("ana").writes("kontor-ops", "hello")

    told = [(each.payload["event"]["type"], each.payload["event"].get("channel_type")) for each in app.received]
    assert told == [("app_mention", None), ("message", "group")]


async def test_nothing_is_told_of_channels_the_bot_is_not_in(slack: SlackWorkspace, app: ScriptedApp) -> None:
    slack.faults.remove_bot("support")
    await slack.deliveries.settled()
    app.received.clear()

    await slack.person("ana").writes("support", "hello")
    await slack.person("ana").writes("general", "hello")

    assert app.received == []


async def test_the_bots_own_doings_are_told_too(
    slack: SlackWorkspace, client: AsyncWebClient, app: ScriptedApp
) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x")
    await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="y")
    await client.chat_delete(channel=SUPPORT, ts=posted["ts"])
    await client.conversations_join(channel="C0GENERAL1")
    await slack.deliveries.settled()

    events = [each.payload["event"] for each in app.received]
    told = {(event["type"], event.get("subtype")) for event in events}
    assert told == {
        ("message", None),
        ("message", "message_changed"),
        ("message", "message_deleted"),
        ("member_joined_channel", None),
    }
    assert [event["bot_id"] for event in events if "bot_id" in event] == [slack.installation.bot_id]


async def test_a_mention_in_a_channel_is_told_twice_with_one_ts(slack: SlackWorkspace, app: ScriptedApp) -> None:
    said = await slack.person("ana").writes("support", "@kontor help")

    mention, message = sorted((each.payload for each in app.received), key=lambda each: each["event"]["type"])
    assert mention["event"]["type"] == "app_mention"
    assert mention["event"]["ts"] == message["event"]["ts"] == said.ts
    assert mention["event_id"] != message["event_id"]


async def test_an_upload_is_told_as_message_and_as_file(slack: SlackWorkspace, app: ScriptedApp) -> None:
    root = await slack.person("ana").writes("support", "the label")
    app.received.clear()
    await slack.person("ana").uploads("support", "label.pdf", b"%PDF", thread=root)

    (message,) = (each["event"] for each in app.of("message"))
    (shared,) = (each["event"] for each in app.of("file_shared"))
    assert (message["subtype"], message["upload"], message["thread_ts"]) == ("file_share", True, root.ts)
    assert message["files"][0]["id"] == shared["file_id"] == shared["file"]["id"]


async def test_a_shared_channel_is_named_in_the_envelope(slack: SlackWorkspace, app: ScriptedApp) -> None:
    slack.joins("olga", "support")
    await slack.person("olga").writes("support", "hello")

    (envelope,) = app.of("message")
    assert envelope["is_ext_shared_channel"] is True
    assert envelope["event"]["team"] != envelope["team_id"]


@pytest.mark.parametrize("repeats", [1, 3])
async def test_the_same_event_can_be_sent_again(slack: SlackWorkspace, app: ScriptedApp, repeats: int) -> None:
    await slack.person("ana").writes("support", "hello")
    (sent,) = slack.outgoing.sent

    for number in range(repeats):
        await slack.outgoing.again(sent, retry=number + 1)

    assert [each.payload for each in app.received] == [sent.payload] * (repeats + 1)
    assert tries(app) == [None, *(str(number + 1) for number in range(repeats))]


async def test_clicks_and_commands_can_be_sent_again_too(slack: SlackWorkspace, app: ScriptedApp) -> None:
    await slack.person("ana").types("/ticket 1", "support")
    await slack.person("ana").uses_shortcut("ticket.new")

    for sent in list(slack.outgoing.sent):
        await slack.outgoing.again(sent)

    assert [each.kind for each in app.received] == ["/ticket", "shortcut", "/ticket", "shortcut"]
    assert app.received[0].raw == app.received[2].raw
