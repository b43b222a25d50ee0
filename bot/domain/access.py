"""Who may do what, within which limits, and who may say yes to more. Pure: people and rules are handed in.

Default deny. A right comes from a role, and a role only adds: a person has the best of what all their roles give.
Within one role the most exact line about a deed counts, so `everything` does not undo the limit on a line below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from zoneinfo import ZoneInfo

from bot.domain.currency import Money
from bot.domain.deeds import EVERYTHING, VIEW, Deed, counted, words_for

EVERYBODY = "everybody"
ADMINS = "admins"


@dataclass(frozen=True)
class Person:
    """Somebody in Slack, by user id and team id. `known` is false when Slack does not know them.

    `belongs` holds those of the book's `places` (user groups and channels) they are a member of.
    """

    id: str
    team_id: str | None
    known: bool = True
    guest: bool = False
    bot: bool = False
    deactivated: bool = False
    admin: bool = False
    belongs: frozenset[str] = frozenset()


class Outcome(Enum):
    ALLOWED = "allowed"
    APPROVAL = "approval"
    DENIED = "denied"


@dataclass(frozen=True)
class Decision:
    """What the book says about a deed; `sentence` tells the person why, and is empty when it is simply allowed."""

    outcome: Outcome
    sentence: str = ""

    @property
    def denied(self) -> bool:
        return self.outcome is Outcome.DENIED

    @property
    def needs_approval(self) -> bool:
        return self.outcome is Outcome.APPROVAL


ALLOWED = Decision(Outcome.ALLOWED)


@dataclass(frozen=True)
class Limits:
    """How far a right goes without a second person. Amounts are one per currency; a currency without one is beyond.

    `each` and `per_day` are money, `times_per_day` deeds, `count` pieces in one deed, `percent` how far a price jumps.
    """

    each: tuple[Money, ...] = ()
    per_day: tuple[Money, ...] = ()
    times_per_day: int | None = None
    count: int | None = None
    percent: int | None = None

    @property
    def counts_days(self) -> bool:
        return bool(self.per_day) or self.times_per_day is not None

    def exceeded(self, deed: Deed) -> str | None:
        """The first limit `deed` goes beyond, as the end of a sentence; None when it stays within all."""
        return next(self._exceeded(deed), None) if deed.sized else None

    def _exceeded(self, deed: Deed) -> Iterator[str]:
        if self.each:
            yield from _above(self.each, deed.amount, "each time")
        if self.per_day:
            spent = deed.today.minor + deed.amount.minor if deed.amount else 0
            yield from _above(self.per_day, Money(spent, deed.amount.currency) if deed.amount else None, "a day")
        if self.times_per_day is not None and deed.today.times >= self.times_per_day:
            yield f"{self.times_per_day} times a day"
        if self.count is not None and (deed.count is None or deed.count > self.count):
            yield counted(deed.kind, self.count)
        if self.percent is not None and (deed.percent is None or deed.percent > self.percent):
            yield f"{self.percent} % up or down"


@dataclass(frozen=True)
class Grant:
    """A right to do `kinds` ("order.refund", "ticket.*", "everything") within `limits`.

    Beyond them a colleague is asked, or, with `asks` False, the deed is denied.
    """

    kinds: tuple[str, ...]
    limits: Limits = Limits()
    asks: bool = True

    def fits(self, kind: str) -> int:
        """How exactly it speaks of `kind`: 0 not at all, 3 by its own name."""
        return max((_fit(pattern, kind) for pattern in self.kinds), default=0)


@dataclass(frozen=True)
class Role:
    """`who` are user ids, groups ("@leads", "S…"), channels ("#returns", "C…"), "everybody" and "admins"."""

    name: str
    who: tuple[str, ...]
    may: tuple[Grant, ...]
    approves: tuple[Grant, ...] = ()
    line: int = 0

    def covers(self, person: Person) -> bool:
        """A guest has a role only by their own user id: groups and channels are too easily joined."""
        if person.id in self.who:
            return True
        if person.guest:
            return False
        return any(who == EVERYBODY or (who == ADMINS and person.admin) or who in person.belongs for who in self.who)


@dataclass(frozen=True)
class Ceiling:
    """What nobody may go beyond in a day, everybody together, whoever says yes."""

    kinds: tuple[str, ...]
    per_day: tuple[Money, ...]


@dataclass(frozen=True)
class Approvals:
    """Where proposals hang, whom they call, and how long they live (seconds)."""

    channel: str | None = None
    mention: str | None = None
    seconds: float = 1800.0


@dataclass(frozen=True)
class RoleBook:
    """All of rules/roles.yaml. `same` are sets of user ids that are one person; `zone` is where a day begins."""

    roles: tuple[Role, ...]
    ceilings: tuple[Ceiling, ...] = ()
    same: tuple[frozenset[str], ...] = ()
    approvals: Approvals = Approvals()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Berlin"))
    partial_only: bool = True

    @property
    def places(self) -> frozenset[str]:
        """Every user group and channel a role asks for."""
        return frozenset(who for role in self.roles for who in role.who if who[0] in "@#SCG")

    def selves(self, user_id: str) -> frozenset[str]:
        """All user ids of the person behind `user_id`."""
        return next((ids for ids in self.same if user_id in ids), frozenset({user_id}))

    def counts_days(self, kind: str) -> bool:
        """Whether what was done before today matters for `kind`."""
        grants = (grant for role in self.roles for grant in role.may if grant.fits(kind))
        return any(grant.limits.counts_days for grant in grants) or any(
            _fits_any(ceiling.kinds, kind) for ceiling in self.ceilings
        )


def refusal(person: Person, home_team: str) -> str | None:
    """Why `person` is nobody here, as a sentence for them, or None for a member of our own workspace or its guest.

    `home_team` is empty until Slack has told us our own workspace: nobody may act before.
    """
    if not home_team:
        return "I do not know my own workspace yet. Nothing was done; please try again in a minute."
    if not person.known:
        return "I could not find you in this workspace, so nothing was done."
    if person.team_id != home_team:
        return "People of other organisations can read these cards but not act on them. Nothing was done."
    if person.deactivated:
        return "This Slack account is deactivated. Nothing was done."
    if person.bot:
        return "Bots may not act on cards. Nothing was done."
    return None


GUEST = "Guests can read these cards but not act on them. Ask a colleague. Nothing was done."


def decide(book: RoleBook, person: Person, deed: Deed, home_team: str) -> Decision:
    """Whether `person` may do `deed` alone, only with a colleague's yes, or not at all."""
    if said := refusal(person, home_team):
        return Decision(Outcome.DENIED, said)
    grants = tuple(_grants(book, person, deed.kind))
    if not grants:
        return Decision(Outcome.DENIED, GUEST if person.guest else _no_role(deed))
    if said := above_ceiling(book, deed):
        return Decision(Outcome.DENIED, said)
    beyond = [(grant, limit) for grant in grants if (limit := grant.limits.exceeded(deed))]
    if len(beyond) < len(grants):
        return Decision(Outcome.APPROVAL, deed.second) if deed.second else ALLOWED
    limit = next((limit for grant, limit in beyond if grant.asks), None)
    if limit is None:
        limit = beyond[-1][1]
        return Decision(Outcome.DENIED, f"You may {words_for(deed.kind)} up to {limit}. Nothing was done.")
    return Decision(Outcome.APPROVAL, f"You may {words_for(deed.kind)} up to {limit} by yourself.")


