"""The page of the workspace, and what it asks for besides what `play` tells: pictures, files, and what is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.routing import BaseRoute, Route

from sandbox.slack.pictures import Pictures
from sandbox.slack.workspace import Workspace
from sandbox.web.pages import page_routes


@dataclass
class Page:
    """`manifest` is the app's, parsed; `other_side` the address of the marketplace's page, None where there is none."""

    workspace: Workspace
    manifest: Mapping[str, Any] = field(default_factory=dict)
    other_side: str | None = None

    def routes(self) -> list[BaseRoute]:
        pictures = Pictures(self.workspace)
        return [
            Route("/play/picture", pictures.picture, methods=["GET"]),
            Route("/play/files/{id}", pictures.file, methods=["GET"]),
            *page_routes("slack"),
        ]

    def told(self) -> dict[str, Any]:
        """What the page offers: commands with their hints, shortcuts, the tabs of the app's Home, the other side."""
        features = self.manifest.get("features") or {}
        home = features.get("app_home") or {}
        commands = features.get("slash_commands") or []
        shortcuts = features.get("shortcuts") or []
        return {
            "commands": [_named(command, "command", "description", "usage_hint") for command in commands],
            "shortcuts": [_named(shortcut, "callback_id", "type", "name", "description") for shortcut in shortcuts],
            "tabs": {
                "home": bool(home.get("home_tab_enabled", True)),
                "messages": bool(home.get("messages_tab_enabled", True)),
                "writable": not home.get("messages_tab_read_only_enabled", False),
            },
            "about": (self.manifest.get("display_information") or {}).get("description", ""),
            "other_side": self.other_side,
        }


def _named(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given.get(name, "") for name in names}
