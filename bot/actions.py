"""The one place an action is executed: claim, check, send, settle.

An action is edge-triggered: it is committed before it is sent, sent at most once, and after a lost answer it is settled
by reading back. What cannot be settled is put before a person. A click is never repeated by the machine.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot import failpoints
from bot.cards.blocks import section
from bot.desk import Desk, Doing, Wish, Work, account_of
from bot.domain.deeds import Deed
from bot.domain.words import escaped
from bot.lanes import Lanes
from bot.marketplace import MarketError
from bot.slackwire import SlackTrouble
from bot.store import actions as rows
from bot.store.actions import ActionRow

log = structlog.get_logger(__name__)

# A click that could not be executed for so long is asked for again, not executed late (reliability of money and words).
EXPIRES_SECONDS = 900.0
# When to read back after a lost answer; after the last, a person is asked. All within the first minute.
READ_BACK_SECONDS = (1.0, 4.0, 12.0, 25.0)


@dataclass
class ActionDesk:
    """Takes wishes, executes them in lanes of their own (a person is waiting), and tells how it ended."""

    desk: Callable[[], Desk]
    doings: Mapping[str, Doing]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    read_back_seconds: tuple[float, ...] = READ_BACK_SECONDS
    sweep_seconds: float = 1.0
    lanes: Lanes = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.run, width=8)

    # What features ask for

    async def take(self, wish: Wish) -> str:
        taken = await rows.take(
            rows.NewAction(
                id=self.new_id(),
                key=wish.key,
                kind=wish.kind,
                subject=wish.subject,
                account=account_of(wish.subject),
                user_id=wish.user_id,
                team_id=wish.team_id,
                payload={**wish.payload, "channel": wish.channel, "thread_ts": wish.thread_ts},
                seen_version=wish.seen,
            ),
            wish.heard,
            self.now(),
        )
        failpoints.reach("act.committed")
        if taken.fresh:
            self.lanes.wake(taken.id)
            return ""
        if taken.repeated:
            return ""
        if taken.user_id == wish.user_id:
            return "You already asked for this; it is under way."
        return f"<@{taken.user_id}> was faster and already asked for this. Nothing was sent for you."

    async def deeds(self, subject: str) -> tuple[Deed, ...]:
        return tuple(_deed(row) for row in await rows.for_subject(subject))

    async def draft(self, id: str) -> Mapping[str, object] | None:
        row = await rows.find(id)
        return row.payload if row else None

    async def resolve(self, id: str, *, done: bool, user_id: str) -> str:
        """A person found out what the machine could not. Returns a sentence for them."""
        row = await rows.find(id)
        if row is None or row.state != "needs_human":
            return "Somebody already answered that."
        sentence = f"<@{user_id}> checked: it was {'done' if done else 'not done'}."
        await rows.settle(
            id, "done" if done else "released", sentence=sentence, evidence=None, free_key=not done, now=self.now()
        )
        await self.desk().marks.mark([row.subject], urgent=True)
        return ""

    # Executing

    async def sweep_for_ever(self) -> None:
        while True:
            try:
                for id in await rows.due(self.now(), 50):
                    self.lanes.wake(id)
            except Exception:
                log.exception("action sweep failed")
            await asyncio.sleep(self.sweep_seconds)

    async def recover(self) -> None:
        """At start: what a dead process had claimed goes back, what it may have sent is settled by reading back."""
        for row in await rows.unfinished():
            if row.state == "claimed":
                await rows.release_claim(row.id, self.now())
            self.lanes.wake(row.id)

    async def run(self, id: str) -> None:
        """Bring one action as far as it can go now. Never raises."""
        row = await rows.find(id)
        if row is None:
            return
        try:
            if row.state == "sending":
                await self._settle_by_reading(row)
                return
            claimed = await rows.claim(id, self.now())
            if claimed is not None:
                await self._execute(claimed)
        except Exception:
            log.exception("action failed", action=id, kind=row.kind)
            await self._after_defect(id)

    async def _execute(self, row: ActionRow) -> None:
        work = _work(row)
        desk = self.desk()
        doing = self.doings[row.kind]
        if self._too_old(row):
            await self._end(row, "expired", "It waited too long and was not sent. Please press the button again.")
            return
        try:
            refusal = await desk.refusal(row.user_id, row.team_id) or await doing.refusal(desk, work)
        except MarketError as error:
            await self._not_sent(row, error)
            return
        except SlackTrouble as slack:
            await self._not_sent(row, MarketError.not_sent(f"Slack could not be asked who you are: {slack.code}"))
            return
        if refusal:
            await self._end(row, "refused", refusal)
            return
        if not await rows.sending(row.id, self.now()):
            return
        failpoints.reach("act.sending")
        try:
            await doing.send(desk, work)
        except MarketError as error:
            await self._send_failed(row, error)
            return
        failpoints.reach("act.sent")
        await self._end(row, "done", None)

    async def _send_failed(self, row: ActionRow, error: MarketError) -> None:
        if error.sent == "no" or error.status in {401, 429}:
            # Certainly not executed: it may be tried again until it expires.
            await self._not_sent(row, error)
        elif error.sent == "maybe":
            log.warning("answer lost", action=row.id, kind=row.kind)
            await rows.postpone(row.id, self._in(self.read_back_seconds[0]), state="sending")
            await self._look_urgently(row)
        else:
            await self._end(row, "refused", str(error))

    async def _not_sent(self, row: ActionRow, error: MarketError) -> None:
        if not error.systemic:
            await self._end(row, "refused", str(error))
            return
        wait = max(error.retry_after or 0.0, min(60.0, 2.0 ** min(row.attempts, 6)) * random.uniform(0.5, 1.0))  # noqa: S311
        await rows.postpone(row.id, self._in(wait), state="taken")
        if row.attempts == 1:
            await self._tell(row, f"The marketplace does not answer; I keep trying for 15 minutes. ({error})")

    async def _settle_by_reading(self, row: ActionRow) -> None:
        """The answer was lost: ask the marketplace what it did, a few times, then ask a person."""
        doing = self.doings[row.kind]
        sent_at = row.sent_at or row.taken_at
        age = (self.now() - sent_at).total_seconds()
        try:
            executed = await doing.settled(self.desk(), _work(row))
        except MarketError as error:
            executed, evidence = None, f"The marketplace could not be asked: {error}"
        else:
            evidence = "The marketplace does not show it yet."
        if executed:
            await self._end(row, "done", None)
            return
        later = [seconds for seconds in self.read_back_seconds if seconds > age]
        if later:
            await rows.postpone(row.id, sent_at + timedelta(seconds=later[0]), state="sending")
            return
        if executed is False:
            await self._end(
                row, "released", "The marketplace did not take it. Please look at the card and press again."
            )
            return
        sentence = f"The answer was lost at {sent_at:%H:%M:%S} UTC. {evidence}"
        await self._end(row, "needs_human", sentence)

    async def _after_defect(self, id: str) -> None:
        """A defect of ours: before sending it is refused, after sending only a person can know."""
        row = await rows.find(id)
        if row and row.state == "claimed":
            await self._end(row, "refused", "That did not work, and nothing was sent. The reason is in the log.")
        elif row and row.state == "sending":
            await self._end(row, "needs_human", "Something broke on our side after it may have been sent.")

    async def _end(self, row: ActionRow, state: str, sentence: str | None) -> None:
        free = state in {"refused", "expired", "released"}
        await rows.settle(row.id, state, sentence=sentence, evidence=None, free_key=free, now=self.now())
        failpoints.reach("act.saved")
        log.info("action ended", action=row.id, kind=row.kind, subject=row.subject, state=state)
        await self._look_urgently(row)
        if sentence and state != "done":
            await self._tell(row, sentence)

    async def _tell(self, row: ActionRow, sentence: str) -> None:
        channel, thread = row.payload.get("channel"), row.payload.get("thread_ts")
        if isinstance(channel, str):
            text = ":warning: " + escaped(sentence, 700)
            offers = self.doings[row.kind].again(_work(row))
            await self.desk().board.whisper(
                channel,
                row.user_id,
                text,
                thread if isinstance(thread, str) else None,
                [section(text), *offers] if offers else (),
            )

    async def _look_urgently(self, row: ActionRow) -> None:
        await self.desk().marks.mark([row.subject], urgent=True)

    def _too_old(self, row: ActionRow) -> bool:
        return (self.now() - row.taken_at).total_seconds() > EXPIRES_SECONDS

    def _in(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)


def _deed(row: ActionRow) -> Deed:
    return Deed(row.id, row.kind, row.user_id, row.state, row.taken_at, row.sentence, row.payload)


def _work(row: ActionRow) -> Work:
    return Work(
        row.id,
        row.kind,
        row.subject,
        row.account,
        row.seen_version or "",
        row.user_id,
        row.team_id,
        row.payload,
        row.taken_at,
        row.sent_at,
    )
