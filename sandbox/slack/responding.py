"""What the app says back without the Web API: in the answer to a command, and through response URLs.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel, Message
from sandbox.slack.methods.chat import read_shown
from sandbox.slack.outgoing import AppAnswer
from sandbox.slack.permits import ResponseUrl
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace

STATUS = {"expired_url": 404, "used_url": 404, "no_service": 404}


def command_answered(slack: Workspace, channel: Channel, user_id: str, answer: AppAnswer) -> None:
    """Show what the app answered to a command: nothing, plain text, or a message, ephemeral by default."""
    said = answer.json() if answer.is_json else answer.body.decode(errors="replace")
    if not said:
        return
    payload = said if isinstance(said, dict) else {"text": str(said)}
    try:
        say(slack, channel, user_id, payload)
    except Refused as refused:
        slack.complain(f"the answer to a command cannot be shown: {refused.answer}")


def say(slack: Workspace, channel: Channel, user_id: str, payload: dict[str, Any]) -> Message:
    """Show a message to one person, or to all with `response_type: in_channel`. Raises `Refused`."""
    args = Arguments(payload)
    shown = read_shown(slack, args)
    thread_ts = args.text("thread_ts") or None
    if payload.get("response_type") == "in_channel":
        return slack.post(
            channel,
            slack.app.bot_user_id,
            shown["text"],
            blocks=shown["blocks"],
            attachments=shown["attachments"],
            thread_ts=thread_ts,
        )
    return slack.whisper(channel, user_id, shown["text"], blocks=shown["blocks"], thread_ts=thread_ts)


async def respond(slack: Workspace, request: Request) -> Response:
    """One POST to a response URL."""
    try:
        url = slack.permits.use_response_url(request.path_params["token"])
        payload = json.loads(await request.body())
        if not isinstance(payload, dict):
            raise Refused("invalid_payload")
        _respond(slack, url, payload)
    except ValueError:
        return _noted(slack, request, "invalid_payload")
    except Refused as refused:
        return _noted(slack, request, refused.code)
    slack.journal.add("response_url", payload, slack.now())
    slack.feed.publish("call.made", method="response_url", ok=True)
    return PlainTextResponse("ok")


def _noted(slack: Workspace, request: Request, code: str) -> Response:
    status = STATUS.get(code, 500 if code == "invalid_payload" else 400)
    slack.journal.add("response_url", {}, slack.now(), status=status, error=code, executed=False)
    slack.feed.publish("call.made", method="response_url", ok=False)
    return PlainTextResponse(code, status)


def _respond(slack: Workspace, url: ResponseUrl, payload: dict[str, Any]) -> None:
    channel = slack.channels[url.channel_id]
    original = _original(channel, url)
    if payload.get("delete_original"):
        if set(payload) != {"delete_original"}:
            raise Refused("invalid_payload")
        if original is None:
            raise Refused("message_not_found")
        _remove(slack, channel, original)
    elif payload.get("replace_original") and original is not None:
        _replace(slack, channel, original, payload)
    else:
        say(slack, channel, url.user_id, payload)


def _original(channel: Channel, url: ResponseUrl) -> Message | None:
    if url.message_ts is None:
        return None
    if url.ephemeral:
        return next((message for message in channel.ephemerals if message.ts == url.message_ts), None)
    return channel.find(url.message_ts)


def _remove(slack: Workspace, channel: Channel, original: Message) -> None:
    if original.only_for:
        channel.ephemerals.remove(original)
        slack.feed.publish("ephemeral.changed", channel=channel.id, ts=original.ts, user=original.only_for)
    else:
        slack.delete(channel, original)


def _replace(slack: Workspace, channel: Channel, original: Message, payload: dict[str, Any]) -> None:
    """An ephemeral message stays ephemeral, whatever response_type says."""
    shown = read_shown(slack, Arguments(payload))
    if original.only_for:
        original.text, original.blocks = shown["text"], shown["blocks"]
        slack.feed.publish("ephemeral.changed", channel=channel.id, ts=original.ts, user=original.only_for)
    else:
        slack.edit(channel, original, text=shown["text"], blocks=shown["blocks"])
