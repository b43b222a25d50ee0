"""The files people edit, as one thing to hand around: rules, roles, clocks, templates, invoice checks, schedules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Self

import structlog

from bot.channels import Channels
from bot.clocks import ClockFile
from bot.domain.inventory import Unit
from bot.domain.invoice import InvoiceBook
from bot.domain.routing import Facts, Route, route_now, unit_facts
from bot.duties import Watched
from bot.paperrules import OptionalFile, Schedules, invoice_file, schedule_file
from bot.papers import Papers
from bot.pdftext import PaperReader
from bot.replies import ReplyTemplates
from bot.roles import RoleFile, role_file
from bot.rules import RuleFile
from bot.settings import Settings
from bot.slackwire import SlackTrouble

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EditedFiles:
    """The files people edit, as they are now."""

    rules: RuleFile
    roles: RoleFile
    clocks: ClockFile
    templates: ReplyTemplates
    invoices: OptionalFile[InvoiceBook]
    schedules: OptionalFile[Schedules]

    @classmethod
    async def read(cls, settings: Settings) -> Self:
        """Raises what each of them raises at the start."""
        folder = settings.rules_dir
        rules, roles = RuleFile(folder / "routing.yaml"), role_file(folder / "roles.yaml")
        clocks = ClockFile(folder / "clocks.yaml")
        templates = await asyncio.to_thread(ReplyTemplates, settings.templates_dir)
        for problem in templates.problems:
            log.error("a reply template was not taken", problem=str(problem))
        return cls(rules, roles, clocks, templates, invoice_file(folder), schedule_file(folder))

    @property
    def watched(self) -> tuple[Watched, ...]:
        files = ("rules", "roles", "clocks", "invoices", "schedules")
        # Two hundred files and their grammar: too much for the loop.
        large = Watched("reply templates", self.templates, large=True)
        return (*(Watched(name, getattr(self, name)) for name in files), large)

    def route(self, facts: Facts) -> Route:
        """Where the rules of now send a subject."""
        return route_now(self.rules.book, facts)

    def notice(self, now: Callable[[], datetime], unit: Unit, account: str) -> tuple[str, str] | None:
        """The rule that wants a notice of `unit`, and which; None for silence."""
        route = self.route(unit_facts(unit, account, now()))
        notice = route.notices.of(unit)
        return (self.rules.book.unit_rules[route.rule], notice) if notice else None

    def papers(self, settings: Settings, channels: Channels) -> Papers:
        return Papers(
            invoices=lambda: self.invoices.value,
            schedules=lambda: self.schedules.value,
            reader=PaperReader(),
            hosts=settings.market_file_hosts,
            storefronts={account.name: account.storefronts for account in settings.accounts},
            folder=settings.invoice_dir,
            routed=partial(self._routed, channels),
        )

    async def _routed(self, channels: Channels, channel: str) -> bool:
        """Whether cards hang in the channel of this id."""
        book, papers = self.rules.book, self.invoices.value.channel
        for name in {*book.channels, book.fallback, *([papers] if papers else [])}:
            try:
                if await channels.id(name) == channel:
                    return True
            except SlackTrouble:
                continue
        return False
