"""The interactive elements, with Slack's limits, and which block may hold which.

https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.parts import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH,
    IMAGE,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    URL,
    initial_is_offered,
    plain,
)
from sandbox.slack.blockkit.rich_text import RICH_TEXT
from sandbox.slack.blockkit.shapes import (
    Check,
    Findings,
    Rule,
    choice,
    flag,
    items,
    one_of,
    shape,
    string,
    together,
    variant,
    whole,
)

STYLE = choice("primary", "danger")
PLACEHOLDER = plain(150)
LABEL = string(1, 75)
DATE = string(10, 10, r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = string(5, 5, r"([01]\d|2[0-3]):[0-5]\d")
DECIMAL = string(1, 100, r"-?\d+(\.\d+)?")
ID = string(1, 255)


def _element(required: Mapping[str, Check], optional: Mapping[str, Check], rule: Rule | None = None) -> Check:
    return shape(required, {"action_id": ACTION_ID, **optional}, rule)


def _menu(optional: Mapping[str, Check], *, many: bool = False, rule: Rule | None = None) -> Check:
    """What all select menus share; `many` for those that take several choices."""
    most = {"max_selected_items": whole(1)} if many else {}
    shared = {"placeholder": PLACEHOLDER, "confirm": CONFIRM, "focus_on_load": flag}
    return _element({}, {**shared, **most, **optional}, rule)


def _typed(
    optional: Mapping[str, Check], required: Mapping[str, Check] | None = None, rule: Rule | None = None
) -> Check:
    """What all fields people type into share."""
    shared = {"placeholder": PLACEHOLDER, "focus_on_load": flag, "dispatch_action_config": DISPATCH}
    return _element(required or {}, {**shared, **optional}, rule)


def _fits_its_length(value: dict[str, Any], at: str, findings: Findings) -> None:
    least, most, initial = value.get("min_length"), value.get("max_length"), value.get("initial_value")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        findings.say("min_length must not exceed max_length", f"{at}/min_length")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        findings.say(f"must be less than {most + 1} characters", f"{at}/initial_value")


_STATIC = {"options": items(OPTION, 1, 100), "option_groups": items(OPTION_GROUP, 1, 100)}
_STATIC_RULE = together(one_of("options", "option_groups"), initial_is_offered)
_EXTERNAL = {"min_query_length": whole(0)}
_FEEDBACK = shape({"text": plain(75), "value": string(1, 2000)}, {"accessibility_label": LABEL})

BUTTON = _element(
    {"text": plain(75)},
    {
        "url": URL,
        "value": string(0, 2000),
        "style": STYLE,
        "confirm": CONFIRM,
        "accessibility_label": LABEL,
        "agent_prompt": string(1, 4000),
    },
)
WORKFLOW_BUTTON = _element(
    {
        "text": plain(75),
        "workflow": shape(
            {
                "trigger": shape(
                    {"url": URL}, {"customizable_input_parameters": items(shape({"name": ID, "value": string(0)}))}
                )
            }
        ),
    },
    {"style": STYLE, "accessibility_label": LABEL},
)
OVERFLOW = _element({"options": items(OVERFLOW_OPTION, 1, 5)}, {"confirm": CONFIRM})

MENUS: dict[str, Check] = {
    "static_select": _menu({**_STATIC, "initial_option": OPTION}, rule=_STATIC_RULE),
    "external_select": _menu({**_EXTERNAL, "initial_option": OPTION}),
    "users_select": _menu({"initial_user": ID}),
    "conversations_select": _menu(
        {
            "initial_conversation": ID,
            "default_to_current_conversation": flag,
            "response_url_enabled": flag,
            "filter": CONVERSATION_FILTER,
        }
    ),
    "channels_select": _menu({"initial_channel": ID, "response_url_enabled": flag}),
}
MULTI_MENUS: dict[str, Check] = {
    "multi_static_select": _menu({**_STATIC, "initial_options": items(OPTION, 1, 100)}, many=True, rule=_STATIC_RULE),
    "multi_external_select": _menu({**_EXTERNAL, "initial_options": items(OPTION, 1, 100)}, many=True),
    "multi_users_select": _menu({"initial_users": items(ID)}, many=True),
    "multi_conversations_select": _menu(
        {
            "initial_conversations": items(ID),
            "default_to_current_conversation": flag,
            "filter": CONVERSATION_FILTER,
        },
        many=True,
    ),
    "multi_channels_select": _menu({"initial_channels": items(ID)}, many=True),
}
CHOICES: dict[str, Check] = {
    "checkboxes": _element(
        {"options": items(RICH_OPTION, 1, 10)},
        {"initial_options": items(RICH_OPTION, 1, 10), "confirm": CONFIRM, "focus_on_load": flag},
        initial_is_offered,
    ),
    "radio_buttons": _element(
        {"options": items(RICH_OPTION, 1, 10)},
        {"initial_option": RICH_OPTION, "confirm": CONFIRM, "focus_on_load": flag},
        initial_is_offered,
    ),
}
PICKERS: dict[str, Check] = {
    "datepicker": _menu({"initial_date": DATE}),
    "timepicker": _menu({"initial_time": TIME, "timezone": ID}),
    "datetimepicker": _element(
        {}, {"initial_date_time": whole(1_000_000_000, 9_999_999_999), "confirm": CONFIRM, "focus_on_load": flag}
    ),
}
FIELDS: dict[str, Check] = {
    "plain_text_input": _typed(
        {
            "initial_value": string(0, 3000),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        rule=_fits_its_length,
    ),
    "email_text_input": _typed({"initial_value": string(0, 3000)}),
    "url_text_input": _typed({"initial_value": string(0, 3000)}),
    "number_input": _typed(
        {"initial_value": DECIMAL, "min_value": DECIMAL, "max_value": DECIMAL}, {"is_decimal_allowed": flag}
    ),
    "rich_text_input": _typed({"initial_value": variant({"rich_text": RICH_TEXT})}),
    "file_input": _element({}, {"filetypes": items(string(1, 40)), "max_files": whole(1, 10)}),
}

IN_SECTION = variant(
    {
        "button": BUTTON,
        "workflow_button": WORKFLOW_BUTTON,
        "overflow": OVERFLOW,
        "image": IMAGE,
        **MENUS,
        **MULTI_MENUS,
        **CHOICES,
        "datepicker": PICKERS["datepicker"],
        "timepicker": PICKERS["timepicker"],
    }
)
IN_ACTIONS = variant(
    {
        "button": BUTTON,
        "workflow_button": WORKFLOW_BUTTON,
        "overflow": OVERFLOW,
        **MENUS,
        **MULTI_MENUS,
        **CHOICES,
        **PICKERS,
    }
)
IN_INPUT = variant({**MENUS, **MULTI_MENUS, **CHOICES, **PICKERS, **FIELDS})
IN_CARD = variant({"button": BUTTON, "overflow": OVERFLOW})
IN_CONTEXT_ACTIONS = variant(
    {
        "feedback_buttons": _element({"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {}),
        "icon_button": _element(
            {"icon": ID, "text": plain(75)},
            {
                "value": string(0, 2000),
                "confirm": CONFIRM,
                "accessibility_label": LABEL,
                "visible_to_user_ids": items(ID),
            },
        ),
    }
)
