"""conversations.*: read back, list, look up, join, open."""

from __future__ import annotations

from sandbox.slack.arguments import Arguments
from sandbox.slack.channels import Channel, Message
from sandbox.slack.methods.registry import Answer, Method, cursor_to, need_scope, offset_of
from sandbox.slack.refusals import Refused, with_messages
from sandbox.slack.workspace import Workspace

PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def history(slack: Workspace, args: Arguments) -> Answer:
    """Newest first, without thread replies. Metadata is told in full only when it is asked for."""
    channel = slack.joined_channel(args.needed("channel"))
    need_scope(slack, f"{PREFIX[channel.kind]}:history")
    found = channel.between(_ts(args, "oldest"), _ts(args, "latest"), inclusive=args.flag("inclusive"))
    found = [message for message in reversed(found) if slack.readable(message)]
    return _page(channel, found, args, default=100)


def replies(slack: Workspace, args: Arguments) -> Answer:
    """Oldest first, the message the thread hangs on in front. The ts of a reply gives that reply alone."""
    channel = slack.joined_channel(args.needed("channel"))
    need_scope(slack, f"{PREFIX[channel.kind]}:history")
    ts = args.needed("ts")
    root = channel.find(ts)
    if root is None:
        raise Refused("thread_not_found")
    oldest, latest, inclusive = _ts(args, "oldest"), _ts(args, "latest"), args.flag("inclusive")
    inside = [
        message
        for message in channel.replies(ts)
        if _within(message.ts, oldest, latest, inclusive=inclusive) and slack.readable(message)
    ]
    return _page(channel, [root, *inside], args, default=1000)


def _page(channel: Channel, found: list[Message], args: Arguments, *, default: int) -> Answer:
    limit = args.number("limit", default, most=1000)
    start = offset_of(args.text("cursor"))
    page = found[start : start + limit]
    more = len(found) > start + limit
    full = args.flag("include_all_metadata")
    return {
        "ok": True,
        "messages": [channel.told(message, metadata=full) for message in page],
        "has_more": more,
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
        "response_metadata": {"next_cursor": cursor_to(start + limit) if more else ""},
    }


def _within(ts: str, oldest: str | None, latest: str | None, *, inclusive: bool) -> bool:
    if inclusive:
        return (oldest is None or ts >= oldest) and (latest is None or ts <= latest)
    return (oldest is None or ts > oldest) and (latest is None or ts < latest)


def _ts(args: Arguments, name: str) -> str | None:
    """A point in time as a ts of full width, so that ts compare as text. Raises `Refused` invalid_ts_<name>."""
    given = args.raw.get(name)
    if given in (None, "", "0", 0, "now"):
        return None
    seconds, _, fraction = str(given).partition(".")
    if not seconds.isdigit() or (fraction and not fraction.isdigit()):
        raise Refused(f"invalid_ts_{name}")
    return f"{int(seconds):010d}.{fraction[:6].ljust(6, '0')}"


def list_all(slack: Workspace, args: Arguments) -> Answer:
    """Pages are cut before they are filtered, so a page may be short or empty while more follow, as Slack warns."""
    types = args.listed("types") or ["public_channel"]
    for name in types:
        if name not in TYPES:
            raise Refused("invalid_types")
        need_scope(slack, f"{PREFIX[TYPES[name]]}:read")
    kinds = {TYPES[name] for name in types}
    limit, start = args.number("limit", 100, most=1000), offset_of(args.text("cursor"))
    known = sorted(slack.channels.values(), key=lambda channel: channel.id)
    page = [
        _told(slack, channel)
        for channel in known[start : start + limit]
        if channel.kind in kinds
        and (channel.kind == "channel" or slack.app.bot_user_id in channel.members)
        and not (args.flag("exclude_archived") and channel.archived)
    ]
    more = len(known) > start + limit
    return {
        "ok": True,
        "channels": page,
        "response_metadata": {"next_cursor": cursor_to(start + limit) if more else ""},
    }


def info(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.channel_of_app(args.needed("channel"))
    need_scope(slack, f"{PREFIX[channel.kind]}:read")
    told = _told(slack, channel)
    if not args.flag("include_num_members"):
        told.pop("num_members", None)
    return {"ok": True, "channel": told}


def members(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.channel_of_app(args.needed("channel"))
    need_scope(slack, f"{PREFIX[channel.kind]}:read")
    limit, start = args.number("limit", 100, most=1000), offset_of(args.text("cursor"))
    more = len(channel.members) > start + limit
    return {
        "ok": True,
        "members": channel.members[start : start + limit],
        "response_metadata": {"next_cursor": cursor_to(start + limit) if more else ""},
    }


def join(slack: Workspace, args: Arguments) -> Answer:
    channel = slack.channel_of_app(args.needed("channel"))
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if slack.app.bot_user_id in channel.members:
        return {
            "ok": True,
            "channel": _told(slack, channel),
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    slack.join(channel, slack.app.bot_user_id)
    return {"ok": True, "channel": _told(slack, channel)}


def open_dm(slack: Workspace, args: Arguments) -> Answer:
    if id := args.text("channel"):
        channel = slack.channel_of_app(id)
    else:
        users = args.listed("users")
        if not users:
            raise Refused("users_list_not_supplied")
        if len(users) > 1:
            raise with_messages("invalid_arguments", ["this sandbox knows conversations with one person only"])
        user = slack.users.with_id(users[0])
        if user is None or user.bot:
            raise Refused("user_not_found")
        if user.deactivated:
            raise Refused("user_disabled")
        if not slack.visible(user):
            raise Refused("user_not_visible")
        channel = slack.dm(user.id)
    told = _told(slack, channel) if args.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": told}


def _told(slack: Workspace, channel: Channel) -> Answer:
    return channel.wire(bot_user=slack.app.bot_user_id, team_id=slack.app.team_id, shared=slack.shared(channel))


METHODS = (
    Method("conversations.history", history, 3),
    Method("conversations.replies", replies, 3),
    Method("conversations.list", list_all, 2),
    Method("conversations.info", info, 3),
    Method("conversations.members", members, 4),
    Method("conversations.join", join, 3, ("channels:join",)),
    Method("conversations.open", open_dm, 3, ("im:write",)),
)
