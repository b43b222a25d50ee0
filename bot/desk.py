"""What every feature is lent. Protocols and one frozen bundle of them; no code that does anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block
from bot.cards.clicks import Press
from bot.domain.deeds import Deed
from bot.domain.model import (
    Carrier,
    Order,
    OrderRow,
    OrderUnit,
    ReplyFile,
    Return,
    ReturnRow,
    ReturnUnit,
    Subscription,
    Ticket,
    TicketRow,
)
from bot.domain.routing import Facts, Route


class Market(Protocol):
    """What we ask of one seller's account. Every method raises `bot.marketplace.MarketError` when the answer is no.

    `list_*` methods page by themselves and yield rows as they arrive; a row may come twice when the list moves.
    """

    account: str

    async def ping(self) -> None: ...
    async def storefronts(self) -> tuple[str, ...]: ...

    def list_tickets(self, *, updated_from: datetime) -> AsyncIterator[TicketRow]: ...
    async def fetch_ticket(self, id: str) -> Ticket: ...
    async def open_ticket(self, order_unit_ids: Sequence[int], reason: str, message: str) -> str: ...
    async def send_message(
        self, ticket: str, text: str, *, interim: bool = False, files: Sequence[ReplyFile] = ()
    ) -> None: ...
    async def close_ticket(self, id: str) -> None: ...

    def list_returns(self, *, updated_from: datetime) -> AsyncIterator[ReturnRow]: ...
    def list_return_units(self, *, status: Iterable[str]) -> AsyncIterator[ReturnUnit]: ...
    async def fetch_return(self, id: int) -> Return: ...
    async def fetch_return_unit(self, id: int) -> ReturnUnit: ...
    async def accept_return_unit(self, id: int) -> None: ...
    async def reject_return_unit(self, id: int, message: str) -> None: ...
    async def clarify_return_unit(self, id: int, message: str) -> None: ...
    async def repair_return_unit(self, id: int) -> None: ...
    async def start_return(self, units: Sequence[tuple[int, str, str]]) -> Return: ...
    async def extend_return(self, id: int, units: Sequence[tuple[int, str, str]]) -> Return: ...

    def list_orders(self, *, units_updated_from: datetime) -> AsyncIterator[OrderRow]: ...
    async def fetch_order(self, id: str) -> Order: ...
    def list_order_units(
        self, *, updated_from: datetime | None = None, status: Iterable[str] = ()
    ) -> AsyncIterator[OrderUnit]: ...
    async def fetch_order_unit(self, id: int) -> OrderUnit: ...
    async def send_order_unit(self, id: int, tracking_numbers: Sequence[str], carrier: str) -> None: ...
    async def cancel_order_unit(self, id: int, reason: str) -> None: ...
    async def refund_order_unit(self, id: int, minor: int, reason: str) -> None: ...
    async def fulfil_order_unit(self, id: int) -> None: ...
    async def add_shipment(self, order_unit: int, carrier: str, tracking_number: str) -> None: ...
    async def carriers(self) -> tuple[Carrier, ...]: ...

    def list_subscriptions(self) -> AsyncIterator[Subscription]: ...
    async def create_subscription(
        self, *, event: str, storefront: str, callback_url: str, fallback_email: str
    ) -> Subscription: ...
    async def change_subscription(
        self,
        id: int,
        *,
        active: bool | None = None,
        callback_url: str | None = None,
        fallback_email: str | None = None,
    ) -> Subscription: ...
    async def delete_subscription(self, id: int) -> None: ...


class Noticeboard(Protocol):
    """The part of the board a feature may use: whisper to one person, or tell everybody in the fallback channel."""

    async def whisper(
        self, channel: str, user: str, text: str, thread_ts: str | None = None, blocks: Sequence[Block] = ()
    ) -> None: ...
    async def notice(self, text: str, *, holder: str) -> None: ...


class Windows(Protocol):
    """Modals, opened within three seconds of a press and filled afterwards."""

    async def open(self, press: Press, view: Block) -> tuple[str, str] | None: ...
    async def change(self, opened: tuple[str, str], view: Block) -> None: ...


@dataclass(frozen=True)
class Wish:
    """What a person asked for by a click, before it is an action.

    `key` makes it unique: two wishes with one key are one action. `seen` is the version of the subject the person saw.
    `heard` is the interaction's own id, so that a repeated delivery is the same wish. `payload` is what is sent.
    """

    kind: str
    key: str
    subject: str
    seen: str
    user_id: str
    team_id: str
    payload: Mapping[str, object]
    heard: str
    channel: str | None = None
    thread_ts: str | None = None


@dataclass(frozen=True)
class Work:
    """An action as its executor gets it. `seen` is what the person saw, `payload` what they asked for."""

    id: str
    kind: str
    subject: str
    account: str
    seen: str
    user_id: str
    team_id: str
    payload: Mapping[str, object]
    taken_at: datetime
    sent_at: datetime | None


class Doing(Protocol):
    """How one kind of action is done. Registered by its feature, executed by `bot.actions`."""

    async def refusal(self, desk: Desk, work: Work) -> str | None:
        """Fetch the subject afresh; why nothing must be sent (a sentence for the person), or None to go on."""

    async def send(self, desk: Desk, work: Work) -> None:
        """Ask the marketplace, once. Raises MarketError."""

    async def settled(self, desk: Desk, work: Work) -> bool | None:
        """After an answer was lost: True when it was executed, False when it certainly was not, None when unknown."""

    def again(self, work: Work) -> Sequence[Block]:
        """What to offer the person when it was not done: a way to try again that loses none of their words."""


class Actions(Protocol):
    async def take(self, wish: Wish) -> str:
        """Commit the wish as an action and wake its lane. Returns a sentence for the person, empty when all is well.

        Taking the same wish again, or one that somebody else was faster with, takes nothing and says so.
        """

    async def deeds(self, subject: str) -> tuple[Deed, ...]: ...
    async def draft(self, id: str) -> Mapping[str, object] | None: ...
    async def resolve(self, id: str, *, done: bool, user_id: str) -> str: ...


class Marks(Protocol):
    async def mark(self, keys: Iterable[str], *, urgent: bool = False) -> None: ...


@dataclass
class Desk:
    """What every feature is lent.

    `route` asks the rules as they are now. `refusal` says why a person may not act and raises when Slack cannot be
    asked; `refusal_at_click` lets such a click through to the execution, which asks again. `later` runs what follows
    an acknowledged click, and logs what goes wrong there.
    """

    markets: Mapping[str, Market]
    slack: AsyncWebClient
    board: Noticeboard
    marks: Marks
    actions: Actions
    route: Callable[[Facts], Route]
    refusal: Callable[[str, str | None], Awaitable[str | None]]
    refusal_at_click: Callable[[str, str | None], Awaitable[str | None]]
    modals: Windows
    later: Callable[[Coroutine[None, None, None]], None]
    now: Callable[[], datetime]
    status: Callable[[], Awaitable[str]]
    command_prefix: str = ""

    def market(self, account: str) -> Market:
        return self.markets[account]


def subject_key(kind: str, account: str, ref: str | int) -> str:
    return f"{kind}:{account}:{ref}"


def account_of(key: str) -> str:
    return key.split(":", 2)[1]


def ref_of(key: str) -> str:
    return key.split(":", 2)[2]
