"""Who is in the workspace: members, guests, people of another company, bots, and user groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass
class User:
    """A person or a bot. `guest` is a multi-channel guest; who belongs to another team is a stranger here."""

    id: str
    name: str
    real_name: str
    team_id: str
    title: str = ""
    admin: bool = False
    owner: bool = False
    guest: bool = False
    bot: bool = False
    deactivated: bool = False
    timezone: str = "Europe/Berlin"
    locale: str = "en-GB"

    @property
    def email(self) -> str:
        return f"{self.name}@kontor.example"

    def wire(self, home_team: str, now: datetime, *, email: bool, locale: bool = False) -> dict[str, Any]:
        """The user object of users.info, as the app of `home_team` sees it."""
        offset = now.astimezone(ZoneInfo(self.timezone)).utcoffset()
        profile = {
            "real_name": self.real_name,
            "display_name": self.name,
            "title": self.title,
            "team": self.team_id,
            **({"email": self.email} if email and not self.bot else {}),
        }
        wire: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deactivated,
            "real_name": self.real_name,
            "tz": self.timezone,
            "tz_label": self.timezone,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": self.admin,
            "is_owner": self.owner,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": 1_764_000_000,
        }
        if self.team_id != home_team:
            wire["is_stranger"] = True
        if locale:
            wire["locale"] = self.locale
        return wire


@dataclass
class UserGroup:
    id: str
    handle: str
    name: str
    members: list[str] = field(default_factory=list)
    disabled: bool = False

    def wire(self, team_id: str, *, users: bool, count: bool) -> dict[str, Any]:
        return {
            "id": self.id,
            "team_id": team_id,
            "is_usergroup": True,
            "name": self.name,
            "description": "",
            "handle": self.handle,
            "is_external": False,
            "date_create": 1_764_000_000,
            "date_update": 1_764_000_000,
            "date_delete": 1_764_000_000 if self.disabled else 0,
            "auto_type": None,
            "prefs": {"channels": [], "groups": []},
            **({"users": list(self.members)} if users else {}),
            **({"user_count": len(self.members)} if count else {}),
        }
