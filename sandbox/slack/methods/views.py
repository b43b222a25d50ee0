"""views.*: open, push, update, publish."""

from __future__ import annotations

from sandbox.slack.arguments import Arguments
from sandbox.slack.methods.registry import Answer, Method
from sandbox.slack.refusals import Refused, with_messages
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace


def open_view(slack: Workspace, args: Arguments) -> Answer:
    trigger = slack.permits.use_trigger(args.needed("trigger_id"))
    view = slack.views.open(trigger.user_id, args.structure("view", "invalid_arguments"))
    slack.feed.publish("modal.opened", user=trigger.user_id, view=view.id)
    return _told(slack, view)


def push(slack: Workspace, args: Arguments) -> Answer:
    """The trigger must come from a modal that is still open."""
    trigger = slack.permits.use_trigger(args.needed("trigger_id"))
    if trigger.view_id is None or slack.views.find(trigger.view_id) is None:
        raise Refused("invalid_trigger_id")
    view = slack.views.push(trigger.user_id, args.structure("view", "invalid_arguments"))
    slack.feed.publish("modal.opened", user=trigger.user_id, view=view.id)
    return _told(slack, view)


def update(slack: Workspace, args: Arguments) -> Answer:
    id, external = args.text("view_id"), args.text("external_id")
    if not id and not external:
        raise with_messages("invalid_arguments", ["missing required field: view_id"])
    view = slack.views.find(id, external)
    if view is None:
        raise Refused("not_found")
    slack.views.update(view, args.structure("view", "invalid_arguments"), args.text("hash") or None)
    slack.feed.publish("modal.changed", user=view.user_id, view=view.id)
    return _told(slack, view)


def publish(slack: Workspace, args: Arguments) -> Answer:
    if not slack.app.home:
        raise Refused("not_enabled")
    user_id = args.needed("user_id")
    user = slack.users.with_id(user_id)
    if user is None or user.bot:
        raise with_messages("invalid_arguments", ["invalid user_id [json-pointer:/user_id]"])
    view = slack.views.publish(user_id, args.structure("view", "invalid_arguments"), args.text("hash") or None)
    slack.feed.publish("home.changed", user=user_id, view=view.id)
    return _told(slack, view)


def _told(slack: Workspace, view: View) -> Answer:
    return {"ok": True, "view": view.wire(slack.app)}


METHODS = (
    Method("views.open", open_view, 4),
    Method("views.push", push, 4),
    Method("views.update", update, 4),
    Method("views.publish", publish, 4),
)
