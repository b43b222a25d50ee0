"""What is done to order units one by one: checked against the fresh copy, sent once, proven by the state it makes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.cards import names
from bot.cards.blocks import Block
from bot.cards.orders import CANCEL, FULFIL, SEND, SHIP
from bot.cards.orderwords import CANCEL_REASONS
from bot.cards.shipping import Shown
from bot.desk import ActionKind, Desk, Market, Wish, ref_of
from bot.domain.action import Action
from bot.domain.deeds import Deed

Payload = Mapping[str, object]


@dataclass(frozen=True)
class Who:
    """Who asked, by which delivery, and where they are answered."""

    user_id: str
    team_id: str
    heard: str
    channel: str | None = None
    ts: str | None = None


@dataclass(frozen=True)
class Change:
    """One change of a unit, allowed from some states. `target` is the state that proves it, None where nothing does."""

    allowed: frozenset[str]
    target: str | None
    call: Callable[[Market, int, Payload], Awaitable[None]]
    checks_carrier: bool = False

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        market = desk.market(action.account)
        unit = await market.fetch_order_unit(_unit(action))
        if unit.order_id != ref_of(action.subject):
            return "This unit belongs to another order. Nothing was sent; start again from the order's card."
        if unit.fulfilled_by_kaufland:
            return "This order is fulfilled by Kaufland, which does that. Nothing was sent."
        seen, _, _ = (action.seen_version or "").partition(".")
        if unit.status != seen or unit.status not in self.allowed:
            return f"The unit was {_state(seen)}, now it is {_state(unit.status)}. Nothing was sent."
        if self.checks_carrier and not await _known(market, str(action.payload.get("carrier"))):
            return "The marketplace does not know this carrier (any more). Nothing was sent; choose another one."
        return None

    async def send(self, desk: Desk, action: Action) -> None:
        await self.call(desk.market(action.account), _unit(action), action.payload)

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        if self.target is None:
            return None
        unit = await desk.market(action.account).fetch_order_unit(_unit(action))
        if unit.status == self.target:
            return True
        seen, _, _ = (action.seen_version or "").partition(".")
        return False if unit.status == seen else None

    def again(self, action: Action) -> Sequence[Block]:
        return ()


def unit_wish(kind: str, subject: str, unit: Shown, who: Who, earlier: Iterable[Action], **payload: object) -> Wish:
    """The wish to change one unit, once for the state it was seen in.

    A unit may come back to a state, hence `earlier` (all actions of its order) count in the key. Cancelling moves the
    unit's price, which the roles may limit.
    """
    done = sum(
        action.kind == kind and action.state == "done" and action.payload.get("unit") == unit.id for action in earlier
    )
    # One submission may ask for several units; each is heard by itself.
    return Wish(
        kind=kind,
        key=f"{kind}:{subject}:{unit.id}:{unit.version}:{done}" + _several(kind, payload),
        subject=subject,
        seen=unit.version,
        user_id=who.user_id,
        team_id=who.team_id,
        payload={"unit": unit.id, **payload},
        heard=f"{who.heard}:{unit.id}",
        channel=who.channel,
        thread_ts=who.ts,
        deed=Deed(kind, unit.price if kind == CANCEL else None),
        summary=_summary(kind, ref_of(subject), unit, payload),
        leads_to=ACTIONS[kind].target or "",
    )


def _several(kind: str, payload: Payload) -> str:
    """A unit may get several parcels, each once."""
    return f":{payload.get('number')}" if kind == SHIP else ""


def _summary(kind: str, order: str, unit: Shown, payload: Payload) -> str:
    what = {
        SEND: f"Mark as sent with {payload.get('carrier')}",
        SHIP: f"Add a parcel with {payload.get('carrier')}",
        FULFIL: "Release for sending",
        CANCEL: f"Cancel for {unit.price}: {CANCEL_REASONS.get(str(payload.get('reason')), 'no reason')}",
    }[kind]
    return f"{what}\nOrder {order}, unit {unit.id}"


async def take_all(desk: Desk, wishes: Sequence[Wish]) -> str:
    """Take them one by one; what the person should hear, empty when all were taken."""
    said = [sentence for wish in wishes if (sentence := await desk.actions.take(wish))]
    if not said:
        return ""
    told = " ".join(dict.fromkeys(said))
    return told if len(said) == len(wishes) else f"{len(wishes) - len(said)} of {len(wishes)} are under way. {told}"


async def _known(market: Market, carrier: str) -> bool:
    return any(carrier == known.name for known in await market.carriers())


def _state(status: str) -> str:
    return names.ORDER_UNIT_STATES.get(status, names.spelled(status).lower())


def _unit(action: Action) -> int:
    unit = action.payload["unit"]
    assert isinstance(unit, int)
    return unit


def _numbers(payload: Payload) -> list[str]:
    numbers = payload.get("numbers")
    return [str(number) for number in numbers] if isinstance(numbers, list | tuple) else []


ACTIONS: Mapping[str, Change] = {
    SEND: Change(
        frozenset({"need_to_be_sent"}),
        "sent",
        lambda market, unit, asked: market.send_order_unit(unit, _numbers(asked), str(asked["carrier"])),
        checks_carrier=True,
    ),
    SHIP: Change(
        frozenset({"sent"}),
        None,
        lambda market, unit, asked: market.add_shipment(unit, str(asked["carrier"]), str(asked["number"])),
        checks_carrier=True,
    ),
    FULFIL: Change(frozenset({"open"}), "need_to_be_sent", lambda market, unit, _: market.fulfil_order_unit(unit)),
    CANCEL: Change(
        frozenset({"open", "need_to_be_sent"}),
        "cancelled",
        lambda market, unit, asked: market.cancel_order_unit(unit, str(asked["reason"])),
    ),
}
KINDS: Mapping[str, ActionKind] = ACTIONS
