"""A feed on its way: kept as a file of ours, checked in a process of its own, compared with the inventory as it is."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import structlog

from bot.addresses import fetch_address
from bot.cards.feeds import Told
from bot.cards.files import SlackFile
from bot.desk import Desk, FeedFolder, Market, account_of, subject_key
from bot.domain.feedkinds import DELIMITER, KINDS, ORDER_COMMAND, FeedKind, recognised
from bot.domain.feedplan import Plan, read_plan
from bot.domain.feedrows import Unreadable
from bot.domain.imports import Progress
from bot.domain.inventory import Unit
from bot.feedfile import LARGEST, NotUtf8, open_text
from bot.files import FileTrouble
from bot.marketplace import MarketError
from bot.store import border, feeds
from bot.store.feeds import FeedRow

log = structlog.get_logger(__name__)

KIND = "feed"
HOME = Path(__file__).parent.parent
CHECK_SECONDS = 320.0
# Nobody fetches a file that long after it was published; the marketplace does so within minutes.
PUBLISHED_FOR = timedelta(hours=24)
# After the marketplace has its copy, for a second try of its own.
GRACE = timedelta(minutes=10)
TOO_COSTLY = "Checking the file took more time or memory than I allow. Split it and send the parts."


@dataclass(frozen=True)
class FeedPlaces:
    """Where feeds lie and how the marketplace reaches them. Without `public_url` it cannot, and nothing is published.

    `published` answers the front door: the file behind a token, or None.
    """

    folder: Path
    public_url: str | None
    # Where files may be fetched from by their address.
    origins: tuple[str, ...] = ()

    def file(self, key: str) -> Path:
        """Its name says nothing of what people called it. All attempts of a chain's step have one file."""
        return self.folder / f"{_number(key)}.csv"

    def errors(self, key: str) -> Path:
        return self.folder / f"{_number(key)}.errors.csv"

    def address(self, token: str) -> str:
        return f"{self.public_url}/feeds/{token}.csv"


