"""Files to and from Slack: fetched with our token from Slack's own hosts only, and shared where a card hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.files import SlackFile, file_of
from bot.domain.words import one_line
from bot.slackwire import trouble

log = structlog.get_logger(__name__)

SLACK_HOST = "files.slack.com"
FETCH_SECONDS = 120.0
PIECE = 64 * 1024


class FileTrouble(Exception):
    """A file could not be fetched or shared. `str()` is a sentence for people."""


class Files:
    """`api_url` is SLACK_API_URL: a Slack of our own serves its files itself."""

    def __init__(self, session: aiohttp.ClientSession, slack: AsyncWebClient, *, token: str, api_url: str) -> None:
        self._session = session
        self._slack = slack
        self._token = token
        api = urlsplit(api_url)
        own = api.hostname and not api.hostname.endswith("slack.com")
        # The token goes to these places and nowhere else, whatever a payload says.
        self._places = {("https", SLACK_HOST), *([(api.scheme, api.netloc)] if own else [])}

    async def fetch(self, file: SlackFile, *, most: int) -> bytes:
        """The file's bytes, at most `most` of them. Raises `FileTrouble`."""
        content = bytearray()
        async with self._pieces(file, most) as pieces:
            async for piece in pieces:
                content += piece
        return bytes(content)

    async def fetch_to(self, file: SlackFile, path: Path, *, most: int) -> int:
        """Write the file to `path` as it comes; how many bytes it had. Raises `FileTrouble` and leaves no file."""
        size = 0
        try:
            with await asyncio.to_thread(path.open, "wb") as target:
                async with self._pieces(file, most) as pieces:
                    async for piece in pieces:
                        await asyncio.to_thread(target.write, piece)
                        size += len(piece)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        return size

    @asynccontextmanager
    async def _pieces(self, file: SlackFile, most: int) -> AsyncIterator[AsyncIterator[bytes]]:
        name = one_line(file.name, 80)
        if file.size > most:
            raise FileTrouble(f"{name} is too large: at most {_spoken(most)}.")
        url = urlsplit(file.url)
        if (url.scheme, url.netloc) not in self._places:
            raise FileTrouble(f"{name} does not lie in Slack, so I do not fetch it. Upload it here instead.")
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS, sock_connect=5, sock_read=30)
        try:
            async with self._session.get(file.url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
                if answer.status != 200:
                    raise FileTrouble(f"Slack does not give me {name} (HTTP {answer.status}). Upload it once more.")
                if answer.content_type == "text/html" and file.mime != "text/html":
                    # Slack's page to sign in, which is what a token without files:read is given.
                    raise FileTrouble(f"Slack does not let me read {name}: the app lacks the scope files:read.")
                yield _at_most(answer.content.iter_chunked(PIECE), most, name)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise FileTrouble(f"{name} could not be fetched from Slack. Try again in a minute.") from error

    async def share(
        self,
        channel: str,
        thread_ts: str | None,
        name: str,
        content: bytes,
        *,
        title: str | None = None,
        text: str = "",
    ) -> str:
        """Put a file of ours into a channel or thread; its id. `text` is our own mrkdwn. Raises `FileTrouble`."""
        with _told(name):
            id = await self._uploaded(name, content)
            await self._slack.files_completeUploadExternal(
                files=[{"id": id, "title": title or name}],
                channel_id=channel,
                thread_ts=thread_ts,
                initial_comment=text or None,
            )
            return id

    async def keep(self, name: str, content: bytes) -> SlackFile:
        """Give Slack a file of ours that is shown nowhere, to be fetched again later. Raises `FileTrouble`."""
        with _told(name):
            id = await self._uploaded(name, content)
            await self._slack.files_completeUploadExternal(files=[{"id": id, "title": name}])
            answer = await self._slack.files_info(file=id)
            return file_of(answer.get("file") or {})

    async def _uploaded(self, name: str, content: bytes) -> str:
        """Bring the bytes to Slack; the id they have there. Raises `FileTrouble` and what Slack's client raises."""
        given = await self._slack.files_getUploadURLExternal(filename=name, length=len(content))
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with self._session.post(str(given["upload_url"]), data=content, timeout=timeout) as answer:
            if answer.status != 200:
                raise FileTrouble(f"Slack did not take {one_line(name, 80)} (HTTP {answer.status}).")
        return str(given["file_id"])


@contextmanager
def _told(name: str) -> Iterator[None]:
    """What Slack's client raises becomes a sentence for people."""
    try:
        yield
    except FileTrouble:
        raise
    except Exception as error:
        reason = trouble(error)
        log.warning("a file could not be shared", reason=str(reason))
        raise FileTrouble(f"Slack did not take {one_line(name, 80)}: {reason.code}.") from error


async def _at_most(pieces: AsyncIterator[bytes], most: int, name: str) -> AsyncIterator[bytes]:
    """The pieces as they come, until they are more than anybody announced."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > most:
            raise FileTrouble(f"{name} is too large: at most {_spoken(most)}.")
        yield piece


def _spoken(size: int) -> str:
    return f"{size / 1024 / 1024:.0f} MB" if size >= 1024 * 1024 else f"{size // 1024} KB"
