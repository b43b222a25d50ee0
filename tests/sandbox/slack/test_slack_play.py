"""The workspace from outside: JSON under /play/, and the stream of changes."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slackhouse import ScriptedApp, button, modal, text_field, words

from sandbox.slack import SlackWorkspace

BLOCKS = [
    {"type": "section", "block_id": "s", "text": words("Ticket 4711 <b>late</b>")},
    {"type": "actions", "block_id": "a", "elements": [button("Reply", "ticket.reply")]},
]


class Outside:
    """Another process that plays with the workspace."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base = session, base

    async def get(self, path: str) -> dict[str, Any]:
        async with self.session.get(f"{self.base}/play/{path}") as response:
            return dict(await response.json())

    async def post(self, path: str, status: int = 200, **given: Any) -> dict[str, Any]:
        async with self.session.post(f"{self.base}/play/{path}", json=given) as response:
            assert response.status == status, await response.text()
            return dict(await response.json())


@pytest.fixture
async def outside(slack: SlackWorkspace, app: ScriptedApp) -> AsyncIterator[Outside]:
    async with aiohttp.ClientSession() as session:
        yield Outside(session, slack.state.base)


async def test_the_state_tells_who_and_what_is_there(slack: SlackWorkspace, outside: Outside) -> None:
    state = await outside.get("state")

    assert {user["name"] for user in state["users"]} >= {"ana", "ben", "mira", "tomas", "gust", "olga", "kontor"}
    assert {channel["name"] for channel in state["channels"]} == {
        "general",
        "support",
        "support-cz",
        "returns",
        "orders",
        "kontor-ops",
    }
    assert {group["handle"] for group in state["groups"]} == {"support-leads", "returns-team"}
    assert slack.installation.bot_token not in json.dumps(state)


async def test_a_person_is_played_from_outside(slack: SlackWorkspace, outside: Outside, app: ScriptedApp) -> None:
    wrote = await outside.post("people/ana/write", channel="support", text="hello")
    card = slack.state.post(slack.channels["support"], slack.installation.bot_user_id, "x", blocks=BLOCKS)

    pressed = await outside.post("people/ana/press", channel="support", ts=card.ts, what="Reply")
    typed = await outside.post("people/ana/type", channel="support", line="/ticket 1")
    slack.state.views.open(slack.users["ana"].id, modal(text_field("body")))
    refused = await outside.post("people/ana/submit")
    await outside.post("people/ana/fill", values={"body": "Hello"})
    submitted = await outside.post("people/ana/submit")
    content = base64.b64encode(b"a;b").decode()
    await outside.post("people/ana/upload", channel="support", name="a.csv", base64=content)
    await outside.post("people/ana/react", channel="support", ts=card.ts, name="eyes")
    await outside.post("people/ana/shortcut", callback_id="ticket.new")
    await outside.post("people/ana/home")
    seen = await outside.get("channels/support/messages?as=ana")

    assert wrote["result"] == slack.channels["support"].messages[0].ts
    assert (pressed["result"]["acknowledged"], typed["result"]["status"]) == (True, 200)
    assert refused["modals"][0]["errors"] == {"body": "Please complete this required field."}
    assert (submitted["result"], submitted["modals"]) == (None, [])
    assert [message["words"] for message in seen["messages"]][:2] == ["hello", "Ticket 4711 <b>late</b>\nReply"]
    assert [each.kind for each in app.received if each.kind in ("view_submission", "shortcut", "app_home_opened")]


@pytest.mark.parametrize(
    ("path", "given", "status", "problem"),
    [
        ("people/ana/press", {"channel": "support", "ts": "1.0", "what": "x"}, 409, "sees no message"),
        ("people/ana/press", {"channel": "support"}, 400, "missing: 'ts'"),
        ("people/ana/submit", {}, 409, "no modal is open"),
        ("people/ana/sing", {}, 404, "no verb sing"),
        ("people/nobody/submit", {}, 404, "no person nobody"),
        ("people/ana/upload", {"channel": "support", "name": "x", "base64": "?"}, 409, "base64"),
        ("faults", {"kind": "down", "colour": "red"}, 400, "colour"),
        ("channels/nowhere/archive", {}, 404, "no channel nowhere"),
        ("channels/support/paint", {}, 404, "no verb paint"),
        ("connect", {}, 400, "url"),
    ],
)
async def test_what_cannot_be_done_is_told_in_words(
    outside: Outside, path: str, given: dict[str, Any], status: int, problem: str
) -> None:
    assert problem in (await outside.post(path, status, **given))["problem"]


@pytest.mark.parametrize("path", ["people/ana/submit", "faults", "connect"])
async def test_a_foreign_web_page_cannot_play(slack: SlackWorkspace, outside: Outside, path: str) -> None:
    """A browser sends forms and text across origins without asking; JSON it asks about first, and we never allow it."""
    for kind in ("application/x-www-form-urlencoded", "text/plain", ""):
        async with outside.session.post(
            f"{outside.base}/play/{path}", data=b'{"kind":"down"}', headers={"Content-Type": kind}
        ) as response:
            assert response.status in (400, 409)
    assert not slack.faults


async def test_faults_channels_and_calls_are_played_with(slack: SlackWorkspace, outside: Outside) -> None:
    await outside.post("faults", kind="limited", method="chat.*", channel="support", retry_after="5")
    await outside.post("faults", lag=3)
    await outside.post("faults", limits="strict")
    told = await outside.get("faults")
    assert ([fault["kind"] for fault in told["faults"]], told["lag"]) == (["limited"], 3.0)
    assert slack.limits.mode == "strict"
    async with outside.session.delete(f"{outside.base}/play/faults"):
        assert not slack.faults

    await outside.post("faults", token="token_revoked")
    assert slack.installation.token_trouble == "token_revoked"
    await outside.post("channels/support/archive")
    await outside.post("channels/support/remove_bot")
    await outside.post("channels/returns/rename", name="sent-back")
    await outside.post("channels/orders/join", user="olga")
    assert slack.channels["support"].archived
    assert slack.installation.bot_user_id not in slack.channels["support"].members
    assert slack.state.shared(slack.channels["orders"])
    assert slack.channels["sent-back"].id == "C0RETURNS1"

    async with outside.session.get(f"{outside.base}/api/auth.test"):
        pass
    (call,) = (await outside.get("calls?method=auth.*"))["calls"]
    assert (call["method"], call["ok"], call["error"]) == ("auth.test", False, "not_authed")
    assert (await outside.get(f"calls?since={call['number']}"))["calls"] == []


async def test_changes_stream_as_they_happen_and_from_where_one_was(slack: SlackWorkspace, outside: Outside) -> None:
    slack.state.post(slack.channels["support"], slack.users["ana"].id, "first")
    first = slack.feed.last

    async def read(count: int, **how: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async with outside.session.get(f"{outside.base}/play/events", **how) as response:
            assert response.content_type == "text/event-stream"
            async for line in response.content:
                if line.startswith(b"data: "):
                    found.append(json.loads(line[6:]))
                if len(found) == count:
                    break
        return found

    reading = asyncio.create_task(read(2, headers={"Last-Event-ID": str(first - 1)}))
    await slack.until(lambda: slack.feed.followed)
    slack.state.post(slack.channels["support"], slack.users["ana"].id, "second")

    changes = await reading
    assert [change["kind"] for change in changes] == ["message.posted", "message.posted"]
    assert [change["number"] for change in changes] == [first, first + 1]
    assert set(changes[0]) == {"number", "kind", "channel", "ts", "user"}
