"""The wiring: builds the desk, lends it to Slack's listeners and to looks. The only module that knows everybody."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
import httpx
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette

from bot import features
from bot.actions import ActionDesk
from bot.board import Board
from bot.channels import Channels
from bot.composing import Composing
from bot.connections import market, market_transport, share, signed_url, slack_client, watches
from bot.desk import Desk, Market
from bot.domain.pace import Pace
from bot.duties import follower, supervised, take_changes
from bot.editedfiles import EditedFiles
from bot.feeddesk import FeedPlaces, published, sweep_out
from bot.files import Files
from bot.health import Health
from bot.homes import Homes
from bot.lanes import in_this_process
from bot.listening import listen
from bot.looks import Looks
from bot.modals import Modals
from bot.paperround import PaperRound
from bot.people import People
from bot.polls import OfferRules, Polls
from bot.recalling import Recall
from bot.rights import Rights
from bot.scaling import Duty, Part, Timekeeper, open_hall
from bot.settings import Settings
from bot.slackwire import trouble
from bot.store import beginning, bulks, heard, invoicefiles, lives, pushes, reports
from bot.store.database import Notebook, open_notebook
from bot.store.together import GroupCommit
from bot.subscriptions import Watch
from bot.web import FeedDoor, PushDoor, SlackDoor, front_door

if TYPE_CHECKING:
    from bot.lanes_postgres import Hall

log = structlog.get_logger(__name__)

# For what runs when we are told to stop; with what the server and open connections take it stays below ten seconds.
STOP_SECONDS = 3.0
FORGET_SECONDS = 3600.0
# Slack gives up retrying after minutes, the marketplace after half a day; keys are kept far longer than that.
KEEP_HEARD_DAYS = 7
KEEP_PUSHES_DAYS = 90
KEEP_PAPERS_DAYS = 90


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
    recall: Recall
    homes: Homes
    actions: ActionDesk
    polls: Polls
    watches: list[Watch]
    files: EditedFiles
    paper_round: PaperRound
    slack_app: AsyncApp
    asgi: Starlette
    health: Health
    together: GroupCommit
    hall: Hall | None = None
    part: Part = Part.SERVE
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    socket: AsyncSocketModeHandler | None = None

    async def start(self, *, polls: bool = True) -> None:
        """Take up the work: what a dead process left first, then sweeps, polls and subscriptions."""
        await self.recall.begin()
        if self.part.works:
            await self.actions.recover()
            await self.looks.mark([features.digests.MORNING])
        duties: dict[str, Duty] = {
            "who we are": self._learn_home,
            "rules": lambda: take_changes(self.files.watched),
        }
        if self.part.works:
            duties["recall"] = self.recall.run_for_ever
        if self.hall is not None:
            await self.hall.start(working=self.part.works)
            if self.part.works:
                duties["time"] = Timekeeper(self.settings, self._once(polls)).run_for_ever
        else:
            duties |= self._once(polls)
        self.tasks += [asyncio.create_task(supervised(name, duty), name=name) for name, duty in duties.items()]
        if self.settings.slack_app_token and self.part.listens:
            self.socket = AsyncSocketModeHandler(self.slack_app, self.settings.slack_app_token)
            await self.socket.connect_async()  # type: ignore[no-untyped-call]

    def _once(self, polls: bool) -> dict[str, Duty]:
        """What one process does for all."""
        duties: dict[str, Duty] = {
            "sweep of subjects": self.looks.sweep_for_ever,
            "sweep of actions": self.actions.sweep_for_ever,
            "homes": self.homes.run_for_ever,
            "forgetting": self._forget,
            "papers": self.paper_round.run_for_ever,
        }
        if polls:
            duties["polls"] = self.polls.run_for_ever
        for watch in self.watches:
            duties[f"subscriptions of {watch.market.account}"] = watch.run_for_ever
        return duties

    async def stop(self) -> None:
        """Finish what runs for at most ten seconds, then close everything. What is left is found at the next start."""
        if self.socket:
            await self.socket.close_async()  # type: ignore[no-untyped-call]
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(self.actions.lanes.close(STOP_SECONDS), self.looks.lanes.close(STOP_SECONDS))
        if self.hall is not None:
            await self.hall.close()
        await self.together.close()
        await self.session.close()
        for seller in self.desk.markets.values():
            await seller.close()
        await self.transport.aclose()
        lives.end()
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

    async def _forget(self) -> None:
        """Drop keys of long ago; those of actions are kept for ever."""
        while True:
            await heard.forget_before(utc_now() - timedelta(days=KEEP_HEARD_DAYS))
            await pushes.forget_before(utc_now() - timedelta(days=KEEP_PUSHES_DAYS))
            await invoicefiles.forget_before(utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await reports.forget_before(utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await bulks.forget_before(utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await sweep_out(self.desk.feeds, utc_now() - timedelta(days=KEEP_PAPERS_DAYS))
            await asyncio.sleep(FORGET_SECONDS)


async def build(settings: Settings, *, now: Callable[[], datetime] = utc_now, part: Part = Part.SERVE) -> Kontor:
    """Open the notebook and put the house together. Raises what `open_notebook` and the rules raise."""
    files = await EditedFiles.read(settings)
    notebook, hall = await _opened(settings, now)
    shared = hall is not None
    open_lanes = hall.lanes if hall else in_this_process
    session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10, sock_connect=3), trust_env=False)
    slack, transport = slack_client(settings, session), market_transport()
    markets = {account.name: market(settings, account.name, transport, now) for account in settings.accounts}
    channels = Channels(slack)
    board = _board(settings, slack, channels, files, now)
    if hall is not None:
        board.shared, board.steady = hall.turns, hall.presence.steady
        hall.presence.share_by(partial(share, markets.values()))
    people = People(slack, channels)
    rights = Rights(people, lambda: files.roles.value, now)
    recall = Recall(slack, partial(board.notice, holder="restored"), now)
    looks = Looks(
        board,
        {},
        now,
        troubled=lambda: [name for name, market in markets.items() if market.trouble or board.in_trouble],
        open_lanes=open_lanes,
        recall=recall,
    )
    homes = Homes(slack, lambda row, notice: features.home.draw(desk, row, notice), now, alone=not shared)
    actions = ActionDesk(
        lambda: desk, features.ACTIONS, now, new_id, rights, not shared, open_lanes=open_lanes, steady=board.steady
    )
    polls = _polls(settings, markets, looks, files, now)
    health = Health(settings, board, looks, actions, polls, files.rules, files.roles, files.templates, now)
    health.alone, health.door_only = not shared, part is Part.WEB
    parts = Parts(files, markets, slack, session, board, looks, homes, actions, rights, health)
    desk = _desk(settings, parts, now)
    looks.changed = homes.changed
    looks.by_kind = {kind: partial(look, desk) for kind, look in features.LOOKS.items()}
    together = GroupCommit(lambda waiting: pushes.accept(waiting, now()))
    slack_app = listen(settings, desk, slack, people)
    return Kontor(
        settings=settings,
        notebook=notebook,
        session=session,
        transport=transport,
        desk=desk,
        board=board,
        people=people,
        looks=looks,
        recall=recall,
        homes=homes,
        actions=actions,
        polls=polls,
        watches=watches(settings, markets, now, lambda: files.rules.book.unit_events),
        files=files,
        paper_round=PaperRound(desk),
        slack_app=slack_app,
        asgi=_doors(settings, desk, slack_app, looks, together, health),
        health=health,
        together=together,
        hall=hall,
        part=part,
    )


def _polls(
    settings: Settings, markets: dict[str, Market], looks: Looks, files: EditedFiles, now: Callable[[], datetime]
) -> Polls:
    return Polls(
        *(markets, looks, now, settings.poll_seconds, settings.reconcile_seconds),
        shows_orders=lambda: files.rules.book.shows("order"),
        offer_rules=lambda: OfferRules(tuple(files.rules.book.unit_rules.values()), partial(files.notice, now)),
    )


async def _opened(settings: Settings, now: Callable[[], datetime]) -> tuple[Notebook, Hall | None]:
    """The notebook, seen to when it was restored, and the hall where several processes share the work."""
    shared = settings.lanes == "postgres"
    notebook = await open_notebook(settings.database_url, settings.data_dir, shared=shared)
    try:
        if found := await beginning.begin(settings.data_dir, now, alone=not shared):
            log.error("the notebook was restored from a backup", knows_until=str(found.since), actions=found.actions)
        return notebook, await open_hall(settings) if shared else None
    except BaseException:
        lives.end()
        await notebook.close()
        raise


@dataclass(frozen=True)
class Parts:
    """What the desk is made of."""

    files: EditedFiles
    markets: dict[str, Market]
    slack: AsyncWebClient
    session: aiohttp.ClientSession
    board: Board
    looks: Looks
    homes: Homes
    actions: ActionDesk
    rights: Rights
    health: Health


def _board(
    settings: Settings, slack: AsyncWebClient, channels: Channels, files: EditedFiles, now: Callable[[], datetime]
) -> Board:
    return Board(
        slack,
        channels,
        lambda: files.rules.book.fallback,
        now,
        new_id,
        posts=Pace(gap=settings.pace_seconds),
        updates=Pace(gap=settings.pace_seconds * 8 / 7, burst=20),
    )


def _desk(settings: Settings, parts: Parts, now: Callable[[], datetime]) -> Desk:
    files, slack, rights, channels = parts.files, parts.slack, parts.rights, parts.board.channels
    return Desk(
        markets=parts.markets,
        slack=slack,
        board=parts.board,
        files=Files(parts.session, slack, token=settings.slack_bot_token, api_url=settings.slack_api_url),
        marks=parts.looks,
        actions=parts.actions,
        route=files.route,
        clocks=lambda: files.clocks.value,
        link=channels.link,
        refusal=rights.refusal,
        refusal_at_click=rights.refusal_at_click,
        standing=rights.standing,
        approvals=lambda: rights.approvals,
        partial_refunds_only=lambda: files.roles.value.partial_only,
        judged=rights.decide_at_click,
        fallback=lambda: files.rules.book.fallback,
        modals=Modals(slack, parts.board),
        homes=parts.homes,
        later=follower(),
        now=now,
        status=parts.health.status_text,
        command_prefix=settings.command_prefix,
        undo_seconds=settings.undo_seconds,
        templates=files.templates,
        composing=Composing(time.monotonic),
        feeds=FeedPlaces(settings.data_dir.absolute() / "feeds", settings.public_url, settings.feed_origins),
        papers=files.papers(settings, channels),
    )


def _doors(
    settings: Settings, desk: Desk, slack_app: AsyncApp, looks: Looks, together: GroupCommit, health: Health
) -> Starlette:
    """Everything that can be asked of us over HTTP."""
    push_urls = {account.name: signed_url(settings, account.name) for account in settings.accounts}
    health.pushes = PushDoor(
        {account.name: account for account in settings.accounts if settings.public_url},
        {name: url for name, url in push_urls.items() if url},
        together,
        looks.wake,
        desk.now,
    )
    slack_door = None if settings.slack_app_token else SlackDoor.to(slack_app, settings.slack_signing_secret)
    feed_door = FeedDoor(lambda token: published(desk.feeds, token, desk.now()))
    return front_door(
        slack=slack_door, pushes=health.pushes, feeds=feed_door, ready=health.ready, metrics=health.metrics
    )
