"""Lists people ask for with a command: `/ticket list`, `/ticket find` and their sisters for returns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.cards import names
from bot.cards.digests import MOST_LINES, Sheet, list_card
from bot.cards.lists import NOUNS, search_card
from bot.desk import Desk, Market, subject_key
from bot.domain.codes import STOREFRONTS
from bot.domain.deeds import LOOK
from bot.domain.facts import folded
from bot.domain.nearest import did_you_mean
from bot.domain.words import escaped, plain
from bot.domain.work import NOBODY, Asked, Work, end_of_day
from bot.marketplace import MarketError
from bot.store import worklist

log = structlog.get_logger(__name__)

WORDS = {"here": "in this channel", "all": "in all channels", "mine": "that are yours", "free": "that nobody has taken"}
MOST_FOUND = 15
MOST_UNITS = 5


async def answer_list(desk: Desk, command: dict[str, Any], respond: AsyncRespond, kind: str) -> None:
    """`list` alone lists what hangs in this channel, or everything where nothing does; words choose otherwise."""
    if await _refused(desk, command, respond):
        return
    words = str(command.get("text") or "").lower().split()[1:]
    now, hint = desk.now(), _hint(desk, kind)
    choice = _chosen(kind, words, str(command.get("user_id")), str(command.get("channel_id")), await _tags(desk))
    if isinstance(choice, str):
        await respond(text=f"{choice} {hint}", response_type="ephemeral")
        return
    ends = end_of_day(now, desk.clocks().office)
    day = await worklist.day_list(choice.asked, now, ends, each=MOST_LINES)
    if not words and not day.total:
        choice = _Choice(Asked((kind,)), WORDS["all"])
        day = await worklist.day_list(choice.asked, now, ends, each=MOST_LINES)
    sheet = Sheet(now, desk.link, await desk.homes.address())
    card = list_card(kind, day, choice.where, sheet, hint=hint)
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def answer_find(desk: Desk, command: dict[str, Any], respond: AsyncRespond, kind: str) -> None:
    """Search what the notebook knows; an order's number it does not know is asked of the marketplace."""
    if await _refused(desk, command, respond):
        return
    said = str(command.get("text") or "").partition(" ")[2].strip()
    words = folded(plain(said, 200)).split()[:8]
    if not words:
        command_name = f"/{desk.command_prefix}{kind}"
        await respond(text=f"Use `{command_name} find` and what to find: `{command_name} find MB7UWLD`, or words.")
        return
    found = await worklist.searched(kind, words, limit=MOST_FOUND + 1)
    if not found and len(words) == 1 and re.fullmatch(r"[A-Za-z0-9]{5,20}", said, re.ASCII):
        found = await _of_order(desk, kind, said)
    card = search_card(kind, said, found, desk.now(), desk.link, most=MOST_FOUND)
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def _refused(desk: Desk, command: dict[str, Any], respond: AsyncRespond) -> bool:
    refusal = await desk.refusal_at_click(str(command.get("user_id")), command.get("team_id"), LOOK)
    if refusal:
        await respond(text=refusal, response_type="ephemeral")
    return bool(refusal)


# What to list


@dataclass(frozen=True)
class _Choice:
    """`where` says of what, for people, in mrkdwn."""

    asked: Asked
    where: str


def _chosen(kind: str, words: Sequence[str], user: str, channel: str, tags: Sequence[str]) -> _Choice | str:
    """What the words choose, or a sentence about the word that chooses nothing."""
    asked, where = Asked((kind,)), []
    for word in words or ["here"]:
        if word == "here":
            asked = replace(asked, channel=channel)
        elif word in ("mine", "free"):
            asked = replace(asked, claimer=user if word == "mine" else NOBODY)
        elif word in STOREFRONTS:
            asked = replace(asked, storefront=word)
        elif word.lstrip("#") in tags:
            asked = replace(asked, tag=word.lstrip("#"))
        elif word != "all":
            known = [*WORDS, *STOREFRONTS, *tags]
            return f"I do not know `{escaped(word, 40)}`{did_you_mean(word, known)}."
        where.append(_spoken(word))
    return _Choice(asked, ", ".join(where))


def _spoken(word: str) -> str:
    if word in WORDS:
        return WORDS[word]
    return f"in {names.country(word)}" if word in STOREFRONTS else f"with the tag `{word.lstrip('#')}`"


def _hint(desk: Desk, kind: str) -> str:
    command = f"/{desk.command_prefix}{kind}"
    return (
        f"`{command} list` with `all`, `mine`, `free`, a storefront or a tag; "
        f"`{command} find` and words to search; my Home tab shows {NOUNS[kind][1]} with filters."
    )


async def _tags(desk: Desk) -> list[str]:
    return sorted({tag for share in await worklist.shares(desk.now()) for tag in share.tags})


# What only the marketplace knows


async def _of_order(desk: Desk, kind: str, number: str) -> tuple[Work, ...]:
    """Tickets or returns of an order the notebook has never seen. A few questions at most; no answer is no finding."""
    for account, market in desk.markets.items():
        try:
            refs = await _refs(market, kind, number.upper())
        except MarketError as error:
            log.info("a search could not ask the marketplace", account=account, reason=str(error))
            continue
        if refs:
            keys = [subject_key(kind, account, ref) for ref in refs]
            await desk.marks.mark(keys, urgent=True)
            known = await worklist.lines_of(keys)
            return tuple(known.get(key) or Work(key, kind, account, ref) for key, ref in zip(keys, refs, strict=True))
    return ()


async def _refs(market: Market, kind: str, number: str) -> list[str]:
    order = await market.fetch_order(number)
    found: dict[str, None] = {}
    for unit in order.units[:MOST_UNITS]:
        whole = await market.fetch_order_unit(unit.id)
        refs = whole.ticket_ids if kind == "ticket" else [str(whole.return_id)] if whole.return_id else []
        found.update(dict.fromkeys(refs))
    return list(found)
