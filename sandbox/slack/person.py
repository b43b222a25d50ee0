"""A person's hands and eyes in Slack: for tests, which read like what people do, and for the page.

Everything a person does goes to the app as a signed HTTP request, and what the app answers is shown to them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import events, forms, interactions, responding
from sandbox.slack.blockkit import Part
from sandbox.slack.channels import Channel, Message
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.files import Content
from sandbox.slack.form import Form, Values
from sandbox.slack.outgoing import AppAnswer, Outgoing
from sandbox.slack.people import User
from sandbox.slack.pressing import ConfirmAsked, Found, NothingThere, Spot, confirm_of, find
from sandbox.slack.submissions import Unusable, suggested
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

_NAMED = re.compile(r"([@#])([a-z0-9_.-]+)")


@dataclass(frozen=True)
class Banner:
    """The warning Slack shows when the app did not answer well: where, a code such as operation_timeout, the words."""

    where: str
    code: str
    text: str


@dataclass
class Person:
    """One user. `banners` are the warnings they saw, `confirms` the dialogs they were asked in.

    `says_yes` is how they answer confirm dialogs.
    """

    user: User
    workspace: Workspace
    outgoing: Outgoing
    deliveries: Deliveries
    says_yes: bool = True
    banners: list[Banner] = field(default_factory=list)
    confirms: list[ConfirmAsked] = field(default_factory=list)
    _entries: dict[tuple[str, str, str], forms.Entry] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.user.id

    # Seeing

    @property
    def modal(self) -> View | None:
        """The view on top of their open modals."""
        return self.workspace.views.top(self.id)

    @property
    def home(self) -> View | None:
        """What the app published on their Home tab."""
        return self.workspace.views.homes.get(self.id)

    def sees(self, channel: str, thread: Message | str | None = None) -> list[Message]:
        """The messages of a channel or a thread, oldest first, with the ephemeral ones meant for them."""
        place = self._place(channel)
        root = _ts(thread) if thread else None
        shown = place.thread(root) if root else place.messages
        mine = [each for each in place.ephemerals if each.only_for == self.id and each.thread_ts == root]
        return sorted([*shown, *mine], key=lambda message: message.ts)

    # Writing

    async def writes(self, channel: str, text: str, *, thread: Message | str | None = None) -> Message:
        """Post a message; @name and #channel become mentions. Waits until the app was told."""
        place = self._place(channel)
        if place.archived:
            raise NothingThere(f"#{place.name} is archived")
        block = {
            "type": "rich_text",
            "block_id": self.workspace.new_id("b"),
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}],
        }
        message = self.workspace.post(
            place,
            self.id,
            self._mentions(_escaped(text)),
            blocks=[block],
            thread_ts=_ts(thread) if thread else None,
            client_msg_id=self.workspace.new_id("client-"),
        )
        await self.deliveries.settled()
        return message

    async def uploads(
        self, channel: str, name: str, content: Content, *, thread: Message | str | None = None, text: str = ""
    ) -> Message:
        """Drop a file into a channel or thread. Waits until the app was told."""
        place = self._place(channel)
        kept = self.workspace.keep(name, content, self.id)
        message = self.workspace.share(
            [kept], place, self.id, text=self._mentions(_escaped(text)), thread_ts=_ts(thread) if thread else None
        )
        await self.deliveries.settled()
        return message

    async def drops(
        self, channel: str, files: Mapping[str, Content], *, text: str = "", thread: Message | None = None
    ) -> Message:
        """Drop several files into a channel or a thread at once: one message. Waits until the app was told."""
        place = self._place(channel)
        kept = [self.workspace.keep(name, content, self.id) for name, content in files.items()]
        message = self.workspace.share(
            kept, place, self.id, text=self._mentions(_escaped(text)), thread_ts=thread.ts if thread else None
        )
        await self.deliveries.settled()
        return message

    async def reacts(self, channel: str, message: Message | str, name: str) -> None:
        place = self._place(channel)
        self.workspace.react(place, self._message(place, message), self.id, name)
        await self.deliveries.settled()

    async def types(self, line: str, channel: str) -> AppAnswer:
        """Enter a slash command: `/ticket 4711`. It cannot be typed inside a thread."""
        place = self._place(channel)
        self._is_colleague("slash commands")
        name, _, text = line.partition(" ")
        known = self.workspace.app.commands
        if known is not None and name not in known:
            raise NothingThere(f"{name} is not a valid command; the app has: {', '.join(sorted(known))}")
        if name in self.workspace.app.escapes:
            text = self._mentions(text)
        answer = await self.outgoing.command(interactions.command(self.workspace, self.user, place, name, text.strip()))
        if answer.ok:
            responding.command_answered(self.workspace, place, self.id, answer)
        else:
            code = "operation_timeout" if answer.trouble == "timeout" else "dispatch_failed"
            self._warn("command", code, f'{name} failed with the error "{code}"')
        return answer

    # Pressing

    async def presses(
        self,
        channel: str,
        message: Message | str,
        what: str | Spot,
        value: Any = None,
        *,
        nth: int | None = None,
        confirm: bool | None = None,
    ) -> AppAnswer | None:
        """Press a button, or choose `value` in a menu, of a message they see; `what` is its label or action_id.

        A copy of a message that was taken earlier is pressed as it looked then: a screen that was not redrawn in time.
        Returns what the app answered, or None when the person said no in the confirm dialog.
        """
        place = self._place(channel)
        target = self._message(place, message)
        found = find(target.blocks if isinstance(message, str) else message.blocks, what, nth)
        if not self._agrees(found, confirm):
            return None
        entry = await self._entered(place, target, found.part, value) if found.part.stateful else None
        mine = {key[1:]: kept for key, kept in self._entries.items() if key[0] == target.ts}
        press = interactions.Press(found.part, entry, found.option)
        payload = interactions.message_action(
            self.workspace, self.user, place, target, press, interactions.message_state(target, mine)
        )
        return self._pressed(await self.outgoing.interaction(payload))

    async def enters(self, channel: str, message: Message | str, what: str | Spot, value: Any) -> None:
        """Fill in a field of a message, without telling the app; it hears of it with the next press."""
        place = self._place(channel)
        target = self._message(place, message)
        await self._entered(place, target, find(target.blocks, what).part, value)

    async def searches_in(
        self, channel: str, message: Message | str, what: str | Spot, typed: str
    ) -> list[dict[str, Any]]:
        """Type into an external menu of a message; the options the app offers."""
        place = self._place(channel)
        target = self._message(place, message)
        return await self._suggestions(place, target, find(target.blocks, what).part, typed)

    async def clicks(
        self, what: str | Spot, value: Any = None, *, nth: int | None = None, confirm: bool | None = None
    ) -> AppAnswer | None:
        """Press a button or choose in a menu of the modal before them."""
        return await self._in_view(self._modal(), what, value, nth, confirm)

    async def clicks_home(
        self, what: str | Spot, value: Any = None, *, nth: int | None = None, confirm: bool | None = None
    ) -> AppAnswer | None:
        """Press a button or choose in a menu of the Home tab."""
        if self.home is None:
            raise NothingThere("the app has published no Home tab for them")
        return await self._in_view(self.home, what, value, nth, confirm)

    async def uses_shortcut(
        self, callback_id: str, channel: str | None = None, message: Message | str | None = None
    ) -> AppAnswer:
        """Start a shortcut: a global one, or one on a message."""
        self._is_colleague("shortcuts")
        kind = "message" if message else "global"
        known = self.workspace.app.shortcuts
        if known is not None and known.get(callback_id) != kind:
            raise NothingThere(f"the app has no {kind} shortcut {callback_id!r}; it has: {dict(known)}")
        if message and channel:
            place = self._place(channel)
            target = self._message(place, message)
            payload = interactions.message_shortcut(self.workspace, self.user, place, target, callback_id)
        else:
            payload = interactions.global_shortcut(self.workspace, self.user, callback_id)
        return self._pressed(await self.outgoing.interaction(payload), "shortcut")

    async def opens_home(self, tab: str = "home") -> View | None:
        """Look at the app's Home tab, or at `messages`. Returns what is published once the app was told."""
        view = self.home.wire(self.workspace.app) if self.home else None
        dm = self.workspace.dm(self.id)
        self.workspace.announce(events.app_home_opened(self.id, dm.id, self.workspace.stamp(), tab, view))
        await self.deliveries.settled()
        return self.home

    # The modal

    @property
    def form(self) -> Form:
        return Form(self.user, self.workspace, self.outgoing, self._warn)

    async def fills(self, values: Values) -> None:
        """Fill fields of the modal, named by block_id, label or action_id. See `Form.fill`."""
        await self.form.fill(self._modal(), values)

    async def searches(self, field: str | Spot, typed: str) -> list[dict[str, Any]]:
        """Type into an external menu of the modal; the options the app offers."""
        return await self.form.search(self._modal(), field, typed)

    async def submits(self) -> dict[str, str] | None:
        """Submit the modal. Errors by block_id, under "" when the whole thing failed; None when all is well."""
        return await self.form.submit(self._modal())

    async def closes(self) -> None:
        """Press Cancel: the view goes, and one below it shows again."""
        await self.form.close(self._modal())

    async def closes_all(self) -> None:
        """Press the cross: every view goes."""
        await self.form.close_all(self._modal())

    # Inside

    async def _in_view(
        self, view: View, what: str | Spot, value: Any, nth: int | None, confirm: bool | None
    ) -> AppAnswer | None:
        found = find(view.blocks, what, nth)
        if not self._agrees(found, confirm):
            return None
        entry = None
        if found.part.stateful:
            entry = await self.form.enter(view, found.part, value)
        press = interactions.Press(found.part, entry, found.option)
        payload = interactions.view_action(self.workspace, self.user, view, press)
        return self._pressed(await self.outgoing.interaction(payload), "modal")

    async def _entered(self, channel: Channel, message: Message, part: Part, value: Any) -> forms.Entry:
        options = forms.picked(value)
        if options is None and str(part.element["type"]).endswith("external_select"):
            options = await self._suggestions(channel, message, part, str(value))
        entry = forms.filled(part, value, self.form.names, options)
        self._entries[(message.ts, part.block_id, part.action_id)] = entry
        return entry

    async def _suggestions(self, channel: Channel, message: Message, part: Part, typed: str) -> list[dict[str, Any]]:
        payload = interactions.suggestion_in_message(self.workspace, self.user, channel, message, part, typed)
        try:
            return suggested(await self.outgoing.interaction(payload))
        except Unusable as unusable:
            self._warn("options", "no_options", f"The options could not be loaded ({unusable}).")
            return []

    def _agrees(self, found: Found, answer: bool | None) -> bool:
        asked = confirm_of(found, answer=self.says_yes if answer is None else answer)
        if asked:
            self.confirms.append(asked)
        return asked is None or asked.answered

    def _pressed(self, answer: AppAnswer, where: str = "button") -> AppAnswer:
        if not answer.ok:
            code = answer.trouble or f"status_{answer.status}"
            self._warn(where, code, "Something went wrong with this app. Please try again.")
        return answer

    def _warn(self, where: str, code: str, text: str) -> None:
        self.banners.append(Banner(where, code, text))
        self.workspace.feed.publish("banner.shown", user=self.id, where=where, code=code)

    def _modal(self) -> View:
        if self.modal is None:
            raise NothingThere(f"no modal is open before {self.user.name}")
        return self.modal

    def _place(self, name: str) -> Channel:
        """A channel they are in. Raises `NothingThere`."""
        if self.user.deactivated:
            raise NothingThere(f"{self.user.name} cannot sign in any more")
        found = self.workspace.channels.get(name)
        if found is None:
            raise NothingThere(f"there is no channel {name!r}")
        if self.id not in found.members:
            raise NothingThere(f"{self.user.name} is not in #{found.name}")
        return found

    def _message(self, place: Channel, message: Message | str) -> Message:
        ts = _ts(message)
        mine = [each for each in place.ephemerals if each.ts == ts and each.only_for == self.id]
        found = place.find(ts) or (mine[0] if mine else None)
        if found is None:
            raise NothingThere(f"{self.user.name} sees no message {ts} in #{place.name}")
        return found

    def _is_colleague(self, what: str) -> None:
        """People of other companies see the app's messages, but have no commands and shortcuts of it."""
        if self.user.team_id != self.workspace.app.team_id:
            raise NothingThere(f"{self.user.name} is of another company and has no {what} of this app")

    def _mentions(self, text: str) -> str:
        """@ana and #support as Slack writes them; unknown names stay as they are."""

        def mention(match: re.Match[str]) -> str:
            sign, name = match.groups()
            if sign == "@" and name in self.workspace.groups:
                return f"<!subteam^{self.workspace.groups[name].id}>"
            if sign == "@" and name in self.workspace.users:
                return f"<@{self.workspace.users[name].id}>"
            if sign == "#" and name in self.workspace.channels:
                channel = self.workspace.channels[name]
                return f"<#{channel.id}|{'' if channel.private else channel.name}>"
            return match.group()

        return _NAMED.sub(mention, text)


def _ts(message: Message | str) -> str:
    return message if isinstance(message, str) else message.ts


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
