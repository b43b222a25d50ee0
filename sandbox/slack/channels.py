"""Channels, and the messages in them as Slack keeps and tells them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.slack.blockkit import parts, words

Kind = Literal["channel", "group", "im", "mpim"]


@dataclass
class Message:
    """One message. `ts` is its id within the channel; an ephemeral one is seen by the user `only_for` alone."""

    ts: str
    channel_id: str
    user_id: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: dict[str, Any] | None = None
    subtype: str | None = None
    bot: dict[str, Any] | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    edited_ts: str | None = None
    broadcast: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    client_msg_id: str | None = None
    only_for: str | None = None
    team_id: str = ""

    @property
    def in_thread(self) -> bool:
        """True for a reply; the message a thread hangs on is not in it."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def words(self) -> str:
        """What people read: the blocks where there are any, else the text. One line per block."""
        inside = [block for each in self.attachments for block in each.get("blocks") or []]
        return words(self.blocks + inside) or self.text

    @property
    def labels(self) -> list[str]:
        """The labels of everything that can be pressed or filled in, in reading order."""
        return [part.label for part in parts(self.blocks)]

    def wire(self, *, metadata: bool = True) -> dict[str, Any]:
        """The message object. Without `metadata` only its event_type is told, as a plain history read does."""
        wire: dict[str, Any] = {"type": "message", "user": self.user_id, "ts": self.ts, "text": self.text}
        if self.subtype:
            wire["subtype"] = self.subtype
        if self.team_id:
            wire["team"] = self.team_id
        if self.bot:
            wire |= {"bot_id": self.bot["id"], "app_id": self.bot["app_id"], "bot_profile": self.bot}
        if self.client_msg_id:
            wire["client_msg_id"] = self.client_msg_id
        if self.thread_ts:
            wire["thread_ts"] = self.thread_ts
        if self.edited_ts:
            wire["edited"] = {"user": self.user_id, "ts": self.edited_ts}
        if self.metadata:
            wire["metadata"] = self.metadata if metadata else {"event_type": self.metadata["event_type"]}
        if self.files:
            wire |= {"files": self.files, "upload": self.subtype == "file_share"}
        if self.reactions:
            wire["reactions"] = [
                {"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()
            ]
        for name, value in (("blocks", self.blocks), ("attachments", self.attachments)):
            if value:
                wire[name] = value
        return wire


@dataclass
class Channel:
    """A conversation of any kind. Messages are kept by ts; ts only grow, so their order is the order of posting."""

    id: str
    name: str
    kind: Kind
    members: list[str] = field(default_factory=list)
    archived: bool = False
    general: bool = False
    topic: str = ""
    purpose: str = ""
    creator: str = ""
    previous_names: list[str] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    _kept: dict[str, Message] = field(default_factory=dict)
    _order: list[str] = field(default_factory=list)
    _replies: dict[str, list[str]] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        return self.kind != "channel"

    @property
    def messages(self) -> list[Message]:
        """What the channel shows at top level, oldest first: no thread replies but those sent to the channel too."""
        kept = (self._kept[ts] for ts in self._order)
        return [message for message in kept if not message.in_thread or message.broadcast]

    @property
    def everything(self) -> list[Message]:
        """All messages, thread replies included, oldest first."""
        return [self._kept[ts] for ts in self._order]

    def thread(self, ts: str) -> list[Message]:
        """The message `ts` and its replies, oldest first; empty when there is no such message."""
        root = self._kept.get(ts)
        return [root, *self.replies(ts)] if root else []

    def replies(self, ts: str) -> list[Message]:
        return [self._kept[reply] for reply in self._replies.get(ts, ())]

    def find(self, ts: str) -> Message | None:
        return self._kept.get(ts)

    def add(self, message: Message) -> None:
        self._kept[message.ts] = message
        self._order.append(message.ts)
        if message.in_thread and message.thread_ts:
            self._replies.setdefault(message.thread_ts, []).append(message.ts)
            root = self._kept[message.thread_ts]
            root.thread_ts = root.ts

    def drop(self, ts: str) -> Message:
        """Take a message out. One that carries a thread leaves a tombstone, as in Slack."""
        message = self._kept[ts]
        if self._replies.get(ts):
            self._kept[ts] = Message(
                ts, self.id, "USLACKBOT", "This message was deleted.", thread_ts=ts, subtype="tombstone"
            )
            return message
        del self._kept[ts]
        self._order.remove(ts)
        if message.in_thread and message.thread_ts:
            self._replies[message.thread_ts].remove(ts)
        return message

    def between(self, oldest: str | None, latest: str | None, *, inclusive: bool) -> list[Message]:
        """Top-level messages with oldest < ts < latest (or at the ends, when inclusive), oldest first."""
        low, high = 0, len(self._order)
        if oldest:
            low = bisect_left(self._order, oldest) if inclusive else bisect_right(self._order, oldest)
        if latest:
            high = bisect_right(self._order, latest) if inclusive else bisect_left(self._order, latest)
        found = (self._kept[ts] for ts in self._order[low:high])
        return [message for message in found if not message.in_thread or message.broadcast]

    def told(self, message: Message, *, metadata: bool) -> dict[str, Any]:
        """A message as a read gives it: the root of a thread also tells how the thread stands."""
        wire = message.wire(metadata=metadata)
        replies = self.replies(message.ts)
        if replies:
            users = list(dict.fromkeys(reply.user_id for reply in replies))
            wire |= {
                "reply_count": len(replies),
                "reply_users": users[:5],
                "reply_users_count": len(users),
                "latest_reply": replies[-1].ts,
                "is_locked": False,
                "subscribed": False,
            }
        elif message.in_thread and message.thread_ts and (root := self._kept.get(message.thread_ts)):
            wire["parent_user_id"] = root.user_id
        return wire

    def wire(self, *, bot_user: str, team_id: str, shared: bool) -> dict[str, Any]:
        """The conversation object, as the app sees it."""
        if self.kind == "im":
            other = next((user for user in self.members if user != bot_user), bot_user)
            return {"id": self.id, "is_im": True, "user": other, "created": 1_764_000_000, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": self.kind == "mpim",
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": self.general,
            "is_member": bot_user in self.members,
            "is_shared": shared,
            "is_ext_shared": shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "pending_shared": [],
            "context_team_id": team_id,
            "creator": self.creator,
            "created": 1_764_000_000,
            "updated": 1_764_000_000_000,
            "unlinked": 0,
            "parent_conversation": None,
            "previous_names": list(self.previous_names),
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": self.purpose, "creator": "", "last_set": 0},
        }
