"""How far everybody has read, and so what is unread: what the channel list shows in bold and as a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.channels import Channel, Message
from sandbox.slack.people import User
from sandbox.slack.workspace import Workspace

EVERYBODY = ("<!channel>", "<!here>", "<!everyone>")
# Nobody counts further than this; the page says "99+" long before.
MOST = 200


@dataclass
class Reading:
    """Thread replies do not count, as in Slack, unless they were sent to the channel too."""

    workspace: Workspace
    _marks: dict[tuple[str, str], str] = field(default_factory=dict)

    def mark(self, user: User, channel: Channel, ts: str) -> None:
        """`user` has seen everything in `channel` up to `ts`. A mark never moves back."""
        place = (user.id, channel.id)
        self._marks[place] = max(ts, self._marks.get(place, ""))

    def marked(self, user: User, channel: Channel) -> str:
        """The ts up to which `user` has read `channel`; empty when they never looked."""
        return self._marks.get((user.id, channel.id), "")

    def unread(self, user: User) -> dict[str, dict[str, Any]]:
        """By channel the user is in: how many messages wait, how many of them are addressed to them, the mark."""
        mine = [channel for channel in self.workspace.channels.values() if user.id in channel.members]
        return {channel.id: self._of(user, channel) for channel in mine}

    def _of(self, user: User, channel: Channel) -> dict[str, Any]:
        mark = self.marked(user, channel)
        waiting = [
            message for message in channel.between(mark or None, None, inclusive=False) if message.user_id != user.id
        ][-MOST:]
        addressed = len(waiting) if channel.kind == "im" else sum(self._addressed(user, each) for each in waiting)
        return {"count": len(waiting), "mentions": addressed, "mark": mark}

    def _addressed(self, user: User, message: Message) -> bool:
        groups = [group.id for group in self.workspace.groups.values() if user.id in group.members]
        calls = (f"<@{user.id}>", *EVERYBODY, *(f"<!subteam^{group}" for group in groups))
        said = message.text + message.words
        return any(call in said for call in calls)
