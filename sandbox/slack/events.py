"""The events Slack tells the app, as they stand inside the envelope. Builds; sends nothing.

https://docs.slack.dev/reference/events
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.slack.channels import Channel, Message

# How a channel's kind is named in message events, and in the names apps subscribe to.
CHANNEL_TYPES = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}
_MESSAGE_SUBSCRIPTIONS = {
    "channel": "message.channels",
    "group": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


@dataclass(frozen=True)
class Event:
    """`subscription` is the name the app has to subscribe to; `channel_id` the channel it must be in, or None."""

    subscription: str
    body: dict[str, Any]
    channel_id: str | None = None


def message(channel: Channel, posted: Message) -> Event:
    body = {
        **posted.wire(),
        "channel": channel.id,
        "channel_type": CHANNEL_TYPES[channel.kind],
        "event_ts": posted.ts,
    }
    return Event(_MESSAGE_SUBSCRIPTIONS[channel.kind], body, channel.id)


def message_changed(channel: Channel, now: Message, before: dict[str, Any], ts: str) -> Event:
    body = {
        "type": "message",
        "subtype": "message_changed",
        "channel": channel.id,
        "channel_type": CHANNEL_TYPES[channel.kind],
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "message": now.wire(),
        "previous_message": before,
    }
    return Event(_MESSAGE_SUBSCRIPTIONS[channel.kind], body, channel.id)


def message_deleted(channel: Channel, gone: Message, ts: str) -> Event:
    body = {
        "type": "message",
        "subtype": "message_deleted",
        "channel": channel.id,
        "channel_type": CHANNEL_TYPES[channel.kind],
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "deleted_ts": gone.ts,
        "previous_message": gone.wire(),
    }
    return Event(_MESSAGE_SUBSCRIPTIONS[channel.kind], body, channel.id)


def app_mention(channel: Channel, posted: Message) -> Event:
    """Comes besides the message event, with an event id of its own and no channel_type."""
    body = {**posted.wire(), "type": "app_mention", "channel": channel.id, "event_ts": posted.ts}
    body.pop("subtype", None)
    return Event("app_mention", body, channel.id)


def app_home_opened(user_id: str, dm_id: str, ts: str, tab: str, view: dict[str, Any] | None) -> Event:
    """`view` is told from the first publish on."""
    body = {"type": "app_home_opened", "user": user_id, "channel": dm_id, "tab": tab, "event_ts": ts}
    return Event("app_home_opened", {**body, **({"view": view} if view else {})})


def file_shared(channel: Channel, file_id: str, user_id: str, ts: str) -> Event:
    body = {
        "type": "file_shared",
        "file_id": file_id,
        "user_id": user_id,
        "file": {"id": file_id},
        "channel_id": channel.id,
        "event_ts": ts,
    }
    return Event("file_shared", body, channel.id)


def member(verb: str, channel: Channel, user_id: str, team_id: str, ts: str) -> Event:
    """`verb` is joined or left. Also told for the app's own bot."""
    name = f"member_{verb}_channel"
    body = {
        "type": name,
        "user": user_id,
        "channel": channel.id,
        "channel_type": "G" if channel.private else "C",
        "team": team_id,
        "event_ts": ts,
    }
    return Event(name, body, channel.id)


def archived(channel: Channel, verb: str, user_id: str, ts: str) -> Event:
    """`verb` is archive or unarchive. Public channels are told to every app, private ones to members."""
    name = f"{'group' if channel.private else 'channel'}_{verb}"
    body = {"type": name, "channel": channel.id, "user": user_id, "event_ts": ts}
    return Event(name, body, channel.id if channel.private else None)


def renamed(channel: Channel, ts: str) -> Event:
    name = f"{'group' if channel.private else 'channel'}_rename"
    told = {"id": channel.id, "name": channel.name, "name_normalized": channel.name, "created": 1_764_000_000}
    return Event(name, {"type": name, "channel": told, "event_ts": ts}, channel.id if channel.private else None)


def reaction_added(channel: Channel, target: Message, user_id: str, name: str, ts: str) -> Event:
    body = {
        "type": "reaction_added",
        "user": user_id,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": target.ts},
        "item_user": target.user_id,
        "event_ts": ts,
    }
    return Event("reaction_added", body, channel.id)


def tokens_revoked(bot_user_id: str, ts: str) -> Event:
    body = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot_user_id]}, "event_ts": ts}
    return Event("tokens_revoked", body)
