"""Asking the marketplace for reports: by a person or by a schedule, each file of a report as one action."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.cards.blocks import Block
from bot.desk import Desk, Wish, subject_key
from bot.domain.action import Action
from bot.domain.deeds import RULES, Deed
from bot.domain.model import Report
from bot.domain.report import KINDS, ReportWish, read_wish
from bot.domain.reportschedule import ReportSchedule
from bot.marketplace import MarketError
from bot.store import reports

KIND = "report"
REQUEST = "report.request"
# Their clock and ours may differ by so much.
CLOCKS_DIFFER = timedelta(minutes=5)
MOST_LISTED = 60
# A report that waits behind an hour without the marketplace is still wanted.
LASTS_SECONDS = 6 * 3600.0


async def ask(
    desk: Desk, account: str, wish: ReportWish, *, user_id: str, team_id: str | None, channel: str, heard: str
) -> tuple[str, str]:
    """What a person wants: the report's key, and a sentence for them where nothing new was asked for.

    Until a report is over, asking for the same again is the same report; afterwards it is a new one.
    """
    number = await reports.ended(account, wish.slug)
    key = subject_key(KIND, account, f"{wish.slug}.{number}")
    said = await _take(desk, key, wish, user_id=user_id, team_id=team_id, place=channel, told=channel, heard=heard)
    return key, said


async def ask_by_schedule(desk: Desk, account: str, schedule: ReportSchedule, wish: ReportWish, at: datetime) -> str:
    """What a schedule wants at its time `at`; its key. Asking again for the same time changes nothing."""
    # Two schedules may want the same report at the same time in two channels.
    mark = hashlib.blake2b(schedule.name.encode(), digest_size=4).hexdigest()
    key = subject_key(KIND, account, f"{wish.slug}.{at:%Y%m%d%H%M}{mark}")
    heard = f"schedule:{key}"
    await _take(desk, key, wish, user_id=RULES, team_id=None, place=schedule.channel, told=None, heard=heard)
    return key


async def _take(
    desk: Desk,
    key: str,
    wish: ReportWish,
    *,
    user_id: str,
    team_id: str | None,
    place: str,
    told: str | None,
    heard: str,
) -> str:
    """One action for each file there will be. The first sentence that says why not."""
    sentences = [
        await desk.actions.take(
            Wish(
                kind=REQUEST,
                key=f"{key}:{part}",
                subject=key,
                seen=part,
                user_id=user_id,
                team_id=team_id or "",
                payload={**wish.payload(), "part": part, "place": place},
                heard=f"{heard}:{part}",
                channel=told,
                deed=Deed(REQUEST),
                summary=f"Ask for the report {wish.title}{f' of {part}' if part else ''}",
                leads_to="asked",
                expires_seconds=LASTS_SECONDS,
            )
        )
        for part in wish.parts
    ]
    await desk.marks.mark([key], urgent=True)
    return next(filter(None, sentences), "")


class RequestReport:
    """`payload`: a report's wish, `part` (its storefront), `place` (the channel it is shown in)."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        wish = read_wish(action.payload)
        if wish is None or wish.kind not in KINDS:
            return "This report is not known any more. Ask for another one."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        wish, part = _part(action)
        report = await desk.market(action.account).request_report(
            wish.kind,
            storefront=part or None,
            first=wish.days.first if wish.days else None,
            last=wish.days.last if wish.days else None,
            import_id=wish.import_id,
            seller_related=wish.seller_related,
        )
        await self._note(desk, action, wish, part, report)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """Whether the marketplace lists one like this since. Not seeing it is a no: asking again is harmless."""
        wish, part = _part(action)
        if (await reports.of(action.subject)).get(part, _NONE).remote_id:
            return True
        since = action.began_at - CLOCKS_DIFFER
        seen = 0
        async for report in desk.market(action.account).list_reports(part or None):
            seen += 1
            if seen > MOST_LISTED or (report.requested and report.requested < since):
                break
            if report.requested and looks_like(report, wish, part):
                await self._note(desk, action, wish, part, report)
                return True
        return False

    def again(self, action: Action) -> Sequence[Block]:
        return ()

    async def _note(self, desk: Desk, action: Action, wish: ReportWish, part: str, report: Report) -> None:
        await reports.asked(
            action.subject, part, account=action.account, slug=wish.slug, remote_id=report.id, now=desk.now()
        )


_NONE = reports.PartRow("", "")


def looks_like(report: Report, wish: ReportWish, part: str) -> bool:
    """Whether a report of the marketplace's list may be the one that was asked for: kind, storefront, parameters."""
    told = dict(report.parameters)
    days = {"date_from": wish.days.first.isoformat(), "date_to": wish.days.last.isoformat()} if wish.days else {}
    imports = {"id_file_import": str(wish.import_id)} if wish.import_id else {}
    asked: Mapping[str, str] = {**days, **imports}
    return (
        report.name in (wish.kind, "")
        and (not part or report.storefront == part)
        and all(told.get(name) == value for name, value in asked.items())
        # A report that does not tell its cause is one about all of them.
        and (told.get("cancellation_type", "all") == "seller_related") == wish.seller_related
    )


def _part(action: Action) -> tuple[ReportWish, str]:
    wish = read_wish(action.payload)
    if wish is None:
        raise MarketError("This report is not known any more. Ask for another one.")
    return wish, str(action.payload.get("part") or "")
