"""What offers cost before a person's own changes of a day, whichever way they were made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from bot.bulkdesk import BULK, offers_of, taken_parts
from bot.desk import account_of, subject_key
from bot.domain.action import Action
from bot.domain.bulkplan import Planned
from bot.domain.bulkresult import read_outcomes, so_far
from bot.domain.offers import PRICE
from bot.domain.pricesteps import DAY, Change, change_by, change_within, counts, furthest, stood
from bot.offersearch import KIND
from bot.store import actions, bulks
from bot.store.bulks import Batch, BulkRow

# Prices by offer and field.
Before = Mapping[str, Mapping[str, int]]


async def prices_before(user_id: str, now: datetime) -> Before:
    """Two questions to the notebook, however many offers were changed."""
    taken = await actions.since(now - DAY, user_id, (PRICE, BULK))
    changes = [change for action in taken if (change := change_by(action))]
    tables = {action.subject: action for action in taken if action.kind == BULK and counts(action)}
    if tables:
        batches = await bulks.batches(tables)
        changes += await asyncio.to_thread(lambda: list(_by_tables(taken, tables, batches)))
    return stood(changes, user_id, now)


def _by_tables(taken: Sequence[Action], tables: Mapping[str, Action], batches: Sequence[Batch]) -> Iterator[Change]:
    parts = {key: taken_parts(action for action in taken if action.subject == key) for key in tables}
    for batch in batches:
        rows, outcomes = offers_of(batch.part), read_outcomes(batch.part.outcomes)
        for became in so_far(rows, outcomes, parts[batch.bulk].get(batch.part.number), over=batch.over):
            if change := change_within(tables[batch.bulk], _offer(batch.bulk, became.row), became):
                yield change


def _offer(bulk: str, row: Planned) -> str:
    """The subject of an offer in the table `bulk`."""
    return subject_key(KIND, account_of(bulk), f"{row.storefront}-{row.unit}")


async def furthest_of(bulk: BulkRow, before: Before) -> int:
    """The steepest change of a price in a table in percent, of those offers whose prices stood elsewhere `before`."""
    rows = [row for part in await bulks.parts(bulk.key) for row in offers_of(part)] if before else []
    return max(
        (furthest(row.steps, before[key]) for row in rows if (key := _offer(bulk.key, row)) in before), default=0
    )
