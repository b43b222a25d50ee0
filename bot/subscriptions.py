"""Keeps our subscriptions at the marketplace as they must be: one per event and storefront, active, to our address.

The marketplace switches a subscription off after half a day of failures and never replays what was missed; so a timer
reads them back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import failpoints
from bot.desk import Market
from bot.domain.model import Subscription
from bot.marketplace import MarketError
from bot.store import challenges

log = structlog.get_logger(__name__)

EVENTS = (
    "order_new",
    "order_unit_status_changed",
    "return_new",
    "return_status_changed",
    "return_unit_status_changed",
)
# Of offers; asked for only while a rule wants notices about them.
UNIT_EVENT = "item_unit_"
# The marketplace asks the callback back while it handles our request; it has 15 s for that.
CHALLENGE_SECONDS = 60
CHECK_SECONDS = 300.0
# A subscription the marketplace keeps switching off is not switched on again more often than this.
REACTIVATE_SECONDS = 900.0
FAILED = "FAILED"


@dataclass(frozen=True)
class Step:
    """One change that makes the subscriptions right. `what` is a sentence for people."""

    what: str
    event: str
    storefront: str
    existing: Subscription | None
    remove: bool = False


def steps(
    existing: list[Subscription],
    *,
    storefronts: tuple[str, ...],
    callback_url: str,
    fallback_email: str,
    unit_events: tuple[str, ...] = (),
) -> list[Step]:
    """What must change, decided without doing it. Subscriptions that lead elsewhere are somebody else's: left alone.

    `unit_events` are those about offers that the rules need; ours about offers that they do not need end.
    """
    plan: list[Step] = []
    mine = [item for item in existing if item.callback_url.rstrip("/") == callback_url.rstrip("/")]
    for storefront in storefronts:
        for event in (*EVENTS, *unit_events):
            held = [item for item in mine if item.event == event and (item.storefront or "").lower() == storefront]
            if not held:
                plan.append(Step(f"create {event} for {storefront}", event, storefront, None))
                continue
            first, *extra = sorted(held, key=lambda item: (not item.active, item.id))
            if not first.active:
                plan.append(Step(f"switch {event} for {storefront} on again", event, storefront, first))
            elif first.fallback_email != fallback_email:
                plan.append(Step(f"mend the e-mail of {event} for {storefront}", event, storefront, first))
            plan += [
                Step(f"remove a second {event} for {storefront}", event, storefront, item, remove=True)
                for item in extra
            ]
    unwanted = [item for item in mine if item.event.startswith(UNIT_EVENT) and item.event not in unit_events]
    return plan + [
        Step(f"remove {item.event} for {item.storefront}: no rule needs it", item.event, "", item, remove=True)
        for item in unwanted
    ]


async def sync(
    market: Market,
    *,
    storefronts: tuple[str, ...],
    callback_url: str,
    fallback_email: str,
    now: Callable[[], datetime],
    unit_events: tuple[str, ...] = (),
) -> list[str]:
    """Make the subscriptions right. Returns what was done or failed, a line each. Raises MarketError if unreadable."""
    existing = [item async for item in market.list_subscriptions()]
    plan = steps(
        existing,
        storefronts=storefronts,
        callback_url=callback_url,
        fallback_email=fallback_email,
        unit_events=unit_events,
    )
    return list((await _carry_out(market, plan, callback_url, fallback_email, now)).values())


async def _carry_out(
    market: Market, plan: list[Step], callback_url: str, fallback_email: str, now: Callable[[], datetime]
) -> dict[Step, str]:
    """What was done or failed, a line for each step."""
    told: dict[Step, str] = {}
    for step in plan:
        await challenges.expect(market.account, now() + timedelta(seconds=CHALLENGE_SECONDS))
        try:
            await _do(market, step, callback_url, fallback_email)
            failpoints.reach("sub.done")
            told[step] = f"done: {step.what}"
        except MarketError as error:
            told[step] = f"{FAILED}: {step.what}: {error}"
    await challenges.settled(market.account)
    return told


async def _do(market: Market, step: Step, callback_url: str, fallback_email: str) -> None:
    if step.existing is None:
        await market.create_subscription(
            event=step.event, storefront=step.storefront, callback_url=callback_url, fallback_email=fallback_email
        )
    elif step.remove:
        await market.delete_subscription(step.existing.id)
    else:
        await market.change_subscription(step.existing.id, active=True, fallback_email=fallback_email)


@dataclass
class Watch:
    """Reads our subscriptions back on a timer and mends what the marketplace switched off."""

    market: Market
    storefronts: tuple[str, ...]
    callback_url: str
    fallback_email: str
    now: Callable[[], datetime]
    # Those the rules need as they are now.
    unit_events: Callable[[], tuple[str, ...]] = tuple
    seconds: float = CHECK_SECONDS
    inactive: int = 0
    error: str | None = None
    # When what was put right last, by what was done.
    _mended: dict[str, datetime] = field(default_factory=dict)

    async def run_for_ever(self) -> None:
        while True:
            try:
                await self.check()
            except MarketError as error:
                self.error = str(error)
                log.warning("subscriptions could not be read back", account=self.market.account, reason=str(error))
            except Exception:
                log.exception("subscription watch failed")
            await asyncio.sleep(self.seconds)

    async def check(self) -> None:
        existing = [item async for item in self.market.list_subscriptions()]
        plan = steps(
            existing,
            storefronts=self.storefronts,
            callback_url=self.callback_url,
            fallback_email=self.fallback_email,
            unit_events=self.unit_events(),
        )
        self.inactive = len(plan)
        self.error = None
        lately = self.now() - timedelta(seconds=REACTIVATE_SECONDS)
        self._mended = {what: at for what, at in self._mended.items() if at > lately}
        wanted = [step for step in plan if step.what not in self._mended]
        if not wanted:
            return
        told = await _carry_out(self.market, wanted, self.callback_url, self.fallback_email, self.now)
        self.inactive -= sum(not line.startswith(FAILED) for line in told.values())
        self._mended |= {step.what: self.now() for step, line in told.items() if not line.startswith(FAILED)}
        for line in told.values():
            log.info("subscription", account=self.market.account, outcome=line)
