"""A feed of a million rows: the whole check in its own process against Python's CSV reader alone over the same file.

`python -m bench.feeds read PATH` is that floor. Both are measured in seconds of processor time, taking turns, because
a machine that is busy with other things makes either wait. `bench.duck` takes its turn too, where duckdb is installed.
"""

from __future__ import annotations

import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import duck
from bot.domain.feedkinds import DELIMITER, OFFER_COLUMNS
from bot.domain.gtin import check_digit

ROOT = Path(__file__).resolve().parent.parent
ROWS = 1_000_000
TURNS = 5
WORDS = ["Stuhl", "Tisch", "Lampe", "Bohrer", "Schraube", "Kissen", "Regal", "Müller", "Grün", "Größe", "Weiß", "Küche"]


@dataclass(frozen=True)
class Turn:
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Figures:
    """Medians of the turns. `problems` is how many the check found, to show that it looked."""

    order: str
    check: float
    reader: float
    peak_mb: float
    problems: int
    # None where duckdb is not installed.
    duck: float | None

    @property
    def ratio(self) -> float:
        """Speed of the check as a part of the reader's."""
        return self.reader / self.check


def measured(rows: int = ROWS, turns: int = TURNS) -> Iterator[Figures]:
    """In the order of the offers' numbers, as shop systems write it, and shuffled."""
    with tempfile.TemporaryDirectory(prefix="kontor-feed-") as folder:
        listed = list(offers(rows))
        for order in ("in order", "shuffled"):
            path = Path(folder, "feed.csv")
            if order == "shuffled":
                random.Random(7).shuffle(listed)
            write(path, listed)
            yield _figures(order, path, turns)


def offers(rows: int) -> Iterator[Sequence[object]]:
    """Rows of an inventory feed with one slip in about two thousand."""
    chance = random.Random(7)
    for number in range(rows):
        digits = f"40{chance.randrange(10**10):010d}"
        ean = f"{digits}{(check_digit(digits) + (number % 5000 == 0)) % 10}"
        price = chance.randrange(100, 99_999)
        yield (
            ean,
            chance.choice((100, 200, 300)),
            price if number % 7777 else f"{price / 100:.2f}",
            "EUR",
            " ".join(chance.choices(WORDS, k=5)) if number % 3 == 0 else "",
            f"SKU-{number:07d}",
            5,
            chance.randrange(500) if number % 9999 else -3,
            price - 50 if number % 2 else "",
            "",
            "",
            11,
            chance.randrange(1, 9),
        )


def write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=DELIMITER)
        writer.writerow(OFFER_COLUMNS)
        writer.writerows(rows)


def read(path: Path) -> int:
    """The floor: every row through Python's CSV reader, and nothing done with it."""
    with path.open(newline="", encoding="utf-8") as file:
        return sum(1 for _ in csv.reader(file, delimiter=DELIMITER))


def _figures(order: str, path: Path, turns: int) -> Figures:
    asked = {
        "kind": "inventory-feed",
        "storefront": "de",
        "path": str(path),
        "errors": str(path.with_suffix(".errors")),
        "shipping_groups": ["11", "12"],
        "warehouses": ["5", "6"],
    }
    checks, readers, ducks = [], [], []
    for _ in range(turns):
        readers.append(_turn([sys.executable, "-m", "bench.feeds", "read", str(path)], ""))
        checks.append(_turn([sys.executable, "-m", "bot.feedchild"], json.dumps(asked)))
        if duck.here():
            ducks.append(_turn([sys.executable, "-m", "bench.duck", str(path)], ""))
    problems = path.with_suffix(".errors").read_bytes().count(b"\n") - 1
    return Figures(
        order,
        statistics.median(turn.seconds for turn in checks),
        statistics.median(turn.seconds for turn in readers),
        max(turn.peak_mb for turn in checks),
        problems,
        statistics.median(turn.seconds for turn in ducks) if ducks else None,
    )


def _turn(command: list[str], told: str) -> Turn:
    """One process to its end: what it took of the processor and of the memory."""
    with tempfile.TemporaryFile() as given:
        given.write(told.encode())
        given.seek(0)
        process = subprocess.Popen(command, cwd=ROOT, stdin=given, stdout=subprocess.DEVNULL)
    # What a process used at most is only told while it lives; of what it used before it was this program, nobody asks.
    peak = 0.0
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        peak = max(peak, _peak_mb(process.pid))
        time.sleep(0.02)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[2]} ended with {process.returncode}")
    return Turn(used.ru_utime + used.ru_stime, peak)


def _peak_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()
    return int(told[0]) / 1024 if told else 0.0


if __name__ == "__main__":
    print(read(Path(sys.argv[2])))
