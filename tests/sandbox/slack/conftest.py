"""A served workspace with a clock the test moves, the SDK's client, and an app whose answers the test scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slackhouse import SECRET, TOKEN, Clock, ScriptedApp
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.serving import Served
from sandbox.slack import SlackWorkspace


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackWorkspace]:
    workspace = SlackWorkspace(signing_secret=SECRET, bot_token=TOKEN, now=clock.now, tick=clock.tick)
    async with Served(workspace.app) as served:
        workspace.state.url = served.url
        yield workspace


@pytest.fixture
async def client(slack: SlackWorkspace) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(token=TOKEN, base_url=f"{slack.state.base}/api/", session=session, retry_handlers=[])


@pytest.fixture
async def app(slack: SlackWorkspace) -> AsyncIterator[ScriptedApp]:
    """The app the workspace is connected to."""
    scripted = ScriptedApp()

    async def handle(request: Request) -> Response:
        return await scripted.handle(request)

    async with Served(Starlette(routes=[Route("/slack/events", handle, methods=["POST"])])) as served:
        slack.connect(served.url)
        yield scripted
