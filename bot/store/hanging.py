"""What was found hanging in Slack after the notebook was restored: cards and entries it does not know any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.store import border, sql
from bot.store.transaction import Database, transaction


@dataclass(frozen=True)
class Hanging:
    """A message of ours that was found in Slack: the card of `subject`, or with an `entry` one of its entries."""

    subject: str
    entry: str | None
    channel: str
    ts: str
    at: datetime


async def recall(found: Sequence[Hanging], now: datetime) -> int:
    """Note cards and entries that hang in channels, the newest of each. How many cards were news."""

    async def work(database: Database) -> int:
        news = 0
        for each in sorted(found, key=lambda each: each.ts):
            if each.entry is None:
                news += await _recall_card(database, each, now)
            else:
                await _recall_entry(database, each)
        return news

    return await transaction(work)


async def _recall_card(database: Database, card: Hanging, now: datetime) -> bool:
    kind, account, ref = card.subject.split(":", 2)
    text = (
        "INSERT INTO subjects (key, kind, account, ref, look_at, marks, channel, ts, shown, reread) "
        "VALUES (?, ?, ?, ?, ?, 1, ?, ?, '', TRUE) ON CONFLICT (key) DO UPDATE SET look_at = excluded.look_at, "
        "marks = subjects.marks + 1, channel = excluded.channel, ts = excluded.ts, shown = '', reread = TRUE, "
        "posting = NULL, posting_channel = NULL, posting_at = NULL "
        "WHERE subjects.ts IS NULL OR subjects.ts < excluded.ts"
    )
    values = (border.key(card.subject), kind, account, ref, now, card.channel, card.ts)
    return await sql.inserted(text, *values, database=database)


async def _recall_entry(database: Database, entry: Hanging) -> None:
    await sql.inserted(
        "INSERT INTO entries (subject, key, at, ts) VALUES (?, ?, ?, ?) ON CONFLICT (subject, key) DO UPDATE "
        "SET ts = excluded.ts, posting = NULL, posting_at = NULL",
        *(border.key(entry.subject), border.key(str(entry.entry)), entry.at, entry.ts),
        database=database,
    )


async def reread(subject: str, found: Sequence[Hanging]) -> None:
    """Note what hangs in the thread of the subject's card: nothing of it needs to be looked for again."""

    async def work(database: Database) -> None:
        for each in found:
            await _recall_entry(database, each)
        await sql.change("UPDATE subjects SET reread = FALSE WHERE key = ?", subject, database=database)

    await transaction(work)
