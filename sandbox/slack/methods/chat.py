"""chat.*: post, update, delete, whisper, schedule, link."""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.blockkit import MESSAGE_TEXT_LIMIT, finished, message_problems, tables, text_length
from sandbox.slack.channels import Channel, Message
from sandbox.slack.methods.registry import Answer, Method
from sandbox.slack.refusals import Refused, with_messages
from sandbox.slack.workspace import Workspace

TEXT_CUT = 40_000
UPDATE_TEXT = 4_000
MARKDOWN_TEXT = 12_000
ATTACHMENTS = 100
# Slack names the error but not the size; ours is on the careful side.
METADATA_BYTES = 8_000
SCHEDULE_DAYS = 120


def post_message(slack: Workspace, args: Arguments) -> Answer:
    channel = _target(slack, args.needed("channel"))
    shown = read_shown(slack, args)
    message = slack.post(
        channel,
        slack.app.bot_user_id,
        shown["text"][:TEXT_CUT],
        blocks=shown["blocks"],
        attachments=shown["attachments"],
        thread_ts=args.text("thread_ts") or None,
        broadcast=args.flag("reply_broadcast"),
        metadata=read_metadata(args),
    )
    return {"ok": True, "channel": channel.id, "ts": message.ts, "message": message.wire()}


def update(slack: Workspace, args: Arguments) -> Answer:
    """`text` without `blocks` takes the blocks away; metadata that is left out stays, `{}` clears it."""
    channel = slack.open_channel(args.needed("channel"))
    message = _own(slack, channel, args.needed("ts"), "cant_update_message")
    shown = read_shown(slack, args)
    if len(shown["text"]) > UPDATE_TEXT:
        raise Refused("msg_too_long")
    changed: dict[str, Any] = {"blocks": shown["blocks"]}
    if "text" in args.raw or "markdown_text" in args.raw:
        changed["text"] = shown["text"]
    if "attachments" in args.raw:
        changed["attachments"] = shown["attachments"]
    if "metadata" in args.raw:
        changed["metadata"] = read_metadata(args)
    slack.edit(channel, message, **changed)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": message.wire()}


