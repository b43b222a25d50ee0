"""A bulk change on its way: the table read in a process of its own, checked against the offers, sent batch by batch."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from bot import failpoints
from bot.bulkfile import MOST_BYTES
from bot.cards.files import SlackFile
from bot.desk import Desk, Market, Wish
from bot.domain import bulkresult
from bot.domain.action import LASTS_SECONDS, Action
from bot.domain.bulk import read_table, undo_rows
from bot.domain.bulkplan import BulkPlan, Places, Planned, batches, plan, read_bulk_plan, read_planned
from bot.domain.bulkresult import Ended, read_outcomes
from bot.domain.feedvalues import defused
from bot.domain.inventory import Unit
from bot.files import FileTrouble
from bot.marketplace import MarketError
from bot.store import bulks
from bot.store.bulks import BulkRow, PartRow

log = structlog.get_logger(__name__)

KIND = "bulk"
BULK, PART = "unit.bulk", "unit.part"
HOME = Path(__file__).parent.parent
CHECK_SECONDS = 60.0
# How many offers of a batch are asked for at the same time.
AT_ONCE = 10
TOO_COSTLY = "Reading the file took more time or memory than I allow. Save the sheet as “CSV UTF-8”, or send parts."
TOO_LATE = "It was interrupted for too long, and what you saw may not be true any more."
ENDINGS = frozenset({"refused", "expired"})


# The check


async def take_in(desk: Desk, row: BulkRow, file: SlackFile) -> None:
    """Fetch the table and check it. Never raises what people should read: it is noted instead."""
    try:
        content = await desk.files.fetch(file, most=MOST_BYTES)
        found, rows = await _checked(desk, row, content)
    except (FileTrouble, MarketError) as error:
        await bulks.failed(row.key, str(error))
    else:
        parts = [[each.facts() for each in batch] for batch in batches(rows)]
        await bulks.checked(row.key, found.facts(), parts, desk.now())
        failpoints.reach("bulk.checked")
    await desk.marks.mark([row.key], urgent=True)


async def _checked(desk: Desk, row: BulkRow, content: bytes) -> tuple[BulkPlan, tuple[Planned, ...]]:
    """Raises `FileTrouble` and `MarketError`."""
    answer = await _read(content, row.storefront)
    if trouble := answer.get("trouble"):
        return BulkPlan(trouble=str(trouble)), ()
    sheet = await asyncio.to_thread(read_table, answer["rows"], answer["at"])
    market = desk.market(row.account)
    named = {each.storefront or row.storefront for each in sheet.rows}
    storefronts = [each for each in desk.papers.storefronts[row.account] if each in named]
    units = {each: await _listed(market, each) for each in storefronts}
    places = await _places(market, storefronts)
    return await asyncio.to_thread(plan, sheet, row.storefront, units, places, answer["notes"])


async def _listed(market: Market, storefront: str) -> list[Unit]:
    return [unit async for unit in market.list_units(storefront)]


async def _places(market: Market, storefronts: Sequence[str]) -> Places:
    groups = {
        storefront: {group.id: group.name async for group in market.list_shipping_groups(storefront)}
        for storefront in storefronts
    }
    return Places(groups, {warehouse.id: warehouse.name async for warehouse in market.list_warehouses()})


async def _read(content: bytes, storefront: str) -> dict[str, Any]:
    """What the child read. Without the environment: it must not know what we know. Raises `FileTrouble`."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-E", "-s", "-m", "bot.bulkchild", storefront),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=HOME,
        env={},
    )
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            said, _ = await child.communicate(content)
    except TimeoutError:
        raise FileTrouble(TOO_COSTLY) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        log.warning("the reader of a table ended badly", code=child.returncode)
        raise FileTrouble(TOO_COSTLY)
    answer: dict[str, Any] = json.loads(said)
    return answer


# Batch by batch


def offers_of(part: PartRow) -> tuple[Planned, ...]:
    return tuple(read_planned(each) for each in part.offers)


