"""The list of sent orders without an invoice: a card that is kept true, and the answer to `/invoice missing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cards import names
from bot.cards.blocks import Block, Card, button, buttons, context, moment, section
from bot.cards.clicks import Click
from bot.domain.missing import MissingInvoice
from bot.domain.words import escaped

GIVE = "invoice.give_missing"
MOST_LISTED = 20


def missing_card(
    orders: Sequence[MissingInvoice],
    since: Mapping[str, datetime],
    *,
    account: str | None = None,
    subject: str = "",
    look_back: int,
    replaced: bool = False,
) -> Card:
    """`account` is named where there are several; `replaced` means that a newer list hangs below."""
    of = f" of {escaped(account, 40)}" if account else ""
    if replaced:
        line = f"Missing invoices{of}: a newer list hangs below"
        return Card(line, [context(f"~{line}~")])
    if not orders:
        line = f"Every order{of} that was sent in the last {look_back} days has its invoice"
        return Card(line, [context(f":white_check_mark: {line}.")])
    heading = f"{len(orders)} sent order{'s' if len(orders) > 1 else ''}{of} without an invoice"
    blocks: list[Block] = [section(f":page_facing_up: *{heading}*")]
    lines = [_line(order, since.get(order.order_id)) for order in orders[:MOST_LISTED]]
    blocks += [section("\n".join(lines[start : start + 10])) for start in range(0, len(lines), 10)]
    if len(orders) > MOST_LISTED:
        blocks.append(context(f"and {len(orders) - MOST_LISTED} more, the newest are not shown."))
    blocks.append(
        context(
            f"Of the last {look_back} days. Orders the marketplace invoices itself are left out.",
            "Drop the PDFs here, or press the button." if subject else "The shortcut *Upload invoice* takes the PDFs.",
        )
    )
    value = Click(subject, "").value() if subject else ""
    blocks += buttons(button("Upload invoices", GIVE, value, style="primary"), block_id="missing") if subject else []
    return Card(heading, blocks)


def _line(order: MissingInvoice, since: datetime | None) -> str:
    parts = [
        f"{names.flag(order.storefront)} *{escaped(order.order_id, 40)}*",
        names.money(order.total) if order.total else f"{order.units} units",
        f"ordered {moment(order.created, '{date_short}')}",
    ]
    if since:
        parts.append(f"missing since {moment(since, '{date_short}')}")
    return "• " + " · ".join(parts)
