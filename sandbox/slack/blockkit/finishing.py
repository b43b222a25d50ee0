"""What Slack adds to blocks before it keeps them: ids that were left out, and `emoji` on plain text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.slack.blockkit.reading import Block, parts


def finished(blocks: list[Block], new_id: Callable[[], str]) -> list[Block]:
    """`blocks` as Slack gives them back. The blocks handed in are left as they are."""
    done = [_finished(block) for block in blocks]
    for block in done:
        block.setdefault("block_id", new_id())
    for part in parts(done):
        part.element.setdefault("action_id", new_id())
    return done


def _finished(value: Any) -> Any:
    if isinstance(value, dict):
        copy = {name: _finished(inside) for name, inside in value.items()}
        if copy.get("type") == "plain_text":
            copy.setdefault("emoji", True)
        return copy
    if isinstance(value, list):
        return [_finished(item) for item in value]
    return value
