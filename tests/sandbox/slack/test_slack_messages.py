"""How messages live: order, threads, edits, deletion, metadata, and reading them back page by page."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import Clock, words

from sandbox.slack import SlackWorkspace

SUPPORT = "C0SUPPORT1"
BLOCKS = [{"type": "section", "block_id": "s", "text": words("Ticket 4711")}]


async def test_every_ts_is_new_and_greater_even_when_the_clock_stands(slack: SlackWorkspace, clock: Clock) -> None:
    channel = slack.channels["support"]
    stamps = [slack.state.post(channel, "U0ANA00001", "x").ts for _ in range(50)]
    clock.passes(-30)
    stamps.append(slack.state.post(channel, "U0ANA00001", "x").ts)

    assert sorted(set(stamps)) == stamps


async def test_metadata_comes_back_whole_only_when_asked_for(client: AsyncWebClient) -> None:
    metadata = {"event_type": "kontor_card", "event_payload": {"marker": "m1"}}
    posted = await client.chat_postMessage(channel=SUPPORT, text="x", metadata=metadata)
    await client.chat_postMessage(channel=SUPPORT, text="y", thread_ts=posted["ts"], metadata=metadata)

    plain = await client.conversations_history(channel=SUPPORT)
    full = await client.conversations_history(channel=SUPPORT, include_all_metadata=True)
    thread = await client.conversations_replies(channel=SUPPORT, ts=posted["ts"], include_all_metadata=True)

    assert plain["messages"][0]["metadata"] == {"event_type": "kontor_card"}
    assert full["messages"][0]["metadata"] == metadata
    assert [message["metadata"] for message in thread["messages"]] == [metadata, metadata]


async def test_replies_are_not_in_the_channel_unless_they_are_sent_there_too(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    await client.chat_postMessage(channel=SUPPORT, text="quiet", thread_ts=root["ts"])
    await client.chat_postMessage(channel=SUPPORT, text="loud", thread_ts=root["ts"], reply_broadcast=True)

    history = (await client.conversations_history(channel=SUPPORT))["messages"]
    thread = (await client.conversations_replies(channel=SUPPORT, ts=root["ts"]))["messages"]

    assert [message["text"] for message in history] == ["loud", "root"]
    assert history[0]["subtype"] == "thread_broadcast"
    assert [message["text"] for message in thread] == ["root", "quiet", "loud"]
    assert history[1]["reply_count"] == 2
    assert history[1]["thread_ts"] == root["ts"]


async def test_a_reply_to_a_reply_lands_in_the_same_thread(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    reply = await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=root["ts"])
    deeper = await client.chat_postMessage(channel=SUPPORT, text="deeper", thread_ts=reply["ts"])

    assert deeper["message"]["thread_ts"] == root["ts"]


async def test_a_reply_to_a_message_that_is_gone_stands_alone_and_only_the_answer_tells(
    slack: SlackWorkspace, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    await client.chat_delete(channel=SUPPORT, ts=root["ts"])

    reply = await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=root["ts"])

    assert "thread_ts" not in reply["message"]
    assert [message.text for message in slack.channels["support"].messages] == ["reply"]


async def test_a_deleted_message_with_a_thread_leaves_a_tombstone(
    slack: SlackWorkspace, client: AsyncWebClient
) -> None:
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    await client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=root["ts"])
    await client.chat_delete(channel=SUPPORT, ts=root["ts"])

    (left,) = slack.channels["support"].messages
    assert (left.subtype, left.ts) == ("tombstone", root["ts"])
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=SUPPORT, ts=root["ts"], text="back")


async def test_an_update_without_blocks_takes_them_away_and_keeps_the_metadata(client: AsyncWebClient) -> None:
    metadata = {"event_type": "kontor_card", "event_payload": {"marker": "m1"}}
    posted = await client.chat_postMessage(channel=SUPPORT, text="x", blocks=BLOCKS, metadata=metadata)

    updated = await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="y")
    assert "blocks" not in updated["message"]
    assert updated["message"]["metadata"] == metadata
    assert updated["message"]["edited"]["user"] == posted["message"]["user"]

    cleared = await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="y", metadata={})
    assert "metadata" not in cleared["message"]


async def test_an_update_of_blocks_alone_shows_no_edit(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x", blocks=BLOCKS)

    arguments = {"channel": SUPPORT, "ts": posted["ts"], "blocks": [{"type": "divider"}]}
    updated = await client.api_call("chat.update", json=arguments)

    assert "edited" not in updated["message"]
    assert updated["text"] == "x"


async def test_a_text_that_is_too_long_to_update_can_still_be_posted(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=SUPPORT, text="x" * 50_000)

    assert len(posted["message"]["text"]) == 40_000
    with pytest.raises(SlackApiError, match="msg_too_long"):
        await client.chat_update(channel=SUPPORT, ts=posted["ts"], text="x" * 4001)


async def test_history_is_read_page_by_page_newest_first(client: AsyncWebClient) -> None:
    for number in range(7):
        await client.chat_postMessage(channel=SUPPORT, text=str(number))
    read, cursor, pages = [], "", 0
    while True:
        answer = await client.conversations_history(channel=SUPPORT, limit=3, cursor=cursor)
        read += [message["text"] for message in answer["messages"]]
        pages += 1
        cursor = answer["response_metadata"]["next_cursor"]
        assert answer["has_more"] == bool(cursor)
        if not cursor:
            break

    assert (read, pages) == (["6", "5", "4", "3", "2", "1", "0"], 3)


async def test_oldest_and_latest_are_left_out_unless_inclusive(client: AsyncWebClient) -> None:
    stamps = [(await client.chat_postMessage(channel=SUPPORT, text=str(n)))["ts"] for n in range(4)]
    between = {"channel": SUPPORT, "oldest": stamps[0], "latest": stamps[3]}

    outside = await client.conversations_history(**between)
    inclusive = await client.conversations_history(**between, inclusive=True)

    assert [message["text"] for message in outside["messages"]] == ["2", "1"]
    assert [message["text"] for message in inclusive["messages"]] == ["3", "2", "1", "0"]


async def test_oldest_may_be_a_bare_second(client: AsyncWebClient, clock: Clock) -> None:
    await client.chat_postMessage(channel=SUPPORT, text="before")
    clock.passes(10)
    await client.chat_postMessage(channel=SUPPORT, text="after")

    answer = await client.conversations_history(channel=SUPPORT, oldest=str(int(clock.now().timestamp()) - 1))

    assert [message["text"] for message in answer["messages"]] == ["after"]


async def test_a_thread_read_from_a_point_still_begins_with_its_root(client: AsyncWebClient) -> None:
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    first = await client.chat_postMessage(channel=SUPPORT, text="first", thread_ts=root["ts"])
    await client.chat_postMessage(channel=SUPPORT, text="second", thread_ts=root["ts"])

    answer = await client.conversations_replies(channel=SUPPORT, ts=root["ts"], oldest=first["ts"])

    assert [message["text"] for message in answer["messages"]] == ["root", "second"]


async def test_an_ephemeral_message_is_seen_by_one_and_kept_nowhere(
    slack: SlackWorkspace, client: AsyncWebClient
) -> None:
    ana, ben = slack.person("ana"), slack.person("ben")
    whispered = await client.chat_postEphemeral(channel=SUPPORT, user=ana.id, text="only you")

    assert [message.text for message in ana.sees("support")] == ["only you"]
    assert ben.sees("support") == []
    assert (await client.conversations_history(channel=SUPPORT))["messages"] == []
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel=SUPPORT, ts=whispered["message_ts"], text="x")


async def test_waiting_ends_at_the_change_and_not_before(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    channel = slack.channels["support"]
    with pytest.raises(TimeoutError):
        await slack.until(lambda: channel.messages, seconds=0.01)

    waiting = asyncio.create_task(slack.until(lambda: channel.messages[1:]))
    for text in ("x", "y", "z"):
        await client.chat_postMessage(channel=SUPPORT, text=text)

    assert (await waiting)[0].words == "y"
