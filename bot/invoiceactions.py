"""How an invoice is uploaded, and one of ours deleted: each once, and settled by reading the order back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from bot.cards.blocks import Block
from bot.desk import Desk
from bot.domain.action import Action
from bot.domain.model import Order
from bot.files import FileTrouble
from bot.invoicecheck import checked, content_of
from bot.marketplace import MarketError
from bot.pdftext import PdfTrouble
from bot.store import invoicefiles
from bot.store.invoicefiles import FileRow

GONE = "The file is no longer known here. Nothing was uploaded; give it again."


class UploadInvoice:
    """`payload`: file (its id in the notebook), account, order, name (unique at the marketplace), digest, warnings."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        """The file and the order are checked once more: both may have changed since somebody looked."""
        file = await _file(action)
        if file is None or not file.open:
            return GONE
        outcome = await checked(desk, replace(file, wanted=str(action.payload["order"])))
        if outcome.found.waits:
            raise MarketError.not_sent(outcome.found.trouble or "The marketplace does not answer.")
        if outcome.found.trouble:
            return outcome.found.trouble
        if outcome.digest != action.payload["digest"]:
            return "The file is not the one that was checked. Nothing was uploaded; check it again."
        accepted = action.payload.get("warnings")
        known = set(accepted) if isinstance(accepted, list) else set()
        news = [each for each in outcome.found.findings if each.severity == "error" or each.check not in known]
        return " ".join(finding.sentence for finding in news[:3]) or None

    async def send(self, desk: Desk, action: Action) -> None:
        file = await _file(action)
        if file is None:
            raise MarketError(GONE)
        try:
            content = await content_of(desk, file)
        except (FileTrouble, PdfTrouble) as trouble:
            raise MarketError(str(trouble)) from trouble
        if sha256(content).hexdigest() != action.payload["digest"]:
            raise MarketError("The file is not the one that was checked. Nothing was uploaded; check it again.")
        market = desk.market(str(action.payload["account"]))
        order, name = str(action.payload["order"]), str(action.payload["name"])
        await market.upload_invoice(order, name, "application/pdf", content)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """Its name is ours alone. Not seeing it is a no: should it appear later, the next try finds it by its name."""
        order = await _order(desk, action)
        return any(invoice.name == action.payload["name"] for invoice in order.invoices)

    def again(self, action: Action) -> Sequence[Block]:
        return ()


class DeleteInvoice:
    """`payload`: account, order, invoice (its id). Only ours: the marketplace's own cannot be deleted."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        if not await self._there(desk, action):
            return "This invoice is not there any more."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        market = desk.market(str(action.payload["account"]))
        await market.delete_invoice(str(action.payload["order"]), _invoice(action))

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """While it is seen it is not deleted; asking again is safe."""
        return not await self._there(desk, action)

    def again(self, action: Action) -> Sequence[Block]:
        return ()

    async def _there(self, desk: Desk, action: Action) -> bool:
        order = await _order(desk, action)
        return any(invoice.id == _invoice(action) and not invoice.by_marketplace for invoice in order.invoices)


async def _file(action: Action) -> FileRow | None:
    id = action.payload.get("file")
    return await invoicefiles.find(id) if isinstance(id, int) else None


async def _order(desk: Desk, action: Action) -> Order:
    return await desk.market(str(action.payload["account"])).fetch_order(str(action.payload["order"]))


def _invoice(action: Action) -> int:
    id = action.payload["invoice"]
    assert isinstance(id, int)
    return id
