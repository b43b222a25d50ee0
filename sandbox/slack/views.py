"""Modals and Home views: a stack of three per person, typed values that survive updates, hashes against lost updates.

https://docs.slack.dev/surfaces/modals, https://docs.slack.dev/reference/views
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import forms
from sandbox.slack.blockkit import Part, finished, parts, plain_words, view_problems, words
from sandbox.slack.installation import Installation
from sandbox.slack.refusals import Refused, with_messages

STACK = 3
VIEW_BYTES = 250_000


@dataclass
class View:
    """One view as it stands before a person. `typed` holds what they entered, by (block_id, action_id)."""

    id: str
    user_id: str
    body: dict[str, Any]
    hash: str
    root_id: str = ""
    previous_id: str | None = None
    typed: dict[tuple[str, str], forms.Entry] = field(default_factory=dict)
    # What stands beside its fields since the last submission, by block_id.
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return str(self.body["type"])

    @property
    def title(self) -> str:
        return plain_words(self.body.get("title"))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return list(self.body["blocks"])

    @property
    def words(self) -> str:
        """What people read in it, one line per block."""
        return words(self.blocks)

    @property
    def labels(self) -> list[str]:
        return [part.label for part in parts(self.blocks)]

    def parts(self) -> list[Part]:
        return list(parts(self.blocks))

    def entry(self, part: Part) -> forms.Entry:
        """What stands in a field now."""
        return self.typed.get((part.block_id, part.action_id)) or forms.preset(part.element)

    def state(self) -> dict[str, Any]:
        values: dict[str, dict[str, Any]] = {}
        for part in self.parts():
            if part.stateful:
                values.setdefault(part.block_id, {})[part.action_id] = self.entry(part)
        return {"values": values}

    def change(self, body: dict[str, Any], digest: str) -> None:
        """Show `body` instead. What was typed stays where block_id, action_id and the kind of field are unchanged."""
        self.body = body
        self.hash = digest
        self.errors = {}
        here = {(part.block_id, part.action_id): part.element["type"] for part in self.parts()}
        self.typed = {place: entry for place, entry in self.typed.items() if here.get(place) == entry["type"]}

    def wire(self, app: Installation) -> dict[str, Any]:
        """The view object of answers and payloads."""
        return {
            "id": self.id,
            "team_id": app.team_id,
            "type": self.kind,
            "blocks": self.blocks,
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "state": self.state(),
            "hash": self.hash,
            "title": self.body.get("title"),
            "clear_on_close": bool(self.body.get("clear_on_close")),
            "notify_on_close": bool(self.body.get("notify_on_close")),
            "close": self.body.get("close"),
            "submit": self.body.get("submit"),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id or self.id,
            "app_id": app.app_id,
            "external_id": self.external_id,
            "app_installed_team_id": app.team_id,
            "bot_id": app.bot_id,
        }


@dataclass
class Views:
    """Everybody's open modals and Home views."""

    new_id: Callable[[str], str]
    new_hash: Callable[[], str]
    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def top(self, user_id: str) -> View | None:
        """The view a person has before them."""
        stack = self.stacks.get(user_id)
        return stack[-1] if stack else None

    def find(self, view_id: str | None, external_id: str | None = None) -> View | None:
        for view in (*self.homes.values(), *(view for stack in self.stacks.values() for view in stack)):
            if view.id == view_id or (external_id and view.external_id == external_id):
                return view
        return None

    def open(self, user_id: str, body: Any) -> View:
        """Open a modal. One that was open before is gone, with everything stacked on it."""
        view = View(self.new_id("V"), user_id, self._taken(body, "modal"), self.new_hash())
        view.root_id = view.id
        self.stacks[user_id] = [view]
        return view

    def push(self, user_id: str, body: Any) -> View:
        """Put a view on top of the open ones. Raises `Refused` push_limit_reached at the fourth."""
        stack = self.stacks.get(user_id)
        if not stack:
            raise Refused("invalid_trigger_id")
        taken = self._taken(body, "modal")
        if len(stack) >= STACK:
            raise Refused("push_limit_reached")
        view = View(self.new_id("V"), user_id, taken, self.new_hash(), stack[0].id, stack[-1].id)
        stack.append(view)
        return view

    def update(self, view: View, body: Any, digest: str | None = None) -> View:
        """Change a view that is open. Raises `Refused` hash_conflict when it changed since `digest`."""
        if digest and digest != view.hash:
            raise Refused("hash_conflict")
        view.change(self._taken(body, view.kind, view), self.new_hash())
        return view

    def publish(self, user_id: str, body: Any, digest: str | None = None) -> View:
        """Show a Home view to one person."""
        home = self.homes.get(user_id)
        if home:
            return self.update(home, body, digest)
        taken = self._taken(body, "home")
        if digest:
            raise Refused("hash_conflict")
        home = View(self.new_id("V"), user_id, taken, self.new_hash())
        home.root_id = home.id
        self.homes[user_id] = home
        return home

    def close(self, view: View) -> None:
        """Take a modal and what is stacked on it away; what lies below shows again."""
        stack = self.stacks.get(view.user_id, [])
        if view in stack:
            del stack[stack.index(view) :]

    def clear(self, user_id: str) -> None:
        self.stacks.pop(user_id, None)

    def _taken(self, body: Any, kind: str, own: View | None = None) -> dict[str, Any]:
        """A view as Slack keeps it. Raises `Refused` for what Slack would not show."""
        problems = view_problems(body, kind)
        if problems:
            raise with_messages("invalid_arguments", problems)
        if len(json.dumps(body, ensure_ascii=False).encode()) > VIEW_BYTES:
            raise Refused("view_too_large")
        external = body.get("external_id")
        other = self.find(None, external) if external else None
        if other and other is not own:
            raise Refused("duplicate_external_id")
        return {**body, "blocks": finished(body["blocks"], lambda: self.new_id("b"))}
