"""Everything that goes wrong with Slack, switched on and off."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import TOKEN, Clock

from sandbox.serving import Served
from sandbox.slack import SlackWorkspace, cast
from sandbox.slack.limits import Limits
from sandbox.slack.refusals import LimitReached

SUPPORT, RETURNS = "C0SUPPORT1", "C0RETURNS1"


def texts(slack: SlackWorkspace, channel: str = "support") -> list[str]:
    return [message.text for message in slack.channels[channel].messages]


async def post(client: AsyncWebClient, text: str = "x", channel: str = SUPPORT) -> dict[str, Any]:
    return dict((await client.chat_postMessage(channel=channel, text=text)).data)


async def test_down_drops_the_connection_before_anything_happens(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.down()
    for _ in range(3):
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await post(client)
    assert texts(slack) == []
    assert [(call.status, call.executed, call.fault) for call in slack.calls] == [(0, False, "down")] * 3

    slack.faults.mend()
    await post(client, "back")
    assert texts(slack) == ["back"]


async def test_a_cut_call_took_effect_and_nobody_was_told(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.cut()

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client, "lost")
    await post(client, "next")

    assert texts(slack) == ["lost", "next"]
    assert [(call.ok, call.executed) for call in slack.calls] == [(False, True), (True, True)]


@pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
async def test_an_error_can_be_answered_after_the_message_was_stored(
    slack: SlackWorkspace, client: AsyncWebClient, code: Any
) -> None:
    slack.faults.cut(code)

    with pytest.raises(SlackApiError, match=code):
        await post(client, "stored")

    assert texts(slack) == ["stored"]


async def test_an_update_can_be_cut_alone(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.cut(method="chat.update")
    posted = await post(client)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="changed")

    assert texts(slack) == ["changed"]


async def test_the_default_client_posts_twice_after_a_cut(slack: SlackWorkspace) -> None:
    """The SDK's own retry: the reason why the bot builds its client without one."""
    slack.faults.cut()

    await AsyncWebClient(token=TOKEN, base_url=f"{slack.state.base}/api/").chat_postMessage(channel=SUPPORT, text="x")

    assert texts(slack) == ["x", "x"]


@pytest.mark.parametrize(("body", "data"), [("html", dict), ("json", dict), ("plain", str)])
async def test_a_server_error_comes_with_the_body_it_is_given(
    slack: SlackWorkspace, client: AsyncWebClient, body: Any, data: type
) -> None:
    slack.faults.fails(503, body=body)

    with pytest.raises(SlackApiError) as raised:
        await post(client)

    assert raised.value.response.status_code == 503
    assert isinstance(raised.value.response.data, data)
    assert texts(slack) == []
    assert [(call.status, call.fault) for call in slack.calls] == [(503, "status")]


