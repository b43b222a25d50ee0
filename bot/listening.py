"""Slack's listeners: Bolt with every feature's, the desk lent to each, and one door for errors."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot import drops, features
from bot.desk import Desk
from bot.people import People
from bot.settings import Settings
from bot.store import heard
from bot.store.errors import Unsure

log = structlog.get_logger(__name__)

EXPLANATION = (
    "That did not work. Please try again in a minute; when the card says that something is under way, it was taken."
)


def listen(settings: Settings, desk: Desk, slack: AsyncWebClient, people: People) -> AsyncApp:
    """Bolt with every feature's listeners, the desk lent to each, and one door for errors."""

    async def authorize(team_id: str | None = None) -> AuthorizeResult:
        # Asking Slack on the first click would make that click late; what we need of the answer we know.
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id or people.home_team, bot_token=settings.slack_bot_token
        )

    # It warns that our authorize takes the place of a token, which is how it must be.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    app = AsyncApp(
        client=slack,
        signing_secret=settings.slack_signing_secret,
        authorize=authorize,
        raise_error_for_unhandled_request=False,
        # Our guard has verified the raw bytes before Bolt parses them.
        request_verification_enabled=False,
    )

    async def lend_desk(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:
        context["desk"] = desk
        if event_id := body.get("event_id"):
            if not await heard.first_time(f"event:{event_id}", desk.now()):
                await context.ack()
                return
        elif body.get("command") and not await heard.first_time(f"command:{body.get('trigger_id')}", desk.now()):
            await context.ack()
            return
        await next()

    app.use(lend_desk)
    drops.register(app, features.DROPS)
    for feature in features.ALL:
        feature.register(app, settings.command_prefix)
    app.error(explain)
    return app


async def explain(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Tell the person who clicked that it did not work; the details go to the log alone."""
    log.error("listener failed", error=type(error).__name__, exc_info=error)
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id")
    user = (body.get("user") or {}).get("id") if isinstance(body.get("user"), dict) else body.get("user_id")
    if not channel or not user:
        return
    text = str(error) if isinstance(error, Unsure) else EXPLANATION
    try:
        await client.chat_postEphemeral(channel=channel, user=user, text=text)
    except Exception as failure:
        log.warning("could not explain a failure", reason=type(failure).__name__)
