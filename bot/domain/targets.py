"""Which clocks run for a ticket or a return: the marketplace's, and our own where we promised ourselves to be faster.

Pure. Nothing runs while it is somebody else's turn: a clock that is paused is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.clocks import ACCEPTANCE_SECONDS, FIRST_ANSWER_SECONDS
from bot.domain.conditions import Condition, Test, age_limits
from bot.domain.facts import Facts
from bot.domain.ladder import Clock, Step, StorefrontHours
from bot.domain.model import Message, Ticket
from bot.domain.office import Office, Quiet
from bot.domain.schedule import Schedule

OWN = "own"
FIRST_ANSWER = "first_answer"
RETURN = "return"


@dataclass(frozen=True)
class Target:
    """How soon we want to answer, in seconds of office time. `when` None holds for every ticket."""

    name: str
    seconds: int
    when: Condition | None = None
    matches: Test = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "matches", self.when.test() if self.when else lambda facts: True)


@dataclass(frozen=True)
class ClockBook:
    """What rules/clocks.yaml says. Without the file nothing but the marketplace's own clocks run, and nobody is told.

    `ladders` are by the name of their clock; `digest` is when the lists of the morning are posted.
    """

    office: Office | None = None
    quiet: Quiet | None = None
    targets: tuple[Target, ...] = ()
    ladders: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    digest: Schedule | None = None
    ages: tuple[timedelta, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        limits = {limit for target in self.targets for limit in age_limits(target.when)}
        object.__setattr__(self, "ages", tuple(sorted(limits)))

    def target(self, facts: Facts) -> Target | None:
        """The first target that fits."""
        return next((target for target in self.targets if target.matches(facts)), None)

    def ladder(self, clock: str) -> tuple[Step, ...]:
        return self.ladders.get(clock, ())


def never(_: Message) -> bool:
    """No message is known to have been an interim notice."""
    return False


def ticket_clocks(
    book: ClockBook, ticket: Ticket, facts: Facts, is_interim: Callable[[Message], bool] = never
) -> tuple[Clock, ...]:
    """The clocks that run for `ticket`, none while it is not our turn.

    `is_interim` knows the notices that were no answer: they stop no clock, because one that stops too early costs more
    than one that runs on. The marketplace counts the first answer from the ticket's creation, our own target counts
    every answer from when the buyer began to wait.
    """
    since = turn_since(ticket, is_interim)
    if since is None:
        return ()
    clocks = []
    target = book.target(facts)
    if target and book.office:
        clocks.append(Clock(OWN, since, target.seconds, book.office, book.ladder(OWN), deadline=False))
    if not any(message.role == "seller" and not is_interim(message) for message in ticket.messages):
        hours = StorefrontHours(ticket.storefront or "")
        clocks.append(Clock(FIRST_ANSWER, ticket.created, FIRST_ANSWER_SECONDS, hours, book.ladder(FIRST_ANSWER)))
    return tuple(clocks)


def return_clocks(book: ClockBook, arrived: datetime | None, storefront: str) -> tuple[Clock, ...]:
    """The fuse of a return that waits for our decision since `arrived`: then the marketplace accepts by itself."""
    if arrived is None:
        return ()
    return (Clock(RETURN, arrived, ACCEPTANCE_SECONDS, StorefrontHours(storefront), book.ladder(RETURN)),)


def turn_since(ticket: Ticket, is_interim: Callable[[Message], bool] = never) -> datetime | None:
    """Since when the other side waits for us (UTC): their first message we have not answered. None when they do not."""
    if ticket.closed or ticket.fulfilled_by_kaufland or not ticket.seller_responsible:
        return None
    said = [message for message in ticket.messages if message.role != "system"]
    # It is still our turn, so what we wrote last was no answer.
    while said and said[-1].role == "seller":
        said.pop()
    since = None
    for message in reversed(said):
        if message.role != "seller":
            since = message.at
        elif not is_interim(message):
            break
    return since or ticket.created
