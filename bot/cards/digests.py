"""What is open, in three parts: the digest of the morning, and the same list when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.cards.blocks import Block, Card, context, section
from bot.cards.lists import NOUNS, Links, counted, line_sections, short_line
from bot.domain.work import DayList

# Longer lists are cut: a message holds some 12,000 characters, and nobody reads more.
MOST_LINES = 8


@dataclass(frozen=True)
class Sheet:
    """What a list is written on: the moment, where cards are found, and the address of Home where we know it."""

    now: datetime
    links: Links
    home: str | None = None


def digest_card(day: DayList, kinds: dict[str, int], sheet: Sheet, *, when: str, papers: str | None = None) -> Card:
    """The message of the morning. `kinds` says how many there are of each; `when` is the schedule in words, `papers`
    our own mrkdwn about invoices that are missing.

    Nobody is called by it: it is no escalation.
    """
    count = " and ".join(counted(count, kind) for kind, count in kinds.items() if count)
    head = f"Good morning. {count} {'waits' if day.total == 1 else 'wait'} here" if count else "Good morning"
    said = f"{head}: {_totals(day)}." if count else f"{head}."
    blocks = [section(f"*{head}*{said.removeprefix(head)}"), *_parts(day, sheet, mentions=False)]
    if papers:
        blocks.append(section(papers))
    blocks.append(context(f"This list comes {when}, and not when nothing waits. rules/clocks.yaml says when."))
    return Card(said, blocks)


def list_card(kind: str, day: DayList, where: str, sheet: Sheet, *, hint: str) -> Card:
    """What `/ticket list` answers. `where` is our own mrkdwn, like "in this channel"; `hint` says what else to ask."""
    many = NOUNS[kind][1]
    if not day.total:
        text = f"No {many} wait {where}."
        return Card(text, [section(text), context(hint)])
    head = f"{counted(day.total, kind)} {'waits' if day.total == 1 else 'wait'} {where}"
    blocks = [section(f"*{head}*: {_totals(day)}."), *_parts(day, sheet, mentions=True), context(hint)]
    return Card(f"{head}: {_totals(day)}.", blocks)


def _totals(day: DayList) -> str:
    said = [
        f"*{day.overdue.total} overdue*" if day.overdue.total else "",
        f"{day.today.total} due today" if day.today.total else "",
        f"{day.later.total} later" if day.later.total else "",
    ]
    return ", ".join(part for part in said if part) or "nothing"


def _parts(day: DayList, sheet: Sheet, *, mentions: bool) -> Iterator[Block]:
    for title, listed in (("Overdue", day.overdue), ("Due today", day.today), ("Later", day.later)):
        if listed.total:
            shown = listed.lines[:MOST_LINES]
            lines = [short_line(work, sheet.now, sheet.links, mentions=mentions) for work in shown]
            yield from line_sections([f"*{title}* ({listed.total})", *lines, *_rest(listed.total - len(shown), sheet)])


def _rest(count: int, sheet: Sheet) -> list[str]:
    home = f"<{sheet.home}|my Home tab>" if sheet.home else "my Home tab"
    return [f"… and {count} more: see {home}."] if count > 0 else []
