"""`/kontor`: help and status, the two buttons for actions nobody can be sure of, and what Slack sends besides."""

from __future__ import annotations

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards.actions import CONFIRM, RELEASE
from bot.cards.clicks import read_press
from bot.desk import Desk
from bot.domain.deeds import LOOK
from bot.domain.nearest import nearest
from bot.domain.words import escaped

HELP = """*Kontor* shows the marketplace's tickets, returns and orders here, and sends what you decide.
• `/{p}ticket 00112345678` a ticket and its card; `list`, `find words`, `open MB7UWLD` to write to a buyer
• `/{p}return 123456` a return; `list`, `find words`, `start MB7UWLD`
• `/{p}order MB7UWLD` an order: send, cancel, refund
• `/{p}stock 4006381333931` an offer in all storefronts, to change; `bulk` for many from a file
• `/{p}feed` check and import a CSV; `list`, `templates`
• `/{p}invoice MB7UWLD` an order's invoices; `missing`
• `/{p}report` a report of the marketplace, with a chart
• `/{p}kontor status` how the relay is doing
• `/{p}kontor settings` what you may do here
• In the menu of any message: *Attach to ticket*
What you write in a card's thread stays inside; a buyer only gets what you send in a window with *Send*."""


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}kontor")(asked)
    app.action(CONFIRM)(found_out)
    app.action(RELEASE)(found_out)
    # Slack counts an unanswered interaction as a failure; whatever nobody above listens to is acknowledged here.
    app.action(re.compile(".*"))(nothing_to_do)
    app.view(re.compile(".*"))(nothing_to_do)
    app.view_closed(re.compile(".*"))(nothing_to_do)
    app.shortcut(re.compile(".*"))(nothing_to_do)
    app.options(re.compile(".*"))(no_options)
    app.event(re.compile(".*"))(event_seen)


async def asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    word = str(command.get("text") or "help").strip().split(" ")[0].lower()
    await ack()
    desk.later(_answer(desk, respond, word, str(command.get("user_id")), command.get("team_id")))


async def _answer(desk: Desk, respond: AsyncRespond, word: str, user_id: str, team_id: str | None) -> None:
    help_text = HELP.format(p=desk.command_prefix)
    if word == "help":
        text = help_text
    elif word == "status":
        text = await desk.refusal_at_click(user_id, team_id, LOOK) or await desk.status()
    else:
        near = nearest(word, ["help", "status", "settings", "audit"])
        text = f"I do not know `{escaped(word, 40)}`. " + (f"Did you mean `{near}`?" if near else help_text)
    await respond(text=text, response_type="ephemeral")


async def found_out(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """A person looked in the portal and says whether an uncertain action was done."""
    press = read_press(body)
    done = action["action_id"] == CONFIRM
    said = await desk.actions.resolve(press.value, done=done, user_id=press.user_id, team_id=press.team_id)
    await ack()
    if said and press.channel:
        await desk.board.whisper(press.channel, press.user_id, said, press.thread_ts)


async def nothing_to_do(ack: AsyncAck) -> None:
    await ack()


async def no_options(ack: AsyncAck) -> None:
    await ack(options=[])


async def event_seen() -> None:
    """Events need no answer but the acknowledgement Bolt has given."""
