"""Other people's words made harmless and short enough to show. Pure."""

from __future__ import annotations

import re
import unicodedata

# Controls, zero-width characters and bidirectional overrides reorder or hide what stands beside them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
_MARKS = re.compile(
    r"([\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def plain(text: str, limit: int) -> str:
    """`text` without hidden characters and with at most `limit` characters, an ellipsis telling that more follows."""
    text = text[: limit * 4]
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _HIDDEN.sub("", unicodedata.normalize("NFC", text))
    text = _MARKS.sub(r"\1", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int) -> str:
    return plain(" ".join(plain(text, limit * 2).split()), limit)


def escaped(text: str, limit: int) -> str:
    """`text` for mrkdwn and notification texts: no mention, link or command can be written with it.

    Shortened before it is escaped, so that no entity is cut in half.
    """
    return one_line(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
