"""Our lines to others: Slack's client, the marketplace's accounts, and what is watched there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
import httpx
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk import Market
from bot.marketplace import KauflandMarket
from bot.marketplace.transport import KeptConnections
from bot.settings import Settings
from bot.subscriptions import Watch

log = structlog.get_logger(__name__)


def slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: the default one re-posts after a dropped connection."""
    # The SDK formats every request for its debug log unless its own logger says that nobody reads it.
    logging.getLogger("slack_sdk.web.async_client").setLevel(logging.INFO)
    return AsyncWebClient(
        token=settings.slack_bot_token, base_url=settings.slack_api_url, session=session, retry_handlers=[]
    )


def market_transport() -> KeptConnections:
    """The connections of all accounts; proxies of the environment are not ours to trust."""
    return KeptConnections(most=40)


def market(
    settings: Settings, account: str, transport: httpx.AsyncBaseTransport, now: Callable[[], datetime]
) -> Market:
    keys = settings.account(account)
    assert keys is not None
    return KauflandMarket(
        account=account,
        client_key=keys.client_key,
        secret_key=keys.secret_key,
        base_url=settings.market_api_url,
        user_agent=settings.market_user_agent,
        transport=transport,
        now=now,
        per_second=settings.market_per_second,
        storefronts=keys.storefronts,
    )


def share(markets: Iterable[Market], processes: int) -> None:
    """So many processes ask in the accounts' names now."""
    for each in markets:
        each.share(processes)


def watches(
    settings: Settings,
    markets: dict[str, Market],
    now: Callable[[], datetime],
    unit_events: Callable[[], tuple[str, ...]],
) -> list[Watch]:
    """One watch per account, where pushes can reach us; without PUBLIC_URL everything comes by polling.

    `unit_events` are the pushes about offers that the rules need as they are now.
    """
    email = settings.market_fallback_email
    if not settings.public_url or not email:
        log.warning("PUBLIC_URL or MARKET_FALLBACK_EMAIL is not set: no subscriptions, everything comes by polling")
        return []
    found = []
    for account in settings.accounts:
        url = settings.callback_url(account.name)
        assert url is not None
        found.append(Watch(markets[account.name], account.storefronts, url, email, now, unit_events))
    return found


def signed_url(settings: Settings, account: str) -> str | None:
    """The URL the marketplace signs a push with: the whole callback URL, or only its path (MARKET_PUSH_URL_FORM)."""
    url = settings.callback_url(account)
    if url is None or settings.push_url_form == "full":
        return url
    return urlsplit(url).path
