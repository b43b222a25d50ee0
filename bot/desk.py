"""What every feature is lent. Protocols and one frozen bundle of them; no code that does anything."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from slack_sdk.web.async_client import AsyncWebClient

from bot.cards.blocks import Block
from bot.cards.clicks import Press
from bot.cards.files import SlackFile
from bot.composing import Composing
from bot.domain.access import Approvals, Decision
from bot.domain.action import LASTS_SECONDS, Action
from bot.domain.deeds import Deed
from bot.domain.model import (
    BulkOutcome,
    BuyboxOffer,
    Carrier,
    ImportFile,
    Invoice,
    Order,
    OrderRow,
    OrderUnit,
    Product,
    ProductData,
    ProductStatus,
    ReplyFile,
    Report,
    Return,
    ReturnRow,
    ReturnUnit,
    ShippingGroup,
    Subscription,
    Ticket,
    TicketRow,
    Unit,
    UnitChange,
    Warehouse,
)
from bot.domain.routing import Facts, Route
from bot.domain.targets import ClockBook
from bot.marketplace import Download
from bot.papers import Papers
from bot.replies import ReplyTemplates
from bot.rights import Standing
from bot.store.homes import HomeRow


class Market(Protocol):
    """What we ask of one seller's account. Every method raises `bot.marketplace.MarketError` when the answer is no.

    `list_*` methods page by themselves and yield rows as they arrive; a row may come twice when the list moves.
    """

    account: str

    @property
    def trouble(self) -> str | None: ...
    @property
    def clock_trouble(self) -> str | None: ...
    def share(self, parts: int) -> None: ...

    async def ping(self) -> None: ...
    async def storefronts(self) -> tuple[str, ...]: ...

    def list_tickets(self, *, updated_from: datetime) -> AsyncIterator[TicketRow]: ...
    def list_tickets_of(self, buyer: int) -> AsyncIterator[TicketRow]: ...
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

    def list_invoices(self, *, created_from: datetime | None = None) -> AsyncIterator[Invoice]: ...
    async def fetch_invoice(self, order: str, id: int) -> Invoice: ...
    async def upload_invoice(self, order: str, name: str, mime: str, content: bytes) -> Invoice: ...
    async def delete_invoice(self, order: str, id: int) -> None: ...

    def list_units(
        self,
        storefront: str,
        *,
        ean: str | None = None,
        offer_id: str | None = None,
        product_id: int | None = None,
        with_products: bool = False,
    ) -> AsyncIterator[Unit]: ...
    async def fetch_unit(self, id: int, storefront: str) -> Unit: ...
    async def change_unit(self, id: int, storefront: str, change: UnitChange) -> Unit: ...
    async def change_units(self, storefront: str, changes: Mapping[int, UnitChange]) -> tuple[BulkOutcome, ...]: ...
    def list_shipping_groups(self, storefront: str) -> AsyncIterator[ShippingGroup]: ...
    def list_warehouses(self) -> AsyncIterator[Warehouse]: ...
    async def fetch_buybox(self, product: int, storefront: str, condition: str = "new") -> tuple[BuyboxOffer, ...]: ...
    async def find_product(self, ean: str, storefront: str) -> Product | None: ...
    async def fetch_product_data(self, ean: str, locale: str) -> ProductData: ...
    async def change_product_data(self, eans: Sequence[str], attributes: Mapping[str, object], locale: str) -> None: ...
    async def fetch_product_status(self, ean: str, locale: str) -> ProductStatus: ...

    async def start_import(self, kind: str, url: str, storefront: str | None = None) -> ImportFile: ...
    async def fetch_import(self, kind: str, id: int, storefront: str | None = None) -> ImportFile: ...
    def list_imports(self, kind: str, storefront: str | None = None) -> AsyncIterator[ImportFile]: ...
    async def request_report(
        self,
        kind: str,
        *,
        storefront: str | None = None,
        first: date | None = None,
        last: date | None = None,
        import_id: int | None = None,
        seller_related: bool = False,
    ) -> Report: ...
    async def fetch_report(self, id: int) -> Report: ...
    def list_reports(self, storefront: str | None = None) -> AsyncIterator[Report]: ...
    async def download(
        self, url: str, take: Callable[[bytes], object], *, hosts: Iterable[str], most: int = 67_108_864
    ) -> Download: ...
    async def close(self, patience: float = 2.0) -> None: ...


class Noticeboard(Protocol):
    """The part of the board a feature may use: whisper to one person, or tell everybody in the fallback channel."""

    async def whisper(
        self, channel: str, user: str, text: str, thread_ts: str | None = None, blocks: Sequence[Block] = ()
    ) -> None: ...
    async def notice(self, text: str, *, holder: str) -> None: ...


class Cabinet(Protocol):
    """Files to and from Slack. Every method raises `bot.files.FileTrouble` with a sentence for people."""

    async def fetch(self, file: SlackFile, *, most: int) -> bytes: ...
    async def fetch_to(self, file: SlackFile, path: Path, *, most: int) -> int: ...
    async def keep(self, name: str, content: bytes) -> SlackFile: ...
    async def share(
        self,
        channel: str,
        thread_ts: str | None,
        name: str,
        content: bytes,
        *,
        title: str | None = None,
        text: str = "",
    ) -> str: ...


class FeedFolder(Protocol):
    """Where feeds lie, by their subject's key, and the address the marketplace fetches one at."""

    @property
    def folder(self) -> Path: ...
    @property
    def public_url(self) -> str | None: ...
    @property
    def origins(self) -> tuple[str, ...]: ...
    def file(self, key: str) -> Path: ...
    def errors(self, key: str) -> Path: ...
    def address(self, token: str) -> str: ...


