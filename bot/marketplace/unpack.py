"""Takes a body in piece by piece and never holds more than it may, however well it was packed. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

# Unpacked output is handed on in pieces of at most this size: 1 KiB of gzip can hold 1 MiB of zeros.
PIECE = 64 * 1024


class TooLarge(Exception):
    """More came than was allowed."""


class Garbled(Exception):
    """What came is not packed as its header says."""


class Unpacker:
    """Undoes the content encoding, `most` unpacked bytes at most. Raises `TooLarge` and `Garbled`."""

    def __init__(self, encoding: str, most: int) -> None:
        self._left = most
        self._packed: zlib._Decompress | None = None
        if encoding.strip().lower() in {"gzip", "x-gzip"}:
            self._packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
        elif encoding.strip().lower() not in {"", "identity"}:
            # We asked for gzip or nothing; whoever sends something else is not worth a second decoder.
            raise Garbled

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The unpacked pieces of `chunk`."""
        if self._packed is None:
            yield self._counted(chunk)
            return
        try:
            while chunk and not self._packed.eof:
                piece = self._packed.decompress(chunk, PIECE)
                chunk = self._packed.unconsumed_tail
                yield self._counted(piece)
        except zlib.error:
            raise Garbled from None

    def finish(self) -> None:
        """Raises `Garbled` when the end is missing."""
        if self._packed is not None and not self._packed.eof:
            raise Garbled

    def _counted(self, piece: bytes) -> bytes:
        self._left -= len(piece)
        if self._left < 0:
            raise TooLarge
        return piece
