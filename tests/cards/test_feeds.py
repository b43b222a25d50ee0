"""A feed's card while the marketplace works: how far it is, in words that are true at that moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.cards.feeds import progress_blocks
from bot.domain.imports import Progress

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("IMPORTING", 240, 300, moved_at=NOW), "no errors so far"),
        (Progress("NEW", moved_at=NOW), "no errors so far"),
        (Progress("IMPORTING", 300, 300, moved_at=NOW), "no errors"),
        (Progress("IMPORTED", 300, 300, moved_at=NOW, afterwork_done=False), "no errors"),
        (Progress("DONE", 300, 300, moved_at=NOW), "no errors"),
        (Progress("DONE", 300, 300, 4, moved_at=NOW), "*4 errors*"),
        (Progress("DOWNLOADING_FAILED", moved_at=NOW), ""),
    ],
)
def test_nothing_is_so_far_once_the_last_line_is_worked_through(progress: Progress, words: str) -> None:
    told = [element["text"] for block in progress_blocks(progress, NOW) for element in block.get("elements") or ()]

    assert [text for text in told if "error" in text] == ([words] if words else [])
