"""Home: what waits for the person who looks, first what is most useful to them, within 100 blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from bot.cards import names
from bot.cards.actions import asked_by
from bot.cards.blocks import Block, button, buttons, context, divider, moment, plain_text, section
from bot.cards.clicks import Click
from bot.cards.lists import Links, counted, work_line
from bot.domain.action import Action
from bot.domain.words import escaped
from bot.domain.work import SHOWS, WHOSE, HomeFilter, Listed, Share, Work

SHOW = "home.show"
WHO = "home.whose"
STOREFRONT = "home.storefront"
TAG = "home.tag"
EARLIER = "home.earlier"
LATER = "home.later"
REFRESH = "home.refresh"
WELCOMED = "home.welcomed"
CLAIM = "home.claim"

# With these the view stays below Slack's 100 blocks, whatever there is.
MOST_NEEDS = 5
MOST_MINE = 15
PAGE_LINES = 12
MOST_RETURNS = 8
MOST_RUNNING = 6
MOST_OPTIONS = 100

ANY = "any"


@dataclass(frozen=True)
class Need:
    """Something a person must look at: a sentence about it in our own mrkdwn, and the line it is about."""

    said: str
    work: Work | None

    @classmethod
    def unsure(cls, action: Action, work: Work | None) -> Self:
        return cls(f"*Please check* what became of what {asked_by(action)} asked for.", work)

    @classmethod
    def proposed(cls, work: Work) -> Self:
        return cls("*A colleague's yes is needed.*", work)

    @classmethod
    def resting(cls, reason: str, work: Work | None) -> Self:
        return cls(f"*I stopped looking at this:* {escaped(reason, 200)}", work)


@dataclass(frozen=True)
class HomePage:
    """Everything a Home shows. `main` is the list the filter chose, one page of it; the others are cut.

    `returns` is None where they are not shown beside the list. `notice` answers what the person just pressed.
    """

    now: datetime
    filter: HomeFilter
    shares: tuple[Share, ...]
    needs: tuple[Need, ...]
    mine: Listed
    main: Listed
    returns: Listed | None
    running: tuple[Work, ...]
    welcomed: bool
    notice: str = ""
    prefix: str = ""


def home_view(page: HomePage, links: Links) -> Block:
    blocks = [*_head(page), *([] if page.welcomed else _welcome(page.prefix))]
    if page.notice:
        blocks.append(context(page.notice))
    blocks += _needs(page, links)
    if page.filter.show != "running":
        blocks += _mine(page, links) if page.filter.whose != "mine" else []
        blocks += _main(page, links)
        blocks += _returns(page, links)
    blocks += _running(page, links)
    return _view(blocks)


def trouble_view(now: datetime) -> Block:
    """When the notebook does not answer: never nothing."""
    return _view(
        [
            _header("What waits for us"),
            section(
                ":warning: *I could not put this page together just now.* The cards in your channels are still there."
            ),
            context(f"Tried {moment(now, '{date_short_pretty} at {time}')}"),
            *buttons(button("Try again", REFRESH, "again", style="primary")),
        ]
    )


def refused_view(sentence: str) -> Block:
    """For who may not look: why, and nothing of the shop's."""
    return _view([_header("Kontor"), section(f":no_entry: {escaped(sentence, 400)}")])


@dataclass(frozen=True)
class HomePress:
    """What somebody pressed or chose at their Home: `what` is the action id, `value` what was chosen."""

    user_id: str
    team_id: str | None
    what: str
    value: str


def read_home_press(body: Mapping[str, Any]) -> HomePress:
    user, action = body.get("user") or {}, (body.get("actions") or [{}])[0]
    chosen = action.get("selected_option") or {}
    return HomePress(
        user_id=str(user.get("id", "")),
        team_id=user.get("team_id") or (body.get("team") or {}).get("id"),
        what=str(action.get("action_id") or ""),
        value=str(chosen.get("value") or action.get("value") or ""),
    )


# The parts, from top to bottom


def _head(page: HomePage) -> list[Block]:
    updated = f"Updated {moment(page.now, '{date_short_pretty} at {time_secs}')}"
    # The time is no news: it stands in a block of its own, which nobody compares.
    return [_header("What waits for us"), {**context(updated), "block_id": "updated"}, *_totals(page), *_filters(page)]


def _totals(page: HomePage) -> list[Block]:
    said = []
    for kind in ("ticket", "return"):
        count = sum(share.count for share in page.shares if share.kind == kind)
        overdue = sum(share.overdue for share in page.shares if share.kind == kind)
        said.append(counted(count, kind) + (f" (*{overdue} overdue*)" if overdue else ""))
    return [context(" · ".join(said))]


def _filters(page: HomePage) -> list[Block]:
    chosen = page.filter
    storefronts = sorted({share.storefront for share in page.shares if share.storefront} | {chosen.storefront} - {""})
    tags = sorted({tag for share in page.shares for tag in share.tags} | {chosen.tag} - {""})
    anywhere = {ANY: "All storefronts", **{code: _spoken(code) for code in storefronts}}
    menus = [
        _menu(SHOW, "What to show", SHOWS, chosen.show),
        _menu(WHO, "Whose", WHOSE, chosen.whose),
        _menu(STOREFRONT, "Storefront", anywhere, chosen.storefront or ANY) if len(storefronts) > 1 else None,
        _menu(TAG, "Tag", {ANY: "All tags", **{tag: tag for tag in tags}}, chosen.tag or ANY) if tags else None,
        button("Refresh", REFRESH, "now"),
    ]
    return buttons(*menus, block_id="home.filters")


