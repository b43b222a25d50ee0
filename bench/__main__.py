"""`make bench`: measures the relay against its floors in one run and prints the ratios the project promises."""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import desk, feeds, full, house
from bench.floor import SECRET, SIGNING
from bench.load import Answers, Request, burst, push_request, slack_request, steady

BURST = 3000
STEADY = 400
CATCH_UP = 5000
CLICK = (
    "payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B%22id%22%3A%22U0AGENT001%22%2C%22team_id%22%3A"
    "%22T0BENCH0001%22%7D%2C%22team%22%3A%7B%22id%22%3A%22T0BENCH0001%22%7D%2C%22trigger_id%22%3A%22{n}%22%2C"
    "%22actions%22%3A%5B%7B%22type%22%3A%22button%22%2C%22action_id%22%3A%22return.accept%22%2C%22block_id%22%3A%22b"
    "%22%2C%22value%22%3A%22none%22%7D%5D%7D"
)


@dataclass(frozen=True)
class Line:
    """One figure: ours, the floor's, and what their ratio or our figure must be. None: no goal, only told."""

    what: str
    ours: str
    floor: str
    ratio: float | None
    goal: str
    good: bool | None

    def __str__(self) -> str:
        sign = {True: "ok", False: "MISS", None: ""}[self.good]
        ratio = f"{self.ratio:.2f}x" if self.ratio is not None else ""
        return f"{self.what:<46} {self.ours:>14} {self.floor:>14} {ratio:>8}  {self.goal:<16} {sign}"


def pushes(url: str, first: int, count: int) -> list[tuple[str, Callable[[], Request]]]:
    return [(str(id), lambda id=id: push_request(url, SECRET, id)) for id in range(first, first + count)]  # type: ignore[misc]


def clicks(url: str, count: int) -> list[tuple[str, Callable[[], Request]]]:
    def click(number: int) -> Request:
        return slack_request(url, SIGNING, CLICK.replace("{n}", f"{time.monotonic_ns()}.{number}").encode())

    return [(str(number), lambda number=number: click(number)) for number in range(count)]  # type: ignore[misc]


@dataclass(frozen=True)
class Burst:
    relays_per_second: float
    cpu_per_thousand: float
    peak_mb: float


def run_burst(running: house.Running, fakes: str, first: int) -> Burst:
    """Everything as fast as it goes: seconds from the first push to the last card."""
    house.ask(f"{fakes}/bench/forget")
    before, started = running.cpu_seconds(), time.monotonic()
    asyncio.run(burst(pushes(running.push_url, first, BURST)))
    posts = _wait_for_posts(fakes, BURST)
    seconds = max(posts.values()) - started
    return Burst(BURST / seconds, (running.cpu_seconds() - before) / BURST * 1000, running.peak_mb())


def run_steady(running: house.Running, fakes: str, first: int) -> float:
    """Seconds from a push to its card, the 99th of 100, at 50 pushes per second."""
    house.ask(f"{fakes}/bench/forget")
    answers: Answers = asyncio.run(steady(pushes(running.push_url, first, STEADY), per_second=50))
    posts = _wait_for_posts(fakes, STEADY)
    return _p99([posts[id] - sent for id, sent in answers.sent.items()])


def _wait_for_posts(fakes: str, count: int, seconds: float = 180.0) -> dict[str, float]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        posts: dict[str, float] = house.ask(f"{fakes}/bench/posts")["posts"]
        if len(posts) >= count:
            return posts
        time.sleep(0.1)
    raise RuntimeError(f"only {len(posts)} of {count} cards came within {seconds:.0f} s")


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98] if len(values) > 1 else values[0]


def relay_lines(fakes: str) -> Iterator[Line]:
    with house.floor("relay", fakes) as running:
        run_burst(running, fakes, 1)
        floor_burst = run_burst(running, fakes, 100_001)
        floor_card = run_steady(running, fakes, 200_001)
    with house.floor("tuned", fakes) as running:
        run_burst(running, fakes, 1)
        tuned = run_burst(running, fakes, 100_001)
    with house.kontor(fakes) as running:
        run_burst(running, fakes, 1)
        ours = run_burst(running, fakes, 100_001)
        ours_card = run_steady(running, fakes, 200_001)
    rate = ours.relays_per_second / floor_burst.relays_per_second
    yield Line(
        "relays per second, burst, everything on",
        f"{ours.relays_per_second:.0f}/s",
        f"{floor_burst.relays_per_second:.0f}/s",
        rate,
        ">= 1.0x",
        rate >= 1.0,
    )
    cpu = ours.cpu_per_thousand / floor_burst.cpu_per_thousand
    yield Line(
        "CPU seconds per 1,000 relays",
        f"{ours.cpu_per_thousand:.2f} s",
        f"{floor_burst.cpu_per_thousand:.2f} s",
        cpu,
        "<= 1.5x",
        cpu <= 1.5,
    )
    yield Line(
        "  against the same floor with sniffio beside it",
        f"{ours.relays_per_second:.0f}/s",
        f"{tuned.relays_per_second:.0f}/s",
        ours.relays_per_second / tuned.relays_per_second,
        "",
        None,
    )
    late = ours_card / floor_card
    yield Line(
        "push -> card p99 at 50/s",
        f"{ours_card * 1000:.1f} ms",
        f"{floor_card * 1000:.1f} ms",
        late,
        "<= 3x",
        late <= 3,
    )
    yield Line("peak memory after the burst", f"{ours.peak_mb:.0f} MB", f"{floor_burst.peak_mb:.0f} MB", None, "", None)


