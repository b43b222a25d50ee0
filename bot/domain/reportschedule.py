"""Reports that are asked for by the clock: which, for which days, and where they are shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.period import period
from bot.domain.report import KINDS, ReportWish
from bot.domain.schedule import Schedule


@dataclass(frozen=True)
class ReportSchedule:
    """One line of rules/schedules.yaml. `name` is unique; what was run is remembered under it.

    `days` are words like "last week", None for a report of no days. `storefronts` is empty for all of the account's,
    `account` None for every account.
    """

    name: str
    when: Schedule
    kind: str
    channel: str
    days: str | None = None
    storefronts: tuple[str, ...] = ()
    account: str | None = None
    seller_related: bool = False

    def wish(self, at: datetime, storefronts: tuple[str, ...]) -> ReportWish:
        """What to ask for when it runs at `at` (UTC): words like "last week" are meant on that day, however late it is
        now. `storefronts` are those of the account.
        """
        today = at.astimezone(self.when.calendar.zone).date()
        wanted = tuple(code for code in self.storefronts if code in storefronts) or storefronts
        return ReportWish(
            self.kind,
            wanted,
            period(self.days or "yesterday", today) if KINDS[self.kind].of_days else None,
            seller_related=self.seller_related,
        )
