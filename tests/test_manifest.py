"""The app's manifest: every scope is used, every use has its scope, and it fits Slack's limits."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import SCOPES, manifest

BOT = Path(__file__).parents[1] / "bot"

# docs.slack.dev/reference/methods, each page's "Scopes". Methods without a scope need none.
NEEDS: dict[str, set[str]] = {
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_getPermalink": set(),
    "auth_test": set(),
    "views_open": set(),
    "views_push": set(),
    "views_update": set(),
    "views_publish": set(),
    "conversations_list": {"channels:read", "groups:read"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_members": {"channels:read", "groups:read"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_open": {"im:write"},
    "users_info": {"users:read"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "files_info": {"files:read"},
}
# Scopes without a method: slash commands, and the download of a file with the bot's token.
BESIDES = {"commands", "files:read"}


def methods_called() -> set[str]:
    called: set[str] = set()
    for path in BOT.rglob("*.py"):
        called |= set(
            re.findall(r"\.((?:chat|views|conversations|users|usergroups|files|auth)_\w+)\(", path.read_text("utf-8"))
        )
    return called & set(dir(AsyncWebClient))


def test_every_method_we_call_is_known_with_its_scopes() -> None:
    assert methods_called() - NEEDS.keys() == set()


def test_the_scopes_asked_for_are_those_that_are_used() -> None:
    used = {scope for method in methods_called() for scope in NEEDS[method]} | BESIDES

    assert set(SCOPES) == used


def read(
    public_url: str | None = "https://kontor.test", prefix: str = "", *, socket_mode: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(manifest(public_url, prefix, socket_mode=socket_mode))
    return found


def test_over_http_everything_leads_to_the_one_door() -> None:
    text = manifest("https://kontor.test", "", socket_mode=False)

    assert set(re.findall(r"https://\S+", text)) == {"https://kontor.test/slack/events"}


def test_socket_mode_names_no_address() -> None:
    found = read(None, socket_mode=True)

    assert found["settings"]["socket_mode_enabled"] is True
    assert "://" not in str(found)


def test_a_prefix_keeps_two_bots_of_one_workspace_apart() -> None:
    names = [command["command"] for command in read(prefix="test-")["features"]["slash_commands"]]

    assert names
    assert all(name.startswith("/test-") for name in names)


@pytest.mark.parametrize(("path", "limit"), [("name", 35), ("description", 140)])
def test_it_fits_slacks_limits(path: str, limit: int) -> None:
    assert len(read()["display_information"][path]) <= limit
    for command in read()["features"]["slash_commands"]:
        assert len(command["command"]) <= 32
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
    assert len(read()["features"].get("shortcuts", [])) <= 10


def test_the_manifest_that_is_kept_is_the_one_we_make() -> None:
    kept = (BOT.parent / "slack-manifest.yaml").read_text("utf-8")

    assert kept == manifest("https://kontor.example.com", "", socket_mode=False), "run `make manifest`"
