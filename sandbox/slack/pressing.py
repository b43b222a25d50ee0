"""Finds what a person means by a label: the button, the menu, the item of an overflow menu."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.slack.blockkit import Part, parts, plain_words
from sandbox.slack.blockkit.parts import offered


class NothingThere(LookupError):
    """A person cannot do this: it is not on their screen, or they may not."""


@dataclass(frozen=True)
class Found:
    part: Part
    option: dict[str, Any] | None = None


@dataclass(frozen=True)
class ConfirmAsked:
    """A confirm dialog that stood between a press and the app, and what the person answered."""

    title: str
    text: str
    confirm: str
    deny: str
    style: str
    answered: bool


@dataclass(frozen=True)
class Spot:
    """One element as a screen knows it: by its ids, and by the value of its item where it is a menu of actions."""

    block_id: str
    action_id: str
    option: str | None = None


def find(blocks: list[dict[str, Any]], what: str | Spot, nth: int | None = None) -> Found:
    """The element called `what`: its label or action_id, or the label or value of an overflow item; or a spot.

    Raises `NothingThere` when there is none, or several and `nth` (from 0) does not say which.
    """
    found = [each for part in parts(blocks) for each in _called(part, what)]
    if not found:
        there = ", ".join(repr(part.label) for part in parts(blocks))
        raise NothingThere(f"nothing called {what!r} to press; there are: {there or 'no buttons at all'}")
    if nth is None and len(found) > 1:
        raise NothingThere(f"{len(found)} things are called {what!r}; say which with nth=")
    if nth is not None and nth >= len(found):
        raise NothingThere(f"only {len(found)} things are called {what!r}")
    return found[nth or 0]


def _called(part: Part, what: str | Spot) -> list[Found]:
    if isinstance(what, Spot):
        if (part.block_id, part.action_id) != (what.block_id, what.action_id):
            return []
        if what.option is None:
            return [Found(part)]
        what = what.option
    if part.element["type"] == "overflow":
        options = [option for option in offered(part.element) if what in _names(option)]
        return [Found(part, option) for option in options]
    if part.element["type"] == "feedback_buttons":
        sides = (part.element.get("positive_button") or {}, part.element.get("negative_button") or {})
        return [Found(part, side) for side in sides if what in _names(side)]
    return [Found(part)] if what in (part.label, part.action_id, part.block_id) else []


def _names(option: dict[str, Any]) -> tuple[str, str]:
    return plain_words(option.get("text")), str(option.get("value", ""))


def confirm_of(found: Found, *, answer: bool) -> ConfirmAsked | None:
    """The dialog Slack shows first, when the element has one."""
    dialog = found.part.element.get("confirm")
    if not dialog:
        return None
    said = {name: plain_words(dialog.get(name)) for name in ("title", "text", "confirm", "deny")}
    return ConfirmAsked(**said, style=dialog.get("style", "primary"), answered=answer)
