"""The audit log of one thing, as the person who asked for it reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.cards.blocks import Block, Card, context, moment, section
from bot.domain.deeds import words_for
from bot.domain.happening import Record
from bot.domain.model import Money
from bot.domain.words import escaped

MOST_RECORDS = 20

_EVENTS = {
    "taken": "asked to",
    "proposed": "proposed to",
    "approved": "said yes to",
    "declined": "said no to",
    "withdrawn": "took back the wish to",
    "sending": "began to",
    "not_sent": "could not send the wish to",
    "done": "did",
    "refused": "was refused to",
    "expired": "was too late to",
    "released": "did not",
    "needs_human": "may or may not have managed to",
    "resolved": "checked what became of the wish to",
    "denied": "was not let",
    "revealed": "looked at a buyer's data to",
    "photographed": "gave photos to",
}


def audit_card(subject: str, records: Sequence[Record]) -> Card:
    """The last records about `subject`, oldest first."""
    if not records:
        said = f"The audit log holds nothing about {escaped(subject, 80)}."
        return Card(said, [section(said)])
    heading = f"What happened to {escaped(subject, 80)}"
    blocks: list[Block] = [section(f"*{heading}*")]
    blocks += [context(_line(record)) for record in records[-MOST_RECORDS:]]
    if len(records) > MOST_RECORDS:
        blocks.append(context(f"{len(records) - MOST_RECORDS} earlier records: `kontor audit export`."))
    return Card(f"{heading}: {len(records)} records", blocks)


def _line(record: Record) -> str:
    who = f"<@{record.actor}>" if record.actor[:1] in "UW" else escaped(record.actor, 60)
    did = _EVENTS.get(record.event, escaped(record.event, 40))
    parts = [f"{moment(record.at, '{date_num} {time_secs}')} {who} {did} {escaped(words_for(record.kind), 80)}"]
    parts.append(_size(record))
    parts.append(
        f"{escaped(record.before, 60)} → {escaped(record.after, 60)}" if record.before and record.after else ""
    )
    parts.append(escaped(record.result, 200))
    return " · ".join(part for part in parts if part)[:2000]


def _size(record: Record) -> str:
    what = json.loads(record.what)
    parts = []
    if isinstance(minor := what.get("minor"), int):
        parts.append(str(Money(minor, str(what.get("currency", "")))))
    if isinstance(unit := what.get("unit"), int):
        parts.append(f"unit {unit}")
    if state := what.get("state"):
        parts.append(escaped(str(state), 40))
    return ", ".join(parts)
