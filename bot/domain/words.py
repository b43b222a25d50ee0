"""Other people's words made harmless and short enough to show. Pure."""

from __future__ import annotations

import re
import unicodedata

import re2

# Controls, lone surrogates (no answer to Slack can carry them), and what is drawn as nothing: zero-width characters,
# bidirectional overrides, tags, fillers. They reorder or hide what stands beside them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Below these nothing is an accent of its own, so most words of our storefronts need no second look.
_BEYOND_LATIN = re.compile("[\u0300-\U0010ffff]")
# Piled-up accents run over the lines above and below, and thousands of them take seconds to put in order.
_PILE = re2.compile(r"(\p{M}{3})\p{M}+")


def plain(text: str, limit: int) -> str:
    """`text` without hidden characters and with at most `limit` characters, an ellipsis telling that more follows."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text.strip()  # Most words of a card: there is nothing to look for in them.
    whole = len(text) <= limit * 4
    text = _LINE_BREAKS.sub("\n", text[: limit * 4])
    text = _HIDDEN.sub("", text)
    if _BEYOND_LATIN.search(text):
        text = unicodedata.normalize("NFC", _PILE.sub(r"\1", text))
    text = text.strip()
    if whole and len(text) <= limit:
        return text
    return text[: max(limit - 1, 0)].rstrip() + "…"[:limit]


def one_line(text: str, limit: int) -> str:
    """As `plain`, with all white space as single spaces."""
    return plain(" ".join(plain(text, limit * 2).split()), limit)


def escaped(text: str, limit: int) -> str:
    """`text` for mrkdwn and notification texts: no mention, link or command can be written with it.

    Shortened before it is escaped, so that no entity is cut in half; escaping may make it up to five times as long.
    """
    return one_line(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
