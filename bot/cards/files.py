"""Files as Slack describes them, in modals and in events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.cards.blocks import Block, plain_text

MOST_FILES = 10


@dataclass(frozen=True)
class SlackFile:
    """A file somebody gave us in Slack. `mime` and `size` (bytes) are what Slack says; `url` needs the bot's token."""

    id: str
    name: str
    mime: str
    size: int
    url: str


def file_of(described: dict[str, Any]) -> SlackFile:
    """From a file object (docs.slack.dev/reference/objects/file-object). Missing parts are empty."""
    return SlackFile(
        id=str(described.get("id") or ""),
        name=str(described.get("name") or described.get("title") or "file"),
        mime=str(described.get("mimetype") or "application/octet-stream"),
        size=int(described.get("size") or 0),
        url=str(described.get("url_private_download") or described.get("url_private") or ""),
    )


def file_input(block_id: str, label: str, *, kinds: tuple[str, ...] = (), most: int = MOST_FILES, hint: str) -> Block:
    """A field for files, read by `read_files`. `kinds` are endings like "pdf", a convenience and no check."""
    element: Block = {"type": "file_input", "action_id": "files", "max_files": most}
    if kinds:
        element["filetypes"] = list(kinds)
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": plain_text(label, 200),
        "hint": plain_text(hint, 500),
        "element": element,
    }


def read_files(view: dict[str, Any], block_id: str) -> tuple[SlackFile, ...]:
    """The files given in the field `block_id` of a submitted modal."""
    field = view.get("state", {}).get("values", {}).get(block_id, {})
    return tuple(file_of(described) for described in (field.get("files") or {}).get("files") or [])
