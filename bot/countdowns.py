"""Clocks at a look: which steps of their ladders were told, and telling those that are due.

A step is posted with a marker like every thread entry, then noted as told. The marker settles one that a kill
interrupts; the note outlives the thread, so a card that somebody deleted and that hangs anew calls nobody again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.board import Board, Place, Untold
from bot.cards.reminders import escalation_card, reminder_card
from bot.cards.tickets import Entry
from bot.domain.countdown import Countdown, Reminder, count_down, reached_any
from bot.domain.ladder import Clock
from bot.domain.routing import Facts, Route, next_age
from bot.domain.targets import ClockBook
from bot.slackwire import SlackTrouble
from bot.store import entries as entry_rows
from bot.store import steps
from bot.store.subjects import SubjectRow

log = structlog.get_logger(__name__)


async def counted(
    book: ClockBook, row: SubjectRow, clocks: tuple[Clock, ...], facts: Facts, route: Route, *, claimer: str | None
) -> Countdown:
    """The countdown of the subject `row` whose `clocks` run, at the moment of its `facts`.

    Steps that a subject had passed before it got its card are noted as told: the card is news enough.
    """
    now, fresh = facts.now, not (row.ts or row.posting)
    told: set[str] = set()
    if reached_any(clocks, now):
        told = {key for key, step in (await steps.of(row.key)).items() if step.done}
    found = count_down(
        clocks,
        now,
        told,
        quiet=book.quiet,
        claimer=claimer,
        group=route.mention,
        fresh=fresh,
        others=(route.again_at, next_age(book.ages, facts)),
    )
    await steps.told(row.key, found.passed, now)
    return found


async def reminder_entries(board: Board, reminders: Sequence[Reminder]) -> tuple[Entry, ...]:
    """The replies under the card that tell the steps."""
    return tuple(
        [
            Entry(f"step:{reminder.key}", reminder.at, reminder_card(reminder, await _calls(board, reminder)))
            for reminder in reminders
        ]
    )


async def reminded(
    board: Board, row: SubjectRow, place: Place, reminders: Sequence[Reminder], title: str, now: datetime
) -> None:
    """The threads have been told: tell the other channels too, and note each step as told.

    Raises what `Board.tell` raises; what was told stays noted.
    """
    for reminder in reminders:
        if reminder.step.channel:
            await _tell_elsewhere(board, row, place, reminder, reminder.step.channel, title)
        await steps.told(row.key, [reminder.key, *reminder.passed], now)
        log.info("a step was told", subject=row.key, step=reminder.key)


async def _tell_elsewhere(
    board: Board, row: SubjectRow, place: Place, reminder: Reminder, wanted: str, title: str
) -> None:
    """A channel that is closed to us is said once and costs nobody a look: the thread has been told."""
    card = escalation_card(
        reminder,
        await _calls(board, reminder),
        name=f"{row.kind.replace('_', ' ').capitalize()} {row.ref}",
        title=title,
        link=board.channels.link(place.channel, place.ts),
    )
    entry = Entry(f"step:{reminder.key}@", reminder.at, card)
    kept = (await entry_rows.known(row.key)).get(entry.key)
    if kept and kept.done:
        return
    try:
        channel = await board.channels.id(wanted)
        await board.tell(row, Place(channel, "", ""), [Untold(entry, kept)])
    except SlackTrouble as slack:
        if slack.systemic:
            raise
        log.error("a step could not be told in its other channel", subject=row.key, channel=wanted, reason=slack.code)
        if board.channels.close(wanted, slack.code):
            await board.notice(
                f":warning: I cannot tell steps of a ladder in {wanted}: {slack.code}. Change rules/clocks.yaml.",
                holder=f"ladder:{wanted}",
            )


async def _calls(board: Board, reminder: Reminder) -> list[str]:
    """Mrkdwn that calls people and user groups; a group that does not exist is left out."""
    found = [f"<@{whom}>" if whom[0] in "UW" else await board.channels.mention(whom) for whom in reminder.mention]
    return [call for call in found if call]
