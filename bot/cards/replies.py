"""What stands in for a window: while it loads, and when it cannot be filled."""

from __future__ import annotations

import re

from bot.cards.blocks import Block, modal, section
from bot.domain.words import escaped


def loading_modal(title: str) -> Block:
    return modal("loading", title, [section("Asking the marketplace …")])


def trouble_modal(title: str, sentence: str) -> Block:
    """Shown instead of a modal that cannot be filled; says what to do next.

    People are named in it: a mention in a window calls nobody, so it may stay one.
    """
    said = re.sub(r"&lt;@([UW][A-Z0-9]{2,20})&gt;", r"<@\1>", escaped(sentence, 600))
    return modal("trouble", title, [section(f":warning: {said}")])
