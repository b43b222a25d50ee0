"""Everything Block Kit has that the page draws: one message, one modal and one Home view that hold it all."""

from __future__ import annotations

from typing import Any

Block = dict[str, Any]

NOON = 1_795_608_000  # 2026-11-25 12:00 UTC


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str, **more: Any) -> Block:
    return {"text": plain(text), "value": value, **more}


OPTIONS = [option("Late parcel", "late"), option("Damage", "damage", description=plain("with a photo"))]
CONFIRM = {
    "title": plain("Sure?"),
    "text": mrkdwn("It *cannot* be undone."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": " italic", "style": {"italic": True}},
                {"type": "text", "text": " struck", "style": {"strike": True}},
                {"type": "text", "text": " "},
                {"type": "text", "text": "code", "style": {"code": True}},
                {"type": "text", "text": " "},
                {"type": "link", "url": "https://example.com/", "text": "a link"},
                {"type": "text", "text": " "},
                {"type": "emoji", "name": "package"},
                {"type": "text", "text": " "},
                {"type": "user", "user_id": "U0BEN00001"},
                {"type": "text", "text": " "},
                {"type": "usergroup", "usergroup_id": "S0LEADS001"},
                {"type": "text", "text": " "},
                {"type": "channel", "channel_id": "C0RETURNS1"},
                {"type": "text", "text": " "},
                {"type": "broadcast", "range": "here"},
                {"type": "text", "text": " "},
                {"type": "date", "timestamp": NOON, "format": "{date_num} {time}", "fallback": "then"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]} for text in ("one", "two")
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first of all"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "<b>a buyer's words</b>"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "def f():\n    pass"}]},
    ],
}
TABLE = {
    "type": "table",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}],
    "rows": [
        [{"type": "raw_text", "text": "Product"}, {"type": "raw_text", "text": "Price"}],
        [{"type": "raw_text", "text": "Kettle"}, {"type": "raw_text", "text": "39.90 €"}],
    ],
}
MARKDOWN = {
    "type": "markdown",
    "text": "# Heading\n\nSome **bold**, *italic* and `code`.\n\n- one\n- [x] done\n\n1. first\n\n> quoted\n\n"
    "```\ncode\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n[link](https://example.com) :tada:",
}
WORDS = (
    "*bold* _italic_ ~struck~ `code` <https://example.com|a link> <@U0ANA00001> <#C0SUPPORT1|support> "
    f"<!subteam^S0RETURNS1> <!here> :white_check_mark: <!date^{NOON}^{{date_num}} {{time}}|then> 5 &lt; 7 &amp; 8\n"
    "> a quote\n```pre\nformatted```\nnot*bold*here 2*3*4 https://example.com/bare"
)


def button(label: str, action_id: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": label, **more}


def menus() -> list[Block]:
    menu = {"placeholder": plain("Choose")}
    return [
        {"type": "static_select", "action_id": "static", "options": OPTIONS, "placeholder": plain("One of a list")},
        {
            "type": "external_select",
            "action_id": "external",
            "min_query_length": 0,
            "placeholder": plain("Ask the app"),
        },
        {"type": "users_select", "action_id": "users", "placeholder": plain("A person")},
        {"type": "channels_select", "action_id": "channels", "placeholder": plain("A channel")},
        {"type": "conversations_select", "action_id": "conversations", "placeholder": plain("A conversation")},
        {
            "type": "multi_static_select",
            "action_id": "many",
            "options": OPTIONS,
            "initial_options": OPTIONS[:1],
            **menu,
        },
    ]


def message(picture: str = "http://127.0.0.1:9/none.png") -> list[Block]:
    """A message with every block and every element a message may have; `picture` is the address of its picture."""
    return [
        {"type": "header", "text": plain("Everything :sparkles:")},
        {"type": "section", "text": mrkdwn(WORDS)},
        {
            "type": "section",
            "fields": [mrkdwn("*Order*\nMB7UWLD"), mrkdwn("*Price*\n12.50 €")],
            "accessory": {"type": "overflow", "action_id": "more", "options": OPTIONS},
        },
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("*small* print"), plain("and plain :eyes:")]},
        {"type": "image", "image_url": picture, "alt_text": "a kettle", "title": plain("Kettle")},
        {
            "type": "actions",
            "block_id": "buttons",
            "elements": [
                button("Plain", "b.plain"),
                button("Primary", "b.primary", style="primary"),
                button("Danger", "b.danger", style="danger", confirm=CONFIRM),
                button("Elsewhere", "b.url", url="https://example.com/"),
            ],
        },
        {"type": "actions", "block_id": "menus", "elements": menus()},
        {
            "type": "actions",
            "block_id": "pickers",
            "elements": [
                {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-25"},
                {"type": "timepicker", "action_id": "time", "initial_time": "14:05"},
                {"type": "checkboxes", "action_id": "boxes", "options": OPTIONS},
                {"type": "radio_buttons", "action_id": "radio", "options": OPTIONS, "initial_option": OPTIONS[0]},
            ],
        },
        RICH,
        MARKDOWN,
        {"type": "alert", "level": "warning", "text": mrkdwn("Slack *refuses* us.")},
        TABLE,
        {"type": "plan", "title": "A block this page does not know"},
    ]


def field(block_id: str, label: str, element: Block, **more: Any) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "v", **element},
        **more,
    }


def modal() -> Block:
    """A modal with a field of every kind."""
    return {
        "type": "modal",
        "callback_id": "gallery",
        "title": plain("Every field"),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": [
            field("line", "A line", {"type": "plain_text_input", "max_length": 20}, hint=plain("At most twenty")),
            field("lines", "Many lines", {"type": "plain_text_input", "multiline": True}, optional=True),
            field("number", "A number", {"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}),
            field("mail", "E-mail", {"type": "email_text_input"}, optional=True),
            field("url", "Address", {"type": "url_text_input"}, optional=True),
            field("static", "From a list", {"type": "static_select", "options": OPTIONS}),
            field("external", "Asked for", {"type": "external_select", "min_query_length": 2}, optional=True),
            field("people", "People", {"type": "multi_users_select"}, optional=True),
            field("channel", "Channel", {"type": "channels_select"}, optional=True),
            field("date", "Day", {"type": "datepicker"}, optional=True),
            field("time", "Time", {"type": "timepicker"}, optional=True),
            field("moment", "Moment", {"type": "datetimepicker", "initial_date_time": NOON}, optional=True),
            field("boxes", "Boxes", {"type": "checkboxes", "options": OPTIONS}, optional=True),
            field("radio", "One of two", {"type": "radio_buttons", "options": OPTIONS}, optional=True),
            field("file", "A file", {"type": "file_input", "max_files": 2}, optional=True),
            field("rich", "Rich", {"type": "rich_text_input"}, optional=True),
            {"type": "actions", "block_id": "tools", "elements": [button("Preview", "preview")]},
        ],
    }


def home() -> Block:
    return {
        "type": "home",
        "blocks": [
            {"type": "header", "text": plain("Your open tickets")},
            {"type": "section", "text": mrkdwn("*3* wait for you"), "accessory": button("Refresh", "home.refresh")},
            {"type": "divider"},
            {"type": "section", "text": mrkdwn("🇩🇪 *Parcel is late* · Ana")},
        ],
    }
