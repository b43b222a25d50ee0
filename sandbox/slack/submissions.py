"""What the app's answer to a submitted form does: close, show errors, change the view, push another, close all.

https://docs.slack.dev/surfaces/modals (response_action)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.slack.blockkit import option_problems
from sandbox.slack.outgoing import AppAnswer
from sandbox.slack.refusals import Refused
from sandbox.slack.views import View
from sandbox.slack.workspace import Workspace


class Unusable(Exception):
    """Slack cannot use the answer; the person sees that something went wrong, and the form stays."""


def submitted(slack: Workspace, view: View, answer: AppAnswer) -> dict[str, str] | None:
    """Apply the answer. Returns the errors beside fields, by block_id, or None when there are none.

    Raises `Unusable` for an answer that is not acknowledged, not understood, or shows what Slack cannot show.
    """
    if not answer.ok:
        raise Unusable(answer.trouble or f"status {answer.status}")
    said = answer.json()
    if answer.body.strip() and not isinstance(said, dict):
        raise Unusable("the answer is no JSON object")
    action = (said or {}).get("response_action")
    if action is None:
        slack.views.close(view)
        slack.feed.publish("modal.closed", user=view.user_id, view=view.id)
        return None
    apply = _ACTIONS.get(action)
    if apply is None:
        raise Unusable(f"unknown response_action {action!r}")
    try:
        return apply(slack, view, said)
    except Refused as refused:
        raise Unusable(f"response_action {action} with a view Slack refuses: {refused.answer}") from None


def _errors(slack: Workspace, view: View, said: dict[str, Any]) -> dict[str, str]:
    errors = said.get("errors")
    inputs = {part.block_id for part in view.parts() if part.is_input}
    if not isinstance(errors, dict) or not errors:
        raise Unusable("errors must name fields")
    for block_id, words in errors.items():
        if block_id not in inputs:
            raise Unusable(f"errors for {block_id!r}, which is no input block of {view.callback_id!r}")
        if not isinstance(words, str) or not words:
            raise Unusable(f"the error of {block_id!r} is no text")
    return dict(errors)


def _update(slack: Workspace, view: View, said: dict[str, Any]) -> None:
    slack.views.update(view, said.get("view"))
    slack.feed.publish("modal.changed", user=view.user_id, view=view.id)


def _push(slack: Workspace, view: View, said: dict[str, Any]) -> None:
    pushed = slack.views.push(view.user_id, said.get("view"))
    slack.feed.publish("modal.opened", user=view.user_id, view=pushed.id)


def _clear(slack: Workspace, view: View, said: dict[str, Any]) -> None:
    slack.views.clear(view.user_id)
    slack.feed.publish("modal.closed", user=view.user_id, view=view.id)


_ACTIONS: dict[str, Callable[[Workspace, View, dict[str, Any]], dict[str, str] | None]] = {
    "errors": _errors,
    "update": _update,
    "push": _push,
    "clear": _clear,
}


def suggested(answer: AppAnswer) -> list[dict[str, Any]]:
    """The options the app offers for what was typed. Raises `Unusable`."""
    said = answer.json()
    if not answer.ok:
        raise Unusable(answer.trouble or f"status {answer.status}")
    if not isinstance(said, dict) or ("options" in said) == ("option_groups" in said):
        raise Unusable("the answer has neither options nor option_groups, or both")
    groups = said.get("option_groups") or [{"options": said.get("options")}]
    found: list[dict[str, Any]] = []
    for group in groups:
        options = group.get("options") if isinstance(group, dict) else None
        if not isinstance(options, list) or len(options) > 100:
            raise Unusable("options must be a list of at most 100")
        found += options
    if problems := option_problems(found):
        raise Unusable(f"options Slack would not show: {problems}")
    return found
