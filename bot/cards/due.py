"""Due times in the words of the storefront's country and in the reader's own zone; who was told; how urgent it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.cards import names
from bot.cards.blocks import moment
from bot.domain.clocks import zone_of
from bot.domain.countdown import Countdown
from bot.domain.ladder import CLAIMER, OVERDUE, Step
from bot.domain.routing import Priority
from bot.domain.targets import FIRST_ANSWER, OWN, RETURN

WHAT = {OWN: "Our answer", FIRST_ANSWER: "First answer", RETURN: "Decision"}


def due_line(what: str, due: datetime, storefront: str | None, now: datetime) -> str:
    """`what` is due at `due` (UTC): a date token for the reader's zone, then the storefront's own day and hour."""
    local = due.astimezone(zone_of(storefront or ""))
    return f"{what} {_due(due, now)} ({local:%a %d %b, %H:%M} in {names.country(storefront)})"


def clock_lines(countdown: Countdown, storefront: str | None, now: datetime) -> list[str]:
    """When each clock that runs is due, our own target first: it is the stricter one. Mrkdwn."""
    lines = []
    if own := countdown.clock(OWN):
        lines.append(f"{WHAT[OWN]} {_due(own.due, now)}")
    for name in (FIRST_ANSWER, RETURN):
        if clock := countdown.clock(name):
            lines.append(due_line(WHAT[name], clock.due, storefront, now))
    return lines


def escalation_lines(countdown: Countdown) -> list[str]:
    """How far up its ladders a subject is, and who was told of the last step. Mrkdwn, without mentioning anybody."""
    return [
        f":rotating_light: *{WHAT[clock.name]}: {used_words(step)}*, told: {whom_words(step)}"
        for clock, step in countdown.reached
    ]


def due_words(countdown: Countdown) -> str:
    """The due times for notifications and screen readers."""
    return ", ".join(f"{WHAT[clock.name].lower()} due {clock.due:%Y-%m-%d %H:%M} UTC" for clock in countdown.clocks)


def rank_words(priority: Priority, tags: Sequence[str]) -> str:
    """What the rule says about a subject, in mrkdwn; empty when it says nothing out of the ordinary."""
    said = {Priority.URGENT: ["*Urgent*"], Priority.LOW: ["Low priority"]}.get(priority, [])
    return " · ".join([*said, *(f"`{tag}`" for tag in tags)])


def used_words(step: Step) -> str:
    return "overdue" if step.share >= OVERDUE else f"{step.share:.0%} of the time is used"


def whom_words(step: Step) -> str:
    found = [_whom(each) for each in (*step.mention, *([step.channel] if step.channel else []))]
    return ", ".join(found[:-1]) + (" and " if len(found) > 1 else "") + found[-1]


def _whom(each: str) -> str:
    """A name in words: a card is updated often, and nobody is to be called by each update."""
    if each == CLAIMER:
        return "who took it"
    if each[0] in "@#":
        return each
    return f"<#{each}>" if each[0] in "CG" else "a user group"


def _due(due: datetime, now: datetime) -> str:
    return f"{'*overdue since*' if due <= now else 'due'} {moment(due)}"
