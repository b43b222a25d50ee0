"""What others ask about invoices: which are missing, and the one a buyer asks for in a ticket.

For the ticket desk: `invoices_for_ticket` says what could be attached, `invoice_file` fetches it as a file for a reply.
For digests: `missing_hangs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.desk import Desk, subject_key
from bot.domain.missing import SENT, MissingInvoice, known_since, missing_invoices, week_of
from bot.domain.model import Invoice, ReplyFile, Ticket
from bot.domain.words import one_line
from bot.marketplace import MarketError
from bot.store import notes, subjects

__all__ = ["MISSING", "Missing", "find_missing", "invoice_file", "invoices_for_ticket", "missing_hangs", "missing_line"]

# The kind of the list of an account's missing invoices, one a week.
MISSING = "missing"

# The marketplace takes so much with a ticket's message, and an invoice is far smaller.
LARGEST_ATTACHMENT = 10 * 1024 * 1024
MOST_ORDERS = 5


@dataclass(frozen=True)
class Missing:
    """The sent orders of an account without an invoice, and since when each is known to be missing one (UTC)."""

    orders: tuple[MissingInvoice, ...]
    since: Mapping[str, datetime]


async def find_missing(desk: Desk, account: str, look_back: int) -> Missing:
    """Ask the marketplace for what was sent in the last `look_back` days, less what is invoiced. Raises `MarketError`.

    Orders fulfilled by Kaufland are not in its list of units, so they are not in ours.
    """
    now, market = desk.now(), desk.market(account)
    begin = now - timedelta(days=look_back)
    units = [unit async for unit in market.list_order_units(updated_from=begin, status=sorted(SENT))]
    # An order may be older than what happened to it, and its invoice as old as the order.
    oldest = min((unit.created for unit in units), default=begin)
    found = missing_invoices(units, [invoice async for invoice in market.list_invoices(created_from=oldest)])
    before = await notes.get(f"missing:{account}") or {}
    since = known_since(found, before.get("since") or {}, now)
    kept = {"since": {order: at.isoformat() for order, at in since.items()}, "orders": len(found)}
    await notes.put(f"missing:{account}", kept, now)
    return Missing(found, since)


async def missing_line(account: str, prefix: str = "") -> str | None:
    """One line for a digest about what was missing at the last look, in our own mrkdwn; None for nothing."""
    kept = await notes.get(f"missing:{account}")
    if not kept or not kept.get("orders"):
        return None
    number = int(kept["orders"])
    oldest = min((datetime.fromisoformat(at) for at in kept["since"].values()), default=None)
    since = f", the first since {oldest:%-d %b}" if oldest else ""
    orders = f"{number} sent order{'s' if number > 1 else ''}"
    return f":page_facing_up: *{orders} without an invoice*{since}: `/{prefix}invoice missing`"


async def missing_hangs(desk: Desk) -> Mapping[str, str]:
    """The lines about missing invoices for digests, by the id of the channel this week's list hangs in."""
    found: dict[str, list[str]] = {}
    for account in desk.markets:
        row = await subjects.find(subject_key(MISSING, account, week_of(desk.now())))
        if row and row.channel and row.ts and not row.closed:
            line = await missing_line(account, desk.command_prefix)
            found.setdefault(row.channel, []).extend([line] if line else [])
    return {channel: "\n".join(lines) for channel, lines in found.items() if lines}


async def invoices_for_ticket(desk: Desk, account: str, ticket: Ticket) -> tuple[Invoice, ...]:
    """The invoices of the ticket's orders that a reply can bring along, the newest first. Raises `MarketError`.

    Also those the marketplace issued: the buyer asks for an invoice, whoever wrote it.
    """
    orders = dict.fromkeys(unit.order_id for unit in ticket.order_units)
    found: list[Invoice] = []
    for order in list(orders)[:MOST_ORDERS]:
        found += (await desk.market(account).fetch_order(order)).invoices
    return tuple(sorted((each for each in found if each.url), key=lambda each: each.created, reverse=True))


async def invoice_file(desk: Desk, account: str, invoice: Invoice) -> ReplyFile:
    """The invoice as a file to attach, fetched from the marketplace's hosts only. Raises `MarketError`."""
    content = bytearray()
    await desk.market(account).download(invoice.url, content.extend, hosts=desk.papers.hosts, most=LARGEST_ATTACHMENT)
    if not content.startswith(b"%PDF-"):
        raise MarketError("What the marketplace keeps as the invoice is no PDF. Look at it in the seller portal.")
    return ReplyFile(one_line(invoice.name, 80) or "invoice.pdf", "application/pdf", bytes(content))
