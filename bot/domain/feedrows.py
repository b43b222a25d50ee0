"""Cuts the text of a feed into columns, quickly, with the line each row begins on. Pure.

Where no quotation mark stands, and every row has as many fields as the first, a piece of text is cut in one go and
dealt out to its columns. Everywhere else Python's own CSV reader decides, so that both agree on every file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.domain.feedkinds import DELIMITER

# A quotation mark may span lines and pieces, but never more than a field may hold.
LONGEST_FIELD = 131_072
MOST_OPEN = 4 * 1024 * 1024
FEW_ROWS = 32


class Unreadable(Exception):
    """The file as a whole is none the marketplace could work through. `str()` is a sentence for people."""


@dataclass(frozen=True)
class Rows:
    """Some rows. `columns` when they all have one length, else `ragged`; `at` are the lines they begin on, from 1.

    `fine`: each of them is known to look as it should.
    """

    at: Sequence[int]
    columns: tuple[Sequence[str], ...] = ()
    ragged: tuple[list[str], ...] = ()
    fine: bool = False

    def as_rows(self) -> list[list[str]]:
        return list(self.ragged) if self.ragged else list(map(list, zip(*self.columns, strict=True)))

    def after(self, count: int) -> Rows:
        """Without the first `count` rows."""
        columns = tuple(column[count:] for column in self.columns) if len(self.at) > count else ()
        return Rows(self.at[count:], columns, self.ragged[count:])


def rows_of(pieces: Iterable[str], width_if_fine: Callable[[str], int] = lambda text: 0) -> Iterator[Rows]:
    """The rows of a file that comes in `pieces`, each of which ends where a line ends. Raises `Unreadable`.

    `width_if_fine` is asked for how many fields each row of a text has when all are known to be fine; -1 when one is
    not, 0 when that cannot be known.
    """
    line, held = 1, ""
    for piece in pieces:
        text = held + piece
        if not held and '"' not in text and (cuts := _cuts(text, line, width_if_fine)):
            for cut in cuts:
                line += len(cut.at)
                yield cut
            continue
        try:
            rows = _read(text, line)
        except csv.Error as error:
            if "unexpected end" in str(error) and len(text) < MOST_OPEN:
                # A quotation mark is open at the end of the piece. What closes it may come.
                held = text
                continue
            raise _told(error, text, line) from None
        held = ""
        line += _breaks(text)
        if rows.at:
            yield rows
    if held:
        raise Unreadable(
            f"A quotation mark is opened after line {line} and never closed, so the rest is one field. "
            'Look for a single " there.'
        )


def _cuts(text: str, line: int, width_if_fine: Callable[[str], int]) -> list[Rows]:
    """The quick way, without quotation marks; nothing where it does not lead to what the CSV reader would find."""
    if "\r" in text:
        if text.count("\r") != text.count("\r\n"):
            return []
        # Four times as quick as to replace the two by one.
        text = text.replace("\r", "")
    if text[-1] != "\n":
        text += "\n"
    cuts: list[Rows] = []
    waiting = [text]
    while waiting:
        part = waiting.pop()
        height = part.count("\n")
        at = range(line, line + height)
        if (width := width_if_fine(part)) > 0:
            fields = part.replace("\n", DELIMITER).split(DELIMITER)
            cut = Rows(at, tuple(fields[place:-1:width] for place in range(width)), fine=True)
        elif width < 0 and height > FEW_ROWS:
            # One bad row spoils the look at all of them: look at the halves.
            middle = part.index("\n", len(part) // 2) + 1
            waiting += [each for each in (part[middle:], part[:middle]) if each]
            continue
        elif (even := _evenly(part, at)) is None:
            return []
        else:
            cut = even
        cuts.append(cut)
        line += height
    return cuts


def _evenly(text: str, at: range) -> Rows | None:
    """Rows that all have as many fields as the first; None when they do not."""
    width = text.count(DELIMITER, 0, text.index("\n")) + 1
    # Line breaks become fields of their own: when they all land in one column, every row has the same width.
    fields = text.replace("\n", ";\n;").split(DELIMITER)
    if len(fields) - 1 != (width + 1) * len(at) or fields[width :: width + 1].count("\n") != len(at):
        return None
    return Rows(at, tuple(fields[place : -1 : width + 1] for place in range(width)))


def _read(text: str, line: int) -> Rows:
    """The way of the CSV reader, for quotation marks, odd line breaks, blank and uneven lines. Raises `csv.Error`."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITER, strict=True)
    rows = list(reader)
    if reader.line_num == len(rows):
        return Rows(range(line, line + len(rows)), ragged=tuple(rows))
    heights = (1 + sum(map(_breaks, row)) for row in rows)
    return Rows(tuple(accumulate(heights, initial=line))[: len(rows)], ragged=tuple(rows))


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _told(error: csv.Error, text: str, line: int) -> Unreadable:
    """The reader's complaint in words that lead to the place. `line` is where `text` begins."""
    said = str(error)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITER, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error:
        line += reader.line_num - 1
    if "larger than" in said or "unexpected end" in said:
        return Unreadable(
            f"Up to line {line} a field has more than {LONGEST_FIELD:,} characters: "
            "a quotation mark before it is never closed."
        )
    if "expected after" in said:
        return Unreadable(
            f"Line {line}: a quotation mark stands in the middle of a field. Inside quotes it is written twice."
        )
    return Unreadable(f"Line {line} cannot be read: {said}.")
