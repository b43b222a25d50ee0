"""The structure of rich_text: sections, lists, quotes and preformatted text, and what stands inside them.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

from sandbox.slack.blockkit.shapes import Check, choice, flag, items, shape, string, variant, whole

STYLE = shape(
    {},
    {
        "bold": flag,
        "italic": flag,
        "strike": flag,
        "code": flag,
        "underline": flag,
        "highlight": flag,
        "client_highlight": flag,
        "unlink": flag,
    },
)
ID = string(1, 255)

INLINE: dict[str, Check] = {
    "text": shape({"text": string(1)}, {"style": STYLE}),
    "link": shape({"url": string(1, 3000)}, {"text": string(0), "unsafe": flag, "style": STYLE}),
    "emoji": shape({"name": string(1, 100)}, {"unicode": string(1, 100), "skin_tone": whole(1, 6), "style": STYLE}),
    "user": shape({"user_id": ID}, {"style": STYLE}),
    "usergroup": shape({"usergroup_id": ID}, {"style": STYLE}),
    "channel": shape({"channel_id": ID}, {"style": STYLE}),
    "team": shape({"team_id": ID}, {"style": STYLE}),
    "broadcast": shape({"range": choice("here", "channel", "everyone")}, {"style": STYLE}),
    "color": shape({"value": string(4, 9, r"#[0-9A-Fa-f]{3,8}")}),
    "date": shape(
        {"timestamp": whole(0), "format": string(1, 255)},
        {"url": string(1, 3000), "fallback": string(1), "style": STYLE},
    ),
}
_BORDER = whole(0, 1)
_INSIDE = items(variant(INLINE), 0)
SECTION = shape({"elements": _INSIDE})

RICH_TEXT = shape(
    {
        "elements": items(
            variant(
                {
                    "rich_text_section": SECTION,
                    "rich_text_list": shape(
                        {
                            "style": choice("bullet", "ordered"),
                            "elements": items(variant({"rich_text_section": SECTION}), 1),
                        },
                        {"indent": whole(0, 8), "offset": whole(0), "border": _BORDER},
                    ),
                    "rich_text_preformatted": shape(
                        {"elements": items(variant({kind: INLINE[kind] for kind in ("text", "link")}), 0)},
                        {"border": _BORDER, "language": string(1, 40)},
                    ),
                    "rich_text_quote": shape({"elements": _INSIDE}, {"border": _BORDER}),
                }
            ),
            1,
        )
    },
    {"block_id": string(1, 255)},
)
