"""Every block, with Slack's limits, and which surface shows which.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.slack.blockkit.elements import IN_ACTIONS, IN_CARD, IN_CONTEXT_ACTIONS, IN_INPUT, IN_SECTION
from sandbox.slack.blockkit.parts import IMAGE, SLACK_FILE, URL, mrkdwn, plain, text
from sandbox.slack.blockkit.rich_text import RICH_TEXT
from sandbox.slack.blockkit.shapes import (
    Check,
    Findings,
    Rule,
    anything,
    choice,
    flag,
    items,
    nullable,
    number,
    one_of,
    shape,
    some_of,
    string,
    variant,
    whole,
)

BLOCK_ID = string(1, 255)


def _block(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None, rule: Rule | None = None
) -> Check:
    return shape(required, {"block_id": BLOCK_ID, **(optional or {})}, rule)


def _input_rule(value: dict[str, Any], at: str, findings: Findings) -> None:
    element = value.get("element")
    if isinstance(element, dict) and element.get("type") == "file_input" and value.get("dispatch_action"):
        findings.say("file_input does not support dispatch_action", f"{at}/dispatch_action")


def _rows_of_one_width(value: dict[str, Any], at: str, findings: Findings) -> None:
    rows = [row for row in value.get("rows") or [] if isinstance(row, list)]
    for place, row in enumerate(rows):
        if len(row) != len(rows[0]):
            findings.say("all rows must have the same number of cells", f"{at}/rows/{place}")
    for place, cell in enumerate(rows[0] if rows else []):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            findings.say("rich_text cannot be used for header cells", f"{at}/rows/0/{place}")


_CELL = variant(
    {
        "raw_text": shape({"text": string(1)}),
        "raw_number": shape({"value": number, "text": string(1)}),
        "rich_text": RICH_TEXT,
    }
)
_COLUMN = nullable(shape({}, {"align": choice("left", "center", "right"), "is_wrapped": flag}))
_POINTS = items(shape({"label": string(1), "value": number}), 1, 20)
_PLOT = shape(
    {"series": items(shape({"name": string(1), "data": _POINTS}), 1, 6), "axis_config": anything},
)
_CARD = _block(
    {},
    {
        "hero_image": variant({"image": IMAGE}),
        "icon": variant({"image": IMAGE}),
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": items(IN_CARD, 1, 5),
    },
    some_of("hero_image", "title", "actions", "body"),
)
_TASK = _block(
    {"task_id": string(1, 255), "title": string(1), "status": choice("pending", "in_progress", "complete", "error")},
    {
        "details": variant({"rich_text": RICH_TEXT}),
        "output": variant({"rich_text": RICH_TEXT}),
        "sources": items(variant({"url": shape({"url": URL, "text": string(1)})})),
    },
)

EVERYWHERE: dict[str, Check] = {
    "section": _block(
        {},
        {"text": text(3000), "fields": items(text(2000), 1, 10), "accessory": IN_SECTION, "expand": flag},
        some_of("text", "fields"),
    ),
    "header": _block({"text": plain(150)}),
    "divider": _block(),
    "image": _block(
        {"alt_text": string(1, 2000)},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
        one_of("image_url", "slack_file"),
    ),
    "context": _block(
        {"elements": items(variant({"image": IMAGE, "plain_text": plain(3000), "mrkdwn": mrkdwn(3000)}), 1, 10)}
    ),
    "actions": _block({"elements": items(IN_ACTIONS, 1, 25)}),
    "input": _block(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
        _input_rule,
    ),
    "rich_text": RICH_TEXT,
    "video": _block(
        {"title": plain(200), "video_url": URL, "thumbnail_url": URL, "alt_text": string(1, 2000)},
        {
            "title_url": URL,
            "author_name": string(1, 50),
            "provider_name": string(1, 200),
            "provider_icon_url": URL,
            "description": plain(200),
        },
    ),
    "alert": _block({"text": text(3000)}, {"level": choice("default", "info", "warning", "error", "success")}),
}

_CHILD = {**EVERYWHERE, "card": _CARD}

# These are shown in messages alone.
IN_MESSAGES: dict[str, Check] = {
    **EVERYWHERE,
    "markdown": _block({"text": string(1, 12_000)}),
    "file": _block({"external_id": string(1, 255), "source": choice("remote")}),
    "context_actions": _block({"elements": items(IN_CONTEXT_ACTIONS, 1, 5)}),
    "table": _block({"rows": items(items(_CELL, 1, 20), 1, 100)}, {"column_settings": items(_COLUMN, 1, 20)}),
    "data_table": _block(
        {"caption": string(1), "rows": items(items(_CELL, 1, 20), 2, 101)},
        {"page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
        _rows_of_one_width,
    ),
    "data_visualization": _block(
        {
            "title": string(1, 50),
            "chart": variant(
                {
                    "pie": shape({"segments": items(shape({"label": string(1), "value": number}), 1, 6)}),
                    "bar": _PLOT,
                    "area": _PLOT,
                    "line": _PLOT,
                }
            ),
        }
    ),
    "card": _CARD,
    "carousel": _block({"elements": items(variant({"card": _CARD}), 1, 10)}),
    "container": _block(
        {"child_blocks": items(variant(_CHILD), 1, 10)},
        {
            "title": plain(150),
            "rich_text_title": variant({"rich_text": RICH_TEXT}),
            "subtitle": text(150),
            "width": choice("narrow", "standard", "wide", "full"),
            "icon": variant({"image": IMAGE}),
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        some_of("title", "rich_text_title"),
    ),
    "task_card": _TASK,
    "plan": _block({"title": string(1)}, {"tasks": items(variant({"task_card": _TASK}), 0)}),
}

MESSAGE_BLOCK = variant(IN_MESSAGES)
VIEW_BLOCK = variant(EVERYWHERE)
