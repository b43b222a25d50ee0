"""One seller's account at the Kaufland Global Marketplace: everything we ask of it, behind one face."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.marketplace.budget import Budget
from bot.marketplace.calls.account import AccountCalls
from bot.marketplace.calls.downloads import DownloadCalls
from bot.marketplace.calls.files import ImportCalls, ReportCalls
from bot.marketplace.calls.inventory import InventoryCalls, ProductCalls
from bot.marketplace.calls.orders import InvoiceCalls, OrderCalls
from bot.marketplace.calls.returns import ReturnCalls
from bot.marketplace.calls.tickets import TicketCalls
from bot.marketplace.exchange import Exchange, Transport, as_sent
from bot.marketplace.line import Keys, Line


class KauflandMarket(
    TicketCalls,
    ReturnCalls,
    OrderCalls,
    InvoiceCalls,
    InventoryCalls,
    ProductCalls,
    ImportCalls,
    ReportCalls,
    DownloadCalls,
    AccountCalls,
):
    """The marketplace as one account sees it. Every method raises `MarketError` and nothing else.

    `transport` is shared by all accounts and closed by whoever made it. `per_second` bounds the calls of this account
    from this process; the marketplace's own limit is 111 over all of a seller's programs. `now` (UTC) is the clock
    requests are signed by.
    """

    def __init__(
        self,
        *,
        account: str,
        client_key: str,
        secret_key: str,
        base_url: str,
        user_agent: str,
        transport: Transport,
        now: Callable[[], datetime],
        per_second: float = 50.0,
        storefronts: tuple[str, ...] = (),
    ) -> None:
        super().__init__(
            Line(
                account=account,
                keys=Keys(client_key, secret_key),
                base_url=as_sent(base_url),
                user_agent=user_agent,
                exchange=Exchange(transport),
                budget=Budget(per_second),
                now=now,
            )
        )
        self.account = account
        self.own_storefronts = storefronts

    def __repr__(self) -> str:
        return f"KauflandMarket({self.account!r})"

    async def close(self, patience: float = 2.0) -> None:
        """Let calls end whose callers were cancelled; then `transport` may be closed."""
        await self._line.exchange.land(patience)

    def share(self, parts: int) -> None:
        """Leave room for other processes that ask in the same account's name: so many with this one."""
        self._line.share(parts)

    @property
    def trouble(self) -> str | None:
        """Why calls are held back at the moment (a sentence for people), or None while the marketplace answers."""
        return self._line.breaker.reason

    @property
    def clock_trouble(self) -> str | None:
        """What to say of clocks that are more than a minute apart, None when they agree or nobody has answered yet."""
        return self._line.clock_words() or None

    @property
    def clock_skew(self) -> float | None:
        """Seconds this machine's clock is ahead of the marketplace's (negative: behind), None before any answer."""
        return self._line.clock_skew
