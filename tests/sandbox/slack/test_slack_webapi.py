"""The Web API as both clients of the SDK call it, and every way it says no."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import TOKEN, Clock, button, modal, text_field, words

from sandbox.slack import SlackWorkspace, cast
from sandbox.slack.methods import METHODS

SUPPORT, GENERAL, OPS = "C0SUPPORT1", "C0GENERAL1", "C0OPS00001"
BLOCKS = [{"type": "section", "text": words("Ticket 4711")}]
META = {"event_type": "kontor_card", "event_payload": {"marker": "m1"}}


async def refusal(client: AsyncWebClient, method: str, **arguments: Any) -> dict[str, Any]:
    """The answer of a call that is refused."""
    with pytest.raises(SlackApiError) as raised:
        await client.api_call(method, json=arguments)
    data: dict[str, Any] = dict(raised.value.response.data)
    return data


def trigger(slack: SlackWorkspace, view_id: str | None = None) -> str:
    return slack.state.permits.trigger(cast.ANA, view_id)


async def test_the_async_client_can_call_every_method(
    slack: SlackWorkspace, client: AsyncWebClient, clock: Clock
) -> None:
    tomorrow = int(clock.now().timestamp()) + 86_400
    me = await client.auth_test()
    posted = await client.chat_postMessage(channel=SUPPORT, text="Ticket 4711", blocks=BLOCKS, metadata=META)
    ts = posted["ts"]
    await client.chat_postMessage(channel=SUPPORT, text="Answered", thread_ts=ts)
    await client.chat_update(channel=SUPPORT, ts=ts, text="Closed", blocks=BLOCKS)
    await client.chat_postEphemeral(channel=SUPPORT, user=cast.ANA, text="Only you")
    await client.chat_getPermalink(channel=SUPPORT, message_ts=ts)
    planned = await client.chat_scheduleMessage(channel=SUPPORT, text="Later", post_at=tomorrow)
    listed = await client.chat_scheduledMessages_list(channel=SUPPORT)
    await client.chat_deleteScheduledMessage(channel=SUPPORT, scheduled_message_id=planned["scheduled_message_id"])
    history = await client.conversations_history(channel=SUPPORT, include_all_metadata=True, limit=10)
    replies = await client.conversations_replies(channel=SUPPORT, ts=ts)
    await client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")
    channels = await client.conversations_list(types="public_channel,private_channel", exclude_archived=True)
    await client.conversations_info(channel=SUPPORT)
    members = await client.conversations_members(channel=SUPPORT)
    await client.conversations_join(channel=GENERAL)
    dm = await client.conversations_open(users=cast.ANA)
    await client.users_info(user=cast.ANA, include_locale=True)
    await client.users_list()
    await client.users_lookupByEmail(email="ana@kontor.example")
    groups = await client.usergroups_list(include_users=True)
    await client.usergroups_users_list(usergroup=groups["usergroups"][0]["id"])
    opened = await client.views_open(trigger_id=trigger(slack), view=modal(text_field("body")))
    await client.views_push(trigger_id=trigger(slack, opened["view"]["id"]), view=modal(text_field("more")))
    await client.views_update(view_id=opened["view"]["id"], view=modal(text_field("body")))
    await client.views_publish(user_id=cast.ANA, view={"type": "home", "blocks": BLOCKS})
    uploaded = await client.files_upload_v2(channel=SUPPORT, filename="a.csv", content="a;b", title="A")
    await client.files_info(file=uploaded["file"]["id"])
    await client.chat_delete(channel=SUPPORT, ts=ts)

    assert me["user_id"] == slack.installation.bot_user_id
    assert [message["text"] for message in history["messages"]] == ["Closed"]
    assert history["messages"][0]["metadata"] == META
    assert [message["text"] for message in replies["messages"]] == ["Closed", "Answered"]
    assert {channel["name"] for channel in channels["channels"]} >= {"support", "kontor-ops"}
    assert cast.ANA in members["members"]
    assert dm["channel"]["id"].startswith("D")
    assert [each["text"] for each in listed["scheduled_messages"]] == ["Later"]
    assert {call.method for call in slack.calls} == set(METHODS) - {"apps.connections.open"}
    assert all(call.ok for call in slack.calls)


async def test_the_sync_client_sends_forms_and_is_understood(slack: SlackWorkspace) -> None:
    def work() -> dict[str, Any]:
        client = WebClient(token=TOKEN, base_url=f"{slack.state.base}/api/")
        posted = client.chat_postMessage(channel=SUPPORT, text="Ticket", blocks=BLOCKS, metadata=META)
        client.conversations_list(exclude_archived=True, types="public_channel")
        client.files_upload_v2(channel=SUPPORT, filename="a.csv", content="a;b")
        client.users_info(user=cast.ANA)
        history = client.conversations_history(channel=SUPPORT, include_all_metadata=True)
        client.chat_delete(channel=SUPPORT, ts=posted["ts"])
        return dict(history["messages"][-1])

    message = await asyncio.to_thread(work)

    assert message["metadata"] == META
    assert message["blocks"][0]["text"]["text"] == "Ticket 4711"


async def test_a_plain_form_and_a_query_say_the_same_as_json(slack: SlackWorkspace) -> None:
    url = f"{slack.state.base}/api/chat.postMessage"
    arguments = {"channel": SUPPORT, "text": "hello", "blocks": '[{"type":"divider"}]', "reply_broadcast": "1"}
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession() as session:
        form = await (await session.post(url, data={**arguments, "token": TOKEN})).json()
        query = await (await session.post(url, params=arguments, headers=bearer)).json()
        get = await (await session.get(url, params=arguments, headers=bearer)).json()

    assert [answer["ok"] for answer in (form, query, get)] == [True, True, True]
    assert [message.blocks[0]["type"] for message in slack.channels["support"].messages] == ["divider"] * 3
    assert "token" not in slack.calls[0].arguments


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json; charset=utf-8", "json_not_object"),
        (b"x", "text/plain", "invalid_post_type"),
        (b"x", "", "missing_post_type"),
        (b"\xff", "application/x-www-form-urlencoded", "invalid_charset"),
    ],
)
async def test_a_body_that_is_not_what_it_says_is_refused(
    slack: SlackWorkspace, body: bytes, content_type: str, code: str
) -> None:
    url = f"{slack.state.base}/api/chat.postMessage"
    skip = [] if content_type else ["Content-Type"]
    headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Content-Type": content_type} if content_type else {})
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers, skip_auto_headers=skip) as response,
    ):
        answer = await response.json()

    assert (response.status, answer["error"]) == (200, code)


async def test_answers_carry_the_scopes(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.installation.scopes = frozenset({"chat:write", "users:read"})

    answer = await client.auth_test()

    assert answer.headers["x-oauth-scopes"] == "chat:write,users:read"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp-1-A0KONTOR01-sandbox", "not_allowed_token_type")],
)
async def test_the_token_is_looked_at(client: AsyncWebClient, token: str, code: str) -> None:
    client.token = token

    assert (await refusal(client, "auth.test"))["error"] == code


async def test_a_revoked_token_is_refused_until_it_is_back(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.revoke_token("account_inactive")
    assert (await refusal(client, "auth.test"))["error"] == "account_inactive"

    slack.faults.restore_token()
    assert (await client.auth_test())["ok"]


async def test_an_unknown_method_is_named(client: AsyncWebClient) -> None:
    assert await refusal(client, "chat.sing") == {"ok": False, "error": "unknown_method", "req_method": "chat.sing"}


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("chat.postMessage", {"channel": SUPPORT, "text": "x"}, "chat:write"),
        ("users.info", {"user": cast.ANA}, "users:read"),
        ("conversations.history", {"channel": SUPPORT}, "channels:history"),
        ("conversations.history", {"channel": OPS}, "groups:history"),
        ("conversations.list", {"types": "private_channel"}, "groups:read"),
        ("reactions.add", {"channel": SUPPORT}, "reactions:write"),
        ("usergroups.list", {}, "usergroups:read"),
        ("files.info", {"file": "F1"}, "files:read"),
    ],
)
async def test_a_missing_scope_is_named(
    slack: SlackWorkspace, client: AsyncWebClient, method: str, arguments: dict[str, Any], needed: str
) -> None:
    slack.installation.scopes = frozenset({"commands"})

    answer = await refusal(client, method, **arguments)

    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", needed, "commands")


LONG = "x" * 3000
SECTIONS = [{"type": "section", "text": words(LONG)}] * 5


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("chat.postMessage", {"channel": SUPPORT}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": "C0NOWHERE1", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": SUPPORT, "text": 5}, "invalid_arguments"),
        ("chat.postMessage", {"channel": SUPPORT, "text": "x", "thread_ts": 1602251441.0017}, "invalid_arguments"),
        ("chat.postMessage", {"channel": SUPPORT, "blocks": [{"type": "marquee"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": SUPPORT, "blocks": "no json"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": SUPPORT, "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": SUPPORT, "blocks": SECTIONS}, "msg_blocks_too_long"),
        ("chat.postMessage", {"channel": SUPPORT, "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ("chat.postMessage", {"channel": SUPPORT, "markdown_text": "y" * 12_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": SUPPORT, "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        (
            "chat.postMessage",
            {"channel": SUPPORT, "text": "x", "metadata": {"event_type": "a"}},
            "invalid_metadata_format",
        ),
        (
            "chat.postMessage",
            {"channel": SUPPORT, "text": "x", "metadata": {"event_type": "a", "event_payload": {"a": {"b": 1}}}},
            "invalid_metadata_schema",
        ),
        (
            "chat.postMessage",
            {"channel": SUPPORT, "text": "x", "metadata": {"event_type": "a", "event_payload": {"a": "x" * 9000}}},
            "metadata_too_large",
        ),
        ("chat.update", {"channel": SUPPORT, "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": SUPPORT, "ts": "1.000001"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": SUPPORT, "user": cast.OLGA, "text": "x"}, "user_not_in_channel"),
        ("chat.postEphemeral", {"channel": SUPPORT, "user": cast.ANA, "text": "x" * 4001}, "msg_too_long"),
        ("chat.getPermalink", {"channel": SUPPORT, "message_ts": "1.000001"}, "message_not_found"),
        ("chat.scheduleMessage", {"channel": SUPPORT, "text": "x", "post_at": 1}, "time_in_past"),
        ("chat.scheduleMessage", {"channel": SUPPORT, "text": "x", "post_at": 9_999_999_999}, "time_too_far"),
        ("chat.scheduleMessage", {"channel": SUPPORT, "text": "x", "post_at": "soon"}, "invalid_time"),
        ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
        ("conversations.history", {"channel": SUPPORT, "cursor": "?"}, "invalid_cursor"),
        ("conversations.history", {"channel": SUPPORT, "oldest": "yesterday"}, "invalid_ts_oldest"),
        ("conversations.history", {"channel": SUPPORT, "latest": "tomorrow"}, "invalid_ts_latest"),
        ("conversations.history", {"channel": SUPPORT, "limit": 5000}, "invalid_arguments"),
        ("conversations.replies", {"channel": SUPPORT, "ts": "1.000001"}, "thread_not_found"),
        ("conversations.list", {"types": "secret_channel"}, "invalid_types"),
        ("conversations.join", {"channel": OPS}, "method_not_supported_for_channel_type"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NOBODY01"}, "user_not_found"),
        ("conversations.open", {"users": cast.DORA}, "user_disabled"),
        ("conversations.open", {"users": cast.OLGA}, "user_not_visible"),
        ("users.info", {"user": "U0NOBODY01"}, "user_not_found"),
        ("users.info", {"user": cast.OLGA}, "user_not_visible"),
        ("users.lookupByEmail", {"email": "nobody@kontor.example"}, "users_not_found"),
        ("usergroups.users.list", {"usergroup": "S0NOTHERE1"}, "no_such_subteam"),
        ("reactions.add", {"channel": SUPPORT, "timestamp": "1.000001", "name": "eyes"}, "message_not_found"),
        ("reactions.add", {"channel": SUPPORT, "timestamp": "1.000001", "name": "No!"}, "invalid_name"),
        ("views.open", {"trigger_id": "1.2.3", "view": modal()}, "invalid_trigger_id"),
        ("views.update", {"view_id": "V0GONE0001", "view": modal()}, "not_found"),
        ("views.publish", {"user_id": "U0NOBODY01", "view": {"type": "home", "blocks": []}}, "invalid_arguments"),
        ("views.publish", {"user_id": cast.ANA, "view": modal()}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"filename": "a.csv", "length": 0}, "missing_argument"),
        (
            "files.getUploadURLExternal",
            {"filename": "a", "length": 2_000_000, "snippet_type": "csv"},
            "snippet_too_large",
        ),
        ("files.completeUploadExternal", {"files": '[{"id":"F1"}]'}, "file_not_found"),
        ("files.info", {"file": "F0NOWHERE1"}, "file_not_found"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_slacks_code(
    slack: SlackWorkspace, client: AsyncWebClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    before = len(slack.channels["support"].everything)

    assert (await refusal(client, method, **arguments))["error"] == code

    assert len(slack.channels["support"].everything) == before
    assert (slack.calls[-1].error, slack.calls[-1].executed) == (code, False)


async def test_a_private_channel_without_the_bot_is_not_found(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.faults.remove_bot("kontor-ops")

    assert (await refusal(client, "chat.postMessage", channel=OPS, text="x"))["error"] == "channel_not_found"


async def test_an_archived_channel_takes_nothing_but_can_be_read(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x")
    slack.faults.archive("support")

    assert (await refusal(client, "chat.postMessage", channel=SUPPORT, text="x"))["error"] == "is_archived"
    assert (await refusal(client, "chat.update", channel=SUPPORT, ts=posted["ts"], text="y"))["error"] == "is_archived"
    assert len((await client.conversations_history(channel=SUPPORT))["messages"]) == 1


async def test_blocks_that_are_wrong_are_pointed_at(client: AsyncWebClient) -> None:
    blocks = [{"type": "divider"}, {"type": "actions", "elements": [button("x" * 76, "a")]}]

    answer = await refusal(client, "chat.postMessage", channel=SUPPORT, blocks=blocks)

    told = "must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"
    assert answer["errors"] == [told]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {told}"]


async def test_two_tables_are_one_too_many(client: AsyncWebClient) -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}

    answer = await refusal(client, "chat.postMessage", channel=SUPPORT, blocks=[table, table])

    assert answer["error"] == "invalid_attachments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] only_one_table_allowed"]


async def test_nobody_changes_what_somebody_else_said(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    said = await slack.person("ana").writes("support", "mine")

    update = await refusal(client, "chat.update", channel=SUPPORT, ts=said.ts, text="x")
    delete = await refusal(client, "chat.delete", channel=SUPPORT, ts=said.ts)

    assert (update["error"], delete["error"]) == ("cant_update_message", "cant_delete_message")


async def test_one_bot_reacts_once(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x")
    await client.reactions_add(channel=SUPPORT, timestamp=posted["ts"], name="eyes")

    again = await refusal(client, "reactions.add", channel=SUPPORT, timestamp=posted["ts"], name="eyes")

    assert again["error"] == "already_reacted"


async def test_a_channel_can_be_named_and_a_person_written_to(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    named = await client.chat_postMessage(channel="#support", text="x")
    personal = await client.chat_postMessage(channel=cast.ANA, text="x")

    assert named["channel"] == SUPPORT
    assert slack.channels[personal["channel"]].kind == "im"
    assert [message.text for message in slack.person("ana").sees(personal["channel"])] == ["x"]


async def test_who_people_are_is_told_as_slack_tells_it(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.joins("olga", "support")
    told = {user["name"]: user for user in (await client.users_list())["members"]}

    assert told["tomas"]["is_admin"]
    assert told["gust"]["is_restricted"]
    assert told["dora"]["deleted"]
    assert told["olga"]["is_stranger"]
    assert told["olga"]["team_id"] != slack.installation.team_id
    assert told["kontor"]["is_bot"]
    assert not told["ana"]["is_restricted"]
    assert told["ben"]["tz_offset"] == 3600


async def test_e_mail_addresses_need_their_scope(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    assert (await client.users_info(user=cast.ANA))["user"]["profile"]["email"] == "ana@kontor.example"

    slack.installation.scopes = frozenset({"users:read"})

    assert "email" not in (await client.users_info(user=cast.ANA))["user"]["profile"]


async def test_channels_come_in_pages_that_may_be_empty(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    pages, cursor = [], ""
    while True:
        answer = await client.conversations_list(types="private_channel", limit=1, cursor=cursor)
        pages.append(" ".join(channel["name"] for channel in answer["channels"]))
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert "" in pages[: pages.index("kontor-ops")]
    assert "".join(pages) == "kontor-ops"


async def test_a_channel_with_an_outsider_is_a_shared_one(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    assert not (await client.conversations_info(channel=SUPPORT))["channel"]["is_ext_shared"]

    slack.joins("olga", "support")

    assert (await client.conversations_info(channel=SUPPORT))["channel"]["is_ext_shared"]


async def test_joining_twice_is_a_warning(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    assert "warning" not in (await client.conversations_join(channel=GENERAL))
    assert (await client.conversations_join(channel=GENERAL))["warning"] == "already_in_channel"
    assert slack.installation.bot_user_id in slack.channels["general"].members


async def test_scheduled_messages_come_when_their_time_has_come(
    slack: SlackWorkspace, client: AsyncWebClient, clock: Clock
) -> None:
    await client.chat_scheduleMessage(channel=SUPPORT, text="later", post_at=int(clock.now().timestamp()) + 60)
    await slack.pass_time()
    assert slack.channels["support"].messages == []

    clock.passes(60)
    await slack.pass_time()

    assert [message.text for message in slack.channels["support"].messages] == ["later"]
