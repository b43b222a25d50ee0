"""Files: three steps in, downloads with the token, and who sees what."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import TOKEN, ScriptedApp

from sandbox.slack import SlackWorkspace

SUPPORT = "C0SUPPORT1"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def fetch(url: str, headers: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.content_type, await response.read()


async def send(url: str, content: bytes) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, data=content) as response:
        return response.status, await response.text()


async def test_a_file_goes_in_by_three_steps(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="report.csv", length=3)
    assert await send(announced["upload_url"], b"a;b") == (200, "OK - 3")
    files: Any = [{"id": announced["file_id"], "title": "Report"}]
    root = await client.chat_postMessage(channel=SUPPORT, text="root")
    done = await client.files_completeUploadExternal(
        files=files, channel_id=SUPPORT, initial_comment="Here it is", thread_ts=root["ts"]
    )

    (file,) = done["files"]
    assert (file["name"], file["title"], file["size"], file["filetype"]) == ("report.csv", "Report", 3, "csv")
    assert "shares" not in file
    (message,) = slack.channels["support"].replies(root["ts"])
    assert (message.text, message.files[0]["id"]) == ("Here it is", file["id"])
    told = (await client.files_info(file=file["id"]))["file"]
    assert told["shares"]["public"][SUPPORT][0]["ts"] == message.ts
    assert told["channels"] == [SUPPORT]


async def test_step_two_takes_exactly_what_was_announced(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="report.csv", length=3)

    assert (await send(announced["upload_url"], b"a;b;c"))[0] == 400
    assert (await send(announced["upload_url"] + "x", b"a;b"))[0] == 404
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "x"}])


async def test_step_three_is_once_only(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="report.csv", length=3)
    await send(announced["upload_url"], b"a;b")
    await client.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "x"}])

    with pytest.raises(SlackApiError, match="file_update_failed"):
        await client.files_completeUploadExternal(files=[{"id": announced["file_id"], "title": "x"}])


@pytest.mark.parametrize(("channel", "code"), [("C0GENERAL1", "not_in_channel"), ("C0NOWHERE1", "channel_not_found")])
async def test_a_file_for_a_closed_channel_is_not_completed(client: AsyncWebClient, channel: str, code: str) -> None:
    announced = await client.files_getUploadURLExternal(filename="report.csv", length=3)
    await send(announced["upload_url"], b"a;b")
    files: Any = [{"id": announced["file_id"], "title": "x"}]

    with pytest.raises(SlackApiError, match=code):
        await client.files_completeUploadExternal(files=files, channel_id=channel)
    assert (await client.files_completeUploadExternal(files=files, channel_id=SUPPORT))["ok"]


async def test_a_download_needs_the_token_and_gets_the_sign_in_page_without(
    slack: SlackWorkspace, app: ScriptedApp
) -> None:
    message = await slack.person("ana").uploads("support", "Überweisung 1.pdf", b"%PDF-1.4")
    (file,) = message.files

    for url in (file["url_private"], file["url_private_download"]):
        assert await fetch(url, BEARER) == (200, "application/pdf", b"%PDF-1.4")
        for headers in (None, {"Authorization": "Bearer xoxb-wrong"}):
            status, kind, body = await fetch(url, headers)
            assert (status, kind) == (200, "text/html")
            assert b"Sign in" in body


async def test_a_download_needs_the_scope_and_a_channel_the_bot_is_in(
    slack: SlackWorkspace, client: AsyncWebClient, app: ScriptedApp
) -> None:
    hidden = (await slack.person("ana").uploads("general", "a.pdf", b"%PDF-1.4")).files[0]
    shown = (await slack.person("ana").uploads("support", "b.pdf", b"%PDF-1.4")).files[0]

    assert (await fetch(hidden["url_private"], BEARER))[1] == "text/html"
    with pytest.raises(SlackApiError, match="not_visible"):
        await client.files_info(file=hidden["id"])
    slack.installation.scopes = frozenset({"chat:write"})
    assert (await fetch(shown["url_private"], BEARER))[1] == "text/html"


async def test_a_deleted_file_is_told_as_deleted(
    slack: SlackWorkspace, client: AsyncWebClient, app: ScriptedApp
) -> None:
    file = (await slack.person("ana").uploads("support", "a.pdf", b"%PDF-1.4")).files[0]
    slack.state.files[file["id"]].deleted = True

    with pytest.raises(SlackApiError, match="file_deleted"):
        await client.files_info(file=file["id"])
    assert (await fetch(file["url_private"], BEARER))[0] == 404
