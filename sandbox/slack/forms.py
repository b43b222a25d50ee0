"""What people put into fields: how each element keeps its value in `state.values`, and how a value is read from words.

https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload (state.values)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.slack.blockkit.parts import offered
from sandbox.slack.blockkit.reading import Part, plain_words

Entry = dict[str, Any]

# Element type -> (field of the state entry, field of the element that presets it, the empty value).
_FIELDS: dict[str, tuple[str, str, Any]] = {
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "external_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "multi_static_select": ("selected_options", "initial_options", []),
    "multi_external_select": ("selected_options", "initial_options", []),
    "checkboxes": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", []),
    "channels_select": ("selected_channel", "initial_channel", None),
    "multi_channels_select": ("selected_channels", "initial_channels", []),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
    "file_input": ("files", "", []),
}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class CannotFill(Exception):
    """Slack's own window would not let a person enter this."""


@dataclass(frozen=True)
class Names:
    """How words become ids: people, channels, and files a person picks. Each raises `CannotFill`."""

    user: Callable[[str], str]
    channel: Callable[[str], str]
    file: Callable[[Any], dict[str, Any]]


def preset(element: dict[str, Any]) -> Entry:
    """The state entry of an element nobody has touched."""
    field, initial, empty = _FIELDS[element["type"]]
    value = element.get(initial) if initial else None
    if value is None:
        value = list(empty) if isinstance(empty, list) else empty
    return {"type": element["type"], field: value}


def is_empty(entry: Entry) -> bool:
    field = _FIELDS[entry["type"]][0]
    return entry.get(field) in (None, "", [])


def chosen(entry: Entry) -> Entry:
    """The fields of a state entry that a block_actions action carries."""
    return {name: value for name, value in entry.items() if name != "type"}


def filled(part: Part, given: Any, names: Names, suggestions: list[dict[str, Any]] | None = None) -> Entry:
    """The state entry after a person put `given` into the element; None or nothing empties it.

    Options are named by their label or their value, people and channels by name or id. Raises `CannotFill`.
    """
    element = part.element
    kind = element["type"]
    field, _, empty = _FIELDS[kind]
    if given is None or given in ("", []):
        return {"type": kind, field: list(empty) if isinstance(empty, list) else empty}
    if isinstance(empty, list):
        given = given if isinstance(given, list) else [given]
        most = element.get("max_selected_items") or element.get("max_files") or (10 if kind == "file_input" else 100)
        if len(given) > most:
            raise CannotFill(f"{part.label}: at most {most} can be chosen")
        return {"type": kind, field: [_read(element, part, each, names, suggestions) for each in given]}
    return {"type": kind, field: _read(element, part, given, names, suggestions)}


def picked(given: Any) -> list[dict[str, Any]] | None:
    """Whole options, as a person picks them from a list they were shown; None when it is anything else."""
    chosen = given if isinstance(given, list) else [given]
    whole = all(isinstance(each, dict) and "value" in each and "text" in each for each in chosen)
    return chosen if chosen and whole else None


def _read(element: dict[str, Any], part: Part, given: Any, names: Names, found: list[dict[str, Any]] | None) -> Any:
    kind = str(element["type"])
    if kind == "file_input":
        return names.file(given)
    if kind.endswith("external_select"):
        return _option(part, given, found or [])
    if kind in ("static_select", "multi_static_select", "radio_buttons", "checkboxes"):
        return _option(part, given, offered(element))
    if "users_select" in kind:
        return names.user(given)
    if "conversations_select" in kind or "channels_select" in kind:
        return names.channel(given)
    if kind == "datetimepicker":
        return int(given)
    if kind == "rich_text_input":
        return given if isinstance(given, dict) else _rich(str(given))
    return _typed(element, part, str(given))


def _typed(element: dict[str, Any], part: Part, given: str) -> str:
    kind = element["type"]
    most = element.get("max_length", 3000)
    if kind == "plain_text_input" and len(given) > most:
        raise CannotFill(f"{part.label}: {len(given)} characters, the field takes {most}")
    form = {"datepicker": _DATE, "timepicker": _TIME, "number_input": _NUMBER}.get(kind)
    if form and not form.fullmatch(given):
        raise CannotFill(f"{part.label}: {given!r} cannot be entered into a {kind}")
    return given


def _option(part: Part, given: Any, options: list[dict[str, Any]]) -> dict[str, Any]:
    for option in options:
        if given in (option.get("value"), plain_words(option.get("text"))) or given == option:
            return option
    labels = ", ".join(plain_words(option.get("text")) for option in options)
    raise CannotFill(f"{part.label}: no option {given!r}; there are: {labels or 'none'}")


def _rich(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def complaint(part: Part, entry: Entry) -> str | None:
    """What Slack's own window says before it sends a form: something required is empty, or too short, or no number."""
    element = part.element
    if is_empty(entry):
        return None if part.block.get("optional") else "Please complete this required field."
    value = entry.get("value")
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if element["type"] == "number_input" and isinstance(value, str):
        return _number_complaint(element, value)
    if element["type"] == "email_text_input" and isinstance(value, str) and not re.fullmatch(r"\S+@\S+\.\S+", value):
        return "Please enter a valid e-mail address."
    if element["type"] == "url_text_input" and isinstance(value, str) and not re.match(r"https?://\S+$", value):
        return "Please enter a valid URL."
    return None


def _number_complaint(element: dict[str, Any], value: str) -> str | None:
    if "." in value and not element.get("is_decimal_allowed"):
        return "Please enter a whole number."
    if "min_value" in element and float(value) < float(element["min_value"]):
        return f"Please enter at least {element['min_value']}."
    if "max_value" in element and float(value) > float(element["max_value"]):
        return f"Please enter at most {element['max_value']}."
    return None
