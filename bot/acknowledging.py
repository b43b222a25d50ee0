"""Acknowledging a new ticket: once, as an interim notice, when its rule says so and names who approved that.

The one text a customer gets without anybody pressing Send. It is owed only while nobody of us has written, it is read
again before it is sent, and it is never sent twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.cards.blocks import Block
from bot.cards.tickets import ACKNOWLEDGE, REPLY
from bot.desk import Desk, Wish, account_of, ref_of
from bot.domain.action import Action
from bot.domain.answering import is_new, stands_in
from bot.domain.deeds import RULES
from bot.domain.locales import closest, locale_of
from bot.domain.model import Ticket
from bot.domain.routing import Acknowledge, Route
from bot.domain.words import one_line
from bot.replies import CannotRender
from bot.replycontext import reply_context
from bot.surroundings import surroundings

log = structlog.get_logger(__name__)

# What certainly was not sent may be tried again, but not for ever.
MOST_TRIES = 3


async def acknowledge(desk: Desk, key: str, ticket: Ticket, route: Route, actions: Sequence[Action]) -> bool:
    """Ask for what is owed to the buyer of `ticket`, the subject `key`. True when it was asked for just now."""
    wanted = route.acknowledge
    if wanted is None or not _owed(ticket, wanted, actions, desk.now()):
        return False
    text = await _text(desk, account_of(key), ticket, wanted)
    if text is None:
        return False
    tries = sum(action.kind == ACKNOWLEDGE for action in actions)
    said = await desk.actions.take(
        Wish(
            kind=ACKNOWLEDGE,
            key=f"acknowledge:{key}",
            subject=key,
            seen=ticket.version,
            user_id=RULES,
            team_id="",
            payload={"text": text, "template": wanted.template, "rule": route.rule, "approved_by": wanted.approved_by},
            heard=f"acknowledge:{key}:{tries}",
            summary=f"Acknowledge with '{wanted.template}' by the rule '{one_line(route.rule, 80)}', "
            f"approved by {wanted.approved_by}",
        )
    )
    return not said


def _owed(ticket: Ticket, wanted: Acknowledge, actions: Sequence[Action], now: datetime) -> bool:
    ours = [action for action in actions if action.kind == ACKNOWLEDGE]
    if any(action.live for action in ours) or len(ours) >= MOST_TRIES:
        return False
    # Somebody of us is answering: the buyer gets one message, not two.
    if any(action.kind == REPLY and action.live for action in actions):
        return False
    return is_new(ticket) and now - ticket.created <= wanted.within


async def _text(desk: Desk, account: str, ticket: Ticket, wanted: Acknowledge) -> str | None:
    """What the template says to this buyer in their language; None, and a line in the log, when it cannot be said."""
    templates = desk.templates
    template = templates.find(wanted.template)
    locale = closest(locale_of(ticket.storefront), template.locales) if template else None
    if template is None or locale is None:
        log.warning("a ticket is not acknowledged", template=wanted.template, reason="no such template or language")
        return None
    order, item = await surroundings(desk.market(account), ticket)
    context = reply_context(
        ticket, order, locale=locale, agent=None, shop=templates.shop(account), now=desk.now(), inputs={}, item=item
    )
    try:
        return templates.render(template.name, locale, context)
    except CannotRender as error:
        log.warning("a ticket is not acknowledged", template=wanted.template, reason=error.sentence)
        return None


class Acknowledgement:
    """An interim notice to the buyer of a ticket nobody has answered."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        if not is_new(ticket):
            return "Somebody wrote meanwhile, so nothing was sent."
        others = await desk.actions.of(action.subject)
        if any(other.kind == REPLY and other.live for other in others):
            return "A colleague is answering, so nothing was sent."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        await desk.market(action.account).send_message(
            ref_of(action.subject), str(action.payload["text"]), interim=True
        )

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        ticket = await desk.market(action.account).fetch_ticket(ref_of(action.subject))
        shown = stands_in(ticket, str(action.payload["text"]), action.seen_version or "", action.began_at)
        return True if shown else None

    def again(self, action: Action) -> Sequence[Block]:
        return ()
