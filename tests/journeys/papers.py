"""Invoices of the local marketplace's orders, for journeys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.domain.model import Order
from tests.journeys.house import ROOT, House
from tests.papers import FAULTS, Lines, an_invoice, pdf


def sent_order(house: House, storefront: str = "de", **fields: Any) -> Any:
    """An order whose units are all sent."""
    world = house.market.world
    order = world.place_order(storefront, **fields)
    for unit in world.units_of(order):
        world.send_unit(unit.id, ["0034123456789"], "DHL")
    return order


async def as_told(house: House, order: Any, account: str = "main") -> Order:
    """The order as the bot reads it."""
    return await house.kontor.desk.market(account).fetch_order(order.id)


async def invoice_of(
    house: House, order: Any, fault: str | None = None, *, account: str = "main", extra: Lines | None = None
) -> bytes:
    """A PDF that is a flawless invoice of the order, or one with this fault."""
    told = await as_told(house, order, account)
    change: Callable[[Lines, Order], Lines] = FAULTS[fault][0] if fault else lambda lines, order: lines
    lines = an_invoice(told)
    # The faults speak of the order by the number it has in tables.
    lines = [line.replace(told.id, "MB7UWLD") for line in lines] if fault == "no order number" else lines
    return pdf([[*change(lines, told), *(extra or [])]])


def uploaded(house: House, order: Any) -> list[str]:
    """What the buyer of the order sees, by name."""
    shop = house.market.world.home("orders", order.id)
    return [invoice.file.name for invoice in shop.invoices if invoice.order_id == order.id]


def rules(folder: Path, **files: str) -> Path:
    """A folder of rules like the shipped one, with some files of our own: `rules(path, invoices="channel: ...")`."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "rules").glob("*.yaml"):
        (folder / path.name).write_text(path.read_text("utf-8"), "utf-8")
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return folder
