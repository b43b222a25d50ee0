"""Puts a report's files and its chart into the thread of its card, each once.

Slack has no idempotency for files. So the name is unique and noted before; when nobody knows whether a file arrived,
the thread is read back for its name before it is put there again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.desk import Desk
from bot.domain.chart import BarChart
from bot.domain.report import ReportWish, next_gap
from bot.domain.reporttable import TableTrouble
from bot.files import FileTrouble
from bot.marketplace import MarketError
from bot.reportreading import drawn, fetch
from bot.slackwire import trouble
from bot.store import reports
from bot.store.reports import PICTURE, PartRow
from bot.store.subjects import SubjectRow

log = structlog.get_logger(__name__)

# Slack's reads lag behind its writes: a file is looked for after this, and put there again after the other.
SETTLE, DOUBT = timedelta(seconds=4), timedelta(seconds=20)
# How long to wait until Slack has looked at a picture and shows it.
PICTURE_PATIENCE = timedelta(minutes=2)


@dataclass(frozen=True)
class Hung:
    """How far it is: `picture` is the chart's id once it can be shown, `again` when to look again, None for never."""

    over: bool
    picture: str | None = None
    again: timedelta | None = None
    note: str | None = None


async def hang(
    desk: Desk, row: SubjectRow, wish: ReportWish, chart: BarChart | None, contents: Mapping[str, bytes]
) -> Hung:
    """Share what is not shared yet. `contents` are files this look has read already; others are fetched again."""
    if not (row.channel and row.ts):
        return Hung(over=False, again=timedelta(0))
    parts = await reports.of(row.key)
    since = min((part.asked_at for part in parts.values() if part.asked_at), default=desk.now())
    waits: list[timedelta] = []
    note = None
    for part in [part for part in wish.parts if part in parts and parts[part].summary is not None]:

        async def content(part: str = part) -> bytes:
            if part in contents:
                return contents[part]
            report = await desk.market(row.account).fetch_report(parts[part].remote_id or 0)
            market = desk.market(row.account)
            read = await fetch(market, report.url or "", kind=wish.kind, storefront=part, hosts=desk.papers.hosts)
            return read.content

        wait, said = await _share(
            desk, row, wish, parts[part], content, file_name(wish, part, parts[part].remote_id), since
        )
        waits += [wait] if wait is not None else []
        note = note or said
    picture = None
    if chart is not None:
        kept = parts.get(PICTURE) or PartRow(row.key, PICTURE)
        wait, said = await _share(
            desk, row, wish, kept, lambda: drawn(chart), file_name(wish, PICTURE, _any_id(parts)), since
        )
        waits += [wait] if wait is not None else []
        note = note or said
        picture, wait = await _shown(desk, row)
        waits += [wait] if wait is not None else []
    return Hung(over=not waits, picture=picture, again=min(waits) if waits else None, note=note)


def file_name(wish: ReportWish, part: str, remote_id: int | None) -> str:
    """Unique, and telling: sales-new_de_2026-11-16_2026-11-22_21527001.csv."""
    days = [wish.days.first.isoformat(), wish.days.last.isoformat()] if wish.days else []
    if part == PICTURE:
        return "_".join([wish.kind, *days, str(remote_id or 0)]) + ".png"
    return "_".join([wish.kind, *([part] if part else []), *days, str(remote_id or 0)]) + ".csv"


def _any_id(parts: Mapping[str, PartRow]) -> int | None:
    return next((row.remote_id for row in parts.values() if row.remote_id), None)


async def _share(
    desk: Desk,
    row: SubjectRow,
    wish: ReportWish,
    kept: PartRow,
    content: Callable[[], Awaitable[bytes]],
    name: str,
    since: datetime,
) -> tuple[timedelta | None, str | None]:
    """How long to wait before trying again, None when it is done or given up; and what to tell about it.

    The whole report was asked for `since`; a day later nothing of it is tried any more.
    """
    assert row.channel is not None
    if kept.file_id:
        return None, None
    now = desk.now()
    if kept.sharing_at is None and row.reread and (found := await _find(desk, row, name)):
        await reports.sharing(row.key, kept.part, account=row.account, slug=wish.slug, file_name=name, now=now)
        await reports.shared(row.key, kept.part, found)
        return None, None
    if kept.sharing_at is not None:
        age = now - kept.sharing_at
        if age < SETTLE:
            return SETTLE - age, None
        if found := await _find(desk, row, kept.file_name or name):
            await reports.shared(row.key, kept.part, found)
            return None, None
        if age < DOUBT:
            return DOUBT - age, None
    try:
        body = await content()
        slug = wish.slug
        await reports.sharing(row.key, kept.part, account=row.account, slug=slug, file_name=name, now=now)
        id = await desk.files.share(row.channel, row.ts, name, body)
    except (FileTrouble, MarketError, TableTrouble) as error:
        gap = next_gap(now - since)
        log.warning("a report's file could not be shared", subject=row.key, reason=str(error))
        return gap and max(gap, DOUBT), f"The file could not be put into Slack: {error}"
    await reports.shared(row.key, kept.part, id)
    return None, None


async def _find(desk: Desk, row: SubjectRow, name: str) -> str | None:
    """The id of a file of this name in the card's thread."""
    try:
        answer = await desk.slack.conversations_replies(channel=str(row.channel), ts=str(row.ts), limit=200)
    except Exception as error:
        log.info("a thread could not be read", reason=str(trouble(error)))
        return None
    for message in answer.get("messages") or []:
        for file in message.get("files") or []:
            if file.get("name") == name:
                return str(file.get("id") or "") or None
    return None


async def _shown(desk: Desk, row: SubjectRow) -> tuple[str | None, timedelta | None]:
    """The picture's id once Slack has looked at it, so that a card can show it; and how long to wait until then."""
    kept = (await reports.of(row.key)).get(PICTURE)
    if kept is None or kept.file_id is None or kept.sharing_at is None:
        return None, None
    try:
        answer = await desk.slack.files_info(file=kept.file_id)
        if (answer.get("file") or {}).get("shares"):
            return kept.file_id, None
    except Exception as error:
        log.info("a picture could not be asked about", reason=str(trouble(error)))
    patient = desk.now() - kept.sharing_at < PICTURE_PATIENCE
    return None, SETTLE if patient else None
