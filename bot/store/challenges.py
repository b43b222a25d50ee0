"""While we change a subscription, the marketplace asks whether the callback address is ours. Only then we say yes."""

from __future__ import annotations

from datetime import datetime

from bot.store.tables import Challenge
from bot.store.transaction import unit


@unit
async def expect(account: str, until: datetime) -> None:
    """A change for `account` is pending: questions are answered until `until` (UTC)."""
    await Challenge.bulk_create(
        [Challenge(account=account, until=until)], on_conflict=["account"], update_fields=["until"]
    )


@unit
async def expected(account: str, now: datetime) -> bool:
    """Whether a change for `account` is pending at `now` (UTC)."""
    return await Challenge.filter(account=account, until__gt=now).exists()


@unit
async def settled(account: str) -> None:
    """No change for `account` is pending any more."""
    await Challenge.filter(account=account).delete()
