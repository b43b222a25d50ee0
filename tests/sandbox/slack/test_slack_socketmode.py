"""Socket Mode, judged by Bolt's own client for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import SECRET, modal, text_field

from sandbox.slack import SlackWorkspace, cast
from sandbox.slack.socketmode import SocketDoor


@pytest.fixture
async def door(slack: SlackWorkspace) -> AsyncIterator[SocketDoor]:
    async with slack.socket_mode() as door:
        yield door


@pytest.fixture
async def heard(slack: SlackWorkspace, client: AsyncWebClient, door: SocketDoor) -> AsyncIterator[list[dict[str, Any]]]:
    """What Bolt heard over its socket; it answers a command with words and a submission with an error."""
    app, heard = AsyncApp(client=client, signing_secret=SECRET), []

    @app.command("/ticket")
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack("Here you are")

    @app.view("ticket.reply")
    async def submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        heard.append(body)
        await ack(response_action="errors", errors={"body": "Too short"})

    @app.event("message")
    async def message(body: dict[str, Any]) -> None:
        heard.append(body)

    handler = AsyncSocketModeHandler(app, slack.installation.app_token, ping_interval=0.05)
    handler.client.ping_interval = 0.05
    await handler.connect_async()
    await slack.until(lambda: door.connections)
    yield heard
    await handler.close_async()


async def test_everything_goes_over_the_socket_and_is_answered_there(
    slack: SlackWorkspace, heard: list[dict[str, Any]]
) -> None:
    ana = slack.person("ana")
    slack.state.views.open(ana.id, modal(text_field("body")))

    await ana.types("/ticket 4711", "support")
    await ana.fills({"body": "x"})
    errors = await ana.submits()
    await ana.writes("support", "hello")

    assert [body.get("command") or body["type"] for body in heard] == ["/ticket", "view_submission", "event_callback"]
    assert [message.text for message in ana.sees("support")] == ["Here you are", "hello"]
    assert errors == {"body": "Too short"}
    assert all(sent.answer.ok for sent in slack.outgoing.sent)


async def test_an_app_that_is_asked_to_go_comes_back(
    slack: SlackWorkspace, door: SocketDoor, heard: list[dict[str, Any]]
) -> None:
    (first,) = door.connections

    await door.disconnect()
    await slack.until(lambda: door.connections and door.connections[0] is not first)

    assert len(slack.calls.of("apps.connections.open")) >= 2


async def test_without_a_connection_the_person_is_told(slack: SlackWorkspace, door: SocketDoor) -> None:
    await slack.person("ana").types("/ticket 1", "support")

    assert [banner.code for banner in slack.person("ana").banners] == ["dispatch_failed"]


async def test_a_connection_that_never_acknowledges_times_out(slack: SlackWorkspace, door: SocketDoor) -> None:
    slack.outgoing.ack_seconds = 0.05
    async with aiohttp.ClientSession() as session, session.ws_connect(door.ticket()) as line:
        assert (await line.receive_json())["type"] == "hello"
        await slack.person("ana").types("/ticket 1", "support")
        envelope = await line.receive_json()

    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert [banner.code for banner in slack.person("ana").banners] == ["operation_timeout"]


async def test_an_address_is_good_for_one_connection(door: SocketDoor) -> None:
    url = door.ticket()
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as first:
        await first.receive_json()
        async with session.ws_connect(url) as second:
            assert (await second.receive_json())["reason"] == "link_disabled"


async def test_no_more_than_ten_connections(door: SocketDoor) -> None:
    async with aiohttp.ClientSession() as session:
        lines = [await session.ws_connect(door.ticket()) for _ in range(11)]
        first = [await line.receive_json() for line in lines]
        for line in lines:
            await line.close()

    assert [frame["type"] for frame in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"
    assert [frame["num_connections"] for frame in first[:10]] == list(range(1, 11))


async def test_connections_need_the_app_token_and_the_mode(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client.apps_connections_open(app_token=client.token or "")
    with pytest.raises(SlackApiError, match="forbidden_team"):
        await client.apps_connections_open(app_token=slack.installation.app_token)


async def test_people_are_known_over_the_socket_as_they_are(slack: SlackWorkspace, heard: list[dict[str, Any]]) -> None:
    await slack.person("ana").types("/ticket 1", "support")

    assert heard[0]["user_id"] == cast.ANA
