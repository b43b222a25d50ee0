"""Mark, sweep, look: what keeps every subject's card true.

A mark says "look again", a look fetches the truth, decides, shows it and says when to look next. Looks may be repeated,
interrupted and forgotten: whatever is due in the notebook is found again by the sweep.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import failpoints
from bot.board import Board, NotNow, Place, Wanted
from bot.cards.tickets import Entry
from bot.domain.retry import after_failure
from bot.lanes import Lanes
from bot.marketplace import MarketError
from bot.slackwire import SlackTrouble
from bot.store import subjects
from bot.store.subjects import SubjectRow

log = structlog.get_logger(__name__)

SWEEP_BATCH = 200
# Twice not found, a while apart: the subject is gone, not merely late in some replica.
GONE_TRIES = 2
GONE_SECONDS = 20.0


@dataclass(frozen=True)
class Seen:
    """What a look learnt and decided.

    `wanted` None means no card is wanted. `next_look` (UTC) None means not before something changes. `also` are keys of
    other subjects to look at. `facts` is small, without a buyer's words.
    """

    wanted: Wanted | None = None
    entries: tuple[Entry, ...] = ()
    storefront: str | None = None
    state: str | None = None
    version: str | None = None
    closed: bool = False
    due_at: datetime | None = None
    next_look: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()


Look = Callable[[SubjectRow], Awaitable[Seen]]


@dataclass
class Looks:
    board: Board
    by_kind: Mapping[str, Look]
    now: Callable[[], datetime]
    sweep_seconds: float = 1.0
    chance: Callable[[], float] = random.random
    lanes: Lanes = field(init=False)
    width: int = 32
    looked: int = 0
    failures: int = 0

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.look, width=self.width)

    async def mark(self, keys: Iterable[str], *, urgent: bool = False) -> None:
        """Commit "look again now" for `keys`, then wake their lanes. `urgent`: a person is watching."""
        wanted = list(dict.fromkeys(keys))
        if not wanted:
            return
        await subjects.mark(wanted, self.now(), priority=0 if urgent else None)
        self.wake(wanted, urgent=urgent)

    def wake(self, keys: Iterable[str], *, urgent: bool = False) -> None:
        for key in keys:
            self.lanes.wake(key, first=urgent)

    async def sweep_for_ever(self) -> None:
        """Wakes what is due: at start everything that was left, later what a clock or a back-off brings up."""
        while True:
            try:
                await self.sweep()
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(self.sweep_seconds)

    async def sweep(self) -> int:
        """Wake due subjects, most urgent first, as many as the lanes can take. Returns how many were woken."""
        room = SWEEP_BATCH - self.lanes.busy
        if room <= 0:
            return 0
        due = await subjects.due(self.now(), room)
        self.wake(due)
        return len(due)

    async def look(self, key: str) -> None:
        """Fetch the truth about one subject, show it, note it. Never raises: what fails is noted and backs off."""
        row = await subjects.find(key)
        if row is None:
            return
        try:
            look = self.by_kind.get(row.kind)
            if look is None:
                await self._rest(row, f"nobody knows what a {row.kind} is")
                return
            seen = await look(row)
            failpoints.reach("fetch.after")
            await self._show(row, seen)
            self.looked += 1
        except NotNow as later:
            await subjects.failed(key, row.marks, tries=row.tries, look_at=self._in(later.seconds), rest_reason=None)
        except MarketError as error:
            await self._market_failed(row, error)
        except SlackTrouble as slack:
            await self._slack_failed(row, slack)
        except Exception as error:
            log.exception("look failed", subject=key)
            await self._failed(row, f"a defect of ours ({type(error).__name__}), see the log", systemic=False)

    async def _show(self, row: SubjectRow, seen: Seen) -> None:
        place = await self._place(row, seen)
        failpoints.reach("out.response")
        await subjects.seen(
            row.key,
            row.marks,
            look_at=seen.next_look,
            storefront=seen.storefront,
            state=seen.state,
            version=seen.version,
            closed=seen.closed,
            due_at=seen.due_at,
            seen_at=self.now(),
            facts=dict(seen.facts),
            place=(place.channel, place.ts, place.shown) if place else None,
        )
        failpoints.reach("out.ts_saved")
        if place and seen.entries:
            await self._tell(row, place, seen.entries)
        if seen.also:
            await self.mark(seen.also)

    async def _place(self, row: SubjectRow, seen: Seen) -> Place | None:
        hangs = bool(row.ts or row.posting)
        if seen.wanted is None or (seen.closed and not hangs):
            # What was closed before anybody saw it is not worth a card.
            return None
        return await self.board.show(row, seen.wanted)

    async def _tell(self, row: SubjectRow, place: Place, entries: tuple[Entry, ...]) -> None:
        try:
            await self.board.tell(row, place, entries)
        except NotNow as later:
            await subjects.look_again(row.key, self._in(later.seconds))

    async def _market_failed(self, row: SubjectRow, error: MarketError) -> None:
        if error.gone:
            if row.tries + 1 >= GONE_TRIES:
                await self._rest(row, "the marketplace does not know it (any more)")
            else:
                await subjects.failed(
                    row.key, row.marks, tries=row.tries + 1, look_at=self._in(GONE_SECONDS), rest_reason=None
                )
            return
        wait = error.retry_after or 0.0
        await self._failed(row, str(error), systemic=error.systemic, at_least=wait)

    async def _slack_failed(self, row: SubjectRow, slack: SlackTrouble) -> None:
        reason = f"Slack refuses the card: {slack.code}"
        await self._failed(row, reason, systemic=slack.systemic, at_least=slack.retry_after)

    async def _failed(self, row: SubjectRow, reason: str, *, systemic: bool, at_least: float = 0.0) -> None:
        self.failures += 1
        again = after_failure(row.tries, systemic=systemic, chance=self.chance())
        if again.seconds is None:
            await self._rest(row, reason)
            return
        log.info("look failed, will try again", subject=row.key, reason=reason, seconds=round(again.seconds, 1))
        look_at = self._in(max(again.seconds, at_least))
        await subjects.failed(row.key, row.marks, tries=again.tries, look_at=look_at, rest_reason=None)

    async def _rest(self, row: SubjectRow, reason: str) -> None:
        """Stop looking until a push, a poll or a person asks again; say why where people are."""
        log.warning("subject rests", subject=row.key, reason=reason)
        await subjects.failed(row.key, row.marks, tries=row.tries + 1, look_at=None, rest_reason=reason[:500])
        if row.rest_reason is None:
            await self.board.notice(
                f":zzz: I stopped looking at {_spoken(row)}: {reason[:300]}. "
                f"`/{row.kind} {row.ref}` looks again, `kontor rest list` shows all.",
                holder=f"rest:{row.key}",
            )

    def _in(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)


def _spoken(row: SubjectRow) -> str:
    return f"{row.kind.replace('_', ' ')} {row.ref}"