async def fresh_units(market: Market, rows: Iterable[Planned]) -> dict[int, Unit]:
    """The offers as they are now, by number; those that are gone are missing. Raises `MarketError`."""
    asked, found = list(rows), []
    for start in range(0, len(asked), AT_ONCE):
        found += await asyncio.gather(*(_fetched(market, row) for row in asked[start : start + AT_ONCE]))
    return {unit.id: unit for unit in found if unit is not None}


async def _fetched(market: Market, row: Planned) -> Unit | None:
    try:
        return await market.fetch_unit(row.unit, row.storefront)
    except MarketError as error:
        if error.gone:
            return None
        raise


def taken_parts(actions: Iterable[Action]) -> dict[int, Action]:
    """The batches that became actions, by number."""
    return {int(str(action.payload["part"])): action for action in actions if action.kind == PART}


async def advance(desk: Desk, bulk: BulkRow, actions: Sequence[Action]) -> BulkRow:
    """Let the next batch go out when none is under way; note the end after the last. The table as it is then.

    A batch whose answer was lost does not hold up the others: offers do not depend on each other. One that was refused
    as a whole, or could not be sent in time, ends it all: the next would fare no better.
    """
    if bulk.begun_at is None or bulk.ended_at is not None:
        return bulk
    taken = taken_parts(actions)
    if any(action.under_way for action in taken.values()):
        return bulk
    number, now = len(taken), desk.now()
    last = taken.get(number - 1)
    # A batch that is settled late, after a restart, makes nothing younger that was shown.
    moved = max([bulk.begun_at, *(action.began_at for action in taken.values())])
    if last is not None and last.state in ENDINGS and number < bulk.parts:
        why = f"The batch before was not sent: {last.sentence or last.state}"
    elif number >= bulk.parts:
        why = ""
    elif now - moved > timedelta(seconds=LASTS_SECONDS):
        why = TOO_LATE
    else:
        why = await desk.actions.take(_wish(bulk, number))
        if not why:
            return bulk
    await bulks.end(bulk.key, why, now)
    failpoints.reach("bulk.ended")
    return await bulks.find(bulk.key) or bulk


def _wish(bulk: BulkRow, number: int) -> Wish:
    """One batch, once. Who pressed the button for all of them is who asks."""
    return Wish(
        kind=PART,
        key=f"{PART}:{bulk.key}:{number}",
        subject=bulk.key,
        seen=str(number),
        user_id=bulk.asked_by or bulk.user_id,
        team_id=bulk.asked_team or bulk.team_id,
        payload={"part": number},
        heard=f"{PART}:{bulk.key}:{number}",
        summary=f"Batch {number + 1} of {bulk.parts} from {bulk.name[:100]}",
    )


def interrupted(bulk: BulkRow, now: datetime, longest: timedelta) -> bool:
    """Whether its check was begun so long ago that nobody works on it any more."""
    return bulk.plan is None and bulk.problem is None and now - bulk.at >= longest


# What became of it


async def all_ended(bulk: BulkRow, actions: Sequence[Action]) -> list[Ended]:
    """Every offer of the table and what became of it."""
    taken = taken_parts(actions)
    return [
        each
        for part in await bulks.parts(bulk.key)
        for each in bulkresult.ended(
            offers_of(part), read_outcomes(part.outcomes), taken.get(part.number), bulk.why or ""
        )
    ]


def sheet_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as a file for people; nothing in it is executed by a spreadsheet."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def files_of(ended: Sequence[Ended]) -> Mapping[str, tuple[str, bytes]]:
    """(title, content) of the files that tell the result, by name."""
    found = {"result.csv": ("result.csv: what became of every offer", sheet_of(bulkresult.result_rows(ended)))}
    if undone := bulkresult.undone(ended):
        found["undo.csv"] = (
            "undo.csv: the values before, for /stock bulk",
            sheet_of(undo_rows(undone)),
        )
    return found


def problems_file(found: BulkPlan) -> bytes:
    """Every problem with its line, for people."""
    rows = [(str(each.line), each.column, each.value, each.what) for each in found.problems]
    return sheet_of([("line", "column", "value", "problem"), *rows])


def plan_of(bulk: BulkRow) -> BulkPlan | None:
    return read_bulk_plan(bulk.plan) if bulk.plan else None
