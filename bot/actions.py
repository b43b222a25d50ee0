"""What features ask of actions: take a wish, let colleagues decide it, take it back, say what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot import failpoints
from bot.desk import Wish, account_of
from bot.domain.access import Decision
from bot.domain.action import Action
from bot.domain.deeds import Deed, at_all, part_of
from bot.executing import READ_BACK_SECONDS, Executor
from bot.rights import CLICK_SECONDS
from bot.slackwire import SlackTrouble
from bot.store import actions as rows
from bot.store.errors import Unsure, outage

__all__ = ["READ_BACK_SECONDS", "ActionDesk"]

log = structlog.get_logger(__name__)

NOBODY_KNOWS = "Slack could not be asked who you are. Nothing was done; please try again in a minute."


@dataclass
class ActionDesk(Executor):
    """Takes wishes and lets people decide; `Executor` brings them to their end."""

    async def take(self, wish: Wish) -> str:
        """See `bot.desk.Actions`. Raises `Unsure` when nobody can say whether the notebook took it."""
        failpoints.reach("act.received")
        deed = wish.deed or Deed(wish.kind)
        deed = part_of(wish.kind, wish.subject) or Deed(
            wish.kind, deed.amount, deed.count, deed.percent, deed.second, subject=wish.subject
        )
        decision = await self.rights.decide_at_click(wish.user_id, wish.team_id, deed)
        if said := await self.rights.told(wish.user_id, wish.team_id, deed, decision):
            return said
        taken = await self._committed(wish, deed, decision)
        failpoints.reach("act.committed")
        if taken.fresh:
            await self._begin(taken.id, decision.sentence if decision and decision.needs_approval else "")
            return ""
        if taken.repeated:
            return ""
        if taken.user_id == wish.user_id:
            return "You already asked for this; it is under way."
        return f"<@{taken.user_id}> was faster and already asked for this. Nothing was sent for you."

    async def of(self, subject: str) -> tuple[Action, ...]:
        return tuple(await rows.for_subject(subject))

    async def find(self, id: str) -> Action | None:
        return await rows.find(id)

    async def draft(self, id: str) -> Mapping[str, object] | None:
        row = await rows.find(id)
        return row.payload if row else None

    async def approve(self, id: str, user_id: str, team_id: str | None = None) -> str:
        """A colleague says yes; it is read again before it is sent. A sentence for them, empty when all is well."""
        row, said = await self._decidable(id, user_id, team_id)
        if row is None or said:
            return said
        if not await rows.approve(id, user_id, self.now()):
            return await self._decided_before(id)
        self.lanes.wake(id)
        await self._decided_now(row)
        return ""

    async def decline(self, id: str, user_id: str, team_id: str | None = None) -> str:
        """A colleague says no. A sentence for them, empty when all is well."""
        row, said = await self._decidable(id, user_id, team_id)
        if row is None or said:
            return said
        sentence = f"<@{user_id}> said no. Nothing was sent."
        if not await rows.decline(id, user_id, sentence=sentence, now=self.now()):
            return await self._decided_before(id)
        await self._decided_now(row)
        await self._tell(row, "A colleague said no to what you proposed. Nothing was sent.")
        return ""

    async def withdraw(self, id: str, user_id: str, team_id: str | None = None) -> str:
        """Take back what is not being executed yet, and what waits for a yes. A sentence, empty when all is well.

        Who asked may, and colleagues with the same right: stopping a mistake is everybody's business.
        """
        row = await rows.find(id)
        if row is None or not (row.state == "taken" or row.proposed):
            return "It is too late to take this back: look at the card."
        if row.user_id != user_id:
            decision = await self.rights.decide_at_click(user_id, team_id, at_all(row.kind))
            if decision is None:
                return NOBODY_KNOWS
            if said := await self.rights.told(user_id, team_id, at_all(row.kind), decision):
                return said
        if not await rows.withdraw(id, user_id, sentence=f"Taken back by <@{user_id}>.", now=self.now()):
            return "It is too late to take this back: look at the card."
        await self._decided_now(row)
        return ""

    async def resolve(self, id: str, *, done: bool, user_id: str, team_id: str | None = None) -> str:
        """A person found out what the machine could not. A sentence for them, empty when all is well."""
        row = await rows.find(id)
        if row is None or not row.needs_human:
            return "Somebody already answered that."
        if said := await self.rights.refusal_at_click(user_id, team_id, Deed("action.resolve", subject=row.subject)):
            return said
        sentence = f"<@{user_id}> checked: it was {'done' if done else 'not done'}."
        state = "done" if done else "released"
        if not await rows.resolve(id, state, user_id, sentence=sentence, now=self.now()):
            return "Somebody already answered that."
        await self._look_urgently(row)
        return ""

    # Inside

    async def _committed(self, wish: Wish, deed: Deed, decision: Decision | None) -> rows.Taken:
        proposed = bool(decision and decision.needs_approval)
        approved_by = await self._approved_before(wish, deed)
        proposed = proposed and not approved_by
        wait = self.rights.approvals.seconds if proposed else wish.delay_seconds
        new = rows.NewAction(
            id=self.new_id(),
            key=wish.key,
            kind=wish.kind,
            subject=wish.subject,
            account=account_of(wish.subject),
            user_id=wish.user_id,
            team_id=wish.team_id,
            payload={**wish.payload, "channel": wish.channel, "thread_ts": wish.thread_ts},
            seen_version=wish.seen,
            deed=deed,
            summary=wish.summary or None,
            leads_to=wish.leads_to or None,
            lasts_seconds=int(wish.expires_seconds + wish.delay_seconds),
            next_at=self.now() + timedelta(seconds=wait),
            proposed=proposed,
            approved_by=approved_by,
            sentence=decision.sentence if decision and proposed else None,
        )
        try:
            return await rows.take(new, wish.heard, self.now())
        except Exception as error:
            if outage(error):
                # A commit whose answer was lost may have happened.
                raise Unsure from error
            raise

    async def _approved_before(self, wish: Wish, deed: Deed) -> str | None:
        """Who said yes to the whole that the wish is a part of. Their right to is asked again at the execution."""
        whole = await rows.find(wish.covered_by) if wish.covered_by else None
        if whole is None or (whole.kind, whole.user_id, whole.state) != (wish.kind, wish.user_id, "done"):
            return None
        return whole.approved_by if (deed.count or 0) <= (whole.pieces or 0) else None

    async def _begin(self, id: str, reason: str) -> None:
        """Execute it, or show the proposal it became because of `reason`."""
        row = await rows.find(id) if reason else None
        if row is not None and row.proposed:
            await self._proposed(row, reason)
        else:
            self.lanes.wake(id)

    async def _decidable(self, id: str, user_id: str, team_id: str | None) -> tuple[Action | None, str]:
        """The proposal `id`, or why this person cannot decide it."""
        row = await rows.find(id)
        if row is None or not row.proposed:
            return None, await self._decided_before(id)
        try:
            async with asyncio.timeout(CLICK_SECONDS):
                decision = await self.rights.decide_approval(user_id, team_id, row.deed, row.user_id)
        except (TimeoutError, SlackTrouble):
            return None, NOBODY_KNOWS
        return row, await self.rights.told(user_id, team_id, row.deed, decision) or ""

    async def _decided_before(self, id: str) -> str:
        row = await rows.find(id)
        if row is None:
            return "There is no such proposal."
        if row.proposed or row.state == "expired":
            return "This proposal has lapsed. Nothing was done."
        if row.approved_by:
            return f"<@{row.approved_by}> already said yes to this."
        return "This was decided already: look at the card."

    async def _decided_now(self, row: Action) -> None:
        log.info("proposal or action decided", action=row.id, kind=row.kind)
        await self._look_urgently(row)
