"""The state of one Slack workspace, and the only place that changes it: every change is published on the feed, and told
to the app as an event where it subscribed.

Knows nothing of HTTP. Raises `Refused` with the Web API's error codes where Slack would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

from sandbox.slack import cast, events
from sandbox.slack.channels import Channel, Message
from sandbox.slack.feed import Feed
from sandbox.slack.files import Content, StoredFile, Upload
from sandbox.slack.installation import Installation
from sandbox.slack.journal import Journal
from sandbox.slack.people import User, UserGroup
from sandbox.slack.permits import Permits
from sandbox.slack.refusals import Refused
from sandbox.slack.views import Views

T = TypeVar("T", User, UserGroup, Channel)

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Directory(Mapping[str, T], Generic[T]):
    """Things by id, and by the name people use: `channels["support"]`, `users["ana"]`, `groups["support-leads"]`."""

    def __init__(self, things: list[T]) -> None:
        self._by_id: dict[str, T] = {thing.id: thing for thing in things}

    def __getitem__(self, name: str) -> T:
        found = self._by_id.get(name)
        if found is not None:
            return found
        wanted = name.lstrip("#@")
        called = [thing for thing in self._by_id.values() if _name(thing) == wanted]
        # A living channel may bear the name of an archived one.
        for thing in sorted(called, key=lambda thing: bool(getattr(thing, "archived", False))):
            return thing
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, thing: T) -> T:
        self._by_id[thing.id] = thing
        return thing

    def with_id(self, id: str) -> T | None:
        return self._by_id.get(id)


def _name(thing: User | UserGroup | Channel) -> str:
    return thing.handle if isinstance(thing, UserGroup) else thing.name


class Workspace:
    """`now` is the workspace's clock: it dates messages and ends trigger ids and response URLs."""

    def __init__(self, app: Installation, now: Callable[[], datetime]) -> None:
        self.app = app
        self.now = now
        self.feed = Feed()
        self.journal = Journal()
        self.users = Directory(cast.users(app))
        self.groups = Directory(cast.groups())
        self.channels = Directory(cast.channels(app))
        self.files: dict[str, StoredFile] = {}
        self.uploads: dict[str, Upload] = {}
        self.scheduled: dict[str, dict[str, Any]] = {}
        self._count = 0
        self._last_stamp = 0
        # Ids of two runs must differ: the app remembers event and trigger ids across our restarts.
        self._run = int(now().timestamp()) % 36**5
        self.views = Views(self.new_id, self.new_hash)
        self.permits = Permits(self.new_id, now)
        self.on_event: Callable[[events.Event], None] | None = None
        self.url: str | None = None
        # Hands out the address of a new socket while Socket Mode is served.
        self.socket_ticket: Callable[[], str] | None = None
        # Reads do not know yet what was posted in the last seconds; Slack's own reads lag behind its writes.
        self.read_lag = 0.0
        # What the app answered that Slack cannot use; a well-behaved app leaves this empty.
        self.complaints: list[str] = []

    # Ids and time

    def new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{_base36(self._run, 5)}{_base36(self._count, 6)}"

    def new_hash(self) -> str:
        """A view's hash: the second it changed and something that changes with it."""
        return f"{int(self.now().timestamp())}.{crc32(self.new_id('h').encode()):08x}"

    def stamp(self) -> str:
        """A new ts: seconds and microseconds, greater than every one before."""
        self._last_stamp = max(int(self.now().timestamp() * 1_000_000), self._last_stamp + 1)
        return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    @property
    def base(self) -> str:
        """Our own address, for response URLs and files. Known from the first request, or from `connect(here=)`."""
        if self.url is None:
            raise RuntimeError(
                "the workspace does not know its own address yet: slack.connect(bot_url, here=served.url)"
            )
        return self.url

    # Finding

    def channel_of_app(self, id: str) -> Channel:
        """The channel as the app may know it. Raises `Refused` channel_not_found, also for a private one without it."""
        channel = self.channels.with_id(id)
        if channel is None or (channel.private and self.app.bot_user_id not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def joined_channel(self, id: str) -> Channel:
        """A channel the app is in. Raises `Refused` channel_not_found or not_in_channel."""
        channel = self.channel_of_app(id)
        if self.app.bot_user_id not in channel.members:
            raise Refused("not_in_channel")
        return channel

    def open_channel(self, id: str) -> Channel:
        """A channel the app may write to: it is in it and it is not archived."""
        channel = self.joined_channel(id)
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def dm(self, user_id: str) -> Channel:
        """The direct conversation of a person with the app; made when there is none yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and user_id in channel.members:
                return channel
        return self.channels.add(
            Channel(self.new_id("D"), f"dm-{user_id}", "im", [user_id, self.app.bot_user_id], creator=user_id)
        )

    def shared(self, channel: Channel) -> bool:
        """True when somebody of another company is in it."""
        people = (self.users.with_id(id) for id in channel.members)
        return any(user is not None and user.team_id != self.app.team_id for user in people)

    def visible(self, user: User) -> bool:
        """Whether the app may look a person up: they work here, or share a channel with it."""
        if user.team_id == self.app.team_id:
            return True
        return any({user.id, self.app.bot_user_id} <= set(channel.members) for channel in self.channels.values())

    def readable(self, message: Message) -> bool:
        """False while a read does not know of the message yet."""
        return not self.read_lag or float(message.ts) <= self.now().timestamp() - self.read_lag

    # Messages

    def post(
        self,
        channel: Channel,
        user_id: str,
        text: str,
        *,
        blocks: list[dict[str, Any]] | None = None,
        attachments: list[dict[str, Any]] | None = None,
        thread_ts: str | None = None,
        broadcast: bool = False,
        metadata: dict[str, Any] | None = None,
        subtype: str | None = None,
        files: list[dict[str, Any]] | None = None,
        client_msg_id: str | None = None,
    ) -> Message:
        """Put a message into a channel or a thread.

        A reply to a message that is gone becomes a message of its own, silently, as in Slack (slack-go/slack#1571);
        only the missing thread_ts in the answer tells.
        """
        root = channel.find(thread_ts) if thread_ts else None
        message = Message(
            self.stamp(),
            channel.id,
            user_id,
            text,
            blocks=blocks or [],
            attachments=attachments or [],
            thread_ts=(root.thread_ts or root.ts) if root else None,
            metadata=metadata,
            subtype="thread_broadcast" if root and broadcast else subtype,
            bot=self.app.profile() if user_id == self.app.bot_user_id else None,
            files=files or [],
            broadcast=bool(root and broadcast),
            client_msg_id=client_msg_id,
            team_id=self._team_of(user_id),
        )
        channel.add(message)
        self.feed.publish("message.posted", channel=channel.id, ts=message.ts, user=user_id)
        self.announce(events.message(channel, message))
        if f"<@{self.app.bot_user_id}>" in text and user_id != self.app.bot_user_id:
            self.announce(events.app_mention(channel, message))
        return message

    def edit(self, channel: Channel, message: Message, **changed: Any) -> Message:
        """Change fields of a message in place; a changed text marks it as edited."""
        before = message.wire()
        if changed.get("text", message.text) != message.text:
            message.edited_ts = self.stamp()
        for name, value in changed.items():
            setattr(message, name, value)
        self.feed.publish("message.changed", channel=channel.id, ts=message.ts)
        self.announce(events.message_changed(channel, message, before, self.stamp()))
        return message

    def delete(self, channel: Channel, message: Message) -> None:
        channel.drop(message.ts)
        self.feed.publish("message.deleted", channel=channel.id, ts=message.ts)
        self.announce(events.message_deleted(channel, message, self.stamp()))

    def whisper(
        self,
        channel: Channel,
        to: str,
        text: str,
        *,
        blocks: list[dict[str, Any]] | None = None,
        thread_ts: str | None = None,
    ) -> Message:
        """Show one person a message only they see. It is no part of the channel's history."""
        message = Message(
            self.stamp(),
            channel.id,
            self.app.bot_user_id,
            text,
            blocks=blocks or [],
            thread_ts=thread_ts,
            bot=self.app.profile(),
            only_for=to,
            team_id=self.app.team_id,
        )
        channel.ephemerals.append(message)
        self.feed.publish("ephemeral.posted", channel=channel.id, ts=message.ts, user=to)
        return message

    def react(self, channel: Channel, message: Message, user_id: str, name: str) -> None:
        """Raises `Refused` already_reacted."""
        users = message.reactions.setdefault(name, [])
        if user_id in users:
            raise Refused("already_reacted")
        users.append(user_id)
        self.feed.publish("reaction.added", channel=channel.id, ts=message.ts, name=name, user=user_id)
        self.announce(events.reaction_added(channel, message, user_id, name, self.stamp()))

    # Channels

    def join(self, channel: Channel, user_id: str) -> None:
        if user_id not in channel.members:
            channel.members.append(user_id)
            self.feed.publish("channel.changed", channel=channel.id)
            self.announce(events.member("joined", channel, user_id, self._team_of(user_id), self.stamp()))

    def leave(self, channel: Channel, user_id: str) -> None:
        if user_id in channel.members:
            self.announce(events.member("left", channel, user_id, self._team_of(user_id), self.stamp()))
            channel.members.remove(user_id)
            self.feed.publish("channel.changed", channel=channel.id)

    def archive(self, channel: Channel, *, by: str = cast.TOMAS, archived: bool = True) -> None:
        """Archive a channel, or bring it back with `archived=False`."""
        if channel.archived != archived:
            channel.archived = archived
            self.feed.publish("channel.changed", channel=channel.id)
            self.announce(events.archived(channel, "archive" if archived else "unarchive", by, self.stamp()))

    def rename(self, channel: Channel, name: str) -> None:
        channel.previous_names.insert(0, channel.name)
        channel.name = name
        self.feed.publish("channel.changed", channel=channel.id)
        self.announce(events.renamed(channel, self.stamp()))

    # Files

    def keep(self, name: str, content: Content, user_id: str, *, title: str = "", id: str | None = None) -> StoredFile:
        """Store a file nobody sees yet but its owner."""
        file = StoredFile(
            id or self.new_id("F"), name, title or name, content, user_id, self._team_of(user_id), self.now()
        )
        self.files[file.id] = file
        return file

    def share(
        self, kept: list[StoredFile], channel: Channel, user_id: str, *, text: str = "", thread_ts: str | None = None
    ) -> Message:
        """Show files in a channel or thread, as one message."""
        told = [self.told_file(file, shares=False) for file in kept]
        message = self.post(channel, user_id, text, thread_ts=thread_ts, subtype="file_share", files=told)
        for file in kept:
            file.shares.append((channel.id, message.ts, message.thread_ts))
            self.feed.publish("file.shared", channel=channel.id, file=file.id)
            self.announce(events.file_shared(channel, file.id, user_id, self.stamp()))
        return message

    def told_file(self, file: StoredFile, *, shares: bool) -> dict[str, Any]:
        return file.wire(self.base, {channel.id: channel.kind for channel in self.channels.values()}, shares=shares)

    def app_sees(self, file: StoredFile) -> bool:
        """Whether the app may read a file: its own, one a form handed to it, or one in a channel it is in."""
        if file.user_id == self.app.bot_user_id or file.for_app:
            return True
        places = (self.channels.with_id(channel) for channel, _, _ in file.shares)
        return any(channel is not None and self.app.bot_user_id in channel.members for channel in places)

    # The app

    def revoke(self, error: str | None = "token_revoked") -> None:
        """From now on every call fails with `error`; None gives the token back."""
        self.app.token_trouble = error
        self.feed.publish("app.changed")
        if error == "token_revoked":
            self.announce(events.tokens_revoked(self.app.bot_user_id, self.stamp()))

    def complain(self, words: str) -> None:
        """Note that the app answered something Slack cannot use."""
        self.complaints.append(words)
        self.feed.publish("app.complained", words=words)

    def announce(self, event: events.Event) -> None:
        """Tell the app, when it subscribed to this and is where it happened."""
        if self.on_event is None or event.subscription not in self.app.events:
            return
        channel = self.channels.with_id(event.channel_id) if event.channel_id else None
        if channel is None or self.app.bot_user_id in channel.members:
            self.on_event(event)

    def _team_of(self, user_id: str) -> str:
        user = self.users.with_id(user_id)
        return user.team_id if user else self.app.team_id


def _base36(number: int, width: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits.rjust(width, "0")