def _welcome(prefix: str) -> list[Block]:
    said = (
        "*Welcome.* This page shows what waits for you and your team; it keeps itself up to date.\n"
        "1. Press *Claim* on a ticket below: colleagues see that you are on it.\n"
        "2. Open its card and press *Reply*: choose a template, edit, send. You have some seconds to undo it.\n"
        f"3. Type `/{prefix}ticket list` in a channel for its open tickets, or `/{prefix}kontor help`."
    )
    return [section(said), *buttons(button("Got it", WELCOMED, "1", style="primary")), divider()]


def _needs(page: HomePage, links: Links) -> list[Block]:
    if not page.needs:
        return []
    blocks = [section(f":warning: *Please look at {'this' if len(page.needs) == 1 else 'these'}* ({len(page.needs)})")]
    for need in page.needs[:MOST_NEEDS]:
        about = f"\n{work_line(need.work, page.now, links)}" if need.work else ""
        blocks.append(section(need.said + about))
    return blocks + _rest(len(page.needs) - MOST_NEEDS, "`/kontor status` lists them")


def _mine(page: HomePage, links: Links) -> list[Block]:
    title = f"*Mine* ({page.mine.total})"
    if not page.mine.total:
        return [section(title), context("Nothing is yours right now. Claim something below, or on its card.")]
    lines = [section(work_line(work, page.now, links)) for work in page.mine.lines[:MOST_MINE]]
    return [section(title), *lines, *_rest(page.mine.total - len(lines), "choose _Mine_ above to see all")]


def _main(page: HomePage, links: Links) -> list[Block]:
    chosen, listed = page.filter, page.main
    kind = "Returns" if chosen.show == "return" else "Tickets"
    title = {"free": f"{kind} nobody has taken", "mine": f"My {kind.lower()}", "all": f"All {kind.lower()}"}
    if not listed.total:
        return [divider(), section(f"*{title[chosen.whose]}* (0)"), context(_nothing(chosen))]
    first = chosen.page * PAGE_LINES + 1
    last = first + len(listed.lines) - 1
    where = f"{first}–{last} of {listed.total:,}" if listed.total > len(listed.lines) else f"{listed.total:,}"
    head = section(f"*{title[chosen.whose]}* ({where}), first due first")
    return [divider(), head, *[_free_line(work, page.now, links) for work in listed.lines], *_pager(page)]


def _nothing(chosen: HomeFilter) -> str:
    """An empty list says what to do next."""
    if chosen.storefront or chosen.tag:
        return "Nothing fits these filters. Choose _All storefronts_ or _All tags_ to see more."
    if chosen.whose == "mine":
        return "Nothing is yours right now. Choose _Free to take_ to see what is."
    return "Nothing waits. New ones come here by themselves."


def _free_line(work: Work, now: datetime, links: Links) -> Block:
    block = section(work_line(work, now, links))
    if work.kind == "ticket" and not work.claimer:
        block["accessory"] = button("Claim", CLAIM, Click(work.key, "").value(), says=f"Claim ticket {work.ref}")
    return block


def _pager(page: HomePage) -> list[Block]:
    more = (page.filter.page + 1) * PAGE_LINES < page.main.total
    return buttons(
        button("← Earlier due", EARLIER, str(page.filter.page - 1)) if page.filter.page else None,
        button("Later due →", LATER, str(page.filter.page + 1)) if more else None,
        block_id="home.pager",
    )


def _returns(page: HomePage, links: Links) -> list[Block]:
    if page.returns is None or not page.returns.total:
        return []
    lines = [section(work_line(work, page.now, links)) for work in page.returns.lines[:MOST_RETURNS]]
    rest = _rest(page.returns.total - len(lines), "choose _Returns_ above to see all")
    return [divider(), section(f"*Returns that wait for a decision* ({page.returns.total})"), *lines, *rest]


def _running(page: HomePage, links: Links) -> list[Block]:
    if not page.running:
        if page.filter.show == "running":
            return [divider(), section("*Running* (0)"), context("No import and no report runs.")]
        return []
    shown = page.running[: PAGE_LINES if page.filter.show == "running" else MOST_RUNNING]
    lines = [section(work_line(work, page.now, links)) for work in shown]
    rest = _rest(len(page.running) - len(lines), "choose _Imports and reports_ above to see all")
    return [divider(), section(f"*Running* ({len(page.running)})"), *lines, *rest]


def _rest(count: int, how: str) -> list[Block]:
    return [context(f"… and {count} more: {how}.")] if count > 0 else []


# Block Kit


def _view(blocks: list[Block]) -> Block:
    return {"type": "home", "callback_id": "home", "blocks": blocks[:100]}


def _header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text, 150)}


def _menu(action: str, words: str, options: Mapping[str, str], chosen: str) -> Block:
    listed = [
        {"text": plain_text(label, 75), "value": value} for value, label in list(options.items())[: MOST_OPTIONS + 1]
    ]
    menu: Block = {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain_text(words, 150),
        "options": listed,
    }
    initial = next((option for option in listed if option["value"] == chosen), None)
    return menu | ({"initial_option": initial} if initial else {})


def _spoken(storefront: str) -> str:
    return (
        f"{names.flag(storefront)} {names.country(storefront)}".strip() if storefront in names.COUNTRIES else storefront
    )
