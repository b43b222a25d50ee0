"""What stands in for a window: while it loads, and when it cannot be filled."""

from __future__ import annotations

from bot.cards.blocks import Block, modal, section
from bot.domain.words import escaped


def loading_modal(title: str) -> Block:
    return modal("loading", title, [section("Asking the marketplace …")])


def trouble_modal(title: str, sentence: str) -> Block:
    """Shown instead of a modal that cannot be filled; says what to do next."""
    return modal("trouble", title, [section(f":warning: {escaped(sentence, 600)}")])
