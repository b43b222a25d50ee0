"""Following a feed's import to its end: how far it is, when its file may go, what is told of its errors."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot import failpoints
from bot.desk import Desk
from bot.domain import imports
from bot.domain.feedkinds import PRODUCT_DATA
from bot.domain.imports import Progress
from bot.domain.report import ReportWish
from bot.domain.words import escaped
from bot.feeddesk import GRACE, progress_facts, read_progress
from bot.files import FileTrouble
from bot.marketplace import MarketError
from bot.reportdesk import ask
from bot.store import feeds
from bot.store.feeds import FeedRow

# Fetching and checking take less than this.
LONGEST_CHECK = timedelta(minutes=10)
# An action that ends marks its subject. Who dies between the two must find it due all the same.
WHILE_ASKED = timedelta(seconds=30)
INTERRUPTED = "The check was interrupted, so nobody knows what is in the file. Give it once more."


async def located(desk: Desk, feed: FeedRow) -> bool:
    """Whether the import of `feed` was begun. The marketplace lists it with our address, which no other import has.

    Raises `MarketError`.
    """
    if feed.token is None or feed.import_id is not None:
        return feed.import_id is not None
    address = desk.feeds.address(feed.token)
    async for file in desk.market(feed.account).list_imports(feed.kind, feed.place):
        if file.url == address:
            await feeds.started(feed.key, file.id)
            return True
    return False


async def interrupted(feed: FeedRow, now: datetime) -> FeedRow:
    """The feed as it is: a check that nobody works on any more, because the process that began it ended, is over."""
    if feed.plan is not None or feed.problem is not None or now - feed.at < LONGEST_CHECK:
        return feed
    await feeds.failed(feed.key, INTERRUPTED)
    return replace(feed, problem=INTERRUPTED)


async def followed(desk: Desk, feed: FeedRow, now: datetime, tries: int) -> Progress | None:
    """How far the marketplace is, noted; None while it has not begun. Raises `MarketError`.

    An import that is not known after `tries` is over: nobody waits for it, and its file is needed no more.
    """
    before = read_progress(feed.progress)
    if feed.import_id is None or (before is not None and before.ended):
        return before
    try:
        file = await desk.market(feed.account).fetch_import(feed.kind, feed.import_id, feed.place)
    except MarketError as error:
        # Once may be a replica that is late.
        if not error.gone or tries < 1:
            raise
        progress = imports.vanished(before, now)
    else:
        progress = imports.seen(before, file, now)
    if progress.ended and progress.errors and feed.kind == PRODUCT_DATA:
        # Before it is noted that this import is over: asking twice is one report.
        await _ask_for_errors(desk, feed)
    failpoints.reach("feed.seen")
    await feeds.progressed(feed.key, progress_facts(progress))
    return progress


async def _ask_for_errors(desk: Desk, feed: FeedRow) -> None:
    """The marketplace's own list of what was wrong comes as a report, with a card and a file."""
    wish = ReportWish("product-data-import-file-errors", (), import_id=feed.import_id)
    await ask(
        desk,
        feed.account,
        wish,
        user_id=feed.user_id,
        team_id=None,
        channel=feed.channel or desk.fallback(),
        heard=f"errors:{feed.key}",
    )


def may_go(feed: FeedRow, progress: Progress | None, now: datetime) -> bool:
    """Whether nobody needs the published file any more."""
    if feed.published_at is None or feed.withdrawn_at is not None or progress is None:
        return False
    still = progress.moved_at or now
    return progress.ended or (progress.downloaded and now - still > GRACE)


async def tell_errors(desk: Desk, feed: FeedRow, channel: str, ts: str) -> None:
    """Every line with a problem, as a file in the card's thread; once."""
    path = desk.feeds.errors(feed.key)
    there = await asyncio.to_thread(path.is_file)
    content = await asyncio.to_thread(path.read_bytes) if there else b""
    await feeds.told(feed.key, desk.now())
    if content:
        try:
            await desk.files.share(channel, ts, "problems.csv", content, title="Every line with a problem")
        except FileTrouble as error:
            await desk.board.whisper(channel, feed.user_id, f":warning: {escaped(str(error), 300)}", ts)
    await asyncio.to_thread(path.unlink, missing_ok=True)
