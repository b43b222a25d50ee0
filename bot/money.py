"""Refunds: the one caller of the marketplace's refund endpoint, and every guard in front of it.

A refund is never repeated after a lost answer, and nothing shows what was refunded: so our own actions are the only
record, all that may have been executed counts, and what nobody can be sure of is put before a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards.blocks import Block, button, buttons
from bot.cards.clicks import Click
from bot.cards.orders import REFUND
from bot.cards.orderwords import REFUND_REASONS
from bot.cards.shipping import Shown
from bot.desk import Desk, Wish, ref_of
from bot.domain.action import Action
from bot.domain.currency import Money
from bot.domain.deeds import Deed
from bot.domain.gap import hiding
from bot.domain.model import OrderUnit
from bot.domain.money import in_words, refunded, refunds_of, why_not_refund
from bot.domain.words import one_line
from bot.marketplace import MarketError
from bot.store import restoring

# Asked for again, never executed late.
MONEY_SECONDS = 900
# What a person types to say that they mean a second refund of the same unit.
AGAIN = "additional refund"
SECOND = "This unit was refunded before, so a colleague has to agree."
FORGOTTEN = "The notebook was restored, so this unit may have been refunded before. A colleague has to agree."


@dataclass(frozen=True)
class Asked:
    """A refund as somebody asked for it: of which unit as they saw it, how much, and why.

    `heard` names the submission, `channel` and `ts` are where they are answered. `forgotten` marks the gap in the
    notebook they were told of (`bot.domain.gap`).
    """

    unit: Shown
    amount: Money
    reason: str
    user_id: str
    team_id: str
    heard: str
    channel: str | None = None
    ts: str | None = None
    forgotten: str = ""


def refund_wish(subject: str, asked: Asked, before: Sequence[Action]) -> Wish:
    """The wish for a refund. `before` are our earlier refunds of the unit (`refunds_of`): one may follow each."""
    unit = asked.unit
    return Wish(
        kind=REFUND,
        key=f"refund:{subject}:{unit.id}:{len(before)}",
        subject=subject,
        seen=unit.version,
        user_id=asked.user_id,
        team_id=asked.team_id,
        payload={
            "unit": unit.id,
            "reason": asked.reason,
            "price": unit.price.minor,
            **({"forgotten": asked.forgotten} if asked.forgotten else {}),
        },
        heard=asked.heard,
        channel=asked.channel,
        thread_ts=asked.ts,
        deed=refund_deed(subject, asked.amount, again=bool(before), forgotten=bool(asked.forgotten)),
        summary=_summary(ref_of(subject), asked, before),
        leads_to="refunded",
        expires_seconds=MONEY_SECONDS,
    )


def refund_deed(subject: str, amount: Money, *, again: bool, forgotten: bool = False) -> Deed:
    """`again`: the unit was refunded before. `forgotten`: it may have been, and the notebook would not know."""
    second = SECOND if again else FORGOTTEN if forgotten else None
    return Deed(REFUND, amount, second=second, subject=subject)


def _summary(order: str, asked: Asked, before: Sequence[Action]) -> str:
    """The frozen proposal: everything a colleague decides by."""
    unit, amount = asked.unit, asked.amount
    title = f" ({one_line(unit.title, 120)})" if unit.title else ""
    spent = refunded(before, amount.currency)
    doubt = ["Refunds of before may have been forgotten: the notebook was restored"] if asked.forgotten else []
    lines = [
        f"Refund {amount} ({in_words(amount)})",
        f"Order {order}, unit {unit.id}{title}",
        f"Reason: {REFUND_REASONS.get(asked.reason, asked.reason)}",
        f"Price {unit.price}, refunded before: {spent if spent.minor else 'nothing'}",
        f"State: {unit.state.replace('_', ' ')}",
        *doubt,
    ]
    return "\n".join(lines)


class Refund:
    """Gives a part of a unit's price back: once, within its price, and only for the unit as it was seen."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        unit = await desk.market(action.account).fetch_order_unit(_unit(action))
        amount = action.amount
        if amount is None or unit.order_id != ref_of(action.subject):
            return "This refund does not fit its order. Nothing was sent; please start again from the order's card."
        if said := _moved(unit, action):
            return said
        gap = hiding((await restoring.last()).gaps, unit.created)
        if gap and action.payload.get("forgotten") != gap.mark:
            return f"{gap.words} Nothing was sent; press Refund again to say that you did."
        others = [other for other in await desk.actions.of(action.subject) if _counts_before(other, action)]
        before = refunded(refunds_of(others, unit.id), amount.currency)
        said = why_not_refund(unit, amount, before, partial_only=desk.partial_refunds_only())
        return f"{said} Nothing was sent." if said else None

    async def send(self, desk: Desk, action: Action) -> None:
        amount = action.amount
        assert amount is not None
        market = desk.market(action.account)
        await market.refund_order_unit(_unit(action), amount.minor, str(action.payload["reason"]))

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """Nothing the marketplace tells says what was refunded (see `evidence`), so nobody guesses."""
        return None

    async def evidence(self, desk: Desk, action: Action) -> str:
        try:
            unit = await desk.market(action.account).fetch_order_unit(_unit(action))
        except MarketError as error:
            return f"The marketplace could not be asked about the unit: {error}"
        _, _, gross = (action.seen_version or "").partition(".")
        was = Money(int(gross or 0), unit.price.currency)
        touched = unit.updated and unit.updated >= action.began_at.replace(microsecond=0)
        return (
            f"It was for {action.amount}. Revenue of the unit before: {was}, now: {unit.revenue_gross or 'unknown'}. "
            f"The unit was {'changed since it was sent, which speaks for it' if touched else 'not changed since'}. "
            "The marketplace does not say what was refunded: look at the bookings in the seller portal."
        )

    def again(self, action: Action) -> Sequence[Block]:
        click = Click(action.subject, "", unit=_unit(action), draft=action.id)
        return buttons(button("Open the refund again", REFUND, click.value(), says="Open the refund window again"))


def _moved(unit: OrderUnit, action: Action) -> str | None:
    """What changed since the person looked, in words; None when all is as they saw it."""
    price = action.payload.get("price")
    if unit.price.minor != price:
        was = Money(price, unit.price.currency) if isinstance(price, int) else "another one"
        return f"The price of the unit is {unit.price} now, it was {was}. Nothing was sent; look at the order again."
    if unit.version == action.seen_version:
        return None
    status, _, _ = (action.seen_version or "").partition(".")
    if unit.status != status:
        was, now = status.replace("_", " "), unit.status.replace("_", " ")
        return f"The unit was {was}, now it is {now}. Nothing was sent; look at the order again."
    return "The revenue of the unit changed meanwhile: it may have been refunded elsewhere. Nothing was sent."


def _counts_before(other: Action, action: Action) -> bool:
    """What must be added up before `action`: what was asked for earlier, and what may be executed already."""
    if other.id == action.id:
        return False
    earlier = (other.taken_at, other.id) < (action.taken_at, action.id)
    return earlier or other.state in {"sending", "done", "needs_human"}


def _unit(action: Action) -> int:
    unit = action.payload["unit"]
    assert isinstance(unit, int)
    return unit
