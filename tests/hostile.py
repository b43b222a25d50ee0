"""PDFs made to hurt, and files that only call themselves PDF: each small, each with one trick."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

from pypdf import PdfReader, PdfWriter

from tests.papers import bound, pdf

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x7f\xff\xff\xff" * 2 + b"\x08\x06\x00\x00\x00"


def one_page(content: bytes, filters: bytes = b"/FlateDecode", *, more: bytes = b"") -> bytes:
    """A page whose content stream is these bytes, packed as `filters` say."""
    stream = b"<</Filter%b/Length %d%b>>\nstream\n%b\nendstream" % (filters, len(content), more, content)
    return bound([CATALOG, PAGES, PAGE, stream, FONT])


def packed(megabytes: int, piece: bytes) -> bytes:
    """So many megabytes of `piece`, compressed once and told again: a block after a full flush stands for itself."""
    packer = zlib.compressobj(9)
    block = packer.compress(piece * (1024 * 1024 // len(piece))) + packer.flush(zlib.Z_FULL_FLUSH)
    return block + block[2:] * (megabytes - 1) + b"\x03\x00"


def flate_bomb() -> bytes:
    """300 MB of spaces in 300 KB."""
    return one_page(packed(300, b" "))


def nested_bomb() -> bytes:
    """A gigabyte, packed twice: some kilobytes."""
    return one_page(zlib.compress(packed(1024, b" "), 9), b"[/FlateDecode/FlateDecode]")


def endless_text() -> bytes:
    """60 MB of letters to be shown one by one."""
    return one_page(packed(60, b"(aaaa) Tj\n "))


def many_streams() -> bytes:
    """A page in six parts, each just small enough to be unpacked: together more memory than there is."""
    stream = packed(70, b" ")
    part = b"<</Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (len(stream), stream)
    page = PAGE.replace(b"/Contents 4 0 R", b"/Contents[6 0 R 7 0 R 8 0 R 9 0 R 10 0 R 11 0 R]")
    return bound([CATALOG, PAGES, page, FONT, FONT, *[part] * 6])


def heap_of_numbers() -> bytes:
    """An array of millions, each an object of its own."""
    return bound([CATALOG, PAGES, PAGE.replace(b"/Contents", b"/X[%b]/Contents" % (b"1 " * 4_500_000))])


def deep_arrays() -> bytes:
    return bound([CATALOG, PAGES, PAGE.replace(b"/Contents", b"/X" + b"[" * 200_000 + b"]" * 200_000 + b"/Contents")])


def page_tree_in_a_circle() -> bytes:
    return bound([CATALOG, b"<</Type/Pages/Count 3/Kids[2 0 R 2 0 R 2 0 R]/Parent 2 0 R>>"])


def tables_in_a_circle() -> bytes:
    return bound([CATALOG, PAGES, PAGE], trailer="/Prev 15")


def run_length_bomb() -> bytes:
    return one_page(b"\x81 " * 1_000_000 + b"\x80", b"/RunLengthDecode")


def object_stream_of_many() -> bytes:
    stream = b"<</Type/ObjStm/N 2000000000/First 4/Filter/FlateDecode/Length 20>>\nstream\n%b\nendstream"
    return bound([b"<</Type/Catalog/Pages 4 0 R>>", stream % zlib.compress(b"4 0 <<>>")], trailer="/XRefStm 60")


def letters_without_end() -> bytes:
    """A table of letters that claims four thousand million of them."""
    letters = (
        b"1 begincodespacerange <00000000> <FFFFFFFF> endcodespacerange "
        b"1 beginbfrange <00000000> <FFFFFFFF> <0000> endbfrange"
    )
    font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[]/ToUnicode 6 0 R>>"
    table = b"<</Length %d>>\nstream\n%b\nendstream" % (len(letters), letters)
    content = b"BT /F1 9 Tf (aaaa) Tj ET"
    shown = b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content)
    return bound([CATALOG, PAGES, PAGE, shown, font, table])


def many_pages() -> bytes:
    """20,000 pages that are one and the same."""
    kids = b"3 0 R " * 20_000
    content = b"BT /F1 9 Tf (aaaa) Tj ET"
    shown = b"<</Length %d>>\nstream\n%b\nendstream" % (len(content), content)
    return bound([CATALOG, b"<</Type/Pages/Count 20000/Kids[%b]>>" % kids, PAGE, shown, FONT])


def encrypted(password: str = "geheim") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([["Bestellung MB7UWLD"]]))))
    writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "a flate bomb": flate_bomb,
    "a bomb in a bomb": nested_bomb,
    "text without end": endless_text,
    "many streams": many_streams,
    "a heap of numbers": heap_of_numbers,
    "arrays in arrays": deep_arrays,
    "a page tree in a circle": page_tree_in_a_circle,
    "tables in a circle": tables_in_a_circle,
    "a run-length bomb": run_length_bomb,
    "a stream of too many objects": object_stream_of_many,
    "letters without end": letters_without_end,
    "twenty thousand pages": many_pages,
}

FAKES: dict[str, tuple[bytes, str]] = {
    "a picture": (PNG, "a PNG picture"),
    "a photo": (b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\x00" * 50, "a JPEG picture"),
    "a zip": (b"PK\x03\x04" + b"\x00" * 60, "a zip archive or an Office document"),
    "a web page": (b"<!DOCTYPE html><html><body>Rechnung</body></html>", "a web page"),
    "an XML invoice": (b"<?xml version='1.0'?><Invoice/>", "an XML file"),
    "text": (b"Rechnung MB7UWLD 12,50 EUR", "no PDF"),
    "nothing": (b"", "empty"),
    "a header and no more": (b"%PDF-1.7\n", "damaged or cut off"),
    "a header and an end": (b"%PDF-1.7\n%%EOF\n", "damaged or cut off"),
    "a picture that is a PDF too": (PNG + b"%PDF-1.7\n" + b"\x00" * 99 + b"%%EOF", "damaged or cut off"),
    "noise between header and end": (b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF", "damaged or cut off"),
    "half a PDF": (pdf([["Bestellung MB7UWLD"] * 30])[:900], "damaged or cut off"),
}
