"""The app as the workspace knows it: its ids, its tokens, and what its manifest lets it do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

TEAM_ID = "T0KONTOR01"
TEAM_DOMAIN = "kontor"
APP_ID = "A0KONTOR01"
BOT_ID = "B0KONTOR01"
BOT_USER_ID = "U0KONTOR01"

ALL_EVENTS = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "channel_archive",
        "channel_rename",
        "channel_unarchive",
        "file_shared",
        "group_archive",
        "group_rename",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
        "message.channels",
        "message.groups",
        "message.im",
        "reaction_added",
        "tokens_revoked",
    }
)

ALL_SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
    }
)


@dataclass
class Installation:
    """What is installed. Without a manifest everything is allowed; with one, only what it names.

    `token_trouble` is the error every call gets, such as token_revoked; None while the token works.
    """

    bot_token: str
    app_token: str = "xapp-1-A0KONTOR01-sandbox"
    team_id: str = TEAM_ID
    team_domain: str = TEAM_DOMAIN
    app_id: str = APP_ID
    bot_id: str = BOT_ID
    bot_user_id: str = BOT_USER_ID
    name: str = "Kontor"
    token_trouble: str | None = None
    scopes: frozenset[str] | None = None
    events: frozenset[str] = ALL_EVENTS
    commands: frozenset[str] | None = None
    shortcuts: Mapping[str, str] | None = None
    home: bool = True
    escapes: frozenset[str] = field(default_factory=frozenset)

    def __repr__(self) -> str:
        return f"Installation({self.app_id} in {self.team_id})"

    def with_manifest(self, manifest: Mapping[str, Any]) -> Installation:
        """The same app with the rights of a parsed manifest (https://docs.slack.dev/reference/app-manifest)."""
        features = manifest.get("features") or {}
        settings = manifest.get("settings") or {}
        commands = features.get("slash_commands") or []
        return replace(
            self,
            name=(manifest.get("display_information") or {}).get("name", self.name),
            scopes=frozenset(((manifest.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
            events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
            commands=frozenset(command["command"] for command in commands),
            escapes=frozenset(command["command"] for command in commands if command.get("should_escape")),
            shortcuts={each["callback_id"]: each["type"] for each in features.get("shortcuts") or []},
            home=bool((features.get("app_home") or {}).get("home_tab_enabled")),
        )

    @property
    def granted(self) -> str:
        """The value of the x-oauth-scopes header."""
        return ",".join(sorted(ALL_SCOPES if self.scopes is None else self.scopes))

    def profile(self) -> dict[str, Any]:
        """The bot_profile a message of the bot carries."""
        return {
            "id": self.bot_id,
            "app_id": self.app_id,
            "user_id": self.bot_user_id,
            "name": self.name,
            "icons": {},
            "deleted": False,
            "updated": 1_764_000_000,
            "team_id": self.team_id,
        }
