"""Files: an upload in three steps, who may see one, and the file object.

https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

PRETTY = {"pdf": "PDF", "csv": "CSV", "png": "PNG", "jpg": "JPEG", "txt": "Plain Text", "zip": "Zip"}
PIECE = 64 * 1024


@dataclass
class OnDisk:
    """A file's content where it is more than anybody wants in memory. `announced` is the size Slack tells, where it is
    not the true one; `handed_out` counts the bytes that were asked for.
    """

    path: Path
    announced: int | None = None
    handed_out: int = 0

    def __len__(self) -> int:
        return self.path.stat().st_size if self.announced is None else self.announced

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                self.handed_out += len(piece)
                yield piece


Content = bytes | OnDisk


@dataclass
class Upload:
    """A file that was announced. `content` is there after step two, `done` after step three."""

    file_id: str
    token: str
    name: str
    length: int
    alt_text: str = ""
    content: bytes | None = None
    done: bool = False


@dataclass
class StoredFile:
    """A file in the workspace. `shares` are (channel, message ts); `for_app` marks what a form handed to the app."""

    id: str
    name: str
    title: str
    content: Content
    user_id: str
    team_id: str
    at: datetime
    for_app: bool = False
    deleted: bool = False
    shares: list[tuple[str, str, str | None]] = field(default_factory=list)

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].lower() if "." in self.name else "text"

    @property
    def mimetype(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def wire(self, base: str, kinds: dict[str, str], *, shares: bool) -> dict[str, Any]:
        """The file object; `kinds` tells of which kind each channel is. Right after an upload the shares are absent."""
        place = f"{base}/files-pri/{self.team_id}-{self.id}"
        name = quote(self.name)
        created = int(self.at.timestamp())
        wire: dict[str, Any] = {
            "id": self.id,
            "created": created,
            "timestamp": created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.extension,
            "pretty_type": PRETTY.get(self.extension, self.extension.upper()),
            "user": self.user_id,
            "user_team": self.team_id,
            "editable": False,
            "size": len(self.content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(kinds.get(channel) == "channel" for channel, _, _ in self.shares),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{place}/{name}",
            "url_private_download": f"{place}/download/{name}",
            "permalink": f"{base}/files/{self.user_id}/{self.id}/{name}",
            "permalink_public": f"{base}/files-pub/{self.team_id}-{self.id}",
            "comments_count": 0,
            "is_starred": False,
            "has_more_shares": False,
            "has_rich_preview": False,
            "file_access": "visible",
            "channels": [channel for channel, _, _ in self.shares if kinds.get(channel) == "channel"],
            "groups": [channel for channel, _, _ in self.shares if kinds.get(channel) == "group"],
            "ims": [channel for channel, _, _ in self.shares if kinds.get(channel) == "im"],
        }
        if shares and self.shares:
            wire["shares"] = self._shares(kinds)
        return wire

    def _shares(self, kinds: dict[str, str]) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for channel, ts, thread_ts in self.shares:
            side = "public" if kinds.get(channel) == "channel" else "private"
            share = {
                "ts": ts,
                **({"thread_ts": thread_ts} if thread_ts else {}),
                "team_id": self.team_id,
                "share_user_id": self.user_id,
                "source": "UNKNOWN",
            }
            told.setdefault(side, {}).setdefault(channel, []).append(share)
        return told
