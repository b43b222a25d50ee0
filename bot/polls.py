"""Finds by asking what no push told: tickets always, returns and orders as the net under their pushes.

A poll only marks subjects. It reads from its high-water mark minus an overlap, and raises the mark only after the whole
list was read, so that a poll cut short, rows of one second, and a week of downtime lose nothing.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import failpoints
from bot.desk import Market, Marks, subject_key
from bot.domain.inventory import Unit
from bot.domain.model import FULFILLED_BY_KAUFLAND
from bot.domain.words import one_line
from bot.marketplace import MarketError
from bot.store import highwater, notes, subjects
from bot.store.subjects import SubjectRow

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=10)
# The first start shows what is open of the last four weeks; closed subjects get no card.
FIRST_START = timedelta(days=28)
# Clocks differ, and a second holds more than one change: what was seen so soon after its change is seen again.
DOUBT = timedelta(seconds=120)
WAITING_UNITS = ("return_arrived", "return_in_clarification", "return_in_repair")
BATCH = 100
# A whole inventory is a long list, so it is read once in so many rounds of the others.
OFFER_ROUNDS = 4


@dataclass(frozen=True)
class Change:
    """A row of a list: which subject it speaks of, when it changed (UTC), and what of it must be known already."""

    key: str
    at: datetime | None
    state: str | None = None


@dataclass(frozen=True)
class OfferRules:
    """What the rules of now want of offers.

    `wanting` are the digests of those that want notices; `told` says of an offer such a digest and the notice, None for
    silence.
    """

    wanting: tuple[str, ...]
    told: Callable[[Unit, str], tuple[str, str] | None]


SILENCE = OfferRules((), lambda _unit, _account: None)


@dataclass
class Polls:
    markets: Mapping[str, Market]
    marks: Marks
    now: Callable[[], datetime]
    poll_seconds: float
    reconcile_seconds: float
    shows_orders: Callable[[], bool]
    offer_rules: Callable[[], OfferRules] = lambda: SILENCE
    last_ok: dict[str, datetime] = field(default_factory=dict)
    last_error: dict[str, str] = field(default_factory=dict)

    async def run_for_ever(self) -> None:
        async with asyncio.TaskGroup() as group:
            for account in self.markets:
                group.create_task(self._every(self.poll_seconds, f"tickets:{account}", self.tickets, account))
                group.create_task(self._every(self.reconcile_seconds, f"returns:{account}", self.returns, account))
                group.create_task(self._every(self.reconcile_seconds, f"units:{account}", self.return_units, account))
                group.create_task(self._every(self.reconcile_seconds, f"orders:{account}", self.orders, account))
                slowly = self.reconcile_seconds * OFFER_ROUNDS
                group.create_task(self._every(slowly, f"offers:{account}", self.offers, account))

    async def _every(self, seconds: float, name: str, poll: Callable[[str], Awaitable[int]], account: str) -> None:
        while True:
            try:
                marked = await poll(account)
                self.last_ok[name] = self.now()
                self.last_error.pop(name, None)
                await notes.put(f"poll:{name}", {"marked": marked}, self.now())
            except MarketError as error:
                self.last_error[name] = one_line(str(error), 200)
                log.warning("poll failed", poll=name, reason=str(error))
            except Exception as error:
                self.last_error[name] = f"a defect of ours ({type(error).__name__})"
                log.exception("poll failed", poll=name)
            await asyncio.sleep(seconds * random.uniform(0.95, 1.05))  # noqa: S311

    async def tickets(self, account: str) -> int:
        """Marks tickets that changed. Returns how many."""

        async def rows(since: datetime) -> AsyncIterator[Change]:
            async for row in self.markets[account].list_tickets(updated_from=since):
                yield Change(subject_key("ticket", account, row.id), row.updated)

        return await self._changes(f"tickets:{account}", rows)

    async def returns(self, account: str) -> int:
        async def rows(since: datetime) -> AsyncIterator[Change]:
            async for row in self.markets[account].list_returns(updated_from=since):
                yield Change(subject_key("return", account, row.id), row.updated)

        return await self._changes(f"returns:{account}", rows)

    async def return_units(self, account: str) -> int:
        """Return units have no time of change: compare those that wait for a decision with what the cards say."""
        market, marked = self.markets[account], 0
        batch: list[Change] = []
        async for unit in market.list_return_units(status=WAITING_UNITS):
            if unit.fulfillment != FULFILLED_BY_KAUFLAND:
                batch.append(Change(subject_key("return", account, unit.return_id), None, f"{unit.id}:{unit.status}"))
            if len(batch) >= BATCH:
                marked += await self._mark(batch)
                batch = []
        return marked + await self._mark(batch)

    async def orders(self, account: str) -> int:
        """Orders are only asked for while a rule shows some."""
        if not self.shows_orders():
            return 0

        async def rows(since: datetime) -> AsyncIterator[Change]:
            async for row in self.markets[account].list_orders(units_updated_from=since):
                yield Change(subject_key("order", account, row.id), row.units_updated)

        return await self._changes(f"orders:{account}", rows)

    async def offers(self, account: str) -> int:
        """Offers whose push was lost, while a rule wants notices of them.

        What is the matter at the first look, or before a rule came, is how things are and no news.
        """
        rules, marked = self.offer_rules(), 0
        trouble: MarketError | None = None
        for storefront in await self.markets[account].storefronts() if rules.wanting else ():
            try:
                marked += await self._offers_of(account, storefront, rules)
            except MarketError as error:
                # The others are compared all the same, else one that is down for a day makes us blind in all.
                trouble = trouble or error
        if trouble:
            raise trouble
        if not rules.wanting and await notes.get(f"offers:{account}"):
            await notes.put(f"offers:{account}", {}, self.now())
        return marked

    async def _offers_of(self, account: str, storefront: str, rules: OfferRules) -> int:
        noted = await notes.get(f"offers:{account}") or {}
        before = noted.get(storefront) or {"rules": [], "told": {}}
        found: dict[str, str] = {}
        news: list[str] = []
        async for unit in self.markets[account].list_units(storefront):
            if told := rules.told(unit, account):
                rule, found[str(unit.id)] = told
                if rule in before["rules"] and before["told"].get(str(unit.id)) != told[1]:
                    news.append(subject_key("unit", account, f"{storefront}-{unit.id}"))
        await self.marks.mark(news)
        failpoints.reach("poll.marked")
        # After the marks: who dies between the two marks once more, and a mark twice is one card.
        noted[storefront] = {"rules": list(rules.wanting), "told": found}
        await notes.put(f"offers:{account}", noted, self.now())
        return len(news)

    async def _changes(self, name: str, rows: Callable[[datetime], AsyncIterator[Change]]) -> int:
        started = self.now()
        highest = await highwater.get(name)
        since = (highest or started - FIRST_START) - OVERLAP
        marked, newest = 0, highest
        batch: list[Change] = []
        async for change in rows(since):
            batch.append(change)
            # A time in the future must not make us blind until it has come.
            at = min(change.at or started, started)
            newest = max(newest or at, at)
            if len(batch) >= BATCH:
                marked += await self._mark(batch)
                batch = []
        marked += await self._mark(batch)
        failpoints.reach("poll.marked")
        if newest:
            await highwater.raise_to(name, newest)
        return marked

    async def _mark(self, changes: list[Change]) -> int:
        known = await subjects.find_many([change.key for change in changes])
        news = [change.key for change in changes if _is_news(change, known.get(change.key))]
        await self.marks.mark(news)
        return len(set(news))


def _is_news(change: Change, row: SubjectRow | None) -> bool:
    """False only when the card is known to show this change already, or a look is due anyway."""
    if row is None:
        return True
    if row.look_at is not None and row.seen_at is None:
        return False
    if change.at is None:
        return change.state not in (row.version or "").split(".")
    if row.rest_reason and row.facts.get("updated") is None:
        # It never could be looked at. Only a newer change is a reason to try again.
        return row.seen_at is None and row.tries == 0
    seen = row.facts.get("updated")
    if seen != change.at.isoformat():
        return True
    return row.seen_at is None or row.seen_at < change.at + DOUBT
