"""The demo: a marketplace, a Slack and the bot, each in a process of its own, on this machine only.

`python -m sandbox` starts all three and prints where to look. Its parts can be started alone for trying things:
`python -m sandbox market|slack|bot`; they agree by the variables that `Demo.env` sets.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sandbox.clockface import Clockface
from sandbox.market import Account, Marketplace
from sandbox.serving import Served
from sandbox.slack import SlackWorkspace

ACCOUNTS = (
    Account.named("hausrat", ("de", "at"), "household"),
    Account.named("zahrada", ("cz", "sk", "pl"), "garden"),
    Account.named("giochi", ("fr", "it"), "toys"),
)
SIGNING_SECRET = "3b8f0d52c97e41a6b1d4f8e2a5079c63"
BOT_TOKEN = "xoxb-7301-kontor-demo"
SLACK_PORT, MARKET_PORT, BOT_PORT = 3001, 3002, 3000
START_SECONDS = 60.0
PACE_SECONDS = 15.0


@dataclass
class Demo:
    """Addresses and the environment the three processes share."""

    folder: Path
    pace: float
    ports: dict[str, int] = field(default_factory=lambda: {"slack": SLACK_PORT, "market": MARKET_PORT, "bot": BOT_PORT})

    def url(self, part: str) -> str:
        return f"http://127.0.0.1:{self.ports[part]}"

    @property
    def env(self) -> dict[str, str]:
        env = {
            "SANDBOX_FOLDER": str(self.folder),
            "SANDBOX_PACE": str(self.pace),
            "SANDBOX_SLACK": self.url("slack"),
            "SANDBOX_MARKET": self.url("market"),
            "SANDBOX_BOT": self.url("bot"),
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{self.url('slack')}/api/",
            "MARKET_API_URL": f"{self.url('market')}/v2",
            "MARKET_FALLBACK_EMAIL": "ops@demo.test",
            "MARKET_ACCOUNTS": ",".join(account.name for account in ACCOUNTS),
            "PUBLIC_URL": self.url("bot"),
            "PORT": str(self.ports["bot"]),
            "DATA_DIR": str(self.folder / "data"),
            "POLL_SECONDS": "3",
            "RECONCILE_SECONDS": "20",
            "SLACK_PACE_SECONDS": "0.05",
            "LOG_LEVEL": "WARNING",
        }
        for account in ACCOUNTS:
            prefix = f"MARKET_{account.name.upper()}_"
            env[f"{prefix}CLIENT_KEY"] = account.client_key
            env[f"{prefix}SECRET_KEY"] = account.secret_key
            env[f"{prefix}STOREFRONTS"] = ",".join(account.storefronts)
        return env


def port_of(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


async def run_market() -> None:
    """The marketplace with three shops, some history, and a life of its own."""
    face = Clockface(Path(os.environ["SANDBOX_FOLDER"]) / "clock")
    market = Marketplace(ACCOUNTS, seed=7, pace=float(os.environ["SANDBOX_PACE"]))
    market.world.clock.listeners.append(face.show)
    market.tell_history(orders=12, tickets=4, returns=2, days=6)
    _let_parcels_arrive(market)
    market.other_side.slack = os.environ["SANDBOX_SLACK"]
    async with Served(market.app, port=port_of(os.environ["SANDBOX_MARKET"])), market:
        await asyncio.Event().wait()


def _let_parcels_arrive(market: Marketplace) -> None:
    """One return of every shop that has one on its way, so that there is something to decide from the first minute."""
    for shop in market.world.shops.values():
        moving = [item for item in shop.returns if item.status in {"label_generated", "package_sent"}]
        if moving:
            market.world.parcel_arrives(moving[0])


async def run_slack() -> None:
    """The workspace, with the app installed as its manifest says."""
    from bot.manifest import manifest

    face = Clockface(Path(os.environ["SANDBOX_FOLDER"]) / "clock")
    slack = SlackWorkspace(
        signing_secret=SIGNING_SECRET,
        bot_token=BOT_TOKEN,
        now=face.now,
        manifest=yaml.safe_load(manifest(os.environ["SANDBOX_BOT"], "", socket_mode=False)),
    )
    slack.page.other_side = os.environ["SANDBOX_MARKET"]
    async with Served(slack.app, port=port_of(os.environ["SANDBOX_SLACK"])) as served:
        slack.connect(os.environ["SANDBOX_BOT"], here=served.url)
        await slack.keep_time()


async def run_bot() -> None:
    """The bot as `kontor serve` runs it, by the sandbox's clock."""
    from bot.serving import serve_until_told
    from bot.settings import read_settings

    face = Clockface(Path(os.environ["SANDBOX_FOLDER"]) / "clock")
    code = await serve_until_told(read_settings(os.environ), now=face.now)
    sys.exit(code)


PARTS: dict[str, Callable[[], Coroutine[None, None, None]]] = {"market": run_market, "slack": run_slack, "bot": run_bot}


@contextmanager
def running_parts(demo: Demo) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start the parts in their order and end them together. Raises `RuntimeError` when one does not come up."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    env = {**os.environ, **demo.env}
    try:
        for part, path in (("market", "/play/state"), ("slack", "/play/state"), ("bot", "/healthz")):
            running[part] = subprocess.Popen([sys.executable, "-m", "sandbox", part], env=env)  # noqa: S603
            _wait_until_up(part, running[part], demo.url(part) + path)
        yield running
    finally:
        for process in reversed(running.values()):
            process.terminate()
        for process in running.values():
            _end(process)


def run_all(demo: Demo) -> int:
    """Start everything, say where to look, and stay until somebody ends it."""
    started = time.monotonic()
    try:
        with running_parts(demo) as running:
            print(_welcome(demo, time.monotonic() - started), flush=True)  # noqa: T201
            while all(process.poll() is None for process in running.values()):
                time.sleep(0.3)
            ended = next(part for part, process in running.items() if process.poll() is not None)
            print(f"The {ended} ended by itself; the demo ends too.", file=sys.stderr)  # noqa: T201
            return 1
    except KeyboardInterrupt:
        return 0
    except RuntimeError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1


def _wait_until_up(part: str, process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The {part} could not start at {url}. Is its port taken?")
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The {part} did not answer within {START_SECONDS:.0f} s.")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _welcome(demo: Demo, seconds: float) -> str:
    return f"""
Kontor runs, with a marketplace and a Slack of its own ({seconds:.0f} s to start).

  Slack, as your team sees it      {demo.url("slack")}
  The other side: buyers, parcels  {demo.url("market")}
  The bot's health                 {demo.url("bot")}/readyz

Nothing leaves this machine. Ctrl-C ends it.
"""


def _interrupted(*_: object) -> None:
    """A demo that is told to end does so like after Ctrl-C, also where a shell in the background switched that off."""
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("part", nargs="?", choices=sorted(PARTS), help="start one part alone")
    parser.add_argument("--fast", action="store_true", help="let the local world move quickly")
    parser.add_argument("--folder", type=Path, help="where the bot keeps its notebook (default: a new one each time)")
    arguments = parser.parse_args()
    if arguments.part:
        try:
            asyncio.run(PARTS[arguments.part]())
        except KeyboardInterrupt:
            return 0
        return 0
    signal.signal(signal.SIGTERM, _interrupted)
    pace = 2.0 if arguments.fast else PACE_SECONDS
    with tempfile.TemporaryDirectory(prefix="kontor-demo-") as fresh:
        folder = arguments.folder or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        return run_all(Demo(folder.resolve(), pace))


if __name__ == "__main__":
    sys.exit(main())
