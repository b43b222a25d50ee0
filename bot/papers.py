"""What invoices and reports need of the house, lent to features as one thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.domain.invoice import InvoiceBook
from bot.domain.reportschedule import ReportSchedule
from bot.pdftext import PaperReader


@dataclass(frozen=True)
class Papers:
    """`invoices` and `schedules` are the rules as they are now. `hosts` may be asked for the marketplace's files,
    `storefronts` are by account.

    `folder` is the watched one (INVOICE_DIR), None without. `routed` says whether cards hang in a channel (by its id),
    so that what people drop there is ours to look at.
    """

    invoices: Callable[[], InvoiceBook]
    schedules: Callable[[], tuple[ReportSchedule, ...]]
    reader: PaperReader
    hosts: tuple[str, ...]
    storefronts: Mapping[str, tuple[str, ...]]
    folder: Path | None
    routed: Callable[[str], Awaitable[bool]]
