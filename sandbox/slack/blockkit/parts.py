"""The small objects blocks and elements are built from: text, options, confirm dialogs, files, filters.

Limits: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

from typing import Any

from sandbox.slack.blockkit.shapes import Check, Findings, choice, flag, items, one_of, shape, string, variant

ACTION_ID = string(1, 255)
URL = string(1, 3000, r"\S+")
OPTION_TEXT = 75
OPTION_VALUE = 150


def plain(most: int) -> Check:
    """A plain_text object of at most `most` characters."""
    return variant({"plain_text": shape({"text": string(1, most)}, {"emoji": flag})})


def mrkdwn(most: int) -> Check:
    return variant({"mrkdwn": _mrkdwn_shape(most)})


def text(most: int) -> Check:
    """A plain_text or mrkdwn object of at most `most` characters."""
    return variant({"plain_text": shape({"text": string(1, most)}, {"emoji": flag}), "mrkdwn": _mrkdwn_shape(most)})


def _mrkdwn_shape(most: int) -> Check:
    return shape({"text": string(1, most)}, {"verbatim": flag})


CONFIRM = shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)

OPTION = shape({"text": plain(OPTION_TEXT), "value": string(1, OPTION_VALUE)}, {"description": plain(OPTION_TEXT)})
# Radio buttons and checkboxes alone may format their labels; only overflow items may carry a link.
RICH_OPTION = shape({"text": text(OPTION_TEXT), "value": string(1, OPTION_VALUE)}, {"description": text(OPTION_TEXT)})
OVERFLOW_OPTION = shape(
    {"text": plain(OPTION_TEXT), "value": string(1, OPTION_VALUE)}, {"description": plain(OPTION_TEXT), "url": URL}
)
OPTION_GROUP = shape({"label": plain(75), "options": items(OPTION, 1, 100)})

SLACK_FILE = shape({}, {"id": string(1, 255), "url": URL}, one_of("id", "url"))

DISPATCH = shape(
    {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 1, 2)},
)

CONVERSATION_FILTER = shape(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)

IMAGE = shape(
    {"alt_text": string(1, 2000)}, {"image_url": URL, "slack_file": SLACK_FILE}, one_of("image_url", "slack_file")
)


def offered(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Every option an element offers, also those inside groups."""
    options = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        if isinstance(group, dict):
            options += group.get("options") or []
    return [option for option in options if isinstance(option, dict)]


def initial_is_offered(value: dict[str, Any], at: str, findings: Findings) -> None:
    """What is chosen at first must be one of the options, word for word."""
    choices = offered(value)
    if "initial_option" in value and value["initial_option"] not in choices:
        findings.say("initial_option must exactly match one of the options", f"{at}/initial_option")
    for number, option in enumerate(value.get("initial_options") or []):
        if option not in choices:
            findings.say("initial_options must exactly match the options", f"{at}/initial_options/{number}")
