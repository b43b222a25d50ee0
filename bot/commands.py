"""What the slash commands of all features share: read the words, refuse politely, answer only the person who asked."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.cards.blocks import Card, context
from bot.desk import Desk, subject_key
from bot.domain.deeds import LOOK
from bot.domain.words import escaped
from bot.marketplace import MarketError
from bot.store import subjects

log = structlog.get_logger(__name__)

Draw = Callable[[str, str], Awaitable[Card]]


def says(*words: str) -> Callable[[dict[str, Any]], Awaitable[bool]]:
    """A matcher for Bolt: the command's first word is one of `words`. So several features share one command.

    The feature that answers all the rest comes after them in `features.ALL`.
    """

    async def first_word_is_one(command: dict[str, Any]) -> bool:
        said = str(command.get("text") or "").split()
        return bool(said) and said[0].lower() in words

    return first_word_is_one


async def answer_lookup(
    desk: Desk, command: dict[str, Any], respond: AsyncRespond, *, kind: str, form: str, usage: str, draw: Draw
) -> None:
    """Answer `/ticket 0011…` and its sisters: the fresh card for the one who asked, and a mark for everybody's card.

    `form` is the pattern of an id, `draw(account, id)` fetches and draws; accounts are tried in their order.
    """
    words = str(command.get("text") or "").split()
    if not words or words[0] == "help" or not re.fullmatch(form, words[0], re.ASCII):
        said = f"`{escaped(words[0], 60)}` is no {kind} number. " if words and words[0] != "help" else ""
        await _say(respond, said + usage)
        return
    if refusal := await desk.refusal_at_click(str(command.get("user_id")), command.get("team_id"), LOOK):
        await _say(respond, refusal)
        return
    sentence = f"The marketplace knows no {kind} {escaped(words[0], 60)}. {usage}"
    for account in desk.markets:
        try:
            card = await draw(account, words[0])
        except MarketError as error:
            if not error.gone:
                sentence = f":warning: {escaped(str(error), 500)}"
            continue
        key = subject_key(kind, account, words[0])
        await desk.marks.mark([key], urgent=True)
        await respond(text=card.text, blocks=[*card.blocks, *await _where(desk, key)], response_type="ephemeral")
        return
    await _say(respond, sentence)


async def _where(desk: Desk, key: str) -> Sequence[dict[str, Any]]:
    """A link to the card everybody sees, when there is one."""
    row = await subjects.find(key)
    if row is None or not (row.channel and row.ts):
        return []
    try:
        answer = await desk.slack.chat_getPermalink(channel=row.channel, message_ts=row.ts)
    except Exception as error:
        log.info("no link to a card", reason=type(error).__name__)
        return []
    return [context(f"<{answer['permalink']}|Go to its card> in <#{row.channel}>")]


async def _say(respond: AsyncRespond, text: str) -> None:
    await respond(text=text, response_type="ephemeral")
