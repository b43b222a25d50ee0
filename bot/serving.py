"""Runs the whole bot in one process until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
import uvicorn

from bot import failpoints
from bot.app import Kontor, build, utc_now
from bot.logs import set_up_logging
from bot.patience import HEAD_SECONDS, PatientProtocol
from bot.rules import FileProblems
from bot.scaling import Part, refusal
from bot.settings import Settings
from bot.store.database import NotebookError, migrate

log = structlog.get_logger(__name__)


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us: its own way raises them again, and the process dies before it has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop_when_told(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self.handle_exit, number, None)


def server(app: object, settings: Settings) -> Server:
    """uvicorn without access log (paths may hold tokens) and with small limits on what is not a request yet."""
    return Server(
        uvicorn.Config(
            app,  # type: ignore[arg-type]
            host=settings.host,
            port=settings.port,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=int(HEAD_SECONDS),
            h11_max_incomplete_event_size=16 * 1024,
            timeout_graceful_shutdown=3,
            lifespan="off",
            http=PatientProtocol,
        )
    )


async def serve_until_told(
    settings: Settings, *, now: Callable[[], datetime] = utc_now, part: Part = Part.SERVE
) -> int:
    """Exit code: 0 after a signal, 2 when it could not start. `now` (UTC) is the clock everything goes by."""
    set_up_logging(settings.log_level, settings.log_format)
    failpoints.arm(os.environ.get("KONTOR_FAILPOINT", ""))
    if said := refusal(settings, part):
        print(f"Kontor cannot start:\n{said}", file=sys.stderr)  # noqa: T201
        return 2
    try:
        if settings.database_url.startswith("sqlite"):
            await migrate(settings.database_url, settings.data_dir)
        kontor = await build(settings, now=now, part=part)
    except (NotebookError, FileProblems) as error:
        print(f"Kontor cannot start:\n{error}", file=sys.stderr)  # noqa: T201
        return 2
    if not part.listens:
        return await _work(kontor)
    running = server(kontor.asgi, settings)
    running.stop_when_told()
    try:
        await kontor.start()
        log.info("Kontor serves", host=settings.host, port=settings.port, accounts=len(settings.accounts))
        await running.serve()
    except SystemExit:
        # uvicorn has logged why, and knows no other way to say so.
        print(  # noqa: T201
            f"Kontor cannot start: it cannot listen on {settings.host}:{settings.port}. Is the port taken? Set PORT.",
            file=sys.stderr,
        )
        return 2
    finally:
        await kontor.stop()
        log.info("Kontor stopped")
    return 0


async def _work(kontor: Kontor) -> int:
    """Without a door: until a signal comes."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    try:
        await kontor.start()
        log.info("Kontor works", accounts=len(kontor.settings.accounts))
        await told.wait()
    finally:
        await kontor.stop()
        log.info("Kontor stopped")
    return 0
