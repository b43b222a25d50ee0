"""The text of a file people gave us, whatever it is: decoded, bounded, and never more of it in memory than a piece.

What is no text is told apart by its first bytes, so that a compressed file is refused and never unpacked.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bot.domain.feedrows import Unreadable

# Small enough for a processor's near memory, large enough that what is done once for each piece does not count.
PIECE = 32 * 1024
# A line longer than this is no line of a feed; a file without any line break must not be read at once.
LONGEST_LINE = 1024 * 1024
LARGEST = 200 * 1024 * 1024

_MAGIC = (
    (b"PK\x03\x04", "This is an Excel workbook or a ZIP archive. Save the sheet as “CSV UTF-8” and send that."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel workbook. Save the sheet as “CSV UTF-8” and send that."),
    (b"\x1f\x8b", "The file is compressed (gzip). Unpack it and send the CSV itself."),
    (b"BZh", "The file is compressed (bzip2). Unpack it and send the CSV itself."),
    (b"\xfd7zXZ", "The file is compressed (xz). Unpack it and send the CSV itself."),
    (b"7z\xbc\xaf", "The file is compressed (7z). Unpack it and send the CSV itself."),
    (b"Rar!", "The file is compressed (RAR). Unpack it and send the CSV itself."),
    (b"%PDF-", "This is a PDF. The marketplace wants a CSV file."),
    (b"\x89PNG", "This is a picture. The marketplace wants a CSV file."),
    (b"\xff\xd8\xff", "This is a picture. The marketplace wants a CSV file."),
)
# What a spreadsheet of those countries writes when nobody tells it to write UTF-8.
_CENTRAL_EUROPE = frozenset({"cz", "sk", "pl"})
NOT_UTF8 = (
    "The file is not UTF-8 but seems to be {encoding}: letters like ä, č or ł would arrive broken. "
    "Save it as “CSV UTF-8” and send it again."
)
UTF16 = "The file is UTF-16 (“Unicode text”). Save it as “CSV UTF-8” and send it again."


@dataclass(frozen=True)
class Opened:
    """A file as text. `fatal` is why it must not be published as it is; it can be checked all the same.

    `pieces` are some whole lines each.
    """

    encoding: str
    fatal: tuple[str, ...]
    notes: tuple[str, ...]
    pieces: Iterator[str]


def open_text(path: Path, storefront: str | None) -> Opened:
    """The file's text. Raises `Unreadable` for what is no text at all.

    UTF-8 is what the marketplace wants. Where the file turns out not to be that, the code page is guessed from the
    storefront, which is right more often than any look at the letters. The pieces raise `NotUtf8` when that turns out
    on the way.
    """
    if path.stat().st_size > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 1024 // 1024} MB. Split it and check the parts.")
    with path.open("rb") as file:
        head = file.read(4096)
    refuse_what_is_no_text(head)
    notes = ("The file begins with a byte order mark; the marketplace is known to take files without one.",)
    marked = head.startswith(codecs.BOM_UTF8)
    pieces = pieces_of(path, "utf-8-sig" if marked else "utf-8")
    return Opened("UTF-8", (), notes if marked else (), pieces)


def reopen_text(path: Path, storefront: str | None) -> Opened:
    """The same file, when it is known not to be UTF-8."""
    codec, spoken = ("cp1250", "Windows-1250") if storefront in _CENTRAL_EUROPE else ("cp1252", "Windows-1252")
    return Opened(spoken, (NOT_UTF8.format(encoding=spoken),), (), pieces_of(path, codec))


def refuse_what_is_no_text(head: bytes) -> None:
    """Raises `Unreadable`, saying what to do instead."""
    if not head:
        raise Unreadable("The file is empty.")
    for magic, said in _MAGIC:
        if head.startswith(magic):
            raise Unreadable(said)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable(UTF16)
    if b"\0" in head:
        half = head[: len(head) // 2 * 2]
        alternating = max(half[::2].count(0), half[1::2].count(0)) > len(half) // 4
        raise Unreadable(UTF16 if alternating else "The file is no text: it holds zero bytes. Send a CSV file.")
    if head.lstrip().lower().startswith((b"<!doctype html", b"<html")):
        raise Unreadable("This is a web page, not a CSV file. Was it downloaded without signing in?")
    if head.lstrip().startswith((b"<?xml", b"<InventoryFeed")):
        raise Unreadable("This is XML. I check CSV files; the marketplace takes XML only from the seller portal.")


class NotUtf8(Exception):
    """A byte that no UTF-8 text has."""


def pieces_of(path: Path, codec: str) -> Iterator[str]:
    """The text, some whole lines at a time. Raises `NotUtf8` and `Unreadable`."""
    decoder = codecs.getincrementaldecoder(codec)("strict" if codec.startswith("utf") else "replace")
    rest = ""
    with path.open("rb") as file:
        while piece := _decoded(decoder, file):
            if "\0" in piece:
                raise Unreadable("The file is no text: it holds zero bytes. Send a CSV file.")
            text = rest + piece
            cut = text.rfind("\n") + 1
            if len(text) - cut > LONGEST_LINE:
                raise Unreadable("A line has more than a million characters: this is no CSV file with line breaks.")
            rest = text[cut:]
            if cut:
                yield text[:cut]
    if rest:
        yield rest


def _decoded(decoder: codecs.IncrementalDecoder, file: BinaryIO) -> str:
    """The next piece as text, empty at the end."""
    while True:
        raw = file.read(PIECE)
        try:
            text = decoder.decode(raw, final=not raw)
        except UnicodeDecodeError:
            raise NotUtf8 from None
        if text or not raw:
            return text
