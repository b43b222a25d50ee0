"""auth.*, users.*, usergroups.* and apps.*: who we are and who they are."""

from __future__ import annotations

from sandbox.slack.arguments import Arguments
from sandbox.slack.methods.registry import Answer, Method, cursor_to, offset_of
from sandbox.slack.people import User
from sandbox.slack.refusals import Refused
from sandbox.slack.workspace import Workspace


def auth_test(slack: Workspace, args: Arguments) -> Answer:
    app = slack.app
    return {
        "ok": True,
        "url": f"https://{app.team_domain}.slack.com/",
        "team": "Kontor",
        "user": app.name.lower(),
        "team_id": app.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def user_info(slack: Workspace, args: Arguments) -> Answer:
    user = slack.users.with_id(args.needed("user"))
    if user is None:
        raise Refused("user_not_found")
    if not slack.visible(user):
        raise Refused("user_not_visible")
    return {"ok": True, "user": _told(slack, user, locale=args.flag("include_locale"))}


def list_users(slack: Workspace, args: Arguments) -> Answer:
    limit, start = args.number("limit", 1000, most=1000), offset_of(args.text("cursor"))
    known = [user for user in slack.users.values() if slack.visible(user)]
    more = len(known) > start + limit
    return {
        "ok": True,
        "members": [_told(slack, user, locale=args.flag("include_locale")) for user in known[start : start + limit]],
        "cache_ts": int(slack.now().timestamp()),
        "response_metadata": {"next_cursor": cursor_to(start + limit) if more else ""},
    }


def lookup_by_email(slack: Workspace, args: Arguments) -> Answer:
    email = args.needed("email").lower()
    for user in slack.users.values():
        if user.email == email and not user.bot and not user.deactivated and slack.visible(user):
            return {"ok": True, "user": _told(slack, user)}
    raise Refused("users_not_found")


def list_groups(slack: Workspace, args: Arguments) -> Answer:
    shown = [group for group in slack.groups.values() if args.flag("include_disabled") or not group.disabled]
    users, count = args.flag("include_users"), args.flag("include_count")
    return {"ok": True, "usergroups": [group.wire(slack.app.team_id, users=users, count=count) for group in shown]}


def list_group_members(slack: Workspace, args: Arguments) -> Answer:
    group = slack.groups.with_id(args.needed("usergroup"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"ok": True, "users": list(group.members)}


def open_connection(slack: Workspace, args: Arguments) -> Answer:
    """Where to open a WebSocket, while Socket Mode is on."""
    if slack.socket_ticket is None:
        raise Refused("forbidden_team")
    return {"ok": True, "url": slack.socket_ticket()}


def _told(slack: Workspace, user: User, *, locale: bool = False) -> Answer:
    scopes = slack.app.scopes
    email = scopes is None or "users:read.email" in scopes
    return user.wire(slack.app.team_id, slack.now(), email=email, locale=locale)


METHODS = (
    Method("auth.test", auth_test, None),
    Method("users.info", user_info, 4, ("users:read",)),
    Method("users.list", list_users, 2, ("users:read",)),
    Method("users.lookupByEmail", lookup_by_email, 3, ("users:read.email",)),
    Method("usergroups.list", list_groups, 2, ("usergroups:read",)),
    Method("usergroups.users.list", list_group_members, 2, ("usergroups:read",)),
    Method("apps.connections.open", open_connection, 1, token="app"),
)
