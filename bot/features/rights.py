"""`/kontor settings`: what a person may do here."""

from __future__ import annotations

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.cards.rights import rights_card
from bot.commands import says
from bot.desk import Desk
from bot.slackwire import SlackTrouble


def register(app: AsyncApp, prefix: str) -> None:
    app.command(f"/{prefix}kontor", matchers=[says("settings")])(settings_asked)


async def settings_asked(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, desk: Desk) -> None:
    await ack()
    desk.later(_show_rights(desk, respond, str(command.get("user_id")), command.get("team_id")))


async def _show_rights(desk: Desk, respond: AsyncRespond, user_id: str, team_id: str | None) -> None:
    try:
        standing = await desk.standing(user_id, team_id)
    except SlackTrouble as trouble:
        text = f"Slack could not be asked who you are ({trouble.code}). Please try again in a minute."
        await respond(text=text, response_type="ephemeral")
        return
    card = rights_card(standing.roles, standing.refusal)
    await respond(text=card.text, blocks=card.blocks, response_type="ephemeral")
