"""Open work as lists show it: one line per subject, what to list, and what a person wants to see at Home. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Self

from bot.domain.office import Office

# Of who took it: nobody did.
NOBODY = ""
# What people decide about and answer; both wait for us at times.
DESK_KINDS = ("ticket", "return")
# What runs by itself and is worth watching.
RUNNING_KINDS = ("feed", "chain", "report")


@dataclass(frozen=True)
class Work:
    """One line of a list; times in UTC. `title` is plain text of the marketplace's making, to be escaped.

    `channel` and `ts` say where its card hangs. `claimer` is the user id of who took it.
    """

    key: str
    kind: str
    account: str
    ref: str
    storefront: str | None = None
    state: str | None = None
    closed: bool = False
    priority: int = 1
    due_at: datetime | None = None
    waits_since: datetime | None = None
    tags: tuple[str, ...] = ()
    title: str = ""
    channel: str | None = None
    ts: str | None = None
    claimer: str | None = None

    def overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True)
class Asked:
    """What to list. None asks for any; `claimer` may be `NOBODY`. `waiting`: only what waits for us.

    `until` (UTC): only what is due then or before; `after`: only what is due later, or has no due time.
    """

    kinds: tuple[str, ...]
    storefront: str | None = None
    tag: str | None = None
    claimer: str | None = None
    channel: str | None = None
    waiting: bool = True
    until: datetime | None = None
    after: datetime | None = None


@dataclass(frozen=True)
class Listed:
    """`lines` are a part of all `total`, the first to be due first; of them all `overdue` are overdue."""

    lines: tuple[Work, ...] = ()
    total: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Share:
    """How many of one kind wait for us in one storefront with the same tags, and how many of them are overdue."""

    kind: str
    storefront: str | None
    tags: tuple[str, ...]
    count: int
    overdue: int


# Home


@dataclass(frozen=True)
class HomeFilter:
    """What somebody wants to see at Home. `show` and `whose` are of `SHOWS` and `WHOSE`; empty means any."""

    show: str = "all"
    whose: str = "free"
    storefront: str = ""
    tag: str = ""
    page: int = 0

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Self:
        """From the notebook, whatever an older version wrote there."""
        words = {name: value for name, value in facts.items() if isinstance(value, str)}
        page = facts.get("page")
        return cls(
            show=words.get("show", "") if words.get("show") in SHOWS else cls.show,
            whose=words.get("whose", "") if words.get("whose") in WHOSE else cls.whose,
            storefront=words.get("storefront", ""),
            tag=words.get("tag", ""),
            page=max(page, 0) if isinstance(page, int) else 0,
        )

    def facts(self) -> dict[str, Any]:
        return {
            "show": self.show,
            "whose": self.whose,
            "storefront": self.storefront,
            "tag": self.tag,
            "page": self.page,
        }

    def asked(self, kinds: Iterable[str], claimer: str | None) -> Asked:
        return Asked(tuple(kinds), self.storefront or None, self.tag or None, claimer)


SHOWS = {"all": "Everything", "ticket": "Tickets", "return": "Returns", "running": "Imports and reports"}
WHOSE = {"free": "Free to take", "mine": "Mine", "all": "Everybody's"}


# Digests


@dataclass(frozen=True)
class DayList:
    """Open work as a day sees it: overdue, due before the day ends, later. Each is the beginning of its list."""

    overdue: Listed
    today: Listed
    later: Listed

    @property
    def total(self) -> int:
        return self.overdue.total + self.today.total + self.later.total


def end_of_day(now: datetime, office: Office | None) -> datetime:
    """When the office's day ends (UTC); without an office the day in UTC."""
    if office:
        return office.midnight(office.day_of(now) + timedelta(days=1))
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