class HomeTabs(Protocol):
    """Everybody's Home: shown when they look, kept true while they do."""

    async def open(self, user_id: str, team_id: str) -> None: ...
    async def show(self, row: HomeRow, notice: str = "") -> None: ...
    async def learn(self, app_id: str, team_id: str) -> None: ...
    async def address(self) -> str | None: ...


class Windows(Protocol):
    """Modals, opened within three seconds of a press and filled afterwards."""

    async def open(self, press: Press, view: Block) -> tuple[str, str] | None: ...
    async def change(self, opened: tuple[str, str], view: Block) -> bool: ...


@dataclass(frozen=True)
class Wish:
    """What a person asked for by a click, before it is an action.

    `key` makes it unique: two wishes with one key are one action. `seen` is the version of the subject the person saw.
    `heard` is the interaction's own id, so that a repeated delivery is the same wish. `payload` is what is sent.

    `deed` is how big it is, for the roles (its kind is the wish's). `summary` says in a line or a few what it does, in
    our own words: colleagues approve by it, and the audit log keeps it, so no buyer's name or words. `leads_to` is the
    version or state it makes. It is executed after `delay_seconds`, until when it can be taken back, and is too old
    after `expires_seconds` more.

    `covered_by` is an action of the same kind and person, done, whose whole this is a part of: a colleague's yes to
    that one counts here too, when this is no bigger.
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
    deed: Deed | None = None
    summary: str = ""
    leads_to: str = ""
    covered_by: str | None = None
    delay_seconds: float = 0.0
    expires_seconds: float = LASTS_SECONDS


class ActionKind(Protocol):
    """How one kind of action is done. Registered by its feature, executed by `bot.actions`."""

    async def refusal(self, desk: Desk, action: Action) -> str | None:
        """Fetch the subject afresh; why nothing must be sent (a sentence for the person), or None to go on."""

    async def send(self, desk: Desk, action: Action) -> None:
        """Ask the marketplace, once. Raises MarketError."""

    async def settled(self, desk: Desk, action: Action) -> bool | None:
        """After an answer was lost: True when it was executed, False when it certainly was not, None when unknown."""

    def again(self, action: Action) -> Sequence[Block]:
        """What to offer the person when it was not done: a way to try again that loses none of their words."""


@runtime_checkable
class Evident(Protocol):
    """An action kind that can say more about an action nobody can be sure of than that its answer was lost."""

    async def evidence(self, desk: Desk, action: Action) -> str:
        """What the marketplace shows now beside what it showed before, as sentences. Raises nothing."""


class Actions(Protocol):
    """What people ask for. Sentences that are returned are for the person who pressed, empty when all is well."""

    async def take(self, wish: Wish) -> str:
        """Commit the wish as an action and wake its lane; where the roles want a second person, as a proposal.

        Taking the same wish again, or one that somebody else was faster with, takes nothing and says so. Who may not
        do it is told, and it is noted.
        """

    async def of(self, subject: str) -> tuple[Action, ...]: ...
    async def find(self, id: str) -> Action | None: ...
    async def draft(self, id: str) -> Mapping[str, object] | None: ...
    async def approve(self, id: str, user_id: str, team_id: str | None = None) -> str: ...
    async def decline(self, id: str, user_id: str, team_id: str | None = None) -> str: ...
    async def withdraw(self, id: str, user_id: str, team_id: str | None = None) -> str: ...
    async def resolve(self, id: str, *, done: bool, user_id: str, team_id: str | None = None) -> str: ...


class Asks(Protocol):
    """Why a person (user id, team id) may not do a deed, as a sentence for them; None when they may.

    Without a deed the question is whether they may do anything at all but look.
    """

    async def __call__(self, user_id: str, team_id: str | None, deed: Deed | None = None) -> str | None: ...


class Marks(Protocol):
    async def mark(self, keys: Iterable[str], *, urgent: bool = False) -> None: ...


@dataclass
class Desk:
    """What every feature is lent.

    `route` asks the rules as they are now, `clocks` are those of rules/clocks.yaml as they are now, `link` is the
    address of a message where we know it. `refusal` says why a person may not do a deed and raises when Slack cannot
    be asked; `refusal_at_click` lets such a click through to the execution, which asks again. `standing` tells a person
    their own rights, `judged` what the roles will say to a deed (None when Slack is slow), `approvals` where proposals
    hang, `fallback` is the channel for what has none. `later` runs what follows an acknowledged click, and logs what
    goes wrong there.
    """

    markets: Mapping[str, Market]
    slack: AsyncWebClient
    board: Noticeboard
    files: Cabinet
    marks: Marks
    actions: Actions
    route: Callable[[Facts], Route]
    clocks: Callable[[], ClockBook]
    link: Callable[[str | None, str | None], str | None]
    refusal: Asks
    refusal_at_click: Asks
    standing: Callable[[str, str | None], Awaitable[Standing]]
    approvals: Callable[[], Approvals]
    partial_refunds_only: Callable[[], bool]
    judged: Callable[[str, str | None, Deed], Awaitable[Decision | None]]
    fallback: Callable[[], str]
    modals: Windows
    homes: HomeTabs
    later: Callable[[Coroutine[None, None, None]], None]
    now: Callable[[], datetime]
    status: Callable[[], Awaitable[str]]
    command_prefix: str = ""
    # How long a buyer's reply can be taken back before it goes out.
    undo_seconds: float = 0.0
    # The reply templates as they are now, and the reply windows that are open.
    templates: ReplyTemplates = field(kw_only=True)
    composing: Composing = field(kw_only=True)
    # What invoices and reports need: their rules, a reader of PDFs, the watched folder.
    papers: Papers = field(kw_only=True)
    # Where feeds lie, and how the marketplace reaches them.
    feeds: FeedFolder = field(kw_only=True)

    def market(self, account: str) -> Market:
        return self.markets[account]


def subject_key(kind: str, account: str, ref: str | int) -> str:
    return f"{kind}:{account}:{ref}"


def account_of(key: str) -> str:
    return key.split(":", 2)[1]


def ref_of(key: str) -> str:
    return key.split(":", 2)[2]
