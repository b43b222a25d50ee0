"""What a person can do over JSON: one function per verb, which reads what it needs and moves the person's hands.

Elements are named by `what` (label or action_id), or exactly by `block_id`, `action_id` and, for an item of an overflow
menu, `option`. `fields` are {block_id, action_id, value} each: what was typed before, and goes along.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sandbox.slack.files import StoredFile
from sandbox.slack.forms import CannotFill
from sandbox.slack.outgoing import AppAnswer
from sandbox.slack.person import Person
from sandbox.slack.pressing import NothingThere, Spot, find
from sandbox.slack.refusals import Refused
from sandbox.slack.views import View

Given = dict[str, Any]
Act = Callable[[Person, Given], Awaitable[Any]]


def _told(answer: AppAnswer | None) -> Given | None:
    """None when nothing was sent, because the person said no in the confirm dialog."""
    return None if answer is None else {"acknowledged": answer.ok, "status": answer.status, "trouble": answer.trouble}


def _what(given: Given) -> str | Spot:
    if "what" in given:
        return str(given["what"])
    return Spot(given["block_id"], given["action_id"], given.get("option"))


async def _press(person: Person, given: Given) -> Any:
    for field in given.get("fields", []):
        await person.enters(given["channel"], given["ts"], _what(field), _value(person, field.get("value")))
    answer = await person.presses(
        given["channel"],
        given["ts"],
        _what(given),
        _value(person, given.get("value")),
        nth=given.get("nth"),
        confirm=given.get("confirm"),
    )
    return _told(answer)


async def _click(person: Person, given: Given) -> Any:
    await _enter(person, given)
    where = person.clicks_home if given.get("home") else person.clicks
    value = _value(person, given.get("value"))
    return _told(await where(_what(given), value, nth=given.get("nth"), confirm=given.get("confirm")))


async def _type(person: Person, given: Given) -> Any:
    return _told(await person.types(given["line"], given["channel"]))


async def _write(person: Person, given: Given) -> Any:
    return (await person.writes(given["channel"], given["text"], thread=given.get("thread"))).ts


async def _upload(person: Person, given: Given) -> Any:
    content = base64.b64decode(given["base64"], validate=True)
    message = await person.uploads(
        given["channel"], given["name"], content, thread=given.get("thread"), text=given.get("text", "")
    )
    return message.ts


async def _react(person: Person, given: Given) -> Any:
    await person.reacts(given["channel"], given["ts"], given["name"])


async def _shortcut(person: Person, given: Given) -> Any:
    return _told(await person.uses_shortcut(given["callback_id"], given.get("channel"), given.get("ts")))


async def _home(person: Person, given: Given) -> Any:
    await person.opens_home(given.get("tab", "home"))


async def _fill(person: Person, given: Given) -> Any:
    """`values` by the fields' names, or one field by its spot. The app is told where the field says so."""
    await _enter(person, given)
    if "values" in given:
        await person.fills({field: _value(person, value) for field, value in given["values"].items()})
    elif "block_id" in given:
        spot = Spot(given["block_id"], given["action_id"])
        await person.form.fill(_view(person, given), {spot: _value(person, given.get("value"))})


async def _enter(person: Person, given: Given) -> None:
    """Put `fields` into the view before the person, without telling the app."""
    for field in given.get("fields", []):
        view = _view(person, given)
        await person.form.enter(view, find(view.blocks, _what(field)).part, _value(person, field.get("value")))


def _view(person: Person, given: Given) -> View:
    view = person.home if given.get("home") else person.modal
    if view is None:
        raise NothingThere(f"no view is open before {person.user.name}")
    return view


def _value(person: Person, value: Any) -> Any:
    """Files come as {"name": ..., "base64": ...}, or as {"file": id} when they are in Slack already."""
    if isinstance(value, dict) and "base64" in value:
        return (value["name"], base64.b64decode(value["base64"], validate=True))
    if isinstance(value, dict) and "file" in value:
        return _file(person, str(value["file"]))
    return [_value(person, item) for item in value] if isinstance(value, list) else value


def _file(person: Person, id: str) -> StoredFile:
    file = person.workspace.files.get(id)
    if file is None or file.user_id != person.id:
        raise NothingThere(f"{person.user.name} has no file {id}")
    return file


async def _search(person: Person, given: Given) -> Any:
    """In a message, where `ts` names one; else in the modal, or on the Home tab."""
    typed = str(given["typed"])
    if "ts" in given:
        return await person.searches_in(given["channel"], given["ts"], _what(given), typed)
    if given.get("home") or "block_id" in given:
        return await person.form.search(_view(person, given), _what(given), typed)
    return await person.searches(given["field"], typed)


async def _submit(person: Person, given: Given) -> Any:
    await _enter(person, given)
    return await person.submits()


async def _close(person: Person, given: Given) -> Any:
    for field in given.get("fields", []):
        # The app may have changed the window while the person reached for the cross: it closes all the same.
        with suppress(NothingThere, CannotFill, Refused, TypeError, ValueError):
            await _enter(person, {"fields": [field]})
    if person.modal is not None:
        await (person.closes_all() if given.get("all") else person.closes())


ACTS: dict[str, Act] = {
    "press": _press,
    "click": _click,
    "type": _type,
    "write": _write,
    "upload": _upload,
    "react": _react,
    "shortcut": _shortcut,
    "home": _home,
    "fill": _fill,
    "search": _search,
    "submit": _submit,
    "close": _close,
}
