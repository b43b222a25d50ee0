"""What the command line asks of the marketplace: our subscriptions, listed and put right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from bot.app import utc_now
from bot.connections import market, market_transport
from bot.desk import Market
from bot.domain.words import one_line
from bot.marketplace import MarketError
from bot.rules import FileProblems, RuleFile
from bot.settings import Settings
from bot.store.database import NotebookError, open_notebook
from bot.subscriptions import sync

Say = Callable[[str], None]


@asynccontextmanager
async def markets_of(settings: Settings) -> AsyncIterator[dict[str, Market]]:
    """A client for each account, closed at the end."""
    transport: httpx.AsyncBaseTransport = market_transport()
    try:
        yield {account.name: market(settings, account.name, transport, utc_now) for account in settings.accounts}
    finally:
        await transport.aclose()


async def list_subscriptions(settings: Settings, say: Say) -> int:
    """A line per subscription. Exit code 1 when an account could not be asked."""
    code = 0
    async with markets_of(settings) as markets:
        for name, seller in markets.items():
            try:
                async for item in seller.list_subscriptions():
                    state = "active" if item.active else "OFF"
                    say(f"{name}\t{item.storefront or '-'}\t{item.event}\t{state}\t{item.callback_url}")
            except MarketError as error:
                say(f"{name}: {one_line(str(error), 300)}")
                code = 1
    return code


async def sync_subscriptions(settings: Settings, say: Say) -> int:
    """Create, repair and re-enable what is missing. The running bot answers the marketplace's question back."""
    if not settings.public_url or not settings.market_fallback_email:
        say("Set PUBLIC_URL and MARKET_FALLBACK_EMAIL first: the marketplace needs an address to call and one to mail.")
        return 2
    try:
        unit_events = RuleFile(settings.rules_dir / "routing.yaml").book.unit_events
        notebook = await open_notebook(settings.database_url, settings.data_dir, writer=False)
    except (NotebookError, FileProblems) as error:
        say(str(error))
        return 1
    code = 0
    try:
        async with markets_of(settings) as markets:
            for account in settings.accounts:
                try:
                    told = await sync(
                        markets[account.name],
                        storefronts=account.storefronts,
                        callback_url=settings.callback_url(account.name) or "",
                        fallback_email=settings.market_fallback_email,
                        now=utc_now,
                        unit_events=unit_events,
                    )
                except MarketError as error:
                    told = [f"FAILED: {one_line(str(error), 300)}"]
                code = max(code, int(any(line.startswith("FAILED") for line in told)))
                for line in told or ["everything is as it should be"]:
                    say(f"{account.name}: {line}")
    finally:
        await notebook.close()
    return code
