"""Files between the bot and the local Slack, over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.files import SlackFile, file_of
from bot.files import Files, FileTrouble
from sandbox.serving import Served
from sandbox.slack import SlackWorkspace

TOKEN = "xoxb-7351-files"


@dataclass
class Desk:
    slack: SlackWorkspace
    files: Files

    def upload(self, name: str, content: bytes) -> SlackFile:
        """What somebody dropped into #support."""
        state = self.slack.state
        kept = state.keep(name, content, self.slack.users["ana"].id)
        state.share([kept], self.slack.channels["support"], kept.user_id)
        return file_of(state.told_file(kept, shares=True))


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    slack = SlackWorkspace(bot_token=TOKEN)
    async with Served(slack.app) as served, aiohttp.ClientSession() as session:
        slack.connect("http://127.0.0.1:9", here=served.url)
        client = AsyncWebClient(token=TOKEN, base_url=f"{served.url}/api/", session=session, retry_handlers=[])
        yield Desk(slack, Files(session, client, token=TOKEN, api_url=f"{served.url}/api/"))


async def test_a_file_somebody_gave_is_fetched_as_it_is(desk: Desk, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    given = desk.upload("photo.png", content)

    size = await desk.files.fetch_to(given, tmp_path / "photo.png", most=1_000_000)

    assert await desk.files.fetch(given, most=1_000_000) == content
    assert (size, (tmp_path / "photo.png").read_bytes()) == (len(content), content)


@pytest.mark.parametrize("lie", [0, 1])
async def test_a_file_larger_than_allowed_is_refused_whatever_its_description_says(
    desk: Desk, tmp_path: Path, lie: int
) -> None:
    given = desk.upload("feed.csv", b"x" * 5000)
    told = replace(given, size=10) if lie else given

    with pytest.raises(FileTrouble, match=r"feed\.csv is too large: at most 4 KB"):
        await desk.files.fetch_to(told, tmp_path / "feed.csv", most=4096)

    assert not (tmp_path / "feed.csv").exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/file",
        "https://files.slack.com.evil.test/x",
        "https://files.slack.com@evil.test/x",
        "http://files.slack.com/x",
        "file:///etc/passwd",
        "",
    ],
)
async def test_the_token_is_sent_to_slack_only(desk: Desk, url: str) -> None:
    given = replace(desk.upload("a.txt", b"a"), url=url)

    with pytest.raises(FileTrouble, match="does not lie in Slack"):
        await desk.files.fetch(given, most=100)


async def test_a_file_that_is_gone_is_said_so(desk: Desk) -> None:
    given = desk.upload("a.txt", b"a")

    with pytest.raises(FileTrouble, match=r"a\.txt"):
        await desk.files.fetch(replace(given, url=given.url.replace(given.id, "F0GONE0001")), most=100)


async def test_a_file_of_ours_hangs_in_the_thread_it_was_shared_to(desk: Desk) -> None:
    channel = desk.slack.channels["support"]
    root = desk.slack.state.post(channel, desk.slack.users["ana"].id, "Die Karte")

    id = await desk.files.share(
        channel.id, root.ts, "errors.csv", b"line;problem\n", title="Errors", text="What is wrong"
    )

    (entry,) = channel.replies(root.ts)
    assert "What is wrong" in entry.text
    assert id in str(entry.files)


async def test_a_share_slack_refuses_is_told_in_words(desk: Desk) -> None:
    desk.slack.faults.answers("file_uploads_disabled", method="files.getUploadURLExternal")

    with pytest.raises(FileTrouble, match=r"Slack did not take errors\.csv: file_uploads_disabled"):
        await desk.files.share("C0SUPPORT1", None, "errors.csv", b"x")
