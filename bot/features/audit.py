"""`/kontor audit`: what happened to one thing, and through whom."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards.audit import audit_card
from bot.commands import says
from bot.desk import Desk
from bot.domain.deeds import Deed
from bot.domain.words import escaped
from bot.store import audit

USAGE = "Use `/{p}kontor audit order MB7UWLD`, or the number of a ticket or a return."


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}kontor", matchers=[says("audit")])(audit_asked)


async def audit_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    words = str(command.get("text") or "").split()[1:]
    desk.later(_answer(desk, respond, words, str(command.get("user_id")), command.get("team_id")))


async def _answer(desk: Desk, respond: AsyncRespond, words: list[str], user_id: str, team_id: str | None) -> None:
    ref = words[-1] if words else ""
    if not re.fullmatch(r"[\w:-]{1,200}", ref, re.ASCII) or len(words) > 2 or ref == "help":
        said = f"`{escaped(' '.join(words), 60)}` names nothing I know. " if words and ref != "help" else ""
        await respond(text=said + USAGE.format(p=desk.command_prefix), response_type="ephemeral")
        return
    if refusal := await desk.refusal_at_click(user_id, team_id, Deed("audit.view")):
        await respond(text=refusal, response_type="ephemeral")
        return
    subject = await _subject(words)
    card = audit_card(subject or ref, await audit.of_subject(subject) if subject else [])
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")


async def _subject(words: list[str]) -> str | None:
    """The key of what the words name, when the log knows it."""
    known = await audit.subjects(words[-1])
    if len(words) == 2:
        known = [key for key in known if key.split(":")[0] == words[0].lower()]
    return known[0] if known else None
