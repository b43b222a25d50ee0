"""The watched folder: an ERP writes PDFs into it, and each is moved aside before anything is done with it.

    INVOICE_DIR/            what is to be uploaded is written here
    INVOICE_DIR/working/    taken, and not over yet
    INVOICE_DIR/done/       the buyer has it
    INVOICE_DIR/failed/     not uploaded; a .txt beside it says why

Moving is renaming within one folder tree, which a file system does at once or not at all. So a file is taken by one
process only, and after a kill it is in exactly one of these places.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain.words import one_line
from bot.files import FileTrouble

FOLDER = "folder:"
WORKING, DONE, FAILED = "working", "done", "failed"
# A file that is still being written grows: one that was touched so recently is left alone.
SETTLED_SECONDS = 3.0
MOST_AT_ONCE = 50
LONGEST_NAME = 150


@dataclass(frozen=True)
class Taken:
    """A file in working/. `source` is what the notebook knows it by."""

    source: str
    name: str
    size: int


def prepare(folder: Path) -> None:
    """Make the folders. Raises OSError when that is not possible."""
    for name in ("", WORKING, DONE, FAILED):
        (folder / name).mkdir(parents=True, exist_ok=True)


def take(folder: Path, now: datetime, settled: float = SETTLED_SECONDS) -> list[Taken]:
    """Move PDFs that are completely written to working/, the oldest first. Raises OSError.

    Hidden files, folders and links are left alone: what a link points at is not ours to read.
    """
    found = sorted(_written(folder, now.timestamp() - settled), key=lambda each: (each[1].st_mtime, each[0].name))
    taken = []
    for path, about in found[:MOST_AT_ONCE]:
        # The same name may come again tomorrow; what the notebook knows a file by must not.
        target = _free(folder / WORKING, f"{now:%Y%m%d-%H%M%S}-{path.name}")
        try:
            path.rename(target)
        except FileNotFoundError:
            continue  # Somebody else took it, or took it away.
        taken.append(Taken(FOLDER + target.name, path.name, about.st_size))
    return taken


def left(folder: Path) -> list[Taken]:
    """What is in working/: also what a process that died had taken."""
    found = []
    for path in sorted((folder / WORKING).iterdir()):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode):
            found.append(Taken(FOLDER + path.name, path.name, about.st_size))
    return found


def contents(folder: Path | None, source: str, most: int) -> bytes:
    """The bytes of a file in working/. Raises `FileTrouble`."""
    if folder is None:
        raise FileTrouble("INVOICE_DIR is not set any more, so the file cannot be read.")
    try:
        with _within(folder, source).open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise FileTrouble(f"The file cannot be read: {error.strerror or type(error).__name__}.") from error
    if len(content) > most:
        raise FileTrouble("The file has grown too large meanwhile.")
    return content


def file_away(folder: Path, source: str, *, done: bool, why: str = "") -> None:
    """Move a file from working/ to where it ends. Doing it twice changes nothing. Raises OSError."""
    path = _within(folder, source)
    if not path.exists():
        return
    target = _free(folder / (DONE if done else FAILED), path.name)
    if why:
        target.with_name(target.name + ".txt").write_text(why + "\n", "utf-8")
    path.rename(target)


def _written(folder: Path, before: float) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.iterdir():
        if path.name.startswith((".", "~")) or path.suffix.lower() != ".pdf" or len(path.name) > LONGEST_NAME:
            continue
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) and about.st_size and about.st_mtime <= before:
            yield path, about


def _free(folder: Path, name: str) -> Path:
    """A name nobody has in `folder`: the same name may come twice."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number, target = 1, folder / name
    while target.exists():
        number += 1
        target = folder / f"{stem}-{number}{suffix}"
    return target


def _within(folder: Path, source: str) -> Path:
    name = source.removeprefix(FOLDER)
    if name != Path(name).name or name in {"", ".", ".."}:
        raise FileTrouble(f"{one_line(name, 60)} is no name of a file in the folder.")
    return folder / WORKING / name
