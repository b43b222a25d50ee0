"""What a button or a modal carries back to us: which subject, and what the person saw of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Click:
    """`seen` is the version the card was drawn from; `unit` the return unit to decide on; `draft` an action's id."""

    subject: str
    seen: str
    unit: int | None = None
    draft: str | None = None
    channel: str | None = None
    ts: str | None = None

    def value(self) -> str:
        fields = {"s": self.subject, "v": self.seen, "u": self.unit, "d": self.draft, "c": self.channel, "t": self.ts}
        return json.dumps({name: value for name, value in fields.items() if value is not None}, separators=(",", ":"))


def read_click(value: str) -> Click | None:
    """The click in a button's value or a modal's private metadata, or None when it is none of ours."""
    try:
        fields = json.loads(value)
    except ValueError:
        return None
    if not isinstance(fields, dict):
        return None
    subject, seen, unit = fields.get("s"), fields.get("v"), fields.get("u")
    if not isinstance(subject, str) or not isinstance(seen, str) or not isinstance(unit, int | None):
        return None
    return Click(subject, seen, unit, *(_text(fields.get(name)) for name in ("d", "c", "t")))


@dataclass(frozen=True)
class Press:
    """Who pressed which button where. `value` is what the button carried; `heard` is unique to this press."""

    user_id: str
    team_id: str | None
    trigger_id: str
    value: str
    channel: str | None
    thread_ts: str | None
    heard: str


def read_press(body: dict[str, Any]) -> Press:
    """A block_actions payload (docs.slack.dev/reference/interaction-payloads/block_actions-payload)."""
    user = body.get("user") or {}
    container = body.get("container") or {}
    action = (body.get("actions") or [{}])[0]
    message = body.get("message") or {}
    trigger = str(body.get("trigger_id") or "")
    # What only one person sees has no thread: whatever is told there would be seen by nobody.
    own = None if container.get("is_ephemeral") else container.get("message_ts")
    return Press(
        user_id=str(user.get("id", "")),
        team_id=user.get("team_id") or (body.get("team") or {}).get("id"),
        trigger_id=trigger,
        value=str(action.get("value") or ""),
        channel=(body.get("channel") or {}).get("id") or container.get("channel_id"),
        thread_ts=message.get("thread_ts") or container.get("thread_ts") or own,
        heard=f"press:{trigger or action.get('action_ts')}",
    )


def read_command(command: dict[str, Any]) -> Press:
    """A slash command as a press, for what opens a window (docs.slack.dev/interactivity/implementing-slash-commands).

    `value` is the text behind the command.
    """
    trigger = str(command.get("trigger_id") or "")
    return Press(
        user_id=str(command.get("user_id") or ""),
        team_id=command.get("team_id"),
        trigger_id=trigger,
        value=str(command.get("text") or "").strip(),
        channel=command.get("channel_id"),
        thread_ts=None,
        heard=f"command:{trigger}",
    )


@dataclass(frozen=True)
class Submission:
    """Who pressed Send in which modal. Slack repeats a submission with the same view id and hash."""

    user_id: str
    team_id: str | None
    heard: str


def read_submission(body: dict[str, Any]) -> Submission:
    user, view = body.get("user") or {}, body.get("view") or {}
    return Submission(
        user_id=str(user.get("id", "")),
        team_id=user.get("team_id") or (body.get("team") or {}).get("id"),
        heard=f"view:{view.get('id')}:{view.get('hash')}",
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
