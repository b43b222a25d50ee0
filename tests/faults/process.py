"""The bot as a process of its own: started, killed, told to stop, paused, and started again on the same notebook.

Lives are forked from a process that has imported the bot already, because hundreds of them would spend most of their
time importing. `SERVE` starts one the way people do.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx
import psutil

from tests.faults.bot_process import live

ROOT = Path(__file__).resolve().parents[2]
SERVE = ("-m", "bot", "serve")
READY_SECONDS = 30.0
# What a process that was killed by -9 is known by; dying at a fail point looks the same.
KILLED = 137

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(["tests.faults.bot_process", "tests.store.processes"])


class Died(AssertionError):
    """The process ended although it should live; the end of its log says why."""


def free_port() -> int:
    """One below those that outgoing connections take, so that it is still free after a kill."""
    while True:
        port = random.randint(15_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Life(Protocol):
    """What a `subprocess.Popen` and a process of the nursery have in common."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self) -> int: ...
    def send_signal(self, number: int) -> None: ...


class Forked:
    """A life that begins where importing the bot ends."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self._process = _nursery.Process(target=live, args=(dict(env), str(log)), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int:
        self._process.join()
        assert self._process.exitcode is not None
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)


@dataclass
class BotProcess:
    """One bot on one port and one notebook, through all its lives. `ready_after` are the seconds each start took."""

    env: Mapping[str, str]
    log_path: Path
    port: int = field(default_factory=free_port)
    lives: int = 0
    ready_after: list[float] = field(default_factory=list)
    _process: Life | None = None
    _started_at: float = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """Everything this bot has said in all its lives, standard error and output together."""
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def events(self) -> list[dict[str, Any]]:
        """The lines of the log, which must be JSON, one event a line."""
        return [json.loads(line) for line in self.log.splitlines() if line]

    def memory(self) -> int:
        """Bytes of this process that are in memory."""
        return int(psutil.Process(self.pid).memory_info().rss)

    # Living

    async def start(self, *, fail_point: str = "", ready: bool = True, command: Sequence[str] = ()) -> None:
        """Start the next life. `fail_point` is name:n, `command` what to run instead of the bot in a hurry.

        Raises `Died`.
        """
        assert not self.alive, "it lives already"
        env = {**_own_environment(), **self.env, "PORT": str(self.port), "KONTOR_FAILPOINT": fail_point}
        self._started_at = time.monotonic()
        self._process = self._run(command, env) if command else Forked(env, self.log_path)
        self.lives += 1
        if ready:
            await self.ready()

    def _run(self, command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self.log_path.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def ready(self, seconds: float = READY_SECONDS) -> None:
        """Until /readyz says that all is well. Raises `Died` or `TimeoutError` with what it says instead."""
        report = "nothing"
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while time.monotonic() - self._started_at < seconds:
                if not self.alive:
                    raise Died(f"exit code {self.exit_code}:\n{self.log[-3000:]}")
                try:
                    answer = await client.get(f"{self.url}/readyz")
                except httpx.HTTPError:
                    await asyncio.sleep(0.02)
                    continue
                if answer.status_code == 200:
                    self.ready_after.append(time.monotonic() - self._started_at)
                    return
                report = answer.text
                await asyncio.sleep(0.05)
        raise TimeoutError(f"not ready after {seconds} s: {report}\n{self.log[-3000:]}")

    # Dying

    @property
    def exit_code(self) -> int | None:
        """As a shell tells it; 128 + n for a signal. None while it lives."""
        code = self._process.poll() if self._process else None
        return 128 - code if code is not None and code < 0 else code

    def kill(self) -> None:
        """kill -9, at once. Nothing of it runs any more when this returns."""
        if self.alive:
            self._send(signal.SIGKILL)
            assert self._process is not None
            self._process.wait()

    async def terminate(self, seconds: float = 30.0) -> int:
        """SIGTERM, as a deployment does. The exit code."""
        self._send(signal.SIGTERM)
        return await self.ended(seconds)

    async def ended(self, seconds: float) -> int:
        """Wait until it has ended by itself. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while (code := self.exit_code) is None:
                await asyncio.sleep(0.005)
        return code

    def pause(self) -> None:
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


def _own_environment() -> dict[str, str]:
    """What a process needs of ours to run at all, and nothing that could be a setting of the bot."""
    return {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"}}
