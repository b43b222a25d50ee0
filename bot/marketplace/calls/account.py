"""The account itself: is it reachable, where does it sell, what is pushed to it.

https://sellerapi.kaufland.com/?page=push-notifications
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.domain.model import Subscription
from bot.marketplace import parse
from bot.marketplace.budget import Urgency
from bot.marketplace.calls.calling import Calls, path
from bot.marketplace.line import LONG_SECONDS

MOST_SUBSCRIPTIONS = 30


class AccountCalls(Calls):
    async def ping(self) -> None:
        """Returns when the marketplace takes our keys."""
        await self._line.get("/status/ping", lambda _: None, usual=Urgency.PERSON)

    async def storefronts(self) -> tuple[str, ...]:
        """Where the seller is set up, whatever the state, in lower case."""
        return await self._line.get("/info/storefront", parse.storefronts)

    def list_subscriptions(self) -> AsyncIterator[Subscription]:
        return self._rows("/subscriptions", parse.subscription, {}, limit=MOST_SUBSCRIPTIONS)

    async def create_subscription(
        self, *, event: str, storefront: str, callback_url: str, fallback_email: str
    ) -> Subscription:
        """The marketplace asks `callback_url` back before it answers, so this takes its time."""
        body = {"event_name": event, "callback_url": callback_url, "fallback_email": fallback_email}
        return await self._line.write_for(
            "POST", "/subscriptions", parse.subscription, body, {"storefront": storefront}, seconds=LONG_SECONDS
        )

    async def change_subscription(
        self,
        id: int,
        *,
        active: bool | None = None,
        callback_url: str | None = None,
        fallback_email: str | None = None,
    ) -> Subscription:
        """Change what is given. A new `callback_url` is asked back at once; `active` switches on what was off."""
        wanted = {"is_active": active, "callback_url": callback_url, "fallback_email": fallback_email}
        body = {name: value for name, value in wanted.items() if value is not None}
        return await self._line.write_for(
            "PATCH", path("/subscriptions/{}", id), parse.subscription, body, seconds=LONG_SECONDS
        )

    async def delete_subscription(self, id: int) -> None:
        await self._line.write("DELETE", path("/subscriptions/{}", id))
