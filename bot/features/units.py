"""Notices about offers by rule: sold out, not to be bought, few pieces left. One card for each offer.

Where very many offers are in trouble at once, as after a feed that empties the shop, some have cards and one note
speaks of all the others: three thousand cards are read by nobody.
"""

from __future__ import annotations

from datetime import timedelta

from slack_bolt.async_app import AsyncApp

from bot.board import Wanted
from bot.cards import units as cards
from bot.cards.due import rank_words
from bot.cards.stock import Offer, offer_title
from bot.cards.tickets import Entry
from bot.desk import Desk, subject_key
from bot.domain.inventory import Unit
from bot.domain.routing import Route, unit_facts
from bot.looks import Seen
from bot.marketplace import MarketError
from bot.offersearch import KIND as KIND
from bot.offersearch import place_of, with_product
from bot.store import subjects, troubled
from bot.store.subjects import SubjectRow

CROWD = "crowd"
# So many offers of an account have cards at the same time.
MOST_CARDS = 25
# How often the note about the others is counted anew.
COUNTED = timedelta(minutes=1)
SOON = timedelta(seconds=1)
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
    if notice and not hangs and not await troubled.may_have_card(row.key, row.account, MOST_CARDS):
        return await _one_of_many(desk, row, unit, notice)
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


async def _one_of_many(desk: Desk, row: SubjectRow, unit: Unit, notice: str) -> Seen:
    """No card of its own, unless there is room for one when it is looked at again; the note counts it."""
    key = subject_key(CROWD, row.account, "offers")
    note = await subjects.find(key)
    counting = note is not None and not note.closed and note.look_at is not None
    return Seen(
        wanted=None,
        also=() if counting else (key,),
        storefront=unit.storefront,
        state=notice,
        version=unit.version,
        next_look=desk.now() + ANYWAY,
    )


async def look_at_crowd(desk: Desk, row: SubjectRow) -> Seen:
    """The note about all offers of an account that are in trouble and have no card."""
    found, now = await troubled.silent(row.account), desk.now()
    if not row.ts and found.carded and not found.channel:
        # The first cards are on their way. The note hangs where they do, so it waits for one.
        return Seen(state="counting", next_look=now + SOON)
    since = str(row.facts.get("since") or f"{now:%Y%m%d%H%M%S}")
    card = cards.crowd_card(found.counts, found.carded, f"/{desk.command_prefix}stock")
    anew = bool(row.ts and found.total and not row.facts.get("since"))
    return Seen(
        wanted=Wanted(card, row.channel or found.channel or desk.fallback()),
        entries=(Entry(f"crowd:{since}", now, card),) if anew else (),
        state="counting" if found.total else "over",
        closed=not found.total,
        next_look=now + COUNTED if found.total else None,
        facts={"since": since} if found.total else {},
        title="Many offers in trouble",
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
