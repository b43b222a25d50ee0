"""Mark, sweep, look: what keeps every subject's card true.

A mark says "look again", a look fetches the truth, decides, shows it and says when to look next. Looks may be repeated,
interrupted and forgotten: whatever is due in the notebook is found again by the sweep.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot import failpoints
from bot.board import Board, NotNow, Place, Untold, Wanted
from bot.cards.tickets import Entry
from bot.countdowns import reminded, reminder_entries
from bot.domain.countdown import Reminder
from bot.domain.retry import after_failure
from bot.lanes import AnyLanes, OpenLanes, in_this_process
from bot.marketplace import MarketError
from bot.recalling import Recall
from bot.slackwire import SlackTrouble
from bot.store import subjects
from bot.store.errors import NotebookError
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

    `reminders` are steps of ladders to tell with this look. For lists: `priority` and `tags` are the rule's, `title` is
    what the subject is called in a line (no buyer's words), `words` what a search finds it by (folded, none of a
    buyer's), `waits_since` (UTC) since when somebody waits for us, None while nobody does.
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
    reminders: tuple[Reminder, ...] = ()
    priority: int = subjects.NORMAL
    tags: tuple[str, ...] = ()
    title: str = ""
    words: str = ""
    waits_since: datetime | None = None


Look = Callable[[SubjectRow], Awaitable[Seen]]


@dataclass
class Looks:
    board: Board
    by_kind: Mapping[str, Look]
    now: Callable[[], datetime]
    sweep_seconds: float = 1.0
    chance: Callable[[], float] = random.random
    lanes: AnyLanes = field(init=False)
    width: int = 32
    open_lanes: OpenLanes = in_this_process
    # Told after every look: what people see elsewhere may have changed.
    changed: Callable[[], None] = lambda: None
    # After a restore: nothing is shown before it is known what hangs in Slack.
    recall: Recall | None = None
    # The accounts that can show nothing new at present: the marketplace is left alone, or Slack is.
    troubled: Callable[[], Iterable[str]] = tuple
    looked: int = 0
    failures: int = 0
    # Accounts that were in trouble, and how many more sweeps bring their subjects back.
    _outages: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lanes = self.open_lanes("looks", self.look, self.width)

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
        await self._resume()
        if self.lanes.busy >= SWEEP_BATCH:
            return 0
        # What is being looked at is due until the look has ended; waking it would make it run once more for nothing.
        found = await subjects.due(self.now(), SWEEP_BATCH)
        held = await self.lanes.held(found) if found else ()
        due = [key for key in found if key not in held]
        self.wake(due)
        return len(due)

    async def _resume(self) -> None:
        """After an outage, look at once at what backed off because of it, not minutes later.

        Twice, because a look that was turned away in the last moment may note its back-off after the first time.
        """
        troubled = dict.fromkeys(self.troubled(), 2)
        for account, left in list(self._outages.items()):
            if account not in troubled:
                await subjects.resume(account, self.now())
                self._outages[account] = left - 1
        self._outages = {account: left for account, left in self._outages.items() if left} | troubled

    async def look(self, key: str) -> None:
        """Fetch the truth about one subject, show it, note it. Never raises: what fails is noted and backs off."""
        if self.recall is not None and not self.recall.done:
            # It stays due. Whoever read its row now would not know of the card that is about to be found.
            return
        try:
            row = await subjects.find(key)
        except NotebookError as error:
            log.error("the notebook does not answer", reason=str(error))
            return
        if row is None:
            return
        try:
            look = self.by_kind.get(row.kind)
            if look is None:
                await self._rest(row, f"nobody knows what a {row.kind} is")
                return
            failpoints.reach("fetch.before")
            seen = await look(row)
            failpoints.reach("fetch.after")
            self.board.still_ours()
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
        if place and row.reread and self.recall is not None:
            await self.recall.reread(row.key, place.channel, place.ts)
        reminders = await reminder_entries(self.board, seen.reminders) if place else ()
        untold = await self.board.untold(row, (*seen.entries, *reminders)) if place else []
        await subjects.seen(
            row.key,
            row.marks,
            # Who dies while telling must find it due.
            look_at=self.now() if untold or reminders else seen.next_look,
            storefront=seen.storefront,
            state=seen.state,
            version=seen.version,
            closed=seen.closed,
            due_at=seen.due_at,
            seen_at=self.now(),
            facts={**seen.facts, **({"title": seen.title} if seen.title else {})},
            place=(place.channel, place.ts, place.shown) if place else None,
            priority=seen.priority,
            waits_since=seen.waits_since,
            tags=seen.tags,
            words=seen.words or None,
        )
        failpoints.reach("out.ts_saved")
        self.changed()
        if place and (untold or reminders):
            await subjects.told(row.key, row.marks, await self._tell(row, place, untold, seen))
        if seen.also:
            await self.mark(seen.also)

    async def _place(self, row: SubjectRow, seen: Seen) -> Place | None:
        hangs = bool(row.ts or row.posting)
        if seen.wanted is None or (seen.closed and not hangs):
            # What was closed before anybody saw it is not worth a card.
            return None
        urgent = seen.wanted.urgent or seen.priority == subjects.URGENT
        return await self.board.show(row, replace(seen.wanted, urgent=urgent))

    async def _tell(self, row: SubjectRow, place: Place, untold: Sequence[Untold], seen: Seen) -> datetime | None:
        """When to look next: after what could not be told yet, else when the look wants it."""
        try:
            await self.board.tell(row, place, untold)
            await reminded(self.board, row, place, seen.reminders, seen.title, self.now())
        except NotNow as later:
            return self._in(later.seconds)
        return seen.next_look

    async def _market_failed(self, row: SubjectRow, error: MarketError) -> None:
        if error.gone:
            if max(row.tries, 0) + 1 >= GONE_TRIES:
                await self._rest(row, "the marketplace does not know it (any more)")
            else:
                await subjects.failed(
                    row.key, row.marks, tries=max(row.tries, 0) + 1, look_at=self._in(GONE_SECONDS), rest_reason=None
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
        await subjects.failed(row.key, row.marks, tries=max(row.tries, 0) + 1, look_at=None, rest_reason=reason[:500])
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
