"""Starts and stops the processes a measurement needs, and reads what they cost."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.floor import SECRET, SIGNING

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Running:
    """A process under measurement. `address` is where its front door answers."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def push_url(self) -> str:
        return f"{self.address}/market/main/push"

    @property
    def slack_url(self) -> str:
        return f"{self.address}/slack/events"

    def cpu_seconds(self) -> float:
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def peak_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@contextmanager
def fakes() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.fakes", str(port)], cwd=ROOT)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        _end(process)


@contextmanager
def floor(kind: str, fakes_url: str) -> Iterator[Running]:
    port = free_port()
    module = "bench.bare" if kind == "relay" else "bench.floor"
    process = subprocess.Popen([sys.executable, "-m", module, kind, str(port), fakes_url], cwd=ROOT)
    try:
        _wait_for(port, process)
        yield Running(f"http://127.0.0.1:{port}", process)
    finally:
        _end(process)


@contextmanager
def kontor(fakes_url: str, data: Path | None = None, **more: str) -> Iterator[Running]:
    """The whole bot with everything on, except Slack's pace: the fake would wait for us, not we for it."""
    port = free_port()
    own = data or Path(tempfile.mkdtemp(prefix="kontor-bench-"))
    env = {
        "PATH": os.environ["PATH"],
        "SLACK_BOT_TOKEN": "xoxb-bench-token-of-no-workspace",
        "SLACK_SIGNING_SECRET": SIGNING,
        "SLACK_API_URL": f"{fakes_url}/api/",
        "MARKET_CLIENT_KEY": "2b" * 16,
        "MARKET_SECRET_KEY": SECRET,
        "MARKET_API_URL": f"{fakes_url}/v2",
        "MARKET_REQUESTS_PER_SECOND": "1000000",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "DATA_DIR": str(own),
        "SLACK_PACE_SECONDS": "0",
        "POLL_SECONDS": "3600",
        "RECONCILE_SECONDS": "86400",
        "LOG_LEVEL": "WARNING",
        **more,
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "serve"], cwd=ROOT, env=env)
    try:
        _wait_for(port, process)
        yield Running(f"http://127.0.0.1:{port}", process)
    finally:
        _end(process)
        if data is None:
            shutil.rmtree(own, ignore_errors=True)


def ask(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode} before it answered")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args!r} did not answer within {START_SECONDS:.0f} s")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
