"""The payloads of what people do: commands, clicks, submissions, shortcuts. Builds; sends nothing.

https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.slack import forms
from sandbox.slack.blockkit import Part, parts
from sandbox.slack.channels import Channel, Message
from sandbox.slack.people import User
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

# What Slack repeats of an element in the action it reports.
_ECHOED = ("text", "value", "style", "placeholder", "confirm", "url")


@dataclass(frozen=True)
class Press:
    """What was done to one element: `entry` is the new value of a field, `option` the overflow item that was taken."""

    part: Part
    entry: forms.Entry | None = None
    option: dict[str, Any] | None = None

    def wire(self, ts: str) -> dict[str, Any]:
        element = self.part.element
        action: dict[str, Any] = {
            "type": element["type"],
            "action_id": self.part.action_id,
            "block_id": self.part.block_id,
            "action_ts": ts,
        }
        action |= {name: element[name] for name in element if name in _ECHOED or name.startswith("initial_")}
        if self.entry is not None:
            action |= forms.chosen(self.entry)
        if self.option is not None:
            action["selected_option"] = self.option
        return action


def command(slack: Workspace, user: User, channel: Channel, name: str, text: str) -> dict[str, str]:
    """The form of a slash command. Private channels and direct messages are not named."""
    hidden = {"group": "privategroup", "im": "directmessage", "mpim": "privategroup"}
    token = slack.permits.response_url(user.id, channel.id)
    return {
        "token": "legacy",
        "team_id": slack.app.team_id,
        "team_domain": slack.app.team_domain,
        "channel_id": channel.id,
        "channel_name": hidden.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": slack.app.app_id,
        "is_enterprise_install": "false",
        "response_url": _response_url(slack, "commands", token),
        "trigger_id": slack.permits.trigger(user.id),
    }


def message_action(
    slack: Workspace, user: User, channel: Channel, message: Message, press: Press, state: dict[str, Any]
) -> dict[str, Any]:
    """block_actions from a message. An ephemeral one comes without its message, as nobody can fetch it later."""
    ephemeral = message.only_for is not None
    token = slack.permits.response_url(user.id, channel.id, message.ts, ephemeral=ephemeral)
    return {
        **_head(slack, user, "block_actions"),
        "container": container(message),
        "trigger_id": slack.permits.trigger(user.id),
        "channel": {"id": channel.id, "name": channel.name},
        **({} if ephemeral else {"message": message.wire()}),
        "state": {"values": state},
        "response_url": _response_url(slack, "actions", token),
        "actions": [press.wire(slack.stamp())],
    }


def view_action(slack: Workspace, user: User, view: View, press: Press) -> dict[str, Any]:
    """block_actions from a modal or Home: no channel, no message, no response_url."""
    return {
        **_head(slack, user, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": slack.permits.trigger(user.id, view.id if view.kind == "modal" else None),
        "view": view.wire(slack.app),
        "actions": [press.wire(slack.stamp())],
    }


def view_submission(slack: Workspace, user: User, view: View) -> dict[str, Any]:
    return {
        **_head(slack, user, "view_submission"),
        "trigger_id": slack.permits.trigger(user.id, view.id),
        "view": view.wire(slack.app),
        "response_urls": _response_urls(slack, user, view),
    }


def view_closed(slack: Workspace, user: User, view: View, *, cleared: bool) -> dict[str, Any]:
    return {**_head(slack, user, "view_closed"), "view": view.wire(slack.app), "is_cleared": cleared}


def suggestion_in_view(slack: Workspace, user: User, view: View, part: Part, typed: str) -> dict[str, Any]:
    return {
        **_suggestion(slack, user, part, typed),
        "container": {"type": "view", "view_id": view.id},
        "view": view.wire(slack.app),
    }


def suggestion_in_message(
    slack: Workspace, user: User, channel: Channel, message: Message, part: Part, typed: str
) -> dict[str, Any]:
    return {
        **_suggestion(slack, user, part, typed),
        "container": container(message),
        "channel": {"id": channel.id, "name": channel.name},
        **({} if message.only_for else {"message": message.wire()}),
    }


def global_shortcut(slack: Workspace, user: User, callback_id: str) -> dict[str, Any]:
    """No channel and no response_url: it was started from nowhere in particular."""
    return {
        **_head(slack, user, "shortcut"),
        "action_ts": slack.stamp(),
        "callback_id": callback_id,
        "trigger_id": slack.permits.trigger(user.id),
    }


def message_shortcut(
    slack: Workspace, user: User, channel: Channel, message: Message, callback_id: str
) -> dict[str, Any]:
    token = slack.permits.response_url(user.id, channel.id, message.ts)
    return {
        **_head(slack, user, "message_action"),
        "action_ts": slack.stamp(),
        "channel": {"id": channel.id, "name": channel.name},
        "callback_id": callback_id,
        "trigger_id": slack.permits.trigger(user.id),
        "response_url": _response_url(slack, "app", token),
        "message_ts": message.ts,
        "message": message.wire(),
    }


def container(message: Message) -> dict[str, Any]:
    return {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel_id,
        "is_ephemeral": message.only_for is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }


def message_state(message: Message, entries: dict[tuple[str, str], forms.Entry]) -> dict[str, Any]:
    """state.values of a message: what stands in its menus and pickers, for this person."""
    values: dict[str, dict[str, Any]] = {}
    for part in parts(message.blocks):
        if part.stateful:
            entry = entries.get((part.block_id, part.action_id)) or forms.preset(part.element)
            values.setdefault(part.block_id, {})[part.action_id] = entry
    return values


def _head(slack: Workspace, user: User, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        "token": "legacy",
        "api_app_id": slack.app.app_id,
        "team": {"id": slack.app.team_id, "domain": slack.app.team_domain},
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _suggestion(slack: Workspace, user: User, part: Part, typed: str) -> dict[str, Any]:
    return {
        **_head(slack, user, "block_suggestion"),
        "action_id": part.action_id,
        "block_id": part.block_id,
        "value": typed,
    }


def _response_urls(slack: Workspace, user: User, view: View) -> list[dict[str, Any]]:
    """One for every channel menu of the form that asked for it."""
    urls = []
    for part in view.parts():
        entry = view.entry(part) if part.is_input else {}
        channel_id = entry.get("selected_conversation") or entry.get("selected_channel")
        if part.element.get("response_url_enabled") and channel_id:
            token = slack.permits.response_url(user.id, channel_id)
            urls.append(
                {
                    "block_id": part.block_id,
                    "action_id": part.action_id,
                    "channel_id": channel_id,
                    "response_url": _response_url(slack, "app", token),
                }
            )
    return urls


def _response_url(slack: Workspace, kind: str, token: str) -> str:
    return f"{slack.base}/{kind}/{slack.app.team_id}/{token}"
