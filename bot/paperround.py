"""The round for papers: reports whose time has come, PDFs in the watched folder, this week's list of what is missing.

What it finds becomes actions and marks; so a round that is cut short, or made twice, loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.desk import Desk, subject_key
from bot.domain.deeds import at_all
from bot.domain.invoicebatch import UPLOAD
from bot.domain.missing import week_of
from bot.domain.reportschedule import ReportSchedule
from bot.invoicebatches import give
from bot.invoicedesk import MISSING
from bot.invoicefolder import Taken, left, prepare, take
from bot.reportdesk import ask_by_schedule
from bot.slackwire import SlackTrouble
from bot.store import invoicefiles, notes, subjects
from bot.store.invoicefiles import NewFile

log = structlog.get_logger(__name__)

NO_OWNER = (
    "There are PDFs in INVOICE_DIR, but rules/invoices.yaml names no owner of the folder, so nothing is uploaded. "
    "Write `folder: {owner: U0123ABCD}` there."
)


@dataclass
class PaperRound:
    desk: Desk
    seconds: float = 10.0
    settled_seconds: float = 3.0
    _prepared: bool = False
    _told: str = ""
    _week: str = field(default="", init=False)

    async def run_for_ever(self) -> None:
        while True:
            for name, duty in (("schedules", self.schedules), ("folder", self.folder), ("missing", self.missing)):
                try:
                    await duty()
                except Exception:
                    log.exception("a round for papers failed", part=name)
            await asyncio.sleep(self.seconds)

    # Reports by the clock

    async def schedules(self) -> int:
        """Ask for every report whose time has come; how many. A schedule nobody knew yesterday begins now."""
        asked = 0
        for schedule in self.desk.papers.schedules():
            for account in self._accounts(schedule):
                asked += await self._schedule(schedule, account)
        return asked

    def _accounts(self, schedule: ReportSchedule) -> Iterable[str]:
        return [account for account in self.desk.markets if schedule.account in (None, account)]

    async def _schedule(self, schedule: ReportSchedule, account: str) -> bool:
        now = self.desk.now()
        name = f"schedule:{account}:{schedule.name}"[:128]
        kept = await notes.get(name)
        if kept is None:
            await notes.put(name, {"done": now.isoformat()}, now)
            return False
        at = schedule.when.missed(datetime.fromisoformat(kept["done"]), now)
        if at is None:
            return False
        wish = schedule.wish(at, self.desk.papers.storefronts[account])
        await ask_by_schedule(self.desk, account, schedule, wish, at)
        await notes.put(name, {"done": at.isoformat()}, now)
        log.info("a scheduled report was asked for", schedule=schedule.name, account=account, at=at.isoformat())
        return True

    # The watched folder

    async def folder(self) -> int:
        """Take what was written into the folder, for its owner; how many files."""
        folder = self.desk.papers.folder
        if folder is None:
            return 0
        if not self._prepared:
            await asyncio.to_thread(prepare, folder)
            self._prepared = True
        owner = self.desk.papers.invoices().folder_owner
        if said := await self._nobody(owner):
            await self._tell(said, folder)
            return 0
        now = self.desk.now()
        await asyncio.to_thread(take, folder, now, self.settled_seconds)
        files = await asyncio.to_thread(left, folder)
        known = await invoicefiles.known_sources([file.source for file in files])
        news = [_given(file, str(owner)) for file in files if file.source not in known]
        if news:
            await give(self.desk, f"folder.{now:%Y%m%d-%H%M%S}", news)
            log.info("PDFs were taken from the folder", files=len(news))
        return len(news)

    async def _nobody(self, owner: str | None) -> str | None:
        """Why nobody answers for the folder, None when somebody does."""
        if owner is None:
            return NO_OWNER
        try:
            said = await self.desk.refusal(owner, None, at_all(UPLOAD))
        except SlackTrouble:
            return ""
        return f"The folder's owner <@{owner}> may not upload invoices: {said}" if said else None

    async def _tell(self, said: str, folder: Path) -> None:
        """Say it once, and only when there is something to upload."""
        waiting = await asyncio.to_thread(lambda: any(folder.glob("*.pdf")))
        if said and waiting and said != self._told:
            self._told = said
            log.error("nobody answers for the folder", reason=said)
            await self.desk.board.notice(f":warning: {said}", holder="folder")

    # Missing invoices

    async def missing(self) -> None:
        """Begin this week's list, and end last week's. Afterwards each list looks again by itself."""
        now = self.desk.now()
        week = week_of(now)
        if week == self._week or self.desk.papers.invoices().missing is None:
            return
        last = week_of(now - timedelta(days=7))
        for account in self.desk.markets:
            old = subject_key(MISSING, account, last)
            keys = [subject_key(MISSING, account, week), *([old] if await subjects.find(old) else [])]
            await self.desk.marks.mark(keys)
        self._week = week


def _given(file: Taken, owner: str) -> NewFile:
    return NewFile(file.source, file.name, file.size, "", owner, None, consented=True)
