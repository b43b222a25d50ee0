"""Switches for everything that goes wrong with Slack: outages, throttling, lost answers, slow reads, dead tokens.

`slack.faults.cut(next=1)` breaks the next call, `slack.faults.down()` every call until `slack.faults.mend()`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from sandbox.slack.workspace import Workspace

Kind = Literal["slow", "down", "status", "html", "limited", "error", "cut", "unshared"]
Cut = Literal["drop", "internal_error", "fatal_error"]
Body = Literal["html", "json", "plain"]
WRITES = "chat.*"


@dataclass
class Fault:
    """One switch. `method` may hold a star; `left` is how many more calls it hits, None for all.

    `code` is the error, what the cut answer says, or the kind of body beside a `status`; `retry_after` is the header's
    value as it is sent, None for no header.
    """

    kind: Kind
    method: str = "*"
    channel: str | None = None
    left: int | None = None
    seconds: float = 0.0
    code: str = ""
    status: int = 200
    retry_after: str | None = None

    def hits(self, method: str, channel: str | None) -> bool:
        if self.left == 0 or not fnmatchcase(method, self.method):
            return False
        return self.channel is None or self.channel == channel

    def wire(self) -> dict[str, Any]:
        return dict(vars(self))


class Faults:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._active: list[Fault] = []

    def __bool__(self) -> bool:
        return bool(self.active) or self._workspace.read_lag > 0

    @property
    def active(self) -> list[Fault]:
        return [fault for fault in self._active if fault.left != 0]

    def add(self, fault: Fault) -> Fault:
        if fault.channel:
            fault.channel = self._workspace.channels[fault.channel].id
        self._active.append(fault)
        self._workspace.feed.publish("faults.changed")
        return fault

    def mend(self) -> None:
        """Every call works again. Archived channels and a revoked token are no faults of calls; they stay."""
        self._active.clear()
        self._workspace.read_lag = 0.0
        self._workspace.feed.publish("faults.changed")

    def struck(self, method: str, channel: str | None) -> list[Fault]:
        """The faults that hit this call; each counts it."""
        hit = [fault for fault in self._active if fault.hits(method, channel)]
        for fault in hit:
            if fault.left is not None:
                fault.left -= 1
        if hit:
            self._active = self.active
        return hit

    # Calls that fail

    def down(self, *, method: str = "*", next: int | None = None) -> Fault:
        """The connection is dropped before anything happens."""
        return self.add(Fault("down", method, left=next))

    def fails(self, status: int = 500, *, body: Body = "html", method: str = "*", next: int | None = None) -> Fault:
        """Nothing happens; an HTTP status is answered, with a web page, JSON, or the plain words of a proxy.

        With plain words the data of slack_sdk's error is a string, not a dict: reading a code from it stumbles.
        """
        return self.add(Fault("status", method, left=next, code=body, status=status))

    def html(self, *, method: str = "*", next: int | None = None) -> Fault:
        """Nothing happens; a web page is answered, with status 200."""
        return self.add(Fault("html", method, left=next))

    def slow(self, seconds: float, *, method: str = "*", next: int | None = None) -> Fault:
        """The call waits `seconds` of real time before it is done."""
        return self.add(Fault("slow", method, left=next, seconds=seconds))

    def limited(
        self,
        retry_after: int | str | None = 30,
        *,
        channel: str | None = None,
        method: str = "*",
        next: int | None = None,
    ) -> Fault:
        """HTTP 429. `retry_after` is sent as it is given, so it can be junk; None leaves the header out."""
        header = None if retry_after is None else str(retry_after)
        return self.add(Fault("limited", method, channel, next, retry_after=header))

    def answers(self, code: str, *, method: str = "*", channel: str | None = None, next: int | None = None) -> Fault:
        """Nothing happens; the error `code` is answered. `answers("internal_error", method="users.info")`."""
        return self.add(Fault("error", method, channel, next, code=code))

    def cut(
        self, how: Cut = "drop", *, method: str = WRITES, channel: str | None = None, next: int | None = 1
    ) -> Fault:
        """The call takes effect, but its answer is lost, or says that something went wrong."""
        return self.add(Fault("cut", method, channel, next, code=how))

    def unshared(self, *, next: int | None = 1) -> Fault:
        """files.completeUploadExternal says ok, but the file is shown nowhere (python-slack-sdk#1461)."""
        return self.add(Fault("unshared", "files.completeUploadExternal", left=next))

    def lag(self, seconds: float) -> None:
        """conversations.history and .replies do not know yet what was posted in the last `seconds`."""
        self._workspace.read_lag = seconds
        self._workspace.feed.publish("faults.changed")

    # Things people do to the app

    def archive(self, channel: str) -> None:
        self._workspace.archive(self._workspace.channels[channel])

    def unarchive(self, channel: str) -> None:
        self._workspace.archive(self._workspace.channels[channel], archived=False)

    def remove_bot(self, channel: str) -> None:
        self._workspace.leave(self._workspace.channels[channel], self._workspace.app.bot_user_id)

    def invite_bot(self, channel: str) -> None:
        self._workspace.join(self._workspace.channels[channel], self._workspace.app.bot_user_id)

    def revoke_token(self, error: str = "token_revoked") -> None:
        """Every call answers `error`: token_revoked, invalid_auth, account_inactive."""
        self._workspace.revoke(error)

    def restore_token(self) -> None:
        self._workspace.revoke(None)
