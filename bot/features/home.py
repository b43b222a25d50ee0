"""App Home: what waits for the person who looks, with filters and paging."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.cards import home
from bot.cards.blocks import Block
from bot.cards.clicks import read_click
from bot.cards.home import (
    ANY,
    MOST_MINE,
    MOST_NEEDS,
    MOST_RETURNS,
    PAGE_LINES,
    HomePage,
    HomePress,
    Need,
    home_view,
    read_home_press,
    refused_view,
    trouble_view,
)
from bot.cards.tickets import CLAIM
from bot.desk import Desk
from bot.domain.deeds import LOOK, Deed
from bot.domain.work import DESK_KINDS, NOBODY, RUNNING_KINDS, Asked, HomeFilter, Listed, Work
from bot.slackwire import SlackTrouble
from bot.store import actions, claims, homes, subjects, worklist
from bot.store.homes import HomeRow

log = structlog.get_logger(__name__)

PROPOSALS = Asked(("approval",), waiting=False)


def register(app: AsyncApp, prefix: str) -> None:
    app.event("app_home_opened")(opened)
    for action in (home.SHOW, home.WHO, home.STOREFRONT, home.TAG, home.EARLIER, home.LATER):
        app.action(action)(chosen)
    app.action(home.REFRESH)(refreshed)
    app.action(home.WELCOMED)(welcomed)
    app.action(home.CLAIM)(claimed)


# What people do


async def opened(event: dict[str, Any], body: dict[str, Any], desk: Desk) -> None:
    if event.get("tab") == "home":
        desk.later(_open(desk, str(event.get("user")), str(body.get("team_id") or ""), str(body.get("api_app_id"))))


async def refreshed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_home_press(body)
    await ack()
    desk.later(desk.homes.open(press.user_id, press.team_id or ""))


async def welcomed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_home_press(body)
    await ack()
    desk.later(_welcome(desk, press))


async def chosen(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_home_press(body)
    await ack()
    desk.later(_choose(desk, press))


async def claimed(ack: AsyncAck, body: dict[str, Any], desk: Desk) -> None:
    press = read_home_press(body)
    await ack()
    desk.later(_claim(desk, press))


async def _open(desk: Desk, user_id: str, team_id: str, app_id: str) -> None:
    await desk.homes.open(user_id, team_id)
    await desk.homes.learn(app_id, team_id)


async def _welcome(desk: Desk, press: HomePress) -> None:
    await homes.welcome(press.user_id)
    await desk.homes.open(press.user_id, press.team_id or "")


async def _choose(desk: Desk, press: HomePress) -> None:
    row = await homes.opened(press.user_id, press.team_id or "", desk.now())
    wanted = turned(HomeFilter.read(row.wanted), press.what, press.value)
    await homes.want(press.user_id, wanted.facts())
    await desk.homes.show(replace(row, wanted=wanted.facts()))


def turned(wanted: HomeFilter, what: str, value: str) -> HomeFilter:
    """The filter after a choice; another filter begins at its first page."""
    if what in (home.EARLIER, home.LATER):
        return replace(wanted, page=int(value) if value.isdecimal() else 0)
    field = {home.SHOW: "show", home.WHO: "whose", home.STOREFRONT: "storefront", home.TAG: "tag"}[what]
    return HomeFilter.read({**wanted.facts(), "page": 0, field: "" if value == ANY else value})


async def _claim(desk: Desk, press: HomePress) -> None:
    row = await homes.opened(press.user_id, press.team_id or "", desk.now())
    click = read_click(press.value)
    if click is None:
        return
    said = await desk.refusal_at_click(press.user_id, press.team_id, Deed(CLAIM, subject=click.subject))
    if not said:
        claim = await claims.take(click.subject, press.user_id, desk.now())
        faster = f"<@{claim.user_id}> was faster and has it."
        said = "It is yours now." if claim.user_id == press.user_id else faster
        await desk.marks.mark([click.subject], urgent=True)
    await desk.homes.show(row, said)


# What they see


async def draw(desk: Desk, row: HomeRow, notice: str = "") -> Block:
    """The Home of one person as it is now. Never raises: who may not look and what does not work are views too."""
    now = desk.now()
    try:
        if refusal := await desk.refusal(row.user_id, row.team_id or None, LOOK):
            return refused_view(refusal)
        page = await _page(desk, row, now, notice)
        return home_view(page, desk.link)
    except SlackTrouble as slack:
        log.warning("nobody could say who looks at their Home", user=row.user_id, reason=slack.code)
    except Exception as error:
        log.exception("a Home could not be drawn", user=row.user_id, error=type(error).__name__)
    return trouble_view(now)


async def _page(desk: Desk, row: HomeRow, now: datetime, notice: str) -> HomePage:
    wanted = HomeFilter.read(row.wanted)
    claimer = {"free": NOBODY, "mine": row.user_id, "all": None}[wanted.whose]
    kinds = ("return",) if wanted.show == "return" else ("ticket",)
    both = kinds if wanted.show in DESK_KINDS else DESK_KINDS
    wanted, main = await _main(wanted, wanted.asked(kinds, claimer), now)
    beside = wanted.show == "all" and wanted.whose != "mine"
    return HomePage(
        now=now,
        filter=wanted,
        shares=await worklist.shares(now),
        needs=await _needs(now),
        mine=await worklist.listed(Asked(both, claimer=row.user_id, waiting=False), now, limit=MOST_MINE),
        main=main,
        returns=await worklist.listed(wanted.asked(("return",), None), now, limit=MOST_RETURNS) if beside else None,
        running=await _running(wanted, now),
        welcomed=row.welcomed,
        notice=notice,
        prefix=desk.command_prefix,
    )


async def _main(wanted: HomeFilter, asked: Asked, now: datetime) -> tuple[HomeFilter, Listed]:
    """The page that was turned to, or the last one there is."""
    listed = await worklist.listed(asked, now, limit=PAGE_LINES, offset=wanted.page * PAGE_LINES)
    if listed.lines or not wanted.page:
        return wanted, listed
    last = replace(wanted, page=max(listed.total - 1, 0) // PAGE_LINES)
    return last, await worklist.listed(asked, now, limit=PAGE_LINES, offset=last.page * PAGE_LINES)


async def _needs(now: datetime) -> tuple[Need, ...]:
    """What only a person can bring on: actions nobody can be sure of, proposals, subjects that rest."""
    unsure, resting = await actions.needs_human(), await subjects.resting()
    proposals = await worklist.listed(PROPOSALS, now, limit=MOST_NEEDS)
    lines = await worklist.lines_of([action.subject for action in unsure] + [row.key for row in resting])
    found = [Need.unsure(action, lines.get(action.subject)) for action in unsure]
    found += [Need.proposed(work) for work in proposals.lines]
    return (*found, *(Need.resting(row.rest_reason or "", lines.get(row.key)) for row in resting))


async def _running(wanted: HomeFilter, now: datetime) -> tuple[Work, ...]:
    if wanted.show in DESK_KINDS:
        return ()
    asked = Asked(RUNNING_KINDS, wanted.storefront or None, waiting=False)
    return (await worklist.listed(asked, now, limit=PAGE_LINES)).lines