def answer_lines(fakes: str) -> Iterator[Line]:
    with house.floor("durable", fakes) as running:
        floor = asyncio.run(steady(pushes(running.push_url, 1, 1000), per_second=200))
    with house.kontor(fakes) as running:
        asyncio.run(steady(pushes(running.push_url, 900_001, 200), per_second=200))
        ours = asyncio.run(steady(pushes(running.push_url, 1, 1000), per_second=200))
    p99, floor_p99 = _p99(ours.waits), _p99(floor.waits)
    yield Line(
        "push answer p99 at 200/s",
        f"{p99 * 1000:.1f} ms",
        f"{floor_p99 * 1000:.1f} ms",
        p99 / floor_p99,
        "<= 50 ms",
        p99 <= 0.05 and not ours.refused,
    )


def click_lines(fakes: str) -> Iterator[Line]:
    with house.floor("bolt", fakes) as running:
        floor = asyncio.run(steady(clicks(running.slack_url, 300), per_second=20))
    with house.kontor(fakes) as running:
        ours = asyncio.run(steady(clicks(running.slack_url, 300), per_second=20))
    ratio = _p99(ours.waits) / _p99(floor.waits)
    yield Line(
        "click answer p99 at 20/s",
        f"{_p99(ours.waits) * 1000:.1f} ms",
        f"{_p99(floor.waits) * 1000:.1f} ms",
        ratio,
        "<= 2x",
        ratio <= 2,
    )


def catch_up_lines(fakes: str) -> Iterator[Line]:
    updated = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    house.ask(f"{fakes}/bench/forget")
    house.ask(f"{fakes}/bench/tickets/{CATCH_UP}?updated={updated}")
    with house.kontor(fakes, POLL_SECONDS="5"):
        started = time.monotonic()
        posts = _wait_for_posts(fakes, CATCH_UP, 300)
        seconds = max(posts.values()) - started
    house.ask(f"{fakes}/bench/tickets/0")
    yield Line(
        f"catch up {CATCH_UP:,} changed tickets after a start",
        f"{seconds:.1f} s",
        "",
        None,
        f"{CATCH_UP / seconds:.0f} cards/s",
        None,
    )


def full_lines(fakes: str) -> Iterator[Line]:
    """The same burst with a notebook that holds many open subjects."""
    house.ask(f"{fakes}/bench/forget")
    with tempfile.TemporaryDirectory(prefix="kontor-bench-") as folder:
        with house.kontor(fakes, Path(folder)) as running:
            run_burst(running, fakes, 1)
            empty = run_burst(running, fakes, 100_001)
        full.fill(Path(folder) / "kontor.db", full.SUBJECTS)
        with house.kontor(fakes, Path(folder)) as running:
            run_burst(running, fakes, 200_001)
            ours = run_burst(running, fakes, 300_001)
    cost = ours.cpu_per_thousand / empty.cpu_per_thousand
    yield Line(
        f"CPU per 1,000 relays, {full.SUBJECTS:,} open subjects",
        f"{ours.cpu_per_thousand:.2f} s",
        f"{empty.cpu_per_thousand:.2f} s",
        cost,
        "<= 1.2x",
        cost <= 1.2,
    )
    yield Line("  its peak memory", f"{ours.peak_mb:.0f} MB", "", None, "< 200 MB", ours.peak_mb < 200)


def feed_lines() -> Iterator[Line]:
    for figures in feeds.measured():
        yield Line(
            f"feed of {feeds.ROWS:,} rows checked, {figures.order}",
            f"{feeds.ROWS / figures.check:,.0f}/s",
            f"{feeds.ROWS / figures.reader:,.0f}/s",
            figures.ratio,
            ">= 0.5x",
            figures.ratio >= 0.5 and figures.problems > 0,
        )
        yield Line("  its peak memory", f"{figures.peak_mb:.0f} MB", "", None, "< 300 MB", figures.peak_mb < 300)
        yield _beside_duckdb(figures)


def _beside_duckdb(figures: feeds.Figures) -> Line:
    """The fastest library we measured only counts what is wrong; ours says line by line what and why."""
    what, ours = "  beside duckdb, which only counts", f"{feeds.ROWS / figures.check:,.0f}/s"
    if figures.duck is None:
        return Line(what, ours, "", None, "pip install duckdb to compare", None)
    return Line(what, ours, f"{feeds.ROWS / figures.duck:,.0f}/s", figures.duck / figures.check, "", None)


def desk_lines() -> Iterator[Line]:
    for what, figure, most in (
        ("one ticket: 200 rules, all templates", desk.ranking(), 0.001),
        (f"a Home of {desk.OPEN:,} open tickets", desk.home_page(), 0.3),
    ):
        yield Line(
            what,
            f"{figure.ours * 1000:.2f} ms",
            f"{figure.floor * 1000:.2f} ms",
            figure.ours / figure.floor,
            f"< {most * 1000:.0f} ms",
            figure.ours < most,
        )


def main() -> int:
    missed = False
    print(f"{'':<46} {'Kontor':>14} {'floor':>14} {'ratio':>8}  goal")
    with house.fakes() as fakes:
        for part in (relay_lines, answer_lines, click_lines, catch_up_lines, full_lines):
            for line in part(fakes):
                print(line, flush=True)
                missed |= line.good is False
    for line in (*desk_lines(), *feed_lines()):
        print(line, flush=True)
        missed |= line.good is False
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
