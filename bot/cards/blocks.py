"""Block Kit in a dozen words, within Slack's limits.

Text of buyers and of the marketplace goes through `quote`, `words` or `plain_text`, never into mrkdwn unescaped.
Limits: https://docs.slack.dev/reference/block-kit/blocks (section 3,000, field 2,000, button 75, header 150).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.words import one_line, plain

Block = dict[str, Any]

TEXT_LIMIT = 3000
QUOTE_LIMIT = 2400


@dataclass(frozen=True)
class Card:
    """A message: `text` is what notifications and screen readers say, `blocks` what people see."""

    text: str
    blocks: list[Block]

    @property
    def digest(self) -> str:
        """Equal for equal cards, so that what is already shown is not sent again."""
        raw = json.dumps([self.text, self.blocks], ensure_ascii=True, sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(raw.encode(), digest_size=16).hexdigest()


def plain_text(text: str, limit: int = TEXT_LIMIT) -> Block:
    return {"type": "plain_text", "text": plain(text, limit) or " ", "emoji": False}


def mrkdwn(text: str) -> Block:
    """Our own words, or parts already `escaped`."""
    return {"type": "mrkdwn", "text": text[:TEXT_LIMIT] or " ", "verbatim": True}


def section(text: str, *, picture: tuple[str, str] | None = None) -> Block:
    """A paragraph in mrkdwn; `picture` is (address, words for those who cannot see it)."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    if picture:
        block["accessory"] = image(*picture)
    return block


def image(address: str, words: str) -> Block:
    return {"type": "image", "image_url": address[:3000], "alt_text": one_line(words, 200) or "picture"}


def context(*parts: Block | str) -> Block:
    """A small line. Strings are our own mrkdwn."""
    return {
        "type": "context",
        "elements": [mrkdwn(part) if isinstance(part, str) else part for part in parts[:10]],
    }


def divider() -> Block:
    return {"type": "divider"}


def quote(text: str, limit: int = QUOTE_LIMIT) -> Block:
    """Somebody else's words, visibly quoted and inert."""
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": plain(text, limit) or "(no text)"}]}
        ],
    }


def words(*parts: tuple[str, bool]) -> Block:
    """A typed paragraph of (text, bold) parts: inert whatever the text says."""
    return {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": plain(text, 1000), **({"style": {"bold": True}} if bold else {})}
                    for text, bold in parts
                    if text
                ],
            }
        ],
    }


def confirm(title: str, text: str, yes: str, *, danger: bool = False) -> Block:
    return {
        "title": plain_text(title, 100),
        "text": plain_text(text, 300),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Cancel", 30),
        **({"style": "danger"} if danger else {}),
    }


def button(
    label: str, action: str, value: str, *, style: str | None = None, ask: Block | None = None, says: str | None = None
) -> Block:
    """`action` is the noun.verb people's click is listened to by; `says` is read to those who cannot see the card."""
    block: Block = {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label, "emoji": True},
        "value": value,
    }
    if style:
        block["style"] = style
    if ask:
        block["confirm"] = ask
    if says:
        block["accessibility_label"] = one_line(says, 75)
    return block


def buttons(*elements: Block | None, block_id: str | None = None) -> list[Block]:
    """A row of buttons, or nothing: Slack rejects an empty row."""
    shown = [element for element in elements if element]
    if not shown:
        return []
    return [{"type": "actions", "elements": shown, **({"block_id": block_id} if block_id else {})}]


def text_input(
    block_id: str, label: str, *, hint: str | None = None, initial: str = "", most: int = 3000, least: int = 1
) -> Block:
    """A large text field; read its value from `state.values[block_id]["text"]["value"]`."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": "text",
        "multiline": True,
        "min_length": least,
        "max_length": most,
    }
    if initial:
        element["initial_value"] = initial[:most]
    block: Block = {"type": "input", "block_id": block_id, "label": plain_text(label, 2000), "element": element}
    if hint:
        block["hint"] = plain_text(hint, 2000)
    return block


def modal(
    callback: str, title: str, blocks: Iterable[Block], *, submit: str | None = None, metadata: str = ""
) -> Block:
    view: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain_text(title, 24),
        "close": plain_text("Cancel" if submit else "Close", 24),
        "blocks": list(blocks),
        "private_metadata": metadata,
    }
    if submit:
        view["submit"] = plain_text(submit, 24)
    return view


def moment(at: datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """A time every reader sees in their own zone; the fallback is UTC."""
    return f"<!date^{int(at.timestamp())}^{form}|{at:%Y-%m-%d %H:%M} UTC>"