async def test_a_web_page_can_come_instead_of_an_answer(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.html()

    with pytest.raises(SlackApiError) as raised:
        await post(client)

    assert raised.value.response.status_code == 200
    assert texts(slack) == []


async def test_slow_takes_its_time_and_then_does_it(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.slow(0.1, method="chat.postMessage")
    started = time.monotonic()

    await post(client)

    assert time.monotonic() - started >= 0.1
    assert texts(slack) == ["x"]


@pytest.mark.parametrize("header", [1, "junk", None])
async def test_429_carries_the_header_it_is_given(
    slack: SlackWorkspace, client: AsyncWebClient, header: int | str | None
) -> None:
    slack.faults.limited(header, channel="support")

    with pytest.raises(SlackApiError) as raised:
        await post(client)
    await post(client, channel=RETURNS)

    assert raised.value.response["error"] == "ratelimited"
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers.get("Retry-After") == (None if header is None else str(header))
    assert (texts(slack), texts(slack, "returns")) == ([], ["x"])


async def test_the_sdk_waits_out_a_429_and_goes_on(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.limited(0, next=2)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))

    await post(client)

    assert texts(slack) == ["x"]
    assert [call.status for call in slack.calls] == [429, 429, 200]


async def test_one_method_can_fail_with_a_code(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.answers("internal_error", method="users.*")

    with pytest.raises(SlackApiError, match="internal_error"):
        await client.users_info(user=cast.ANA)
    await post(client)

    assert texts(slack) == ["x"]


async def test_reads_lag_behind_writes(slack: SlackWorkspace, client: AsyncWebClient, clock: Clock) -> None:
    slack.faults.lag(5)
    root = await post(client, "card")
    await client.chat_postMessage(channel=SUPPORT, text="entry", thread_ts=root["ts"])

    async def read() -> tuple[int, int]:
        history = await client.conversations_history(channel=SUPPORT)
        thread = await client.conversations_replies(channel=SUPPORT, ts=root["ts"])
        return len(history["messages"]), len(thread["messages"])

    assert await read() == (0, 1)
    clock.passes(6)
    assert await read() == (1, 2)


async def test_people_can_take_the_channel_away(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    for spoil, mend, code in (
        (slack.faults.archive, slack.faults.unarchive, "is_archived"),
        (slack.faults.remove_bot, slack.faults.invite_bot, "not_in_channel"),
    ):
        spoil("support")
        with pytest.raises(SlackApiError, match=code):
            await post(client)
        mend("support")
        await post(client)

    assert texts(slack) == ["x", "x"]


async def test_a_file_can_be_complete_and_shown_nowhere(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.unshared()

    uploaded = await client.files_upload_v2(channel=SUPPORT, filename="a.csv", content="a;b")

    assert uploaded["ok"]
    assert "shares" not in (await client.files_info(file=uploaded["file"]["id"]))["file"]
    assert texts(slack) == []


async def test_a_fault_wears_off_after_the_calls_it_was_set_for(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.answers("internal_error", method="chat.postMessage", next=2)
    assert slack.faults

    for _ in range(2):
        with pytest.raises(SlackApiError):
            await post(client)
    await post(client)

    assert not slack.faults


async def test_slack_can_come_back_on_the_same_port(slack: SlackWorkspace) -> None:
    async with Served(slack.app) as served:
        port = served.port
    client = AsyncWebClient(token=TOKEN, base_url=f"http://127.0.0.1:{port}/api/", retry_handlers=[])
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.auth_test()

    async with Served(slack.app, port=port):
        assert (await client.auth_test())["ok"]


# The pace


def spend(limits: Limits, count: int, method: str = "chat.postMessage", channel: str = SUPPORT) -> int:
    """How many of `count` calls are let through."""
    done = 0
    for _ in range(count):
        try:
            limits.spend(method, {"chat.postMessage": None}.get(method, 3), channel)
        except LimitReached:
            continue
        done += 1
    return done


@pytest.mark.parametrize(("mode", "burst"), [("off", 500), ("lenient", 30), ("strict", 4)])
def test_a_channel_takes_a_burst_and_then_one_a_second(clock: Clock, mode: Any, burst: int) -> None:
    limits = Limits(clock.tick, mode)

    assert spend(limits, 500) == burst
    if mode != "off":
        clock.passes(3)
        assert spend(limits, 500) == 3


def test_channels_have_their_own_pace_but_the_workspace_has_one_too(clock: Clock) -> None:
    limits = Limits(clock.tick, "strict")

    by_channel = [spend(limits, 4, channel=f"C{number}") for number in range(20)]

    assert by_channel[:7] == [4] * 7
    assert sum(by_channel) == 30


def test_updates_are_fifty_a_minute(clock: Clock) -> None:
    limits = Limits(clock.tick, "strict")

    assert spend(limits, 100, "chat.update") == 50
    clock.passes(60)
    assert spend(limits, 100, "chat.update") == 50


async def test_a_call_beyond_the_pace_is_told_when_to_come_back(
    slack: SlackWorkspace, client: AsyncWebClient, clock: Clock
) -> None:
    slack.limits.switch("strict")
    for _ in range(4):
        await post(client)
    with pytest.raises(SlackApiError) as raised:
        await post(client)
    assert raised.value.response.headers["Retry-After"] == "1"

    clock.passes(1)
    await post(client)

    assert len(texts(slack)) == 5
