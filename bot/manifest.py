"""The Slack app's manifest for this installation: what to paste when the app is created."""

from __future__ import annotations

from typing import Any

import yaml

COMMANDS = (
    ("ticket", "Show a ticket and its card", "[00112345678 | list | find words | open MB7UWLD | help]"),
    ("return", "Show a return and its card", "[123456 | list | find words | start MB7UWLD | help]"),
    ("order", "Show an order", "[MB7UWLD | help]"),
    ("stock", "Show an offer in all storefronts, and change it", "[4006381333931 | own number | words | bulk | help]"),
    ("feed", "Check a CSV, publish it and follow its import", "[chain | list | templates | help]"),
    ("invoice", "Upload invoices, or see which are missing", "[MB7UWLD | missing | help]"),
    ("report", "Ask the marketplace for a report", "[sales | help]"),
    ("kontor", "Help, and how the relay is doing", "[help | status | settings | audit ticket:…]"),
)

# Each scope is used: a test holds this list against the Web API methods the code calls.
SCOPES = (
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "usergroups:read",
    "users:read",
)

EVENTS = (
    "app_home_opened",
    "channel_archive",
    "channel_rename",
    "group_archive",
    "member_joined_channel",
    # Files people drop where cards hang.
    "message.channels",
    "message.groups",
)

SHORTCUTS = (
    ("Upload invoice", "global", "invoice.upload", "Give the PDF of an order's invoice"),
    ("Import a feed", "global", "feed.open", "Check a CSV and import it"),
    ("Attach to ticket", "message", "ticket.attach", "Keep a message as a note, or send its files to the buyer"),
)


def manifest(public_url: str | None, prefix: str, *, socket_mode: bool) -> str:
    """YAML for https://api.slack.com/apps. With Socket Mode no address is named, because Slack needs none."""
    url = None if socket_mode else f"{public_url or 'https://kontor.invalid'}/slack/events"
    address = {"url": url} if url else {}
    request = {"request_url": url} if url else {}
    data: dict[str, Any] = {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Kontor",
            "description": "Marketplace tickets, returns and orders in your channels",
            "background_color": "#1f3a4d",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
            "bot_user": {"display_name": "kontor", "always_online": True},
            "slash_commands": [
                {
                    "command": f"/{prefix}{name}",
                    "description": description,
                    "usage_hint": hint,
                    "should_escape": False,
                    **address,
                }
                for name, description, hint in COMMANDS
            ],
            "shortcuts": [
                {"name": name, "type": kind, "callback_id": callback, "description": description}
                for name, kind, callback, description in SHORTCUTS
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": list(EVENTS)},
            "interactivity": {
                "is_enabled": True,
                **request,
                **({"message_menu_options_url": url} if url else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