def progress_facts(progress: Progress) -> dict[str, Any]:
    """An import's progress as the notebook keeps it; `read_progress` reads it again."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(progress).items()
    }


def read_progress(facts: Mapping[str, Any] | None) -> Progress | None:
    """The progress the notebook kept, None while no import was seen."""
    if facts is None:
        return None
    moments = {name: border.read_instant(facts.get(name)) for name in ("moved_at", "first_at")}
    return Progress(**{**facts, **moments})


def _number(key: str) -> str:
    """A feed's own number; of a chain's step without that of the attempt."""
    return "-".join(key.rpartition(":")[2].split("-")[:2])


async def published(places: FeedFolder, token: str, now: datetime) -> Path | None:
    """The file that may be fetched with `token` now."""
    row = await feeds.behind(token, now - PUBLISHED_FOR)
    if row is None:
        return None
    path = places.file(row.key)
    return path if await asyncio.to_thread(path.is_file) else None


async def take_in(desk: Desk, row: FeedRow, file: SlackFile | str) -> None:
    """Fetch the file (a file of Slack's, or an address) and check it.

    Never raises what people should read: it is noted instead.
    """
    try:
        if isinstance(file, str):
            await asyncio.to_thread(desk.feeds.folder.mkdir, parents=True, exist_ok=True)
            await fetch_address(file, desk.feeds.origins, desk.feeds.file(row.key), most=LARGEST)
        else:
            await fetch(desk, row.key, file)
    except FileTrouble as error:
        await feeds.failed(row.key, str(error))
        await desk.marks.mark([row.key], urgent=True)
        return
    await check(desk, row)


async def fetch(desk: Desk, key: str, file: SlackFile) -> None:
    """Make `file` the file of the feed `key`. Raises `FileTrouble`."""
    await asyncio.to_thread(desk.feeds.folder.mkdir, parents=True, exist_ok=True)
    await desk.files.fetch_to(file, desk.feeds.file(key), most=LARGEST)


async def check(desk: Desk, row: FeedRow) -> None:
    """Check the file of a feed, and note what was found or why nothing was."""
    try:
        await check_now(desk, row)
    except MarketError as error:
        await feeds.failed(row.key, str(error))
    await desk.marks.mark([row.key], urgent=True)


async def check_now(desk: Desk, row: FeedRow) -> None:
    """As `check`, for who looks again by themselves: raises `MarketError` and marks nothing."""
    try:
        plan = await _checked(desk, row)
    except FileTrouble as error:
        await feeds.failed(row.key, str(error))
        return
    digest = await asyncio.to_thread(_digest, desk.feeds.file(row.key))
    await feeds.checked(row.key, plan.facts(), digest)


def new_row(
    desk: Desk, key: str, kind: str, storefront: str, file: SlackFile | str, user_id: str, channel: str | None
) -> FeedRow:
    """What is noted of a file (or its address) when it is given."""
    named = PurePosixPath(urlsplit(file).path).name or "feed.csv" if isinstance(file, str) else file.name
    size = 0 if isinstance(file, str) else file.size
    account = account_of(key)
    return FeedRow(key, account, kind, storefront, named[:200], size, None, user_id, channel, desk.now())


def kind_of(path: Path) -> FeedKind | None:
    """Which kind of feed the file's first lines make it; None for none, and for what is no text."""
    try:
        head = next(open_text(path, None).pieces, "")
    except (Unreadable, NotUtf8):
        return None
    lines = head.splitlines()[:5]
    return recognised(csv.reader(lines, delimiter=DELIMITER))


async def sweep_out(places: FeedFolder, before: datetime) -> None:
    """Forget feeds of before `before` (UTC), and what lies about from then."""
    await feeds.forget_before(before)
    await asyncio.to_thread(_unlink_older, places.folder, before.timestamp())


def _unlink_older(folder: Path, moment: float) -> None:
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.stat().st_mtime < moment:
            path.unlink(missing_ok=True)


async def _checked(desk: Desk, row: FeedRow) -> Plan:
    places, market = desk.feeds, desk.market(row.account)
    question: dict[str, Any] = {
        "kind": row.kind,
        "storefront": row.storefront,
        "path": str(places.file(row.key)),
        "errors": str(places.errors(row.key)),
    }
    live = places.folder / f"{row.key.rpartition(':')[2]}.live"
    try:
        if row.storefront and KINDS[row.kind].of_storefront:
            await _write_live(market, row.storefront, live)
            question["live"] = str(live)
            question["shipping_groups"] = [each.name async for each in market.list_shipping_groups(row.storefront)]
            question["warehouses"] = [str(each.id) async for each in market.list_warehouses()]
        if row.kind == ORDER_COMMAND:
            question["carriers"] = [carrier.name for carrier in await market.carriers()]
        return read_plan(await _asked(question))
    finally:
        await asyncio.to_thread(live.unlink, missing_ok=True)


async def _write_live(market: Market, storefront: str, path: Path) -> None:
    """The inventory as it is now, an offer a line, so that the check knows what a feed would remove."""
    lines = [json.dumps(_live(unit)) async for unit in market.list_units(storefront, with_products=True)]
    await asyncio.to_thread(path.write_text, "\n".join([*lines, ""]), "utf-8")


def _live(unit: Unit) -> tuple[str, list[str], int, int, int | None]:
    names = [f"{ean}|{unit.condition.upper()}" for ean in (unit.product.eans if unit.product else ())]
    key = unit.offer_id or (names[0] if names else str(unit.id))
    lowest = unit.minimum_price.minor if unit.minimum_price else None
    return key, [name for name in names if name != key], unit.listing_price.minor, unit.amount, lowest


async def _asked(question: Mapping[str, Any]) -> dict[str, Any]:
    """What the child found. Without the environment: it must not know what we know. Raises `FileTrouble`."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-E", "-s", "-m", "bot.feedchild"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=HOME,
        env={},
    )
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            said, _ = await child.communicate(json.dumps(question).encode())
    except TimeoutError:
        raise FileTrouble(TOO_COSTLY) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        log.warning("the check of a feed ended badly", code=child.returncode)
        raise FileTrouble(TOO_COSTLY)
    found: dict[str, Any] = json.loads(said)
    return found


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


async def unchanged(desk: Desk, row: FeedRow) -> bool:
    """Whether the file is byte for byte what was checked."""
    path = desk.feeds.file(row.key)
    return await asyncio.to_thread(path.is_file) and await asyncio.to_thread(_digest, path) == row.digest


async def take_down(desk: Desk, row: FeedRow, *, keep: bool = False) -> None:
    """Publish the file no longer, and keep no copy of it unless it may be given again."""
    await feeds.withdraw(row.key, desk.now())
    if not keep:
        await asyncio.to_thread(desk.feeds.file(row.key).unlink, missing_ok=True)


async def given_again(desk: Desk, row: FeedRow, user_id: str) -> FeedRow | None:
    """The file of a feed nobody fetched, as the file of a new one that is to be checked. None when it is gone.

    The file moves: of two who ask at once one has it.
    """
    key = subject_key(KIND, row.account, secrets.token_hex(6))
    try:
        await asyncio.to_thread(desk.feeds.file(row.key).rename, desk.feeds.file(key))
    except FileNotFoundError:
        return None
    fresh = FeedRow(
        key, row.account, row.kind, row.storefront, row.name, row.size, None, user_id, row.channel, desk.now()
    )
    await feeds.add(fresh)
    await desk.marks.mark([key], urgent=True)
    return fresh


def told_of(desk: Desk, feed: FeedRow, progress: Progress | None) -> Told:
    """What its card says of a feed."""
    return Told(
        key=feed.key,
        name=feed.name,
        kind=feed.kind,
        storefront=feed.storefront,
        user_id=feed.user_id,
        plan=read_plan(feed.plan) if feed.plan else None,
        problem=feed.problem,
        progress=progress,
        discarded=feed.discarded_at is not None,
        public=desk.feeds.public_url is not None,
        import_id=feed.import_id,
        kept=bool(progress and progress.unfetched) and desk.feeds.file(feed.key).is_file(),
    )
