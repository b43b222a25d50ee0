"""Notices about offers by rule: sold out, not to be bought, few pieces left. One card for each offer."""

from __future__ import annotations

from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.board import Wanted
from bot.cards import units as cards
from bot.cards.due import rank_words
from bot.cards.stock import Offer, offer_title
from bot.cards.tickets import Entry
from bot.desk import Desk
from bot.domain.inventory import Unit
from bot.domain.routing import Route, unit_facts
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.offersearch import KIND as KIND
from bot.offersearch import place_of, with_product
from bot.store.subjects import SubjectRow

# While something is the matter the offer is looked at this often, whatever pushes come or are lost.
ANYWAY = timedelta(hours=1)


def register(app: AsyncApp, prefix: str) -> None:
    """Nothing is pressed here but what `/stock` listens to."""


async def look(desk: Desk, row: SubjectRow) -> Seen:
    """An offer gets a card when a rule wants a notice of it; a card that hangs is kept true, whatever the rules say."""
    storefront, id = place_of(row.ref)
    market = desk.market(row.account)
    hangs = bool(row.ts or row.posting)
    try:
        unit = await market.fetch_unit(id, storefront)
    except MarketError as error:
        # Once may be a replica that is late.
        if not error.gone or row.tries < 1:
            raise
        return _removed(desk, row, storefront, hangs)
    route = desk.route(unit_facts(unit, row.account, desk.now()))
    notice = route.notices.of(unit)
    if notice or hangs:
        unit = await with_product(market, unit)
    return _told(desk, row, unit, route, notice) if notice else _well(row, unit, route, hangs)


def _told(desk: Desk, row: SubjectRow, unit: Unit, route: Route, notice: str) -> Seen:
    card = cards.notice_card(Offer(row.key, unit), notice, rank=rank_words(route.priority, route.tags))
    known = row.facts.get("notice") == notice
    since = str(row.facts.get("since")) if known else f"{unit.changed:%Y%m%d%H%M%S}"
    again = not known and bool(row.ts)
    entry = Entry(f"{notice}:{since}", unit.changed, cards.again_card(notice, unit))
    return Seen(
        wanted=Wanted(card, route.channel, route.mention, urgent=row.priority == 0),
        entries=(entry,) if again else (),
        storefront=unit.storefront,
        state=notice,
        version=unit.version,
        next_look=min(filter(None, (desk.now() + ANYWAY, route.again_at))),
        facts={"notice": notice, "since": since},
        priority=route.priority,
        tags=route.tags,
        title=offer_title(unit)[:200],
    )


def _well(row: SubjectRow, unit: Unit, route: Route, hangs: bool) -> Seen:
    return Seen(
        wanted=Wanted(cards.well_card(unit), route.channel) if hangs else None,
        storefront=unit.storefront,
        state=unit.status,
        version=unit.version,
        closed=True,
        title=offer_title(unit)[:200] if hangs else "",
    )


def _removed(desk: Desk, row: SubjectRow, storefront: str, hangs: bool) -> Seen:
    title = str(row.facts.get("title") or f"Offer {row.ref}")
    return Seen(
        wanted=Wanted(cards.gone_card(title), desk.fallback()) if hangs else None,
        storefront=storefront,
        state="removed",
        closed=True,
        title=title,
    )
