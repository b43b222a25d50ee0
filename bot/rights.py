"""Whether a person may do a deed: the roles as they are now, asked about the person as Slack knows them now.

Asked at the click, where a slow Slack lets the click through, and again right before anything is sent, where it does
not. Every denial is noted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from typing import Protocol

import structlog

from bot.domain.access import (
    ALLOWED,
    Approvals,
    Decision,
    Person,
    Role,
    RoleBook,
    decide,
    decide_anything,
    decide_approval,
    refusal,
    standing,
)
from bot.domain.deeds import BY_RULES, RULES, Deed, Today
from bot.people import People
from bot.slackwire import SlackTrouble
from bot.store import actions as rows
from bot.store import audit
from bot.store.actions import Spending

log = structlog.get_logger(__name__)

CLICK_SECONDS = 1.0


class Spent(Protocol):
    """What was done of a deed's kind since a moment (UTC); see `bot.store.actions.today`."""

    async def __call__(
        self, deed: Deed, users: Collection[str], since: datetime, *, but: str = "", coming: bool = False
    ) -> Today: ...


# Notes a denial: when (UTC), user id, team id, the deed (None for anything at all), the sentence they were told.
NoteDenial = Callable[[datetime, str, str | None, Deed | None, str], Awaitable[None]]


@dataclass(frozen=True)
class Standing:
    """A person with the roles they have, or why they have none."""

    person: Person
    roles: tuple[Role, ...]
    refusal: str | None = None


@dataclass
class Rights:
    people: People
    book: Callable[[], RoleBook]
    now: Callable[[], datetime]
    spent: Spent = rows.today
    note: NoteDenial = audit.note_denial

    async def decide(
        self, user_id: str, team_id: str | None, deed: Deed | None = None, spending: Spending | None = None
    ) -> Decision:
        """What the roles say; `deed` None asks whether they may do anything. Raises `SlackTrouble`.

        `spending` is what was spent today, for who has looked already; what waits to be executed counts otherwise.
        """
        if user_id == RULES and deed and deed.kind in BY_RULES:
            # Whoever may write the files of rules has decided it.
            return ALLOWED
        book = self.book()
        person = await self.people.who(user_id, team_id, book.places)
        if deed is None:
            return decide_anything(book, person, self.people.home_team)
        spending = spending or await self.spending(deed, user_id, coming=True)
        return decide(book, person, _with(deed, spending), self.people.home_team)

    async def decide_at_click(self, user_id: str, team_id: str | None, deed: Deed | None = None) -> Decision | None:
        """As `decide`, but quick: None when Slack is slow or down, and the execution has to ask."""
        try:
            async with asyncio.timeout(CLICK_SECONDS):
                return await self.decide(user_id, team_id, deed)
        except (TimeoutError, SlackTrouble):
            return None

    async def decide_approval(
        self, user_id: str, team_id: str | None, deed: Deed, asked_by: str, spending: Spending | None = None
    ) -> Decision:
        """Whether this person may say yes or no to what `asked_by` proposes. Raises `SlackTrouble`."""
        book = self.book()
        person = await self.people.who(user_id, team_id, book.places)
        spending = spending or await self.spending(deed, asked_by)
        return decide_approval(book, person, _with(deed, spending), asked_by, self.people.home_team)

    async def spending(self, deed: Deed, user_id: str, *, but: str = "", coming: bool = False) -> Spending | None:
        """What was spent of the deed's kind today, without the action `but`; None where no role counts days."""
        book = self.book()
        if not deed.sized or not book.counts_days(deed.kind):
            return None
        users, since = book.selves(user_id), self.day_began()
        seen = await self.spent(deed, users, since, but=but, coming=coming)
        return Spending(deed, users, since, seen)

    async def refusal(self, user_id: str, team_id: str | None, deed: Deed | None = None) -> str | None:
        """Why they may not do it even with a colleague's yes, as a sentence for them; None when they may.

        Raises `SlackTrouble` when Slack cannot be asked.
        """
        return await self.told(user_id, team_id, deed, await self.decide(user_id, team_id, deed))

    async def refusal_at_click(self, user_id: str, team_id: str | None, deed: Deed | None = None) -> str | None:
        """As `refusal`, but when Slack is slow or down the click is let through to the execution's own check."""
        return await self.told(user_id, team_id, deed, await self.decide_at_click(user_id, team_id, deed))

    async def standing(self, user_id: str, team_id: str | None) -> Standing:
        """What the roles give to this person. Raises `SlackTrouble`."""
        book = self.book()
        person = await self.people.who(user_id, team_id, book.places)
        home = self.people.home_team
        return Standing(person, standing(book, person, home), refusal(person, home))

    @property
    def approvals(self) -> Approvals:
        return self.book().approvals

    def day_began(self) -> datetime:
        """The last midnight in the roles' own zone, in UTC."""
        book = self.book()
        today = self.now().astimezone(book.zone).date()
        return datetime.combine(today, time(), book.zone).astimezone(UTC)

    async def told(self, user_id: str, team_id: str | None, deed: Deed | None, decision: Decision | None) -> str | None:
        """The sentence of a denial, which is noted on the way; None for anything else."""
        if decision is None or not decision.denied:
            return None
        kind = deed.kind if deed else "anything"
        log.info("denied", user=user_id, team=team_id, deed=kind, reason=decision.sentence)
        await self.note(self.now(), user_id, team_id, deed, decision.sentence)
        return decision.sentence


def _with(deed: Deed, spending: Spending | None) -> Deed:
    return replace(deed, today=spending.seen) if spending else deed
