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
from bot.desk import ActionKind, Desk, Evident, subject_key
from bot.domain.action import APPROVAL, Action
from bot.domain.words import escaped
from bot.lanes import AnyLanes, OpenLanes, in_this_process
from bot.marketplace import MarketError, for_people
from bot.rights import Rights
from bot.slackwire import SlackTrouble
from bot.store import actions as rows
from bot.store.actions import Spending
from bot.store.errors import outage

log = structlog.get_logger(__name__)

# When to read back after a lost answer; after the last, a person is asked. All within the first minute.
READ_BACK_SECONDS = (1.0, 4.0, 12.0, 25.0)
# How often the roles are asked again because money went out between asking and sending.
MOST_RACES = 50


@dataclass
class Executor:
    """Brings actions to their end, each in a lane of its own: a person is waiting.

    `alone` is False while other processes may be at work on the same notebook; `steady` then says whether this one
    still does what it took up, or was away for so long that another may have taken it over.
    """

    desk: Callable[[], Desk]
    kinds: Mapping[str, ActionKind]
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    rights: Rights
    alone: bool = True
    open_lanes: OpenLanes = in_this_process
    steady: Callable[[], bool] = lambda: True
    read_back_seconds: tuple[float, ...] = READ_BACK_SECONDS
    sweep_seconds: float = 1.0
    lanes: AnyLanes = field(init=False)

    def __post_init__(self) -> None:
        self.lanes = self.open_lanes("actions", self.run, 8)

    async def sweep_for_ever(self) -> None:
        while True:
            try:
                for id in await rows.due(self.now(), 50):
                    self.lanes.wake(id)
            except Exception:
                log.exception("action sweep failed")
            await asyncio.sleep(self.sweep_seconds)

    async def recover(self) -> None:
        """At start: what a dead process had claimed goes back, what it may have sent is settled by reading back.

        Beside other processes nothing of theirs is touched: what is really left is due when its claim has run out.
        """
        if not self.alone:
            return
        for row in await rows.unfinished():
            if row.state == "claimed":
                await rows.release_claim(row.id, row.attempts, self.now())
            self.lanes.wake(row.id)

    async def run(self, id: str) -> None:
        """Bring one action as far as it can go now. Never raises."""
        row = await rows.find(id)
        if row is None:
            return
        try:
            with for_people():
                await self._run(row)
        except Exception as error:
            log.exception("action failed", action=id, kind=row.kind)
            await self._after_defect(id, error)

    async def _run(self, row: Action) -> None:
        due = row.next_at is not None and row.next_at <= self.now()
        if row.state == "sending":
            await self._settle_by_reading(row)
        elif row.proposed:
            if due:
                await self._lapse(row)
        else:
            if row.state == "claimed" and due:
                await rows.release_claim(row.id, row.attempts, self.now())
            if (claimed := await rows.claim(row.id, self.now())) is not None:
                await self._execute(claimed)

    async def _execute(self, action: Action) -> None:
        failpoints.reach("act.claimed")
        kind = self.kinds[action.kind]
        if self.now() > action.expires_at:
            await self._end(action, "expired", "It waited too long and was not sent. Please press the button again.")
            return
        try:
            if not await self._still_allowed(action, None):
                return
            if refusal := await kind.refusal(self.desk(), action):
                await self._end(action, "refused", refusal)
                return
            if not await self._given_right_to_send(action):
                return
        except MarketError as error:
            await self._not_sent(action, error)
            return
        except SlackTrouble as slack:
            await self._not_sent(action, MarketError.not_sent(f"Slack could not be asked who you are: {slack.code}"))
            return
        await self._send(kind, action)

    async def _send(self, kind: ActionKind, action: Action) -> None:
        failpoints.reach("act.sending")
        if not self.steady():
            # We were away, and others may have begun to settle it. Only we know for certain that it was not sent.
            await self._postpone(action, self.now(), "taken")
            return
        try:
            await kind.send(self.desk(), action)
        except MarketError as error:
            await self._send_failed(action, error)
            return
        failpoints.reach("act.sent")
        await self._end(action, "done", None)

    # The rights of who asked and of who said yes, once more

    async def _still_allowed(self, action: Action, spending: Spending | None) -> bool:
        """False after the action was refused, or put before a colleague. Raises `SlackTrouble`."""
        rights, deed = self.rights, action.deed
        spending = spending or await rights.spending(deed, action.user_id, but=action.id)
        decision = await rights.decide(action.user_id, action.team_id, deed, spending)
        if action.approved_by and not decision.denied:
            # What Slack knows of the colleague's team is enough: theirs was checked when they pressed.
            decision = await rights.decide_approval(action.approved_by, None, deed, action.user_id, spending)
        if said := await rights.told(action.user_id, action.team_id, deed, decision):
            await self._end(action, "refused", said)
            return False
        if decision.needs_approval:
            await self._propose(action, decision.sentence)
            return False
        return True

    async def _given_right_to_send(self, action: Action) -> bool:
        """The one right to send. Where a day's sum counts, nothing may have been spent since the roles said yes."""
        for _ in range(MOST_RACES):
            spending = await self.rights.spending(action.deed, action.user_id, but=action.id)
            if spending and not await self._still_allowed(action, spending):
                return False
            if await rows.sending(action.id, action.attempts, self.now(), unless=spending):
                return True
            if spending is None:
                break
        return False

    # A second person

    async def _propose(self, action: Action, reason: str) -> None:
        until = self._in(self.rights.approvals.seconds)
        if await rows.propose(action.id, action.attempts, until, sentence=reason, now=self.now()):
            await self._proposed(action, reason)

    async def _proposed(self, action: Action, reason: str) -> None:
        """Show the proposal to those who may decide it, and tell who asked."""
        await self.desk().marks.mark([subject_key(APPROVAL, action.account, action.id), action.subject], urgent=True)
        await self._tell(
            action, f"{reason} I put it before your colleagues; you will hear what they decide.", ":raised_hand:"
        )

    async def _lapse(self, action: Action) -> None:
        sentence = "Nobody decided it in time. Nothing was sent; press the button again if it is still wanted."
        if await rows.lapse(action.id, sentence=sentence, now=self.now()):
            await self._ended(action, "expired", sentence)

    # How sending went

    async def _send_failed(self, action: Action, error: MarketError) -> None:
        if error.sent == "no" or error.status in {401, 429}:
            # Certainly not executed: it may be tried again until it expires.
            await self._not_sent(action, error)
        elif error.sent == "maybe":
            log.warning("answer lost", action=action.id, kind=action.kind)
            await self._postpone(action, self._in(self.read_back_seconds[0]), "sending")
            await self._look_urgently(action)
        else:
            await self._end(action, "refused", str(error))

    async def _not_sent(self, action: Action, error: MarketError) -> None:
        if not error.systemic:
            await self._end(action, "refused", str(error))
            return
        wait = max(error.retry_after or 0.0, min(60.0, 2.0 ** min(action.attempts, 6)) * random.uniform(0.5, 1.0))  # noqa: S311
        await self._postpone(action, self._in(wait), "taken")
        if action.attempts == 1:
            minutes = action.lasts_seconds // 60
            await self._tell(action, f"The marketplace does not answer; I keep trying for {minutes} minutes. ({error})")

    async def _settle_by_reading(self, action: Action) -> None:
        """The answer was lost: ask the marketplace what it did, a few times, then ask a person."""
        kind = self.kinds[action.kind]
        sent_at = action.began_at
        age = (self.now() - sent_at).total_seconds()
        try:
            executed = await kind.settled(self.desk(), action)
        except MarketError as error:
            executed, evidence = None, f"The marketplace could not be asked: {error}"
        else:
            evidence = "The marketplace does not show it yet."
        failpoints.reach("act.read_back")
        if executed:
            await self._end(action, "done", None)
            return
        later = [seconds for seconds in self.read_back_seconds if seconds > age]
        if later:
            await self._postpone(action, sent_at + timedelta(seconds=later[0]), "sending")
            return
        if executed is False:
            await self._end(
                action, "released", "The marketplace did not take it. Please look at the card and press again."
            )
            return
        if isinstance(kind, Evident):
            evidence = await kind.evidence(self.desk(), action)
        await self._end(action, "needs_human", f"The answer was lost at {sent_at:%H:%M:%S} UTC. {evidence}", evidence)

    async def _after_defect(self, id: str, error: Exception) -> None:
        """A defect of ours: before sending it is refused, after sending only a person can know.

        While the notebook is in trouble nothing is decided: when the claim or the send has run out, it is found again.
        """
        if outage(error):
            return
        action = await rows.find(id)
        if action and action.state == "claimed":
            await self._end(action, "refused", "That did not work, and nothing was sent. The reason is in the log.")
        elif action and action.state == "sending":
            await self._end(action, "needs_human", "Something broke on our side after it may have been sent.")

    async def _end(self, action: Action, state: str, sentence: str | None, evidence: str | None = None) -> None:
        free = state in {"refused", "expired", "released"}
        moved = await rows.settle(action.id, state, sentence=sentence, evidence=evidence, free_key=free, now=self.now())
        failpoints.reach("act.saved")
        if moved:
            await self._ended(action, state, sentence)

    async def _ended(self, action: Action, state: str, sentence: str | None) -> None:
        log.info("action ended", action=action.id, kind=action.kind, subject=action.subject, state=state)
        await self._look_urgently(action)
        if sentence and state != "done":
            await self._tell(action, sentence)

    async def _tell(self, action: Action, sentence: str, sign: str = ":warning:") -> None:
        channel, thread = action.payload.get("channel"), action.payload.get("thread_ts")
        if not isinstance(channel, str):
            return
        text = f"{sign} {escaped(sentence, 700)}"
        offers = self.kinds[action.kind].again(action) if sign == ":warning:" else ()
        blocks = [section(text), *offers] if offers else ()
        await self.desk().board.whisper(
            channel, action.user_id, text, thread if isinstance(thread, str) else None, blocks
        )

    async def _look_urgently(self, action: Action) -> None:
        keys = [action.subject]
        if action.approved_by or action.proposed:
            keys.append(subject_key(APPROVAL, action.account, action.id))
        await self.desk().marks.mark(keys, urgent=True)

    async def _postpone(self, action: Action, at: datetime, state: str) -> None:
        await rows.postpone(action.id, at, state=state, now=self.now())

    def _in(self, seconds: float) -> datetime:
        return self.now() + timedelta(seconds=seconds)
