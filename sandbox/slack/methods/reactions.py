"""reactions.add."""

from __future__ import annotations

import re

from sandbox.slack.arguments import Arguments
from sandbox.slack.methods.registry import Answer, Method
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace

NAME = re.compile(r"[a-z0-9_'+-]{1,100}(::skin-tone-[2-6])?", re.ASCII)
MOST = 23


def add(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.open_channel(args.needed("channel"))
    name = args.needed("name")
    if not NAME.fullmatch(name):
        raise Refused("invalid_name")
    message = channel.find(args.needed("timestamp"))
    if message is None:
        raise Refused("message_not_found")
    if name not in message.reactions and len(message.reactions) >= MOST:
        raise Refused("too_many_reactions")
    slack.react(channel, message, slack.app.bot_user_id, name)
    return {"ok": True}


METHODS = (Method("reactions.add", add, 3, ("reactions:write",)),)
