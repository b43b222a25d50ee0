"""The wiring: builds the desk, lends it to Slack's listeners and to looks. The only module that knows everybody."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import drops, features
from bot.actions import ActionDesk
from bot.board import Board
from bot.channels import Channels
from bot.clocks import ClockFile
from bot.composing import Composing
from bot.desk import Desk, Market
from bot.domain.invoice import InvoiceBook
from bot.domain.pace import Pace
from bot.domain.routing import Facts, Route, route_now
from bot.feeddesk import FeedPlaces, published, sweep_out
from bot.files import Files
from bot.health import Health
from bot.homes import Homes
from bot.looks import Looks
from bot.marketplace import KauflandMarket, for_people
from bot.modals import Modals
from bot.paperround import PaperRound
from bot.paperrules import OptionalFile, Schedules, invoice_file, schedule_file
from bot.papers import Papers
from bot.pdftext import PaperReader
from bot.people import People
from bot.polls import Polls
from bot.replies import ReplyTemplates
from bot.rights import Rights
from bot.roles import RoleFile, role_file
from bot.rules import RuleFile
from bot.settings import Settings
from bot.slackwire import SlackTrouble, trouble
from bot.store import heard, invoicefiles, pushes, reports
from bot.store.database import Notebook, open_notebook
from bot.store.errors import Unsure
from bot.store.together import GroupCommit
from bot.subscriptions import Watch
from bot.web import FeedDoor, PushDoor, SlackDoor, front_door

log = structlog.get_logger(__name__)

RULES_SECONDS = 5.0
# For what runs when we are told to stop; with what the server and open connections take it stays below ten seconds.
STOP_SECONDS = 3.0
FORGET_SECONDS = 3600.0
# Slack gives up retrying after minutes, the marketplace after half a day; keys are kept far longer than that.
KEEP_HEARD_DAYS = 7
KEEP_PUSHES_DAYS = 90
KEEP_PAPERS_DAYS = 90
EXPLANATION = (
    "That did not work. Please try again in a minute; when the card says that something is under way, it was taken."
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Kontor:
    """One running bot: everything built, nothing started. `start` and `stop` bracket its life."""

    settings: Settings
    notebook: Notebook
    session: aiohttp.ClientSession
    transport: httpx.AsyncBaseTransport
    desk: Desk
    board: Board
    people: People
    looks: Looks
    homes: Homes
    actions: ActionDesk
    polls: Polls
    watches: list[Watch]
    rules: RuleFile
    roles: RoleFile
    clocks: ClockFile
    templates: ReplyTemplates
    invoice_rules: OptionalFile[InvoiceBook]
    schedules: OptionalFile[Schedules]
    paper_round: PaperRound
    slack_app: AsyncApp
    asgi: Starlette
    health: Health
    together: GroupCommit
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    socket: AsyncSocketModeHandler | None = None

    async def start(self, *, polls: bool = True) -> None:
        """Take up the work: what a dead process left first, then sweeps, polls and subscriptions."""
        await self.actions.recover()
        await self.looks.mark([features.digests.MORNING])
        duties: dict[str, Callable[[], Awaitable[None]]] = {
            "who we are": self._learn_home,
            "sweep of subjects": self.looks.sweep_for_ever,
            "sweep of actions": self.actions.sweep_for_ever,
            "homes": self.homes.run_for_ever,
            "rules": self._watch_rules,
            "forgetting": self._forget,
            "papers": self.paper_round.run_for_ever,
        }
        if polls:
            duties["polls"] = self.polls.run_for_ever
        for watch in self.watches:
            duties[f"subscriptions of {watch.market.account}"] = watch.run_for_ever
        self.tasks += [asyncio.create_task(_supervised(name, duty), name=name) for name, duty in duties.items()]
        if self.settings.slack_app_token:
            self.socket = AsyncSocketModeHandler(self.slack_app, self.settings.slack_app_token)
            await self.socket.connect_async()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Finish what runs for at most ten seconds, then close everything. What is left is found at the next start."""
        if self.socket:
            await self.socket.close_async()  # type: ignore[no-untyped-call]
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(self.actions.lanes.close(STOP_SECONDS), self.looks.lanes.close(STOP_SECONDS))
        await self.together.close()
        await self.session.close()
        for seller in self.desk.markets.values():
            await seller.close()
        await self.transport.aclose()
        await self.notebook.close()

    async def _learn_home(self) -> None:
        """Ask Slack who we are until it answers; nobody may act before our own workspace is known."""
        while not self.people.home_team:
            try:
                answer = await self.desk.slack.auth_test()
            except Exception as error:
                log.warning("Slack did not say who we are", reason=str(trouble(error)))
                self.health.slack_error = str(trouble(error))
                await asyncio.sleep(5)
                continue
            self.people.home_team = self.settings.slack_team_id or str(answer["team_id"])
            self.board.channels.workspace_url = str(answer.get("url") or "")
            self.health.slack_error = None
        await asyncio.Event().wait()

    async def _watch_rules(self) -> None:
        while True:
            await asyncio.sleep(RULES_SECONDS)
            problems = self.rules.reload_if_changed()
            if problems == ():
                log.info("new rules are live", rules=len(self.rules.book.rules))
            for problem in problems or ():
                log.error("rules not taken, the last good ones stay live", problem=str(problem))
            problems = self.roles.reload_if_changed()
            if problems == ():
                log.info("new roles are live", roles=len(self.roles.value.roles))
            for problem in problems or ():
                log.error("roles not taken, the last good ones stay live", problem=str(problem))
            problems = self.clocks.reload_if_changed()
            if problems == ():
                log.info("new clocks are live", targets=len(self.clocks.value.targets))
            for problem in problems or ():
                log.error("clocks not taken, the last good ones stay live", problem=str(problem))
            for name, file in (("invoices", self.invoice_rules), ("schedules", self.schedules)):
                problems = file.reload_if_changed()
                if problems == ():
                    log.info("new rules for papers are live", file=name)
                for problem in problems or ():
                    log.error("rules for papers not taken, the last good ones stay live", problem=str(problem))
            # Two hundred files and their grammar: too much for the loop.
            problems = await asyncio.to_thread(self.templates.reload_if_changed)
            if problems == ():
                log.info("new reply templates are live", templates=len(self.templates.ranked))
            for problem in problems or ():
                log.error("a reply template was not taken, its last good one stays live", problem=str(problem))

    async def _forget(self) -> None:
        """Drop keys of long ago; those of actions are kept for ever."""
        while True:
            await heard.forget_before(utc_now() - timedelta(days=KEEP_HEARD_DAYS))
            await pushes.forget_before(utc_now() - timedelta(days=KEEP_PUSHES_DAYS))
            await invoicefiles.forget_before(utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await reports.forget_before(utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await sweep_out(self.desk.feeds, utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await asyncio.sleep(FORGET_SECONDS)


async def build(settings: Settings, *, now: Callable[[], datetime] = utc_now, writer: bool = True) -> Kontor:
    """Open the notebook and put the house together. Raises what `open_notebook` and the rules raise."""
    rules = RuleFile(settings.rules_dir / "routing.yaml")
    roles = role_file(settings.rules_dir / "roles.yaml")
    clocks = ClockFile(settings.rules_dir / "clocks.yaml")
    invoice_rules, schedules = invoice_file(settings.rules_dir), schedule_file(settings.rules_dir)
    templates = await asyncio.to_thread(ReplyTemplates, settings.templates_dir)
    for problem in templates.problems:
        log.error("a reply template was not taken", problem=str(problem))
    notebook = await open_notebook(settings.database_url, settings.data_dir, writer=writer)
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10, sock_connect=3), trust_env=False)
    slack = slack_client(settings, session)
    transport = market_transport()
    markets = {account.name: market(settings, account.name, transport, now) for account in settings.accounts}
    channels = Channels(slack)
    board = Board(
        slack,
        channels,
        lambda: rules.book.fallback,
        now,
        new_id,
        posts=Pace(gap=settings.pace_seconds),
        updates=Pace(gap=settings.pace_seconds * 8 / 7, burst=20),
    )
    people = People(slack, channels)
    rights = Rights(people, lambda: roles.value, now)
    looks = Looks(
        board, {}, now, troubled=lambda: [account for account, market in markets.items() if market.trouble is not None]
    )
    homes = Homes(slack, lambda row, notice: features.home.draw(desk, row, notice), now)
    alone = notebook.lock is not None
    actions = ActionDesk(lambda: desk, features.ACTIONS, now, new_id, rights, alone)

    def route(facts: Facts) -> Route:
        return route_now(rules.book, facts)

    polls = Polls(
        markets, looks, now, settings.poll_seconds, settings.reconcile_seconds, lambda: rules.book.shows("order")
    )
    places = FeedPlaces(settings.data_dir.absolute() / "feeds", settings.public_url)
    health = Health(settings, board, looks, actions, polls, rules, roles, templates, now)
    desk = Desk(
        markets=markets,
        slack=slack,
        board=board,
        files=Files(session, slack, token=settings.slack_bot_token, api_url=settings.slack_api_url),
        marks=looks,
        actions=actions,
        route=route,
        clocks=lambda: clocks.value,
        link=channels.link,
        refusal=rights.refusal,
        refusal_at_click=rights.refusal_at_click,
        standing=rights.standing,
        approvals=lambda: rights.approvals,
        partial_refunds_only=lambda: roles.value.partial_only,
        judged=rights.decide_at_click,
        fallback=lambda: rules.book.fallback,
        modals=Modals(slack, board),
        homes=homes,
        later=_later(),
        now=now,
        status=health.status_text,
        command_prefix=settings.command_prefix,
        undo_seconds=settings.undo_seconds,
        templates=templates,
        composing=Composing(time.monotonic),
        feeds=places,
        papers=Papers(
            invoices=lambda: invoice_rules.value,
            schedules=lambda: schedules.value,
            reader=PaperReader(),
            hosts=settings.market_file_hosts,
            storefronts={account.name: account.storefronts for account in settings.accounts},
            folder=settings.invoice_dir,
            routed=partial(_routed, channels, rules, invoice_rules),
        ),
    )
    looks.changed = homes.changed
    looks.by_kind = {kind: partial(look, desk) for kind, look in features.LOOKS.items()}
    together = GroupCommit(lambda waiting: pushes.accept(waiting, now()))
    slack_app = listen(settings, desk, slack, people)
    push_urls = {account.name: _signed_url(settings, account.name) for account in settings.accounts}
    push_door = PushDoor(
        {account.name: account for account in settings.accounts if settings.public_url},
        {name: url for name, url in push_urls.items() if url},
        together,
        looks.wake,
        now,
    )
    health.pushes = push_door
    slack_door = None if settings.slack_app_token else SlackDoor.to(slack_app, settings.slack_signing_secret)
    feed_door = FeedDoor(lambda token: published(places, token, now()))
    asgi = front_door(slack=slack_door, pushes=push_door, feeds=feed_door, ready=health.ready, metrics=health.metrics)
    return Kontor(
        settings=settings,
        notebook=notebook,
        session=session,
        transport=transport,
        desk=desk,
        board=board,
        people=people,
        looks=looks,
        homes=homes,
        actions=actions,
        polls=polls,
        watches=watches(settings, markets, now),
        rules=rules,
        roles=roles,
        clocks=clocks,
        templates=templates,
        invoice_rules=invoice_rules,
        schedules=schedules,
        paper_round=PaperRound(desk),
        slack_app=slack_app,
        asgi=asgi,
        health=health,
        together=together,
    )


async def _routed(channels: Channels, rules: RuleFile, invoices: OptionalFile[InvoiceBook], channel: str) -> bool:
    """Whether cards hang in the channel of this id."""
    wanted = {*rules.book.channels, rules.book.fallback, *([invoices.value.channel] if invoices.value.channel else [])}
    for name in wanted:
        try:
            if await channels.id(name) == channel:
                return True
        except SlackTrouble:
            continue
    return False


def slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that never repeats a call by itself: the default one re-posts after a dropped connection."""
    # The SDK formats every request for its debug log unless its own logger says that nobody reads it.
    logging.getLogger("slack_sdk.web.async_client").setLevel(logging.INFO)
    return AsyncWebClient(
        token=settings.slack_bot_token, base_url=settings.slack_api_url, session=session, retry_handlers=[]
    )


def market_transport() -> httpx.AsyncHTTPTransport:
    """One pool of connections for all accounts; proxies of the environment are not ours to trust."""
    return httpx.AsyncHTTPTransport(
        trust_env=False, limits=httpx.Limits(max_connections=40, max_keepalive_connections=40)
    )


def market(
    settings: Settings, account: str, transport: httpx.AsyncBaseTransport, now: Callable[[], datetime]
) -> Market:
    keys = settings.account(account)
    assert keys is not None
    return KauflandMarket(
        account=account,
        client_key=keys.client_key,
        secret_key=keys.secret_key,
        base_url=settings.market_api_url,
        user_agent=settings.market_user_agent,
        transport=transport,
        now=now,
        per_second=settings.market_per_second,
        storefronts=keys.storefronts,
    )


def watches(settings: Settings, markets: dict[str, Market], now: Callable[[], datetime]) -> list[Watch]:
    """One watch per account, where pushes can reach us; without PUBLIC_URL everything comes by polling."""
    email = settings.market_fallback_email
    if not settings.public_url or not email:
        log.warning("PUBLIC_URL or MARKET_FALLBACK_EMAIL is not set: no subscriptions, everything comes by polling")
        return []
    found = []
    for account in settings.accounts:
        url = settings.callback_url(account.name)
        assert url is not None
        found.append(Watch(markets[account.name], account.storefronts, url, email, now))
    return found


def _signed_url(settings: Settings, account: str) -> str | None:
    """The URL the marketplace signs a push with: the whole callback URL, or only its path (MARKET_PUSH_URL_FORM)."""
    url = settings.callback_url(account)
    if url is None or settings.push_url_form == "full":
        return url
    return urlsplit(url).path


# Slack


def listen(settings: Settings, desk: Desk, slack: AsyncWebClient, people: People) -> AsyncApp:
    """Bolt with every feature's listeners, the desk lent to each, and one door for errors."""

    async def authorize(team_id: str | None = None) -> AuthorizeResult:
        # Asking Slack on the first click would make that click late; what we need of the answer we know.
        return AuthorizeResult(
            enterprise_id=None, team_id=team_id or people.home_team, bot_token=settings.slack_bot_token
        )

    # It warns that our authorize takes the place of a token, which is how it must be.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)
    app = AsyncApp(
        client=slack,
        signing_secret=settings.slack_signing_secret,
        authorize=authorize,
        raise_error_for_unhandled_request=False,
        # Our guard has verified the raw bytes before Bolt parses them.
        request_verification_enabled=False,
    )

    async def lend_desk(context: AsyncBoltContext, body: dict[str, Any], next: Callable[[], Awaitable[None]]) -> None:
        context["desk"] = desk
        if event_id := body.get("event_id"):
            if not await heard.first_time(f"event:{event_id}", desk.now()):
                await context.ack()
                return
        elif body.get("command") and not await heard.first_time(f"command:{body.get('trigger_id')}", desk.now()):
            await context.ack()
            return
        await next()

    app.use(lend_desk)
    drops.register(app, features.DROPS)
    for feature in features.ALL:
        feature.register(app, settings.command_prefix)
    app.error(explain)
    return app


async def explain(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> None:
    """Tell the person who clicked that it did not work; the details go to the log alone."""
    log.error("listener failed", error=type(error).__name__, exc_info=error)
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id")
    user = (body.get("user") or {}).get("id") if isinstance(body.get("user"), dict) else body.get("user_id")
    if not channel or not user:
        return
    text = str(error) if isinstance(error, Unsure) else EXPLANATION
    try:
        await client.chat_postEphemeral(channel=channel, user=user, text=text)
    except Exception as failure:
        log.warning("could not explain a failure", reason=type(failure).__name__)


def _later() -> Callable[[Coroutine[None, None, None]], None]:
    """Runs what follows an acknowledged click, keeps it referenced, and logs what goes wrong in it.

    Bolt answers 404 when a listener raises right after its acknowledgement; what runs here cannot do that.
    """
    running: set[asyncio.Task[None]] = set()

    def later(work: Coroutine[None, None, None]) -> None:
        with for_people():
            task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(done)

    def done(task: asyncio.Task[None]) -> None:
        running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what followed a click failed", error=type(error).__name__, exc_info=error)

    return later


async def _supervised(name: str, duty: Callable[[], Awaitable[None]]) -> None:
    """Runs a duty for ever; one that dies is told and started again, with growing pauses."""
    pause = 1.0
    while True:
        started = time.monotonic()
        try:
            await duty()
            log.error("a duty ended by itself", duty=name)
        except Exception as error:
            log.exception("a duty died", duty=name, error=type(error).__name__)
        pause = 1.0 if time.monotonic() - started > 60 else min(30.0, pause * 2)
        await asyncio.sleep(pause)
