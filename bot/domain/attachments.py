"""Which files may go to a buyer: the types the marketplace takes, told by what is in a file and not by its name. Pure.

The list is the marketplace's own for ticket messages; how large a file may be it does not say. Slack's field holds
10 MB a file, integrators stay below 12 MB, and together a reply should not take minutes to send.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.model import ReplyFile
from bot.domain.words import one_line

MOST_FILES = 10
LONGEST_FILE = 10 * 1024 * 1024
LONGEST_TOGETHER = 25 * 1024 * 1024
TAKEN = "PDF, PNG, JPEG, GIF, TIFF, Word, Excel (xlsx) and plain text"

_UNSAFE = re.compile(r'[/\\:*?"<>|]')


class Unsendable(Exception):
    """Why a file cannot be sent, as a sentence for people."""


@dataclass(frozen=True)
class FileKind:
    """A type the marketplace takes. `endings` are those of its names, `is_in` tells it by its bytes."""

    spoken: str
    mime: str
    endings: tuple[str, ...]
    is_in: Callable[[bytes], bool]


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(starts)


def _office(part: str) -> Callable[[bytes], bool]:
    """A zip with `part` inside, and without macros."""

    def is_in(content: bytes) -> bool:
        if not content.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = set(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False
        return part in names and not any(name.lower().endswith("vbaproject.bin") for name in names)

    return is_in


def _text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text)


_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCUMENTS = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = (
    FileKind("a PDF", "application/pdf", ("pdf",), lambda content: b"%PDF-" in content[:1024]),
    FileKind("a PNG picture", "image/png", ("png",), _begins(b"\x89PNG\r\n\x1a\n")),
    FileKind("a JPEG picture", "image/jpeg", ("jpg", "jpeg"), _begins(b"\xff\xd8\xff")),
    FileKind("a GIF picture", "image/gif", ("gif",), _begins(b"GIF87a", b"GIF89a")),
    FileKind("a TIFF picture", "image/tiff", ("tif", "tiff"), _begins(b"II*\x00", b"MM\x00*")),
    FileKind("a Word document", _DOCUMENTS, ("docx",), _office("word/document.xml")),
    FileKind("an Excel sheet", _SHEETS, ("xlsx",), _office("xl/workbook.xml")),
    FileKind("a Word document of old", "application/msword", ("doc",), _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    # Last: everything that is text passes for it.
    FileKind("plain text", "text/plain", ("txt",), _text),
)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


def refused_unseen(name: str, size: int) -> str | None:
    """Why a file of this name and size (bytes) cannot be sent, as far as one can tell before reading it."""
    shown = one_line(name, 80)
    if _named(name) is None:
        return f"{shown} cannot be sent: the marketplace takes {TAKEN}."
    if size > LONGEST_FILE:
        return f"{shown} is too large: at most {LONGEST_FILE // 1024 // 1024} MB."
    if size == 0:
        return f"{shown} is empty."
    return None


def refused_together(sizes: list[int]) -> str | None:
    """Why files of these sizes (bytes) cannot go with one reply."""
    if len(sizes) > MOST_FILES:
        return f"{len(sizes)} files are too many: at most {MOST_FILES} go with one reply."
    if sum(sizes) > LONGEST_TOGETHER:
        return f"Together the files are too large: at most {LONGEST_TOGETHER // 1024 // 1024} MB."
    return None


def sendable(name: str, content: bytes) -> ReplyFile:
    """The file as the marketplace gets it, its type told by its bytes. Raises `Unsendable`."""
    if said := refused_unseen(name, len(content)):
        raise Unsendable(said)
    named = _named(name)
    assert named is not None
    found = named if named.is_in(content) else next((kind for kind in KINDS if kind.is_in(content)), None)
    if found is not named:
        what = found.spoken if found else "something else"
        raise Unsendable(f"{one_line(name, 80)} is called like {named.spoken} and is {what}. Nothing was sent.")
    return ReplyFile(sent_name(name), named.mime, content)


def sent_name(name: str) -> str:
    """A file's name without what other systems stumble over, at most 120 characters, its ending kept."""
    stem, _, ending = one_line(_UNSAFE.sub("-", name), 400).rpartition(".")
    return f"{stem[: 119 - len(ending)].strip('. ') or 'file'}.{ending}"


def _named(name: str) -> FileKind | None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return next((kind for kind in KINDS if ending in kind.endings), None)
