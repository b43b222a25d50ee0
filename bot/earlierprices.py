"""What offers cost before a person's own changes of a day, whichever way they were made."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Iterator, Mapping, Sequence
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
from bot.store.bulks import Batch

# Prices by offer and field.
Before = Mapping[str, Mapping[str, int]]


async def prices_before(user_id: str, now: datetime, offers: Container[str]) -> Before:
    """What some offers cost. Two questions to the notebook, however many were changed."""
    return await _before(await _taken(user_id, now), user_id, now, offers)


async def furthest_in(table: str, user_id: str, now: datetime) -> int:
    """How far a table would bring a price in percent, counted from before the person's changes; 0 without any."""
    taken = await _taken(user_id, now)
    if not taken:
        return 0
    batches = await bulks.batches([table])
    rows = await asyncio.to_thread(
        lambda: {_offer(table, row): row for batch in batches for row in offers_of(batch.part)}
    )
    before = await _before(taken, user_id, now, rows)
    return await asyncio.to_thread(
        lambda: max((furthest(rows[offer].steps, was) for offer, was in before.items()), default=0)
    )


async def _taken(user_id: str, now: datetime) -> list[Action]:
    return await actions.since(now - DAY, user_id, (PRICE, BULK))


async def _before(taken: Sequence[Action], user_id: str, now: datetime, offers: Container[str]) -> Before:
    changes = [change for action in taken if (change := change_by(action)) and change.offer in offers]
    tables = {action.subject: action for action in taken if action.kind == BULK and counts(action)}
    if not tables:
        return stood(changes, user_id, now)
    batches = await bulks.batches(tables)
    return await asyncio.to_thread(lambda: stood([*changes, *_by_tables(taken, tables, batches, offers)], user_id, now))


def _by_tables(
    taken: Sequence[Action], tables: Mapping[str, Action], batches: Sequence[Batch], offers: Container[str]
) -> Iterator[Change]:
    parts = {key: taken_parts(action for action in taken if action.subject == key) for key in tables}
    for batch in batches:
        rows = [row for row in offers_of(batch.part) if _offer(batch.bulk, row) in offers]
        action = parts[batch.bulk].get(batch.part.number)
        for became in so_far(rows, read_outcomes(batch.part.outcomes), action, over=batch.over):
            if change := change_within(tables[batch.bulk], _offer(batch.bulk, became.row), became):
                yield change


def _offer(table: str, row: Planned) -> str:
    """The subject of an offer in a table."""
    return subject_key(KIND, account_of(table), f"{row.storefront}-{row.unit}")