def delete(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.joined_channel(args.needed("channel"))
    message = _own(slack, channel, args.needed("ts"), "cant_delete_message")
    slack.delete(channel, message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def post_ephemeral(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.open_channel(args.needed("channel"))
    user = args.needed("user")
    shown = read_shown(slack, args)
    if len(shown["text"]) > UPDATE_TEXT:
        raise Refused("msg_too_long")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    message = slack.whisper(
        channel, user, shown["text"], blocks=shown["blocks"], thread_ts=args.text("thread_ts") or None
    )
    return {"ok": True, "message_ts": message.ts}


def get_permalink(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.channel_of_app(args.needed("channel"))
    ts = args.needed("message_ts")
    message = channel.find(ts)
    if message is None:
        raise Refused("message_not_found")
    link = f"https://{slack.app.team_domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.in_thread:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": link}


def schedule(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.open_channel(args.needed("channel"))
    try:
        post_at = int(args.raw.get("post_at", ""))
    except (TypeError, ValueError):
        raise Refused("invalid_time") from None
    ahead = post_at - slack.now().timestamp()
    if ahead <= 0:
        raise Refused("time_in_past")
    if ahead > SCHEDULE_DAYS * 86_400:
        raise Refused("time_too_far")
    shown = read_shown(slack, args)
    id = slack.new_id("Q")
    slack.scheduled[id] = {
        "id": id,
        "channel_id": channel.id,
        "post_at": post_at,
        "date_created": int(slack.now().timestamp()),
        "text": shown["text"],
        "blocks": shown["blocks"],
        "thread_ts": args.text("thread_ts") or None,
        "metadata": read_metadata(args),
    }
    told = {"text": shown["text"], "type": "delayed_message", "subtype": "bot_message", "bot_id": slack.app.bot_id}
    return {"ok": True, "channel": channel.id, "scheduled_message_id": id, "post_at": post_at, "message": told}


def list_scheduled(slack: Workspace, args: Arguments) -> Answer:
    wanted = args.text("channel")
    found = [
        {name: each[name] for name in ("id", "channel_id", "post_at", "date_created", "text")}
        for each in slack.scheduled.values()
        if wanted in ("", each["channel_id"])
    ]
    return {"ok": True, "scheduled_messages": found, "response_metadata": {"next_cursor": ""}}


def delete_scheduled(slack: Workspace, args: Arguments) -> Answer:
    if slack.scheduled.pop(args.needed("scheduled_message_id"), None) is None:
        raise Refused("invalid_scheduled_message_id")
    return {"ok": True}


def post_due(slack: Workspace) -> None:
    """Post what was scheduled for now or earlier."""
    for id, each in list(slack.scheduled.items()):
        if each["post_at"] <= slack.now().timestamp():
            del slack.scheduled[id]
            slack.post(
                slack.channels[each["channel_id"]],
                slack.app.bot_user_id,
                each["text"],
                blocks=each["blocks"],
                thread_ts=each["thread_ts"],
                metadata=each["metadata"],
            )


def read_shown(slack: Workspace, args: Arguments) -> dict[str, Any]:
    """The text, blocks and attachments of a message, checked and completed. Raises `Refused`."""
    text, markdown = args.text("text"), args.text("markdown_text")
    blocks = read_blocks(slack, args.structure("blocks", "invalid_blocks_format"))
    attachments = _attachments(slack, args.structure("attachments", "invalid_attachments"))
    if markdown:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > MARKDOWN_TEXT:
            raise Refused("msg_too_long")
        text = markdown
    if not (text or blocks or attachments):
        raise Refused("no_text")
    inside = [block for each in attachments for block in each.get("blocks") or []]
    if tables(blocks + inside) > 1:
        raise with_messages("invalid_attachments", ["only_one_table_allowed"])
    return {"text": text, "blocks": blocks, "attachments": attachments}


def read_blocks(slack: Workspace, blocks: Any, at: str = "/blocks") -> list[dict[str, Any]]:
    """Blocks as Slack keeps them; none when absent. Raises `Refused` invalid_blocks and the like."""
    if blocks is None:
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    problems = message_problems(blocks, at)
    if problems:
        raise with_messages("invalid_blocks", problems, errors=problems)
    if text_length(blocks) > MESSAGE_TEXT_LIMIT:
        raise Refused("msg_blocks_too_long")
    return finished(blocks, lambda: slack.new_id("b"))


def _attachments(slack: Workspace, given: Any) -> list[dict[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise Refused("invalid_attachments")
    if len(given) > ATTACHMENTS:
        raise Refused("too_many_attachments")
    return [
        {**each, "blocks": read_blocks(slack, each["blocks"], f"/attachments/{number}/blocks")}
        if "blocks" in each
        else each
        for number, each in enumerate(given)
    ]


def read_metadata(args: Arguments) -> dict[str, Any] | None:
    """Message metadata: an event type and a flat payload. Raises `Refused`.

    Slack's guide asks for flat payloads (docs.slack.dev/messaging/message-metadata); we insist.
    """
    given = args.structure("metadata", "invalid_metadata_format")
    if given is None or given == {}:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    payload = given.get("event_payload")
    if not given["event_type"] or not isinstance(payload, dict) or set(given) - {"event_type", "event_payload"}:
        raise Refused("invalid_metadata_format")
    for value in payload.values():
        flat = value if isinstance(value, list) else [value]
        if any(isinstance(item, dict | list) for item in flat):
            raise Refused("invalid_metadata_schema")
    if len(json.dumps(given).encode()) > METADATA_BYTES:
        raise Refused("metadata_too_large")
    return given


def _target(slack: Workspace, id: str) -> Channel:
    """Where a post goes: a channel by id or #name, or a person, which means their direct conversation."""
    if slack.users.with_id(id):
        return slack.dm(id)
    if id.startswith("#") and id in slack.channels:
        id = slack.channels[id].id
    return slack.open_channel(id)


def _own(slack: Workspace, channel: Channel, ts: str, foreign: str) -> Message:
    """A message of the app itself. Raises `Refused` message_not_found, or `foreign` for somebody else's."""
    message = channel.find(ts)
    if message is None or message.subtype == "tombstone":
        raise Refused("message_not_found")
    if message.user_id != slack.app.bot_user_id:
        raise Refused(foreign)
    return message


METHODS = (
    Method("chat.postMessage", post_message, None, ("chat:write",)),
    Method("chat.update", update, 3, ("chat:write",)),
    Method("chat.delete", delete, 3, ("chat:write",)),
    Method("chat.postEphemeral", post_ephemeral, 4, ("chat:write",)),
    Method("chat.getPermalink", get_permalink, None),
    Method("chat.scheduleMessage", schedule, 3, ("chat:write",)),
    Method("chat.scheduledMessages.list", list_scheduled, 3),
    Method("chat.deleteScheduledMessage", delete_scheduled, 3, ("chat:write",)),
)
