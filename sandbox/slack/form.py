"""Filling in a modal: typing, choosing, submitting, closing, as Slack's own window does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack import forms, interactions
from sandbox.slack.blockkit import Part
from sandbox.slack.files import StoredFile
from sandbox.slack.outgoing import Outgoing
from sandbox.slack.people import User
from sandbox.slack.pressing import NothingThere, Spot, find
from sandbox.slack.submissions import Unusable, submitted, suggested
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace

# What is put into fields, by their names or by their spots.
Values = Mapping[str, Any] | Mapping[Spot, Any]
FAILED = "We had some trouble connecting. Try again?"


@dataclass(frozen=True)
class Form:
    """One person before one modal. `warn` shows them a banner: where, code, words."""

    user: User
    workspace: Workspace
    outgoing: Outgoing
    warn: Callable[[str, str, str], None]

    @property
    def names(self) -> forms.Names:
        return forms.Names(self._user, self._channel, self._file)

    async def fill(self, view: View, values: Values) -> None:
        """Put values into fields, one after the other. A field with dispatch_action tells the app at once.

        Raises `forms.CannotFill` for what Slack's window would not take, `NothingThere` for an unknown field.
        """
        for name, value in values.items():
            part = self._field(view, name)
            entry = await self.enter(view, part, value)
            if _dispatches(part):
                press = interactions.Press(part, entry)
                answer = await self.outgoing.interaction(
                    interactions.view_action(self.workspace, self.user, view, press)
                )
                if not answer.ok:
                    self.warn("modal", answer.trouble or f"status_{answer.status}", FAILED)

    async def enter(self, view: View, part: Part, value: Any) -> forms.Entry:
        """Put one value into one field, without telling the app."""
        options = forms.picked(value)
        if options is None and str(part.element["type"]).endswith("external_select") and value:
            options = await self._suggestions(view, part, _query(value))
        entry = forms.filled(part, value, self.names, options)
        view.typed[(part.block_id, part.action_id)] = entry
        self.workspace.feed.publish("modal.filled", user=self.user.id, view=view.id, block=part.block_id)
        return entry

    async def search(self, view: View, name: str | Spot, typed: str) -> list[dict[str, Any]]:
        """Type into an external menu. Too short a query asks nobody."""
        part = self._field(view, name)
        if len(typed) < part.element.get("min_query_length", 3):
            return []
        return await self._suggestions(view, part, typed)

    async def submit(self, view: View) -> dict[str, str] | None:
        """What Slack's window finds wrong is told without asking the app."""
        view.errors = await self._submit(view) or {}
        return view.errors or None

    async def _submit(self, view: View) -> dict[str, str] | None:
        if view.body.get("submit") is None:
            raise NothingThere(f"the modal {view.title!r} has no submit button")
        inputs = [part for part in view.parts() if part.is_input]
        found = {part.block_id: forms.complaint(part, view.entry(part)) for part in inputs}
        if wrong := {block_id: words for block_id, words in found.items() if words}:
            return wrong
        answer = await self.outgoing.interaction(interactions.view_submission(self.workspace, self.user, view))
        try:
            return submitted(self.workspace, view, answer)
        except Unusable as unusable:
            if answer.ok:
                self.workspace.complain(f"the answer to a submission: {unusable}")
            self.warn("modal", answer.trouble or "unusable_answer", FAILED)
            return {"": FAILED}

    async def close(self, view: View) -> None:
        """Cancel. `clear_on_close` takes the whole stack away."""
        if view.body.get("clear_on_close"):
            await self.close_all(view)
            return
        self.workspace.views.close(view)
        self.workspace.feed.publish("modal.closed", user=self.user.id, view=view.id)
        await self._tell_closed(view, cleared=False)

    async def close_all(self, view: View) -> None:
        """The cross. The app hears once, of the root view."""
        stack = self.workspace.views.stacks.get(self.user.id) or [view]
        self.workspace.views.clear(self.user.id)
        self.workspace.feed.publish("modal.closed", user=self.user.id, view=view.id)
        await self._tell_closed(stack[0], cleared=True)

    async def _tell_closed(self, view: View, *, cleared: bool) -> None:
        if view.body.get("notify_on_close"):
            await self.outgoing.interaction(interactions.view_closed(self.workspace, self.user, view, cleared=cleared))

    async def _suggestions(self, view: View, part: Part, typed: str) -> list[dict[str, Any]]:
        answer = await self.outgoing.interaction(
            interactions.suggestion_in_view(self.workspace, self.user, view, part, typed)
        )
        try:
            return suggested(answer)
        except Unusable as unusable:
            if answer.ok:
                self.workspace.complain(f"the answer to a search: {unusable}")
            self.warn("options", answer.trouble or "no_options", "The options could not be loaded.")
            return []

    def _field(self, view: View, name: str | Spot) -> Part:
        if isinstance(name, Spot):
            return find(view.blocks, name).part
        found = [part for part in view.parts() if part.stateful and name in (part.block_id, part.label, part.action_id)]
        if len(found) != 1:
            there = ", ".join(f"{part.block_id} ({part.label})" for part in view.parts() if part.stateful)
            raise NothingThere(f"{len(found)} fields called {name!r} in {view.title!r}; there are: {there or 'none'}")
        return found[0]

    def _user(self, name: str) -> str:
        if name not in self.workspace.users:
            raise forms.CannotFill(f"there is nobody called {name!r}")
        return self.workspace.users[name].id

    def _channel(self, name: str) -> str:
        if name not in self.workspace.channels:
            raise forms.CannotFill(f"there is no channel {name!r}")
        return self.workspace.channels[name].id

    def _file(self, given: Any) -> dict[str, Any]:
        """A file picked from the person's machine, as (name, content), or one that is in Slack already."""
        if isinstance(given, StoredFile):
            kept = given
        else:
            name, content = given
            if len(content) > 10 * 1024**2:
                raise forms.CannotFill(f"{name} is larger than 10 MB")
            kept = self.workspace.keep(name, content, self.user.id)
        kept.for_app = True
        return self.workspace.told_file(kept, shares=False)


def _dispatches(part: Part) -> bool:
    """Whether a change is told at once. In a field of several lines Enter makes a line, so it does not count."""
    if not part.is_input:
        return True
    if not part.block.get("dispatch_action"):
        return False
    element = part.element
    if not str(element["type"]).endswith("_input"):
        return True
    wanted = (element.get("dispatch_action_config") or {}).get("trigger_actions_on") or ["on_enter_pressed"]
    return "on_character_entered" in wanted or not element.get("multiline")


def _query(value: Any) -> str:
    first = value[0] if isinstance(value, list) else value
    return str(first)