def decide_anything(book: RoleBook, person: Person, home_team: str) -> Decision:
    """Whether `person` may do anything here but look."""
    if said := refusal(person, home_team):
        return Decision(Outcome.DENIED, said)
    if any(grant.kinds != (VIEW,) for role in _roles(book, person) for grant in role.may):
        return ALLOWED
    said = "None of your roles lets you act here. `/kontor settings` shows your rights. Nothing was done."
    return Decision(Outcome.DENIED, GUEST if person.guest else said)


def decide_approval(book: RoleBook, person: Person, deed: Deed, asked_by: str, home_team: str) -> Decision:
    """Whether `person` may say yes or no to `deed`, which `asked_by` (a user id) proposes."""
    if said := refusal(person, home_team):
        return Decision(Outcome.DENIED, said)
    if person.id in book.selves(asked_by):
        return Decision(Outcome.DENIED, "You proposed this yourself: a colleague has to decide. Nothing was done.")
    approving = [grant for role in _roles(book, person) for grant in _most_exact(role.approves, deed.kind)]
    if not approving:
        return Decision(Outcome.DENIED, f"You may not decide whether others {words_for(deed.kind)}. Nothing was done.")
    if said := above_ceiling(book, deed):
        return Decision(Outcome.DENIED, said)
    limits = [limit for grant in approving if (limit := grant.limits.exceeded(deed))]
    if len(limits) == len(approving):
        return Decision(Outcome.DENIED, f"You may decide up to {limits[-1]}. Ask somebody who may more.")
    return ALLOWED


def above_ceiling(book: RoleBook, deed: Deed) -> str | None:
    """Why `deed` is too much for one day whoever agrees, or None."""
    if deed.amount is None or not deed.sized:
        return None
    spent = Money(deed.today.all_minor + deed.amount.minor, deed.amount.currency)
    for ceiling in book.ceilings:
        if _fits_any(ceiling.kinds, deed.kind) and (limit := next(_above(ceiling.per_day, spent, "a day"), None)):
            return f"All of us together may {words_for(deed.kind)} up to {limit}. Nothing was done."
    return None


def standing(book: RoleBook, person: Person, home_team: str) -> tuple[Role, ...]:
    """The roles `person` has, for showing them their own rights."""
    return () if refusal(person, home_team) else tuple(_roles(book, person))


def _roles(book: RoleBook, person: Person) -> Iterator[Role]:
    return (role for role in book.roles if role.covers(person))


def _grants(book: RoleBook, person: Person, kind: str) -> Iterator[Grant]:
    for role in _roles(book, person):
        yield from _most_exact(role.may, kind)


def _most_exact(grants: Sequence[Grant], kind: str) -> list[Grant]:
    best = max((grant.fits(kind) for grant in grants), default=0)
    return [grant for grant in grants if best and grant.fits(kind) == best]


def _fit(pattern: str, kind: str) -> int:
    if pattern == kind:
        return 3
    if pattern.endswith(".*") and kind.startswith(pattern[:-1]):
        return 2
    return int(pattern == EVERYTHING)


def _fits_any(patterns: Iterable[str], kind: str) -> bool:
    return any(_fit(pattern, kind) for pattern in patterns)


def _above(limits: Sequence[Money], amount: Money | None, often: str) -> Iterator[str]:
    """Nothing when `amount` is within the limit of its currency; otherwise what the limit is."""
    if amount is None:
        yield "an amount nobody named"
        return
    most = next((limit for limit in limits if limit.currency == amount.currency), None)
    if most is None:
        yield f"what rules/roles.yaml allows, which says nothing about {amount.currency}"
    elif amount.minor > most.minor:
        yield f"{most} {often}"


def _no_role(deed: Deed) -> str:
    if deed.kind == VIEW:
        return "None of your roles lets you look at this. `/kontor settings` shows your rights. Nothing was done."
    return (
        f"None of your roles lets you {words_for(deed.kind)}. `/kontor settings` shows your rights. Nothing was done."
    )
