"""The return a ticket is about: rejecting a unit or asking about it opens a ticket, which does not name the return."""

from __future__ import annotations

from bot.desk import Desk, subject_key
from bot.domain.model import Ticket
from bot.marketplace import MarketError
from bot.store import subjects
from bot.store.subjects import SubjectRow

ABOUT_A_RETURN = "product_return"


async def return_behind(desk: Desk, row: SubjectRow, ticket: Ticket) -> int | None:
    """The id of the return `ticket` is about, if any. It never changes, so it is asked for once.

    A ticket names its order units, and an order unit its return. It is decoration: a no means that it is not shown.
    """
    if ticket.open_reason != ABOUT_A_RETURN:
        return None
    noted = row.facts.get("return")
    if isinstance(noted, int):
        return noted
    for id in ticket.order_unit_ids[:3]:
        try:
            unit = await desk.market(row.account).fetch_order_unit(id)
        except MarketError:
            return None
        if unit.return_id:
            return unit.return_id
    return None


async def return_link(desk: Desk, row: SubjectRow, item: int | None) -> str:
    """ "Return 123", a link where its card hangs. Mrkdwn."""
    if item is None:
        return ""
    key = subject_key("return", row.account, item)
    hangs = (await subjects.find_many([key])).get(key)
    link = desk.link(hangs.channel, hangs.ts) if hangs else None
    return f"<{link}|Return {item}>" if link else f"Return {item}"
