"""Witnesses: small files in DATA_DIR that know how far each life of the notebook was.

A notebook that was put back from a backup does not know what it forgot. A witness does: it is written after the
notebook has committed the same, so one that knows more than the notebook says that the notebook is older than it was.
They lie under the notebook's own name: a witness of another notebook says nothing about this one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

FOLDER = "witness"


@dataclass(frozen=True)
class Sign:
    """What a witness knows of a life: how many steps the notebook had of it, and when it took the last one (UTC)."""

    life: str
    steps: int
    at: datetime


def write(data_dir: Path, notebook: str, sign: Sign) -> None:
    """Raises OSError. Either the old or the new sign is there, whatever happens meanwhile."""
    folder = data_dir / FOLDER / notebook
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{sign.life}.json"
    part = path.with_suffix(".part")
    with part.open("w", encoding="ascii") as file:
        json.dump({"steps": sign.steps, "at": sign.at.isoformat()}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _flush(folder)


def _flush(folder: Path) -> None:
    """A file that was renamed survives a power cut only with its folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(data_dir: Path, notebook: str) -> list[Sign]:
    """Every sign of this notebook's lives. Raises OSError."""
    return list(_read(data_dir / FOLDER / notebook))


def _read(folder: Path) -> Iterator[Sign]:
    for path in sorted(folder.glob("*.json")):
        # Another process may sweep it away; and what cannot be read was never written by us.
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            told = json.loads(path.read_text("ascii"))
            yield Sign(path.stem, int(told["steps"]), datetime.fromisoformat(told["at"]))


def others(data_dir: Path, notebook: str) -> bool:
    """Whether there are witnesses of other notebooks."""
    return any(path.name != notebook for path in (data_dir / FOLDER).glob("*"))


def sweep(data_dir: Path, notebook: str, lives: Collection[str]) -> None:
    """Take away the witnesses of lives that are over and accounted for."""
    for life in lives:
        with suppress(OSError):
            (data_dir / FOLDER / notebook / f"{life}.json").unlink(missing_ok=True)
