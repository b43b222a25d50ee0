"""The reply windows that are open right now, in memory: what each is about.

Nothing here is the truth: what people wrote is in the notebook, the ticket at the marketplace. A window whose session
is forgotten, after a restart for one, gets a new one when somebody does something in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.cards.clicks import Click
from bot.cards.drafts import Draft
from bot.domain.currency import currency_of
from bot.domain.facts import Facts
from bot.domain.model import Order, Return, Ticket
from bot.domain.reply import Tracking

# Slack forgets what is typed in a window that was open for longer; so do we.
KEEP_SECONDS = 4 * 3600.0
MOST_WINDOWS = 1000
AROUND_SECONDS = 5.0


@dataclass(frozen=True)
class Agent:
    """Who writes: their name for the signature, and the language their Slack speaks."""

    name: str | None = None
    locale: str | None = None


@dataclass(frozen=True)
class Around:
    """What belongs to a ticket besides itself, as far as the marketplace and the notebook told."""

    order: Order | None = None
    item: Return | None = None
    tracking: Tracking | None = None


@dataclass
class Session:
    """One open reply window. `newest` is the number of the last thing that was heard from it, `touched` holds the
    block_ids of fields somebody typed in.
    """

    view_id: str
    click: Click
    user_id: str
    team_id: str | None
    ticket: Ticket
    facts: Facts
    agent: Agent
    draft: Draft
    around: asyncio.Future[Around]
    opened_at: float
    notices: tuple[str, ...] = ()
    restored_at: datetime | None = None
    drawn: object = None
    newest: int = 0
    touched: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def account(self) -> str:
        return self.facts.account

    @property
    def currency(self) -> str | None:
        return currency_of(self.ticket.storefront or "")

    async def surroundings(self, seconds: float = AROUND_SECONDS) -> Around:
        """What is known within `seconds`: a slow order must not keep anybody from writing."""
        await asyncio.wait({self.around}, timeout=seconds)
        return self.around.result() if self.around.done() else Around()


class Composing:
    """`tick` is a monotonic clock in seconds."""

    def __init__(self, tick: Callable[[], float]) -> None:
        self.tick = tick
        self._windows: dict[str, Session] = {}

    def open(self, session: Session) -> None:
        old = [id for id, kept in self._windows.items() if self.tick() - kept.opened_at > KEEP_SECONDS]
        over = max(0, len(self._windows) - len(old) + 1 - MOST_WINDOWS)
        for id in {*old, *list(self._windows)[:over]}:
            del self._windows[id]
        self._windows[session.view_id] = session

    def find(self, view_id: str) -> Session | None:
        return self._windows.get(view_id)

    def close(self, view_id: str) -> Session | None:
        return self._windows.pop(view_id, None)

    def hear(self, view_id: str, block_id: str) -> int:
        """Somebody did something in a window, in the field `block_id`. Its number; later things have higher ones."""
        session = self._windows.get(view_id)
        if session is None:
            return 0
        session.newest += 1
        session.touched.add(block_id)
        return session.newest
