"""Checks one file somebody gave us as an invoice: fetched, read, its order found, and held against the rules."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot.cards.files import SlackFile
from bot.desk import Desk
from bot.domain.invoice import Case, Paper, findings
from bot.domain.invoicebatch import Found
from bot.domain.model import Order
from bot.files import FileTrouble
from bot.invoicefolder import FOLDER, contents
from bot.marketplace import MarketError
from bot.pdftext import PdfTrouble, too_large
from bot.store import invoicefiles
from bot.store.invoicefiles import FileRow

# Words in capitals look like orders too; so many of them are asked for.
MOST_TRIED = 4
NO_ORDER = "I find no number of an order of yours in its name or text. Give it with `/invoice` and the order's number."


@dataclass(frozen=True)
class Outcome:
    """What a check made of a file: what it found, and the order and account it belongs to."""

    found: Found
    order: Order | None = None
    account: str | None = None
    digest: str | None = None

    @property
    def recognised(self) -> bool:
        return self.order is not None


async def checked(desk: Desk, file: FileRow) -> Outcome:
    """Never raises: what keeps a file from being checked is a part of the outcome."""
    try:
        return await _checked(desk, file)
    except MarketError as error:
        return Outcome(Found(trouble=f"The marketplace could not be asked: {error}", waits=error.systemic))


async def _checked(desk: Desk, file: FileRow) -> Outcome:
    named = Paper(file.name, file.size, "").order_numbers if file.wanted is None else (file.wanted,)
    try:
        paper = await desk.papers.reader.read(await content_of(desk, file), file.name)
    except (PdfTrouble, FileTrouble) as trouble:
        # Its name may tell whose it was meant to be.
        order, account = await _order(desk, named)
        storefront = order.storefront if order else None
        return Outcome(Found(trouble=str(trouble), storefront=storefront), order, account)
    wanted = named if file.wanted is not None else paper.order_numbers
    order, account = await _order(desk, wanted)
    if order is None:
        said = f"The marketplace knows no order {file.wanted}." if file.wanted else NO_ORDER
        return Outcome(Found(trouble=said), digest=paper.digest)
    elsewhere = await invoicefiles.uploaded_elsewhere(paper.digest, order.id)
    # Patterns over fifty thousand characters take a tenth of a second at worst.
    found = await asyncio.to_thread(findings, Case(paper, order, desk.papers.invoices().rules, elsewhere))
    return Outcome(Found(found, storefront=order.storefront), order, account, paper.digest)


async def content_of(desk: Desk, file: FileRow) -> bytes:
    """The file's bytes, from Slack or from the watched folder. Raises `PdfTrouble` (too large) and `FileTrouble`."""
    most = desk.papers.invoices().most_bytes
    if trouble := too_large(file.name, file.size, most):
        raise PdfTrouble(trouble)
    if file.source.startswith(FOLDER):
        return await asyncio.to_thread(contents, desk.papers.folder, file.source, most)
    return await desk.files.fetch(SlackFile(file.source, file.name, "application/pdf", file.size, file.url), most=most)


async def _order(desk: Desk, numbers: tuple[str, ...]) -> tuple[Order | None, str | None]:
    """The first of `numbers` that is an order of one of our accounts. Raises `MarketError` when nobody answers."""
    for number in numbers[:MOST_TRIED]:
        for account in desk.markets:
            try:
                return await desk.market(account).fetch_order(number), account
            except MarketError as error:
                if not error.gone:
                    raise
    return None, None
