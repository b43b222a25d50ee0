"""Response URLs: half an hour, five times, and what each kind of answer does."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import Clock, ScriptedApp, button

from sandbox.slack import Person, SlackWorkspace
from sandbox.slack.channels import Message

BLOCKS = [{"type": "actions", "block_id": "a", "elements": [button("Reply", "ticket.reply")]}]


async def respond(url: str, payload: Any, **how: Any) -> tuple[int, str]:
    arguments = how or {"json": payload}
    async with aiohttp.ClientSession() as session, session.post(url, **arguments) as response:
        return response.status, await response.text()


@pytest.fixture
def ana(slack: SlackWorkspace, app: ScriptedApp) -> Person:
    slack.installation.events = frozenset()
    return slack.person("ana")


@pytest.fixture
async def card(slack: SlackWorkspace, ana: Person) -> Message:
    return slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "Ticket", blocks=BLOCKS)


@pytest.fixture
async def url(ana: Person, card: Message, app: ScriptedApp) -> str:
    """The response URL of a button ana pressed on the card."""
    await ana.presses("support", card, "Reply")
    return str(app.of("block_actions")[-1]["response_url"])


async def test_the_answer_is_for_the_one_who_pressed(slack: SlackWorkspace, ana: Person, url: str) -> None:
    assert await respond(url, {"text": "only you"}) == (200, "ok")

    assert [message.text for message in ana.sees("support")] == ["Ticket", "only you"]
    assert len(slack.person("ben").sees("support")) == 1


async def test_the_answer_can_be_for_all_and_in_the_thread(slack: SlackWorkspace, card: Message, url: str) -> None:
    await respond(url, {"text": "done", "response_type": "in_channel", "thread_ts": card.ts, "replace_original": False})

    assert [message.text for message in slack.person("ben").sees("support", card)] == ["Ticket", "done"]


async def test_the_original_can_be_replaced_and_deleted(slack: SlackWorkspace, card: Message, url: str) -> None:
    await respond(url, {"text": "Done", "replace_original": True})
    assert (card.text, card.blocks) == ("Done", [])

    assert (await respond(url, {"delete_original": True, "text": "x"}))[0] == 500
    assert await respond(url, {"delete_original": True}) == (200, "ok")
    assert slack.channels["support"].messages == []


async def test_an_ephemeral_original_stays_ephemeral(
    slack: SlackWorkspace, client: AsyncWebClient, ana: Person, app: ScriptedApp
) -> None:
    await client.chat_postEphemeral(channel="C0SUPPORT1", user=ana.id, text="x", blocks=BLOCKS)
    await ana.presses("support", ana.sees("support")[0], "Reply")
    url = app.of("block_actions")[0]["response_url"]

    await respond(url, {"text": "Done", "replace_original": True, "response_type": "in_channel"})
    assert [message.text for message in ana.sees("support")] == ["Done"]
    assert slack.person("ben").sees("support") == []
    assert "message.changed" not in [change.kind for change in slack.feed.since(0)]
    await respond(url, {"delete_original": True})
    assert ana.sees("support") == []


async def test_a_response_url_lasts_half_an_hour(url: str, clock: Clock) -> None:
    clock.passes(1800)
    assert (await respond(url, {"text": "x"}))[0] == 200
    clock.passes(1)
    assert await respond(url, {"text": "x"}) == (404, "expired_url")


async def test_a_response_url_is_good_for_five(slack: SlackWorkspace, url: str) -> None:
    answers = [await respond(url, {"text": str(number)}) for number in range(6)]

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert [call.ok for call in slack.calls.of("response_url")] == [True] * 5 + [False]


async def test_nobody_guesses_a_response_url(url: str) -> None:
    assert await respond(url + "0", {"text": "x"}) == (404, "no_service")


@pytest.mark.parametrize(
    ("payload", "answer"),
    [
        ({}, (400, "no_text")),
        ({"blocks": [{"type": "marquee"}], "text": "x"}, (400, "invalid_blocks")),
        ([], (500, "invalid_payload")),
    ],
)
async def test_an_answer_nobody_can_show_is_refused(
    ana: Person, url: str, payload: Any, answer: tuple[int, str]
) -> None:
    assert await respond(url, payload) == answer
    assert len(ana.sees("support")) == 1


async def test_no_json_is_refused(url: str) -> None:
    assert await respond(url, None, data=b"text=x") == (500, "invalid_payload")


async def test_a_command_can_be_answered_where_the_bot_is_no_member(
    slack: SlackWorkspace, ana: Person, app: ScriptedApp
) -> None:
    await ana.types("/ticket 1", "general")

    await respond(app.of("/ticket")[0]["response_url"], {"text": "here", "response_type": "in_channel"})

    assert [message.text for message in slack.channels["general"].messages] == ["here"]


async def test_a_command_has_no_original_to_replace(ana: Person, app: ScriptedApp) -> None:
    await ana.types("/ticket 1", "support")
    url = app.of("/ticket")[0]["response_url"]

    assert await respond(url, {"delete_original": True}) == (400, "message_not_found")
    await respond(url, {"text": "new", "replace_original": True})
    assert [message.text for message in ana.sees("support")] == ["new"]
